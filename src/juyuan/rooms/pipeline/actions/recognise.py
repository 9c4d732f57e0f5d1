"""认定与撤回认定(冲回)。认定冻结当日数字;撤回是新的一行,此后每一天的数字都少了它。"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from juyuan.foundation.duties.actions import end_duty
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, RuleBroken, require
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import (
    OBJ,
    expect_version,
    hosts_json,
    save_state,
    update_if_current,
)
from juyuan.rooms.pipeline.models import Evidence, Project, Recognition
from juyuan.rooms.pipeline.queries.duties import RECOGNISE
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.queries.verifying import may_verify
from juyuan.rooms.pipeline.rules.gates import NEEDS, check, finding
from juyuan.rooms.pipeline.rules.recognition import recognisable
from juyuan.rooms.pipeline.rules.stages import VERIFIED_STAGES, Stage, StageStatus


def makers_of(project: Project, stage: Stage) -> set[int]:
    """经手人:申报(移入)的人,以及到该库门槛所用证据的提交人。"""
    keys = {need.fact for need in NEEDS if need.stage.order <= stage.order}
    makers = set(
        Evidence.objects.filter(
            project=project, fact__in=keys, voided_at__isnull=True, by__isnull=False
        ).values_list("by_id", flat=True)
    )
    makers |= set(
        project.moves.filter(to_stage=stage, actor__isnull=False).values_list("actor_id", flat=True)
    )
    return makers | ({project.created_by_id} if project.created_by_id else set())


def live_stages(project: Project) -> set[Stage]:
    """现行的认定行到了哪些库。"""
    return {
        Stage(value)
        for value in project.recognitions.filter(live=True, sign=1).values_list("stage", flat=True)
    }


def _live(project: Project, stage: Stage) -> Recognition | None:
    """这一库现行的认定行。"""
    return project.recognitions.filter(stage=stage, live=True, sign=1).first()


def require_verifier(actor: Actor, project: Project, makers: set[int], now: datetime) -> None:
    require(may_verify(actor, project, makers, now.date()))


def recognition_row(
    project: Project, stage: Stage, fact_on: date, actor: Actor, now: datetime, strategy: str
) -> Recognition:
    """冻结此刻的数字(未存)。"""
    return Recognition(
        project=project,
        stage=stage,
        fact_on=fact_on,
        recorded_at=now,
        total_investment=project.total_investment,
        contract_amount=project.contract_amount,
        committed_investment=project.committed_investment,
        committed_outside_province=project.committed_outside_province,
        strategy=strategy,
        chain_code=project.chain.code if project.chain else "",
        is_chain_project=project.is_chain_project,
        lead_unit_id=project.lead_unit_id,
        hosts=hosts_json(project.hosts.all()),
        by_id=actor.account_id,
        by_name=actor.name,
    )


MONEY = (
    "total_investment", "contract_amount", "committed_investment", "committed_outside_province",
    "hosts",
)  # fmt: skip


def money_as_signed(row: Recognition, signed: Recognition | None) -> Recognition:
    """落地认定的金额与份额取核验人认可过的签约那一行:等核验的补充协议不混进来(没有签约认定的照项目)。"""
    for name in MONEY if signed is not None else ():
        setattr(row, name, getattr(signed, name))
    return row


def recognise(
    *,
    actor: Actor,
    project: Project,
    stage: Stage,
    fact_on: date | None = None,
    version: int | None = None,
    now: datetime,
) -> Project:
    """认定签约或落地(冻结当日数字),或核实台账带来的前三个库。

    事实日缺省:签约取签约日期,落地取开工日期,都没有则取入库日期。

    Raises:
        Denied: 不是该项目的核验人,或是经手人。
        RuleBroken: 次序不对,或门槛还缺什么(逐项)。
        Stale: 版本已变,或他人刚刚认定。
    """
    makers = makers_of(project, stage)
    require_verifier(actor, project, makers, now)
    expect_version(project, version)
    current = project.stage_enum
    done = live_stages(project)
    if stage == current and project.stage_status == StageStatus.RECOGNISED:
        done |= {stage}
    findings = []
    why = recognisable(stage, current, done)
    if why:
        findings.append(Finding("stage", "recognise.order", "3.3b", why))
    checks = check(facts_of(project), stage, now.date())
    findings += [finding(c.need) for c in checks if not c.ok]
    default = project.signed_on if stage == Stage.SIGNED else project.started_on
    day = fact_on or default or project.stage_since
    if day > now.date():
        findings.append(Finding("fact_on", "recognise.future", "3.3b", "事实日不能晚于今天"))
    if findings:
        raise RuleBroken(findings)
    book = params(day)
    with transaction.atomic():
        held = Stage(project.recognised_stage) if project.recognised_stage else None
        best = stage if held is None or held.order < stage.order else held
        update_if_current(
            project,
            now=now,
            recognised_stage=best.value,
            stage_status=(StageStatus.RECOGNISED if best == current else StageStatus.CLAIMED).value,
        )
        if stage in VERIFIED_STAGES:
            row = recognition_row(
                project, stage, day, actor, now, book["pipeline.committed_strategy"]
            )
            if stage == Stage.LANDED:
                money_as_signed(row, _live(project, Stage.SIGNED))
            row.makers = sorted(makers)
            row.gate_report = [c.report() for c in checks]
            row.save(force_insert=True)
        save_state(project, now)
        escalation.refresh([project.pk], actor=actor, now=now)
        record(
            event="pipeline.project.recognised",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=project.name,
            after={
                "stage": stage.value,
                "fact_on": day.isoformat(),
                "committed_investment": project.committed_investment,
            },
            clause="3.3b",
            now=now,
        )
        if stage in RECOGNISE:
            end_duty(
                kind=RECOGNISE[stage],
                object_type=OBJ,
                object_id=project.pk,
                act="pipeline.project.recognised",
                actor=actor,
                now=now,
            )
    return project


def reverse_rows(
    project: Project, stages: set[Stage], *, actor: Actor, reason: str, now: datetime
) -> int:
    """把这些库的现行认定行冲回(新行,金额同原行、正负相反);返回行数。调用者的事务内。"""
    count = 0
    rows = project.recognitions.select_for_update().filter(
        live=True, sign=1, stage__in=[s.value for s in stages]
    )
    for row in rows:
        original = row.pk
        Recognition.objects.filter(pk=original).update(live=False)
        row.pk = None
        row._state.adding = True
        row.sign = -1
        row.live = False
        row.recorded_at = now
        row.reverses_id = original
        row.reason = reason
        row.by_id = actor.account_id
        row.by_name = actor.name
        row.save(force_insert=True)
        count += 1
    return count


def withdraw_recognition(
    *,
    actor: Actor,
    project: Project,
    reason: str,
    version: int | None = None,
    now: datetime,
) -> Project:
    """撤回最高一级的认定(冲回):所在库不变,核实状态落回「待核实」,数字自今日起减去。

    Raises:
        Denied: 不是核验人。
        RuleBroken: 没有可撤回的认定,或没写理由。
        Stale: 版本已变。
    """
    require_verifier(actor, project, set(), now)
    expect_version(project, version)
    done = live_stages(project)
    findings = []
    if not done:
        findings.append(Finding("stage", "withdraw.none", "3.3b", "本项目没有现行的认定可以撤回"))
    if not reason.strip():
        findings.append(Finding("reason", "withdraw.reason", "3.3b", "撤回认定须写明理由"))
    if findings:
        raise RuleBroken(findings)
    top = max(done, key=lambda s: s.order)
    fallen = Stage.SIGNED if top == Stage.LANDED else Stage.INTENT
    with transaction.atomic():
        update_if_current(
            project,
            now=now,
            recognised_stage=fallen.value,
            stage_status=StageStatus.CLAIMED.value,
        )
        if reverse_rows(project, {top}, actor=actor, reason=reason.strip(), now=now) == 0:
            raise Denied("他人已先行撤回")
        save_state(project, now)
        escalation.refresh([project.pk], actor=actor, now=now, reason=reason.strip())
        record(
            event="pipeline.project.recognition_withdrawn",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=project.name,
            before={"stage": top.value, "committed_investment": project.committed_investment},
            after={"recognised_stage": fallen.value},
            reason=reason.strip(),
            clause="3.3b",
            now=now,
        )
    return project
