"""日程的规则:某日该不该做、停机期间漏了哪几日。纯函数。"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

CATCH_UP_DAYS = 62  # 停机再久也只补最近两个月;更早的由各任务自己的「到今日为止」覆盖


@dataclass(frozen=True)
class Schedule:
    """日程:`daily` 每日;`weekly` 每周某日(1 = 星期一 … 7);`monthly` 每月某日(大于当月天数则月末)。"""

    kind: str = "daily"
    day: int = 0

    def __post_init__(self) -> None:
        limits = {"daily": (0, 0), "weekly": (1, 7), "monthly": (1, 31)}
        low, high = limits.get(self.kind, (1, 0))
        if not low <= self.day <= high:
            raise ValueError(f"没有这样的日程：{self.kind} {self.day}")


DAILY = Schedule()


def falls_on(schedule: Schedule, day: date) -> bool:
    if schedule.kind == "weekly":
        return day.isoweekday() == schedule.day
    if schedule.kind == "monthly":
        return day.day == min(schedule.day, monthrange(day.year, day.month)[1])
    return True


def owed(schedule: Schedule, last: date | None, today: date, *, catch_up: bool) -> list[date]:
    """到今日为止还没做的各日,旧的在前。

    `last`: 最近做成的一日,空 = 从未做过(只看今日,不追溯);`catch_up` 为假时只留最近的一日。
    """
    if last is None:
        return [today] if falls_on(schedule, today) else []
    first = max(last + timedelta(days=1), today - timedelta(days=CATCH_UP_DAYS))
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    due = [day for day in days if falls_on(schedule, day)]
    return due if catch_up else due[-1:]
