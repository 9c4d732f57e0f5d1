"""本房间的定期任务:月度锁账、月度更新的提醒。都可重复执行,停机之后补得上。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Min

from juyuan.foundation.notices.actions import notify_many
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import add_months
from juyuan.rooms.pipeline.actions.common import fill_missing_keys
from juyuan.rooms.pipeline.actions.monthly import close_month
from juyuan.rooms.pipeline.actions.relations import propose_relations
from juyuan.rooms.pipeline.models import MonthClose, ProjectState
from juyuan.rooms.pipeline.queries.monthduty import reminders
from juyuan.rooms.pipeline.queries.monthly import today_of
from juyuan.rooms.pipeline.queries.periods import Periods


def close_months(*, today: date, now: datetime) -> dict[str, Any]:
    """到了锁账日而没有锁的各期,由远及近逐期锁上;停机漏掉的一并补。"""
    first = ProjectState.objects.aggregate(first=Min("recorded_at"))["first"]
    if first is None:
        return {"closed": []}
    periods, done = Periods(), []
    known = set(MonthClose.objects.values_list("period", flat=True))
    month = periods.of(today_of(first)).month
    while (period := periods.at(month)).close_on <= today:
        if month not in known:
            close_month(actor=Actor.system("月度锁账"), period=period, now=now, periods=periods)
            done.append(period.key)
        month = add_months(month, 1)
    return {"closed": done}


def remind(*, today: date, now: datetime) -> dict[str, Any]:
    """月度更新到期之前与次日,提醒还没报齐的单位的负责人;同一件只说一次。"""
    messages = reminders(today, today_of(now))
    with transaction.atomic():
        return {"told": notify_many(messages, now=now)}


def find_relations(*, today: date, now: datetime) -> dict[str, Any]:
    """提出疑似的项目关系,等人判定;提出过的不再提。"""
    return {"proposed": propose_relations(actor=Actor.system("项目关系"), now=now)}


def fill_keys(*, today: date, now: datetime) -> dict[str, Any]:
    """还没有匹配键的项目(升级之前登记的)补上;已有的不动。"""
    return {"filled": fill_missing_keys()}
