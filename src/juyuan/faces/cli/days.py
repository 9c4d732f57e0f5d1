"""选项里的日期:只认 YYYY-MM-DD,写错按用法错误处理。"""

from __future__ import annotations

import re
from datetime import date

from .launch.trouble import USAGE, Trouble

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = range(2000, 2200)


def day(text: str | None, option: str) -> date | None:
    """选项的值 → 日期;没有写即空。"""
    if text is None:
        return None
    try:
        told = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        told = None
    if told is None or told.year not in YEARS:
        raise Trouble(f"{option} 应是 YYYY-MM-DD 形式的日期,现在是「{text}」。", USAGE)
    return told
