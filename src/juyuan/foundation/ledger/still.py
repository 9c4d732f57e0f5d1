"""没有新事,同一个合计不算第二遍。

凡改动都在自己的事务里留一行台账,所以「台账最后一行」没有变,库就没有变,同一条语句的答案也没有变。
只有一种例外:算的时候有别的事务改到一半,它的台账编号可能比已提交的小,提交之后「最后一行」不动。
因此次序是:先记下最后一行,再看有没有改到一半的,然后才算;有,算出来的就不留。
自己在事务里(动作、测试)一律现算。一次只读的请求之内(`kernel.once.reading`)两样都只看一次。只留在本进程的内存里,不落盘,重启即空。
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from juyuan.foundation.ledger.writers import WRITERS
from juyuan.kernel.once import once

T = TypeVar("T")
KEPT = 512
"""至多留几个答案。"""
LONGEST = 5000
"""一个答案至多几行;再长的不留。"""
LAST = "SELECT MAX(id) FROM ledger_event"
# 改到一半的。还没有写台账的不必等:它的编号一定比现在的最后一行大,提交之后看得出来
WRITING = f"SELECT EXISTS ({WRITERS})"
_kept: OrderedDict[Hashable, tuple[int | None, Any]] = OrderedDict()
_lock = Lock()


def remembered(key: Hashable, compute: Callable[[], T]) -> T:
    """没有新事就给上一次的答案,否则现算。`key` 要认得出是哪一种合计、哪一条语句、哪些参数;答案不得就地改。"""
    if connection.in_atomic_block:
        return compute()
    last = _last()
    key = (connection.settings_dict["NAME"], key)
    with _lock:
        if key in _kept and _kept[key][0] == last:
            _kept.move_to_end(key)
            found: T = _kept[key][1]
            return found
    quiet = _quiet()
    value = compute()
    if quiet and not (isinstance(value, (list, tuple)) and len(value) > LONGEST):
        with _lock:
            _kept[key] = (last, value)
            _kept.move_to_end(key)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return value


def _last() -> int | None:
    last: int | None = _once(LAST)
    return last


def _quiet() -> bool:
    return not _once(WRITING)


def _once(sql: str) -> Any:
    """先后不变:编号在前,有没有改到一半的在后,各个合计都在这两样之后才算。"""
    return once(sql, lambda: _one(sql))


def statement(queryset: QuerySet[Any, Any]) -> Hashable:
    """一条查询的语句与参数,作 `remembered` 的键;条件注定一行也没有的,只有一个答案。"""
    try:
        sql, params = queryset.query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return sql, tuple(repr(p) for p in params)


def counted(queryset: QuerySet[Any, Any]) -> int:
    """有几行;没有新事就不再数。"""
    plain = queryset.order_by()
    return remembered(("count", statement(plain)), plain.count)


def forget() -> None:
    """全部忘掉(测试之间)。"""
    with _lock:
        _kept.clear()


def _one(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
