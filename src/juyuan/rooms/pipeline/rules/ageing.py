"""停留与转化:在一个库里停了多少天,进过这个库的有多少到了后面的库。

单个项目的判断在此;成批的数由 `queries/ageing` 用同义的 SQL 求出,有测试逐项比对。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from juyuan.kernel.clause import rule
from juyuan.rooms.pipeline.rules.stages import Stage

CLAUSE = "3.3b"
WATCHED: tuple[Stage, ...] = (Stage.PLANNING, Stage.NEGOTIATION, Stage.INTENT, Stage.SIGNED)
"""看停留与转化的库:落地是终点,不看。"""


@dataclass(frozen=True)
class Entry:
    """一次入库:进了哪个库、哪一天(事实日)。"""

    stage: Stage
    on: date


def median(values: Iterable[int]) -> int | None:
    """中位数;偶数个取中间较小的一个,没有则为空。"""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


@rule("3.3b")
def days_in_stage(entries: Sequence[Entry], on: date) -> int:
    """强化项目动态管理:到 `on` 为止在现在的库里停了几天(自然日,不为负)。"""
    return max((on - entries[-1].on).days, 0)


@rule("3.3b")
def completed_stays(entries: Sequence[Entry]) -> list[tuple[Stage, int]]:
    """强化项目动态管理:走完的停留。只算往后走的:退回去的那一次没有走完。"""
    return [
        (here.stage, max((left.on - here.on).days, 0))
        for here, left in pairwise(entries)
        if left.stage.order > here.stage.order
    ]


@rule("3.3b")
def converted(entries: Sequence[Entry], stage: Stage) -> bool | None:
    """强化项目动态管理:进过 `stage` 的项目,现在(或终止时)是否已在后面的库;没进过为空。

    终止、退库的仍在分母里;退回来的不算转化。
    """
    if all(entry.stage != stage for entry in entries):
        return None
    return entries[-1].stage.order > stage.order
