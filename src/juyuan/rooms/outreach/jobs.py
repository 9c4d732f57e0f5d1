"""外联的定期任务:撞单定了的线索接着走。可重复执行。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from juyuan.foundation.work.registry import Job
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Stale
from juyuan.rooms.outreach.actions.convert import follow_ruling
from juyuan.rooms.outreach.actions.steps import fill_missing_keys
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.rules.leads import LeadState


def follow(*, today: date, now: datetime) -> dict[str, Any]:
    """逐条看撞单定了没有。"""
    rows = Lead.objects.filter(state=LeadState.CONTESTED).select_related("claim", "by", "unit")
    done = 0
    for lead in rows.order_by("id"):
        try:
            done += follow_ruling(actor=Actor.system(), lead=lead, now=now)
        except Stale:  # 正有人在办,下次再说
            continue
    return {"followed": done}


def fill_keys(*, today: date, now: datetime) -> dict[str, Any]:
    """还没有匹配键的在办线索(升级之前登记的)补上;已有的不动。"""
    return {"filled": fill_missing_keys()}


# 一次办完所有该办的,漏掉的日子不必逐日补
JOBS = (
    Job("outreach.follow", "撞单定后线索接办", follow, catch_up=False, clause="2.5b"),
    Job("outreach.fill_keys", "补齐线索查重键", fill_keys, catch_up=False),
)
