"""授予、终止任职。三员互斥在人员行的锁下判定:两个并发的授予不会各自看不见对方。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.models import Account, Person, Post, Role, Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, require


def span_of(post: Post) -> rules.Span:
    return rules.Span(
        post.role, post.starts_on, post.ends_on, f"{post.unit.name} {post.get_role_display()}"
    )


def judge_post(held: Iterable[Post], unit_id: int, new: rules.Span) -> list[Finding]:
    """单个授予与成批导入共用的判定;`held` 是此人的全部任职。"""
    posts = list(held)
    return [
        *rules.span_findings(new),
        *rules.exclusion_findings([span_of(p) for p in posts], new),
        *rules.repeated([span_of(p) for p in posts if p.unit_id == unit_id], new),
    ]


def facts_of(post: Post) -> dict[str, str]:
    """台账里的任职。"""
    return {
        "person": post.person.code,
        "unit": post.unit.code,
        "role": post.role,
        "title": post.title,
        "starts_on": post.starts_on.isoformat(),
        "ends_on": post.ends_on.isoformat() if post.ends_on else "",
    }


def grant_post(
    *,
    actor: Actor,
    person: Person,
    unit: Unit,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    title: str = "",
    now: datetime,
) -> Post:
    """授予任职。

    Raises:
        Denied: 不是安全管理员,或给自己授权。
        RuleBroken: 三员互斥、同一任职重叠、起止颠倒、单位停用、人员离任。
    """
    account_id = Account.objects.filter(person=person).values_list("pk", flat=True).first()
    require(access.can_grant(actor, account_id))
    if role not in Role.values:
        raise RuleBroken.one("role", "role", f"没有「{role}」这个角色")
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        found = judge_post(
            Post.objects.filter(person=locked).select_related("unit"),
            unit.pk,
            rules.Span(role, starts_on, ends_on),
        )
        if unit.disabled_on is not None:
            found.append(Finding("unit", "unit_disabled", "", f"「{unit.name}」已停用"))
        if locked.disabled_on is not None and locked.disabled_on <= starts_on:
            found.append(Finding("person", "person_left", "", f"{locked.name} 已离任"))
        if found:
            raise RuleBroken(found)
        post = Post.objects.create(
            person=locked,
            unit=unit,
            role=role,
            title=title.strip(),
            starts_on=starts_on,
            ends_on=ends_on,
            granted_by=actor.name,
        )
        record(
            event="people.post.granted",
            actor=actor,
            obj_type="post",
            obj_id=post.pk,
            obj_label=str(post),
            after=facts_of(post),
            now=now,
        )
    return post


def end_post(*, actor: Actor, post_id: int, ends_on: date, reason: str, now: datetime) -> Post:
    """终止任职(止任日当日仍在任)。

    Raises: Denied、NotFound、RuleBroken(止任早于起任、已终止、未填理由)。
    """
    with transaction.atomic():
        post = (
            Post.objects.select_for_update(of=("self",))
            .select_related("person", "unit")
            .filter(pk=post_id)
            .first()
        )
        if post is None:
            raise NotFound()
        account_id = (
            Account.objects.filter(person_id=post.person_id).values_list("pk", flat=True).first()
        )
        require(access.can_grant(actor, account_id))
        found = rules.span_findings(rules.Span(post.role, post.starts_on, ends_on))
        if post.ends_on is not None and post.ends_on <= ends_on:
            found.append(Finding("ends_on", "post_ended", "", f"此任职已于 {post.ends_on} 终止"))
        if not reason.strip():
            found.append(Finding("reason", "reason", "", "请写明理由"))
        if found:
            raise RuleBroken(found)
        before = facts_of(post)
        post.ends_on = ends_on
        post.save(update_fields=["ends_on"])
        record(
            event="people.post.ended",
            actor=actor,
            obj_type="post",
            obj_id=post.pk,
            obj_label=str(post),
            before=before,
            after=facts_of(post),
            reason=reason,
            now=now,
        )
    return post
