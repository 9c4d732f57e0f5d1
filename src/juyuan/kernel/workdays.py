"""工作日:按国务院办公厅的放假通知数日子,日历作为参数传入。

国务院《全国年节及纪念日放假办法》与每年的放假通知定放假和调休上班;没有通知的年份只按周末推,
所得期限一律「暂定」,待通知录入后重算,不作猜测。
期限自次日起算(开始的当日不计),「3 个工作日内」即其后第 3 个工作日当天届满。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """日历:放假日、调休上班日、已有通知的年份。"""

    off: frozenset[date]
    makeup: frozenset[date]
    years: frozenset[int]

    def __post_init__(self) -> None:
        both = self.off & self.makeup
        if both:
            raise ValueError(f"同一天不能既放假又上班:{min(both).isoformat()}")

    def is_workday(self, day: date) -> bool:
        """是否工作日:先看调休上班,再看放假,其余按周一至周五。"""
        if day in self.makeup:
            return True
        return day not in self.off and day.weekday() < _SATURDAY

    def is_noticed(self, day: date) -> bool:
        """当年的放假通知是否已有。"""
        return day.year in self.years


@dataclass(frozen=True)
class Due:
    """到期日。`provisional` 为真即「暂定」:推算经过了没有通知的年份。"""

    day: date
    provisional: bool = False

    def __str__(self) -> str:
        return f"{self.day.isoformat()}(暂定)" if self.provisional else self.day.isoformat()


def next_workday(day: date, calendar: Calendar) -> Due:
    """某日之后的第一个工作日(不含当日)。"""
    return add_workdays(day, 1, calendar)


def prev_workday(day: date, calendar: Calendar) -> Due:
    """某日之前的最后一个工作日(不含当日)。"""
    return add_workdays(day, -1, calendar)


def roll_forward(day: date, calendar: Calendar) -> Due:
    """当日是工作日即当日,否则顺延至下一个工作日。"""
    if calendar.is_workday(day):
        return Due(day, not calendar.is_noticed(day))
    found = next_workday(day, calendar)
    return Due(found.day, found.provisional or not calendar.is_noticed(day))


def add_workdays(start: date, count: int, calendar: Calendar) -> Due:
    """自次日起数 `count` 个工作日(负数往前数);0 个即当日,不论是否工作日。"""
    step = _DAY if count > 0 else -_DAY
    day, left, provisional = start, abs(count), False
    while left:
        day += step
        provisional = provisional or not calendar.is_noticed(day)
        if calendar.is_workday(day):
            left -= 1
    return Due(day, provisional)


def workdays_between(start: date, end: date, calendar: Calendar) -> int:
    """自 `start` 次日至 `end`(含)有几个工作日;`end` 在前则为负。"""
    if end < start:
        return -workdays_between(end, start, calendar)
    days = (end - start).days
    weeks, rest = divmod(days, 7)
    count = weeks * 5 + sum(
        (start + timedelta(days=i)).weekday() < _SATURDAY for i in range(1, rest + 1)
    )
    count -= sum(1 for day in calendar.off if start < day <= end and day.weekday() < _SATURDAY)
    return count + sum(
        1 for day in calendar.makeup if start < day <= end and day.weekday() >= _SATURDAY
    )


def remaining_text(due: date, today: date, calendar: Calendar) -> str:
    """到期日旁边的话:「还有 3 个工作日」「今天到期」「逾期 3 个工作日」。"""
    if due == today:
        return "今天到期"
    left = workdays_between(today, due, calendar)
    if due > today:
        return f"还有 {left} 个工作日" if left else "下一个工作日前到期"
    return f"逾期 {-left} 个工作日" if left else "已到期,尚未过工作日"
