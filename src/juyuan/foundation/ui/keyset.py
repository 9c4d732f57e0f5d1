"""键集分页:按(字段, id)接着往下取,深页与首页一样快,不用 OFFSET。

游标只说「从哪一行之后(或之前)」,不含权限,也不签名;任何看不懂的游标一律当作首页
(`Page.bad_cursor` 为真,接口据此回 422)。
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet, UUIDField

T = TypeVar("T", bound=Model)

MAX_CURSOR = 400
MAX_LIMIT = 200
_BIGINT = 2**63 - 1


@dataclass(frozen=True)
class Order:
    """排序:字段名(模型字段或 annotate 的名)、升降、是否可空(空值恒在末尾)。"""

    field: str
    desc: bool = False
    nullable: bool = False

    @property
    def key(self) -> str:
        return f"-{self.field}" if self.desc else self.field


@dataclass
class Page(Generic[T]):
    """一页。`next`、`prev` 是游标,空串表示没有;`total` 由调用者填(None 不显示)。"""

    items: list[T]
    next: str = ""
    prev: str = ""
    limit: int = 50
    total: int | None = None
    total_capped: bool = False
    bad_cursor: bool = False
    param: str = "cursor"
    extra: dict[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def choose_order(wanted: str, allowed: Mapping[str, Order], default: str) -> Order:
    """`?sort=-total` → Order;不认识的一律用默认。`allowed` 以不带负号的名为键。"""
    name = wanted.removeprefix("-")
    if name not in allowed:
        wanted, name = default, default.removeprefix("-")
    base = allowed[name]
    return Order(base.field, desc=wanted.startswith("-"), nullable=base.nullable)


def clamp_limit(wanted: object, default: int = 50, most: int = MAX_LIMIT) -> int:
    """?limit= 的值;读不懂取缺省,越界时收到 1…`most`。"""
    try:
        number = int(str(wanted))
    except ValueError:
        return min(default, most)
    return min(max(number, 1), most)


def paginate(
    queryset: QuerySet[T],
    order: Order,
    cursor: str = "",
    limit: int = 50,
    pk: str = "id",
) -> Page[T]:
    """取一页。每次恰好一条查询。编号是整数或 UUID。"""
    found = decode(cursor, order) if cursor else None
    by_uuid = isinstance(queryset.model._meta.get_field(pk), UUIDField)
    if found is not None and by_uuid != isinstance(found.pk, uuid.UUID):
        found = None
    back = found is not None and found.back
    rows = queryset.order_by(*_ordering(order, pk, back))
    if found is not None:
        rows = rows.filter(_after(order, pk, found))
    batch = list(rows[: limit + 1])
    more = len(batch) > limit
    items = batch[:limit]
    if back:
        items.reverse()
    page: Page[T] = Page(items, limit=limit, bad_cursor=bool(cursor) and found is None)
    if items:
        has_next, has_prev = (True, more) if back else (more, found is not None)
        if has_next:
            page.next = encode(order, items[-1], pk, back=False)
        if has_prev:
            page.prev = encode(order, items[0], pk, back=True)
    return page


@dataclass(frozen=True)
class Mark:
    back: bool
    value: Any
    pk: int | uuid.UUID


def encode(order: Order, row: Model, pk: str = "id", *, back: bool) -> str:
    value: Any = row
    for part in order.field.split("__"):
        value = getattr(value, part, None)
    kind, shown = _dump(value)
    key = getattr(row, pk)
    key = str(key) if isinstance(key, uuid.UUID) else key
    packed = json.dumps([1 if back else 0, order.key, kind, shown, key], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def decode(cursor: str, order: Order) -> Mark | None:
    """游标 → 位置;任何不合的(过长、坏编码、别的排序、越界的数)都是 None。"""
    if len(cursor) > MAX_CURSOR or not cursor.isascii():
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw.decode("utf-8"))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not (isinstance(parts, list) and len(parts) == 5):
        return None
    back, key, kind, shown, pk = parts
    if type(back) is not int or back not in (0, 1) or key != order.key:
        return None
    try:
        found = _load_pk(pk)
        value = _load(kind, shown)
    except (ValueError, TypeError):
        return None
    if value is None and not order.nullable:
        return None
    return Mark(bool(back), value, found)


def _load_pk(pk: Any) -> int | uuid.UUID:
    if isinstance(pk, str):
        return uuid.UUID(pk)
    if type(pk) is not int or not 0 <= pk <= _BIGINT:
        raise ValueError("游标里的编号读不懂")
    return pk


def _dump(value: Any) -> tuple[str, Any]:
    if value is None:
        return "n", None
    if isinstance(value, bool):
        return "b", int(value)
    if isinstance(value, int):
        return "i", value
    if isinstance(value, datetime):
        return "t", value.isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    return "s", str(value)


def _load(kind: Any, shown: Any) -> Any:
    if kind == "n" and shown is None:
        return None
    if kind in ("i", "b") and type(shown) is int and abs(shown) <= _BIGINT:
        return bool(shown) if kind == "b" else shown
    if kind in ("t", "d", "s") and isinstance(shown, str) and "\x00" not in shown:
        shown.encode("utf-8")  # 拒绝孤立的代理项
        if kind == "s":
            return shown
        if kind == "d":
            return date.fromisoformat(shown)
        moment = datetime.fromisoformat(shown)
        if moment.tzinfo is None:
            raise ValueError("时刻须带时区")
        return moment
    raise ValueError("游标里的值读不懂")


def ordering(order: Order, pk: str = "id") -> list[Any]:
    """与分页同一次序(空值在末尾),供导出用。"""
    return _ordering(order, pk, back=False)


def _ordering(order: Order, pk: str, back: bool) -> list[Any]:
    desc = order.desc != back
    if order.nullable:
        name = F(order.field)
        nulls = {"nulls_first": True} if back else {"nulls_last": True}
        main = name.desc(**nulls) if desc else name.asc(**nulls)
        return [main, f"-{pk}" if desc else pk]
    return [f"-{order.field}" if desc else order.field, f"-{pk}" if desc else pk]


def _after(order: Order, pk: str, mark: Mark) -> Q:
    name = order.field
    desc = order.desc != mark.back
    step = "lt" if desc else "gt"
    beyond_pk = Q(**{f"{pk}__{step}": mark.pk})
    if mark.value is None:
        in_nulls = Q(**{f"{name}__isnull": True}) & beyond_pk
        return in_nulls | Q(**{f"{name}__isnull": False}) if mark.back else in_nulls
    # 写成 f<=v 且(f<v 或 id<k):数据库可用(f, id)索引的区间,不必回表过滤
    within = Q(**{f"{name}__{step}e": mark.value}) & (
        Q(**{f"{name}__{step}": mark.value}) | beyond_pk
    )
    if order.nullable and not mark.back:
        return within | Q(**{f"{name}__isnull": True})
    return within
