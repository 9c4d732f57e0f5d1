"""读:日历。"""

from __future__ import annotations

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


@lru_cache(maxsize=1)
def carried() -> Calendar:
    """随系统带来的日历(chinesecalendar 所载各年国务院办公厅通知)。"""
    off = frozenset(day for day in published.holidays if isinstance(day, date))
    makeup = frozenset(published.workdays)
    return Calendar(off - makeup, makeup, frozenset(day.year for day in off))
