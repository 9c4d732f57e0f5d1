"""月历的组装:给一个月与若干标记,得出模板要的格子。"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


@dataclass(frozen=True)
class Mark:
    """某日的标记。`kind`: 空 · late 逾期(红方)· key 要紧的日子(框)。"""

    on: date
    label: str
    url: str
    kind: str = ""


@dataclass(frozen=True)
class Note:
    """月历下方的一行。"""

    date: date
    text: str
    clause: str = ""
    suggested: bool = False

    @property
    def weekday(self) -> str:
        return f"周{WEEKDAYS[self.date.weekday()]}"


@dataclass(frozen=True)
class DayCell:
    day: int
    css: str
    label: str
    url: str
    today: bool


@dataclass(frozen=True)
class Month:
    label: str
    weeks: tuple[tuple[DayCell, ...], ...]
    notes: tuple[Note, ...]
    weekdays: tuple[str, ...] = WEEKDAYS


def build(
    year: int,
    month: int,
    *,
    today: date,
    marks: Sequence[Mark] = (),
    off_days: Collection[date] | None = None,
    notes: Sequence[Note] = (),
) -> Month:
    """周一起头。`off_days` 是放假的日子(含调休);不给则只把周六周日当休息。"""
    by_day = {mark.on: mark for mark in marks}
    weeks = []
    for week in calendar.Calendar().monthdatescalendar(year, month):
        weeks.append(tuple(_cell(on, month, today, by_day.get(on), off_days) for on in week))
    return Month(f"{year} 年 {month} 月", tuple(weeks), tuple(notes))


def _cell(
    on: date, month: int, today: date, mark: Mark | None, off_days: Collection[date] | None
) -> DayCell:
    off = on in off_days if off_days is not None else on.weekday() >= 5
    css = [
        name
        for name, hit in (
            ("out", on.month != month),
            ("off", off),
            ("today", on == today),
            (mark.kind if mark else "", bool(mark and mark.kind)),
        )
        if hit
    ]
    label = f"{on.month} 月 {on.day} 日，{mark.label}" if mark else ""
    return DayCell(on.day, " ".join(css), label, mark.url if mark else "", on == today)
