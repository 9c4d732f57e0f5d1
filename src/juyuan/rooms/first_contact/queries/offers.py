"""一件首谈上此人此刻能办的事;网页的按钮、接口的 `acts` 同一份。只为显示,判断仍在动作里。"""

from __future__ import annotations

from collections.abc import Collection

from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.models import Claim, Conflict, Handover
from juyuan.rooms.first_contact.queries.claims import Rights, lacks_file
from juyuan.rooms.first_contact.rules.rights import HOLDING, ClaimState
from juyuan.rooms.first_contact.rules.rulings import ConflictState
from juyuan.rooms.investors.queries import own_units


def offered(
    actor: Actor,
    claim: Claim,
    seen: Rights,
    waiting: Handover | None,
    conflicts: Collection[Conflict],
) -> list[str]:
    """能办的各步(网址名),先后即显示的次序。`waiting` 是等接收的移交。"""
    state, found = claim.state_enum, []
    if waiting and actor.post and actor.post.unit_id == waiting.to_unit_id:
        found.append("accept")
    closed = any(c.state == ConflictState.CLOSED for c in conflicts)
    lone = state == ClaimState.DISPUTED and claim.project_id is None and closed
    if lone and access.can_found(actor, claim):
        found.append("found")
    if lacks_file(claim) and access.can_found(actor, claim):
        found.append("file")
    if seen.outlook and seen.outlook.propose_lapse and access.can_decide(actor):
        found.append("lapse")
    if state == ClaimState.PROTECTED and access.can_extend(actor):
        found.append("extend")
    if state == ClaimState.LAPSED and access.can_take_up(actor, claim):
        found.append("take_up")
    if state in HOLDING and waiting is None and access.can_hand_over(actor, claim):
        found.append("hand_over")
    if state not in (ClaimState.ENDED, ClaimState.HANDED_OVER) and access.can_end(
        actor, claim, own_units(actor)
    ):
        found.append("end")
    return found
