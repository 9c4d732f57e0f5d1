"""系统管理里跨房间的两屏:权限矩阵、运行情况。"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from juyuan.faces.web import matrix, matrixbase
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.people.views.shared import actor_of, tabs
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.filters import Filter, FilterBar
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


SAID = {"302": "先登录", "401": "先登录", "403": "不准", "404": "看不见", "405": "没有此法"}
"""状态码 → 人话;其余都是放行。"""
RESULTS = [("准", "准"), ("不准", "不准"), ("看不见", "看不见")]


def _said(viewer: str, codes: str) -> list[str]:
    """一格的话:一般对象在前;限名单对象不同的,另说一句。"""
    return [
        "准" if code == "302" and viewer != "anonymous" else SAID.get(code, "准")
        for code in codes.split("/")
    ]


def _verdict(viewer: str) -> Callable[[dict[str, str]], Any]:
    def cell(row: dict[str, str]) -> Any:
        words = _said(viewer, row[viewer])
        css = "jy-mx--yes" if words[0] == "准" else "jy-mx--no"
        first = format_html(
            '<span class="jy-mx {}" title="{}">{}</span>', css, row[viewer], words[0]
        )
        if len(set(words)) == 1:
            return first
        return format_html("{}<small>限名单：{}</small>", first, words[1])

    return cell


def _matrix_columns(who: str) -> list[Column]:
    shown = {who: matrix.VIEWERS[who]} if who in matrix.VIEWERS else matrix.VIEWERS
    return [
        Column("url", matrixbase.HEADS["url"], value=itemgetter("url"), second=itemgetter("name"),
               phone="full", fixed=True, css="jy-break"),
        Column("method", matrixbase.HEADS["method"], value=itemgetter("method")),
        Column("door", matrixbase.HEADS["door"], value=itemgetter("door"), phone="wide"),
        *(
            Column(viewer, label, cell=_verdict(viewer), value=itemgetter(viewer), phone="wide")
            for viewer, label in shown.items()
        ),
    ]  # fmt: skip


def _wanted(row: dict[str, str], text: str, who: str, result: str) -> bool:
    if text and not any(text in value for value in row.values()):
        return False
    if not result:
        return True
    viewers = [who] if who in matrix.VIEWERS else list(matrix.VIEWERS)
    return any(result in _said(viewer, row[viewer]) for viewer in viewers)


@require_GET
def permission_matrix(request: HttpRequest) -> HttpResponse:
    """`/admin/matrix/`:每个网址、每种人准不准;可只看一种人、一种结果。Raises: Denied。"""
    actor = actor_of(request)
    require(_can_see_matrix(actor))
    given = request.GET
    text = given.get("q", "").strip()[:80]
    who, result = given.get("who", ""), given.get("result", "")
    shown = [row for row in matrix.rows() if _wanted(row, text, who, result)]
    table = Table(
        _matrix_columns(who),
        shown,
        params=given,
        row_key=itemgetter("url"),
        row_label=itemgetter("url"),
        caption="权限矩阵",
        css="jy-tbl--mx",
        empty="没有符合条件的网址",
    )
    filters = FilterBar(
        (
            Filter("who", "看的人", list(matrix.VIEWERS.items())),
            Filter("result", "结果", RESULTS),
        ),
        given,
        search_name="q",
        search_label="网址、名称、门",
        note=f"{len(shown)} 行",
    )
    context = {
        "page_title": "权限矩阵",
        "tabs": tabs(request, "admin_matrix"),
        "table": table,
        "filters": filters,
    }
    return render(request, "web/matrix.html", context)
