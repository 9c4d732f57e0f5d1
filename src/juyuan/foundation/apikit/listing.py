"""清单接口的公共做法:不认识的条件不装作筛过了,总数至多数到 `COUNT_LIMIT`。"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Schema

from juyuan.foundation.apikit.shapes import COUNT_LIMIT
from juyuan.foundation.ledger.still import remembered, statement
from juyuan.kernel.verdict import Finding, RuleBroken


def understood(
    request: HttpRequest, filters: type[Schema], sort: str, orders: Iterable[str]
) -> None:
    """不认识的条件、排序逐个指出。

    Raises:
        RuleBroken: 有不认识的参数、排序。
    """
    known = filters.model_fields
    wrong = [
        Finding(name, "filter.unknown", "", f"清单没有「{name}」这个参数;可用:{'、'.join(known)}")
        for name in request.GET
        if name not in known
    ]
    if sort.removeprefix("-") not in orders:
        said = "、".join(orders)
        wrong.append(Finding("sort", "filter.sort", "", f"不能按「{sort}」排序;可用:{said}"))
    if wrong:
        raise RuleBroken(wrong)


def total_of(queryset: QuerySet[Any, Any], *, exact: bool) -> int | None:
    """总数;没有要求准数的至多数到 `COUNT_LIMIT`,再多为空。没有新事就不再数一遍。"""
    keys = queryset.order_by().values_list("pk", flat=True)
    keys = keys if exact else keys[: COUNT_LIMIT + 1]
    found = int(remembered(("count", statement(keys)), keys.count))
    return found if exact or found <= COUNT_LIMIT else None
