"""计时、计 SQL、结果的形状。"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

ROUNDS = 40
WARM = 5


@dataclass
class Result:
    """一项结果。`ratio` 是 p95 与地板 p95 之比;没有地板的为空,只报绝对值。"""

    name: str
    label: str
    scale: int
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    floor_p95_ms: float | None = None
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def timed(act: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float]:
    """(p50, p95) 毫秒。先热身。"""
    for _ in range(WARM):
        act()
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        spent.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(spent, n=20)
    return round(statistics.median(spent), 2), round(cuts[18], 2)


def fresh(act: Callable[[], Any]) -> Callable[[], Any]:
    """每次都像刚有了新事:记着的合计先忘掉。"""
    from juyuan.foundation.ledger import still

    def run() -> Any:
        still.forget()
        return act()

    return run


def paired(
    act: Callable[[], Any], floor: Callable[[], Any], rounds: int = ROUNDS
) -> tuple[tuple[float, float], tuple[float, float]]:
    """两者交替计时,免得机器一时的快慢只落在一边。"""
    for _ in range(WARM):
        act()
        floor()
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for side, run in enumerate((act, floor)):
            began = time.perf_counter()
            run()
            spent[side].append((time.perf_counter() - began) * 1000)
    return tuple(  # type: ignore[return-value]
        (round(statistics.median(side), 2), round(statistics.quantiles(side, n=20)[18], 2))
        for side in spent
    )


@dataclass
class Counted:
    """数到几条 SQL,在数据库里几秒。"""

    count: int = 0
    seconds: float = 0.0


@contextmanager
def counting() -> Iterator[Counted]:
    """数这一段里的 SQL(`executemany` 逐行计)。"""
    from django.db import connection

    found = Counted()

    def clocked(run: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return run(sql, params, many, context)
        finally:
            found.count += len(params) if many else 1
            found.seconds += time.perf_counter() - began

    with connection.execute_wrapper(clocked):
        yield found


def statements(act: Callable[[], Any]) -> tuple[int, float]:
    """(SQL 条数, 数据库毫秒):执行五次,毫秒取中位。"""
    from django.db import connection

    counts, spent = [], []
    for _ in range(5):
        took: list[float] = []

        def clocked(
            run: Any, sql: Any, params: Any, many: Any, context: Any, took: Any = took
        ) -> Any:
            began = time.perf_counter()
            try:
                return run(sql, params, many, context)
            finally:
                took.append(time.perf_counter() - began)

        with connection.execute_wrapper(clocked):
            act()
        counts.append(len(took))
        spent.append(sum(took) * 1000)
    return max(counts), round(statistics.median(spent), 1)
