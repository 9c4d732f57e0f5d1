"""给产业链室的项目数与项目行(经 wiring 登记)。"""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Sum

from juyuan.kernel.actor import Actor
from juyuan.rooms.chains.queries import ProjectLine, ProjectTally
from juyuan.rooms.pipeline.models import Project
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
    return [
        ProjectLine(
            code=p.code,
            name=p.name,
            node_id=p.node_id,
            stage=p.stage,
            recognised=p.stage_status == StageStatus.RECOGNISED,
            amount=p.total_investment,
            url=f"/projects/{p.code}/",
            unit=str(p.lead_unit or ""),
        )
        for p in rows
    ]


def chain_rows_url(chain: str = "", node: str = "", stage: str = "") -> str:
    """链、环节、库的项目清单。"""
    wanted = {"chain": chain, "node": node, "stage": stage}
    return f"/projects/?{urlencode({k: v for k, v in wanted.items() if v})}"
