"""登记与撤销离岗。"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people import absences
from juyuan.foundation.people.models import Absence, Person
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require


def set_absence(
    *,
    actor: Actor,
    person: Person,
    deputy: Person,
    starts_on: date,
    ends_on: date,
    reason: str,
    now: datetime,
) -> Absence:
    """登记离岗:期间的待办与通知同时给代理人。

    Raises:
        Denied: 不是本人,也不是其单位(或上级)的主要负责同志。
        RuleBroken: 起止颠倒、与已登记的相叠、代理人不同单位或自己也离岗、没写事由。
    """
    today = localdate(now)
    require(absences.can_keep(actor, person, today))
    with transaction.atomic():
        # 两个并发的登记不会互相看不见:先锁人,次序固定
        list(
            Person.objects.select_for_update().filter(pk__in=[person.pk, deputy.pk]).order_by("pk")
        )
        may = set(absences.candidates(person, today).values_list("pk", flat=True))
        found = absences.findings(person, deputy, starts_on, ends_on, reason, may)
        if found:
            raise RuleBroken(found)
        row = Absence.objects.create(
            person=person,
            deputy=deputy,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason.strip()[:100],
        )
        _note("people.absence.set", actor, row, now)
    return row


def cancel_absence(*, actor: Actor, absence_id: int, now: datetime) -> Absence:
    """撤销离岗(提前回来)。Raises: NotFound、Denied、Stale(已撤销)。"""
    row = Absence.objects.select_related("person", "deputy").filter(pk=absence_id).first()
    if row is None:
        raise NotFound
    if not absences.visible_absences(actor, row.ends_on).filter(pk=row.pk).exists():
        raise NotFound
    require(absences.can_keep(actor, row.person, localdate(now)))
    with transaction.atomic():
        changed = Absence.objects.filter(pk=row.pk, cancelled_at__isnull=True).update(
            cancelled_at=now
        )
        if not changed:
            raise Stale("这次离岗已经撤销")
        _note("people.absence.cancelled", actor, row, now)
    row.refresh_from_db()
    return row


def _note(event: str, actor: Actor, row: Absence, now: datetime) -> None:
    record(
        event=event,
        actor=actor,
        obj_type="person",
        obj_id=row.person.code,
        obj_label=row.person.name,
        after={
            "deputy": row.deputy.code,
            "starts_on": row.starts_on.isoformat(),
            "ends_on": row.ends_on.isoformat(),
        },
        reason=row.reason,
        now=now,
    )
