"""大批导入的判读与提交作为长任务:有进度、可取消,被杀后从头再做也只写一遍。"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from juyuan.foundation.exchange import actions
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.work.actions import start_task
from juyuan.foundation.work.models import TaskRun
from juyuan.foundation.work.queries import workers_alive
from juyuan.foundation.work.registry import TaskKind, task_kind
from juyuan.kernel.actor import Actor

COMMIT, PREVIEW = "exchange.commit", "exchange.preview"


def waiting(kind: str) -> bool:
    """有没有任务进程等着接这种长任务;没有就当场做。"""
    return task_kind(kind) is not None and workers_alive() > 0


def queue_preview(actor: Actor, batch: ImportBatch, now: datetime) -> TaskRun:
    """把判读排上队(与开批次同一事务)。"""
    return start_task(
        actor=actor,
        kind=PREVIEW,
        args={"batch": str(batch.pk)},
        label=f"判读导入 {batch.file_name}"[:200],
        now=now,
    )


def queue_commit(actor: Actor, batch: ImportBatch, now: datetime, *, all_or_none: bool) -> TaskRun:
    """把提交排上队。"""
    return start_task(
        actor=actor,
        kind=COMMIT,
        args={"batch": str(batch.pk), "all_or_none": all_or_none},
        label=f"提交导入 {batch.file_name}"[:200],
        now=now,
    )


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


def run_preview(
    args: dict[str, Any], *, actor: Actor, now: datetime, progress: Callable[..., None]
) -> dict[str, Any]:
    """`args`:batch(批次编号)。"""
    batch = actions.judge_batch(
        actor=actor,
        batch_id=uuid.UUID(args["batch"]),
        now=now,
        today=localdate(now),
        progress=progress,
    )
    return {"batch": str(batch.pk), "counts": batch.counts}


def result_url(result: Any) -> str:
    return reverse("exchange:batch", args=[result["batch"]])


TASKS = (
    TaskKind(PREVIEW, "判读导入", run_preview, result_url=result_url, result_label="看预览"),
    TaskKind(COMMIT, "提交导入", run_commit, result_url=result_url, result_label="看结果"),
)
