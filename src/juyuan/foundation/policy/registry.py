"""登记处:参数有了新的一版要告诉谁(待办照新的期限重算)。由 wiring 登记,在确认的事务里调用。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OnChange = Callable[..., Any]

_listeners: dict[str, OnChange] = {}


def on_change(name: str, fn: OnChange) -> None:
    """`fn(actor=…, now=…)`;同名再登记即替换(重复 connect 无害)。"""
    _listeners[name] = fn


def listeners() -> tuple[OnChange, ...]:
    return tuple(_listeners[name] for name in sorted(_listeners))
