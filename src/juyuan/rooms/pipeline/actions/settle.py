"""台账带来的待核实:把本库门槛补齐就算数,与前移过门槛同一条规则;证据作废使门槛不再齐的,落回去。"""

from __future__ import annotations

from datetime import datetime

from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.actions.common import OBJ, save_state, update_if_current
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.queries.verifying import verified_stages
from juyuan.rooms.pipeline.rules.gates import check, highest_met
from juyuan.rooms.pipeline.rules.recognition import settles
from juyuan.rooms.pipeline.rules.stages import VERIFIED_STAGES, StageStatus


def settle_claim(project: Project, *, actor: Actor, now: datetime) -> bool:
    """待核实的前几个库,门槛一齐就算数;留快照与台账。须在调用者的事务内,改动写完之后。

    返回有没有变。`project` 的内存值同步。

    Raises:
        Stale: 他人先行。
    """
    if project.stage_status != StageStatus.CLAIMED:
        return False
    fresh = Project.objects.select_for_update().get(pk=project.pk)
    stage = fresh.stage_enum
    checks = check(facts_of(fresh), stage, now.date())
    lacking = [c for c in checks if not c.ok]
    if not settles(
        stage, StageStatus(fresh.stage_status), lacking, verified_stages(fresh.stage_since)
    ):
        return False
    update_if_current(
        fresh, now=now, stage_status=StageStatus.RECOGNISED.value, recognised_stage=stage.value
    )
    save_state(fresh, now)
    record(
        event="pipeline.project.gate_met",
        actor=actor,
        obj_type=OBJ,
        obj_id=fresh.code,
        obj_label=fresh.name,
        before={"status": StageStatus.CLAIMED.value},
        after={
            "stage": stage.value,
            "status": StageStatus.RECOGNISED.value,
            "needs": [c.report() for c in checks],
        },
        clause="3.3b",
        now=now,
    )
    for name in ("stage_status", "recognised_stage", "version", "updated_at"):
        setattr(project, name, getattr(fresh, name))
    return True


def lose_claim(project: Project, *, actor: Actor, reason: str, now: datetime) -> bool:
    """前几个库过了门槛才算数:所凭的证据作废后门槛不再齐,落回待核实。须在调用者的事务内。"""
    stage = project.stage_enum
    if project.recognised_stage != stage or stage in VERIFIED_STAGES:
        return False
    lacking = [c for c in check(facts_of(project), stage, now.date()) if not c.ok]
    if not lacking:
        return False
    left = highest_met(facts_of(project), stage, now.date())
    update_if_current(
        project, now=now, stage_status=StageStatus.CLAIMED.value,
        recognised_stage=left.value if left else "",
    )  # fmt: skip
    save_state(project, now)
    record(
        event="pipeline.project.gate_lost",
        actor=actor,
        obj_type=OBJ,
        obj_id=project.code,
        obj_label=project.name,
        before={"recognised_stage": stage.value},
        after={
            "recognised_stage": left.value if left else "",
            "needs": [c.need.fact for c in lacking],
        },
        reason=reason,
        clause="3.3b",
        now=now,
    )
    return True
