"""读:日历。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import chinese_calendar.constants as published

from juyuan.foundation.workdays.models import DayKind, Holiday, NoticedYear
from juyuan.kernel.workdays import Calendar


def calendar() -> Calendar:
    """当前日历:随系统带来的,加上管理员增补的(同一天以增补为准)。两次查询,请取一次传下去。"""
    base = carried()
    off, makeup = set(base.off), set(base.makeup)
    for day, kind in Holiday.objects.values_list("date", "kind"):
        off.discard(day)
        makeup.discard(day)
        (off if kind == DayKind.OFF else makeup).add(day)
    years = set(base.years) | set(NoticedYear.objects.values_list("year", flat=True))
    return Calendar(frozenset(off), frozenset(makeup), frozenset(years))


@dataclass(frozen=True)
class DayLine:
    """日历上不同于平常的一天。"""

    date: date
    off: bool
    holiday: str
    notice: str


_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
}


def year_days(year: int, known: Calendar) -> list[DayLine]:
    """某年的放假日与调休上班日,连同依据。"""
    entered = {h.date: h for h in Holiday.objects.filter(date__year=year)}
    days = sorted(day for day in known.off | known.makeup if day.year == year)
    return [
        DayLine(
            day,
            day in known.off,
            entered[day].holiday if day in entered else _carried_name(day),
            entered[day].notice if day in entered else "随系统带来",
        )
        for day in days
    ]


def _carried_name(day: date) -> str:
    said = published.holidays.get(day) or published.workdays.get(day) or ""
    return _NAMES.get(said, said)


@lru_cache(maxsize=1)
def carried() -> Calendar:
    """随系统带来的日历(chinesecalendar 所载各年国务院办公厅通知)。"""
    off = frozenset(day for day in published.holidays if isinstance(day, date))
    makeup = frozenset(published.workdays)
    return Calendar(off - makeup, makeup, frozenset(day.year for day in off))
