"""网页进程:granian(WSGI,2 个工人 × 4 线程),静态文件由 WhiteNoise 送出。

`application` 在每个工人里装载一次;那一刻起,工人也随主进程结束(主进程被 kill -9 也一样)。
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from .launch.lifeline import die_with_parent
from .launch.trouble import plain_streams

WORKERS, THREADS = 2, 4


def load() -> Any:
    """granian 在工人里调用的工厂。"""
    die_with_parent(signal.SIGKILL)
    for name in (signal.SIGTERM, signal.SIGINT):  # 装载途中被要求停,立即停(随后 granian 装上自己的)
        signal.signal(name, signal.SIG_DFL)
    from juyuan.wsgi import application

    return application


def main(argv: list[str]) -> int:
    """`地址 端口`。"""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    plain_streams()
    die_with_parent(signal.SIGTERM, parent=int(os.environ["JUYUAN_PARENT"]))
    server = Granian(
        "juyuan.faces.cli.web:load",
        factory=True,
        address=argv[0],
        port=int(argv[1]),
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        backlog=512,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    server.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
