"""月度更新的单页:一个项目历次更新与更正、添一件进展、撤销进展、提前锁账、下载表格。"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.monthbook import MIME, book_of
from juyuan.rooms.pipeline.actions.monthly import close_month, submit_update
from juyuan.rooms.pipeline.actions.progress import add_progress_event, withdraw_progress_event
from juyuan.rooms.pipeline.forms.acts import today_limit
from juyuan.rooms.pipeline.forms.monthly import (
    CloseForm,
    ProgressForm,
    UpdateForm,
    WithdrawProgressForm,
)
from juyuan.rooms.pipeline.models import ProgressEvent, Project
from juyuan.rooms.pipeline.queries import monthly as queries
from juyuan.rooms.pipeline.queries.periods import Periods, closes, is_closed, read_month
from juyuan.rooms.pipeline.queries.scope import door, reach_of
from juyuan.rooms.pipeline.rules.monthly import NoChange
from juyuan.rooms.pipeline.views import keeping
from juyuan.rooms.pipeline.views.common import actor_of, detail_url
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm
from juyuan.rooms.pipeline.views.monthly import URL, asked, own_unit

ANCHOR = "#monthly"


def _crumbs(project: Project, title: str) -> list[dict[str, str]]:
    return [
        {"label": "项目库", "url": reverse("pipeline:list")},
        {"label": project.name, "url": detail_url(project)},
        {"label": title},
    ]


def section(project: Project, actor: Actor) -> dict[str, Any]:
    """详情页的「月度更新」:近六期,锁账后更正过的前后两稿都在。"""
    periods = Periods()
    kinds = periods.kinds(periods.of(clock.today()))
    lines = queries.history(project, periods=periods, kinds=kinds)
    reach = reach_of(actor)
    owner = project.lead_unit_id or project.owner_unit_id or 0
    return {
        "lines": lines[:6],
        "count": len(lines),
        "more_url": reverse("pipeline:project_month", args=[project.code]),
        "may_report": bool(access.can_report_month(actor, owner, reach)),
        "may_add": bool(access.can_add_evidence(actor, project)),
        "event_url": reverse("pipeline:progress_new", args=[project.code]),
        "reasons": dict(NoChange.pairs()),
    }


@require_http_methods(BOTH)
@autosaved("pipeline.month")
def project_month(request: HttpRequest, code: str) -> HttpResponse:
    """一个项目的历次更新;这一期的可在此填报,锁了账的写明理由更正。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    periods = Periods()
    month = read_month(request.GET.get("period", ""))
    today = clock.today()
    current = periods.of(today)
    period = periods.at(month) if month else periods.working(today, closes())
    if period.first > today:
        raise NotFound
    closed = is_closed(period, now, closes([period.month]))
    row = queries.writable_rows(actor, period, [code], periods=periods, now=now).get(code)
    owner = row.unit_id if row else (project.lead_unit_id or project.owner_unit_id or 0)
    may = access.can_report_month(actor, owner, reach_of(actor))
    form = None
    auto = autosave_of(request)
    auto.object_key = f"{code}.{period.key}"
    if request.method == "POST":
        require(may)
    if row is not None and may:
        form = UpdateForm(
            request.POST if request.method == "POST" else None, row=row, closed=closed
        )
        auto.version = row.revision
        auto.fill(form, skip=("seen",))
        if form.is_bound and form.is_valid():
            try:
                submit_update(
                    actor=actor, project=project, period=period, draft=form.draft(), now=now
                )
            except RuleBroken as broken:
                add_findings(form, broken.findings)
            except Stale as stale:
                return respond(
                    request, stale, what=str(stale),
                    steps=[Step("看最新内容", request.get_full_path(), True)],
                )  # fmt: skip
            else:
                messages.success(request, f"已{'更正' if closed else '收下'}{period.label}的更新")
                return HttpResponseRedirect(request.get_full_path())
    if request.method == "POST" and form is None:
        messages.warning(request, f"这个项目不在{period.label}应报之列")
    kinds = periods.kinds(period)
    context = {
        "page_title": "月度更新",
        "project": project,
        "period": period,
        "periods": periods.back(current, 12),
        "closed": closed,
        "row": row,
        "form": form,
        "lines": queries.history(project, periods=periods, kinds=kinds),
        "reasons": dict(NoChange.pairs()),
        "may_add": bool(access.can_add_evidence(actor, project)),
        "event_url": reverse("pipeline:progress_new", args=[code]),
        "crumbs": _crumbs(project, "月度更新"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pipeline/monthly_project.html", context, status=status)


@require_http_methods(BOTH)
@autosaved("pipeline.progress")
def progress_new(request: HttpRequest, code: str) -> HttpResponse:
    """添一件进展,可附材料。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(access.can_add_evidence(actor, project))
    periods = Periods()
    kinds = periods.kinds(periods.of(clock.today()))
    form = ProgressForm(request.POST if request.method == "POST" else None, kinds=kinds)
    form.marks = {"kind": "必填", "happened_on": "必填", "note": "选填", "file": "选填"}  # type: ignore[attr-defined]
    autosave_of(request).fill(form)
    kept = None
    if form.is_bound:
        valid = form.is_valid()
        try:
            kept = keeping.receive(request, actor, "file", now)
            if valid:
                row = add_progress_event(
                    actor=actor, project=project, draft=form.draft(kept.file_id if kept else None),
                    now=now,
                )  # fmt: skip
                messages.success(request, f"已记下进展「{kinds.label(row.kind)}」")
                return HttpResponseRedirect(detail_url(project) + ANCHOR)
        except RuleBroken as broken:
            add_findings(form, broken.findings)
    today_limit(form, now.date())
    form.fields["happened_on"].widget.attrs["max"] = now.date().isoformat()
    context = {
        "page_title": "添一件进展",
        "project": project,
        "form": form,
        "kept": kept,
        "cancel_url": detail_url(project) + ANCHOR,
        "crumbs": _crumbs(project, "添一件进展"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "pipeline/progress_form.html", context, status=status)


@require_http_methods(BOTH)
def progress_withdraw(request: HttpRequest, code: str, event_id: int) -> HttpResponse:
    """撤销一件填错的进展。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    event = (
        ProgressEvent.objects.filter(project=project, pk=event_id, withdraws__isnull=True)
        .select_related("project")
        .first()
    )
    if event is None:
        raise NotFound
    require(access.can_add_evidence(actor, project))
    form = WithdrawProgressForm(request.POST if request.method == "POST" else None)
    form.marks = {"reason": "必填"}  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        try:
            withdraw_progress_event(
                actor=actor, event=event, reason=form.cleaned_data["reason"], now=now
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, "已撤销这件进展")
            return HttpResponseRedirect(detail_url(project) + ANCHOR)
    periods = Periods()
    label = periods.kinds(periods.of(event.happened_on)).label(event.kind)
    return confirm(
        request, project, form,
        title="撤销进展",
        what=f"撤销{event.happened_on.isoformat()}的「{label}」：{project.name}",
        consequences=[
            "这一件不再算本期的进展；本期已报而未锁账的，随之另成一稿",
            "已锁账的期不受影响，要改请在那一期更正",
        ],
        undo="原来那一条仍留在台账；撤错了重新添一件即可",
        submit="撤销这件进展",
        danger=True,
    )  # fmt: skip


@require_http_methods(BOTH)
def close(request: HttpRequest) -> HttpResponse:
    """提前锁账(商务主管部门负责人)。"""
    found = asked(request)
    require(access.can_close_month(found.actor))
    form = CloseForm(
        request.POST if request.method == "POST" else None, initial={"period": found.period.key}
    )
    back = f"{reverse(URL)}?view=units&period={found.period.key}"
    if form.is_bound and form.is_valid():
        try:
            close_month(
                actor=found.actor, period=found.period, now=found.now,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, f"{found.period.label}已锁账")
            return HttpResponseRedirect(back)
    context = {
        "page_title": "锁账",
        "what": f"把{found.period.label}锁账",
        "clause": "3.3b",
        "consequences": [
            "各单位当时的应报、按时、迟报、未报、无实质进展记下来，不再变",
            "之后的补报、更正都要写理由，锁账时的数与更正后的数都看得见",
        ],
        "undo": "锁账不能撤销",
        "form": form,
        "submit": "锁账",
        "danger": True,
        "cancel_url": back,
    }
    return render(request, "ui/confirm.html", context, status=422 if form.is_bound else 200)


@require_GET
def book(request: HttpRequest) -> HttpResponse:
    """下载本单位这一期的表(预填好的),填好再从「导入台账」传回来。"""
    found = asked(request)
    unit = found.unit
    if unit is None:
        units = list(queries.units_with_sheets(found.actor, found.reach))
        unit = own_unit(found, units) or (units[0] if units else None)
    if unit is None:
        raise NotFound
    name, content = book_of(
        actor=found.actor, unit=unit, period=found.period, periods=found.periods, now=found.now
    )
    response = HttpResponse(content, content_type=MIME)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
