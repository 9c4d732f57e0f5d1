"""作废(录入错误):提出与确认,两个人。"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.policy.queries import bureau
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.forms.acts import SettleVoidForm, VoidForm
from juyuan.rooms.pipeline.models import Evidence, VoidRequest
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.views.common import actor_of, detail_url
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm, stale_page


@require_http_methods(BOTH)
def void(request: HttpRequest, code: str, evidence_id: int | None = None) -> HttpResponse:
    """提出作废:整个项目,或某份证据。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(access.can_edit(actor, project))
    evidence = None
    if evidence_id is not None:
        evidence = Evidence.objects.filter(
            pk=evidence_id, project=project, voided_at__isnull=True
        ).first()
        if evidence is None:
            raise NotFound
    form = VoidForm(request.POST if request.method == "POST" else None)
    form.marks = {"reason": "必填"}  # type: ignore[attr-defined]
    what = f"证据「{evidence.title}」" if evidence else f"项目「{project.name}」"
    if form.is_bound and form.is_valid():
        try:
            request_void(
                actor=actor, project=project, evidence=evidence,
                reason=form.cleaned_data["reason"], now=now,
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, f"已提出作废{what}，等另一位同志确认")
            return HttpResponseRedirect(detail_url(project))
    lines = [
        "只用于录入错误；项目黄了请用「终止」",
        f"由{bureau()}负责人或核验人确认，提出人不能自己确认",
    ]
    lines.append(
        "确认后这份证据不再顶用；因此不满足门槛的认定一并冲回"
        if evidence
        else "确认后项目退出一切计数与分母，现行认定一并冲回；台账仍留着全部经过"
    )
    return confirm(
        request, project, form,
        title="提出作废", what=f"作废{what}", consequences=lines, submit="提出作废", danger=True,
    )  # fmt: skip


@require_http_methods(BOTH)
def settle(request: HttpRequest, void_id: int) -> HttpResponse:
    """确认或不同意作废。"""
    actor, now = actor_of(request), clock.now()
    row = VoidRequest.objects.select_related("project", "evidence").filter(pk=void_id).first()
    if row is None:
        raise NotFound
    project = door(actor, row.project.code)
    require(access.can_confirm_void(actor, project, row.requested_by_id))
    form = SettleVoidForm(request.POST if request.method == "POST" else None)
    form.marks = {"agree": "必填", "note": "选填"}  # type: ignore[attr-defined]
    what = f"证据「{row.evidence.title}」" if row.evidence else f"项目「{project.name}」"
    if row.status != VoidStatus.REQUESTED:
        return stale_page(request, Stale("这份作废申请已办结"), project)
    if form.is_bound and form.is_valid():
        agree = form.cleaned_data["agree"] == "1"
        try:
            settle_void(
                actor=actor, request=row, agree=agree, note=form.cleaned_data["note"], now=now
            )
        except Stale as stale:
            return stale_page(request, stale, project)
        messages.success(request, f"{'已作废' if agree else '未同意作废'}{what}")
        gone = agree and row.evidence is None
        return HttpResponseRedirect(reverse("pipeline:list") if gone else detail_url(project))
    return confirm(
        request, project, form,
        title="确认作废", what=f"是否作废{what}",
        consequences=[
            f"{row.requested_by_name} 提出，理由：{row.reason}",
            "确认后退出一切计数与分母，相关认定一并冲回；台账仍在",
        ],
        submit="提交意见", danger=True,
    )  # fmt: skip
