"""大批导入的提交作为长任务:有进度、可取消,被杀后从头再做也只写一遍。"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from juyuan.foundation.exchange import actions
from juyuan.foundation.work.registry import TaskKind
from juyuan.kernel.actor import Actor

COMMIT = "exchange.commit"
LARGE = 2000
"""超过这么多行就走长任务。"""


def run_commit(
    args: dict[str, Any], *, actor: Actor, now: datetime, progress: Callable[..., None]
) -> dict[str, Any]:
    """`args`:batch(批次编号)、all_or_none。"""
    batch = actions.commit(
        actor=actor,
        batch_id=uuid.UUID(args["batch"]),
        now=now,
        today=localdate(now),
        all_or_none=bool(args.get("all_or_none")),
        progress=progress,
    )
    return {"batch": str(batch.pk), "counts": batch.counts}


def result_url(result: Any) -> str:
    return reverse("exchange:batch", args=[result["batch"]])


TASK = TaskKind(COMMIT, "提交导入", run_commit, result_url=result_url, result_label="看结果")
