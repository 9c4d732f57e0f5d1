"""首谈各页的读模型:清单的一行、一件首谈、一件撞单的各方。语句数与行数无关。"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from juyuan.foundation.files.queries import files_of
from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui.formats import amount
from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.models import (
    Claim,
    Conflict,
    ConflictEvidence,
    ConflictParty,
    Handover,
    Ruling,
)
from juyuan.rooms.first_contact.queries.claims import Rights, rights, visible_to
from juyuan.rooms.first_contact.queries.conflicts import own_side, sees_both
from juyuan.rooms.first_contact.queries.conflicts import visible_ids as conflicts_seen
from juyuan.rooms.first_contact.queries.conflicts import visible_to as seen_conflicts
from juyuan.rooms.first_contact.queries.duty import EVIDENCE
from juyuan.rooms.first_contact.queries.past import (
    claims_in,
    claims_on,
    conflicts_in,
    conflicts_on,
    conflicts_ruled,
)
from juyuan.rooms.first_contact.rules.claims import ContactProof
from juyuan.rooms.first_contact.rules.rights import LIVE, ClaimState, ClaimVerb, Outlook
from juyuan.rooms.first_contact.rules.rulings import (
    PENDING,
    ConflictState,
    RulingLevel,
    Standing,
    earliest,
)
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline.access import can_add_evidence
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import visible_ids as projects_seen

TABS = {
    "live": "在办", "mine": "本单位", "proposed": "提请失去独占", "opening": "期初待确认",
    "all": "全部",
}  # fmt: skip
SCAN = 5000
"""「提请失去独占」要逐件算,至多看这么多件受保护的。"""
SIGNALS = {
    ClaimState.REGISTERED: "idle", ClaimState.PROTECTED: "ok", ClaimState.DISPUTED: "warn",
    ClaimState.LAPSED: "bad", ClaimState.HANDED_OVER: "idle", ClaimState.ENDED: "idle",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """清单的一行。"""

    claim: Claim
    rights: Rights

    @property
    def url(self) -> str:
        return reverse("first_contact:claim", args=[self.claim.code])

    @property
    def state(self) -> ClaimState:
        """看的那一天的状态。"""
        return self.rights.state or self.claim.state_enum

    @property
    def signal(self) -> str:
        seen = self.rights.outlook
        return seen.light.value if seen else SIGNALS[self.state]

    @property
    def outlook(self) -> Outlook | None:
        return self.rights.outlook


def read_tab(given: Mapping[str, str]) -> tuple[str, str]:
    """网址参数 → 看哪些、哪个单位。不认得的页签当作在办的。"""
    tab = given.get("tab", "")
    return (tab if tab in TABS else "live"), given.get("unit", "").replace("\x00", "")[:60]


def listed(
    actor: Actor, tab: str, unit: str, on: date, as_of: date | None = None
) -> QuerySet[Claim]:
    """清单,新的在前。给了 `as_of` 即那一天终了时的样子(`on` 与它相同)。"""
    rows = visible_to(actor).select_related("unit").order_by("-id")
    if unit:
        rows = rows.filter(unit__code=unit)
    if tab == "live":
        return claims_in(rows, LIVE, as_of)
    if tab == "mine":
        rows = rows.filter(unit_id__in=sorted(actor.unit_ids))
    if tab == "opening":
        if as_of is None:
            return rows.filter(unconfirmed())
        return claims_in(rows.filter(opening=True), (ClaimState.REGISTERED,), as_of)
    if tab == "proposed":
        return proposed(claims_in(rows, (ClaimState.PROTECTED,), as_of), on)
    return rows if as_of is None else claims_on(rows, as_of)


def proposed(held: QuerySet[Claim], on: date) -> QuerySet[Claim]:
    """受保护的里系统提请失去独占的;逐件算,至多看 `SCAN` 件。"""
    seen = rights(list(held[:SCAN]), on)
    return held.filter(
        pk__in=[pk for pk, r in seen.items() if r.outlook and r.outlook.propose_lapse]
    )


def unconfirmed() -> Q:
    """期初补录而还没有确认的(撞单待裁定的也在内);同 `actions.rights.unconfirmed`。"""
    waiting = [ClaimState.REGISTERED.value, ClaimState.DISPUTED.value]
    return Q(opening=True, state__in=waiting, merit_at__gte=F("registered_at"))


def lines(claims: Sequence[Claim], on: date) -> list[Line]:
    """一页的行,带上各件的权利。"""
    seen = rights(claims, on)
    return [Line(claim, seen[claim.pk]) for claim in claims]


def timeline(claim: Claim) -> list[dict[str, Any]]:
    """权利台账,新的在前。"""
    kinds = {ClaimVerb.LAPSE: "refused", ClaimVerb.DECLINE: "refused", ClaimVerb.CONTEST: "jump"}
    return [
        {
            "icon": "shield" if row.to_state == ClaimState.PROTECTED else "history",
            "kind": kinds.get(ClaimVerb(row.verb), "key"),
            "title": ClaimVerb(row.verb).label,
            "text": f"延长到 {row.until.isoformat()}" if row.until else "",
            "before": ClaimState(row.from_state).label if row.from_state else "",
            "after": ClaimState(row.to_state).label,
            "why": row.reason, "who": f"{row.unit_name} {row.by_name}".strip(), "at": row.at,
            "note": f"参数 {max(row.parameters.values(), default='')} 版", "clause": row.clause,
        }
        for row in claim.events.order_by("-id")
    ]  # fmt: skip


def _money(value: int | None) -> str:
    return "" if value is None else f"{amount(value, 'wan')} 万元"


def facts_of(claim: Claim) -> list[dict[str, Any]]:
    """登记的内容。"""
    return [
        {"label": "投资方", "value": claim.investor_name},
        {"label": "责任人", "value": f"{claim.unit.name} {claim.person_name}".strip()},
        {"label": "接触日期", "value": claim.contacted_on.isoformat()},
        {
            "label": "凭据",
            "value": f"{ContactProof(claim.proof).label} {claim.evidence_on.isoformat()}",
        },
        {"label": "凭据文件", "value": _named(claim)},
        {"label": "预计总投资", "value": _money(claim.amount)},
        {"label": "意向地点", "value": claim.site},
        {"label": "项目内容", "value": claim.content, "full": True},
    ]


def _named(claim: Claim) -> str:
    """凭据的文件;台账来的还没有文件的,写登记时说的名称。"""
    if claim.file_use_id or not claim.file_name:
        return claim.file_name
    return f"{claim.file_name}（文件待补）"


def project_url(actor: Actor, claim: Claim) -> str:
    """看得见的项目才给网址。"""
    project = claim.project
    if project is None or not projects_seen(actor, [project.pk]):
        return ""
    return reverse("pipeline:detail", args=[project.code])


def conflicts_of(actor: Actor, claim: Claim) -> list[Conflict]:
    """这件首谈所在的撞单里看得见的。"""
    rows = list(Conflict.objects.filter(parties__claim=claim).order_by("-id"))
    seen = conflicts_seen(actor, [row.pk for row in rows])
    return [row for row in rows if row.pk in seen]


def pending_handover(claim: Claim) -> Handover | None:
    """等接收的移交。"""
    return Handover.objects.filter(claim=claim, state="proposed").select_related("to_unit").first()


@dataclass(frozen=True)
class Proof:
    """一份证据与它的文件网址。"""

    row: ConflictEvidence
    url: str


@dataclass(frozen=True)
class Side:
    """撞单的一方:它的登记、项目、交的证据。"""

    party: ConflictParty
    claim: Claim | None
    project_url: str
    project_name: str
    project_code: str = ""
    evidence: tuple[Proof, ...] = ()
    earliest: bool = False

    @property
    def facts(self) -> list[dict[str, Any]]:
        return facts_of(self.claim) if self.claim else []


def sides(actor: Actor, conflict: Conflict) -> list[Side]:
    """看得见的各方:看得见两边的给全部,争议的一方只给自己的。限名单而看不见的项目不给网址。"""
    rows = conflict.parties.select_related("unit", "claim", "claim__unit", "project").order_by("id")
    if not sees_both(actor):
        mine = own_side(actor, conflict)
        rows = rows.filter(pk=mine.pk if mine else 0)
    parties = list(rows)
    first = earliest(
        [Standing(p.unit_id, p.claim.merit_at if p.claim else None, p.pk) for p in parties]
    )
    shown = _projects_of(parties)
    seen = projects_seen(actor, shown)
    found = []
    proofs = list(ConflictEvidence.objects.filter(conflict=conflict).order_by("id"))
    files = files_of(EVIDENCE, [p.pk for p in proofs if p.unit_id in {x.unit_id for x in parties}])
    for party in parties:
        project = party.claim.project if party.claim and party.claim.project else party.project
        visible = project is not None and project.pk in seen
        found.append(
            Side(
                party=party,
                claim=party.claim,
                project_url=reverse("pipeline:detail", args=[project.code])
                if project is not None and visible
                else "",
                project_name=project.name if project is not None and visible else "",
                project_code=project.code if project is not None and visible else "",
                evidence=tuple(
                    Proof(p, files[str(p.pk)][0].url if files.get(str(p.pk)) else "")
                    for p in proofs
                    if p.unit_id == party.unit_id
                ),
                earliest=len(parties) > 1 and party.unit_id == first,
            )
        )
    return found


def _projects_of(parties: Collection[ConflictParty]) -> set[int]:
    ids = {p.project_id for p in parties} | {p.claim.project_id for p in parties if p.claim}
    return {pk for pk in ids if pk is not None}


@dataclass(frozen=True)
class RulingLine:
    """一次裁定,份额写成单位名称(`codes` 是代码);争议的一方只看牵头单位与自己的份额。"""

    label: str
    level: str
    lead: str
    lead_code: str
    shares: tuple[tuple[str, int], ...]
    codes: tuple[tuple[str, int], ...]
    reason: str
    clause: str
    by: str
    at: datetime


def rulings(actor: Actor, conflict: Conflict) -> list[RulingLine]:
    """各级裁定,新的在前。"""
    both = sees_both(actor)
    mine = own_side(actor, conflict)
    rows = list(
        Ruling.objects.filter(conflict=conflict).select_related("lead_unit").order_by("-id")
    )
    ids = {int(unit) for row in rows for unit in row.shares}
    units = Unit.objects.in_bulk(ids)
    found = []
    for row in rows:
        shown = [
            (units[int(unit)], share)
            for unit, share in row.shares.items()
            if both or (mine is not None and int(unit) == mine.unit_id)
        ]
        found.append(
            RulingLine(
                label=RulingLevel(row.level).label,
                level=row.level,
                lead=row.lead_unit.name,
                lead_code=row.lead_unit.code,
                shares=tuple((unit.name, share) for unit, share in shown),
                codes=tuple((unit.code, share) for unit, share in shown),
                reason=row.reason,
                clause=row.clause,
                by=f"{row.unit_name} {row.by_name}".strip(),
                at=row.at,
            )
        )
    return found


CONFLICT_TABS = {"pending": "未定", "ruled": "裁定过的", "all": "全部"}
CONFLICT_SIGNALS = {
    ConflictState.OPEN: "warn", ConflictState.RULED: "ok", ConflictState.APPEALED: "warn",
    ConflictState.FINAL: "ok", ConflictState.CLOSED: "idle",
}  # fmt: skip


def pending_states() -> list[str]:
    """未定的各状态。"""
    return [state.value for state in PENDING]


def conflicts_listed(actor: Actor, tab: str, as_of: date | None = None) -> QuerySet[Conflict]:
    """撞单的清单,新的在前。给了 `as_of` 即那一天终了时的样子(`state_then`)。"""
    rows = seen_conflicts(actor).order_by("-id")
    if as_of is not None:
        rows = conflicts_on(rows, as_of)
    if tab == "pending":
        return conflicts_in(rows, PENDING, as_of)
    return conflicts_ruled(rows, as_of) if tab == "ruled" else rows


def link_of(actor: Actor, project: Project) -> tuple[str, str] | None:
    """项目页上的去处:看得见的首谈;还没有登记首谈而此人登记得了的,去登记。"""
    if project.lead_claimed or project.contested:
        rows = visible_to(actor).filter(project=project, state__in=[s.value for s in LIVE])
        row = rows.order_by("id").first()
        return ("看首谈", reverse("first_contact:claim", args=[row.code])) if row else None
    unit = actor.post.unit_id if actor.post else None
    if unit is None or project.lead_unit_id not in (None, unit):
        return None
    if not (access.can_register(actor) and can_add_evidence(actor, project)):
        return None
    return "登记首谈", f"{reverse('first_contact:new')}?project={project.code}"


def investor_link(actor: Actor, investor: Investor) -> tuple[str, str] | None:
    """投资方页上的去处:登记得了首谈的,从这一家登记(已知的替他填好)。"""
    if not access.can_register(actor):
        return None
    return "登记首谈", f"{reverse('first_contact:new')}?investor={investor.code}"


def prefill(actor: Actor, project: Project | None, investor: Investor | None) -> dict[str, Any]:
    """登记表的初值:项目与投资方已知的都填好,人可以改。"""
    found: dict[str, Any] = {}
    if project is not None:
        party = project.parties.select_related("investor").order_by("pk").first()
        investor = investor or (party.investor if party is not None else None)
        found |= {
            "project_name": project.name, "content": project.summary, "site": project.location,
            "amount": project.total_investment,
        }  # fmt: skip
    if investor is not None:
        found |= {"name": investor.name, "uscc": investor.uscc, "controller": investor.controller}
    return found
