"""认定、核实、撤回认定(冲回):只有核验人的门。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from juyuan.foundation.ui.errors import respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.pipeline.actions.recognise import (
    live_stages,
    makers_of,
    recognise,
    withdraw_recognition,
)
from juyuan.rooms.pipeline.forms.acts import RecogniseForm, WithdrawRecognitionForm
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.queries.facts import facts_of, reviewed_here
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.queries.verifying import may_verify
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.gates import check, finding
from juyuan.rooms.pipeline.rules.stages import VERIFIED_STAGES
from juyuan.rooms.pipeline.views.common import actor_of, detail_url, steps_for
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm, stage_of, stale_page


@require_http_methods(BOTH)
def recognise_stage(request: HttpRequest, code: str, stage: str) -> HttpResponse:
    """认定签约、落地,或核实台账带来的前三个库。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    wanted = stage_of(stage)
    require(may_verify(actor, project, makers_of(project, wanted), now.date()))
    verb = "认定" if wanted in VERIFIED_STAGES else "核实"
    data = request.POST if request.method == "POST" else None
    form = RecogniseForm(data, initial={"stage": wanted.value, "version": project.version})
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            recognise(
                actor=actor, project=project, stage=wanted, fact_on=values["fact_on"],
                version=values["version"], now=now,
            )  # fmt: skip
        except RuleBroken as broken:
            return respond(
                request, broken,
                what=f"还不能{verb}「{project.name}」的{wanted.label}",
                steps=steps_for(project.code, broken.findings, here=reviewed_here(project)),
            )  # fmt: skip
        except Stale as stale:
            return stale_page(request, stale, project)
        messages.success(request, f"已{verb}「{project.name}」的{wanted.label}")
        return HttpResponseRedirect(detail_url(project))
    checks = check(facts_of(project), wanted, now.date())
    missing = [finding(c.need) for c in checks if not c.ok]
    lines = ["这一库自今天起计入已认定的个数与金额"]
    if wanted in VERIFIED_STAGES:
        lines.append("总投资、合同金额、合同引资额、承载地份额按此刻的内容冻结，以后只能冲回重认")
    lines.append("您对核验结论负责，姓名与时间记入经过")
    return confirm(
        request, project, form,
        title=f"{verb}{wanted.label}", what=f"{verb}{wanted.label}：{project.name}",
        consequences=lines, submit=f"{verb}{wanted.label}",
        undo="认定错了可以撤回（冲回），须写理由" if wanted in VERIFIED_STAGES else "",
        template="pipeline/recognise.html",
        stage=wanted,
        missing=missing,
        next_steps=steps_for(project.code, missing, here=reviewed_here(project)),
        proofs=_proofs(project, [c.statement_id for c in checks if c.statement_id]),
    )  # fmt: skip


def _proofs(project: Project, ids: list[int]) -> list[dict[str, Any]]:
    """核验时要逐份看的证据。"""
    return [
        {
            "name": row.title,
            "second": " ".join(p for p in (row.issuer, row.number, row.place) if p),
            "url": f"/files/{row.file_use_id}/" if row.file_use_id else "",
            "proves": FactKey(row.fact).label,
            "by": row.by_name,
            "at": row.at,
            "state": "wait",
        }
        for row in Evidence.objects.filter(project=project, pk__in=ids)
    ]


@require_http_methods(BOTH)
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """撤回认定(冲回)。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(may_verify(actor, project, (), now.date()))
    live = live_stages(project)
    top = max(live, key=lambda s: s.order, default=None)
    data = request.POST if request.method == "POST" else None
    form = WithdrawRecognitionForm(data, initial={"version": project.version})
    form.marks = {"reason": "必填"}  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            withdraw_recognition(
                actor=actor, project=project, reason=values["reason"],
                version=values["version"], now=now,
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return stale_page(request, stale, project)
        else:
            messages.success(request, f"已撤回「{project.name}」的认定，数字自今日起冲回")
            return HttpResponseRedirect(detail_url(project))
    lines = (
        [
            f"撤回「{top.label}」的认定，记一行冲回，金额与原认定相反",
            "所在库不变，核实状态落回「待核实」",
            "自今天起的统计都减去这一项；此前各日的统计照旧，不改历史",
        ]
        if top
        else ["本项目没有现行的认定可以撤回"]
    )
    return confirm(
        request, project, form,
        title="撤回认定", what=f"撤回认定（冲回）：{project.name}", consequences=lines,
        submit="撤回认定", undo="凭据补正后可以重新认定", danger=True,
    )  # fmt: skip
