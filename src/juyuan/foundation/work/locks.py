"""会话级咨询锁:一件事同时只有一个进程做;进程被杀,锁随连接消失,别的进程可以接手。"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

STEP = 0.05


@contextmanager
def only_one(name: str, *, patience: float = 0) -> Iterator[bool]:
    """拿到锁为真;别的进程正在做则为假。须在事务之外使用。

    `patience`: 最多等几秒。刚被杀的进程,数据库要过片刻才察觉连接断了、放开它的锁。
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    until = time.monotonic() + patience
    while not (held := _try(key)) and time.monotonic() < until:
        time.sleep(STEP)
    try:
        yield held
    finally:
        if held and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _try(key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        return bool(cursor.fetchone()[0])
