"""项目合并时承诺(连同违约、函)随之改指留下的一个;撤销合并的放回。由 wiring 登记给 pipeline。"""

from __future__ import annotations

from collections.abc import Iterable

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.rooms.evaluation.models import Letter, Promise
from juyuan.rooms.evaluation.queries.promises import OBJ
from juyuan.rooms.evaluation.rules.breaches import LetterState
from juyuan.rooms.evaluation.rules.promises import CLAUSE
from juyuan.rooms.pipeline.movers import Act, Mover


def count(project_id: int) -> int:
    """这个项目的承诺几项。"""
    return Promise.objects.filter(project_id=project_id).count()


def move(source_id: int, target_id: int, act: Act) -> list[int]:
    """承诺改指留下的一个;返回改了的编号。"""
    rows = list(Promise.objects.filter(project_id=source_id).order_by("pk"))
    Promise.objects.filter(pk__in=[row.pk for row in rows]).update(project_id=target_id)
    _note("carried", rows, act)
    return [row.pk for row in rows]


def undo(moved: list[int], source_id: int, target_id: int, act: Act) -> None:
    """承诺放回。"""
    rows = list(Promise.objects.filter(pk__in=moved, project_id=target_id).order_by("pk"))
    Promise.objects.filter(pk__in=[row.pk for row in rows]).update(project_id=source_id)
    _note("returned", rows, act)


def blocks(source_id: int, target_id: int) -> list[str]:
    """函正在起草、待批的先办完或作废:文稿写着原来的项目名称。"""
    busy = Letter.objects.filter(
        breach__promise__project_id=source_id, state=LetterState.PREPARING.value
    ).values_list("code", flat=True)
    codes = "、".join(sorted(busy))
    return [f"履约函 {codes} 还没有印发，请先印发或作废"] if codes else []


def _note(verb: str, rows: Iterable[Promise], act: Act) -> None:
    record_many(
        [
            Entry(
                f"evaluation.promise.{verb}", OBJ, row.code, row.text[:100], reason=act.reason,
                clause=CLAUSE,
            )
            for row in rows
        ],
        actor=act.actor, now=act.now, group=None,
    )  # fmt: skip


MOVER = Mover("evaluation.promises", "承诺", count, move, undo, blocks)
