"""登记处:待办的种类、对象的门。都由 wiring 登记;重复登记以后者为准。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from juyuan.foundation.duties.rules import Owed
from juyuan.kernel.actor import Actor

STAFF = ("clerk", "head", "verifier", "specialist")


@dataclass(frozen=True)
class DutyRow:
    """给人看的一件。`title`、`object_url` 来自对象的门;`for_name`:代谁办(本人的为空)。"""

    id: int
    kind: str
    label: str
    clause: str
    ends_by: str
    object_type: str
    object_id: int
    title: str
    object_url: str
    unit_id: int
    unit_code: str
    unit_name: str
    person_id: int | None
    person_name: str
    for_name: str
    basis_on: date
    due_on: date
    provisional: bool
    said: str
    period: str
    opened_at: datetime
    ended_at: datetime | None
    ended_act: str
    cancelled: bool


Url = Callable[[DutyRow], str]
OwedOn = Callable[..., Iterable[Owed]]
Subquery = Callable[[Actor], Any]


@dataclass(frozen=True)
class DutyKind:
    """一种待办。

    `ends_by`: 给人看的办结动作(「提交本月更新」);`url(row)`: 一步到那个动作。
    `owed(on=日期)`: 此刻应当开着的,每日核对(None = 只由动作开、由动作结)。
    `roles`: 没有指名到人时,该单位任哪些角色的人算「我的」。
    `not_mine(actor)`: 此人应当回避的对象编号(子查询,如经手人不得自己认定);没有即 None。
    """

    kind: str
    label: str
    clause: str
    ends_by: str
    url: Url
    owed: OwedOn | None = None
    roles: tuple[str, ...] = STAFF
    not_mine: Subquery | None = None


@dataclass(frozen=True)
class ObjectDoor:
    """一类对象的门。

    `visible_ids(actor, ids)` 给出看得见的;`present(actor, ids)` 给出 {编号: (名称, 网址)},只会问看得见的。
    `within(actor)` 可选:看得见的编号的子查询;对象多的房间给出它,十万件待办也只查一次。
    """

    visible_ids: Callable[[Actor, Iterable[int]], set[int]]
    present: Callable[[Actor, Iterable[int]], dict[int, tuple[str, str]]]
    within: Subquery | None = None


_kinds: dict[str, DutyKind] = {}
_doors: dict[str, ObjectDoor] = {}


def register(kind: DutyKind) -> None:
    _kinds[kind.kind] = kind


def unregister(kind: str) -> None:
    _kinds.pop(kind, None)


def kinds() -> tuple[DutyKind, ...]:
    return tuple(_kinds[name] for name in sorted(_kinds))


def kind_of(kind: str) -> DutyKind:
    """Raises: LookupError(没有登记:编码错误,不是人的错)。"""
    try:
        return _kinds[kind]
    except KeyError:
        raise LookupError(f"没有登记的待办种类 {kind}") from None


def register_object(
    object_type: str,
    *,
    visible_ids: Callable[[Actor, Iterable[int]], set[int]],
    present: Callable[[Actor, Iterable[int]], dict[int, tuple[str, str]]],
    within: Subquery | None = None,
) -> None:
    """登记一类对象的门;没有登记的对象,一律看不见。"""
    _doors[object_type] = ObjectDoor(visible_ids, present, within)


def unregister_object(object_type: str) -> None:
    _doors.pop(object_type, None)


def doors() -> dict[str, ObjectDoor]:
    return dict(_doors)
