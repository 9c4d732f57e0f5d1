"""长任务的进度与取消;只给发起人看。"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.work import queries, registry
from juyuan.foundation.work.actions import cancel_task
from juyuan.foundation.work.models import OPEN_STATES, TaskRun, TaskState
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor

COLUMNS = (
    Column("label", "任务", href=lambda t: reverse("work:task", args=[t.pk]), phone="full"),
    Column("state", "状态", value=lambda t: t.get_state_display()),
    Column("created_at", "提交", kind="datetime"),
    Column("ended_at", "结束", kind="datetime"),
    Column("message", "说明", clip=True),
)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _shown(run: TaskRun) -> dict[str, Any]:
    """进度部件的参数。"""
    kind = registry.task_kind(run.kind)
    finished = run.state not in OPEN_STATES
    result_url = (
        kind.result_url(run.result)
        if kind and kind.result_url and run.state == TaskState.DONE
        else ""
    )
    return {
        "label": run.label,
        "done": run.total or 1 if run.state == TaskState.DONE else run.done,
        "total": run.total or 1,
        "note": run.message or ("排队中，前面还有任务" if run.state == TaskState.QUEUED else ""),
        "poll_url": reverse("work:progress", args=[run.pk]),
        "cancel_url": "" if run.cancel_requested else reverse("work:cancel", args=[run.pk]),
        "finished": finished,
        "failed": run.get_state_display() if finished and run.state != TaskState.DONE else "",
        "result_url": result_url,
        "result_label": kind.result_label if kind else "",
    }


@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    table = Table(
        COLUMNS,
        queries.tasks_of(_actor(request)),
        params=request.GET,
        today=clock.today(),
        row_label="label",
        caption="我的长任务",
        empty="没有长任务",
    )
    return render(request, "work/tasks.html", {"page_title": "长任务", "table": table})


@require_GET
def task(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    run = queries.door(_actor(request), task_id)
    context = {"page_title": run.label, "run": run, "progress": _shown(run)}
    findings = run.result.get("findings", []) if isinstance(run.result, dict) else []
    return render(request, "work/task.html", {**context, "findings": findings})


@require_GET
def progress(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """进度部件自己(htmx 每两秒取一次)。"""
    run = queries.door(_actor(request), task_id)
    return render(request, "ui/components/progress.html", _shown(run))


@require_POST
def cancel(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    cancel_task(actor=_actor(request), task_id=task_id, now=clock.now())
    return HttpResponseRedirect(reverse("work:task", args=[task_id]))
