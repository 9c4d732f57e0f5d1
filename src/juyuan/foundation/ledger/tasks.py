"""每十分钟封存一次(procrastinate 的定时任务;没有新行就什么也不做)。"""

from __future__ import annotations

from procrastinate.contrib.django import app

from juyuan.foundation.ledger.jobs import seal
from juyuan.foundation.workdays import clock


@app.periodic(cron="*/10 * * * *")
@app.task(name="ledger.seal", queueing_lock="ledger.seal")
def seal_due(timestamp: int) -> None:
    seal(now=clock.now())
