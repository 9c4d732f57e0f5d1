"""线索上走一步:状态表准不准、条件更新、只增的一行、全库台账、待办与通知,同一事务。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import DueRule, Opening, Owed
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import Message, notify_many
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale
from juyuan.rooms.investors.actions.keys import write_match_keys_many
from juyuan.rooms.investors.models import MatchKey
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.queries import duty
from juyuan.rooms.outreach.queries.leads import KEYS, OBJ
from juyuan.rooms.outreach.queries.matters import KEYED, keys_of_lead, names_of_lead
from juyuan.rooms.outreach.rules.leads import (
    CLAUSE,
    ENDED,
    MIN_REASON,
    REASONED,
    LeadState,
    LeadVerb,
    next_state,
)


def first_step(lead: Lead, *, actor: Actor, now: datetime) -> None:
    """新记下的一条(已存)的第一步。"""
    _write(lead, LeadVerb.REGISTER, None, actor=actor, now=now, reason="", detail={})


def step(
    lead: Lead,
    verb: LeadVerb,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
    **changes: Any,
) -> Lead:
    """走一步,并把 `changes` 一同写进线索(事务内)。

    Raises:
        RuleBroken: 此刻的状态走不了这一步;须写明的没写。
        Stale: 他人先行。
    """
    was = lead.state_enum
    to = next_state(was, verb)
    if to is None:
        raise RuleBroken.one(
            "", f"lead.{verb.value}", f"这条线索「{was.label}」,不能{verb.label}", CLAUSE
        )
    if verb in REASONED and len(reason.strip()) < MIN_REASON:
        raise RuleBroken.one(
            "reason", "lead.reason", f"请写明{verb.label}的话(至少四个字),报来的人要看", CLAUSE
        )
    if version is not None and version != lead.version:
        raise Stale
    if to in ENDED:
        changes["ended_on"] = localdate(now)
    done = Lead.objects.filter(pk=lead.pk, version=lead.version, state=was.value).update(
        state=to.value, version=lead.version + 1, **changes
    )
    if not done:
        raise Stale
    lead.state, lead.version = to.value, lead.version + 1
    for name, value in changes.items():
        setattr(lead, name, value)
    if (was in KEYED) != (to in KEYED):
        key_many([lead])
    _write(lead, verb, was, actor=actor, now=now, reason=reason, detail=detail or {})
    return lead


def _write(
    lead: Lead, verb: LeadVerb, was: LeadState | None, *, actor: Actor, now: datetime,
    reason: str, detail: dict[str, Any],
) -> None:  # fmt: skip
    LeadStep(
        lead=lead, verb=verb.value, from_state=was.value if was else "", to_state=lead.state,
        on=localdate(now), at=now, unit_id=lead.unit_id, by_name=actor.name,
        unit_name=actor.unit_name, reason=reason.strip(), detail=detail, clause=CLAUSE,
        parameters=versions(localdate(now)),
    ).save(force_insert=True)  # fmt: skip
    after: dict[str, Any] = {"state": lead.state}
    if verb == LeadVerb.ASSIGN and lead.unit is not None:
        after["unit"] = lead.unit.name
    record(
        event=f"outreach.lead.{verb.value}", actor=actor, obj_type=OBJ, obj_id=lead.code,
        obj_label=lead.title, before={"state": was.value} if was else None, after=after,
        reason=reason.strip(), clause=CLAUSE, now=now,
    )  # fmt: skip


def versions(on: date) -> dict[str, str]:
    """这一步所用参数各是哪一版(施行日)。"""
    book = params(on)
    return {key: book.row(key).effective_from.isoformat() for key in KEYS}


def said(key: str) -> str:
    """待办上写明时限依据哪个参数。"""
    return f"参数 outreach.{key},建议值"


def owe(
    lead: Lead, kind: str, unit_id: int, *, days: int, key: str, basis: date, actor: Actor,
    now: datetime, person_id: int | None = None,
) -> None:  # fmt: skip
    """开一件待办。"""
    rule = DueRule(days, said=said(key))
    owed = Owed(OBJ, lead.pk, unit_id, basis, rule, person_id)
    open_many([Opening(kind, owed)], actor=actor, now=now)


def end(
    lead: Lead, kinds: Iterable[str], verb: LeadVerb, *, actor: Actor, now: datetime,
    cancelled: bool = False,
) -> None:  # fmt: skip
    """这一步办结(或撤销)了这些待办。"""
    for kind in kinds:
        end_duty(
            kind=kind, object_type=OBJ, object_id=lead.pk, act=f"outreach.lead.{verb.value}",
            actor=actor, now=now, cancelled=cancelled,
        )  # fmt: skip


def tell_reporter(lead: Lead, kind: str, title: str, text: str, *, now: datetime) -> None:
    """告诉报来的人。"""
    if lead.by is None or lead.by.person_id is None:
        return
    _tell([lead.by.person_id], lead, kind, title, text, now=now)


def people_of(lead: Lead, unit_id: int, now: datetime) -> tuple[int, ...]:
    """某单位办线索的人;限名单的只是看得见的。"""
    people = posts_on(localdate(now)).filter(unit_id=unit_id, role__in=access.HANDLERS)
    if lead.secrecy == "restricted":
        people = people.filter(person_id=lead.assignee_id) if lead.assignee_id else people.filter(
            role="verifier"
        )  # fmt: skip
    return tuple(sorted(set(people.values_list("person_id", flat=True))))


def tell_unit(lead: Lead, unit_id: int, kind: str, title: str, *, now: datetime) -> None:
    """告诉某单位办线索的人;限名单的只告诉看得见的。"""
    _tell(people_of(lead, unit_id, now), lead, kind, title, "", now=now)


def message(
    lead: Lead, people: Iterable[int], kind: str, title: str, text: str, now: datetime
) -> Message:
    """写给这些人的一条通知。"""
    return Message(
        kind=f"outreach.{kind}", person_ids=tuple(people), object_type=OBJ, object_id=lead.pk,
        due_on=localdate(now), title=title, text=text, url=f"/leads/{lead.code}/",
    )  # fmt: skip


def _tell(
    people: Iterable[int], lead: Lead, kind: str, title: str, text: str, *, now: datetime
) -> None:
    notify_many([message(lead, people, kind, title, text, now)], now=now)


def key_many(leads: Iterable[Lead]) -> None:
    """换上各条的匹配键:在办的才有,了结了、转了首谈的撤下(首谈、项目自己有)。"""
    rows = list(leads)
    write_match_keys_many(
        [(OBJ, lead.pk, keys_of_lead(lead)) for lead in rows],
        {(OBJ, lead.pk): names_of_lead(lead) for lead in rows},
    )


def fill_missing_keys(chunk: int = 1000) -> int:
    """给还没有匹配键的在办线索补上;返回补了几条。可重复执行。"""
    done, after = 0, 0
    while True:
        known = MatchKey.objects.filter(object_type=OBJ, object_id=OuterRef("pk"))
        found = list(
            Lead.objects.filter(~Exists(known), state__in=[s.value for s in KEYED], pk__gt=after)
            .order_by("pk")[:chunk]
        )  # fmt: skip
        if not found:
            return done
        with transaction.atomic():
            key_many(found)
        done, after = done + len(found), found[-1].pk


ALL = (duty.ANSWER, duty.ASSIGN, duty.JUDGE, duty.FEED_BACK, duty.DECIDE)
