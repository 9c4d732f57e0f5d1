"""给产业链室的项目数与项目行(经 wiring 登记)。"""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Sum

from juyuan.foundation.ui.keyset import choose_order, paginate
from juyuan.kernel.actor import Actor
from juyuan.rooms.chains.queries import ProjectLine, ProjectPage, ProjectTally
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.listing import DEFAULT_SORT, SORTS
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.stages import Stage, StageStatus


def _seen(actor: Actor | None) -> QuerySet[Project]:
    base = seen_whole(actor) if actor is not None else Project.objects.filter(voided_at=None)
    return base.filter(standing__in=("active", "paused"))


def chain_tallies(actor: Actor | None) -> list[ProjectTally]:
    """各链各环节各库的个数与总投资(元),一条查询。"""
    groups = (
        _seen(actor)
        .filter(chain__isnull=False)
        .order_by()
        .values("chain_id", "node_id", "stage", "stage_status")
        .annotate(n=Count("pk"), money=Sum("total_investment"))
    )
    return [
        ProjectTally(
            chain_id=g["chain_id"],
            node_id=g["node_id"],
            stage=g["stage"],
            stage_label=Stage(g["stage"]).label,
            recognised=g["stage_status"] == StageStatus.RECOGNISED,
            count=g["n"],
            amount=int(g["money"] or 0),
            stage_order=Stage(g["stage"]).order,
        )
        for g in groups
    ]


def chain_lines(actor: Actor | None, chain_id: int, limit: int) -> list[ProjectLine]:
    """一条链上的项目,新近更新的在前。"""
    rows = (
        _seen(actor)
        .filter(chain_id=chain_id)
        .select_related("lead_unit")
        .order_by("-updated_at", "-id")[:limit]
    )
    return [_line(p) for p in rows]


def chain_project_page(
    actor: Actor | None, chain_id: int, sort: str, cursor: str, limit: int
) -> ProjectPage:
    """一条链上的一页项目,次序与项目库相同。"""
    rows = _seen(actor).filter(chain_id=chain_id).select_related("lead_unit")
    page = paginate(rows, choose_order(sort, SORTS, DEFAULT_SORT), cursor, limit)
    known = sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT
    return ProjectPage([_line(p) for p in page.items], page.next, page.prev, known, limit)


def _line(project: Project) -> ProjectLine:
    return ProjectLine(
        code=project.code,
        name=project.name,
        node_id=project.node_id,
        stage=project.stage,
        recognised=project.stage_status == StageStatus.RECOGNISED,
        amount=project.total_investment,
        url=f"/projects/{project.code}/",
        unit=str(project.lead_unit or ""),
        updated_at=project.updated_at,
    )


def chain_rows_url(chain: str = "", node: str = "", stage: str = "") -> str:
    """链、环节、库的项目清单。"""
    wanted = {"chain": chain, "node": node, "stage": stage}
    return f"/projects/?{urlencode({k: v for k, v in wanted.items() if v})}"
