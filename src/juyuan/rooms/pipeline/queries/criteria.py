"""项目库的筛选条件:网址里的参数 → `Criteria` → 查询集。表格、看板、导出、合计用同一份。

读不懂的值不猜:记一句话给人看,这一项当作没填。
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Q, QuerySet

from juyuan.kernel.money import MoneyError, parse_money
from juyuan.rooms.pipeline.models import Project, ProjectHost
from juyuan.rooms.pipeline.models.project import Source
from juyuan.rooms.pipeline.queries import lights, past
from juyuan.rooms.pipeline.queries.gatesql import lacking
from juyuan.rooms.pipeline.queries.matching import matching
from juyuan.rooms.pipeline.queries.past import ALL_STANDINGS, IN_LIBRARY, UNDECIDED
from juyuan.rooms.pipeline.rules.stages import Stage, StageStatus, Standing

MAX_Q = 60
YEARS = range(1990, 2200)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,60}")

# 网址参数 → (中文名, 可取的值)
CHOICES: dict[str, tuple[str, frozenset[str]]] = {
    "stage": ("所在库", frozenset(Stage)),
    "recognised_stage": ("认定所在库", frozenset(Stage)),
    "stage_status": ("核实状态", frozenset(StageStatus)),
    "standing": ("项目状态", frozenset(Standing) | {ALL_STANDINGS}),
    "confidentiality": ("密级", frozenset({"normal", "internal", "restricted"})),
    "source": ("录入方式", frozenset(Source.values)),
    "lack": ("缺项", frozenset({"yes", "no"})),
    "light": ("灯", frozenset(lights.CHOICES)),
    "mine": ("范围", frozenset({"1"})),
    "result": ("统计结果", frozenset(past.RESULTS)),
    "once": ("只计一次", frozenset({"1"})),
    "entered": ("进过的库", frozenset(Stage)),
    "passed": ("走完的库", frozenset(Stage)),
}
CODES = {"host_unit": "承载地", "chain": "产业链", "lead_unit": "首谈单位"}
AMOUNTS = {"total_min": "总投资下限", "total_max": "总投资上限"}
NAMES = ("q", *CHOICES, *CODES, *AMOUNTS, "batch", "as_of")


@dataclass(frozen=True)
class Criteria:
    """一组筛选条件。空串、None 即不限;`standing` 空为「在库」(推进、暂缓)。"""

    q: str = ""
    stage: str = ""
    recognised_stage: str = ""
    stage_status: str = ""
    standing: str = ""
    confidentiality: str = ""
    source: str = ""
    lack: str = ""
    light: str = ""
    mine: str = ""
    result: str = ""
    once: str = ""
    entered: str = ""
    passed: str = ""
    host_unit: str = ""
    chain: str = ""
    lead_unit: str = ""
    total_min: int | None = None
    total_max: int | None = None
    batch: str = ""
    as_of: date | None = None
    today: date | None = None
    typed: Mapping[str, str] = field(default_factory=dict, compare=False)
    problems: tuple[str, ...] = ()

    @property
    def active(self) -> frozenset[str]:
        """填了的条件(库页签不算)。"""
        return frozenset(
            name for name in NAMES if name != "stage" and getattr(self, name) not in ("", None)
        )

    @property
    def stage_enum(self) -> Stage | None:
        return Stage(self.stage) if self.stage else None

    def without_stage(self) -> Criteria:
        return replace(self, stage="")


def _day(text: str) -> date | None:
    """截至日期;写法不对、年份离谱(推算会溢出)的都当没填。"""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if found.year in YEARS else None


def read(data: Mapping[str, str]) -> Criteria:
    """从网址参数读出条件。"""
    values: dict[str, object] = {"q": data.get("q", "").strip()[:MAX_Q].replace("\x00", "")}
    problems: list[str] = []
    for name, (label, allowed) in CHOICES.items():
        said = data.get(name, "").strip()
        if said and said not in allowed:
            problems.append(f"{label}没有「{said[:20]}」这一项，已不作限制")
            said = ""
        values[name] = said
    for name, label in CODES.items():
        said = data.get(name, "").strip()
        if said and not _CODE.fullmatch(said):
            problems.append(f"{label}的代码读不懂，已不作限制")
            said = ""
        values[name] = said
    for name, label in AMOUNTS.items():
        said = data.get(name, "").strip()
        values[name] = None
        if said:
            try:
                values[name] = parse_money(said[:40], "亿元")
            except MoneyError as error:
                problems.append(f"{label}：{error.message}")
    low, high = values["total_min"], values["total_max"]
    if isinstance(low, int) and isinstance(high, int) and low > high:
        problems.append("总投资下限大于上限，没有项目能同时满足，请核对单位")
    batch = data.get("batch", "").strip()
    values["batch"] = batch if _CODE.fullmatch(batch) else ""
    values["as_of"] = None
    day = data.get("as_of", "").strip()
    if day:
        values["as_of"] = _day(day)
        if values["as_of"] is None:
            problems.append(f"截至日期「{day[:20]}」读不懂，请写成 2026-11-20；现按今天显示")
    typed = {name: data.get(name, "").strip()[:60] for name in NAMES}
    return Criteria(**values, typed=typed, problems=tuple(problems))  # type: ignore[arg-type]


def known_by(found: Criteria, today: date) -> Criteria:
    """记下今天是哪天(灯要用)。截至日期不得在今天之后:还没有到的日子没有样子可看,说一句,按今天。今天就是此刻。"""
    found = replace(found, today=today)
    if found.as_of is None or found.as_of < today:
        return found
    if found.as_of == today:
        return replace(found, as_of=None)
    said = f"{found.as_of.isoformat()} 还没有到：截至日期不得晚于今天（{today.isoformat()}）"
    return replace(found, as_of=None, problems=(*found.problems, said))


def _host(code: str) -> Q:
    hosts = ProjectHost.objects.filter(actual=True)
    if code in UNDECIDED:
        return ~Q(pk__in=hosts.values("project_id"))
    return Q(pk__in=hosts.filter(unit__code=code).values("project_id"))


def _coded(name: str, code: str) -> Q:
    return Q(**{f"{name}__isnull": True}) if code in UNDECIDED else Q(**{f"{name}__code": code})


def conditions(found: Criteria) -> Q:
    """此刻的条件 → SQL(缺项另由 `apply` 加,它要先算证据)。"""
    total = Q()
    for name in ("stage", "recognised_stage", "stage_status"):
        value = getattr(found, name)
        if value:
            total &= Q(**{name: value})
    if past.only_in_library(found.standing, found.result):
        total &= Q(standing__in=IN_LIBRARY)
    elif found.standing and found.standing != ALL_STANDINGS:
        total &= Q(standing=found.standing)
    if past.frozen_stage(found) is None:
        if found.host_unit:
            total &= _host(found.host_unit)
        if found.chain:
            total &= _coded("chain", found.chain)
        if found.lead_unit:
            total &= _coded("lead_unit", found.lead_unit)
    if found.total_min is not None:
        total &= Q(total_investment__gte=found.total_min)
    if found.total_max is not None:
        total &= Q(total_investment__lte=found.total_max)
    return total


def apply(
    queryset: QuerySet[Project], found: Criteria, *, own_units: frozenset[int] = frozenset()
) -> QuerySet[Project]:
    """把条件用在「看得见的」查询集上;`own_units` 供「只看我单位」。"""
    if found.once:  # 按项目关系不计的略去:行数等于数字
        queryset = queryset.exclude(pk__in=past.uncounted_by(found, queryset))
    if found.as_of is None:
        queryset = queryset.filter(conditions(found))
    else:
        then = past.states(found)
        if found.light:
            then = lights.lit(then, found.light, found.as_of, past=True)
        queryset = queryset.filter(pk__in=then.values("project_id"))
    for name in ("confidentiality", "source"):
        value = getattr(found, name)
        if value:
            queryset = queryset.filter(**{name: value})
    if found.batch:
        queryset = queryset.filter(batch_id=found.batch)
    frozen = past.frozen_stage(found)
    if frozen is not None and (found.result or found.chain or found.lead_unit or found.host_unit):
        queryset = queryset.filter(past.with_recognition(found, frozen))
    if found.entered:
        queryset = queryset.filter(pk__in=past.entered(found.entered, found.as_of))
    if found.passed:
        queryset = queryset.filter(pk__in=past.passed(found.passed, found.as_of))
    if found.q:
        queryset = queryset.filter(matching(found.q))
    if found.mine:
        queryset = queryset.filter(unit_ids__overlap=sorted(own_units) or [0])
    if found.lack:
        queryset = lacking(queryset, found.lack == "yes")
    if found.light and found.as_of is None:
        if found.today is None:
            raise ValueError("没有说今天是哪天(known_by)")
        queryset = lights.lit(queryset, found.light, found.today)
    return queryset
