"""前移、退回、越级,与暂缓、终止、退库、恢复。看板、详情、接口走的是同一条路。"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import OBJ, expect_version, save_state, update_if_current
from juyuan.rooms.pipeline.actions.recognise import recognition_row
from juyuan.rooms.pipeline.models import Project, StageMove
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.queries.verifying import verified_stages
from juyuan.rooms.pipeline.rules.gates import check, finding
from juyuan.rooms.pipeline.rules.recognition import on_entry
from juyuan.rooms.pipeline.rules.stages import (
    STANDING_VERBS,
    VERIFIED_STAGES,
    ClosingReason,
    MoveVerb,
    Stage,
    StageStatus,
    Standing,
    standing_after,
    verb_for,
)

# 门槛核对用到的参数,版本随移动留存
GATE_PARAMETERS = (
    "pipeline.committed_strategy",
    "pipeline.chain_project_excludes",
    "recognition.stages",
)


def parameter_versions(on: date) -> dict[str, str]:
    """所用参数在那一天的版本(施行日)。"""
    book = params(on)
    return {key: book.row(key).effective_from.isoformat() for key in GATE_PARAMETERS}


def _judge(
    project: Project, to: Stage, verb: MoveVerb | None, reason: str, fact_on: date, now: datetime
) -> list[Finding]:
    found = []
    if verb is None:
        return [Finding("to", "move.same", "3.3b", f"项目已在「{to.label}」")]
    if project.standing != Standing.ACTIVE:
        label = Standing(project.standing).label
        found.append(
            Finding("standing", "move.standing", "3.3b", f"项目处于「{label}」,请先恢复推进再移动")
        )
    if verb in (MoveVerb.BACK, MoveVerb.JUMP) and not reason.strip():
        found.append(Finding("reason", "move.reason", "3.3b", f"{verb.label}须写明理由"))
    if verb == MoveVerb.BACK and project.recognised_stage in VERIFIED_STAGES:
        recognised = Stage(project.recognised_stage)
        if recognised.order > to.order:
            found.append(
                Finding(
                    "to", "move.recognised", "3.3b",
                    f"「{recognised.label}」已认定,须先由核验人撤回认定(冲回)再退回",
                )
            )  # fmt: skip
    if fact_on > now.date():
        found.append(Finding("fact_on", "move.future", "3.3b", "事实日不能晚于今天"))
    return found


def move_project(
    *,
    actor: Actor,
    project: Project,
    to: Stage,
    reason: str = "",
    fact_on: date | None = None,
    version: int | None = None,
    now: datetime,
) -> Project:
    """把项目移到另一个库:前移与越级要过门槛,退回与越级要理由,越级另要权限并留标记。

    须核验人认定的库(参数 recognition.stages,缺省签约、落地)移入后为「待核实」,其余过了门槛即算。

    Raises:
        Denied: 无权移动或越级。
        Stale: 版本已变。
        RuleBroken: 还缺什么,逐项(条款、谁提供、去哪办由门槛表给出)。
    """
    verb = verb_for(project.stage_enum, to)
    day = fact_on or now.date()
    if verb is not None:
        roles = params(now.date())["pipeline.jump_roles"]
        require(access.can_move(actor, project, verb, roles))
    expect_version(project, version)
    findings = _judge(project, to, verb, reason, day, now)
    report: list[dict[str, object]] = []
    if verb in (MoveVerb.ADVANCE, MoveVerb.JUMP):
        checks = check(facts_of(project), to, now.date())
        report = [c.report() for c in checks]
        findings += [finding(c.need) for c in checks if not c.ok]
    if findings or verb is None:
        raise RuleBroken(findings)

    before = project.stage_enum
    freeze: tuple[Stage, ...] = ()
    if verb == MoveVerb.BACK:
        held = Stage(project.recognised_stage) if project.recognised_stage else None
        kept = held if held is not None and held.order <= to.order else (to if held else None)
        recognised = kept.value if kept else ""
        status = StageStatus.RECOGNISED if recognised == to else StageStatus.CLAIMED
    else:
        held = Stage(project.recognised_stage) if project.recognised_stage else None
        entry = on_entry(to, held, verified_stages(day))
        status, freeze = entry.status, entry.freeze
        recognised = entry.recognised.value if entry.recognised else ""

    with transaction.atomic():
        update_if_current(
            project,
            now=now,
            stage=to.value,
            stage_status=status.value,
            recognised_stage=recognised,
            stage_since=day,
            moved_by_id=actor.account_id,
        )
        StageMove(
            project=project, from_stage=before, to_stage=to, verb=verb,
            actor_id=actor.account_id, actor_name=actor.name, unit_name=actor.unit_name,
            at=now, fact_on=day, reason=reason.strip(), override=verb == MoveVerb.JUMP,
            gate_report=report, parameters=parameter_versions(now.date()),
        ).save(force_insert=True)  # fmt: skip
        for stage in freeze:
            strategy = params(day)["pipeline.committed_strategy"]
            row = recognition_row(project, stage, day, actor, now, strategy)
            row.gate_report = report
            row.save(force_insert=True)
        save_state(project, now)
        escalation.refresh([project.pk], actor=actor, now=now, reason=reason.strip())
        record(
            event=f"pipeline.project.{verb.value}",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=project.name,
            before={"stage": before.value},
            after={"stage": to.value, "status": status.value},
            reason=reason.strip(),
            clause="3.3b",
            now=now,
        )
    return project


def change_standing(
    *,
    actor: Actor,
    project: Project,
    verb: str,
    reason_code: str = "",
    note: str = "",
    fact_on: date | None = None,
    version: int | None = None,
    now: datetime,
) -> Project:
    """暂缓、终止、退库、恢复推进。离开「推进」要事由代码和说明。

    Raises:
        Denied: 无权(退库只由商务主管部门确认)。
        RuleBroken: 状态表没有这一格,或没写事由、说明。
        Stale: 版本已变。
    """
    require(access.can_change_standing(actor, project, verb))
    expect_version(project, version)
    label = STANDING_VERBS.get(verb, verb)
    current = Standing(project.standing)
    after = standing_after(current, verb)
    day = fact_on or now.date()
    findings = []
    if after is None:
        findings.append(
            Finding("verb", "standing.move", "3.3b", f"项目现为「{current.label}」,不能{label}")
        )
    if verb != "resume" and reason_code not in set(ClosingReason):
        findings.append(Finding("reason_code", "standing.reason", "3.3b", f"{label}须选择事由"))
    if not note.strip():
        findings.append(Finding("note", "standing.note", "3.3b", f"{label}须写明情况"))
    if day > now.date():
        findings.append(Finding("fact_on", "standing.future", "3.3b", "事实日不能晚于今天"))
    if findings or after is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        update_if_current(
            project,
            now=now,
            standing=after.value,
            standing_reason=reason_code if verb != "resume" else "",
            standing_note=note.strip(),
            standing_since=day,
        )
        save_state(project, now)
        record(
            event=f"pipeline.project.{verb}",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=project.name,
            before={"standing": current.value},
            after={"standing": after.value, "reason": reason_code},
            reason=note.strip(),
            clause="3.3b",
            now=now,
        )
    return project
