"""城市包里的单位与人员:与导入走同一套装载;演示账号共用一个口令的散列。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people import access
from juyuan.foundation.people.actions.load import (
    AccountRow,
    Loaded,
    PersonRow,
    PostRow,
    load_accounts,
    load_people,
    load_posts,
    load_units,
)
from juyuan.foundation.people.models import Account
from juyuan.foundation.people.rules import UnitDraft
from juyuan.foundation.policy.pack_types import Pack, PersonEntry, UnitEntry
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import require


@dataclass(frozen=True)
class PackAccount:
    """一个演示账号:账号、姓名、以何身份。"""

    username: str
    name: str
    label: str


def unit_draft(entry: UnitEntry) -> UnitDraft:
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
        aliases=tuple(entry.aliases),
        disabled_on=entry.disabled_on,
    )


def demo_people(pack: Pack) -> list[PersonEntry]:
    """包里的演示人员(有账号的)。"""
    return [person for person in pack.people if person.demo and person.account]


def load_pack_units(
    pack: Pack, *, actor: Actor, now: datetime, group: UUID | None = None
) -> Loaded:
    """装载城市包的单位;重复装载不变。Raises: Denied、RuleBroken。"""
    return load_units([unit_draft(u) for u in pack.units], actor=actor, now=now, group=group)


def load_pack_people(pack: Pack, actor: Actor, now: datetime, password: str) -> list[PackAccount]:
    """装载城市包的单位、人员、任职与账号(演示);口令只散列一次,各账号共用。

    重复装载不变;`password` 与现存的不同时,包里的演示账号一并改为新口令。
    Raises: Denied、RuleBroken。
    """
    group = uuid4()
    people = demo_people(pack)
    with transaction.atomic():
        load_pack_units(pack, actor=actor, now=now, group=group)
        load_people([PersonRow(p.code, p.name) for p in people], actor=actor, now=now, group=group)
        load_posts(
            [
                PostRow(p.code, post.unit, post.role, post.starts_on, post.ends_on, post.title)
                for p in people
                for post in p.posts
            ],
            actor=actor,
            now=now,
            group=group,
        )
        hashed = _shared_hash([p.account for p in people], password)
        load_accounts(
            [AccountRow(p.account, p.code) for p in people],
            actor=actor,
            password_hash=hashed,
            must_change=False,
            now=now,
            group=group,
        )
        _follow([p.account for p in people], hashed, actor=actor, now=now, group=group)
    return [
        PackAccount(p.account, p.name, "、".join(post.title for post in p.posts)) for p in people
    ]


def _shared_hash(usernames: Iterable[str], password: str) -> str:
    """现存账号已在用的散列若合这个口令就沿用它,否则新散列一次。"""
    known = Account.objects.filter(username__in=list(usernames)).values_list("password", flat=True)
    for stored in known.order_by().distinct():
        if check_password(password, stored):
            return stored
    return make_password(password)


def _follow(usernames: list[str], hashed: str, *, actor: Actor, now: datetime, group: UUID) -> None:
    """口令与这次不同的演示账号改过来。"""
    require(access.can_register(actor))
    behind = Account.objects.filter(username__in=usernames).exclude(password=hashed)
    names = list(behind.values_list("username", flat=True))
    behind.update(
        password=hashed,
        password_changed_at=now,
        must_change_password=False,
        version=F("version") + 1,
    )
    record_many(
        [Entry("people.account.password_reset", "account", name, name) for name in names],
        actor=actor,
        now=now,
        group=group,
    )
