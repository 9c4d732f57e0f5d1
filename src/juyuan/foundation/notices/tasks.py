"""队列:每分钟送一次到期的。"""

from __future__ import annotations

from procrastinate.contrib.django import app

from juyuan.foundation.notices.actions import deliver_due
from juyuan.foundation.workdays import clock


@app.periodic(cron="* * * * *")
@app.task(name="notices.deliver", queueing_lock="notices.deliver")
def deliver(timestamp: int) -> None:
    deliver_due(now=clock.now())
