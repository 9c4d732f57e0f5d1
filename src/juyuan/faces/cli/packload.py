"""把城市包装进库:参数、单位、产业链;演示时再加人员、任职、账号。可重复,没有变化则一行不动。"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password

from juyuan.foundation.people.actions import load_accounts, load_people, load_posts, load_units
from juyuan.foundation.people.actions.load.accounts import AccountRow
from juyuan.foundation.people.actions.load.persons import PersonRow
from juyuan.foundation.people.actions.load.posts import PostRow
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.rules import UnitDraft
from juyuan.foundation.policy.actions import load_pack
from juyuan.foundation.policy.pack_types import Pack, PersonEntry, UnitEntry
from juyuan.foundation.policy.queries import pack as current_pack
from juyuan.kernel.actor import Actor
from juyuan.rooms.chains.actions.load import load_pack_chains

ACTOR = Actor.console("控制台·城市包")


def load_city(*, now: datetime, demo: bool) -> Pack:
    """参数、单位、产业链。正式库里已有的单位不动(管理员可能改过名称、上级),只添没有的。"""
    pack = current_pack()
    load_pack(now=now, actor=ACTOR, pack=pack)
    known = set() if demo else set(Unit.objects.values_list("code", flat=True))
    rows = [draft(entry) for entry in pack.units if entry.code not in known]
    load_units(rows, actor=ACTOR, now=now)
    load_pack_chains(pack, actor=ACTOR, now=now)
    return pack


def draft(entry: UnitEntry) -> UnitDraft:
    """包里的单位 → 应有的样子。"""
    return UnitDraft(
        code=entry.code,
        name=entry.name,
        kind=entry.kind,
        short_name=entry.short_name,
        function=entry.function,
        parent=entry.parent,
        adcode=entry.adcode,
        is_county=entry.is_county,
        order=entry.order,
        origin=entry.origin,
        aliases=entry.aliases,
        disabled_on=entry.disabled_on,
    )


def demo_people(pack: Pack) -> list[PersonEntry]:
    """包里的演示人员(有账号的)。"""
    return [person for person in pack.people if person.demo and person.account]


def load_demo_people(pack: Pack, *, password: str, now: datetime) -> None:
    """演示人员、任职、账号(同一口令,不必改);链长与服务秘书随之填上。"""
    people = demo_people(pack)
    load_people([PersonRow(person.code, person.name) for person in people], actor=ACTOR, now=now)
    load_posts(
        [
            PostRow(
                person=person.code,
                unit=post.unit,
                role=post.role,
                starts_on=post.starts_on,
                ends_on=post.ends_on,
                title=post.title,
            )
            for person in people
            for post in person.posts
        ],
        actor=ACTOR,
        now=now,
    )
    load_accounts(
        [AccountRow(person.account, person.code) for person in people],
        actor=ACTOR,
        password_hash=make_password(password),
        must_change=False,
        now=now,
    )
    load_pack_chains(pack, actor=ACTOR, now=now)
