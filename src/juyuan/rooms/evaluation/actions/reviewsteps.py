"""评审上走一步:状态表准不准、条件更新、只增的一行、全库台账,同一事务;待办与通知也在其中。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_duty
from juyuan.foundation.duties.rules import DueRule
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale
from juyuan.rooms.evaluation.models import Review, ReviewStep
from juyuan.rooms.evaluation.queries import reviewduty as duty
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.reviews import CLAUSE, ReviewState, ReviewVerb, next_state

REASON_LIMIT = 2000


def first_step(review: Review, *, actor: Actor, now: datetime) -> None:
    """新送审的一次(已存)的第一步。"""
    _write(review, ReviewVerb.SEND, None, actor=actor, now=now, reason=review.level_reason)


def step(
    review: Review, verb: ReviewVerb, *, actor: Actor, now: datetime, reason: str = "",
    after: dict[str, Any] | None = None, **changes: Any,
) -> Review:  # fmt: skip
    """走一步,并把 `changes` 一同写进评审。

    Raises:
        RuleBroken: 此刻的状态走不了这一步。
        Stale: 他人先行。
    """
    was = review.state_enum
    to = next_state(was, verb)
    if to is None:
        raise RuleBroken.one(
            "",
            f"review.{verb.value}",
            f"这次评审在「{was.label}」，现在不能「{verb.label}」",
            CLAUSE,
        )
    done = Review.objects.filter(pk=review.pk, version=review.version, state=was.value).update(
        state=to.value, version=review.version + 1, **changes
    )
    if not done:
        raise Stale("这次评审已有人先行办理，请核对最新的状态")
    review.state, review.version = to.value, review.version + 1
    for name, value in changes.items():
        setattr(review, name, value)
    _write(review, verb, was, actor=actor, now=now, reason=reason, after=after)
    return review


def touch(review: Review) -> None:
    """没有走步的改动也换版本,免得两人互相覆盖。

    Raises:
        Stale: 他人先行。
    """
    done = Review.objects.filter(pk=review.pk, version=review.version, state=review.state).update(
        version=review.version + 1
    )
    if not done:
        raise Stale("这次评审已有人先行办理，请核对最新的状态")
    review.version += 1


def _write(
    review: Review, verb: ReviewVerb, was: ReviewState | None, *, actor: Actor, now: datetime,
    reason: str, after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    ReviewStep(
        review=review, verb=verb.value, from_state=was.value if was else "", to_state=review.state,
        level=review.level, on=localdate(now), at=now, by_name=actor.name,
        unit_name=actor.unit_name, reason=reason.strip(),
    ).save(force_insert=True)  # fmt: skip
    note(
        review, verb.value, actor, now, reason=reason,
        before={"state": was.value} if was else None,
        after={"state": review.state, "level": review.level, **(after or {})},
    )  # fmt: skip


def note(
    review: Review, verb: str, actor: Actor, now: datetime, *, reason: str = "",
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """评审的一行台账。"""
    record(
        event=f"evaluation.review.{verb}", actor=actor, obj_type=read.OBJ, obj_id=review.code,
        obj_label=f"评审：{review.project.name}", before=before, after=after,
        reason=reason.strip(), clause=CLAUSE, now=now,
    )  # fmt: skip


def need_reason(reason: str, what: str, *, field: str = "reason") -> None:
    """没写理由,或太长,即拒绝。

    Raises:
        RuleBroken: 空着,太长。
    """
    if not reason.strip():
        raise RuleBroken.one(field, "review.reason", f"请写明{what}", CLAUSE)
    if len(reason) > REASON_LIMIT:
        raise RuleBroken.one(field, "review.length", f"至多{REASON_LIMIT}字", CLAUSE)


def need_state(review: Review, *states: ReviewState, what: str) -> None:
    """不在这几个状态即拒绝。

    Raises:
        RuleBroken: 不在。
    """
    if review.state_enum not in states:
        raise RuleBroken.one(
            "", "review.state", f"这次评审在「{review.state_enum.label}」，现在不能{what}", CLAUSE
        )


# ───────── 待办与通知 ─────────


def due_rule(key: str, on: date) -> DueRule:
    """几个工作日,按起算之日的参数。"""
    row = params(on).row(f"evaluation.{key}")
    return DueRule(row.python, said=f"参数 {row.key}，{row.origin}")


def owe(
    review: Review, kind: str, unit_id: int | None, key: str, *, actor: Actor, now: datetime,
    person_id: int | None = None,
) -> date | None:  # fmt: skip
    """开一件待办,返回到期日;没有单位可给的不开。"""
    if unit_id is None:
        return None
    today = localdate(now)
    row = open_duty(
        kind=kind, object_type=read.OBJ, object_id=review.pk, unit_id=unit_id,
        person_id=person_id, basis_on=today, rule=due_rule(key, today), actor=actor, now=now,
    )  # fmt: skip
    return row.due_on


def settled(
    review: Review, kind: str, act: str, *, actor: Actor, now: datetime,
    person_id: int | None = None, cancelled: bool = False,
) -> None:  # fmt: skip
    """办结(或撤销)开着的待办。"""
    end_duty(
        kind=kind, object_type=read.OBJ, object_id=review.pk, person_id=person_id,
        act=f"evaluation.review.{act}", actor=actor, now=now, cancelled=cancelled,
    )  # fmt: skip


def drop_all(review: Review, act: str, *, actor: Actor, now: datetime) -> None:
    """评审不再往下走:开着的待办一概撤销。"""
    for kind in duty.KINDS:
        settled(review, kind, act, actor=actor, now=now, cancelled=True)


def tell(
    review: Review, kind: str, people: Iterable[int], title: str, text: str, now: datetime,
    *, due_on: date | None = None, page: str = "",
) -> None:  # fmt: skip
    """告诉这些人。"""
    notify(
        kind=f"evaluation.review_{kind}", person_ids=sorted(set(people)), object_type=read.OBJ,
        object_id=review.pk, due_on=due_on, title=title, text=text,
        url=read.url_of(review.code) + page, now=now,
    )  # fmt: skip


def ask_decision(review: Review, *, actor: Actor, now: datetime) -> None:
    """请有权的人决定。"""
    found = read.deciders(review, localdate(now))
    if found is None:
        return
    unit, people = found
    due = owe(review, duty.DECIDE, unit, "decide_workdays", actor=actor, now=now)
    tell(
        review, "decide", people, f"待您决定：{review.project.name}",
        "评审材料、评分与意见已齐", now, due_on=due, page="decide/",
    )  # fmt: skip
