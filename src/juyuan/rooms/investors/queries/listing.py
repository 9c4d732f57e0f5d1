"""投资方列表:筛选、检索、排序。条件全在网址里,看不懂的条件说明而不是忽略。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import F, QuerySet

from juyuan.foundation.people.queries import unit_by_code, units_under
from juyuan.foundation.search.queries import matching
from juyuan.foundation.ui.keyset import Order
from juyuan.kernel.actor import Actor
from juyuan.rooms.investors.models import Honour, Investor, Kind
from juyuan.rooms.investors.queries.matches import OBJ
from juyuan.rooms.investors.queries.scope import visible_to

ORDERS = {
    "updated_at": Order("updated_at"),
    "created_at": Order("created_at"),
    "name": Order("name"),
    "registered_capital": Order("registered_capital", nullable=True),
}
DEFAULT_ORDER = "-updated_at"
YES_NO = (("1", "是"), ("0", "否"))


@dataclass(frozen=True)
class Criteria:
    """读懂了的筛选条件;`problems` 是没读懂的。"""

    q: str = ""
    kind: str = ""
    honour: str = ""
    is_key: str = ""
    pending: str = ""
    owner: str = ""
    problems: tuple[str, ...] = field(default=())


def read_criteria(given: Mapping[str, str]) -> Criteria:
    """由网址参数读筛选条件。"""
    allowed = {
        "kind": set(Kind.values),
        "honour": set(Honour.values),
        "is_key": {"1", "0"},
        "pending": {"1", "0"},
    }
    problems = []
    chosen: dict[str, str] = {}
    for name, values in allowed.items():
        value = given.get(name, "").strip()
        if value and value not in values:
            problems.append(f"筛选条件「{name}={value[:20]}」不在可选的值之内")
        elif value:
            chosen[name] = value
    owner = given.get("owner", "").strip()[:60]
    if "\x00" in owner:
        problems.append("单位代码读不懂")
        owner = ""
    return Criteria(
        q=given.get("q", "").strip()[:80], owner=owner, problems=tuple(problems), **chosen
    )


def ordered(rows: QuerySet[Investor], order: Order) -> QuerySet[Investor]:
    """与列表同样的次序(空值恒在末尾,同值按编号)。"""
    name = F(order.field)
    if order.desc:
        return rows.order_by(name.desc(nulls_last=True), "-id")
    return rows.order_by(name.asc(nulls_last=True), "id")


def listed(actor: Actor, criteria: Criteria) -> QuerySet[Investor]:
    """看得见的、符合条件的投资方。"""
    found = visible_to(actor)
    if criteria.q:
        found = found.filter(matching(OBJ, criteria.q))
    if criteria.kind:
        found = found.filter(kind=criteria.kind)
    if criteria.honour:
        found = found.filter(honours__contains=[criteria.honour])
    if criteria.is_key:
        found = found.filter(is_key=criteria.is_key == "1")
    if criteria.pending:
        found = found.filter(pending=criteria.pending == "1")
    if criteria.owner:
        unit = unit_by_code(criteria.owner)
        found = found.filter(owner_unit_id__in=units_under([unit.pk])) if unit else found.none()
    return found
