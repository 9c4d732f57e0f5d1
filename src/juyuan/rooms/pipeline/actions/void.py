"""作废(录入错误):一人提出,第二人确认;退出一切计数与分母,台账仍在。"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_duty
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.search import actions as search
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import (
    OBJ,
    refresh_keys,
    save_state,
    update_if_current,
)
from juyuan.rooms.pipeline.actions.recognise import live_stages, reverse_rows
from juyuan.rooms.pipeline.actions.settle import lose_claim
from juyuan.rooms.pipeline.models import Evidence, Project, VoidRequest
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.queries.duties import VOID, bureau_unit, void_period, void_rule
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import Stage


def request_void(
    *,
    actor: Actor,
    project: Project,
    reason: str,
    evidence: Evidence | None = None,
    now: datetime,
) -> VoidRequest:
    """提出作废项目或某份证据。

    Raises:
        Denied: 无权改动该项目。
        RuleBroken: 没写理由,或已有一份待确认的申请。
    """
    require(access.can_edit(actor, project))
    if evidence is not None and evidence.source:
        raise RuleBroken.one(
            "evidence", "void.room",
            f"「{evidence.title}」由系统内办结而来,不能当作录入错误作废;请在办它的地方撤回", "3.4b",
        )  # fmt: skip
    if not reason.strip():
        raise RuleBroken.one("reason", "void.reason", "作废须写明录入错在哪里", "3.3b")
    try:
        with transaction.atomic():
            row = VoidRequest(
                project=project,
                evidence=evidence,
                reason=reason.strip(),
                requested_by_id=actor.account_id,
                requested_by_name=actor.name,
                requested_at=now,
            )
            row.save(force_insert=True)
            record(
                event="pipeline.void.requested",
                actor=actor,
                obj_type=OBJ,
                obj_id=project.code,
                obj_label=project.name,
                after={"evidence": evidence.title if evidence else None},
                reason=row.reason,
                clause="3.3b",
                now=now,
            )
            _open_duty(row, actor=actor, now=now)
    except IntegrityError:
        raise RuleBroken.one("reason", "void.open", "已有一份作废申请在等待确认", "3.3b") from None
    return row


def settle_void(
    *, actor: Actor, request: VoidRequest, agree: bool, note: str = "", now: datetime
) -> VoidRequest:
    """第二人确认或不同意作废。

    作废项目时,现行认定一并冲回;作废证据使签约、落地门槛不再满足的,其认定一并冲回;
    使此前各库的门槛不再满足的,落回待核实。

    Raises:
        Denied: 不是商务主管部门的负责人或核验人,或就是提出人。
        Stale: 申请已办结。
    """
    project = request.project
    require(access.can_confirm_void(actor, project, request.requested_by_id))
    with transaction.atomic():
        changed = VoidRequest.objects.filter(pk=request.pk, status=VoidStatus.REQUESTED).update(
            status=VoidStatus.CONFIRMED if agree else VoidStatus.REJECTED,
            settled_by_id=actor.account_id,
            settled_by_name=actor.name,
            settled_at=now,
        )
        if changed == 0:
            raise Stale("这份作废申请已办结")
        if agree and request.evidence is None:
            _void_project(project, actor=actor, reason=request.reason, now=now)
        elif agree and request.evidence is not None:
            _void_evidence(request.evidence, actor=actor, reason=request.reason, now=now)
        record(
            event="pipeline.void.confirmed" if agree else "pipeline.void.rejected",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=project.name,
            before={"evidence": request.evidence.title if request.evidence else None},
            reason=note.strip() or request.reason,
            clause="3.3b",
            now=now,
        )
        end_duty(
            kind=VOID,
            object_type=OBJ,
            object_id=project.pk,
            period=void_period(request.pk),
            act="pipeline.void.confirmed" if agree else "pipeline.void.rejected",
            actor=actor,
            now=now,
        )
    request.refresh_from_db()
    return request


def _open_duty(row: VoidRequest, *, actor: Actor, now: datetime) -> None:
    unit, today = bureau_unit(), localdate(now)
    if unit is not None:
        open_duty(
            kind=VOID,
            object_type=OBJ,
            object_id=row.project_id,
            unit_id=unit,
            basis_on=today,
            rule=void_rule(today),
            period=void_period(row.pk),
            actor=actor,
            now=now,
        )


def _void_project(project: Project, *, actor: Actor, reason: str, now: datetime) -> None:
    reverse_rows(project, live_stages(project), actor=actor, reason=f"作废:{reason}", now=now)
    update_if_current(project, now=now, voided_at=now, recognised_stage="")
    save_state(project, now)
    escalation.refresh([project.pk], actor=actor, now=now, reason=f"作废:{reason}")
    search.delete(OBJ, project.pk)
    refresh_keys([project])


def _void_evidence(evidence: Evidence, *, actor: Actor, reason: str, now: datetime) -> None:
    changed = Evidence.objects.filter(pk=evidence.pk, voided_at__isnull=True).update(
        voided_at=now, void_reason=reason, version=evidence.version + 1
    )
    if changed == 0:
        raise Stale("这份证据已作废")
    project = Project.objects.select_related("chain", "lead_unit").get(pk=evidence.project_id)
    facts = facts_of(project)
    done: set[Stage] = live_stages(project)
    broken: set[Stage] = {stage for stage in done if missing(facts, stage, now.date())}
    if not broken:
        lose_claim(project, actor=actor, reason=reason, now=now)
        return
    reverse_rows(project, broken, actor=actor, reason=f"证据作废:{reason}", now=now)
    left = done - broken
    fallen = Stage.SIGNED if Stage.SIGNED in left else Stage.INTENT
    update_if_current(project, now=now, recognised_stage=fallen.value, stage_status="claimed")
    save_state(project, now)
    escalation.refresh([project.pk], actor=actor, now=now, reason=f"证据作废:{reason}")
