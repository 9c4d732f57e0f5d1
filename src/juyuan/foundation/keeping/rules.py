"""留哪几份:每日、每周、每月各留最近的几份。纯函数。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

NAME = "%Y%m%d-%H%M%S"
_NAMED = re.compile(r"\d{8}-\d{6}")


@dataclass(frozen=True)
class Keep:
    """留几日、几周、几月(各取该日、该周、该月最后一份)。"""

    daily: int
    weekly: int
    monthly: int

    @classmethod
    def parse(cls, text: str) -> Keep:
        """「7,5,12」。Raises: ValueError。"""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(
                f"JUYUAN_BACKUP_KEEP 应写成「日,周,月」三个整数,例如 7,5,12,现在是「{text}」"
            )
        daily, weekly, monthly = map(int, parts)
        if not daily:
            raise ValueError("JUYUAN_BACKUP_KEEP 的第一个数(留几日)至少是 1")
        return cls(daily, weekly, monthly)


def made_at(name: str) -> datetime | None:
    """文件夹名里的时间;不是夜间备份的名称即 None。"""
    if not _NAMED.fullmatch(name):
        return None
    try:
        return datetime.strptime(name, NAME)  # noqa: DTZ007 当地时间,只用来排先后
    except ValueError:
        return None


def kept(names: Iterable[str], keep: Keep) -> set[str]:
    """该留的几份。不认得的名称不在其内,也不归这里删。"""
    times = {name: at for name in names if (at := made_at(name)) is not None}
    newest = sorted(times, key=lambda name: times[name], reverse=True)
    wanted: set[str] = set()
    for count, period in (
        (keep.daily, lambda at: at.date()),
        (keep.weekly, lambda at: at.isocalendar()[:2]),
        (keep.monthly, lambda at: (at.year, at.month)),
    ):
        seen: set[object] = set()
        for name in newest:
            which = period(times[name])
            if which not in seen and len(seen) < count:
                seen.add(which)
                wanted.add(name)
    return wanted
