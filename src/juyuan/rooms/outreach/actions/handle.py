"""办线索:答复、分办、研判、反馈、不采纳。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.people.models import Person, Unit
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.actions import steps
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries import duty
from juyuan.rooms.outreach.queries.leads import dimensions_of, steps_of, terms_of
from juyuan.rooms.outreach.rules.drafts import LeadSecrecy
from juyuan.rooms.outreach.rules.leads import (
    CLAUSE,
    LeadBasis,
    LeadMark,
    LeadOutcome,
    LeadTerms,
    LeadVerb,
    is_major,
    judge_days,
    judge_marks,
    times_at,
)


def answer_lead(
    *, actor: Actor, lead: Lead, text: str, version: int | None = None, now: datetime
) -> Lead:
    """答复报来的人:收到了,由谁联系。只答一次,其后用反馈。

    Raises:
        Denied: 不是商务主管部门、承办单位。
        RuleBroken: 已答复;没写话;此刻不能答复。
    """
    require(access.can_answer(actor, lead))
    if times_at(steps_of([lead.pk])[lead.pk], localdate(now)).answered_on is not None:
        raise RuleBroken.one("", "lead.answered", "已经答复过,有新情况请用反馈", CLAUSE)
    with transaction.atomic():
        steps.step(lead, LeadVerb.ANSWER, actor=actor, now=now, version=version, reason=text)
        steps.end(lead, [duty.ANSWER], LeadVerb.ANSWER, actor=actor, now=now)
        steps.tell_reporter(
            lead, "lead_answered", f"您报的线索已收到:{lead.title}", text.strip(), now=now
        )
    return lead


def assign_lead(
    *,
    actor: Actor,
    lead: Lead,
    unit: Unit,
    person: Person | None = None,
    reason: str = "",
    version: int | None = None,
    now: datetime,
) -> Lead:
    """分办给一个单位(可指名到人);研判的时限从此走起。重新分办的,原来的待办撤销。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 限名单的没有指名;指名的人不在那个单位办线索;此刻不能分办。
    """
    require(access.can_desk(actor))
    today = localdate(now)
    restricted = lead.secrecy == LeadSecrecy.RESTRICTED
    if restricted and person is None:
        raise RuleBroken.one(
            "person", "lead.assignee", "限名单的线索须指名承办人,别人看不见它", CLAUSE
        )
    posts = posts_on(today).filter(unit=unit, role__in=access.HANDLERS)
    if person is not None:
        posts = posts.filter(person=person)
    if unit.disabled_on is not None or not posts.exists():
        who = f"{person.name}不在{unit.name}办线索" if person else f"{unit.name}没有办线索的人"
        raise RuleBroken.one("person" if person else "unit", "lead.unit", who, CLAUSE)
    terms = terms_of(params(lead.submitted_on or today))
    with transaction.atomic():
        again = (duty.JUDGE, duty.FEED_BACK, duty.DECIDE)
        steps.end(lead, again, LeadVerb.ASSIGN, actor=actor, now=now, cancelled=True)
        steps.step(
            lead, LeadVerb.ASSIGN, actor=actor, now=now, version=version, reason=reason,
            unit=unit, assignee=person,
        )  # fmt: skip
        steps.end(lead, [duty.ASSIGN], LeadVerb.ASSIGN, actor=actor, now=now)
        major = is_major(lead.amount, terms)
        steps.owe(
            lead, duty.JUDGE, unit.pk, days=judge_days(lead.amount, terms),
            key="judge_workdays_major" if major else "judge_workdays",
            basis=_basis(lead, terms, today), actor=actor, now=now,
            person_id=person.pk if person else None,
        )  # fmt: skip
        steps.tell_unit(lead, unit.pk, "lead_assigned", f"分办的线索:{lead.title}", now=now)
    return lead


def judge_lead(
    *,
    actor: Actor,
    lead: Lead,
    marks: Sequence[LeadMark],
    outcome: LeadOutcome | None,
    reason: str,
    version: int | None = None,
    now: datetime,
) -> Lead:
    """研判:逐项写理由,下结论;反馈与定去向的时限从此走起。

    Raises:
        Denied: 不是承办单位。
        RuleBroken: 有一项没写;此刻不能研判。
    """
    require(access.can_handle(actor, lead))
    assert lead.unit_id is not None
    today = localdate(now)
    dimensions = dimensions_of(params(today))
    findings = judge_marks(marks, dimensions, outcome, reason)
    if findings or outcome is None:
        raise RuleBroken(findings)
    by_code = {one.code: one for one in marks}
    detail = {
        "outcome": outcome.value,
        "marks": [
            {
                "code": code, "label": label, "mark": by_code[code].mark,
                "reason": by_code[code].reason.strip(),
            }
            for code, label in dimensions.items()
        ],
    }  # fmt: skip
    terms = terms_of(params(lead.submitted_on or today))
    with transaction.atomic():
        steps.step(
            lead, LeadVerb.JUDGE, actor=actor, now=now, version=version, reason=reason,
            detail=detail,
        )  # fmt: skip
        steps.end(lead, [duty.JUDGE], LeadVerb.JUDGE, actor=actor, now=now)
        for kind, days, key, basis in (
            (duty.FEED_BACK, terms.feed_back_days, "feed_back_workdays",
             _basis(lead, terms, today)),
            (duty.DECIDE, terms.decide_days, "decide_workdays", today),
        ):  # fmt: skip
            steps.owe(
                lead, kind, lead.unit_id, days=days, key=key, basis=basis, actor=actor, now=now,
                person_id=lead.assignee_id,
            )  # fmt: skip
    return lead


def feed_back_lead(
    *, actor: Actor, lead: Lead, text: str, version: int | None = None, now: datetime
) -> Lead:
    """反馈给报来的人:跟不跟进、到哪一步了。可以反馈多次,时限看第一次。

    Raises:
        Denied: 不是承办单位。
        RuleBroken: 没写话;此刻不能反馈。
    """
    require(access.can_handle(actor, lead))
    with transaction.atomic():
        steps.step(lead, LeadVerb.FEED_BACK, actor=actor, now=now, version=version, reason=text)
        steps.end(lead, [duty.ANSWER, duty.FEED_BACK], LeadVerb.FEED_BACK, actor=actor, now=now)
        steps.tell_reporter(
            lead, "lead_fed_back", f"您报的线索有反馈:{lead.title}", text.strip(), now=now
        )
    return lead


def refuse_lead(
    *, actor: Actor, lead: Lead, reason: str, version: int | None = None, now: datetime
) -> Lead:
    """不采纳:理由送到报来的人手里;欠着的都了结。

    Raises:
        Denied: 不是商务主管部门、承办单位;撞单未定。
        RuleBroken: 没写理由;此刻不能。
    """
    require(access.may(actor, lead, LeadVerb.REFUSE))
    with transaction.atomic():
        steps.step(
            lead, LeadVerb.REFUSE, actor=actor, now=now, version=version, reason=reason,
            fate=reason.strip(),
        )  # fmt: skip
        steps.end(
            lead, [duty.ANSWER, duty.FEED_BACK, duty.DECIDE], LeadVerb.REFUSE, actor=actor, now=now
        )
        steps.end(
            lead, [duty.ASSIGN, duty.JUDGE], LeadVerb.REFUSE, actor=actor, now=now, cancelled=True
        )
        steps.tell_reporter(
            lead, "lead_refused", f"您报的线索没有采纳:{lead.title}", f"理由:{reason.strip()}",
            now=now,
        )  # fmt: skip
    return lead


def _basis(lead: Lead, terms: LeadTerms, today: date) -> date:
    at_once = terms.basis == LeadBasis.SUBMIT
    return lead.submitted_on if at_once and lead.submitted_on else today
