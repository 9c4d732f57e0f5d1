"""读:最近做成的一日、自己的长任务、运行情况。"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Max

from juyuan.foundation.work.models import JobRun, TaskRun
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound

HEARTBEAT_SECONDS = 60


def last_done(name: str) -> date | None:
    """某项定期任务最近做成的一日。"""
    done = JobRun.objects.filter(name=name, ended_at__isnull=False, error="")
    found: date | None = done.aggregate(last=Max("on"))["last"]
    return found


def door(actor: Actor, task_id: UUID) -> TaskRun:
    """长任务只给发起人看(命令行可看全部)。Raises: NotFound。"""
    run = TaskRun.objects.filter(pk=task_id).first()
    if run is None or (actor.account_id is not None and run.account_id != actor.account_id):
        raise NotFound
    return run


def tasks_of(actor: Actor, limit: int = 50) -> list[TaskRun]:
    """自己的长任务,新的在前。"""
    return list(
        TaskRun.objects.filter(account_id=actor.account_id).order_by("-created_at", "id")[:limit]
    )


def recent_job_runs(limit: int = 100) -> list[JobRun]:
    return list(JobRun.objects.order_by("-on", "name")[:limit])


def workers_alive() -> int:
    """有心跳的任务进程数(一分钟之内)。"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [HEARTBEAT_SECONDS],
        )
        return int(cursor.fetchone()[0])
