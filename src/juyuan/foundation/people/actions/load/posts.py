"""成批装载任职。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.actions.load.common import Judged, Loaded, refuse_if_any
from juyuan.foundation.people.actions.posts import facts_of as post_facts
from juyuan.foundation.people.actions.posts import judge_post
from juyuan.foundation.people.models import Account, Person, Post, Role, Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, require


@dataclass(frozen=True)
class PostRow:
    """人员、单位以代码指明。"""

    person: str
    unit: str
    role: str
    starts_on: date
    ends_on: date | None = None
    title: str = ""


def judge_posts(rows: Sequence[PostRow], actor: Actor, *, lock: bool = False) -> Judged:
    """逐行判定任职;先前的行视为已授予,所以同批之内的互斥也查得出。"""
    return [found for found, _ in _judge_posts(rows, actor, lock)]


def _judge_posts(
    rows: Sequence[PostRow], actor: Actor, lock: bool
) -> list[tuple[list[Finding], Post | None]]:
    query = Person.objects.filter(code__in={row.person for row in rows}).order_by("pk")
    people = {p.code: p for p in (query.select_for_update() if lock else query)}
    units = {u.code: u for u in Unit.objects.filter(code__in={row.unit for row in rows})}
    held: dict[int, list[Post]] = defaultdict(list)
    for post in Post.objects.filter(person__in=people.values()).select_related("unit", "person"):
        held[post.person_id].append(post)
    own = set(Account.objects.filter(pk=actor.account_id).values_list("person_id", flat=True))
    judged: list[tuple[list[Finding], Post | None]] = []
    for row in rows:
        person, unit = people.get(row.person), units.get(row.unit)
        found = []
        if person is None:
            found.append(Finding("person", "person", "", f"没有人员「{row.person}」,请先登记"))
        elif person.pk in own:
            found.append(Finding("person", "self_grant", "", "不得给自己授予或收回任职"))
        elif person.disabled_on is not None and person.disabled_on <= row.starts_on:
            found.append(Finding("person", "person_left", "", f"{person.name} 已离任"))
        if unit is None:
            found.append(Finding("unit", "unit", "", f"没有单位「{row.unit}」,请先登记"))
        elif unit.disabled_on is not None:
            found.append(Finding("unit", "unit_disabled", "", f"「{unit.name}」已停用"))
        if row.role not in Role.values:
            found.append(Finding("role", "role", "", f"没有「{row.role}」这个角色"))
        if found or person is None or unit is None:
            judged.append((found, None))
            continue
        post = Post(
            person=person,
            unit=unit,
            role=row.role,
            title=row.title.strip(),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            granted_by=actor.name,
        )
        twin = _twin(held[person.pk], post)
        if twin is not None and twin.pk is None:
            judged.append(([Finding("role", "post_once", "", "同一批里重复的任职")], None))
            continue
        others = [p for p in held[person.pk] if p is not twin]
        found = judge_post(others, unit.pk, rules.Span(row.role, row.starts_on, row.ends_on))
        if not found:
            held[person.pk] = [*others, post]
            if twin is not None:
                post.pk = twin.pk
        judged.append((found, post))
    return judged


def _twin(held: Sequence[Post], post: Post) -> Post | None:
    """同一人、同一单位、同一角色、同一起任日 = 同一段任职。"""
    for other in held:
        if (other.unit_id, other.role, other.starts_on) == (
            post.unit_id,
            post.role,
            post.starts_on,
        ):
            return other
    return None


def load_posts(
    rows: Sequence[PostRow], *, actor: Actor, now: datetime, group: UUID | None = None
) -> Loaded:
    """装载任职;同一段任职的职务、止任日不同则更新。Raises: 同 `load_units`。"""
    require(access.can_grant(actor))
    done = Loaded()
    with transaction.atomic():
        judged = _judge_posts(rows, actor, lock=True)
        refuse_if_any([found for found, _ in judged])
        posts = [post for _, post in judged if post is not None]
        known = Post.objects.select_related("person", "unit").in_bulk(
            [post.pk for post in posts if post.pk]
        )
        fresh = [post for post in posts if not post.pk]
        changed = [
            post for post in posts if post.pk and post_facts(known[post.pk]) != post_facts(post)
        ]
        Post.objects.bulk_create(fresh, batch_size=1000)
        Post.objects.bulk_update(changed, ["title", "ends_on"], batch_size=1000)
        entries = [
            Entry("people.post.granted", "post", str(p.pk), str(p), after=post_facts(p))
            for p in fresh
        ] + [
            Entry(
                "people.post.edited",
                "post",
                str(p.pk),
                str(p),
                before=post_facts(known[p.pk]),
                after=post_facts(p),
            )
            for p in changed
        ]
        record_many(entries, actor=actor, now=now, group=group or uuid4())
    done.created, done.updated = len(fresh), len(changed)
    done.same = len(posts) - len(fresh) - len(changed)
    return done
