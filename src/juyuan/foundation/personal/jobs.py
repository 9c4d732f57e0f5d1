"""每日:清除过了保留期的草稿。"""

from __future__ import annotations

from datetime import date, datetime

from juyuan.foundation.personal.actions.drafts import expire_drafts


def run(*, today: date, now: datetime) -> dict[str, int]:
    """返回清了几份;重复执行无害。"""
    return {"expired": expire_drafts(now=now)}
