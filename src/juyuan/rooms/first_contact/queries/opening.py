"""期初确认的一页:撞在一起的(期初之间的、与在办的)并排列出,其余的逐件列出。语句数与件数无关。"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time

from django.urls import reverse
from django.utils.timezone import get_current_timezone

from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictParty
from juyuan.rooms.first_contact.queries import conflicts
from juyuan.rooms.first_contact.queries.claims import visible_to
from juyuan.rooms.first_contact.queries.pages import pending_states, unconfirmed
from juyuan.rooms.first_contact.rules.answering import TIER_LABELS
from juyuan.rooms.first_contact.rules.claims import ContactProof
from juyuan.rooms.first_contact.rules.overlap import LABELS
from juyuan.rooms.first_contact.rules.rights import ClaimState, merit_time
from juyuan.rooms.first_contact.rules.rulings import Standing, earliest

LIMIT = 200
"""一页至多列这么多件,确认了再列其余的。"""


@dataclass(frozen=True)
class OpeningLine:
    """一件(或先有的一方的项目)。`code` 是待确认的编号,空即不在这里确认;`merit` 是确认之后的功劳时刻。"""

    unit: str
    investor: str
    project: str
    url: str
    state: str
    proof: str
    merit: datetime | None
    code: str = ""
    opening: bool = False
    filed: bool = True
    first: bool = False


@dataclass(frozen=True)
class OpeningClash:
    """一件撞单与它的各方。"""

    code: str
    url: str
    state: str
    said: str
    lines: tuple[OpeningLine, ...]


@dataclass(frozen=True)
class OpeningSheet:
    """待确认的全部:撞在一起的、单独的。`more` 是没有列出来的件数。"""

    waiting: tuple[Claim, ...]
    clashes: tuple[OpeningClash, ...]
    lone: tuple[OpeningLine, ...]
    more: int = 0


def sheet(actor: Actor) -> OpeningSheet:
    """此人看得见的待确认的期初首谈。"""
    rows = visible_to(actor).filter(unconfirmed()).select_related("unit")
    found = list(rows.order_by("investor_name", "evidence_on", "pk")[: LIMIT + 1])
    more = max(rows.count() - LIMIT, 0) if len(found) > LIMIT else 0
    waiting = found[:LIMIT]
    clashes = _clashes(actor, waiting)
    shown = {line.code for clash in clashes for line in clash.lines if line.code}
    lone = tuple(_line(claim, waits=True) for claim in waiting if claim.code not in shown)
    return OpeningSheet(tuple(waiting), tuple(clashes), lone, more)


def _clashes(actor: Actor, waiting: list[Claim]) -> list[OpeningClash]:
    ids = {claim.pk for claim in waiting}
    seen = list(
        conflicts.visible_to(actor)
        .filter(
            pk__in=ConflictParty.objects.filter(claim_id__in=ids).order_by().values("conflict_id"),
            state__in=pending_states(),
        )
        .order_by("pk")
    )
    parties: dict[int, list[ConflictParty]] = defaultdict(list)
    for party in (
        ConflictParty.objects.filter(conflict__in=seen)
        .select_related("unit", "claim", "claim__unit", "project")
        .order_by("pk")
    ):
        parties[party.conflict_id].append(party)
    return [_clash(conflict, parties[conflict.pk], ids) for conflict in seen]


def _clash(conflict: Conflict, parties: list[ConflictParty], ids: set[int]) -> OpeningClash:
    lines = [
        _line(party.claim, waits=party.claim.pk in ids)
        if party.claim is not None
        else OpeningLine(
            party.unit.name, "", party.project.name if party.project else "", "", "先有的项目", "",
            None,
        )
        for party in parties
    ]  # fmt: skip
    first = earliest([Standing(n, line.merit, n) for n, line in enumerate(lines)])
    reasons = "、".join(LABELS[name] for name in conflict.reasons)
    tier = TIER_LABELS.get(conflict.tier, "")
    return OpeningClash(
        code=conflict.code,
        url=reverse("first_contact:conflict", args=[conflict.code]),
        state=conflict.state_enum.label,
        said=(f"第 {conflict.tier} 档 · {tier}" if tier else "登记在同一个项目上")
        + (f";吻合的是:{reasons}" if reasons else ""),
        lines=tuple(_marked(line, n == first) for n, line in enumerate(lines)),
    )


def _marked(line: OpeningLine, first: bool) -> OpeningLine:
    return OpeningLine(**{**vars(line), "first": first})


def _line(claim: Claim, *, waits: bool) -> OpeningLine:
    merit = claim.merit_at
    if waits:
        proved = datetime.combine(claim.evidence_on, time.min, get_current_timezone())
        merit = merit_time(proved, claim.registered_at, opening_confirmed=True)
    return OpeningLine(
        unit=claim.unit.name,
        investor=claim.investor_name,
        project=claim.project_name,
        url=reverse("first_contact:claim", args=[claim.code]),
        state=ClaimState(claim.state).label,
        proof=f"{ContactProof(claim.proof).label} {_day(claim.evidence_on)}",
        merit=merit,
        code=claim.code if waits else "",
        opening=claim.opening,
        filed=claim.file_use_id is not None or not claim.file_name,
    )


def _day(day: date) -> str:
    return day.isoformat()
