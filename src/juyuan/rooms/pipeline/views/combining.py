"""合并项目:选留下的一个、看计划、写理由就办;撤销;并入的一个留下的一页;项目页上的一块。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods

from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.merge import merge_projects, plan, undo_merge
from juyuan.rooms.pipeline.forms.merging import MergeForm, TargetForm, UndoForm
from juyuan.rooms.pipeline.models import Project, ProjectMerge
from juyuan.rooms.pipeline.queries import merging as read
from juyuan.rooms.pipeline.queries.detail import project_page
from juyuan.rooms.pipeline.queries.scope import door, merged_door, visible_ids
from juyuan.rooms.pipeline.rules.merging import MergePlan, undo_until
from juyuan.rooms.pipeline.views.common import actor_of, detail_url
from juyuan.rooms.pipeline.views.confirming import BOTH
from juyuan.rooms.pipeline.views.paying import section as paid_section

EVENTS = 500


def _crumbs(project: Project, last: str) -> list[dict[str, str]]:
    return [
        {"label": "项目库", "url": reverse("pipeline:list")},
        {"label": project.name, "url": detail_url(project)},
        {"label": last},
    ]


@require_http_methods(BOTH)
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """并入另一个:没选留下的一个先选;选了看计划;写了理由就办。"""
    actor, now = actor_of(request), clock.now()
    source = door(actor, code)
    require(access.can_merge(actor))
    data = request.POST if request.method == "POST" else request.GET
    chosen = data.get("target", "").replace("\x00", "").strip().upper()
    pick = TargetForm({"target": chosen} if chosen else None)
    target = None
    if chosen:
        try:
            target = door(actor, chosen[:20])
        except NotFound:
            pick.add_error("target", "没有这个编号的项目，请核对")
    if target is None:
        return _page(
            request, source, pick, None, None, 422 if chosen or request.method == "POST" else 200
        )
    found = plan(actor=actor, source=source, target=target)
    initial = {
        "target": target.code,
        "source_version": source.version,
        "target_version": target.version,
    }
    form = MergeForm(
        request.POST if request.method == "POST" else None, plan=found, initial=initial
    )
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            merge_projects(
                actor=actor, source=source, target=target,
                versions=(said["source_version"], said["target_version"]),
                fills=said.get("fills", ()), reason=said["reason"], now=now,
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            step = Step("重看合并计划", f"{request.path}?target={target.code}", True)
            return respond(
                request, stale, what="看计划之后有人改过其中一个，没有合并", steps=[step]
            )
        else:
            days = read.undo_days(now)
            messages.success(request, f"已并入「{target.name}」，{days} 天内可以撤销")
            return HttpResponseRedirect(detail_url(target))
    return _page(request, source, pick, found, form, 422 if form.is_bound else 200)


def _page(
    request: HttpRequest, source: Project, pick: TargetForm, found: MergePlan | None,
    form: MergeForm | None, status: int,
) -> HttpResponse:  # fmt: skip
    context = {
        "page_title": "合并项目",
        "project": source,
        "pick": pick,
        "plan": found,
        "sides": [found.source, found.target] if found else [],
        "form": form,
        "undo_days": read.undo_days(clock.now()),
        "crumbs": _crumbs(source, "合并"),
        "cancel_url": detail_url(source),
    }
    return render(request, "pipeline/merge.html", context, status=status)


@require_http_methods(BOTH)
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    """撤销一次合并。"""
    actor = actor_of(request)
    entry = read.merge_door(actor, merge_id)
    require(access.can_merge(actor))
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            back = undo_merge(
                actor=actor, entry=entry, reason=form.cleaned_data["reason"], now=clock.now()
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, f"「{back.name}」已恢复，转入的都退了回去")
            return HttpResponseRedirect(detail_url(back))
    context = {
        "page_title": "撤销合并",
        "what": f"把「{entry.source.name}」从「{entry.target.name}」里分出来",
        "clause": "3.3b",
        "consequences": [
            "并入的一个恢复原样，自今天起照两个计；合并着的各日照旧",
            "转入的证据作废，转入的到位资金冲回（归在原来的期），文件的用途撤去",
            "合并时补上的内容，此后没有再改的收回；合并之后新添的留在留下的一个",
        ],
        "form": form,
        "submit": "撤销合并",
        "danger": True,
        "cancel_url": detail_url(entry.target),
    }
    return render(request, "ui/confirm.html", context, status=422 if form.is_bound else 200)


def section(project: Project, actor: Actor) -> list[dict[str, Any]]:
    """项目页上并进来的各个;没有的不查库。"""
    return [_line(entry, actor) for entry in read.absorbed(project, actor)]


def _line(entry: ProjectMerge, actor: Actor) -> dict[str, Any]:
    until = undo_until(entry.at, read.undo_days(entry.at))
    may = bool(access.can_merge(actor)) and clock.now() <= until
    return {
        "entry": entry,
        "url": detail_url(entry.source),
        "until": until,
        "undo_url": reverse("pipeline:unmerge", args=[entry.pk]) if may else "",
    }


def closed_page(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """并入的一个留下的一页:当初看得全它的人照样看;看得见留下的一个的,才说并到哪里。

    Raises:
        NotFound: 没有,或看不见。
    """
    project = merged_door(actor, code)
    today = clock.today()
    page = project_page(project, on=today, events=EVENTS)
    paid = paid_section(project, actor)
    for row in paid["rows"]:
        row["acts"] = []
    entry = read.live_merge(project)
    if entry is None:
        raise NotFound
    before = (localdate(entry.at) - timedelta(days=1)).isoformat()
    paid |= {
        "add_url": "",
        "list_url": f"{reverse('pipeline:paid_in')}?project={project.code}&as_of={before}",
    }
    target = project.merged_into
    seen = target is not None and target.pk in visible_ids(actor, [target.pk])
    context = {
        "page_title": project.name,
        "page": page,
        "project": page.project,
        "line": _line(entry, actor) if seen else {"entry": entry},
        "target": target if seen else None,
        "target_url": detail_url(target) if target is not None and seen else "",
        "paid": paid,
        "acts": None,
        "crumbs": [
            {"label": "项目库", "url": reverse("pipeline:list")},
            {"label": "已并入别的项目"},
            {"label": project.code},
        ],
    }
    return render(request, "pipeline/merged.html", context)
