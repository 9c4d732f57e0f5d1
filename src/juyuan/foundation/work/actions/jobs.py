"""执行到期的定期任务:一项一日一行,做成的不再做,出错的下次再做。"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from juyuan.foundation.work import registry, rules
from juyuan.foundation.work.locks import only_one
from juyuan.foundation.work.models import JobRun
from juyuan.foundation.work.queries import last_done
from juyuan.foundation.work.registry import Job
from juyuan.kernel.verdict import RuleBroken

log = logging.getLogger(__name__)

RAN, FAILED, BUSY = "ran", "failed", "busy"
LABELS = {RAN: "做了", FAILED: "出错", BUSY: "正由别的进程做"}


@dataclass(frozen=True)
class Outcome:
    """一项任务某一日的结果;`state` ∈ ran | failed | busy。"""

    name: str
    label: str
    on: date
    state: str
    result: Any = None
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.label,
            "on": self.on.isoformat(),
            "state": self.state,
            "result": self.result,
            "error": self.error,
        }


def run_jobs(*, today: date, now: datetime, only: str = "") -> list[Outcome]:
    """做完到 `today` 为止欠下的全部定期任务;没有欠的返回空。重复调用无妨。

    一项出错不影响别的,同一项之后的各日等它做成再做。
    `only`: 只做这一项。
    Raises: RuleBroken(没有这一项)。
    """
    chosen = registry.jobs()
    if only:
        chosen = tuple(job for job in chosen if job.name == only)
        if not chosen:
            known = "、".join(job.name for job in registry.jobs()) or "（没有）"
            raise RuleBroken.one("only", "job", f"没有定期任务「{only}」；现有：{known}")
    outcomes: list[Outcome] = []
    for job in chosen:
        outcomes += _catch_up(job, today, now)
    return outcomes


def _catch_up(job: Job, today: date, now: datetime) -> list[Outcome]:
    with only_one(f"work.job.{job.name}") as mine:
        days = rules.owed(job.schedule, last_done(job.name), today, catch_up=job.catch_up)
        if not mine:
            return [Outcome(job.name, job.label, day, BUSY) for day in days[:1]]
        outcomes = []
        for day in days:
            outcome = _run(job, day, now)
            outcomes.append(outcome)
            if outcome.state == FAILED:
                break
        return outcomes


def _run(job: Job, day: date, now: datetime) -> Outcome:
    row, _ = JobRun.objects.update_or_create(
        name=job.name,
        on=day,
        defaults={"started_at": now, "ended_at": None, "result": None, "error": ""},
    )
    started = time.monotonic()
    try:
        result, error = job.run(today=day, now=now), ""
    except Exception as failure:
        # 一项坏了不能拖住别的;原因留在记录里,下次再做
        log.exception("定期任务 %s(%s)出错", job.name, day)
        result, error = None, f"{type(failure).__name__}: {failure}"[:2000]
    with transaction.atomic():
        JobRun.objects.filter(pk=row.pk).update(
            ended_at=now + timedelta(seconds=time.monotonic() - started),
            result=result,
            error=error,
        )
    return Outcome(job.name, job.label, day, FAILED if error else RAN, result, error)
