"""截止日的读法。"""

from __future__ import annotations

import re
from datetime import date

from juyuan.kernel.verdict import Finding

EARLIEST = date(2000, 1, 1)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def read_as_of(text: str, today: date) -> tuple[date | None, Finding | None]:
    """网址里的截止日 → (日期, 发现)。空与今天都是「此刻」(None);写法不对、未来、太早不算。"""
    cleaned = text.strip()
    if not cleaned:
        return None, None
    found = _DAY.fullmatch(cleaned)
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        return None, Finding(
            "as_of",
            "as_of_form",
            "",
            f"「{cleaned[:20]}」不是日期:请写成 {today.isoformat()} 的样子",
        )
    finding = as_of_finding(day, today)
    if finding is not None:
        return None, finding
    return (None if day == today else day), None


def as_of_finding(day: date, today: date) -> Finding | None:
    """截止日是否算得出:不得在今天之后,也不得早于 2000 年。"""
    if day > today:
        return Finding(
            "as_of",
            "as_of_future",
            "",
            f"{day.isoformat()} 还没有到:截止日不得晚于今天({today.isoformat()})",
        )
    if day < EARLIEST:
        return Finding("as_of", "as_of_early", "", "截止日不得早于 2000-01-01")
    return None
