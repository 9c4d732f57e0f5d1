"""审计的条件:网址参数 → 筛选,已按查阅者的范围收窄;清单与导出同一份。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from juyuan.foundation.ledger import access, labels
from juyuan.foundation.ledger.queries import AuditFilter
from juyuan.foundation.people.queries import account_ids_named, admin_account_ids
from juyuan.foundation.ui.keyset import Order, choose_order
from juyuan.kernel.actor import Actor

ORDERS = {"at": Order("id")}  # 台账只增,编号的先后就是时间的先后
DEFAULT_SORT = "-at"


def order_of(data: Mapping[str, Any]) -> Order:
    """新的在前;点了时间一列可以倒过来。清单与导出同一份。"""
    return choose_order(str(data.get("sort") or ""), ORDERS, DEFAULT_SORT)


def day(text: str) -> date | None:
    """读不懂的、远得没有意义的(加一天会溢出)一律当作没写。"""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 3000 else None


def read_filter(data: Mapping[str, Any], actor: Actor) -> AuditFilter:
    """网址参数 → 条件。"""

    def given(name: str, longest: int) -> str:
        return str(data.get(name, "")).replace("\x00", "").strip()[:longest]

    who, event = given("who", 60), given("event", 80)
    return AuditFilter(
        account_ids=tuple(account_ids_named(who)) if who else None,
        obj_type=given("type", 40),
        obj_id=given("obj", 60),
        events=tuple(labels.events_named(event)) or (event,) if event else None,
        refused=given("refused", 1) == "1",
        since=day(given("since", 10)),
        until=day(given("until", 10)),
        only_accounts=allowed_accounts(actor),
    )


def allowed_accounts(actor: Actor) -> tuple[int, ...] | None:
    """查阅者的范围:None 即不限,否则只看这些账号的作为。"""
    return None if access.sees_everything(actor) else tuple(admin_account_ids())
