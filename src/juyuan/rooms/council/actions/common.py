"""各动作共用的:编号、带版本的条件更新、一行台账、告诉谁。"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.models import Role
from juyuan.foundation.people.queries import posts_on
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Stale
from juyuan.rooms.council.models import ActionItem, AgendaItem, Meeting, Problem
from juyuan.rooms.council.queries.scope import MEETING
from juyuan.rooms.investors.access import BUREAU

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
HANDLERS = (Role.CLERK, Role.HEAD, Role.VERIFIER)


def new_code(prefix: str) -> str:
    """随机编号,不连号。"""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(8))}"


def change(
    row: Meeting | AgendaItem | Problem | ActionItem,
    what: str,
    version: int | None = None,
    **changes: Any,
) -> None:
    """带版本的条件更新;`version` 是打开表单时看到的,没有给就用手里的。

    Raises:
        Stale: 他人先行。
    """
    mine = row.version if version is None else version
    done = type(row).objects.filter(pk=row.pk, version=mine).update(**changes, version=mine + 1)
    if not done:
        raise Stale(
            f"{what}刚被他人改过，请核对最新的样子再办",
            mine={"version": mine}, theirs={"version": row.version},
        )  # fmt: skip
    row.version = mine + 1
    for name, value in changes.items():
        setattr(row, name, value)


def log_meeting(
    meeting: Meeting, event: str, actor: Actor, now: datetime, clause: str = "1e", **more: Any
) -> None:
    """会议的一行台账(议程上的事也记在会议名下)。"""
    record(
        event=event, actor=actor, obj_type=MEETING, obj_id=meeting.code, obj_label=meeting.title,
        clause=clause, now=now, **more,
    )  # fmt: skip


def bureau_people(on: date, *roles: str) -> list[int]:
    """商务主管部门任这些角色的人。"""
    rows = posts_on(on).filter(unit__function=BUREAU, role__in=roles or HANDLERS)
    return sorted(set(rows.values_list("person_id", flat=True)))


def unit_people(unit_ids: Iterable[int], on: date) -> list[int]:
    """这些单位办事的人与主要负责同志。"""
    rows = posts_on(on).filter(unit_id__in=list(unit_ids), role__in=HANDLERS)
    return sorted(set(rows.values_list("person_id", flat=True)))


def tell(
    kind: str, people: Iterable[int], *, object_type: str, object_id: int, title: str, text: str,
    url: str, now: datetime, due_on: date | None = None,
) -> None:  # fmt: skip
    """告诉这些人。"""
    notify(
        kind=kind, person_ids=sorted(set(people)), object_type=object_type, object_id=object_id,
        due_on=due_on, title=title, text=text, url=url, now=now,
    )  # fmt: skip


def today_of(now: datetime) -> date:
    return localdate(now)
