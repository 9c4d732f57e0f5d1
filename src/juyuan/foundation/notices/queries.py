"""读:收件箱、未读数、日历地址认人。对象看不见的,既不列也不数。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from juyuan.foundation.duties import registry as objects
from juyuan.foundation.notices import registry
from juyuan.foundation.notices.models import Notice, NoticeSetting
from juyuan.foundation.people.models import Account, Person
from juyuan.foundation.people.queries import actor_for, has_left, token_digest
from juyuan.kernel.actor import Actor

DUTY = "duty"


def own(actor: Actor) -> QuerySet[Notice]:
    """写给此人的(未裁可见范围)。"""
    return Notice.objects.filter(recipient_id=actor.person_id or 0)


def inbox(actor: Actor) -> QuerySet[Notice]:
    """写给此人、对象看得见(或没有对象)的;未排序。"""
    return _visible(actor, own(actor))


def _visible(actor: Actor, rows: QuerySet[Notice]) -> QuerySet[Notice]:
    pairs = rows.exclude(object_type="").order_by().values_list("object_type", "object_id")
    ids: dict[str, set[int]] = {}
    for name, pk in pairs.distinct():
        ids.setdefault(name, set()).add(pk or 0)
    seen, doors = Q(object_type=""), objects.doors()
    for name, wanted in ids.items():
        if name in doors:
            seen |= Q(object_type=name, object_id__in=doors[name].visible_ids(actor, wanted))
    return rows.filter(seen)


def unread_count(actor: Actor) -> int:
    """未读的条数(顶栏的铃)。没有未读时只有一条查询。"""
    rows = own(actor).filter(read_at__isnull=True)
    if not rows.exists():
        return 0
    return _visible(actor, rows).count()


@dataclass(frozen=True)
class NoticeRow:
    """给人看的一条。"""

    id: int
    label: str
    title: str
    text: str
    url: str
    clause: str
    due_on: date | None
    created_at: datetime
    read: bool
    for_name: str


def rows_of(actor: Actor, notices: Iterable[Notice]) -> list[NoticeRow]:
    """须先裁过可见范围。说待办的,名称此刻经对象的门取(通知里没有存)。"""
    notices = list(notices)
    labels = registry.labels()
    ids = [n.object_id for n in notices if n.object_type == DUTY and n.object_id is not None]
    said = objects.doors()[DUTY].present(actor, ids) if ids else {}
    return [
        NoticeRow(
            id=n.pk,
            label=labels.get(n.kind, n.kind),
            title=said[n.object_id][0]
            if n.object_type == DUTY and n.object_id in said
            else n.title,
            text=n.text,
            url=n.url,
            clause=n.clause,
            due_on=n.due_on,
            created_at=n.created_at,
            read=n.read_at is not None,
            for_name=n.on_behalf.name if n.on_behalf else "",
        )
        for n in notices
    ]


def setting_of(actor: Actor) -> NoticeSetting:
    """本人的设置;没有存过的是缺省(未存)。"""
    me = actor.person_id or 0
    return NoticeSetting.objects.filter(person_id=me).first() or NoticeSetting(person_id=me)


def actor_of_person(person: Person, now: datetime) -> Actor | None:
    """以此人此刻的任职看;没有账号、停用、离任的是空。"""
    account = Account.objects.select_related("person").filter(person=person).first()
    return _actor(account, now)


def actor_of_feed(token: str, now: datetime) -> Actor | None:
    """日历的秘密地址 → 本人此刻的眼睛;地址不对、撤销了、账号停用都是空。"""
    account = (
        Account.objects.select_related("person")
        .filter(
            person_id__in=NoticeSetting.objects.filter(feed_digest=token_digest(token)).values(
                "person_id"
            )
        )
        .first()
    )
    return _actor(account, now)


def _actor(account: Account | None, now: datetime) -> Actor | None:
    today = localdate(now)
    if account is None or not account.is_active or has_left(account, today):
        return None
    return actor_for(account, today=today, via="job")
