"""系统管理各屏的读:人员与账号的列表、一个人的全貌、单位树、本单位人员。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from juyuan.foundation.ledger.labels import event_label
from juyuan.foundation.ledger.models import Event, Result
from juyuan.foundation.people.models import Account, ApiToken, Person, Post, Unit
from juyuan.foundation.people.queries import units_under
from juyuan.foundation.ui.keyset import Order
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound


@dataclass(frozen=True)
class PeopleFilter:
    """人员列表的筛选;空 = 不限。`state`: active 可登录 | off 停用或离任 | none 没有账号
    | must 须改口令 | idle 可登录而没有任职。"""

    text: str = ""
    unit: str = ""
    role: str = ""
    state: str = ""


ORDERS = {
    "code": Order("code"),
    "name": Order("name"),
    "last_login": Order("account__last_login", nullable=True),
}


def read_filter(given: Mapping[str, Any]) -> PeopleFilter:
    """网址参数 → 条件;清单与导出同一份。"""
    names = (("text", "q"), ("unit", "unit"), ("role", "role"), ("state", "state"))
    return PeopleFilter(
        **{name: str(given.get(key, "")).replace("\x00", "").strip()[:80] for name, key in names}
    )


def people(wanted: PeopleFilter, today: date) -> QuerySet[Person]:
    """人员(未排序,供键集分页);任职随带。"""
    text = wanted.text
    found = Person.objects.select_related("account").prefetch_related(
        Prefetch("posts", Post.objects.select_related("unit").order_by("starts_on", "id"))
    )
    if text:
        found = found.filter(Q(name__icontains=text) | Q(code__icontains=text))
    if wanted.unit:
        unit = Unit.objects.filter(code=wanted.unit).first()
        inside = units_under([unit.pk]) if unit else set()
        found = found.filter(pk__in=_holders(Q(unit_id__in=inside), today))
    if wanted.role:
        found = found.filter(pk__in=_holders(Q(role=wanted.role), today))
    if wanted.state == "active":
        found = found.filter(account__is_active=True).filter(_in_office(today))
    elif wanted.state == "off":
        found = found.filter(Q(account__is_active=False) | ~_in_office(today))
    elif wanted.state == "none":
        found = found.filter(account__isnull=True)
    elif wanted.state == "must":
        found = found.filter(_in_office(today), account__must_change_password=True)
    elif wanted.state == "idle":
        found = found.filter(_in_office(today), account__is_active=True).exclude(
            pk__in=_holders(Q(), today)
        )
    return found


def _in_office(today: date) -> Q:
    return Q(disabled_on__isnull=True) | Q(disabled_on__gt=today)


def _holders(condition: Q, today: date) -> QuerySet[Post, int]:
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    return Post.objects.filter(condition & current).values_list("person_id", flat=True)


def account_of(person: Person) -> Account | None:
    return getattr(person, "account", None)


def posts_text(person: Person, today: date) -> str:
    """在任与将任的职务,一行写完。"""
    return "、".join(
        f"{post.unit.short_name or post.unit.name}·{post.title or post.get_role_display()}"
        for post in person.posts.all()
        if post.ends_on is None or post.ends_on >= today
    )


def state_of(person: Person, today: date) -> tuple[str, str]:
    """(信号, 词)。"""
    account = account_of(person)
    if person.disabled_on is not None and person.disabled_on <= today:
        return "idle", "离任"
    if account is None:
        return "idle", "没有账号"
    if not account.is_active:
        return "bad", "停用"
    if not account.has_usable_password():
        return "warn", "未设口令"
    return ("warn", "须改口令") if account.must_change_password else ("ok", "可登录")


def _plain(code: str) -> str:
    """网址里的空字符数据库不收;去掉之后自然查无此人。"""
    return code.replace("\x00", "?")


def person(code: str) -> Person:
    """Raises: NotFound。"""
    found = Person.objects.select_related("account").filter(code=_plain(code)).first()
    if found is None:
        raise NotFound
    return found


def posts_of(person: Person) -> list[Post]:
    return list(person.posts.select_related("unit").order_by("-starts_on", "-id"))


def live_tokens(account: Account | None, now: datetime) -> list[ApiToken]:
    if account is None:
        return []
    return list(
        account.tokens.filter(
            Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        ).order_by("-created_at")
    )


def history(person: Person, posts: Iterable[Post], limit: int = 30) -> list[dict[str, object]]:
    """此人的登记、账号、任职的经过(时间线部件的参数)。"""
    account = account_of(person)
    condition = Q(obj_type="person", obj_id=person.code) | Q(
        obj_type="post", obj_id__in=[str(post.pk) for post in posts]
    )
    if account is not None:
        condition |= Q(obj_type="account", obj_id=account.username)
    events = Event.objects.filter(condition, result=Result.DONE).exclude(
        event__startswith="access."
    )
    return [event_line(event) for event in events.order_by("-id")[:limit]]


def event_line(event: Event) -> dict[str, object]:
    return {
        "icon": "history",
        "title": event_label(event.event),
        "text": event.obj_label if event.obj_type == "post" else "",
        "why": event.reason,
        "who": event.actor_name,
        "at": event.at,
    }


@dataclass(frozen=True)
class UnitLine:
    """单位树的一行。"""

    unit: Unit
    depth: int
    people: int


def unit_tree(today: date) -> list[UnitLine]:
    """全部单位,自上而下、同级按次序;带在任人数(本级)。"""
    units = list(Unit.objects.order_by("order", "code"))
    count: dict[int, set[int]] = defaultdict(set)
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    for unit_id, person_id in Post.objects.filter(current).values_list("unit_id", "person_id"):
        count[unit_id].add(person_id)
    below: dict[int | None, list[Unit]] = defaultdict(list)
    for unit in units:
        below[unit.parent_id].append(unit)
    lines: list[UnitLine] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit in below[parent]:
            lines.append(UnitLine(unit, depth, len(count[unit.pk])))
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return lines


def unit(code: str) -> Unit:
    """Raises: NotFound。"""
    found = Unit.objects.select_related("parent").filter(code=_plain(code)).first()
    if found is None:
        raise NotFound
    return found


def colleagues(unit_ids: Iterable[int], today: date) -> list[Person]:
    """这些单位的在任人员。"""
    return list(_in_units(unit_ids, today).order_by("code"))


def staff(unit_ids: Iterable[int], today: date) -> QuerySet[Person]:
    """同 `colleagues`,未排序,供键集分页;账号、任职随带。"""
    found = _in_units(unit_ids, today).select_related("account")
    return found.prefetch_related(
        Prefetch("posts", Post.objects.select_related("unit").order_by("starts_on", "id"))
    )


def _in_units(unit_ids: Iterable[int], today: date) -> QuerySet[Person]:
    holders = _holders(Q(unit_id__in=list(unit_ids), starts_on__lte=today), today)
    return Person.objects.filter(pk__in=holders)


def led_units(actor: Actor) -> list[Unit]:
    """行动者任主要负责同志的单位。"""
    ids = [post.unit_id for post in actor.posts if post.role == "head"]
    return list(Unit.objects.filter(pk__in=ids).order_by("order", "code"))
