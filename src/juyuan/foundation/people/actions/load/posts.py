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
from juyuan.foundation.people.actions.posts import facts_of, judge_post
from juyuan.foundation.people.models import Account, Person, Post, Role, Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, require

FIELDS = ("title", "ends_on")


@dataclass(frozen=True)
class PostRow:
    """人员、单位以代码指明。"""

    person: str
    unit: str
    role: str
    starts_on: date
    ends_on: date | None = None
    title: str = ""


@dataclass(frozen=True)
class PostLookups:
    """判定任职要的一切,一次取齐。"""

    people: dict[str, Person]
    units: dict[str, Unit]
    held: dict[int, tuple[Post, ...]]
    own_person_id: int | None
    granted_by: str


def gather(rows: Sequence[PostRow], actor: Actor, *, lock: bool = False) -> PostLookups:
    """`lock` 时锁住涉及的人员行(写之前)。"""
    query = Person.objects.filter(code__in={row.person for row in rows}).order_by("pk")
    people = {p.code: p for p in (query.select_for_update() if lock else query)}
    held: dict[int, list[Post]] = defaultdict(list)
    for post in Post.objects.filter(person__in=people.values()).select_related("unit", "person"):
        held[post.person_id].append(post)
    return PostLookups(
        people=people,
        units={u.code: u for u in Unit.objects.filter(code__in={row.unit for row in rows})},
        held={person: tuple(posts) for person, posts in held.items()},
        own_person_id=Account.objects.filter(pk=actor.account_id or 0)
        .values_list("person_id", flat=True)
        .first(),
        granted_by=actor.name,
    )


def judge_posts(rows: Sequence[PostRow], actor: Actor) -> Judged:
    """逐行判定任职;先前的行视为已授予,所以同批之内的互斥也查得出。"""
    return [found for found, _, _ in judge_with(rows, gather(rows, actor))]


def judge_with(
    rows: Sequence[PostRow], lookups: PostLookups
) -> list[tuple[list[Finding], Post | None, Post | None]]:
    """纯判定:每行(不合之处,应有的任职,已有的同一段任职)。"""
    held = defaultdict(list, {person: list(posts) for person, posts in lookups.held.items()})
    judged: list[tuple[list[Finding], Post | None, Post | None]] = []
    for row in rows:
        person, unit = lookups.people.get(row.person), lookups.units.get(row.unit)
        found = _basics(row, person, unit, lookups.own_person_id)
        if found or person is None or unit is None:
            judged.append((found, None, None))
            continue
        post = Post(
            person=person,
            unit=unit,
            role=row.role,
            title=row.title.strip(),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            granted_by=lookups.granted_by,
        )
        twin = _twin(held[person.pk], post)
        if twin is not None and twin not in lookups.held.get(person.pk, ()):
            judged.append(([Finding("role", "post_once", "", "同一批里重复的任职")], None, None))
            continue
        others = [p for p in held[person.pk] if p is not twin]
        found = judge_post(others, unit.pk, rules.Span(row.role, row.starts_on, row.ends_on))
        if not found:
            held[person.pk] = [*others, post]
            if twin is not None:
                post.pk = twin.pk
        judged.append((found, post, twin))
    return judged


def _basics(
    row: PostRow, person: Person | None, unit: Unit | None, own: int | None
) -> list[Finding]:
    found = []
    if person is None:
        found.append(Finding("person", "person", "", f"没有人员「{row.person}」，请先登记"))
    elif person.pk == own:
        found.append(Finding("person", "self_grant", "", "不得给自己授予或收回任职"))
    elif person.disabled_on is not None and person.disabled_on <= row.starts_on:
        found.append(Finding("person", "person_left", "", f"{person.name} 已离任"))
    if unit is None:
        found.append(Finding("unit", "unit", "", f"没有单位「{row.unit}」，请先登记"))
    elif unit.disabled_on is not None:
        found.append(Finding("unit", "unit_disabled", "", f"「{unit.name}」已停用"))
    if row.role not in Role.values:
        found.append(Finding("role", "role", "", f"没有「{row.role}」这个角色"))
    return found


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
    with transaction.atomic():
        judged = judge_with(rows, gather(rows, actor, lock=True))
        refuse_if_any([found for found, _, _ in judged])
        fresh = [post for _, post, twin in judged if post is not None and twin is None]
        kept = [(post, twin) for _, post, twin in judged if post is not None and twin is not None]
        changed = [(post, twin) for post, twin in kept if facts_of(twin) != facts_of(post)]
        Post.objects.bulk_create(fresh, batch_size=1000)
        Post.objects.bulk_update([post for post, _ in changed], FIELDS, batch_size=1000)
        entries = [
            Entry("people.post.granted", "post", str(p.pk), str(p), after=facts_of(p))
            for p in fresh
        ]
        for post, twin in changed:
            before, after = facts_of(twin), facts_of(post)
            entries.append(
                Entry("people.post.edited", "post", str(post.pk), str(post), before, after)
            )
        record_many(entries, actor=actor, now=now, group=group or uuid4())
    return Loaded(len(fresh), len(changed), len(kept) - len(changed))
