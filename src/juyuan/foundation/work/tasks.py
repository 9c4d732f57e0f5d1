"""队列里的任务:执行一件长任务、按时做定期任务、把死去的进程没做完的交给别的进程。"""

from __future__ import annotations

from uuid import UUID

from procrastinate import JobContext
from procrastinate.contrib.django import app

from juyuan.foundation.work.actions import execute, run_jobs
from juyuan.foundation.work.actions.tasks import QUEUE, RUN_TASK
from juyuan.foundation.workdays import clock

STALLED_SECONDS = 30


@app.task(name=RUN_TASK, queue=QUEUE)
def run_task(task_id: str) -> None:
    execute(UUID(task_id), now=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="work.run_due", queueing_lock="work.run_due")
def run_due(timestamp: int) -> None:
    """每十分钟看一次有没有欠下的;到日子的当天凌晨即做。"""
    run_jobs(today=clock.today(), now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="work.retry_stalled", queueing_lock="work.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """进程被杀,手上的任务停在「执行中」:心跳断了就重新排队(procrastinate 自己不做)。"""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)
