"""合并时别的房间要搬的东西:由它们登记,本室不写它们的行。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mover:
    """一类随投资方走的东西。

    `count(source_id)` 有几件;`move(source_id, target_id)` 搬走并返回可存为 JSON 的明细;
    `undo(detail, source_id, target_id)` 照明细放回。三者都在合并的事务里被调用。
    """

    name: str
    label: str
    count: Callable[[int], int]
    move: Callable[[int, int], Any]
    undo: Callable[[Any, int, int], None]


_movers: dict[str, Mover] = {}


def register_mover(mover: Mover) -> None:
    """登记一类(由 wiring 调用;同名覆盖)。"""
    _movers[mover.name] = mover


def movers() -> list[Mover]:
    """已登记的各类,按名排序(合并与撤销的次序因此固定)。"""
    return [_movers[name] for name in sorted(_movers)]
