"""系统管理里跨房间的两屏:权限矩阵、运行情况。"""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from juyuan.faces.web import matrix
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.people.views.shared import actor_of, tabs
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.filters import FilterBar
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.work.models import JobRun
from juyuan.foundation.work.queries import recent_job_runs, workers_alive
from juyuan.foundation.work.registry import jobs
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial, require


def _can_see_matrix(actor: Actor) -> Access:
    return Allowed() if actor.has_any(*ADMIN_ROLES) else Denial("权限矩阵只供三员查阅")


def _can_see_running(actor: Actor) -> Access:
    return Allowed() if actor.has("sysadmin") else Denial("运行情况只供系统管理员查阅")


def _light(run: JobRun) -> Any:
    if run.error:
        return ui.light("bad", "出错")
    return ui.light("ok", "完成") if run.ended_at else ui.light("warn", "没有做完")


JOB_COLUMNS = (
    Column("name", "任务", value=lambda r: _label(r.name), second="name", phone="full"),
    Column("on", "业务日", kind="date"),
    Column("state", "结果", cell=_light),
    Column("started_at", "开始", kind="datetime"),
    Column("ended_at", "结束", kind="datetime"),
    Column("error", "说明", clip=True),
)


def _label(name: str) -> str:
    return next((job.label for job in jobs() if job.name == name), name)


@require_GET
def running(request: HttpRequest) -> HttpResponse:
    """`/admin/jobs/`:任务进程与定期任务。Raises: Denied。"""
    actor = actor_of(request)
    require(_can_see_running(actor))
    table = Table(
        JOB_COLUMNS,
        recent_job_runs(),
        params=request.GET,
        today=clock.today(),
        row_label="name",
        caption="定期任务",
        empty="定期任务还没有执行过",
    )
    context = {
        "page_title": "运行",
        "tabs": tabs(request, "admin_jobs"),
        "table": table,
        "workers": workers_alive(),
        "jobs": jobs(),
    }
    return render(request, "web/jobs.html", context)


@require_GET
def permission_matrix(request: HttpRequest) -> HttpResponse:
    """`/admin/matrix/`:每个网址、每种角色准不准。Raises: Denied。"""
    actor = actor_of(request)
    require(_can_see_matrix(actor))
    text = request.GET.get("q", "").strip()[:80]
    shown = [row for row in matrix.rows() if not text or any(text in v for v in row.values())]
    table = Table(
        [Column(key, label, value=itemgetter(key)) for key, label in matrix.HEADS.items()],
        shown,
        params=request.GET,
        row_key=itemgetter("url"),
        row_label=itemgetter("url"),
        caption="权限矩阵",
        empty="没有符合条件的网址",
    )
    context = {
        "page_title": "权限矩阵",
        "tabs": tabs(request, "admin_matrix"),
        "table": table,
        "filters": FilterBar((), request.GET, search_name="q", search_label="网址、名称、状态码"),
    }
    return render(request, "web/matrix.html", context)
