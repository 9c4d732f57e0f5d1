"""期的读:参数 → 一期的起止;哪几期锁了账;某人打开时先看哪一期。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from juyuan.foundation.policy.queries import timeline
from juyuan.foundation.policy.timeline import Params
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.period import add_months
from juyuan.kernel.workdays import Calendar
from juyuan.rooms.pipeline.models import MonthClose
from juyuan.rooms.pipeline.rules.monthly import (
    DAY_MINUTES,
    ROLLED,
    Period,
    PeriodRule,
    month_of,
    period_of,
)
from juyuan.rooms.pipeline.rules.progress import Kinds

LOOK_BACK = 12
NO_CALENDAR = Calendar(frozenset(), frozenset(), frozenset())
YEARS = range(2000, 2200)
PARAMETERS = (
    "update.period_from_day", "update.period_to_day", "update.close_day",
    "update.substantive_kinds", "first_contact.report_day", "first_contact.report_day_time",
    "first_contact.report_day_holiday",
)  # fmt: skip
_KEY = re.compile(r"([0-9]{4})-([0-9]{2})")


def rule_of(book: Params) -> PeriodRule:
    """参数 → 一期怎么定。"""
    hours, minutes = str(book["first_contact.report_day_time"]).split(":")
    return PeriodRule(
        from_day=book["update.period_from_day"],
        to_day=book["update.period_to_day"],
        close_day=book["update.close_day"],
        report_day=book["first_contact.report_day"],
        report_minute=min(int(hours) * 60 + int(minutes), DAY_MINUTES),
        roll=book["first_contact.report_day_holiday"] == ROLLED,
    )


class Periods:
    """一次取齐参数与日历,之后问任何一期都不再查库。一期用月首那天有效的参数。"""

    def __init__(self, known: Calendar | None = None) -> None:
        self._timeline = timeline()
        self._calendar = known
        self._made: dict[date, Period] = {}

    def book(self, month: date) -> Params:
        return self._timeline.on(month.replace(day=1))

    def _rule(self, month: date) -> PeriodRule:
        return rule_of(self.book(month))

    def at(self, month: date) -> Period:
        """以月首(或该月任一日)表示的那一期。"""
        month = month.replace(day=1)
        if month not in self._made:
            rules = self._rule(month)
            if rules.roll and self._calendar is None:  # 不顺延的城市用不着日历
                self._calendar = calendar()
            self._made[month] = period_of(month, rules, self._calendar or NO_CALENDAR)
        return self._made[month]

    def of(self, day: date) -> Period:
        """某日所属的那一期。"""
        return self.at(month_of(day, self._rule))

    def kinds(self, period: Period) -> Kinds:
        """这一期的进展种类。"""
        return kinds_of(self.book(period.month))

    def versions(self, period: Period) -> dict[str, str]:
        """所用参数的版本(施行日),随每一稿存下。"""
        book = self.book(period.month)
        return {key: book.row(key).effective_from.isoformat() for key in PARAMETERS}

    def back(self, period: Period, count: int = LOOK_BACK) -> list[Period]:
        """这一期及其之前的共 `count` 期,近的在前。"""
        return [self.at(add_months(period.month, -i)) for i in range(count)]

    def working(self, today: date, closed: Iterable[date]) -> Period:
        """打开时先看的一期:已开始而未锁账的最早一期(21日至锁账前仍看上一期)。"""
        current = self.of(today)
        before = self.at(add_months(current.month, -1))
        if before.close_on > today and before.month not in set(closed):
            return before
        return current

    def due(self, day: date) -> Period:
        """到这一天终了为止,报备已经截止的最近一期(统计数字看这一期)。"""
        period = self.at(add_months(day, 1))
        while period.report_on > day:
            period = self.at(add_months(period.month, -1))
        return period


def kinds_of(book: Params) -> Kinds:
    """参数 → 进展的种类。"""
    return Kinds(
        {k["code"]: k["label"] for k in book["update.substantive_kinds"]},
        {k["code"]: k["label"] for k in book["update.other_kinds"]},
    )


def read_month(text: str) -> date | None:
    """网址、表格里的「2026-11」;写得不对、年份离谱的为空。"""
    found = _KEY.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) not in YEARS:
        return None
    return date(int(found[1]), int(found[2]), 1)


def closes(months: Iterable[date] | None = None) -> Mapping[date, MonthClose]:
    """已锁账的期:月首 → 那一行。"""
    rows = MonthClose.objects.all()
    if months is not None:
        rows = rows.filter(period__in=list(months))
    return {row.period: row for row in rows}


def is_closed(period: Period, now: datetime, closed: Iterable[date]) -> bool:
    """锁了没有:有锁账的一行,或已到锁账日(任务还没来得及跑也照锁)。"""
    return period.month in set(closed) or now.astimezone(period.deadline.tzinfo).date() >= (
        period.close_on
    )
