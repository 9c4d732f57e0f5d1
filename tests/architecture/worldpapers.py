"""样例城市里公文的对象与各网址的参数。"""

from __future__ import annotations

from typing import Any


def build(world: Any) -> None:
    """在样例城市里造出这些对象,挂在 `world.papers` 上。"""


def kwargs(world: Any, name: str, level: str) -> dict[str, Any] | None:
    """这个网址的参数;不是本处的网址为空。"""
    return None
