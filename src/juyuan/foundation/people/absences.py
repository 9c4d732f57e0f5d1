"""离岗的读与判:谁代谁看、谁可以登记。代理人同时收到待办与通知;能不能办,仍看他自己的任职。"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import QuerySet

from juyuan.foundation.people.models import Absence, Person, Post
from juyuan.foundation.people.queries import posts_on, units_under
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial, Finding

LONGEST_DAYS = 366


def live() -> QuerySet[Absence]:
    return Absence.objects.filter(cancelled_at__isnull=True)


def on_day(day: date) -> QuerySet[Absence]:
    """某日离岗的。"""
    return live().filter(starts_on__lte=day, ends_on__gte=day)


def deputies(person_ids: Iterable[int], day: date) -> dict[int, int]:
    """这些人里当日离岗的 → 代理人(一次查询)。"""
    rows = on_day(day).filter(person_id__in=set(person_ids))
    return dict(rows.order_by("id").values_list("person_id", "deputy_id"))


def covered_by(person_id: int | None, day: date) -> dict[int, str]:
    """此人当日代谁看:{离岗人: 姓名}。"""
    if person_id is None:
        return {}
    rows = on_day(day).filter(deputy_id=person_id)
    return dict(rows.values_list("person_id", "person__name"))


def units_of(person: Person, day: date) -> set[int]:
    return set(posts_on(day).filter(person=person).values_list("unit_id", flat=True))


def candidates(person: Person, day: date) -> QuerySet[Person]:
    """可以做代理人的:与他同一单位在任的别人。"""
    holders = posts_on(day).filter(unit_id__in=units_of(person, day))
    return (
        Person.objects.filter(pk__in=holders.values("person_id"))
        .exclude(pk=person.pk)
        .order_by("code")
    )


def led_units(actor: Actor) -> set[int]:
    """行动者任主要负责同志的单位及下级。"""
    return units_under(p.unit_id for p in actor.posts if p.role == "head")


def can_keep(actor: Actor, person: Person, day: date) -> Access:
    """登记、撤销离岗:本人,或其单位(或上级)的主要负责同志。"""
    if actor.person_id == person.pk or led_units(actor) & units_of(person, day):
        return Allowed()
    return Denial("离岗由本人或本单位主要负责同志登记")


def visible_absences(actor: Actor, day: date) -> QuerySet[Absence]:
    """自己的、自己代理的、本单位人员的;已过去的不列。"""
    rows = live().filter(ends_on__gte=day).select_related("person", "deputy")
    led = led_units(actor)
    me = actor.person_id or 0
    mine = rows.filter(person_id=me) | rows.filter(deputy_id=me)
    if led:
        staff = Post.objects.filter(unit_id__in=led).values("person_id")
        mine = mine | rows.filter(person_id__in=staff)
    return mine.order_by("starts_on", "id")


def findings(
    person: Person,
    deputy: Person,
    starts_on: date,
    ends_on: date,
    reason: str,
    may_deputise: Collection[int],
) -> list[Finding]:
    """登记得成吗。"""
    found = []
    if ends_on < starts_on:
        found.append(Finding("ends_on", "absence.order", "", "止日不能早于起日"))
    elif (ends_on - starts_on).days >= LONGEST_DAYS:
        found.append(Finding("ends_on", "absence.long", "", "一次最多登记一年;更久的请办调离"))
    if deputy.pk not in may_deputise:
        found.append(
            Finding("deputy", "absence.unit", "", f"{deputy.name} 不与 {person.name} 同一单位在任")
        )
    if not reason.strip():
        found.append(Finding("reason", "reason", "", "请写明事由,如 出差、休假"))
    span = live().filter(starts_on__lte=ends_on, ends_on__gte=starts_on)
    if span.filter(person=person).exists():
        found.append(Finding("starts_on", "absence.twice", "", "这段日子已经登记过离岗,请先撤销"))
    if span.filter(person=deputy).exists():
        found.append(
            Finding("deputy", "absence.deputy_away", "", f"{deputy.name} 那几天自己也离岗,请另选")
        )
    if span.filter(deputy=person).exists():
        found.append(
            Finding("starts_on", "absence.chain", "", f"{person.name} 那几天正代理别人,请先改定")
        )
    return found
