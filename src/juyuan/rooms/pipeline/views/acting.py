"""此人此刻对这个项目能办哪些事。只为显示;真正的判断仍在动作里(同一份 access 与 rules)。"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from juyuan.foundation.people.models import Role
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denial
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.recognise import live_stages, makers_of
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import reach_of
from juyuan.rooms.pipeline.queries.verifying import may_verify
from juyuan.rooms.pipeline.rules.stages import (
    STAGES,
    STANDING_MOVES,
    VERIFIED_STAGES,
    MoveVerb,
    Stage,
    StageStatus,
    Standing,
)


@dataclass(frozen=True)
class ActsOf:
    """能办的事。`recognise_stage` 为空即没有可认定的;`recognise_why_not` 非空即轮不到此人。"""

    edit: bool
    evidence: bool
    move: bool
    void: bool
    back_to: tuple[Stage, ...]
    jump_to: tuple[Stage, ...]
    standing: tuple[str, ...]
    recognise_stage: Stage | None
    recognise_why_not: str
    withdraw_recognition: bool
    own_units: frozenset[int]


def next_to_recognise(project: Project, live: Collection[Stage]) -> Stage | None:
    """下一个该认定的库:先签约后落地;前三个库只有待核实的才需要。"""
    current = project.stage_enum
    for stage in (Stage.SIGNED, Stage.LANDED):
        if stage.order <= current.order and stage not in live:
            return stage
    if current not in VERIFIED_STAGES and project.stage_status == StageStatus.CLAIMED:
        return current
    return None


def acts_of(actor: Actor, project: Project, *, jump_roles: Collection[str], now: date) -> ActsOf:
    """算一遍此人能办的事。"""
    edit = bool(access.can_edit(actor, project))
    current = project.stage_enum
    live = live_stages(project)
    top = max((s.order for s in live), default=-1)
    active = project.standing == Standing.ACTIVE
    jump = bool(access.can_move(actor, project, MoveVerb.JUMP, jump_roles))
    stage, why_not, withdraw = None, "", False
    if actor.has(Role.VERIFIER):
        stage = next_to_recognise(project, live)
        if stage is not None:
            verdict = may_verify(actor, project, makers_of(project, stage), now)
            why_not = verdict.reason if isinstance(verdict, Denial) else ""
        withdraw = bool(live) and bool(may_verify(actor, project, (), now))
    return ActsOf(
        edit=edit,
        evidence=bool(access.can_add_evidence(actor, project)),
        move=edit,
        void=edit,
        back_to=tuple(s for s in STAGES if top <= s.order < current.order)
        if edit and active
        else (),
        jump_to=tuple(s for s in STAGES if s.order > current.order + 1) if jump and active else (),
        standing=tuple(
            verb
            for (state, verb) in STANDING_MOVES
            if state == project.standing and access.can_change_standing(actor, project, verb)
        ),
        recognise_stage=stage,
        recognise_why_not=why_not,
        withdraw_recognition=withdraw,
        own_units=reach_of(actor).own_units,
    )
