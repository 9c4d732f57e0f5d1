"""补充协议(一个项目之内):登记、核验、历史。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.supplements import add_supplement, check_supplement
from juyuan.rooms.pipeline.forms.supplements import SupplementCheckForm, SupplementForm
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import supplements as read
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.queries.verifying import may_verify
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.supplements import FIELDS
from juyuan.rooms.pipeline.views import keeping
from juyuan.rooms.pipeline.views.common import actor_of, detail_url
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm, stale_page

ANCHOR = "#supplements"


def section(project: Project, actor: Actor) -> dict[str, Any]:
    """详情页的「补充协议」一块。"""
    today = clock.today()
    lines = read.supplements_of(project)
    waiting = next((line for line in lines if line.pending), None)
    check_url = ""
    if waiting is not None:
        row = read.supplement_of(project, waiting.id)
        makers = {row.by_id} if row.by_id else set()
        if may_verify(actor, project, makers, today):
            check_url = reverse("pipeline:supplement_check", args=[project.code, waiting.id])
    signed = project.stage_enum.order >= Stage.SIGNED.order
    may_add = signed and bool(access.can_edit(actor, project))
    return {
        "lines": lines,
        "shown": bool(lines) or may_add,
        "add_url": reverse("pipeline:supplement_new", args=[project.code]) if may_add else "",
        "check_url": check_url,
    }


@require_http_methods(BOTH)
@autosaved("pipeline.supplement")
def add(request: HttpRequest, code: str) -> HttpResponse:
    """登记一份补充协议。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(access.can_edit(actor, project))
    form = SupplementForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(project, name) for name in FIELDS} | {"version": project.version},
    )
    kept: list[keeping.Kept] = []
    auto = autosave_of(request)
    auto.version = project.version
    auto.fill(form, skip=("version",))
    if form.is_bound:
        valid = form.is_valid()
        try:
            got = keeping.receive(request, actor, "file", now)
            kept += [got] if got else []
            if valid:
                row = add_supplement(
                    actor=actor, project=project, draft=form.draft(got.file_id if got else None),
                    version=form.cleaned_data["version"], now=now,
                )  # fmt: skip
                messages.success(request, f"已登记补充协议「{row.title}」")
                return HttpResponseRedirect(detail_url(project) + ANCHOR)
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return stale_page(request, stale, project)
    form.fields["signed_on"].widget.attrs["max"] = now.date().isoformat()
    return confirm(
        request, project, form, title="登记补充协议", what=f"登记补充协议：{project.name}",
        consequences=[
            "申报的金额与承诺随之改，旧的仍可读",
            "签约已认定的，认定的数字等核验人认可之后才改：原认定冲回，按新金额另记一行",
            "签约的个数不变",
        ],
        submit="登记补充协议", template="pipeline/supplement_form.html", kept=kept,
        cancel_url=detail_url(project) + ANCHOR,
    )  # fmt: skip


@require_http_methods(BOTH)
def check(request: HttpRequest, code: str, supplement_id: int) -> HttpResponse:
    """核验一份补充协议。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    row = read.supplement_of(project, supplement_id)
    makers = {row.by_id} if row.by_id else set()
    require(may_verify(actor, project, makers, now.date()))
    form = SupplementCheckForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            check_supplement(actor=actor, supplement=row, now=now)
        except Stale as stale:
            return stale_page(request, stale, project)
        messages.success(request, f"已认可补充协议「{row.title}」，认定的数字自今天起按新金额")
        return HttpResponseRedirect(detail_url(project) + ANCHOR)
    line = next(x for x in read.supplements_of(project) if x.id == row.pk)
    return confirm(
        request, project, form, title="核验补充协议", what=f"核验补充协议「{row.title}」：{project.name}",
        consequences=[
            "认可：原签约认定冲回，按新金额另记一行，事实日是补充协议的签订日期",
            "签约净额自今天起按新金额；签约个数不变，此前各日的数不变",
            "不认可的，请提交单位再登记一份更正的补充协议",
        ],
        submit="认可", template="pipeline/supplement_check.html", line=line,
        cancel_url=detail_url(project) + ANCHOR,
    )  # fmt: skip
