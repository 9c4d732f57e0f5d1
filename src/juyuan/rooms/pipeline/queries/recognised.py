"""认定事实表:给只许看认定事实的人(审计、财政、组织),也给想核对冻结数字的人。

行是现行的认定(签约、落地),金额是认定当日冻结的;申报内容一律不出现,也不能拿来筛选、排序。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.keyset import Order, Page, choose_order, ordering, paginate
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import end_of
from juyuan.rooms.chains.models import Chain
from juyuan.rooms.pipeline.models import Recognition
from juyuan.rooms.pipeline.queries.criteria import UNDECIDED, Criteria
from juyuan.rooms.pipeline.queries.listing import PAGE, Sum3
from juyuan.rooms.pipeline.queries.past import RESULTS, uncounted_by
from juyuan.rooms.pipeline.queries.scope import visible_to
from juyuan.rooms.pipeline.rules.stages import Stage

STAGES = (Stage.SIGNED, Stage.LANDED)
BATCH = 500
# 参数 recognition.count_by 的取值 → 认定行里的日期
COUNTED_BY = {
    "recognised_on": Order("recorded_at", desc=True),
    "fact_on": Order("fact_on", desc=True),
}


SORTS = {
    "total": Order("total_investment", nullable=True),
    "contract": Order("contract_amount", nullable=True),
    "committed": Order("committed_investment", nullable=True),
    "fact_on": Order("fact_on"),
    "recorded_at": Order("recorded_at"),
}


def order_of(sort: str, on: date) -> Order:
    """点了哪一列就按哪一列,没点的按归期的日期。"""
    return choose_order(sort, SORTS, "") if sort.removeprefix("-") in SORTS else counted_order(on)


def counted_order(on: date) -> Order:
    """清单按哪个日期排:与归期同一个(参数 recognition.count_by),新的在前;两个日期都显示。"""
    return COUNTED_BY[params(on)["recognition.count_by"]]


@dataclass(frozen=True)
class FactRow:
    """一项认定。金额为元,认定当日冻结。"""

    code: str
    name: str
    lead: str
    chain: str
    hosts: tuple[str, ...]
    total: int | None
    contract: int | None
    committed: int | None
    fact_on: date
    recorded_at: datetime
    by: str


@dataclass
class FactsListing:
    page: Page[Recognition]
    rows: list[FactRow]
    stage: Stage
    libraries: dict[Stage, Sum3]
    page_sum: Sum3

    @property
    def whole(self) -> Sum3:
        return self.libraries[self.stage]


def _base(actor: Actor, found: Criteria) -> QuerySet[Recognition]:
    rows = Recognition.objects.filter(
        sign=1, project__in=visible_to(actor, as_of=found.as_of).values("pk")
    )
    if found.as_of is None:
        rows = rows.filter(live=True)
    else:
        end = end_of(found.as_of)
        gone = Recognition.objects.filter(sign=-1, recorded_at__lt=end).values("reverses_id")
        rows = rows.filter(recorded_at__lt=end, fact_on__lt=found.as_of + timedelta(days=1))
        rows = rows.exclude(pk__in=gone)
    if found.once:
        rows = rows.exclude(project__in=uncounted_by(found, visible_to(actor, as_of=found.as_of)))
    if found.q:
        rows = rows.filter(Q(project__name__icontains=found.q) | Q(project__code__iexact=found.q))
    if found.chain:
        rows = rows.filter(chain_code="" if found.chain in UNDECIDED else found.chain)
    if found.lead_unit:
        rows = (
            rows.filter(lead_unit__isnull=True)
            if found.lead_unit in UNDECIDED
            else rows.filter(lead_unit__code=found.lead_unit)
        )
    if found.host_unit in UNDECIDED:
        rows = rows.filter(hosts=[])
    elif found.host_unit:
        pk = Unit.objects.filter(code=found.host_unit).values_list("pk", flat=True).first()
        rows = rows.filter(hosts__contains=[{"unit": pk}])
    return rows


def facts_listing(
    actor: Actor, found: Criteria, *, sort: str = "", cursor: str = "", limit: int = PAGE
) -> FactsListing:
    """一页认定事实。签约、落地各一个页签。"""
    base = _base(actor, found)
    libraries = {stage: Sum3() for stage in STAGES}
    for g in (
        base.order_by()
        .values("stage")
        .annotate(
            n=Count("pk"),
            total=Sum("total_investment"),
            contract=Sum("contract_amount"),
            committed=Sum("committed_investment"),
        )
    ):
        libraries[Stage(g["stage"])] = Sum3(
            g["n"], int(g["total"] or 0), int(g["contract"] or 0), int(g["committed"] or 0)
        )
    stage = stage_of(found)
    page = paginate(
        base.filter(stage=stage).select_related("project", "lead_unit"),
        order_of(sort, found.as_of or date.max),
        cursor,
        limit,
    )
    page.total = libraries[stage].n
    rows = _rows(page.items)
    total = Sum3()
    for row in rows:
        total += Sum3(1, row.total or 0, row.contract or 0, row.committed or 0)
    return FactsListing(page, rows, stage, libraries, total)


def stage_of(found: Criteria) -> Stage:
    """看哪个页签:条件说的那一库,没说的是签约。"""
    wanted = (
        RESULTS[found.result][0].value if found.result else (found.recognised_stage or found.stage)
    )
    return Stage(wanted) if wanted in {s.value for s in STAGES} else Stage.SIGNED


def every_row(actor: Actor, found: Criteria, sort: str) -> Iterator[FactRow]:
    """这个页签的全部行(导出用),次序同清单,分批取。"""
    rows = _base(actor, found).filter(stage=stage_of(found))
    order = order_of(sort, found.as_of or date.max)
    ids = list(rows.order_by(*ordering(order)).values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        held = Recognition.objects.filter(pk__in=chunk).select_related("project", "lead_unit")
        by_pk = {row.pk: row for row in held}
        yield from _rows([by_pk[pk] for pk in chunk if pk in by_pk])


def _rows(items: list[Recognition]) -> list[FactRow]:
    units = dict(
        Unit.objects.filter(pk__in={h["unit"] for item in items for h in item.hosts}).values_list(
            "pk", "short_name"
        )
    )
    chains = dict(Chain.objects.values_list("code", "short_name"))
    return [
        FactRow(
            code=item.project.code,
            name=item.project.name,
            lead=str(item.lead_unit) if item.lead_unit else "",
            chain=chains.get(item.chain_code, ""),
            hosts=tuple(units.get(h["unit"], "") for h in item.hosts),
            total=item.total_investment,
            contract=item.contract_amount,
            committed=item.committed_investment,
            fact_on=item.fact_on,
            recorded_at=item.recorded_at,
            by=item.by_name,
        )
        for item in items
    ]
