"""移交:持有的单位列清单、留功劳,接收单位确认才算数;功劳的时刻随首谈走,不归零。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import DueRule, Opening, Owed
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.rights import PREFIX
from juyuan.rooms.first_contact.actions.steps import (
    CLAUSE,
    first_step,
    fresh_project,
    need_reason,
    step,
    tell_unit,
)
from juyuan.rooms.first_contact.models import Claim, Handover
from juyuan.rooms.first_contact.queries.claims import OBJ
from juyuan.rooms.first_contact.queries.duty import ACCEPT
from juyuan.rooms.first_contact.rules.rights import HOLDING, ClaimState, ClaimVerb
from juyuan.rooms.first_contact.rules.rulings import HandoverDraft, HandoverState, judge_handover
from juyuan.rooms.pipeline.actions.common import new_code
from juyuan.rooms.pipeline.actions.leading import give_lead

TOLD = "first_contact.handover"


def propose_handover(
    *, actor: Actor, claim: Claim, draft: HandoverDraft, now: datetime
) -> Handover:
    """提出移交。

    Raises:
        Denied: 不是持有的单位,也不是商务主管部门负责人、核验人。
        RuleBroken: 清单、份额没写;不持有;撞单未定。
        Stale: 已有一份待接收的。
    """
    require(access.can_hand_over(actor, claim))
    findings = judge_handover(draft, claim.unit_id)
    if claim.state not in HOLDING:
        findings.append(
            Finding("", "handover.state", CLAUSE, f"这件首谈「{claim.state_enum.label}」,无从移交")
        )
    elif claim.project is not None and claim.project.contested:
        findings.append(Finding("", "handover.contested", CLAUSE, "撞单未定,定了之后再移交"))
    units = Unit.objects.filter(pk=draft.to_unit_id or 0, disabled_on__isnull=True)
    if draft.to_unit_id is not None and not units.exists():
        findings.append(Finding("to_unit", "ref.unit", CLAUSE, "没有这个单位,请从列表中选择"))
    if findings or draft.to_unit_id is None or draft.share_bp is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        row, created = Handover.objects.get_or_create(
            claim=claim, state=HandoverState.PROPOSED.value,
            defaults={
                "to_unit_id": draft.to_unit_id, "materials": draft.materials.strip(),
                "matters": draft.matters.strip(), "share_bp": draft.share_bp,
                "reason": draft.reason.strip(), "proposed_by_name": actor.name, "proposed_at": now,
            },
        )  # fmt: skip
        if not created:
            raise Stale("已有一份移交在等接收")
        _log(row, "proposed", actor, now, reason=row.reason, after={"to": row.to_unit.name})
        today = localdate(now)
        days = params(today)["first_contact.register_workdays"]
        rule = DueRule(days, said="参数 first_contact.register_workdays，建议值")
        open_many([Opening(ACCEPT, Owed(OBJ, claim.pk, row.to_unit_id, today, rule))], actor=actor, now=now)  # fmt: skip
        tell_unit(
            [row.to_unit_id], kind=TOLD, object_type=OBJ, object_id=claim.pk,
            title="有一件首谈移交给贵单位，请接收", text=row.reason,
            url=f"/first-contacts/{claim.code}/", now=now,
        )  # fmt: skip
    return row


def _log(row: Handover, verb: str, actor: Actor, now: datetime, **more: Any) -> None:
    record(
        event=f"first_contact.handover.{verb}", actor=actor, obj_type=OBJ, obj_id=row.claim.code,
        obj_label=row.claim.project_name, clause=CLAUSE, now=now, **more,
    )  # fmt: skip


def answer_handover(
    *, actor: Actor, handover: Handover, accept: bool, answer: str = "", now: datetime
) -> Handover:
    """接收(自此由本单位牵头,重新起算保护期)或不接收(写明理由)。

    Raises:
        NotFound: 不是接收单位的人。
        RuleBroken: 不接收而没写理由。
        Stale: 已经答复,或首谈已变。
    """
    if actor.post is None or actor.post.unit_id != handover.to_unit_id:
        raise NotFound
    require(access.can_register(actor))
    if not accept:
        need_reason(answer, "不接收")
    state = HandoverState.ACCEPTED if accept else HandoverState.REFUSED
    with transaction.atomic():
        done = Handover.objects.filter(pk=handover.pk, state=HandoverState.PROPOSED).update(
            state=state.value, answered_by_name=actor.name, answered_at=now, answer=answer.strip()
        )
        if not done:
            raise Stale("这份移交已经答复过")
        handover.refresh_from_db()
        if accept:
            _carry_over(handover, actor, now)
        _log(handover, state.value, actor, now, reason=answer.strip())
        end_duty(
            kind=ACCEPT, object_type=OBJ, object_id=handover.claim_id,
            act=f"first_contact.handover.{state.value}", actor=actor, now=now,
        )  # fmt: skip
        tell_unit(
            [handover.claim.unit_id], kind=TOLD, object_type=OBJ, object_id=handover.claim_id,
            title=f"移交{state.label}：{handover.claim.project_name}", text=answer.strip(),
            url=f"/first-contacts/{handover.claim.code}/", now=now,
        )  # fmt: skip
    return handover


def _carry_over(handover: Handover, actor: Actor, now: datetime) -> None:
    old = Claim.objects.select_related("unit").get(pk=handover.claim_id)
    project = fresh_project(old)
    step(old, ClaimVerb.HAND_OVER, actor=actor, now=now, reason=handover.reason)
    row = Claim(
        code=new_code(PREFIX), project=project, unit=handover.to_unit, person_id=actor.person_id,
        person_name=actor.name, investor_id=old.investor_id, investor_name=old.investor_name,
        project_name=old.project_name, content=old.content, amount=old.amount, site=old.site,
        confidentiality=old.confidentiality, contacted_on=old.contacted_on, proof=old.proof,
        evidence_on=old.evidence_on, file_sha256="", file_name="", registered_at=now,
        merit_at=old.merit_at, state=ClaimState.PROTECTED, by_id=actor.account_id,
        by_name=actor.name,
    )  # fmt: skip
    row.save(force_insert=True)
    first_step(row, ClaimVerb.TAKE_UP, actor=actor, now=now, reason=handover.reason)
    if project is not None:
        give_lead(
            actor=actor, project=project, unit_id=handover.to_unit_id, reason=handover.reason,
            now=now,
        )  # fmt: skip
    Handover.objects.filter(pk=handover.pk).update(successor=row)
    handover.successor = row
