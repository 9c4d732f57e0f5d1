"""线索的读:谁看得见、步骤、时限、参数。语句数与行数无关。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.policy.queries import Params, params
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.investors.access import BUREAU
from juyuan.rooms.investors.queries import own_units
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.queries.duty import OBJ
from juyuan.rooms.outreach.rules.drafts import LeadDraft, LeadSecrecy, ReferrerKind, Urgency
from juyuan.rooms.outreach.rules.leads import (
    LeadBasis,
    LeadClockFace,
    LeadState,
    LeadStepped,
    LeadTerms,
    LeadVerb,
    lead_clocks,
    times_at,
)

__all__ = ["OBJ"]
KEYS = (
    "outreach.answer_workdays", "outreach.assign_workdays", "outreach.judge_workdays",
    "outreach.judge_workdays_major", "outreach.feed_back_workdays", "outreach.decide_workdays",
    "outreach.major_amount", "outreach.clock_basis", "outreach.judge_dimensions",
)  # fmt: skip


def visible_to(actor: Actor) -> QuerySet[Lead]:
    """看得见的线索:自己报的;本单位报的、本单位承办的;商务主管部门、召集人看全部已登记的。

    顾问、商会只看得见自己报的。草稿只有报送人看得见。限名单的只有报送人、承办人、商务主管部门核验人、
    召集人看得见。三员一概看不见。
    """
    rows = Lead.objects.all()
    if actor.is_system:
        return rows
    mine = Q(by_id=actor.account_id or 0)
    everywhere = actor.has_any(*LEADER_ROLES)
    if everywhere or access.is_desk(actor):
        wide = Q()
    else:
        own = sorted(own_units(actor))
        wide = Q(from_unit_id__in=own) | Q(unit_id__in=own)
    if not (everywhere or actor.has(Role.VERIFIER, BUREAU)):
        wide &= ~Q(secrecy=LeadSecrecy.RESTRICTED.value) | Q(assignee_id=actor.person_id or 0)
    return rows.filter(mine | (wide & ~Q(state=LeadState.DRAFT.value)))


def inside(actor: Actor, lead: Lead) -> bool:
    """看得见内部步骤(分办、研判)、能看全的:不是只因为自己报的才看得见的顾问、商会。"""
    if lead.by_id != actor.account_id:
        return True
    return actor.has_any(*access.HANDLERS) or actor.has_any(*LEADER_ROLES)


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    return {
        lead.pk: (lead.title, f"/leads/{lead.code}/")
        for lead in visible_to(actor)
        .filter(pk__in=list(ids))
        .only("pk", "code", "project_name", "investor_name")
    }


def can_see_id(actor: Actor, object_id: str) -> bool:
    """文件的门:看得见这条线索的才下得了它的附件。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return visible_to(actor).filter(pk=int(object_id)).exists()


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    """(名称, 网址)。"""
    return present(actor, [int(object_id)])[int(object_id)]


def names_of(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
    """编号 → 名称,只给看得见的(自动保存的草稿用)。"""
    rows = visible_to(actor).filter(code__in=list(keys))
    return {row.code: row.title for row in rows.only("code", "project_name", "investor_name")}


def within(actor: Actor) -> QuerySet[Any]:
    """看得见的编号的子查询。"""
    return visible_to(actor).order_by().values("pk")


def door(actor: Actor, code: str) -> Lead:
    """由编号取线索的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    row = (
        visible_to(actor)
        .filter(code=code)
        .select_related("unit", "from_unit", "by", "assignee", "project", "claim", "conflict")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def draft_of(lead: Lead) -> LeadDraft:
    """线索所填,写成草稿。"""
    plain = {f.name: getattr(lead, f.name) for f in fields(LeadDraft)}
    plain["referrer_kind"] = ReferrerKind(lead.referrer_kind) if lead.referrer_kind else None
    plain["urgency"] = Urgency(lead.urgency)
    plain["secrecy"] = LeadSecrecy(lead.secrecy)
    return LeadDraft(**plain)


def values_of(draft: LeadDraft) -> dict[str, Any]:
    """草稿 → 各列的值。"""
    found = {}
    for field in fields(LeadDraft):
        value = getattr(draft, field.name)
        found[field.name] = value.strip() if isinstance(value, str) else value
    found["referrer_kind"] = draft.referrer_kind.value if draft.referrer_kind else ""
    found["urgency"], found["secrecy"] = draft.urgency.value, draft.secrecy.value
    return found


def terms_of(book: Params) -> LeadTerms:
    """参数 → 时限。"""
    return LeadTerms(
        answer_days=book["outreach.answer_workdays"],
        assign_days=book["outreach.assign_workdays"],
        judge_days=book["outreach.judge_workdays"],
        judge_days_major=book["outreach.judge_workdays_major"],
        feed_back_days=book["outreach.feed_back_workdays"],
        decide_days=book["outreach.decide_workdays"],
        major_amount=book["outreach.major_amount"],
        basis=LeadBasis(book["outreach.clock_basis"]),
    )


def channels_of(book: Params) -> dict[str, str]:
    """参数 → {渠道代码: 名称},次序同参数。"""
    return {row["code"]: row["label"] for row in book["outreach.channels"]}


def dimensions_of(book: Params) -> dict[str, str]:
    """参数 → {研判项代码: 名称},次序同参数。"""
    return {row["code"]: row["label"] for row in book["outreach.judge_dimensions"]}


def steps_of(lead_ids: Collection[int]) -> dict[int, list[LeadStepped]]:
    """各条走过的步,先后为序;一条语句。"""
    found: dict[int, list[LeadStepped]] = defaultdict(list)
    rows = LeadStep.objects.filter(lead_id__in=lead_ids).order_by("id")
    for pk, on, verb, state, unit in rows.values_list("lead_id", "on", "verb", "to_state", "unit"):
        found[pk].append(LeadStepped(on, LeadVerb(verb), LeadState(state), unit))
    return found


def clocks_of(leads: Collection[Lead], on: date) -> dict[int, tuple[LeadClockFace, ...]]:
    """各条在某一天的三个时限;参数按登记那天取,日历取一次。"""
    steps, known = steps_of([lead.pk for lead in leads]), calendar()
    return {
        lead.pk: lead_clocks(
            times_at(steps.get(lead.pk, ()), on), lead.amount,
            terms_of(params(lead.submitted_on or on)), known,
        )
        for lead in leads
    }  # fmt: skip
