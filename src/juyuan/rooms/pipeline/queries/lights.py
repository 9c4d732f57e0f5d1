"""灯:今天或过去任何一天。逐个的(带缘由)与集合式的(筛选、计数)各一份,测试逐个比对。

某日的灯只看那一天终了时已录入、已发生的事,所在库、状态与承诺取那一天最后一张快照。
参数按那一天取。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from juyuan.foundation.policy.queries import Params, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import end_of
from juyuan.rooms.pipeline.models import Project, ProjectState
from juyuan.rooms.pipeline.queries.figures import View
from juyuan.rooms.pipeline.queries.past import snapshots
from juyuan.rooms.pipeline.queries.periods import kinds_of
from juyuan.rooms.pipeline.queries.progress import (
    evidence_rows,
    move_rows,
    typed_rows,
    voucher_rows,
)
from juyuan.rooms.pipeline.queries.scope import kept
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.lights import (
    DONE_BY,
    DONE_WHEN_LANDED,
    PROMISED,
    Light,
    Promise,
    Signal,
    Thresholds,
    Watched,
    latest_promise,
    latest_start,
    signal,
)
from juyuan.rooms.pipeline.rules.progress import (
    EVIDENCE_KINDS,
    MOVE_KINDS,
    VOUCHER_KIND,
    Kinds,
)
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage, Standing

KEYS = (
    "lights.yellow_months", "lights.red_months", "lights.withdraw_months", "lights.stages",
    "lights.promise_yellow_days", "lights.promise_red_days",
)  # fmt: skip
WITHDRAW = "withdraw"
# 筛选的取值 → 名称
CHOICES = {
    **{light.value: light.label for light in (Light.RED, Light.YELLOW, Light.GREEN, Light.NONE)},
    WITHDRAW: "提请退库",
}
COLUMNS = (
    "stage", "standing", "stage_since", "standing_since", "started_on", *PROMISED.values(),
)  # fmt: skip
Kind = Callable[[Collection[str]], Q]


def thresholds(book: Params) -> Thresholds:
    """参数 → 界限。"""
    return Thresholds(
        yellow_months=book["lights.yellow_months"],
        red_months=book["lights.red_months"],
        withdraw_months=book["lights.withdraw_months"],
        promise_yellow_days=book["lights.promise_yellow_days"],
        promise_red_days=book["lights.promise_red_days"],
        stages=tuple(book["lights.stages"]),
    )


# ───────── 四种来源 ─────────


@dataclass(frozen=True)
class Origin:
    """进展的一种来源:哪些行、哪一栏是发生日、由哪一栏看出种类、怎么说(标记 → 话)。"""

    rows: Callable[[datetime | None], QuerySet[Any]]
    on: str
    mark: str
    kinds: Mapping[Any, str] | None
    said: Callable[[str, Kinds], str]

    def having(self, kinds: Collection[str]) -> Q | None:
        """这几种进展的条件;一种也不会有的为空。"""
        if self.kinds is None:
            return Q(kind__in=sorted(kinds))
        if not self.mark:
            return Q() if VOUCHER_KIND in kinds else None
        marks = sorted(mark for mark, kind in self.kinds.items() if kind in kinds)
        return Q(**{f"{self.mark}__in": marks}) if marks else None

    def kind_of(self, mark: str) -> str:
        return mark if self.kinds is None else self.kinds[mark]

    def latest(
        self, order: int, ids: list[int], kinds: Collection[str], on: date,
        until: datetime | None,
    ) -> QuerySet[Any, tuple[Any, ...]] | None:  # fmt: skip
        """每个项目每种标记最近的一件:(第几种来源, 项目, 标记, 发生日, 得知的时刻)。"""
        having = self.having(kinds)
        if having is None:
            return None
        text = CharField()
        mark = Cast(self.mark, text) if self.mark else Value("", output_field=text)
        keys = ["project_id", *([self.mark] if self.mark else [])]
        rows = self.rows(until)
        # 编号作一个数组:语句的文字不随个数变,拼一次就够
        column = f'"{rows.model._meta.db_table}"."project_id" = ANY(%s)'
        among = RawSQL(column, [ids], output_field=BooleanField())  # noqa: S611 - 没有外来文字
        return (
            rows.filter(having, among, **{f"{self.on}__lte": on})
            .order_by(*keys, f"-{self.on}", "-at", "-id")
            .distinct(*keys)
            .values_list(Value(order), "project_id", mark, self.on, "at")
        )


ORIGINS = (
    Origin(
        move_rows, "fact_on", "to_stage", MOVE_KINDS,
        lambda mark, kinds: f"移到{Stage(mark).label}",
    ),
    Origin(
        evidence_rows, "dated_on", "fact", EVIDENCE_KINDS,
        lambda mark, kinds: f"提交「{FactKey(mark).label}」",
    ),
    Origin(voucher_rows, "paid_on", "", {"": VOUCHER_KIND}, lambda mark, kinds: "资金到账"),
    Origin(typed_rows, "happened_on", "kind", None, lambda mark, kinds: kinds.label(mark)),
)  # fmt: skip


# ───────── 集合式 ─────────


@dataclass
class Conditions:
    """某一天的几条集合式条件。`ref` 是外层查询里项目编号的栏(项目表 pk,快照 project_id)。"""

    on: date
    past: bool
    ref: str
    book: Params = field(init=False)
    limits: Thresholds = field(init=False)

    def __post_init__(self) -> None:
        self.book = params(self.on)
        self.limits = thresholds(self.book)
        self.until = end_of(self.on) if self.past else None
        self.substantive = frozenset(kinds_of(self.book).substantive)

    def happened(self, kinds: Collection[str], after: date | None = None) -> list[Exists]:
        """`after` 之后、这一天为止有过这几种进展(逐种来源)。"""
        found = []
        for origin in ORIGINS:
            having = origin.having(kinds)
            if having is None:
                continue
            rows = origin.rows(self.until).filter(
                having, project=OuterRef(self.ref), **{f"{origin.on}__lte": self.on}
            )
            if after is not None:
                rows = rows.filter(**{f"{origin.on}__gt": after})
            found.append(Exists(rows))
        return found

    def active(self) -> Q:
        return Q(standing=Standing.ACTIVE) & ~Q(stage=Stage.PLANNING)

    def still(self, months: int) -> Q:
        """在看实质进展的库里,满几个月没有。"""
        day = latest_start(months, self.on)
        found = (
            Q(stage__in=list(self.limits.stages), stage_since__lte=day)
            & (Q(standing_since__isnull=True) | Q(standing_since__lte=day))
        )  # fmt: skip
        for one in self.happened(self.substantive, day) if day < date.max else []:
            found &= ~Q(one)
        return found

    def late(self, days: int) -> Q:
        """签约之后,有承诺的日子已过几天而没有做到。"""
        day = latest_promise(days, self.on)
        total = Q(pk__in=[])
        for promise, column in PROMISED.items():
            part = Q(**{f"{column}__lte": day})
            if promise in DONE_WHEN_LANDED:
                part &= ~Q(stage=Stage.LANDED)
            if promise == Promise.START:
                part &= Q(started_on__isnull=True) | Q(started_on__gt=self.on)
            for one in self.happened(DONE_BY[promise]):
                part &= ~Q(one)
            total |= part
        signed = [s.value for s in STAGES if s.order >= Stage.SIGNED.order]
        return Q(stage__in=signed) & total

    def red(self) -> Q:
        """够得上红灯的。"""
        months = max(self.limits.red_months, self.limits.yellow_months)
        days = max(self.limits.promise_red_days, self.limits.promise_yellow_days)
        return self.still(months) | self.late(days)

    def yellow(self) -> Q:
        """够得上黄灯的(够得上红灯的都在内)。"""
        return self.still(self.limits.yellow_months) | self.late(self.limits.promise_yellow_days)

    def light(self) -> Case:
        """灯色(查询里的一栏)。"""
        return Case(
            When(~self.active(), then=Value(Light.NONE.value)),
            When(self.red(), then=Value(Light.RED.value)),
            When(self.yellow(), then=Value(Light.YELLOW.value)),
            default=Value(Light.GREEN.value),
            output_field=CharField(),
        )

    def lit(self, wanted: str) -> Q:
        """亮着这种灯的:与 `light` 同义,只写这一种灯用得着的条件(查得快)。"""
        match wanted:
            case Light.NONE.value:
                return ~self.active()
            case Light.RED.value:
                return self.active() & self.red()
            case Light.YELLOW.value:
                return self.active() & self.yellow() & ~self.red()
            case Light.GREEN.value:
                return self.active() & ~self.yellow()
        return Q(pk__in=[])

    def withdrawal(self) -> Q:
        """提请退库的。"""
        return self.active() & self.still(self.limits.withdraw_months)


def _conditions(rows: QuerySet[Any], on: date, past: bool) -> Conditions:
    model: type[Model] = rows.model
    return Conditions(on, past, "project_id" if model is ProjectState else "pk")


def with_light(rows: QuerySet[Any], on: date, *, past: bool = False) -> QuerySet[Any]:
    """带上灯色(`light`)与是否提请退库(`withdraw`)。

    `rows` 是项目(此刻)或某日的快照;`past` 为真时只看那一天终了时已知道的事。
    """
    said = _conditions(rows, on, past)
    gone = Case(When(said.withdrawal(), then=Value(True)), default=Value(False),
                output_field=BooleanField())  # fmt: skip
    return rows.annotate(light=said.light(), withdraw=gone)


def lit(rows: QuerySet[Any], wanted: str, on: date, *, past: bool = False) -> QuerySet[Any]:
    """亮着这种灯的;`wanted` 是灯色,或「提请退库」。"""
    said = _conditions(rows, on, past)
    return rows.filter(said.withdrawal() if wanted == WITHDRAW else said.lit(wanted))


# ───────── 逐个的 ─────────


@dataclass(frozen=True)
class Lamp:
    """一个项目的灯,与最近一次实质进展(说法与日子;没有即空)。"""

    signal: Signal
    last: str = ""
    last_on: date | None = None

    @property
    def light(self) -> Light:
        return self.signal.light


UNLIT = Lamp(Signal(Light.NONE))


@dataclass
class Known:
    """一个项目到那一天为止的进展里,灯要看的。"""

    last: tuple[date, datetime] | None = None
    said: str = ""
    kinds: set[str] = field(default_factory=set)


# 拼语句时占位的编号、日期、时刻;用的时候换成真的
IDS, ON, UNTIL = [-1], date(1, 1, 1), datetime(1, 1, 3, tzinfo=UTC)


@lru_cache(maxsize=8)
def _latest(wanted: frozenset[str], past: bool) -> tuple[str, tuple[Any, ...]]:
    """四种来源合成的一条语句与占着位的参数:ORM 拼它比数据库跑它还久,每种只拼一次。"""
    until = UNTIL if past else None
    parts = [origin.latest(i, IDS, wanted, ON, until) for i, origin in enumerate(ORIGINS)]
    first, *rest = [part for part in parts if part is not None]
    sql, params = first.union(*rest, all=True).query.sql_with_params()
    return sql, tuple(params)


def _known(
    ids: Collection[int], on: date, until: datetime | None, kinds: Kinds
) -> Mapping[int, Known]:
    """四种来源一条查询,每个项目每种进展只取最近的一件。"""
    found: dict[int, Known] = defaultdict(Known)
    wanted = {*kinds.substantive, *(kind for some in DONE_BY.values() for kind in some)}
    sql, places = _latest(frozenset(wanted), until is not None)
    real = [
        list(ids) if p is IDS else on if p == ON else until if p == UNTIL else p for p in places
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, real)
        rows = cursor.fetchall()
    for order, pk, mark, day, at in rows:
        known, kind = found[pk], ORIGINS[order].kind_of(mark)
        known.kinds.add(kind)
        if kind in kinds.substantive and (known.last is None or (day, at) > known.last):
            known.last, known.said = (day, at), ORIGINS[order].said(mark, kinds)
    return found


def _watched(row: Mapping[str, Any], known: Known, on: date) -> Watched:
    since = row["stage_since"]
    if row["standing_since"] is not None:  # 恢复推进的,自恢复之日重新算起
        since = max(since, row["standing_since"])
    done = {promise for promise, kinds in DONE_BY.items() if known.kinds & set(kinds)}
    if row["started_on"] is not None and row["started_on"] <= on:
        done.add(Promise.START)
    if row["stage"] == Stage.LANDED:
        done |= DONE_WHEN_LANDED
    return Watched(
        stage=Stage(row["stage"]),
        standing=Standing(row["standing"]),
        since=since,
        last_substantive=known.last[0] if known.last else None,
        promised={p: row[c] for p, c in PROMISED.items() if row[c] is not None},
        done=frozenset(done),
    )


def lamps(
    ids: Iterable[int],
    on: date,
    *,
    past: bool = False,
    loaded: Iterable[Project] | None = None,
) -> dict[int, Lamp]:
    """这些项目的灯与缘由:三条查询,与项目数、进展数无关。`past` 为真即那一天终了时的。

    `loaded` 是已经取出的项目(此刻的):不再查项目表,少一条。
    """
    wanted = set(ids)
    if not wanted:
        return {}
    book = params(on)
    limits, kinds = thresholds(book), kinds_of(book)
    known = _known(wanted, on, end_of(on) if past else None, kinds)
    base: QuerySet[Any] = (
        snapshots(on).filter(project_id__in=wanted)
        if past
        else Project.objects.filter(pk__in=wanted, voided_at__isnull=True)
    )
    found = {}
    rows: Iterable[Mapping[str, Any]] = base.values("project_id" if past else "pk", *COLUMNS)
    if loaded is not None and not past:
        rows = [{name: getattr(p, name) for name in ("pk", *COLUMNS)} for p in loaded]
    for row in rows:
        pk = row["project_id" if past else "pk"]
        facts = known.get(pk, Known())
        found[pk] = Lamp(
            signal(_watched(row, facts, on), on, limits),
            facts.said,
            facts.last[0] if facts.last else None,
        )
    return found


def signals(ids: Iterable[int], on: date, *, past: bool = False) -> dict[int, Signal]:
    """这些项目的灯。"""
    return {pk: lamp.signal for pk, lamp in lamps(ids, on, past=past).items()}


def tally(actor: Actor | None, on: date, *, past: bool = False) -> dict[int | None, dict[str, int]]:
    """首谈单位编号 → 各灯的个数(含「提请退库」);看得全的项目,一条计数的查询。"""
    found: dict[int | None, dict[str, int]] = defaultdict(dict)
    rows = with_light(watched_rows(View.of(actor), on, past=past), on, past=past)
    column = "lead_unit_id_at" if past else "lead_unit_id"
    for lead, light, gone, count in rows.values_list(column, "light", "withdraw").annotate(
        n=Count("pk")
    ):
        cell = found[lead]
        cell[light] = cell.get(light, 0) + count
        if gone:
            cell[WITHDRAW] = cell.get(WITHDRAW, 0) + count
    return dict(found)


def watched_rows(view: View, on: date, *, past: bool) -> QuerySet[Any]:
    """这个人看得全的、在推进的项目(或那一天的快照)。"""
    among = view.rows(full=True, as_of=on if past else None)
    seen = kept(on if past else None) if among is None else among
    rows: QuerySet[Any] = (
        snapshots(on).filter(project_id__in=seen.order_by().values("pk")) if past else seen
    )
    return rows.filter(standing=Standing.ACTIVE).order_by()


def lit_ids(actor: Actor | None, wanted: str, on: date, *, past: bool = False) -> list[int]:
    """亮着这种灯的项目编号(数字背后的各项目)。"""
    rows = lit(watched_rows(View.of(actor), on, past=past), wanted, on, past=past)
    return list(rows.values_list("project_id" if past else "pk", flat=True))
