"""成批装载单位、人员、任职、账号:导入与城市包用同一套;重复装载不再改动。

判定与单个动作同出一处(rules、posts.judge_post),这里只是一次读全、一次写全,同组记台账。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.actions.posts import facts_of as post_facts
from juyuan.foundation.people.actions.posts import judge_post
from juyuan.foundation.people.actions.units import KINDS, draft_of, facts_of, lock_tree
from juyuan.foundation.people.models import Account, Person, Post, Role, Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require


@dataclass
class Loaded:
    """装载结果:新增、更新、不变的行数。"""

    created: int = 0
    updated: int = 0
    same: int = 0


@dataclass(frozen=True)
class PersonRow:
    code: str
    name: str


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
class AccountRow:
    username: str
    person: str


Judged = list[list[Finding]]


def _refuse_if_any(judged: Judged) -> None:
    found = [finding for row in judged for finding in row]
    if found:
        raise RuleBroken(found)


# ───────── 单位 ─────────


def judge_units(rows: Sequence[rules.UnitDraft]) -> Judged:
    """逐行判定;同批之内可互为上下级,次序不限。"""
    return _judge_units(rows, dict(Unit.objects.values_list("code", "path")))


def _judge_units(rows: Sequence[rules.UnitDraft], existing: dict[str, str]) -> Judged:
    placed = rules.place_units(rows, existing)
    seen: set[str] = set()
    judged = []
    for row in rows:
        found = rules.unit_findings(row, placed, KINDS)
        if row.code in seen:
            found.append(Finding("code", "unit_code", "", f"同一批里单位代码「{row.code}」重复"))
        seen.add(row.code)
        judged.append(found)
    return judged


def load_units(
    rows: Sequence[rules.UnitDraft], *, actor: Actor, now: datetime, group: UUID | None = None
) -> Loaded:
    """装载单位;按代码认同一单位,不同则更新。

    Raises: Denied、RuleBroken(任一行不合则全部不装)。
    """
    require(access.can_register(actor))
    done = Loaded()
    entries = []
    with transaction.atomic():
        lock_tree()
        existing = {u.code: u for u in Unit.objects.select_related("parent")}
        _refuse_if_any(_judge_units(rows, {code: u.path for code, u in existing.items()}))
        before = {code: draft_of(unit) for code, unit in existing.items()}
        parents = {code: draft.parent for code, draft in before.items()}
        parents |= {row.code: row.parent for row in rows}
        paths: dict[str, str] = {}
        for code in parents:
            _path(code, parents, paths)
        fresh, changed = [], []
        for row in sorted(rows, key=lambda r: paths[r.code].count("/")):
            if before.get(row.code) == row:
                done.same += 1
                continue
            unit = existing.get(row.code) or Unit(code=row.code)
            _apply(unit, row)
            (changed if row.code in existing else fresh).append(unit)
            known = row.code in existing
            entries.append(
                Entry(
                    "people.unit.edited" if known else "people.unit.created",
                    "unit",
                    row.code,
                    row.name,
                    before=facts_of(before[row.code]) if known else None,
                    after=facts_of(row),
                )
            )
        done.created, done.updated = len(fresh), len(changed)
        for unit in fresh:
            unit.path = paths[unit.code]
        Unit.objects.bulk_create(fresh)
        everyone = existing | {unit.code: unit for unit in fresh}
        touched = {unit.code for unit in [*fresh, *changed]}
        moved = [u for code, u in existing.items() if u.path != paths[code]]
        for row in rows:
            if row.code in touched:
                everyone[row.code].parent = everyone[row.parent] if row.parent else None
        for unit in {u.code: u for u in [*changed, *moved]}.values():
            unit.path = paths[unit.code]
            unit.version += 1
        Unit.objects.bulk_update(
            list({u.code: u for u in [*fresh, *changed, *moved]}.values()),
            [*_UNIT_FIELDS, "aliases", "parent", "path", "version"],
            batch_size=500,
        )
        record_many(entries, actor=actor, now=now, group=group or uuid4())
    return done


_UNIT_FIELDS = (
    "name", "short_name", "kind", "function", "adcode", "is_county", "order", "origin",
)  # fmt: skip


def _apply(unit: Unit, row: rules.UnitDraft) -> None:
    for field in _UNIT_FIELDS:
        setattr(unit, field, getattr(row, field))
    unit.aliases = list(row.aliases)


def _path(code: str, parents: dict[str, str], paths: dict[str, str]) -> str:
    if code not in paths:
        parent = parents[code]
        paths[code] = rules.unit_path(code, _path(parent, parents, paths) if parent else "")
    return paths[code]


# ───────── 人员 ─────────


def judge_people(rows: Sequence[PersonRow]) -> Judged:
    seen: set[str] = set()
    judged = []
    for row in rows:
        found = rules.name_findings(row.name)
        if rules.username_findings(row.code):
            found.append(
                Finding("code", "person_code", "", "人员代码只用小写字母、数字、连字符、下划线")
            )
        if row.code in seen:
            found.append(Finding("code", "person_code", "", f"同一批里人员代码「{row.code}」重复"))
        seen.add(row.code)
        judged.append(found)
    return judged


def load_people(
    rows: Sequence[PersonRow], *, actor: Actor, now: datetime, group: UUID | None = None
) -> Loaded:
    """装载人员;按代码认同一人,姓名不同则更新。Raises: 同 `load_units`。"""
    require(access.can_register(actor))
    _refuse_if_any(judge_people(rows))
    done = Loaded()
    entries = []
    with transaction.atomic():
        existing = {
            p.code: p
            for p in Person.objects.select_for_update()
            .filter(code__in=[row.code for row in rows])
            .order_by("pk")
        }
        fresh, changed = [], []
        for row in rows:
            person = existing.get(row.code)
            name = row.name.strip()
            if person is None:
                fresh.append(Person(code=row.code, name=name))
                entries.append(
                    Entry(
                        "people.person.registered", "person", row.code, name,
                        after={"name": name, "code": row.code},
                    )  # fmt: skip
                )
            elif person.name != name:
                entries.append(
                    Entry(
                        "people.person.edited", "person", row.code, name,
                        before={"name": person.name}, after={"name": name},
                    )  # fmt: skip
                )
                person.name = name
                changed.append(person)
            else:
                done.same += 1
        done.created, done.updated = len(fresh), len(changed)
        Person.objects.bulk_create(fresh, batch_size=1000)
        Person.objects.bulk_update(changed, ["name"], batch_size=1000)
        record_many(entries, actor=actor, now=now, group=group or uuid4())
    return done


# ───────── 任职 ─────────


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
        _refuse_if_any([found for found, _ in judged])
        posts = [post for _, post in judged if post is not None]
        known = Post.objects.select_related("person", "unit").in_bulk(
            [post.pk for post in posts if post.pk]
        )
        fresh = [post for post in posts if not post.pk]
        changed = [
            post
            for post in posts
            if post.pk and post_facts(known[post.pk]) != post_facts(post)
        ]
        Post.objects.bulk_create(fresh, batch_size=1000)
        Post.objects.bulk_update(changed, ["title", "ends_on"], batch_size=1000)
        entries = [
            Entry("people.post.granted", "post", str(p.pk), str(p), after=post_facts(p))
            for p in fresh
        ] + [
            Entry(
                "people.post.edited", "post", str(p.pk), str(p),
                before=post_facts(known[p.pk]), after=post_facts(p),
            )  # fmt: skip
            for p in changed
        ]
        record_many(entries, actor=actor, now=now, group=group or uuid4())
    done.created, done.updated = len(fresh), len(changed)
    done.same = len(posts) - len(fresh) - len(changed)
    return done


# ───────── 账号 ─────────


def load_accounts(
    rows: Sequence[AccountRow],
    *,
    actor: Actor,
    password_hash: str,
    must_change: bool,
    now: datetime,
    group: UUID | None = None,
) -> Loaded:
    """成批建账号,共用一个初始口令的散列(散列一次);已有的账号不动。

    Raises: Denied、RuleBroken(账号名不合、人员不存在、此人另有账号)。
    """
    require(access.can_register(actor))
    done = Loaded()
    with transaction.atomic():
        people = {p.code: p for p in Person.objects.filter(code__in=[r.person for r in rows])}
        taken = dict(Account.objects.values_list("username", "person__code"))
        owners = {person: username for username, person in taken.items()}
        fresh, found = [], []
        for row in rows:
            username = rules.fold_username(row.username)
            if taken.get(username) == row.person:
                done.same += 1
                continue
            found += rules.username_findings(username)
            if row.person not in people:
                found.append(Finding("person", "person", "", f"没有人员「{row.person}」"))
            elif username in taken:
                found.append(Finding("username", "username", "", f"账号「{username}」已被使用"))
            elif row.person in owners:
                found.append(Finding("person", "one_account", "", f"「{row.person}」已有账号"))
            else:
                taken[username], owners[row.person] = row.person, username
                fresh.append(
                    Account(
                        username=username,
                        person=people[row.person],
                        password=password_hash,
                        must_change_password=must_change,
                        created_at=now,
                        password_changed_at=now,
                    )
                )
        if found:
            raise RuleBroken(found)
        Account.objects.bulk_create(fresh, batch_size=1000)
        done.created = len(fresh)
        record_many(
            [
                Entry(
                    "people.account.created", "account", account.username, account.person.name,
                    after={"person": account.person.code},
                )  # fmt: skip
                for account in fresh
            ],
            actor=actor,
            now=now,
            group=group or uuid4(),
        )
    return done
