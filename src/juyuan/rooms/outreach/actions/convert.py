"""转项目:项目与首谈一个动作登记,已填的都带过去;撞上先有者的待裁定,裁定之后接着办。"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from juyuan.kernel.actor import Actor
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import Denied, RuleBroken, Stale, require
from juyuan.rooms.first_contact.actions.register import Registered, register_claim
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.rules.claims import ClaimDraft, ContactProof, Secrecy
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.first_contact.rules.rights import ClaimState
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.actions import steps
from juyuan.rooms.outreach.actions.handle import refuse_lead
from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.queries import duty
from juyuan.rooms.outreach.queries.leads import draft_of
from juyuan.rooms.outreach.rules.drafts import carried
from juyuan.rooms.outreach.rules.leads import CLAUSE, LeadOutcome, LeadState, LeadVerb
from juyuan.rooms.pipeline.actions.edit import draft_of as project_draft
from juyuan.rooms.pipeline.actions.edit import edit_project
from juyuan.rooms.pipeline.models import Project

LOST = "经裁定,这一件由先登记的单位牵头,您报的信息已留存"


@dataclass(frozen=True)
class LeadProof:
    """转项目时另填的:接触的凭据,线索里没写的项目名称、内容。"""

    proof: ContactProof | None
    contacted_on: date | None
    evidence_on: date | None
    file_id: int | None = None
    two_way: bool = False
    project_name: str = ""
    content: str = ""
    note: str = ""


def convert_lead(
    *, actor: Actor, lead: Lead, proof: LeadProof, version: int | None = None, now: datetime
) -> Registered:
    """转项目。没有撞上的:项目、首谈、线索三处同时成;撞上的,首谈待裁定,线索留着。

    Raises:
        Denied: 不是承办单位;当前的任职不在承办单位。
        RuleBroken: 还没有研判,或研判不跟进;首谈登记不合规则。
        Stale: 他人先行。
    """
    require(access.can_handle(actor, lead))
    if actor.post is None or actor.post.unit_id != lead.unit_id:
        assert lead.unit is not None
        raise Denied(f"请先切换到{lead.unit.name}的任职再办", CLAUSE)
    if lead.state != LeadState.JUDGED:
        raise RuleBroken.one(
            "", "lead.convert", f"这条线索「{lead.state_enum.label}」,研判之后才能转项目", CLAUSE
        )
    judged = LeadStep.objects.filter(lead=lead, verb=LeadVerb.JUDGE.value).latest("id")
    if judged.detail.get("outcome") != LeadOutcome.FOLLOW:
        raise RuleBroken.one("", "lead.drop", "研判结论是不跟进,不能转项目", CLAUSE)
    said = draft_of(lead)
    draft = ClaimDraft(
        subject=Subject(
            name=said.investor_name, uscc=compact_uscc(said.uscc), controller=said.controller,
            phones=tuple(filter(None, [said.contact_phone])), amount=said.amount, site=said.site,
            project_name=proof.project_name.strip() or said.project_name,
            content=proof.content.strip() or said.content,
        ),
        proof=proof.proof, contacted_on=proof.contacted_on or said.contacted_on,
        evidence_on=proof.evidence_on, file_id=proof.file_id, two_way=proof.two_way,
        secrecy=Secrecy(said.secrecy.value), note=proof.note,
    )  # fmt: skip
    with transaction.atomic():
        if not Lead.objects.select_for_update().filter(pk=lead.pk, version=lead.version).exists():
            raise Stale
        made = register_claim(actor=actor, draft=draft, now=now)
        if made.conflict is not None:
            steps.step(
                lead, LeadVerb.CONTEST, actor=actor, now=now, version=version, claim=made.claim,
                conflict=made.conflict,
            )  # fmt: skip
            # 去向已定,只等裁定;答复、反馈仍欠着
            steps.end(lead, [duty.DECIDE], LeadVerb.CONTEST, actor=actor, now=now)
            return made
        assert made.claim.project is not None
        project = Project.objects.get(pk=made.claim.project.pk)
        typed: dict[str, Any] = {**carried(said)}
        edit_project(
            actor=actor, project=project, now=now, reason=f"由线索 {lead.code} 转来",
            draft=replace(project_draft(project), **typed),
        )  # fmt: skip
        _converted(actor, lead, made.claim, version, now)
    return made


def _converted(actor: Actor, lead: Lead, claim: Claim, version: int | None, now: datetime) -> None:
    steps.step(
        lead, LeadVerb.CONVERT, actor=actor, now=now, version=version, claim=claim,
        project_id=claim.project_id, fate="已转项目",
    )  # fmt: skip
    steps.end(
        lead, [duty.ANSWER, duty.FEED_BACK, duty.DECIDE], LeadVerb.CONVERT, actor=actor, now=now
    )
    steps.tell_reporter(
        lead, "lead_converted", f"您报的线索已转项目:{lead.title}",
        "进展随时在这条线索里看", now=now,
    )  # fmt: skip


def follow_ruling(*, actor: Actor, lead: Lead, now: datetime) -> bool:
    """撞单定了的,线索接着走:归本单位牵头的转项目,不归的不采纳;还没定即否。"""
    if lead.state != LeadState.CONTESTED or lead.claim is None:
        return False
    claim = Claim.objects.get(pk=lead.claim.pk)
    if claim.state == ClaimState.DISPUTED:
        return False
    with transaction.atomic():
        if claim.state == ClaimState.ENDED or claim.project_id is None:
            refuse_lead(actor=actor, lead=lead, reason=LOST, now=now)
        else:
            _converted(actor, lead, claim, None, now)
    return True
