"""人员调离的登记处:各房间登记「此人手上的什么,怎样交给接手的人」。

`fn(leaver=Person, successor=Person, unit_ids=frozenset, actor=…, now=…, group=…) -> int` 在调离的事务里执行,
返回移交的件数;自己记台账时用同一个 `group`。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Move = Callable[..., int]


@dataclass(frozen=True)
class Handing:
    kind: str
    label: str
    fn: Move


_known: dict[str, Handing] = {}


def register(kind: str, fn: Move, label: str = "") -> None:
    """登记一类事项;同一 `kind` 再登记即替换(重复 connect 无害)。"""
    _known[kind] = Handing(kind, label or kind, fn)


def unregister(kind: str) -> None:
    _known.pop(kind, None)


def registered() -> tuple[Handing, ...]:
    return tuple(_known[kind] for kind in sorted(_known))
