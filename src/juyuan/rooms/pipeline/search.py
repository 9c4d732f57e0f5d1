"""检索:项目按名称、编号、投资方、地点可查;只出看得见的。"""

from __future__ import annotations

from collections.abc import Sequence

from juyuan.foundation.search.registry import Hit
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import visible_ids
from juyuan.rooms.pipeline.rules.stages import Stage

OBJECT_TYPE = "project"
LABEL = "项目"

__all__ = ["LABEL", "OBJECT_TYPE", "present", "visible_ids"]


def present(actor: Actor, ids: Sequence[int]) -> list[Hit]:
    """命中的项目怎么显示(编号已按可见范围裁过)。"""
    rows = Project.objects.filter(pk__in=list(ids)).select_related("lead_unit")
    return [
        Hit(
            object_id=p.pk,
            title=p.name,
            subtitle=f"{Stage(p.stage).label} · {p.code}"
            + (f" · {p.lead_unit}" if p.lead_unit else ""),
            url=f"/projects/{p.code}/",
            icon="building-factory-2",
        )
        for p in rows
    ]
