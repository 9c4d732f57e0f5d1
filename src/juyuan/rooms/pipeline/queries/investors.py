"""给投资方室的项目行(经 wiring 登记):某些投资方所涉、行动者看得全的项目。"""

from __future__ import annotations

from collections.abc import Sequence

from juyuan.kernel.actor import Actor
from juyuan.rooms.investors.queries.detail import ProjectLine
from juyuan.rooms.pipeline.models import ProjectParty
from juyuan.rooms.pipeline.queries.scope import seen_whole


def investor_projects(actor: Actor, ids: Sequence[int]) -> dict[int, list[ProjectLine]]:
    """各投资方的项目,新近更新的在前;一条查询。"""
    rows = (
        ProjectParty.objects.filter(
            investor_id__in=ids, project_id__in=seen_whole(actor).order_by().values("pk")
        )
        .select_related("project__lead_unit")
        .order_by("-project__updated_at", "-project_id")
    )
    found: dict[int, list[ProjectLine]] = {}
    for party in rows:
        project = party.project
        found.setdefault(party.investor_id, []).append(
            ProjectLine(
                code=project.code,
                name=project.name,
                url=f"/projects/{project.code}/",
                stage=project.stage,
                note=str(project.lead_unit or ""),
            )
        )
    return found
