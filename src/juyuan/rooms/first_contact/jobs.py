"""首谈的定期任务:期限过了的裁定生效;到期前提醒首谈单位。可重复执行。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.notices.actions import notify_many
from juyuan.foundation.work.registry import Job
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Stale
from juyuan.rooms.first_contact.actions.ruling import finalise
from juyuan.rooms.first_contact.models import Conflict
from juyuan.rooms.first_contact.queries.expiring import warnings
from juyuan.rooms.first_contact.rules.rulings import ConflictState


def settle_rulings(*, today: date, now: datetime) -> dict[str, Any]:
    """提请的期限过了的裁定,逐件生效。"""
    rows = Conflict.objects.filter(appeal_by__lt=today, state=ConflictState.RULED)
    done = 0
    for conflict in rows.order_by("id"):
        try:
            done += finalise(actor=Actor.system(), conflict=conflict, now=now)
        except Stale:  # 正有人在办,下次再说
            continue
    return {"settled": done}


def warn(*, today: date, now: datetime) -> dict[str, Any]:
    """保护期到期前的两次提醒(参数),同一天说一次。"""
    messages = warnings(today)
    with transaction.atomic():
        return {"told": notify_many(messages, now=now)}


# 裁定一次办完所有该办的,漏掉的日子不必逐日补;提醒要逐日补(同一件只说一次)
JOBS = (
    Job("first_contact.settle", "裁定生效", settle_rulings, catch_up=False, clause="3.2b"),
    Job("first_contact.warn", "提醒首谈到期", warn, clause="3.2b"),
)
