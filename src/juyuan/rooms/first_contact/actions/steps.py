"""权利台账上走一步:状态表准不准、条件更新、只增的一行、全库台账,同一事务。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.models import Claim, ClaimEvent
from juyuan.rooms.first_contact.queries.claims import KEYS, OBJ
from juyuan.rooms.first_contact.rules.rights import ClaimState, ClaimVerb, next_state
from juyuan.rooms.pipeline.models import Project

CLAUSE = access.CLAUSE


def first_step(
    claim: Claim, verb: ClaimVerb, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """新登记的一件(已存)的第一步。"""
    _write(claim, verb, None, actor=actor, now=now, reason=reason)


def step(
    claim: Claim,
    verb: ClaimVerb,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    until: date | None = None,
    **changes: Any,
) -> Claim:
    """走一步,并把 `changes` 一同写进登记。

    Raises:
        RuleBroken: 此刻的状态走不了这一步。
        Stale: 他人先行。
    """
    was = claim.state_enum
    to = next_state(was, verb)
    if to is None:
        raise RuleBroken.one(
            "", f"claim.{verb.value}", f"这件首谈「{was.label}」,不能{verb.label}", CLAUSE
        )
    done = Claim.objects.filter(pk=claim.pk, version=claim.version, state=was.value).update(
        state=to.value, version=claim.version + 1, **changes
    )
    if not done:
        raise Stale
    claim.state, claim.version = to.value, claim.version + 1
    for name, value in changes.items():
        setattr(claim, name, value)
    _write(claim, verb, was, actor=actor, now=now, reason=reason, until=until)
    return claim


def _write(
    claim: Claim,
    verb: ClaimVerb,
    was: ClaimState | None,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    until: date | None = None,
) -> None:
    book = params(localdate(now))
    ClaimEvent(
        claim=claim, verb=verb.value, from_state=was.value if was else "", to_state=claim.state,
        on=localdate(now), at=now, until=until, by_name=actor.name, unit_name=actor.unit_name,
        reason=reason.strip(), clause=CLAUSE,
        parameters={key: book.row(key).effective_from.isoformat() for key in KEYS},
    ).save(force_insert=True)  # fmt: skip
    after: dict[str, Any] = {"state": claim.state, "unit": claim.unit.name}
    if until is not None:
        after["until"] = until.isoformat()
    record(
        event=f"first_contact.claim.{verb.value}", actor=actor, obj_type=OBJ, obj_id=claim.code,
        obj_label=claim.project_name, before={"state": was.value} if was else None, after=after,
        reason=reason.strip(), clause=CLAUSE, now=now,
    )  # fmt: skip


def need_reason(reason: str, what: str) -> None:
    """没写理由即拒绝。

    Raises:
        RuleBroken: 空着。
    """
    if not reason.strip():
        raise RuleBroken.one("reason", "claim.reason", f"请写明{what}的理由", CLAUSE)


def fresh_project(claim: Claim) -> Project | None:
    """这件首谈的项目(锁住,同一事务内改首谈单位)。"""
    if claim.project_id is None:
        return None
    return Project.objects.select_for_update().get(pk=claim.project_id)


def tell_unit(
    unit_ids: Iterable[int], *, kind: str, object_type: str, object_id: int, title: str,
    text: str, url: str, now: datetime, due_on: date | None = None,
) -> None:  # fmt: skip
    """告诉这些单位办首谈的人。"""
    people = posts_on(localdate(now)).filter(unit_id__in=list(unit_ids), role__in=access.ASKERS)
    notify(
        kind=kind, person_ids=sorted(set(people.values_list("person_id", flat=True))),
        object_type=object_type, object_id=object_id, due_on=due_on, title=title, text=text,
        url=url, now=now,
    )  # fmt: skip
