"""某一天的项目库:数字可按任一过去的日期重演,数字背后的清单也能。

某日的样子取该日终了前最后一张快照;签约、落地的结果取该日终了前已录入、未冲回的认定行
(与 queries/figures 同一口径:清单的行数等于数字)。
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from juyuan.foundation.ledger.still import remembered, statement
from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui.keyset import Order
from juyuan.kernel.period import FOREVER, end_of
from juyuan.rooms.chains.models import Chain
from juyuan.rooms.pipeline.models import Project, ProjectState, Recognition, StageMove
from juyuan.rooms.pipeline.queries.relations import uncounted, uncounted_anywhere
from juyuan.rooms.pipeline.rules.stages import VERIFIED_STAGES, Stage, StageStatus, Standing

if TYPE_CHECKING:
    from juyuan.rooms.pipeline.queries.criteria import Criteria

IN_LIBRARY = (Standing.ACTIVE.value, Standing.PAUSED.value)
ALL_STANDINGS = "all"
UNDECIDED = frozenset({"none", "unplaced"})  # 未定落点、未定首谈单位、未定产业链
# 统计结果 → (认定所在库, 是否只计仍在库的, 名称)
RESULTS: dict[str, tuple[Stage, bool, str]] = {
    "signed_gross": (Stage.SIGNED, False, "签约总数所计项目"),
    "signed_net": (Stage.SIGNED, True, "签约净数所计项目"),
    "landed_projects_recognised": (Stage.LANDED, False, "落地项目"),
}
SNAPSHOT_FIELDS = (
    "stage", "recognised_stage", "standing", "total_investment", "contract_amount",
    "committed_investment", "is_chain_project",
)  # fmt: skip


# 项目的列 → `sortable` 带上的那一天的列
THEN = {
    "updated_at": "then_at", "total_investment": "then_total",
    "committed_investment": "then_committed",
}  # fmt: skip


def only_in_library(standing: str, result: str) -> bool:
    """没说项目状态时只看在库的(推进、暂缓);统计结果若连终止的也计,就不限。"""
    return not standing and (not result or RESULTS[result][1])


def live_rows(as_of: date | None) -> QuerySet[Recognition]:
    """此刻(或某日终了时)现行的认定行。"""
    rows = Recognition.objects.filter(sign=1)
    if as_of is None:
        return rows.filter(live=True)
    gone = Recognition.objects.filter(sign=-1, recorded_at__lt=end_of(as_of))
    return rows.filter(
        recorded_at__lt=end_of(as_of), fact_on__lt=as_of + timedelta(days=1)
    ).exclude(pk__in=gone.values("reverses_id"))


def frozen_stage(found: Criteria) -> Stage | None:
    """条件说的是签约、落地的认定数时,是哪一库:落点、产业链、首谈单位按认定当日冻结的看。"""
    if found.result:
        return RESULTS[found.result][0]
    known = Stage(found.recognised_stage) if found.recognised_stage else None
    return known if known in VERIFIED_STAGES else None


def with_recognition(found: Criteria, stage: Stage) -> Q:
    """那时有这一库现行认定,而冻结的落点、产业链、首谈单位合条件的项目。"""
    rows = live_rows(found.as_of).filter(stage=stage)
    if found.chain:
        rows = rows.filter(chain_code="" if found.chain in UNDECIDED else found.chain)
    if found.lead_unit in UNDECIDED:
        rows = rows.filter(lead_unit__isnull=True)
    elif found.lead_unit:
        rows = rows.filter(lead_unit__code=found.lead_unit)
    if found.host_unit in UNDECIDED:
        rows = rows.filter(hosts=[])
    elif found.host_unit:
        rows = rows.filter(hosts__contains=[{"unit": unit_pk(found.host_unit)}])
    return Q(pk__in=rows.values("project_id"))


def unit_pk(code: str) -> int:
    """单位代码 → 编号;没有这个单位的取 0(谁也不是)。"""
    return Unit.objects.filter(code=code).values_list("pk", flat=True).first() or 0


def grouped_now(base: QuerySet[Project]) -> Iterable[Any]:
    """此刻各组的个数、申报金额,连同现行认定的冻结金额(`frozen_`):看得见的项目只扫一遍。

    一个项目一个库至多一行现行认定(唯一约束),连上它不会多出行来。
    """
    held = Q(
        recognitions__live=True, recognitions__sign=1, recognitions__stage=F("recognised_stage")
    )
    rows = (
        base.order_by()
        .annotate(held=FilteredRelation("recognitions", condition=held))
        .values("stage", "recognised_stage", "stage_status")
        .annotate(
            n=Count("pk"),
            total=Sum("total_investment"),
            contract=Sum("contract_amount"),
            committed=Sum("committed_investment"),
            frozen_n=Count("held"),
            frozen_total=Sum("held__total_investment"),
            frozen_contract=Sum("held__contract_amount"),
            frozen_committed=Sum("held__committed_investment"),
        )
    )
    return remembered(("libraries", statement(rows)), lambda: tuple(rows))


def known_sums(base: QuerySet[Project], as_of: date) -> Iterable[Any]:
    """签约、落地库里已认定的各项目冻结金额之和,按库(一条查询)。"""
    then = snapshots(as_of)
    rows = live_rows(as_of).filter(
        Q(stage=Stage.SIGNED, project__in=_at(then, Stage.SIGNED))
        | Q(stage=Stage.LANDED, project__in=_at(then, Stage.LANDED)),
        project__in=base.order_by().values("pk"),
    )
    return (
        rows.order_by()
        .values("stage")
        .annotate(
            n=Count("pk"),
            total=Sum("total_investment"),
            contract=Sum("contract_amount"),
            committed=Sum("committed_investment"),
        )
    )


def _at(then: QuerySet[ProjectState], stage: Stage) -> QuerySet[ProjectState, int]:
    return then.filter(recognised_stage=stage).values_list("project_id", flat=True)


def uncounted_by(found: Criteria, seen: QuerySet[Project]) -> set[int]:
    """这个数里按项目关系不计的项目(`found` 说的是哪个数:统计结果、认定所在库、所在库)。"""
    end = end_of(found.as_of) if found.as_of else None
    if found.entered or found.passed:
        return uncounted_anywhere(end, found.as_of or FOREVER, seen)
    if found.result:
        stage, net, _ = RESULTS[found.result]
        key = ("net" if net else "gross", stage.value)
    elif found.recognised_stage:
        key = ("recognised", found.recognised_stage)
    else:
        key = ("claimed", found.stage)
    return uncounted(key, end, found.as_of or FOREVER, seen)


def _moves(as_of: date | None) -> QuerySet[StageMove]:
    return StageMove.objects.filter(at__lt=end_of(as_of or FOREVER))


def entered(stage: str, as_of: date | None) -> QuerySet[Any]:
    """进过这个库的项目编号(该日终了前已录入的移动)。"""
    return _moves(as_of).filter(to_stage=stage).values("project_id")


def passed(stage: str, as_of: date | None) -> QuerySet[Any]:
    """从这个库前移出去过的项目编号:紧接着的那一次移动是往后的库去的。"""
    following = (
        _moves(as_of)
        .filter(project_id=OuterRef("project_id"), id__gt=OuterRef("id"))
        .order_by("id")
        .values("to_stage")[:1]
    )
    later = [s.value for s in Stage if s.order > Stage(stage).order]
    rows = _moves(as_of).filter(to_stage=stage).annotate(left_to=Subquery(following))
    return rows.filter(left_to__in=later).values("project_id")


def snapshots(as_of: date) -> QuerySet[ProjectState]:
    """该日终了前每个项目最后一张快照(已作废的不在内)。"""
    latest = (
        ProjectState.objects.filter(recorded_at__lt=end_of(as_of))
        .order_by("project_id", "-recorded_at", "-id")
        .distinct("project_id")
    )
    return ProjectState.objects.filter(pk__in=latest.values("pk"), voided=False).order_by()


def states(found: Criteria) -> QuerySet[ProjectState]:
    """该日符合条件的快照。"""
    if found.as_of is None:
        raise ValueError("没有给日期")
    rows = snapshots(found.as_of)
    if found.stage:
        rows = rows.filter(stage=found.stage)
    if found.recognised_stage:
        rows = rows.filter(recognised_stage=found.recognised_stage)
    if found.stage_status == StageStatus.RECOGNISED:
        rows = rows.filter(recognised_stage=F("stage"))
    elif found.stage_status:
        rows = rows.exclude(recognised_stage=F("stage"))
    if only_in_library(found.standing, found.result):
        rows = rows.filter(standing__in=IN_LIBRARY)
    elif found.standing and found.standing != ALL_STANDINGS:
        rows = rows.filter(standing=found.standing)
    if frozen_stage(found) is None:
        rows = _placed(rows, found)
    if found.total_min is not None:
        rows = rows.filter(total_investment__gte=found.total_min)
    if found.total_max is not None:
        rows = rows.filter(total_investment__lte=found.total_max)
    return rows


def _placed(rows: QuerySet[ProjectState], found: Criteria) -> QuerySet[ProjectState]:
    """那一天的落点、产业链、首谈单位合条件的。"""
    if found.chain:
        rows = rows.filter(chain_code="" if found.chain in UNDECIDED else found.chain)
    if found.lead_unit in UNDECIDED:
        rows = rows.filter(lead_unit_id_at__isnull=True)
    elif found.lead_unit:
        rows = rows.filter(lead_unit_id_at=unit_pk(found.lead_unit))
    if found.host_unit in UNDECIDED:
        rows = rows.filter(hosts=[])
    elif found.host_unit:
        rows = rows.filter(hosts__contains=[{"unit": unit_pk(found.host_unit)}])
    return rows


def grouped(base: QuerySet[Project], as_of: date) -> Iterable[Any]:
    """该日每库的个数与金额,认定与待核实分开(一条查询)。"""
    status = Case(
        When(recognised_stage=F("stage"), then=Value(StageStatus.RECOGNISED.value)),
        default=Value(StageStatus.CLAIMED.value),
        output_field=CharField(),
    )
    return (
        snapshots(as_of)
        .filter(project_id__in=base.order_by().values("pk"))
        .annotate(stage_status=status)
        .values("stage", "recognised_stage", "stage_status")
        .annotate(
            n=Count("pk"),
            total=Sum("total_investment"),
            contract=Sum("contract_amount"),
            committed=Sum("committed_investment"),
        )
    )


def sortable(queryset: QuerySet[Project], as_of: date) -> QuerySet[Project]:
    """带上那一天的金额与改动时间(`then_…`),供排序、翻页用。"""
    return queryset.filter(states__in=snapshots(as_of)).annotate(
        then_total=F("states__total_investment"),
        then_committed=F("states__committed_investment"),
        then_at=F("states__recorded_at"),
    )


def order_then(order: Order) -> Order:
    """同一种排序,按那一天的值。"""
    return replace(order, field=THEN.get(order.field, order.field))


Hosts = dict[int, list[tuple[Unit, int]]]
"""项目 → 那一天的承载地与份额。"""


def overlay(projects: Iterable[Project], as_of: date) -> Hosts:
    """把内存里的项目换成那一天的样子(不存),并给出那一天的承载地;三条查询,与项目数无关。

    环节没有随日留存:产业链变过的不写环节。
    """
    by_id = {p.pk: p for p in projects}
    rows = list(snapshots(as_of).filter(project_id__in=by_id))
    chains = {c.code: c for c in Chain.objects.filter(code__in={r.chain_code for r in rows})}
    units = Unit.objects.in_bulk(
        {r.lead_unit_id_at for r in rows if r.lead_unit_id_at}
        | {h["unit"] for r in rows for h in r.hosts}
    )
    hosts: Hosts = {}
    for row in rows:
        project = by_id[row.project_id]
        for name in SNAPSHOT_FIELDS:
            setattr(project, name, getattr(row, name))
        same = row.recognised_stage == row.stage
        project.stage_status = (StageStatus.RECOGNISED if same else StageStatus.CLAIMED).value
        chain = chains.get(row.chain_code)
        if project.node_id and (chain is None or project.chain_id != chain.pk):
            project.node = None
        project.chain = chain
        project.lead_unit = units.get(row.lead_unit_id_at) if row.lead_unit_id_at else None
        project.updated_at = row.recorded_at
        hosts[project.pk] = [
            (units[h["unit"]], h["share_bp"]) for h in row.hosts if h["unit"] in units
        ]
    return hosts
