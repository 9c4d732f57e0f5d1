"""长任务:提交、执行、取消。提交与排队在同一事务;执行前认领,被杀之后可由别的进程从头再做。"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Account
from juyuan.foundation.people.queries import actor_for, has_left
from juyuan.foundation.work import registry
from juyuan.foundation.work.locks import only_one
from juyuan.foundation.work.models import OPEN_STATES, TaskRun, TaskState
from juyuan.foundation.work.progress import Cancelled, Progress
from juyuan.foundation.work.queries import door
from juyuan.foundation.work.registry import TaskKind
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Refusal, RuleBroken

log = logging.getLogger(__name__)

QUEUE, RUN_TASK = "long", "work.run_task"
BROKEN = "程序出错，任务没有做成，也没有留下一半的结果。请联系系统管理员（任务编号见网址）"


def start_task(
    *, actor: Actor, kind: str, args: dict[str, Any], label: str = "", now: datetime
) -> TaskRun:
    """提交一件长任务;`args` 须可存 JSON,不得含个人敏感信息。

    Raises: RuleBroken(没有这种任务)。
    """
    from procrastinate.contrib.django import app

    known = registry.task_kind(kind)
    if known is None:
        raise RuleBroken.one("kind", "task", f"没有长任务「{kind}」")
    with transaction.atomic():
        run = TaskRun.objects.create(
            kind=kind,
            label=label or known.label,
            args=args,
            account_id=actor.account_id,
            actor_name=actor.name,
            post_id=actor.post.id if actor.post else None,
            created_at=now,
        )
        app.configure_task(RUN_TASK, queue=QUEUE).defer(task_id=str(run.pk))
        _note("work.task.queued", actor, run, now)
    return run


def cancel_task(*, actor: Actor, task_id: UUID, now: datetime) -> TaskRun:
    """取消:排队的立即取消,执行中的到下一个进度点停下并回滚;已结束的不变。

    Raises: NotFound(没有,或不是自己的)。
    """
    run = door(actor, task_id)
    with transaction.atomic():
        waiting = TaskRun.objects.filter(pk=run.pk, state=TaskState.QUEUED)
        stopped = waiting.update(
            state=TaskState.CANCELLED, ended_at=now, cancel_requested=True, message=""
        )
        if not stopped:
            asked = TaskRun.objects.filter(
                pk=run.pk, state=TaskState.RUNNING, cancel_requested=False
            )
            stopped = asked.update(cancel_requested=True)
        if stopped:
            _note("work.task.cancelled", actor, run, now)
    run.refresh_from_db()
    return run


def execute(task_id: UUID, *, now: datetime) -> TaskRun | None:
    """由任务进程调用:认领、执行、留下结果。已结束、已取消、正由别的进程执行的不动。"""
    with only_one(f"work.task.{task_id}") as mine:
        if not mine:
            return None
        claimed = TaskRun.objects.filter(pk=task_id, state__in=OPEN_STATES).update(
            state=TaskState.RUNNING,
            started_at=now,
            beat_at=now,
            done=0,
            attempts=F("attempts") + 1,
        )
        run = TaskRun.objects.filter(pk=task_id).first()
        if run is None or not claimed:
            return run
        kind = registry.task_kind(run.kind)
        with Progress(run.pk) as progress:
            state, message, result = _attempt(run, kind, progress, now)
        TaskRun.objects.filter(pk=run.pk).update(
            state=state, message=message[:300], result=result, ended_at=now
        )
        run.refresh_from_db()
        return run


def _attempt(
    run: TaskRun, kind: TaskKind | None, progress: Progress, now: datetime
) -> tuple[str, str, Any]:
    if run.cancel_requested:
        return TaskState.CANCELLED, "", None
    try:
        if kind is None:
            raise Denied(f"没有长任务「{run.kind}」")
        result = kind.run(run.args, actor=_requester(run, now), now=now, progress=progress)
    except Cancelled:
        return TaskState.CANCELLED, "已按要求取消，没有留下改动", None
    except RuleBroken as refusal:
        return TaskState.FAILED, str(refusal), {"findings": [f.as_dict() for f in refusal.findings]}
    except Refusal as refusal:
        return TaskState.FAILED, str(refusal) or "对象不存在或已不可见", None
    except Exception:
        log.exception("长任务 %s(%s)出错", run.pk, run.kind)
        return TaskState.FAILED, BROKEN, None
    return TaskState.DONE, "", result


def _requester(run: TaskRun, now: datetime) -> Actor:
    """以发起人此刻的任职行事:排队期间被停用、被收回的权限不再有效。"""
    if run.account_id is None:
        return Actor.console(run.actor_name)
    account = Account.objects.filter(pk=run.account_id).select_related("person").first()
    today = localdate(now)
    if account is None or not account.is_active or has_left(account, today):
        raise Denied("发起人的账号已停用")
    return actor_for(account, today=today, via="job", request_id=run.pk.hex, post_id=run.post_id)


def _note(event: str, actor: Actor, run: TaskRun, now: datetime) -> None:
    record(
        event=event,
        actor=actor,
        obj_type="task",
        obj_id=run.pk,
        obj_label=run.label,
        now=now,
    )
