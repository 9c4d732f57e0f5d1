"""任务进程:队列里的长任务与定时任务(procrastinate,队列就在 PostgreSQL 里)。"""

from __future__ import annotations

import os
import signal
import sys
from typing import cast

from .launch.lifeline import die_with_parent
from .launch.trouble import plain_streams

CONCURRENCY = 2
GRACE = 10.0  # 秒:停止时等手上的任务收尾;没收尾的由下次启动接着做


def main() -> int:
    """运行到被要求停下。"""
    import django

    plain_streams()
    die_with_parent(signal.SIGTERM, parent=int(os.environ["JUYUAN_PARENT"]))
    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    with app.replace_connector(connector) as running:
        running.run_worker(
            name=f"worker-{os.getpid()}",
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=GRACE,
            install_signal_handlers=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
