"""进度:另开一条连接写,任务自己的事务没提交时别人也看得见;同时看有没有人要求取消。"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

EVERY_SECONDS = 0.5


class Cancelled(Exception):
    """有人要求取消。"""


class Progress:
    """`progress(已办, 总数, 进展="")`;半秒之内的多次调用只写一次,最后一次(已办 = 总数)必写。

    Raises: Cancelled(有人要求取消)。
    """

    def __init__(self, task_id: UUID) -> None:
        self._task = str(task_id)
        self._connection: Any = None
        self._written = 0.0

    def __enter__(self) -> Progress:
        self._connection = connections.create_connection("default")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def __call__(self, done: int, total: int, message: str = "") -> None:
        moment = time.monotonic()
        if moment - self._written < EVERY_SECONDS and done < total:
            return
        self._written = moment
        # 心跳是真实时间(判断进程死没死),与演示日期无关
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE work_taskrun SET done = %s, total = %s, message = %s, beat_at = %s"
                " WHERE id = %s RETURNING cancel_requested",
                [done, total, message[:300], timezone.now(), self._task],
            )
            row = cursor.fetchone()
        if row is None or row[0]:
            raise Cancelled
