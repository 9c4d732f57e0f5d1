"""裁定生效:牵头的受保护,其余终结,首谈单位随之而定,各方的项目解除「撞单未定」。事务内。"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.conflicts import CLAUSE
from juyuan.rooms.first_contact.actions.merging import open_merging
from juyuan.rooms.first_contact.actions.steps import fresh_project, step
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictParty, Ruling
from juyuan.rooms.first_contact.rules.rights import ClaimState, ClaimVerb, next_state
from juyuan.rooms.first_contact.rules.rulings import PENDING, ConflictState
from juyuan.rooms.investors.actions import write_match_keys
from juyuan.rooms.pipeline.actions.leading import give_lead, mark_contested
from juyuan.rooms.pipeline.actions.register import register_project
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft

OBJ = "first_contact_claim"


def settle(conflict: Conflict, ruling: Ruling, *, actor: Actor, now: datetime) -> None:
    """照裁定办:先让不牵头的退出(一个项目只有一个持有),再立牵头的。"""
    parties = list(
        conflict.parties.select_related("claim", "claim__unit", "project").order_by("id")
    )
    lead = next(p for p in parties if p.unit_id == ruling.lead_unit_id)
    mine = _project_of(lead)
    anchor = mine if mine is not None else conflict.project_id
    for party in parties:
        if party is lead:
            continue
        _step(party.claim, ClaimVerb.DECLINE, actor, ruling.reason, now)
        other = _project_of(party)
        if other is not None and other != anchor:
            # 输的一方另有的项目:暂缺首谈单位,不得自行推进,等并案
            give_lead(
                actor=actor, project=_locked(other), unit_id=None, reason=ruling.reason, now=now
            )
    if anchor is not None:
        give_lead(
            actor=actor, project=_locked(anchor), unit_id=lead.unit_id, reason=ruling.reason,
            now=now,
        )  # fmt: skip
        if lead.claim is not None:
            claim = Claim.objects.select_related("unit").get(pk=lead.claim.pk)
            if claim.project_id is None:
                write_match_keys(OBJ, claim.pk, [])
            step(
                claim, ClaimVerb.UPHOLD, actor=actor, now=now, reason=ruling.reason,
                project_id=anchor,
            )  # fmt: skip
    release(conflict, actor=actor, now=now)
    open_merging(conflict, actor=actor, now=now)


def _project_of(party: ConflictParty) -> int | None:
    return party.claim.project_id if party.claim and party.claim.project_id else party.project_id


def _locked(pk: int) -> Project:
    return Project.objects.select_for_update().get(pk=pk)


def _step(claim: Claim | None, verb: ClaimVerb, actor: Actor, reason: str, now: datetime) -> None:
    if claim is None or next_state(claim.state_enum, verb) is None:
        return
    write_match_keys(OBJ, claim.pk, [])
    step(claim, verb, actor=actor, now=now, reason=reason)


def release(conflict: Conflict, *, actor: Actor, now: datetime) -> None:
    """各方的项目解除「撞单未定」;还在别的未定的撞单里的不解除。"""
    ids = {_project_of(p) for p in conflict.parties.select_related("claim")} | {conflict.project_id}
    states = [state.value for state in PENDING]
    still = ConflictParty.objects.filter(conflict__state__in=states).exclude(conflict=conflict)
    busy = set(still.values_list("project_id", flat=True)) | set(
        still.values_list("claim__project_id", flat=True)
    )
    for pk in sorted(pk for pk in ids if pk is not None and pk not in busy):
        mark_contested(actor=actor, project=_locked(pk), contested=False, now=now)


def close_parties(conflict: Conflict, *, actor: Actor, reason: str, now: datetime) -> None:
    """不是同一件:待裁定而已有项目的,受保护并成为它的首谈单位(项目另有首谈单位的除外)。"""
    for party in conflict.parties.select_related("claim", "claim__unit").order_by("id"):
        claim = party.claim
        if claim is None or claim.state != ClaimState.DISPUTED or claim.project_id is None:
            continue
        project = fresh_project(claim)
        if project is None or project.lead_unit_id not in (None, claim.unit_id):
            step(claim, ClaimVerb.DECLINE, actor=actor, now=now, reason=reason)
            continue
        give_lead(actor=actor, project=project, unit_id=claim.unit_id, reason=reason, now=now)
        step(claim, ClaimVerb.PROTECT, actor=actor, now=now, reason=reason)
    release(conflict, actor=actor, now=now)


def found_project(*, actor: Actor, claim: Claim, now: datetime) -> Claim:
    """核对下来不是同一件的,登记的单位把它登记成项目,自此受保护;功劳的时刻仍是当初的。

    Raises:
        Denied: 不是登记的单位的人。
        RuleBroken: 还在裁定,或已经有项目。
    """
    require(access.can_found(actor, claim))
    unit = claim.unit
    last = ConflictParty.objects.filter(claim=claim).order_by("-id").first()
    closed = last is not None and last.conflict.state == ConflictState.CLOSED
    if claim.project_id is not None or claim.state != ClaimState.DISPUTED or not closed:
        raise RuleBroken.one(
            "", "claim.found", "只有核对下来不是同一件、还没有项目的首谈,才在这里登记项目", CLAUSE
        )
    draft = ProjectDraft(
        name=claim.project_name, summary=claim.content, total_investment=claim.amount,
        location=claim.site, lead_unit_id=unit.pk, confidentiality=claim.confidentiality,
        parties=(PartyDraft(claim.investor_id),),
        hosts=(HostDraft(unit.pk),) if unit.is_county else (),
    )  # fmt: skip
    with transaction.atomic():
        project = register_project(actor=actor, draft=draft, now=now)
        give_lead(actor=actor, project=_locked(project.pk), unit_id=unit.pk, now=now)
        write_match_keys(OBJ, claim.pk, [])
        return step(claim, ClaimVerb.PROTECT, actor=actor, now=now, project_id=project.pk)
