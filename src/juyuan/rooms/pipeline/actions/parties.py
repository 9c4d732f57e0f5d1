"""投资方合并时,项目的出资方随之改指;撤销照明细放回(经 wiring 登记给 investors)。

两家都是同一项目的出资方时,占比相加并作一行;来源地或是否财政资金不同的不能相加(会改变合同引资额),
请先在项目里改成一家。
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.rooms.investors.movers import Act, Mover
from juyuan.rooms.pipeline.actions.common import OBJ, refresh_search
from juyuan.rooms.pipeline.models import Project, ProjectParty

CLAUSE = "3.3b"


def count(investor_id: int) -> int:
    """是几个项目的出资方。"""
    return ProjectParty.objects.filter(investor_id=investor_id).count()


def blocks(source_id: int, target_id: int) -> list[str]:
    """哪些项目里两家不能并作一行。"""
    return [
        f"项目「{mine.project.name}」里两家都是出资方而资金来源不同,请先在项目里改成一家"
        for mine, theirs in _shared(source_id, target_id)
        if (mine.origin, mine.fiscal) != (theirs.origin, theirs.fiscal)
    ]


def move(source_id: int, target_id: int, act: Act) -> dict[str, Any]:
    """出资方改指留下的一家;返回明细。"""
    joined: list[dict[str, Any]] = []
    for mine, theirs in _shared(source_id, target_id):
        joined.append(
            {
                "party": theirs.pk,
                "added": mine.share_bp,
                "row": {
                    "project_id": mine.project_id,
                    "share_bp": mine.share_bp,
                    "origin": mine.origin,
                    "fiscal": mine.fiscal,
                    "order": mine.order,
                },
            }
        )
        ProjectParty.objects.filter(pk=theirs.pk).update(share_bp=F("share_bp") + mine.share_bp)
        mine.delete()
    rest = ProjectParty.objects.filter(investor_id=source_id)
    moved = list(rest.values_list("pk", flat=True))
    projects = {
        *rest.values_list("project_id", flat=True),
        *(j["row"]["project_id"] for j in joined),
    }
    rest.update(investor_id=target_id)
    _touch(projects, act, "pipeline.project.party_merged")
    return {"moved": moved, "joined": joined}


def undo(detail: dict[str, Any], source_id: int, target_id: int, act: Act) -> None:
    """照明细放回;此后已从项目里去掉的不再补。"""
    rows = ProjectParty.objects.filter(pk__in=detail["moved"], investor_id=target_id)
    projects = set(rows.values_list("project_id", flat=True))
    rows.update(investor_id=source_id)
    for item in detail["joined"]:
        changed = ProjectParty.objects.filter(
            pk=item["party"], investor_id=target_id, share_bp__gte=item["added"]
        ).update(share_bp=F("share_bp") - item["added"])
        if changed:
            ProjectParty.objects.create(investor_id=source_id, **item["row"])
            projects.add(item["row"]["project_id"])
    _touch(projects, act, "pipeline.project.party_unmerged")


def _shared(source_id: int, target_id: int) -> list[tuple[ProjectParty, ProjectParty]]:
    """两家都在的项目:(并入者的一行, 留下者的一行)。"""
    theirs = {p.project_id: p for p in ProjectParty.objects.filter(investor_id=target_id)}
    mine = ProjectParty.objects.filter(investor_id=source_id, project_id__in=theirs)
    return [(p, theirs[p.project_id]) for p in mine.select_related("project").order_by("pk")]


def _touch(project_ids: Iterable[int], act: Act, event: str) -> None:
    """开着的编辑表单因版本变化而知道出资方改了;检索行与台账同一事务。"""
    ids = sorted(set(project_ids))
    Project.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=act.now)
    projects = list(Project.objects.filter(pk__in=ids).order_by("pk"))
    for project in projects:
        refresh_search(project)
    record_many(
        [Entry(event, OBJ, p.code, p.name, reason=act.reason, clause=CLAUSE) for p in projects],
        actor=act.actor,
        now=act.now,
        group=None,
    )


MOVER = Mover("pipeline.parties", "项目的出资方", count, move, undo, blocks)
