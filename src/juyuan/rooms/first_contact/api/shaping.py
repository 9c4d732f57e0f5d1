"""首谈、撞单 → 接口的样子。日期时刻写成文字,可直接存进幂等的回答。"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from juyuan.foundation.apikit.shapes import bp_to_percent, said
from juyuan.foundation.files.queries import files_of
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.queries import claims as read
from juyuan.rooms.first_contact.queries import conflicts as clashes
from juyuan.rooms.first_contact.queries import pages
from juyuan.rooms.first_contact.queries.offers import offered
from juyuan.rooms.first_contact.queries.past import STATE_THEN
from juyuan.rooms.first_contact.rules.rights import ClaimVerb
from juyuan.rooms.first_contact.rules.rulings import ConflictState, appeal_open
from juyuan.rooms.pipeline.queries.scope import visible_ids as projects_seen


def records(actor: Actor, claims: Sequence[Claim], on: date) -> list[dict[str, Any]]:
    """各件在某一天终了时的样子;看不见的项目不给编号。语句数固定。"""
    rights = read.rights(claims, on)
    seen = projects_seen(actor, [c.project_id for c in claims if c.project_id is not None])
    return [_record(claim, rights[claim.pk], seen) for claim in claims]


def _record(claim: Claim, rights: read.Rights, seen: Collection[int]) -> dict[str, Any]:
    shown = claim.project is not None and claim.project.pk in seen
    look = rights.outlook
    proposals = {
        "lapse": look is not None and look.propose_lapse,
        "withdrawal": look is not None and look.propose_withdrawal,
    }
    return {
        "code": claim.code,
        "unit": claim.unit.code,
        "person": claim.person_name,
        "investor": claim.investor_name,
        "project": claim.project.code if claim.project is not None and shown else None,
        "project_name": claim.project_name,
        "content": claim.content,
        "amount": None if claim.amount is None else to_wan(claim.amount),
        "site": claim.site,
        "confidentiality": claim.confidentiality,
        "contacted_on": said(claim.contacted_on),
        "proof": claim.proof,
        "evidence_on": said(claim.evidence_on),
        "registered_at": said(claim.registered_at),
        "merit_at": said(claim.merit_at),
        "late": claim.late,
        "opening": claim.opening,
        "state": rights.state.value if rights.state else None,
        "until": said(look.until) if look else None,
        "days_left": look.days_left if look else None,
        "months_idle": look.months if look else None,
        "light": look.light.value if look else None,
        "light_reasons": list(look.reasons) if look else [],
        "proposals": [name for name, is_due in proposals.items() if is_due],
        "version": claim.version,
    }


def ledger(claim: Claim, on: date) -> list[dict[str, Any]]:
    """权利台账,先后为序,到那一天为止。"""
    return [
        {
            "on": said(row.on),
            "at": said(row.at),
            "verb": row.verb,
            "label": ClaimVerb(row.verb).label,
            "from_state": row.from_state or None,
            "to_state": row.to_state,
            "until": said(row.until),
            "by": row.by_name,
            "unit": row.unit_name,
            "reason": row.reason,
            "clause": row.clause,
            "parameters": row.parameters,
        }
        for row in claim.events.filter(on__lte=on).order_by("id")
    ]


def one(actor: Actor, claim: Claim, on: date) -> dict[str, Any]:
    """一件首谈;`on` 是看的那一天。移交、能办的事是此刻的。"""
    rights = read.rights([claim], on)[claim.pk]
    seen = projects_seen(actor, [claim.project_id] if claim.project_id else [])
    waiting, conflicts = pages.pending_handover(claim), pages.conflicts_of(actor, claim)
    files = files_of(read.OBJ, [claim.pk]).get(str(claim.pk), [])
    return _record(claim, rights, seen) | {
        "on": said(on),
        "ledger": ledger(claim, on),
        "files": [{"name": f.name, "sha256": f.sha256, "url": f.url} for f in files],
        "conflicts": [conflict.code for conflict in conflicts],
        "handover": None
        if waiting is None
        else {
            "to_unit": waiting.to_unit.code,
            "materials": waiting.materials,
            "matters": waiting.matters,
            "share": bp_to_percent(waiting.share_bp),
            "reason": waiting.reason,
            "proposed_at": said(waiting.proposed_at),
        },
        "acts": offered(actor, claim, rights, waiting, conflicts),
    }


def clash(actor: Actor, conflict: Conflict) -> dict[str, Any]:
    """撞单的一行。凭什么撞上,只给看得见两边的人:一方由此猜得出对方的所填。"""
    both = clashes.sees_both(actor)
    return {
        "code": conflict.code,
        "state": getattr(conflict, STATE_THEN, conflict.state),
        "source": conflict.source if both else None,
        "tier": conflict.tier if both else None,
        "reasons": list(conflict.reasons) if both else None,
        "opened_at": said(conflict.opened_at),
        "rule_by": said(conflict.rule_by),
        "appeal_by": said(conflict.appeal_by),
        "appealed_at": said(conflict.appealed_at),
        "closed_at": said(conflict.closed_at),
        "version": conflict.version,
    }


def clash_detail(actor: Actor, conflict: Conflict, today: date) -> dict[str, Any]:
    """一件撞单:看得见的各方与裁定。"""
    sides = pages.sides(actor, conflict)
    claims = [side.claim for side in sides if side.claim is not None]
    shown = dict(zip([c.pk for c in claims], records(actor, claims, today), strict=True))
    appealed_by_us = conflict.appealed_unit_id in {side.party.unit_id for side in sides}
    return clash(actor, conflict) | {
        "sides": [_side(side, shown) for side in sides],
        "rulings": [
            {
                "level": line.level,
                "lead_unit": line.lead_code,
                "shares": [
                    {"unit": code, "share": bp_to_percent(share)} for code, share in line.codes
                ],
                "reason": line.reason,
                "clause": line.clause,
                "by": line.by,
                "at": said(line.at),
            }
            for line in pages.rulings(actor, conflict)
        ],
        "appeal_reason": conflict.appeal_reason or None if appealed_by_us else None,
        "acts": clash_acts(actor, conflict, today),
    }


def _side(side: pages.Side, claims: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    return {
        "unit": side.party.unit.code,
        "incumbent": side.party.incumbent,
        "earliest": side.earliest,
        "claim": claims[side.claim.pk] if side.claim is not None else None,
        "project": side.project_code or None,
        "project_name": side.project_name or None,
        "evidence": [
            {
                "title": proof.row.title,
                "dated_on": said(proof.row.dated_on),
                "note": proof.row.note,
                "file_name": proof.row.file_name,
                "sha256": proof.row.file_sha256,
                "url": proof.url,
                "by": proof.row.by_name,
                "at": said(proof.row.at),
            }
            for proof in side.evidence
        ],
    }


def clash_acts(actor: Actor, conflict: Conflict, today: date) -> list[str]:
    """此人此刻能在这件撞单上办的。"""
    state = conflict.state_enum
    is_party = clashes.own_side(actor, conflict) is not None and actor.has_any(*access.ASKERS)
    running = state in (ConflictState.OPEN, ConflictState.APPEALED)
    may_rule = running and bool(access.can_rule(actor, conflict))
    offers = {
        "evidence": is_party and running,
        "appeal": is_party and appeal_open(state, today, conflict.appeal_by),
        "rule": may_rule,
        "dismiss": may_rule and state == ConflictState.OPEN,
    }
    return [name for name, open_now in offers.items() if open_now]
