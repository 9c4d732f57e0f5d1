"""首谈登记的读:谁看得见、某一天的权利与灯、撞上的先有者。语句数与行数无关。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.policy.queries import Params, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken
from juyuan.rooms.first_contact.models import Claim, ClaimEvent, Handover
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.rules.rights import (
    LIVE,
    ClaimState,
    ClaimVerb,
    Outlook,
    Step,
    Terms,
    held_from,
    outlook,
    state_at,
)
from juyuan.rooms.first_contact.rules.rulings import HandoverState
from juyuan.rooms.investors.access import BUREAU, is_bureau
from juyuan.rooms.investors.queries import own_units
from juyuan.rooms.pipeline.models import MonthlyUpdate, Project
from juyuan.rooms.pipeline.queries.periods import kinds_of
from juyuan.rooms.pipeline.queries.progress import happenings
from juyuan.rooms.pipeline.queries.scope import door as project_door
from juyuan.rooms.pipeline.queries.scope import seen_whole

OBJ = "first_contact_claim"
KEYS = (
    "first_contact.protection_days", "first_contact.renewal_days",
    "first_contact.protection_max_days", "first_contact.yellow_months",
    "first_contact.red_months", "lights.withdraw_months", "first_contact.warn_days",
)  # fmt: skip


def visible_to(actor: Actor) -> QuerySet[Claim]:
    """看得见的首谈登记:本单位的,等本单位接收的,项目看得全而失去独占的;商务主管部门、召集人看全部。

    限名单的,只有登记的人、看得全它的项目的人、商务主管部门核验人与召集人看得见。
    """
    rows = Claim.objects.all()
    if actor.is_system:
        return rows
    everywhere = actor.has_any(*LEADER_ROLES)
    if not (everywhere or is_bureau(actor)):
        own = sorted(own_units(actor))
        coming = Handover.objects.filter(state=HandoverState.PROPOSED, to_unit_id__in=own)
        # 失去独占的,看得全这个项目的单位看得见,可以接手
        pool = seen_whole(actor, merged=True).order_by().values("pk")
        rows = rows.filter(
            Q(unit_id__in=own)
            | Q(pk__in=coming.order_by().values("claim_id"))
            | Q(state=ClaimState.LAPSED, project_id__in=pool)
        )
    if everywhere or actor.has(Role.VERIFIER, BUREAU):
        return rows
    seen = (
        seen_whole(actor, merged=True)
        .filter(confidentiality=Secrecy.RESTRICTED)
        .order_by()
        .values("pk")
    )
    return rows.filter(
        ~Q(confidentiality=Secrecy.RESTRICTED)
        | Q(by_id=actor.account_id or 0)
        | Q(project_id__in=seen)
    )


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    return {
        pk: (name, f"/first-contacts/{code}/")
        for pk, name, code in visible_to(actor)
        .filter(pk__in=list(ids))
        .values_list("pk", "project_name", "code")
    }


def can_see_id(actor: Actor, object_id: str) -> bool:
    """文件的门:看得见这件首谈的才下得了它的凭据。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return visible_to(actor).filter(pk=int(object_id)).exists()


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    """(名称, 网址)。"""
    return present(actor, [int(object_id)])[int(object_id)]


def door(actor: Actor, code: str) -> Claim:
    """由编号取首谈登记的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    row = visible_to(actor).filter(code=code).select_related("unit", "project").first()
    if row is None:
        raise NotFound
    return row


def party_named(actor: Actor, field: str, code: str) -> Claim | Project:
    """立撞单的一方:首谈编号,或项目编号。

    Raises:
        RuleBroken: 没有,或看不见(同一句话),记在 `field` 上。
    """
    said = code.replace("\x00", "").strip()
    for find in (door, project_door):
        try:
            return find(actor, said)
        except NotFound:
            continue
    raise RuleBroken.one(field, "raise.unknown", "没有这个编号的首谈或项目,或您看不见它", "3.2b")


def terms_of(book: Params) -> Terms:
    """参数 → 保护期、续期、亮灯的月数。"""
    return Terms(
        protection_days=book["first_contact.protection_days"],
        renewal_days=book["first_contact.renewal_days"],
        max_days=book["first_contact.protection_max_days"],
        yellow_months=book["first_contact.yellow_months"],
        red_months=book["first_contact.red_months"],
        withdraw_months=book["lights.withdraw_months"],
        warn_days=tuple(book["first_contact.warn_days"]),
    )


def steps_of(claim_ids: Collection[int]) -> dict[int, list[Step]]:
    """各件的权利台账,先后为序;一条语句。"""
    found: dict[int, list[Step]] = defaultdict(list)
    rows = ClaimEvent.objects.filter(claim_id__in=claim_ids).order_by("id")
    for pk, on, verb, state, until in rows.values_list(
        "claim_id", "on", "verb", "to_state", "until"
    ):
        found[pk].append(Step(on, ClaimVerb(verb), ClaimState(state), until))
    return found


@dataclass(frozen=True)
class Rights:
    """某一天终了时的权利:状态;受保护的另有展望。"""

    state: ClaimState | None
    outlook: Outlook | None = None


def rights(claims: Collection[Claim], on: date) -> dict[int, Rights]:
    """各件在某一天的权利。报备与实质进展来自月度更新与本期发生,不另填一遍;语句数固定。"""
    steps = steps_of([claim.pk for claim in claims])
    projects = {c.project_id for c in claims if c.project_id is not None}
    renewals, latest = reported(projects, on), substance(projects, on)
    terms = terms_of(params(on))
    found: dict[int, Rights] = {}
    for claim in claims:
        own = steps.get(claim.pk, [])
        held = held_from(
            own, on,
            renewals=renewals.get(claim.project_id or 0, ()),
            last_substantive=latest.get(claim.project_id or 0),
        )  # fmt: skip
        found[claim.pk] = Rights(
            state_at(own, on), outlook(held, on, terms) if held is not None else None
        )
    return found


def reported(project_ids: Collection[int], on: date) -> dict[int, list[date]]:
    """各项目有实质进展的报备各是哪天交的:每期一次,以最后一稿论有没有、以第一稿论哪天。"""
    first: dict[tuple[int, date], date] = {}
    told: dict[tuple[int, date], bool] = {}
    rows = MonthlyUpdate.objects.filter(project_id__in=project_ids).order_by("revision")
    for pk, period, at, substantive in rows.values_list(
        "project_id", "period", "at", "substantive"
    ):
        if localdate(at) > on:
            continue
        first.setdefault((pk, period), localdate(at))
        told[pk, period] = substantive
    found: dict[int, list[date]] = defaultdict(list)
    for (pk, period), day in first.items():
        if told[pk, period]:
            found[pk].append(day)
    return found


def substance(project_ids: Collection[int], on: date) -> dict[int, date]:
    """各项目最近一次实质进展是哪天。"""
    rows = happenings(project_ids, date.min, on, kinds_of(params(on)))
    return {
        pk: max(h.on for h in found if h.substantive)
        for pk, found in rows.items()
        if any(h.substantive for h in found)
    }


def lacks_file(claim: Claim) -> bool:
    """台账来的、在办的,还没有文件的(接手、移交来的本来就没有,不算)。"""
    return claim.file_use_id is None and claim.file_name != "" and claim.state in LIVE
