"""导出:人员与账号、本单位人员,正是页面上的那些;没有口令、令牌、电话。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.foundation.people import access, directory
from juyuan.foundation.people.queries import units_under
from juyuan.foundation.ui.keyset import choose_order, ordering
from juyuan.kernel.actor import Actor

BATCH = 500


def rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """逐人,次序同页面。"""
    order = choose_order(str(filters.get("sort", "")), directory.ORDERS, "code")
    found = directory.people(directory.read_filter(filters), today).order_by(*ordering(order))
    for person in found.iterator(chunk_size=BATCH):
        account = directory.account_of(person)
        yield {
            "name": person.name, "code": person.code,
            "posts": directory.posts_text(person, today),
            "state": directory.state_of(person, today)[1],
            "last_login": account.last_login if account else None,
        }  # fmt: skip


EXPORT = ExportKind(
    name="accounts",
    label="人员与账号",
    columns=(
        ExportColumn("name", "姓名", width=14),
        ExportColumn("code", "账号", width=18),
        ExportColumn("posts", "任职", width=50),
        ExportColumn("state", "账号状态", width=14),
        ExportColumn("last_login", "上次登录", "datetime", width=18),
    ),
    rows=rows,
    may=access.can_see_accounts,
    description="人员、任职与账号状态,按页面上的条件。",
    order=110,
)


def staff_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """行动者负责的单位(含下级)的在任人员,次序同页面。"""
    order = choose_order(str(filters.get("sort", "")), directory.ORDERS, "code")
    inside = units_under([unit.pk for unit in directory.led_units(actor)])
    found = directory.staff(inside, today).order_by(*ordering(order))
    for person in found.iterator(chunk_size=BATCH):
        account = directory.account_of(person)
        yield {
            "name": person.name, "code": person.code,
            "posts": directory.posts_text(person, today),
            "last_login": account.last_login if account else None,
        }  # fmt: skip


STAFF = ExportKind(
    name="staff",
    label="本单位人员",
    columns=(
        ExportColumn("name", "姓名", width=14),
        ExportColumn("code", "账号", width=18),
        ExportColumn("posts", "任职", width=50),
        ExportColumn("last_login", "上次登录", "datetime", width=18),
    ),
    rows=staff_rows,
    may=access.can_see_staff,
    description="本单位及下级单位的在任人员,次序同页面。",
    order=112,
)
