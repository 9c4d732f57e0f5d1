"""项目合并时未了的审查申请随之搬(经 wiring 登记给 pipeline);撤销合并即放回。

已答复的留在原来的项目:意见所成的凭据由合并照原样转入,不重复。
"""

from __future__ import annotations

from typing import Any

from django.db.models import F

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.rooms.evaluation.models import OpinionRequest
from juyuan.rooms.evaluation.queries.opinions import OBJ
from juyuan.rooms.evaluation.rules.opinions import CLAUSE, OPEN, OpinionKind
from juyuan.rooms.pipeline.movers import Act, Mover

STATES = [state.value for state in OPEN]


def count(project_id: int) -> int:
    """几件未了的。"""
    return OpinionRequest.objects.filter(project_id=project_id, state__in=STATES).count()


def blocks(source_id: int, target_id: int) -> list[str]:
    """同一种审查,一个项目同时只有一件未了。"""
    rows = OpinionRequest.objects.filter(project_id__in=(source_id, target_id), state__in=STATES)
    kinds = list(rows.values_list("kind", flat=True))
    return [
        f"两边各有一件未了的{kind.label}申请：请先撤回或等答复其中一件"
        for kind in OpinionKind
        if kinds.count(kind.value) > 1
    ]


def move(source_id: int, target_id: int, act: Act) -> list[int]:
    """未了的改指留下的一个。"""
    rows = list(
        OpinionRequest.objects.filter(project_id=source_id, state__in=STATES).order_by("pk")
    )
    _point(rows, target_id, "carried", act)
    return [row.pk for row in rows]


def undo(detail: Any, source_id: int, target_id: int, act: Act) -> None:
    """放回原来的项目(此后已答复的,凭据已记在留下的一个上,不放回)。"""
    rows = OpinionRequest.objects.filter(pk__in=detail, project_id=target_id, state__in=STATES)
    _point(list(rows.order_by("pk")), source_id, "put_back", act)


def _point(rows: list[OpinionRequest], project_id: int, verb: str, act: Act) -> None:
    OpinionRequest.objects.filter(pk__in=[row.pk for row in rows]).update(
        project_id=project_id, version=F("version") + 1
    )
    record_many(
        [
            Entry(
                f"evaluation.opinion.{verb}", OBJ, row.code, str(row), reason=act.reason,
                clause=CLAUSE,
            )
            for row in rows
        ],
        actor=act.actor, now=act.now, group=None,
    )  # fmt: skip


MOVER = Mover("evaluation.opinions", "未了的审查申请", count, move, undo, blocks)
