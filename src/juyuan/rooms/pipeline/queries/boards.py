"""看板:五列,每列最近更新的若干张卡片,其余一个链接。与表格同一份条件、同一份行。"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import past
from juyuan.rooms.pipeline.queries.criteria import Criteria
from juyuan.rooms.pipeline.queries.listing import (
    Library,
    Row,
    Tally,
    filtered,
    libraries_of,
    rows_of,
)
from juyuan.rooms.pipeline.queries.scope import reach_of
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage

PER_COLUMN = 12


@dataclass(frozen=True)
class Lane:
    """一列。`more` 是没有显示的张数。"""

    library: Library
    cards: tuple[Row, ...]

    @property
    def stage(self) -> Stage:
        return self.library.stage

    @property
    def tally(self) -> Tally:
        return self.library.tally

    @property
    def more(self) -> int:
        return self.tally.n - len(self.cards)


def board(actor: Actor, found: Criteria, *, on: date, keep: str = "") -> list[Lane]:
    """五列看板。`keep` 是必须出现的项目编号(刚移动或刚被拒绝的那一张)。"""
    reach = reach_of(actor)
    base = filtered(actor, found.without_stage(), reach=reach)
    slices = [
        (
            base.filter(stage=stage)
            if found.as_of is None
            else filtered(actor, replace(found, stage=stage.value), reach=reach)
        )
        .order_by("-updated_at", "-id")
        .values_list("pk", flat=True)[:PER_COLUMN]
        for stage in STAGES
    ]
    if keep:
        slices.append(base.filter(code=keep).order_by().values_list("pk", flat=True)[:1])
    ids = set(slices[0].union(*slices[1:], all=True))
    projects = (
        Project.objects.filter(pk__in=ids)
        .select_related("lead_unit", "chain", "node")
        .defer("summary", "remark", "standing_note")
        .order_by("-updated_at", "-id")
    )
    shown = list(projects)
    then = past.overlay(shown, found.as_of) if found.as_of is not None else None
    cards: dict[Stage, list[Row]] = defaultdict(list)
    for row in rows_of(shown, on, then=then, as_of=found.as_of):
        cards[row.stage].append(row)
    return [
        Lane(library, tuple(cards[library.stage])) for library in libraries_of(base, found.as_of)
    ]
