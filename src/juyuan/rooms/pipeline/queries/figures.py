"""五库的统计数字:定义写在 `FIGURES`,数从两处来。

此刻的数取自项目表;某日的数取自该日终了前最后一张快照(`ProjectState`)与认定行(`Recognition`)。
凡事实日不得晚于录入日,故「该日终了前已录入」即「该日前已发生且已录入」,重演等于当时所见。

- 申报:项目所在的库(含待核实)。认定:认定到的库,签约、落地以核验人认定为准。
- 签约、落地的认定数(金额与产业链、首谈单位、落点)一律取认定当日冻结的一份,没有认可的改动不影响它。
- 在库:推进与暂缓;终止、退库的不在库,但签约后终止的仍在「签约总数」即落地率的分母里。
- 判定属实的项目关系(升格、增资、换业主、拆分 …)按参数 counting.relations 只计一次,少计多少写在说明里。
- 金额分到承载地按份额(最大余额法,元),各地之和加未定落点恒等于全市;
  个数在每个承载地各计一次、全市只计一次,差额列示。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from juyuan.foundation.figures.registry import (
    MONEY,
    PARTIAL,
    RATE,
    WHOLE,
    Dimension,
    Figure,
    Part,
    Result,
    Scope,
    register_group,
    register_scope,
)
from juyuan.foundation.ledger.still import remembered
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.visibility import Relation
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.once import once
from juyuan.kernel.period import EARLIEST, FOREVER, end_of
from juyuan.rooms.chains.models import Chain
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.figuresql import (
    ALIVE_NOW,
    ALIVE_PAST,
    LIBRARY,
    LIVE,
    LIVE_HOSTS,
    PAST,
    PAST_HOSTS,
    RESULTS,
)
from juyuan.rooms.pipeline.queries.relations import Placed, deducted, effective, standings
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of, seen_whole, visible_to
from juyuan.rooms.pipeline.rules.relations import Deduction
from juyuan.rooms.pipeline.rules.stages import STAGES, VERIFIED_STAGES, Stage

UNPLACED = "none"
NO_CHAIN = "none"
NO_LEAD = "none"
COUNTY = Dimension("county", "按县区", "个数在每个承载地各计一次，全市只计一次；金额按份额分到元")
CHAIN = Dimension("chain", "按产业链")
LEAD = Dimension("lead", "按首谈单位")
DIMENSIONS = (COUNTY, CHAIN, LEAD)
IN_LIBRARY = ("active", "paused")
TODAY_TEXT = "录入日（申报所在库），即看即算"
RECOGNISED_TEXT = "认定日；冲回自撤回日起减去"
FROZEN_TEXT = "，取认定当日冻结的金额；此后的补充协议经核验人认可才改变它"


def _library_figures() -> list[Figure]:
    made = []
    for stage in STAGES:
        name, label = stage.value, stage.label
        section = f"{label}库"
        made += [
            Figure(
                f"{name}_projects", f"{label}库项目数", "个", "3.3b",
                f"申报所在库为「{label}」、状态为推进或暂缓、未作废的项目数，含待核实的。",
                TODAY_TEXT, section=section, dimensions=DIMENSIONS,
            ),
            Figure(
                f"{name}_total", f"{label}库总投资", MONEY, "3.3b",
                f"「{label}库项目数」所计项目的总投资之和；不便透露、待定的不计金额。",
                TODAY_TEXT, section=section, dimensions=DIMENSIONS,
            ),
            Figure(
                f"{name}_recognised", f"{label}库已认定项目数", "个", "3.3b",
                f"认定所在库为「{label}」、状态为推进或暂缓、未作废的项目数。",
                RECOGNISED_TEXT, section=section, dimensions=DIMENSIONS,
            ),
            Figure(
                f"{name}_recognised_total", f"{label}库已认定总投资", MONEY, "3.3b",
                f"「{label}库已认定项目数」所计项目的总投资之和{FROZEN_TEXT if stage in VERIFIED_STAGES else ''}。",
                RECOGNISED_TEXT, section=section, dimensions=DIMENSIONS,
            ),
        ]  # fmt: skip
    return made


RESULT_FIGURES = [
    Figure(
        "signed_gross", "签约总数", "个", "3.3b",
        "签约已认定且未冲回的项目数，签约后终止、退库的也在内（落地率的分母）。",
        RECOGNISED_TEXT, section="签约与落地", dimensions=DIMENSIONS,
    ),
    Figure(
        "signed_net", "签约净数", "个", "3.3b",
        "签约总数中状态仍为推进或暂缓的项目数。",
        RECOGNISED_TEXT, section="签约与落地", dimensions=DIMENSIONS,
    ),
    Figure(
        "committed_investment", "合同引资额", MONEY, "3.3c",
        "签约净数所计项目认定当日冻结的合同引资额之和；口径由参数「合同引资额的算法」定"
        "（建议值：正式合同金额乘以市外非财政资金占比）。框架协议计0。",
        RECOGNISED_TEXT, section="签约与落地", dimensions=DIMENSIONS,
    ),
    Figure(
        "landed_projects_recognised", "落地项目数", "个", "3.3b",
        "落地已认定且未冲回的项目数，终止、退库的也在内。",
        RECOGNISED_TEXT, section="签约与落地", dimensions=DIMENSIONS,
    ),
    Figure(
        "landing_rate", "签约落地率", RATE, "3.3b",
        "落地项目数除以签约总数；签约后终止、退库的仍在分母里。没有签约时为空。",
        RECOGNISED_TEXT, section="签约与落地", dimensions=DIMENSIONS,
    ),
]  # fmt: skip
FIGURES = [*_library_figures(), *RESULT_FIGURES]


def _ids(queryset: QuerySet[Project]) -> tuple[str, tuple[Any, ...]]:
    sql, params = queryset.order_by().values("pk").query.sql_with_params()
    return sql, params


@dataclass(frozen=True)
class View:
    """谁在看:全市(无行动者)或某人,触角只算一次。"""

    actor: Actor | None
    reach: Reach | None

    @classmethod
    def of(cls, actor: Actor | None) -> View:
        if actor is None or actor.is_system:
            return cls(None, None)
        return cls(actor, reach_of(actor))

    def rows(
        self, *, full: bool, as_of: date | None, merged: bool = False
    ) -> QuerySet[Project] | None:
        """看得全(`full`)或看得见的项目;全市为 None。给了日期,那天之后才作废的还算。"""
        if self.actor is None:
            return None
        if full:
            return seen_whole(self.actor, reach=self.reach, as_of=as_of, merged=merged)
        return visible_to(self.actor, reach=self.reach, as_of=as_of)

    def sql(
        self, column: str, *, full: bool, as_of: date | None, merged: bool = False
    ) -> tuple[str, tuple[Any, ...]]:
        """范围条件;`merged` 即并入别的项目的也在范围里(那时在不在,由语句里的快照说)。"""
        rows = self.rows(full=full, as_of=as_of, merged=merged)
        if rows is None:
            return "TRUE", ()
        try:
            sql, params = _ids(rows)
        except EmptyResultSet:
            return "FALSE", ()
        return f"{column} IN ({sql})", params

    def among(self, ids: Iterable[int], *, full: bool, as_of: date | None) -> set[int] | None:
        """这几个里看得全(看得见)的;全市为 None。"""
        rows = self.rows(full=full, as_of=as_of)
        return None if rows is None else set(rows.filter(pk__in=ids).values_list("pk", flat=True))


@dataclass
class Cell:
    """一个格子:个数、净数、金额(元)。"""

    count: int = 0
    net: int = 0
    money: int = 0


@dataclass
class Cells:
    """(种类, 库) → 总数;(种类, 库, 维度) → 键 → 格子。"""

    whole: dict[tuple[str, str], Cell] = field(default_factory=dict)
    split: dict[tuple[str, str, str], dict[str, Cell]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    fewer: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def put(self, kind: str, lib: str, dimension: str, key: str | None, cell: Cell) -> None:
        if dimension:
            empty = UNPLACED if dimension == "county" else NO_CHAIN
            self.split[kind, lib, dimension][key or empty] = cell
        else:
            self.whole[kind, lib] = cell

    def less(self, kind: str, lib: str, pk_less: Deduction, placed: Placed) -> None:
        """一个项目因关系少计的,从总数与各分法里减去。"""
        names = {"gross": ("count",), "net": ("net",)}.get(kind, ("count", "net"))
        money = 0 if kind == "gross" else pk_less.money
        column = "result" if kind in ("gross", "net") else kind
        for name in names:
            key = (column, lib, name)
            self.fewer[key] = self.fewer.get(key, 0) + pk_less.number
        self.fewer[column, lib, "money"] = self.fewer.get((column, lib, "money"), 0) + money
        slots = [
            (self.whole.get((column, lib)), money),
            (self.split[column, lib, "chain"].get(placed.chain or NO_CHAIN), money),
            (self.split[column, lib, "lead"].get(str(placed.lead) if placed.lead else NO_LEAD),
             money),
            *(
                (self.split[column, lib, "county"].get(unit or UNPLACED), part)
                for unit, part in placed.county_less(money)
            ),
        ]  # fmt: skip
        for cell, amount in slots:
            if cell is not None:
                for name in names:
                    setattr(cell, name, getattr(cell, name) - pk_less.number)
                cell.money -= amount


def run(sql: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    """合计的语句:没有新事就用上一次的答案。"""
    values = list(params)

    def rows() -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    return remembered((sql, repr(values)), rows)


def _libraries(as_of: date | None, view: View, cells: Cells) -> None:
    """五库:申报只计全见的项目,认定另计仅见认定事实的项目。"""
    whole = view.actor is None
    passes = (
        [("TRUE", True)]
        if whole
        else [("k.kind = 'claimed'", True), ("k.kind <> 'claimed'", False)]
    )
    for only, full in passes:
        column = "p.id" if as_of is None else "s.project_id"
        scope, scope_params = view.sql(column, full=full, as_of=as_of)
        if as_of is None:
            sql = LIBRARY.format(
                kept="NOT MATERIALIZED", base=LIVE.format(scope=scope), hosts=LIVE_HOSTS, only=only
            )
            rows = run(sql, scope_params)
        else:
            sql = LIBRARY.format(
                kept="MATERIALIZED", base=PAST.format(scope=scope), hosts=PAST_HOSTS, only=only
            )
            rows = run(sql, (*[end_of(as_of)] * 3, *scope_params))
        for kind, lib, dimension, key, count, money in rows:
            cells.put(kind, lib, dimension, key, Cell(count, count, int(money)))


def _results(as_of: date | None, view: View, cells: Cells) -> None:
    scope, scope_params = view.sql("r.project_id", full=False, as_of=as_of)
    alive = ALIVE_NOW if as_of is None else ALIVE_PAST
    day = as_of or FOREVER
    end = end_of(day)
    params = [end, day + timedelta(days=1), end, *scope_params]
    if as_of is not None:
        params.insert(0, end)
    for stage, dimension, key, count, net, money in run(
        RESULTS.format(scope=scope, alive=alive), params
    ):
        cells.put("result", stage, dimension, key, Cell(count, net, int(money)))


def _once(as_of: date | None, view: View, cells: Cells) -> None:
    """同一件事只计一次:判定属实的关系使少计的,逐格减去;看不见一边的,那条关系不起作用。"""
    end = end_of(as_of) if as_of is not None else None
    pairs = effective(end, as_of or FOREVER)
    if not pairs:
        return
    found = standings(pairs, end)
    ids = {pk for pair in pairs for pk in (pair.earlier, pair.later)}
    whole, among = (view.among(ids, full=full, as_of=as_of) for full in (True, False))
    for kind, lib in sorted(found.cells):
        seen_ids = whole if kind == "claimed" else among
        column = "result" if kind in ("gross", "net") else kind
        if (column, lib) not in cells.whole:
            continue
        for less, placed in deducted(pairs, found, (kind, lib), seen_ids).values():
            cells.less(kind, lib, less, placed)


@dataclass(frozen=True)
class Labels:
    """分项的代码与名称。"""

    units: Mapping[str, tuple[str, str]]
    chains: Mapping[str, str]
    chain_order: Mapping[str, int]
    unit_order: Mapping[str, int]

    @classmethod
    def load(cls) -> Labels:
        """五组数字各要一份:没有新事就是同一份。"""
        return once("labels", lambda: remembered("labels", cls._load))

    @classmethod
    def _load(cls) -> Labels:
        units = list(
            Unit.objects.order_by("order", "code").values_list("pk", "code", "short_name", "name")
        )
        chains = list(Chain.objects.order_by("order", "code").values_list("code", "short_name"))
        return cls(
            units={str(pk): (code, short or name) for pk, code, short, name in units},
            chains=dict(chains),
            chain_order={code: i for i, (code, _) in enumerate(chains)},
            unit_order={str(pk): i for i, (pk, *_) in enumerate(units)},
        )

    def part(self, dimension: str, key: str) -> tuple[str, str]:
        if dimension == "county" and key == UNPLACED:
            return UNPLACED, "未定落点"
        if key == NO_CHAIN:
            return NO_CHAIN, "未定产业链" if dimension == "chain" else "未定首谈单位"
        if dimension == "chain":
            return key, self.chains.get(key, key)
        return self.units.get(key, (key, key))

    def rank(self, dimension: str, key: str) -> tuple[int, str]:
        if key in (UNPLACED, NO_CHAIN):
            return (10**9, key)
        order = self.chain_order if dimension == "chain" else self.unit_order
        return (order.get(key, 10**8), key)


def rows_url(as_of: date | None, **filters: str) -> str:
    """数字背后的项目清单;某日的数字带上日期。"""
    query = {k: v for k, v in filters.items() if v}
    if as_of is not None:
        query["as_of"] = as_of.isoformat()
    return f"/projects/?{urlencode(query)}"


FILTER_OF = {"county": "host_unit", "chain": "chain", "lead": "lead_unit"}


def _result(
    cells: Cells,
    labels: Labels,
    kind: str,
    lib: str,
    pick: str,
    as_of: date | None,
    base: dict[str, str],
) -> Result:
    whole = cells.whole.get((kind, lib), Cell())
    fewer, note = cells.fewer.get((kind, lib, pick), 0), ""
    if fewer:
        said = f"{to_wan(fewer)} 万元" if pick == "money" else f"{fewer} 个"
        note = f"按项目关系只计一次，少计 {said}；关系见「项目关系」"
    if any(cells.fewer.get((kind, lib, name)) for name in ("count", "net")):
        base = {**base, "once": "1"}
    parts = []
    for dimension in DIMENSIONS:
        found = cells.split.get((kind, lib, dimension.key), {})
        for key in sorted(found, key=partial(labels.rank, dimension.key)):
            code, label = labels.part(dimension.key, key)
            parts.append(
                Part(
                    code,
                    label,
                    getattr(found[key], pick),
                    rows_url(as_of, **base, **{FILTER_OF[dimension.key]: code}),
                    dimension.key,
                )
            )
    return Result(getattr(whole, pick), parts, rows_url(as_of, **base), note)


def _rate(cells: Cells, labels: Labels, as_of: date | None) -> Result:
    base = params(as_of or FOREVER)["counting.landing_rate_denominator"]
    pick = "net" if base == "net_signed" else "count"
    rows = "signed_net" if pick == "net" else "signed_gross"
    once = "1" if cells.fewer.get(("result", Stage.SIGNED.value, pick)) else ""

    def share(landed: Cell | None, signed: Cell | None) -> int | None:
        whole = getattr(signed, pick) if signed is not None else 0
        return getattr(landed, pick, 0) * 10000 // whole if whole else None

    parts = []
    for dimension in DIMENSIONS:
        signed = cells.split.get(("result", Stage.SIGNED.value, dimension.key), {})
        landed = cells.split.get(("result", Stage.LANDED.value, dimension.key), {})
        for key in sorted(signed, key=partial(labels.rank, dimension.key)):
            code, label = labels.part(dimension.key, key)
            parts.append(
                Part(
                    code, label, share(landed.get(key), signed[key]),
                    rows_url(as_of, result=rows, once=once, **{FILTER_OF[dimension.key]: code}),
                    dimension.key,
                )
            )  # fmt: skip
    value = share(
        cells.whole.get(("result", Stage.LANDED.value)),
        cells.whole.get(("result", Stage.SIGNED.value)),
    )
    return Result(value, parts, rows_url(as_of, result=rows, once=once))


def compute(as_of: date | None, actor: Actor | None, names: frozenset[str]) -> dict[str, Result]:
    """一次求出要的全部数字:五库一至两条查询,签约落地一条,名称两条。"""
    if as_of is not None:  # 离谱的年份夹到两端:换算时刻不得溢出
        as_of = min(max(as_of, EARLIEST), FOREVER)
    cells = Cells()
    labels = Labels.load()
    view = View.of(actor)
    library = {f"{s.value}_{suffix}" for s in STAGES
               for suffix in ("projects", "total", "recognised", "recognised_total")}  # fmt: skip
    if names & library:
        _libraries(as_of, view, cells)
    if names - library:
        _results(as_of, view, cells)
    _once(as_of, view, cells)
    out: dict[str, Result] = {}
    for stage in STAGES:
        lib = stage.value
        claimed, known = {"stage": lib}, {"recognised_stage": lib}
        table = {
            f"{lib}_projects": ("claimed", "count", claimed),
            f"{lib}_total": ("claimed", "money", claimed),
            f"{lib}_recognised": ("recognised", "count", known),
            f"{lib}_recognised_total": ("recognised", "money", known),
        }
        for name, (kind, pick, base) in table.items():
            if name in names:
                out[name] = _result(cells, labels, kind, lib, pick, as_of, base)
    signed, landed = Stage.SIGNED.value, Stage.LANDED.value
    results = {
        "signed_gross": (signed, "count"),
        "signed_net": (signed, "net"),
        "committed_investment": (signed, "money"),
        "landed_projects_recognised": (landed, "count"),
    }
    for name, (lib, pick) in results.items():
        if name in names:
            base = {"result": "signed_net" if name == "committed_investment" else name}
            out[name] = _result(cells, labels, "result", lib, pick, as_of, base)
    if "landing_rate" in names:
        out["landing_rate"] = _rate(cells, labels, as_of)
    return out


def scope_of(actor: Actor) -> Scope:
    """这个人看到的数字覆盖多大范围:看得见全部项目的人(召集人、核验人)看到的就是全市数。"""
    everywhere = set(reach_of(actor).everywhere)
    if everywhere & {Relation.LEADER, Relation.BUREAU_VERIFIER}:
        return WHOLE
    if Relation.BUREAU in everywhere:
        return Scope(False, "全市数，未列入名单的限名单项目不在内")
    return PARTIAL


def register() -> None:
    """登记五库的统计数字及其范围的说法(由 wiring 调用,可重复)。"""
    register_group(FIGURES, compute)
    register_scope(scope_of)
