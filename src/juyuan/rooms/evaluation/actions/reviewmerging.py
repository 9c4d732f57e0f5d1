"""项目合并时评审随之搬(经 wiring 登记给 pipeline);撤销合并即放回。"""

from __future__ import annotations

from typing import Any

from django.db.models import F

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries.reviews import OBJ
from juyuan.rooms.evaluation.rules.reviews import CLAUSE, OPEN
from juyuan.rooms.pipeline.movers import Act, Mover


def count(project_id: int) -> int:
    """几次评审。"""
    return Review.objects.filter(project_id=project_id).count()


def blocks(source_id: int, target_id: int) -> list[str]:
    """一个项目同时只有一次评审:两边各开着一次的,先撤回或办完其中一次。"""
    rows = Review.objects.filter(project_id__in=(source_id, target_id), state__in=OPEN)
    codes = list(rows.order_by("pk").values_list("code", flat=True))
    if len(codes) < 2:
        return []
    return [f"两边各有一次正在办的评审（{'、'.join(codes)}）：请先撤回或办完其中一次"]


def move(source_id: int, target_id: int, act: Act) -> list[int]:
    """评审改指留下的一个;决定、评分、意见都跟着评审走。"""
    rows = list(
        Review.objects.filter(project_id=source_id).select_related("project").order_by("pk")
    )
    Review.objects.filter(pk__in=[row.pk for row in rows]).update(
        project_id=target_id, version=F("version") + 1
    )
    _note("carried", rows, act)
    return [row.pk for row in rows]


def undo(detail: Any, source_id: int, target_id: int, act: Act) -> None:
    """放回原来的项目。"""
    rows = list(
        Review.objects.filter(pk__in=detail, project_id=target_id)
        .select_related("project")
        .order_by("pk")
    )
    Review.objects.filter(pk__in=[row.pk for row in rows]).update(
        project_id=source_id, version=F("version") + 1
    )
    _note("returned", rows, act)


def _note(verb: str, rows: list[Review], act: Act) -> None:
    record_many(
        [
            Entry(
                f"evaluation.review.{verb}", OBJ, row.code, f"评审：{row.project.name}",
                reason=act.reason, clause=CLAUSE,
            )
            for row in rows
        ],
        actor=act.actor, now=act.now, group=None,
    )  # fmt: skip


MOVER = Mover("evaluation.reviews", "评审", count, move, undo, blocks)
