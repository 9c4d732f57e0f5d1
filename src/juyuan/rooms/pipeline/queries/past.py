"""某一天的项目库:数字可按任一过去的日期重演,数字背后的清单也能。

某日的样子取该日终了前最后一张快照;签约、落地的结果取该日终了前已录入、未冲回的认定行
(与 queries/figures 同一口径:清单的行数等于数字)。
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When

from juyuan.foundation.people.models import Unit
from juyuan.rooms.pipeline.models import Project, ProjectState, Recognition
from juyuan.rooms.pipeline.queries.figures import FOREVER, end_of
from juyuan.rooms.pipeline.queries.relations import uncounted
from juyuan.rooms.pipeline.rules.stages import Stage, StageStatus, Standing

if TYPE_CHECKING:
    from juyuan.rooms.pipeline.queries.criteria import Criteria

IN_LIBRARY = (Standing.ACTIVE.value, Standing.PAUSED.value)
ALL_STANDINGS = "all"
# 统计结果 → (认定所在库, 是否只计仍在库的, 名称)
RESULTS: dict[str, tuple[Stage, bool, str]] = {
    "signed_gross": (Stage.SIGNED, False, "签约总数所计项目"),
    "signed_net": (Stage.SIGNED, True, "签约净数所计项目"),
    "landed_projects_recognised": (Stage.LANDED, False, "落地项目"),
}
SNAPSHOT_FIELDS = (
    "stage", "recognised_stage", "standing", "total_investment", "contract_amount",
    "committed_investment",
)  # fmt: skip


def only_in_library(standing: str, result: str) -> bool:
    """没说项目状态时只看在库的(推进、暂缓);统计结果若连终止的也计,就不限。"""
    return not standing and (not result or RESULTS[result][1])


def with_result(result: str, as_of: date | None) -> Q:
    """有这一认定的项目。"""
    rows = Recognition.objects.filter(sign=1, stage=RESULTS[result][0])
    if as_of is None:
        rows = rows.filter(live=True)
    else:
        reversed_then = Recognition.objects.filter(sign=-1, recorded_at__lt=end_of(as_of))
        rows = rows.filter(
            recorded_at__lt=end_of(as_of), fact_on__lt=as_of + timedelta(days=1)
        ).exclude(pk__in=reversed_then.values("reverses_id"))
    return Q(pk__in=rows.values("project_id"))


def uncounted_by(found: Criteria, seen: QuerySet[Project]) -> set[int]:
    """这个数里按项目关系不计的项目(`found` 说的是哪个数:统计结果、认定所在库、所在库)。"""
    if found.result:
        stage, net, _ = RESULTS[found.result]
        key = ("net" if net else "gross", stage.value)
    elif found.recognised_stage:
        key = ("recognised", found.recognised_stage)
    else:
        key = ("claimed", found.stage)
    end = end_of(found.as_of) if found.as_of else None
    return uncounted(key, end, found.as_of or FOREVER, seen)


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
    if found.chain:
        rows = rows.filter(chain_code="" if found.chain == "none" else found.chain)
    if found.lead_unit == "none":
        rows = rows.filter(lead_unit_id_at__isnull=True)
    elif found.lead_unit:
        rows = rows.filter(
            lead_unit_id_at__in=Unit.objects.filter(code=found.lead_unit).values("pk")
        )
    if found.host_unit in ("none", "unplaced"):
        rows = rows.filter(hosts=[])
    elif found.host_unit:
        pk = Unit.objects.filter(code=found.host_unit).values_list("pk", flat=True).first()
        rows = rows.filter(hosts__contains=[{"unit": pk}])
    if found.total_min is not None:
        rows = rows.filter(total_investment__gte=found.total_min)
    if found.total_max is not None:
        rows = rows.filter(total_investment__lte=found.total_max)
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


def overlay(projects: Iterable[Project], as_of: date) -> None:
    """把内存里的项目换成那一天的样子(不存)。"""
    by_id = {p.pk: p for p in projects}
    for row in snapshots(as_of).filter(project_id__in=by_id):
        project = by_id[row.project_id]
        for name in SNAPSHOT_FIELDS:
            setattr(project, name, getattr(row, name))
        same = row.recognised_stage == row.stage
        project.stage_status = (StageStatus.RECOGNISED if same else StageStatus.CLAIMED).value
