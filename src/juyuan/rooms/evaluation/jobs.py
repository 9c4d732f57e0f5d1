"""履约的定期任务:政府欠着的转交办,回复期限随送达核一遍。可重复执行。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.work.registry import Job
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.actions.breaches import press_debts
from juyuan.rooms.evaluation.actions.letterduties import refresh_duties
from juyuan.rooms.evaluation.actions.letters import settle_due
from juyuan.rooms.evaluation.models import Letter
from juyuan.rooms.evaluation.queries import breaches
from juyuan.rooms.evaluation.queries.cases import tracked
from juyuan.rooms.evaluation.rules.breaches import LetterState


def track(*, today: date, now: datetime) -> dict[str, Any]:
    """有偏差而政府先欠着的,逐项转成交办事项(转过的不再转);已印发的函按送达之日核回复期限。"""
    actor, pressed, settled = Actor.system(), 0, 0
    rows = list(breaches.open_promises())
    for row in tracked(rows, today):
        late = any(d.late(today) for d in row.judged.owed)
        if row.judged.hits and late:
            pressed += len(press_debts(actor=actor, promise=row.promise, now=now))
    sent = Letter.objects.filter(state=LetterState.SENT.value).select_related(
        "breach__promise__project", "unit", "document"
    )
    for letter in sent:
        with transaction.atomic():
            if settle_due(letter):
                refresh_duties(letter, actor=actor, now=now)
                settled += 1
    return {"pressed": pressed, "settled": settled}


# 只看此刻,漏掉的日子不必逐日补
JOBS = (Job("evaluation.track", "履约跟踪", track, catch_up=False, clause="3.4c"),)
