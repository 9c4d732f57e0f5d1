"""写通知:在引起它的动作的事务里;送由任务进程随后做。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from juyuan.foundation.notices import config, registry, rules
from juyuan.foundation.notices.models import Delivery, Notice, NoticeSetting
from juyuan.foundation.notices.registry import ROBOT, SMS
from juyuan.foundation.people import absences

BATCH = 1000


@dataclass(frozen=True)
class Message:
    """要告诉这些人的一件事。`title` 可以写对象的名称:看不见对象的人读不到。"""

    kind: str
    person_ids: tuple[int, ...]
    object_type: str
    object_id: int | None
    due_on: date | None
    title: str
    text: str = ""
    url: str = ""


def notify(
    *,
    kind: str,
    person_ids: Iterable[int],
    object_type: str,
    object_id: int | None,
    due_on: date | None,
    title: str,
    text: str = "",
    url: str = "",
    now: datetime,
) -> int:
    """告诉这些人(离岗的,代理人也收一份);同一件告诉过的不再告诉。返回新写的件数。

    Raises: LookupError(种类没有登记)、RuntimeError(不在事务里)。
    """
    message = Message(kind, tuple(person_ids), object_type, object_id, due_on, title, text, url)
    return notify_many([message], now=now)


def notify_many(messages: Iterable[Message], *, now: datetime) -> int:
    """成批地告诉;与逐件 `notify` 得到同样的行。"""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("通知须与引起它的动作同一事务")
    wanted = list(messages)
    everyone = {person for message in wanted for person in message.person_ids}
    if not everyone:
        return 0
    deputies = absences.deputies(everyone, localdate(now))
    rows: dict[tuple[object, ...], Notice] = {}
    for message in wanted:
        clause = registry.kind_of(message.kind).clause
        for person, behalf in rules.with_deputies(message.person_ids, deputies).items():
            row = _row(message, person, behalf, clause, now)
            rows.setdefault(_key(row), row)
    new = _without_known(rows)
    Notice.objects.bulk_create(new, ignore_conflicts=True, batch_size=BATCH)
    _queue(new, now)
    return len(new)


def _row(message: Message, person: int, behalf: int | None, clause: str, now: datetime) -> Notice:
    return Notice(
        kind=message.kind,
        recipient_id=person,
        on_behalf_id=behalf,
        object_type=message.object_type,
        object_id=message.object_id,
        due_on=message.due_on,
        title=message.title[:200],
        text=message.text[:500],
        url=message.url[:300],
        clause=clause,
        created_at=now,
    )


def _key(row: Notice) -> tuple[object, ...]:
    return (row.kind, row.recipient_id, row.object_type, row.object_id, row.due_on)


FIELDS = ("kind", "recipient_id", "object_type", "object_id", "due_on")


def _without_known(rows: dict[tuple[object, ...], Notice]) -> list[Notice]:
    known: set[tuple[object, ...]] = set()
    listed = list(rows.values())
    for start in range(0, len(listed), BATCH):
        part = listed[start : start + BATCH]
        same = Q(object_id__in={row.object_id for row in part if row.object_id is not None})
        if any(row.object_id is None for row in part):
            same |= Q(object_id__isnull=True)
        found = Notice.objects.filter(
            same,
            kind__in={row.kind for row in part},
            object_type__in={row.object_type for row in part},
            recipient_id__in={row.recipient_id for row in part},
        )
        known |= set(found.order_by().values_list(*FIELDS))
    return [row for key, row in rows.items() if key not in known]


def _queue(new: list[Notice], now: datetime) -> None:
    """群与短信:管理员配好了、本人选用了、这种通知要送的,各排一件;邮件每日汇总,不在这里排。"""
    ready = config.channels().ready & {ROBOT, SMS}
    pushed = [row for row in new if ready & set(registry.kind_of(row.kind).channels)]
    if not pushed:
        return
    chosen = {
        setting.person_id: setting
        for setting in NoticeSetting.objects.filter(
            Q(robot_on=True) | Q(sms_on=True), person_id__in={row.recipient_id for row in pushed}
        )
    }
    if not chosen:
        return
    # 与别的进程撞上而没写成的,没有编号:以库里的为准
    ids = {
        _key(row): row.pk
        for row in Notice.objects.filter(
            created_at=now, recipient_id__in=chosen, kind__in={row.kind for row in pushed}
        )
    }
    made = []
    for row in pushed:
        setting, pk = chosen.get(row.recipient_id), ids.get(_key(row))
        if setting is None or pk is None:
            continue
        channels = set(registry.kind_of(row.kind).channels) & ready
        for channel, on in ((ROBOT, setting.robot_on), (SMS, setting.sms_on and setting.phone)):
            if on and channel in channels:
                made.append(
                    Delivery(notice_id=pk, person_id=row.recipient_id, channel=channel, next_at=now)
                )
    Delivery.objects.bulk_create(made, ignore_conflicts=True, batch_size=BATCH)
