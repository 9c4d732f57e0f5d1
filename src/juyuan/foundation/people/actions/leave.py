"""人员调离:手上的事项一次交清,在该单位的任职同时终止。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from juyuan.foundation.ledger.actions import Entry, record, record_many
from juyuan.foundation.people import access, handover
from juyuan.foundation.people.actions.posts import facts_of
from juyuan.foundation.people.models import Person, Post, Unit
from juyuan.foundation.people.queries import units_under
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require


@dataclass(frozen=True)
class HandedOver:
    """移交结果:终止的任职数,各类事项的件数(按登记的中文名)。"""

    posts: int
    moved: dict[str, int]


def hand_over(
    *,
    actor: Actor,
    leaver: Person,
    successor: Person,
    unit: Unit,
    on: date,
    reason: str,
    now: datetime,
) -> HandedOver:
    """`leaver` 离开 `unit`(含下级单位),事项交给 `successor`,任职止于 `on`(当日仍在任)。

    任一类事项交不出去,则整个调离不成立。
    Raises:
        Denied: 不是该单位(或其上级)的主要负责同志、安全管理员。
        RuleBroken: 接手人在该单位没有任职、是本人,或未写理由。
    """
    require(access.can_hand_over(actor, unit.path, leaver.pk))
    inside = frozenset(units_under([unit.pk]))
    group = uuid4()
    with transaction.atomic():
        list(
            Person.objects.select_for_update()
            .filter(pk__in=[leaver.pk, successor.pk])
            .order_by("pk")
        )
        posts = list(
            Post.objects.filter(person=leaver, unit_id__in=inside)
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
            .select_related("person", "unit")
            .order_by("pk")
        )
        found = _findings(leaver, successor, inside, posts, on, reason)
        if found:
            raise RuleBroken(found)
        ended = [post for post in posts if post.starts_on <= on]
        never_began = [post for post in posts if post.starts_on > on]
        before = {post.pk: facts_of(post) for post in posts}
        for post in ended:
            post.ends_on = on
        Post.objects.bulk_update(ended, ["ends_on"])
        entries = [
            Entry(
                "people.post.ended",
                "post",
                str(post.pk),
                str(post),
                before=before[post.pk],
                after=facts_of(post) if post in ended else None,
                reason=reason,
            )
            for post in posts
        ]
        record_many(entries, actor=actor, now=now, group=group)
        Post.objects.filter(pk__in=[post.pk for post in never_began]).delete()
        moved = {
            handing.label: handing.fn(
                leaver=leaver,
                successor=successor,
                unit_ids=inside,
                actor=actor,
                now=now,
                group=group,
            )
            for handing in handover.registered()
        }
        record(
            event="people.person.handed_over",
            actor=actor,
            obj_type="person",
            obj_id=leaver.code,
            obj_label=leaver.name,
            after={"successor": successor.code, "unit": unit.code, "moved": moved},
            reason=reason,
            now=now,
            group=group,
        )
    return HandedOver(len(posts), moved)


def _findings(
    leaver: Person,
    successor: Person,
    inside: frozenset[int],
    posts: list[Post],
    on: date,
    reason: str,
) -> list[Finding]:
    found = []
    if leaver.pk == successor.pk:
        found.append(Finding("successor", "hand_over", "", "接手人不能是本人"))
    takes = Post.objects.filter(
        Q(person=successor, unit_id__in=inside, starts_on__lte=on)
        & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    )
    if not takes.exists():
        found.append(Finding("successor", "hand_over", "", f"{successor.name} 届时不在该单位任职"))
    if not posts:
        found.append(Finding("leaver", "hand_over", "", f"{leaver.name} 在该单位没有可终止的任职"))
    if not reason.strip():
        found.append(Finding("reason", "reason", "", "请写明理由"))
    return found
