"""合并时别的房间要搬的东西:由它们登记,本室不写它们的行。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from juyuan.kernel.actor import Actor


@dataclass(frozen=True)
class Act:
    """谁、何时、为何:搬的人据此记台账。"""

    actor: Actor
    now: datetime
    reason: str


def nothing_blocks(source_id: int, target_id: int) -> list[str]:
    """缺省:没有拦住的。"""
    return []


@dataclass(frozen=True)
class Mover:
    """一类随投资方走的东西。

    `count(source_id)` 有几件;`move(source_id, target_id, act)` 搬走并返回可存为 JSON 的明细;
    `undo(detail, source_id, target_id, act)` 照明细放回;`blocks(source_id, target_id)` 逐句说明为什么
    不能合并。搬与放回都在合并的事务里被调用。
    """

    name: str
    label: str
    count: Callable[[int], int]
    move: Callable[[int, int, Act], Any]
    undo: Callable[[Any, int, int, Act], None]
    blocks: Callable[[int, int], list[str]] = nothing_blocks


_movers: dict[str, Mover] = {}


def register_mover(mover: Mover) -> None:
    """登记一类(由 wiring 调用;同名覆盖)。"""
    _movers[mover.name] = mover


def movers() -> list[Mover]:
    """已登记的各类,按名排序(合并与撤销的次序因此固定)。"""
    return [_movers[name] for name in sorted(_movers)]
