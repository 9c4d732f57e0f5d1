"""放弃、撤回、关闭期初,以及各种下载。"""

from __future__ import annotations

import tempfile
import uuid
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.exchange import actions, exporters, queries
from juyuan.foundation.exchange.exporters import MIME, temp_folder
from juyuan.foundation.exchange.forms import ReasonForm
from juyuan.foundation.exchange.refused import refused_workbook
from juyuan.foundation.exchange.templates_xlsx import template
from juyuan.foundation.exchange.views.flow import actor_of, here
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, RuleBroken, require

NOT_FILTERS = frozenset({"format", "columns", "cursor", "limit", "cols"})


def _confirm(request: HttpRequest, form: Any, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "ui/confirm.html", {"form": form, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def abandon(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """放弃一个没有提交的批次。"""
    actor = actor_of(request)
    found = queries.batch_door(actor, batch_id)
    if request.method == "POST":
        actions.abandon(actor=actor, batch_id=found.pk, now=clock.now())
        messages.success(request, "这个批次已放弃，没有写入任何数据。")
        return redirect("exchange:batches")
    return _confirm(
        request,
        None,
        page_title="放弃这次导入",
        what=f"放弃「{found.file_name}」",
        consequences=["没有写入的行不再写入", "批次与判定的记录留着，可以查"],
        undo="可以重新上传同一个文件。",
        submit="放弃",
        danger=True,
        cancel_url=here(found),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reverse_batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """整批撤回期初。"""
    actor = actor_of(request)
    found = queries.batch_door(actor, batch_id)
    posted = request.method == "POST"
    form = ReasonForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            actions.reverse_batch(
                actor=actor,
                batch_id=found.pk,
                reason=form.cleaned_data["reason"],
                now=clock.now(),
            )
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, "整批已撤回。")
            return redirect("exchange:batch", found.pk)
    return _confirm(
        request,
        form,
        status=422 if posted else 200,
        page_title="撤回期初批次",
        what=f"整批撤回「{found.file_name}」",
        consequences=[
            f"本批写入的 {found.rows.filter(done=True).count()} 行全部撤回，改过的改回原样",
            "来历与台账记录都留着",
            "已被后续使用的撤不回，会逐个说明",
        ],
        undo="撤回之后可以重新上传同一个文件。",
        submit="整批撤回",
        danger=True,
        cancel_url=here(found),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def close_opening(request: HttpRequest) -> HttpResponse:
    """关闭期初。"""
    actor = actor_of(request)
    if not queries.overseen_kinds(actor):
        raise NotFound
    posted = request.method == "POST"
    form = ReasonForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            actions.close_opening(actor=actor, reason=form.cleaned_data["reason"], now=clock.now())
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, "期初已关闭。")
            return redirect("exchange:batches")
    return _confirm(
        request,
        form,
        status=422 if posted else 200,
        page_title="关闭期初",
        what="关闭期初",
        consequences=["期初批次不能再导入、再提交", "已导入的期初批次不能再整批撤回"],
        undo="关闭之后不能再打开。",
        submit="关闭期初",
        danger=True,
        cancel_url=reverse("exchange:batches"),
    )


@require_GET
def template_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """一种导入的空模板。"""
    found = queries.kind_named(kind)
    require(found.may(actor_of(request)))
    return _attachment(BytesIO(template(found)), f"{found.label}模板.xlsx", MIME["xlsx"])


@require_GET
def refused_file(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """退回与存疑的行,连同原因,在原来的表样里。"""
    actor = actor_of(request)
    found = queries.batch_door(actor, batch_id)
    name, content = refused_workbook(found)
    actions.note_download(actor=actor, batch=found, what="refused", now=clock.now())
    return _attachment(BytesIO(content), name, MIME[name.rsplit(".", 1)[-1]])


@require_GET
def source_file(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """原文件。"""
    actor = actor_of(request)
    found = queries.batch_door(actor, batch_id)
    content = queries.content_of(found)
    actions.note_download(actor=actor, batch=found, what="source", now=clock.now())
    return _attachment(BytesIO(content), found.file_name, "application/octet-stream")


@require_GET
def export_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """导出:`?format=xlsx|csv&columns=a,b`,其余参数即筛选。"""
    wanted = request.GET.get("columns", "")
    stream = tempfile.TemporaryFile(dir=temp_folder())  # noqa: SIM115 - 随响应关闭
    try:
        done = exporters.export(
            actor=actor_of(request),
            kind=kind,
            stream=stream,
            file_format=request.GET.get("format", "xlsx"),
            filters={k: v for k, v in request.GET.items() if k not in NOT_FILTERS},
            columns=wanted.split(",") if wanted else None,
            now=clock.now(),
            today=clock.today(),
        )
    except BaseException:
        stream.close()
        raise
    stream.seek(0)
    return _attachment(stream, done.name, MIME[done.name.rsplit(".", 1)[-1]])


def _attachment(stream: Any, name: str, mime: str) -> FileResponse:
    response = FileResponse(stream, content_type=mime)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
