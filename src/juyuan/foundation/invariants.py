"""全库必须成立的关系的登记处:各应用、各房间声明自己的,wiring 登记,`./juyuan check-invariants` 逐条核对。

只读,不改正:改正由有权的人做。一组关系共用一次遍历;每一条有名字、一句话的说明,和指明哪一行的发现。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from juyuan.kernel.verdict import Finding

Find = Callable[[date], Iterable[Finding]]


@dataclass(frozen=True)
class Invariants:
    """一组关系:`labels` 是名字 → 说明;`find` 给出不成立之处(`Finding.rule` 是名字,`field` 是哪一行)。"""

    owner: str
    labels: Mapping[str, str]
    find: Find


_groups: dict[str, Invariants] = {}


def register(group: Invariants) -> None:
    """登记一组。同一家重复登记无妨;两家用同一个名字是编码错误。

    Raises:
        ValueError: 名字已被别家用了。
    """
    taken = {name for g in _groups.values() if g.owner != group.owner for name in g.labels}
    if twice := sorted(taken & set(group.labels)):
        raise ValueError(f"全库关系重名:{'、'.join(twice)}")
    _groups[group.owner] = group


def labels() -> dict[str, str]:
    """全部关系的名字与说明,按登记次序。"""
    return {name: text for group in _groups.values() for name, text in group.labels.items()}


def check(today: date) -> list[Finding]:
    """全部核对一遍,出自同一个只读快照;空即全部成立。"""
    inside = connection.in_atomic_block  # 已在事务里就用那个事务的所见
    with transaction.atomic():
        if not inside:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return [finding for group in _groups.values() for finding in group.find(today)]


def broken_rows(name: str, label: str, sql: str) -> Iterator[Finding]:
    """一条查询说得清的关系:查询给出不成立的行,第一列指明是哪一行。"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for place, *_ in cursor.fetchall():
            yield Finding(str(place), name, "", f"{place}:不合「{label}」")
