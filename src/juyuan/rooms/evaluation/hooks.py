"""登记处:政府一侧欠着的事转给谁办(促进会议室登记,接线处接上)。没有登记时,只记在承诺上。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Protocol

from juyuan.kernel.actor import Actor


class DebtOpener(Protocol):
    """把政府欠的一件开成交办事项,返回它的编号;同一 `source_ref` 只开一次。"""

    def __call__(
        self, *, source: str, source_ref: str, project: Any, unit: Any, text: str, due_on: date,
        actor: Actor, now: datetime,
    ) -> Any: ...  # fmt: skip


_opener: list[Callable[..., Any]] = []


def register_debt_opener(opener: DebtOpener) -> None:
    """登记(由 wiring 调用;以后登记的为准)。"""
    _opener[:] = [opener]


def debt_opener() -> Callable[..., Any] | None:
    """登记过的;没有即空。"""
    return _opener[0] if _opener else None
