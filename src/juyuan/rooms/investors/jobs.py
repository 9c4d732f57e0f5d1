"""本房间的定期任务:补齐升级之前登记的投资方的近似键。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from juyuan.rooms.investors.actions.keys import fill_missing


def fill_keys(*, today: date, now: datetime) -> dict[str, Any]:
    """还没有近似键的投资方补上;已有的不动。"""
    return {"filled": fill_missing()}
