"""商务主管部门提出的撞单:查重没有碰上而人看得出是同一件的,写明理由立件,其后与查重立的一样办。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.conflicts import add_party, open_conflict
from juyuan.rooms.first_contact.actions.steps import CLAUSE
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictParty
from juyuan.rooms.first_contact.rules.rights import HOLDING, LIVE, ClaimState
from juyuan.rooms.first_contact.rules.rulings import PENDING, REASON_LIMIT, ConflictSource
from juyuan.rooms.investors.actions.keys import lock_keys
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Standing

CLASHING = (*LIVE, ClaimState.LAPSED)
"""可以列为一方的首谈:在办的,失去独占而还在的。"""
OVER = (Standing.ENDED, Standing.WITHDRAWN)


@dataclass(frozen=True)
class _Side:
    """一方:单位、首谈(只有项目的为空)、项目。`since` 定谁先有。"""

    unit_id: int
    claim: Claim | None
    project: Project | None
    since: datetime


def raise_conflict(
    *, actor: Actor, first: Claim | Project, second: Claim | Project, reason: str, now: datetime
) -> Conflict:
    """立一件。先登记的一方为先有的;一方已在未定的撞单里的,另一方并入那一件。

    Raises:
        Denied: 不是商务主管部门负责人、核验人。
        RuleBroken: 没写理由;是同一个单位、同一件;首谈已经结束、项目已终止;两方各在一件未定的撞单里,
            或已在同一件里。
    """
    require(access.can_decide(actor))
    with transaction.atomic():
        lock_keys(sorted({_lock(first), _lock(second)}))
        one, two = _side(first), _side(second)
        findings = _judge(first, second, one, two, reason)
        if findings or one is None or two is None:
            raise RuleBroken(findings)
        known = {c.pk: c for side in (one, two) if (c := _pending(side)) is not None}
        if len(known) > 1 or (known and _both_in(next(iter(known.values())), one, two)):
            codes = "、".join(sorted(c.code for c in known.values()))
            raise RuleBroken.one(
                "second", "raise.pending", f"已在未定的撞单 {codes} 里,请在那里裁定", CLAUSE
            )
        older, newer = sorted((one, two), key=lambda side: side.since)
        conflict = next(iter(known.values()), None) or open_conflict(
            actor=actor, source=ConflictSource.HAND, project=older.project or newer.project,
            tier=0, reasons=(), note=reason, now=now,
        )  # fmt: skip
        for side in (older, newer):
            add_party(
                conflict, side.unit_id, side.claim, side.project, incumbent=side is older,
                actor=actor, now=now,
            )  # fmt: skip
    return conflict


def _lock(what: Claim | Project) -> str:
    pk = what.project_id if isinstance(what, Claim) else what.pk
    return f"project:{pk}" if pk else f"claim:{what.pk}"


def _side(what: Claim | Project) -> _Side | None:
    """首谈或项目 → 一方;项目有首谈单位的取它的首谈。没有单位的项目不成一方。"""
    if isinstance(what, Claim):
        claim = Claim.objects.select_related("project", "unit").get(pk=what.pk)
        return _Side(claim.unit_id, claim, claim.project, claim.registered_at)
    rows = Claim.objects.filter(
        project=what, state__in=[s.value for s in (*HOLDING, ClaimState.LAPSED)]
    )
    held = rows.select_related("project", "unit").order_by("-id").first()
    if held is not None:
        return _Side(held.unit_id, held, held.project, held.registered_at)
    project = Project.objects.get(pk=what.pk)
    unit = project.lead_unit_id or project.owner_unit_id
    return _Side(unit, None, project, project.created_at) if unit is not None else None


def _judge(
    first: Claim | Project, second: Claim | Project, one: _Side | None, two: _Side | None, reason: str
) -> list[Finding]:  # fmt: skip
    found: list[Finding] = []

    def no(name: str, rule: str, message: str) -> None:
        found.append(Finding(name, f"raise.{rule}", CLAUSE, message))

    if not reason.strip():
        no("reason", "reason", "请写明为什么是同一件：凭什么看出来的")
    elif len(reason) > REASON_LIMIT:
        no("reason", "length", f"理由至多{REASON_LIMIT}字")
    for name, what, side in (("first", first, one), ("second", second, two)):
        if side is None:
            no(name, "nobody", f"「{what}」还没有首谈单位，无从裁定")
        elif side.claim is not None and side.claim.state not in CLASHING:
            no(name, "over", f"「{what}」的首谈{side.claim.state_enum.label}，不能再列为一方")
        elif (
            side.claim is None
            and side.project is not None
            and (side.project.voided_at is not None or side.project.standing in OVER)
        ):
            no(name, "over", f"「{what}」已终止、退库或作废，没有可裁定的")
    if one is not None and two is not None and one.unit_id == two.unit_id:
        no("second", "same", "两方是同一个单位，不是撞单")
    return found


def _pending(side: _Side) -> Conflict | None:
    """这一方已在的未定的撞单。"""
    rows = ConflictParty.objects.filter(
        unit_id=side.unit_id, conflict__state__in=[s.value for s in PENDING]
    )
    rows = rows.filter(claim=side.claim) if side.claim else rows.filter(project=side.project)
    party = rows.select_related("conflict").order_by("id").first()
    return party.conflict if party is not None else None


def _both_in(conflict: Conflict, one: _Side, two: _Side) -> bool:
    units = set(conflict.parties.values_list("unit_id", flat=True))
    return {one.unit_id, two.unit_id} <= units
