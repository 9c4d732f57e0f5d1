"""每日:逾期的阶梯;缺放假通知的年份告诉系统管理员。都可重复执行。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.notices.actions.notify import notify, notify_many
from juyuan.foundation.notices.ladder import owed_messages
from juyuan.foundation.people.models import Role
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import params
from juyuan.foundation.workdays.queries import calendar

MISSING_YEAR, HOLIDAYS = "workdays.missing_year", "holidays"
ASK_FROM_MONTH = 12  # 下一年的通知一般十一月印发:十二月还没有,就该问了


def climb(*, today: date, now: datetime) -> dict[str, Any]:
    """逾期的阶梯走到今天。"""
    with transaction.atomic():
        ladder = [int(step) for step in params(today)["notices.ladder"]]
        messages = owed_messages(today, ladder, calendar())
        return {"told": notify_many(messages, now=now)}


def ask_for_holidays(*, today: date, now: datetime) -> dict[str, Any]:
    """有期限落在没有放假通知的年份(或将要用到):告诉系统管理员,一年一次。"""
    known = calendar().years
    rows = Duty.objects.filter(ended_at__isnull=True, provisional=True)
    years = {day.year for day in rows.order_by().values_list("due_on", flat=True).distinct()}
    years |= {today.year} | ({today.year + 1} if today.month >= ASK_FROM_MONTH else set())
    people = posts_on(today).filter(role=Role.SYSADMIN).order_by("id")
    sysadmins = list(dict.fromkeys(people.values_list("person_id", flat=True)))
    told = 0
    with transaction.atomic():
        for year in sorted(years - known):
            told += notify(
                kind=MISSING_YEAR,
                person_ids=sysadmins,
                object_type=HOLIDAYS,
                object_id=year,
                due_on=None,
                title=f"{year} 年的放假通知还没有录入",
                text="该年的期限都标「暂定」;请按国务院办公厅通知录入,开着的待办随即重算",
                url=f"/workdays/?year={year}",
                now=now,
            )
    return {"told": told, "years": sorted(years - known)}
