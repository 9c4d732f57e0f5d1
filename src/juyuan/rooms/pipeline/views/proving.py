"""提交证据:按种类要栏,文件收下就不必重选。"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.files import queries as files
from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.evidence import add_evidence
from juyuan.rooms.pipeline.facts import supplier_of
from juyuan.rooms.pipeline.forms.acts import EvidenceForm, today_limit
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.queries.facts import reviewed_here
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.facts import ROOM_KEYS, FactKey
from juyuan.rooms.pipeline.rules.gates import NEEDS
from juyuan.rooms.pipeline.views import keeping
from juyuan.rooms.pipeline.views.common import actor_of, detail_url
from juyuan.rooms.pipeline.views.confirming import BOTH


@require_http_methods(BOTH)
@autosaved("pipeline.evidence")
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """提交一份证据。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(access.can_add_evidence(actor, project))
    wanted = request.GET.get("fact", "")
    here = reviewed_here(project)
    room = supplier_of(wanted, here)
    if room is not None and request.method == "GET":
        return HttpResponseRedirect(room.url_of(project.code))
    initial = {"fact": wanted} if wanted in set(FactKey) else {}
    auto = autosave_of(request)
    auto.object_key = f"{code}.{wanted}" if initial else code  # 每种证据各一份草稿
    data = request.POST if request.method == "POST" else None
    form = EvidenceForm(data, initial=initial, here=here)
    auto.fill(form)
    kept = None
    if form.is_bound:
        valid = form.is_valid()
        try:
            kept = keeping.receive(request, actor, "file", now)
            if valid:
                row = add_evidence(
                    actor=actor, project=project,
                    draft=form.draft(kept.file_id if kept else None), now=now,
                )  # fmt: skip
                _tell(request, project, row, actor)
                return HttpResponseRedirect(detail_url(project) + "#evidence")
        except RuleBroken as broken:
            add_findings(form, broken.findings)
    today_limit(form, now.date())
    context = {
        "page_title": "提交证据",
        "project": project,
        "form": form,
        "kept": kept,
        "rooms": _rooms(project.code) if here else [],
        "cancel_url": detail_url(project),
        "crumbs": [
            {"label": "项目库", "url": reverse("pipeline:list")},
            {"label": project.name, "url": detail_url(project)},
            {"label": "提交证据"},
        ],
    }
    status = 422 if form.is_bound else 200
    return render(request, "pipeline/evidence.html", context, status=status)


def _rooms(code: str) -> list[tuple[str, str, str]]:
    """不在这里上传、在系统内办的几项:(名称, 去处, 按钮)。"""
    doors = [(need.label, supplier_of(need.fact, True)) for need in NEEDS if need.fact in ROOM_KEYS]
    return [(label, door.url_of(code), door.label) for label, door in doors if door]


def _tell(request: HttpRequest, project: Project, row: Evidence, actor: Actor) -> None:
    """提交成功;同一份文件另有用处的,当面说明(看不见的只说已登记)。"""
    messages.success(request, f"已提交证据「{row.title}」")
    for other in files.other_uses(
        row.file_sha256, actor, object_type="project", object_id=project.pk
    ):
        messages.warning(request, other.text)
