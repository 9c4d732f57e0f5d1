"""办事的页:移动、状态、认定、撤回认定、作废、证据。先说会发生什么,再问理由,再办。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.files import queries as files
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.evidence import add_evidence
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.actions.recognise import (
    live_stages,
    makers_of,
    recognise,
    withdraw_recognition,
)
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.forms.acts import (
    EvidenceForm,
    MoveForm,
    RecogniseForm,
    SettleVoidForm,
    StandingForm,
    VoidForm,
    WithdrawRecognitionForm,
    today_limit,
)
from juyuan.rooms.pipeline.models import Evidence, Project, VoidRequest
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.facts import CONCLUDING_KEYS, FactKey
from juyuan.rooms.pipeline.rules.gates import check, finding
from juyuan.rooms.pipeline.rules.recognition import may_recognise
from juyuan.rooms.pipeline.rules.stages import (
    STANDING_VERBS,
    VERIFIED_STAGES,
    MoveVerb,
    Stage,
    Standing,
    standing_after,
    verb_for,
)
from juyuan.rooms.pipeline.views import keeping
from juyuan.rooms.pipeline.views.common import actor_of, detail_url, steps_for
from juyuan.rooms.pipeline.views.library import board_context

BOTH = ["GET", "HEAD", "POST"]


def _confirm(
    request: HttpRequest,
    project: Project,
    form: forms.Form,
    *,
    title: str,
    what: str,
    consequences: list[str],
    submit: str,
    undo: str = "",
    danger: bool = False,
    clause: str = "3.3b",
    template: str = "pipeline/confirm.html",
    **more: Any,
) -> HttpResponse:
    """确认页:办了以后会怎样、要什么理由。"""
    today_limit(form, clock.today())
    context = {
        "page_title": title,
        "project": project,
        "what": what,
        "consequences": consequences,
        "undo": undo,
        "form": form,
        "submit": submit,
        "danger": danger,
        "clause": clause,
        "cancel_url": detail_url(project),
        "crumbs": [
            {"label": "项目库", "url": reverse("pipeline:list")},
            {"label": project.name, "url": detail_url(project)},
            {"label": title},
        ],
        **more,
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def _stale(request: HttpRequest, refusal: Stale, project: Project) -> HttpResponse:
    return respond(
        request,
        refusal,
        what=f"「{project.name}」刚被他人改过，没有办成",
        steps=[Step("看最新内容", detail_url(project), True)],
    )


def _stage(text: str) -> Stage:
    if text not in set(Stage):
        raise NotFound
    return Stage(text)


MOVE_TEXT: dict[MoveVerb, tuple[str, list[str]]] = {
    MoveVerb.ADVANCE: ("前移", ["项目进入「{to}」库，门槛核对结果随移动记录留存"]),
    MoveVerb.BACK: (
        "退回",
        ["项目退回「{to}」库，原来的移动记录、证据都保留", "再前移时按当时的门槛重新核对"],
    ),
    MoveVerb.JUMP: (
        "越级",
        [
            "项目跳过中间的库，直接进入「{to}」库",
            "仍须过目标库的全部门槛",
            "移动记录和经过里留越级标记",
        ],
    ),
}


@require_http_methods(BOTH)
def move(request: HttpRequest, code: str) -> HttpResponse:
    """移动:GET 是确认页,POST 办理;看板拖放也到这里,拒绝时给出清单。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    data = request.POST if request.method == "POST" else request.GET
    to = _stage(data.get("to", ""))
    verb = verb_for(project.stage_enum, to)
    from_board = request.GET.get("from") == "board"
    roles = params(now.date())["pipeline.jump_roles"]
    if request.method != "POST":
        if verb is None:
            return HttpResponseRedirect(detail_url(project))
        require(access.can_move(actor, project, verb, roles))
        form = MoveForm(
            initial={"to": to.value, "version": project.version},
            needs_reason=verb in (MoveVerb.BACK, MoveVerb.JUMP),
        )
        return _move_page(request, project, form, verb, to)
    form = MoveForm(
        request.POST, needs_reason=not from_board and verb in (MoveVerb.BACK, MoveVerb.JUMP)
    )
    if not form.is_valid() and verb is not None and not from_board:
        return _move_page(request, project, form, verb, to)
    values = form.cleaned_data
    try:
        moved = move_project(
            actor=actor, project=project, to=to, reason=values.get("reason", ""),
            fact_on=values.get("fact_on"), version=values.get("version"), now=now,
        )  # fmt: skip
    except RuleBroken as broken:
        return _move_refused(request, project, to, verb, broken, from_board=from_board)
    except Stale as stale:
        return _stale(request, stale, project)
    pending = ",待核验人认定" if to in VERIFIED_STAGES and verb != MoveVerb.BACK else ""
    messages.success(request, f"「{moved.name}」已到「{to.label}」库{pending}")
    target = reverse("pipeline:board") if from_board else detail_url(project)
    return HttpResponseRedirect(target)


def _move_page(
    request: HttpRequest, project: Project, form: MoveForm, verb: MoveVerb, to: Stage
) -> HttpResponse:
    label, lines = MOVE_TEXT[verb]
    consequences = [line.format(to=to.label) for line in lines]
    if verb != MoveVerb.BACK and to in VERIFIED_STAGES:
        consequences.append("移入后为「待核实」，由核验人（不是经手人）认定后才计数")
    missing = []
    if verb != MoveVerb.BACK:
        checks = check(facts_of(project), to, clock.today())
        missing = [finding(c.need) for c in checks if not c.ok]
    return _confirm(
        request, project, form,
        title=f"{label}到{to.label}",
        what=f"{label}：{project.stage_enum.label} → {to.label}",
        consequences=consequences,
        submit=f"{label}到{to.label}",
        undo="移错了可以退回，须写理由" if verb != MoveVerb.BACK else "",
        danger=verb == MoveVerb.JUMP,
        missing=missing,
        next_steps=steps_for(project.code, missing),
    )  # fmt: skip


def _move_refused(
    request: HttpRequest,
    project: Project,
    to: Stage,
    verb: MoveVerb | None,
    broken: RuleBroken,
    *,
    from_board: bool,
) -> HttpResponse:
    """拒绝三段:还不能进哪个库 · 缺什么(条款) · 去哪办。"""
    what = f"还不能进入{to.label}库：「{project.name}」"
    gates = [f for f in broken.findings if f.rule.startswith("gate.")]
    if gates:
        what += f"还差 {len(gates)} 项"
    steps = steps_for(project.code, broken.findings)
    if any(f.rule == "move.reason" for f in broken.findings) and verb is not None:
        url = reverse("pipeline:move", args=[project.code]) + f"?to={to.value}"
        steps = [Step("写明理由再办", url, True)]
    if from_board and request.headers.get("HX-Request") != "true":
        context = board_context(request, keep=project.code) | {
            "refusal": {"what": what, "findings": list(broken.findings), "steps": steps}
        }
        return render(request, "pipeline/board.html", context, status=422)
    return respond(request, broken, what=what, steps=steps)


STANDING_TEXT = {
    "pause": ["项目状态改为「暂缓」，仍在库里，不再催办", "恢复推进之前不能移动"],
    "end": ["项目状态改为「终止」，退出在库的个数与金额", "已认定的签约仍在签约落地率的分母里"],
    "withdraw": ["项目状态改为「退库」，退出在库的个数与金额", "移动、认定、证据的记录都保留"],
    "resume": ["项目状态恢复为「推进」，可以继续移动"],
}


@require_http_methods(BOTH)
def standing(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """暂缓、终止、退库、恢复推进。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    if verb not in STANDING_VERBS:
        raise NotFound
    require(access.can_change_standing(actor, project, verb))
    label = STANDING_VERBS[verb]
    data = request.POST if request.method == "POST" else None
    form = StandingForm(data, verb=verb, initial={"version": project.version})
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            change_standing(
                actor=actor, project=project, verb=verb,
                reason_code=values.get("reason_code", ""), note=values["note"],
                fact_on=values["fact_on"], version=values["version"], now=now,
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return _stale(request, stale, project)
        else:
            messages.success(request, f"「{project.name}」已{label}")
            return HttpResponseRedirect(detail_url(project))
    after = standing_after(Standing(project.standing), verb)
    lines = STANDING_TEXT[verb]
    if after is None:
        lines = [f"项目现为「{Standing(project.standing).label}」，不能{label}"]
    return _confirm(
        request, project, form,
        title=label, what=f"{label}：{project.name}", consequences=lines, submit=label,
        undo="" if verb == "resume" else "以后可以「恢复推进」，须写理由",
        danger=verb in ("end", "withdraw"),
    )  # fmt: skip


@require_http_methods(BOTH)
def recognise_stage(request: HttpRequest, code: str, stage: str) -> HttpResponse:
    """认定签约、落地,或核实台账带来的前三个库。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    wanted = _stage(stage)
    own = params(now.date())["recognition.own_verifier_function"]
    function = project.lead_unit.function if project.lead_unit else ""
    require(
        may_recognise(
            actor, lead_function=function, own_verifier=own, makers=makers_of(project, wanted)
        )
    )
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
                steps=steps_for(project.code, broken.findings),
            )  # fmt: skip
        except Stale as stale:
            return _stale(request, stale, project)
        messages.success(request, f"已{verb}「{project.name}」的{wanted.label}")
        return HttpResponseRedirect(detail_url(project))
    checks = check(facts_of(project), wanted, now.date())
    missing = [finding(c.need) for c in checks if not c.ok]
    lines = ["这一库自今天起计入已认定的个数与金额"]
    if wanted in VERIFIED_STAGES:
        lines.append("总投资、合同金额、合同引资额、承载地份额按此刻的内容冻结，以后只能冲回重认")
    lines.append("您对核验结论负责，姓名与时间记入经过")
    return _confirm(
        request, project, form,
        title=f"{verb}{wanted.label}", what=f"{verb}{wanted.label}：{project.name}",
        consequences=lines, submit=f"{verb}{wanted.label}",
        undo="认定错了可以撤回（冲回），须写理由" if wanted in VERIFIED_STAGES else "",
        template="pipeline/recognise.html",
        stage=wanted,
        missing=missing,
        next_steps=steps_for(project.code, missing),
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
    own = params(now.date())["recognition.own_verifier_function"]
    function = project.lead_unit.function if project.lead_unit else ""
    require(may_recognise(actor, lead_function=function, own_verifier=own, makers=()))
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
            return _stale(request, stale, project)
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
    return _confirm(
        request, project, form,
        title="撤回认定", what=f"撤回认定（冲回）：{project.name}", consequences=lines,
        submit="撤回认定", undo="凭据补正后可以重新认定", danger=True,
    )  # fmt: skip


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
        "由市商务局负责人或核验人确认，提出人不能自己确认",
    ]
    lines.append(
        "确认后这份证据不再顶用；因此不满足门槛的认定一并冲回"
        if evidence
        else "确认后项目退出一切计数与分母，现行认定一并冲回；台账仍留着全部经过"
    )
    return _confirm(
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
        return _stale(request, Stale("这份作废申请已办结"), project)
    if form.is_bound and form.is_valid():
        agree = form.cleaned_data["agree"] == "1"
        try:
            settle_void(
                actor=actor, request=row, agree=agree, note=form.cleaned_data["note"], now=now
            )
        except Stale as stale:
            return _stale(request, stale, project)
        messages.success(request, f"{'已作废' if agree else '未同意作废'}{what}")
        gone = agree and row.evidence is None
        return HttpResponseRedirect(reverse("pipeline:list") if gone else detail_url(project))
    return _confirm(
        request, project, form,
        title="确认作废", what=f"是否作废{what}",
        consequences=[
            f"{row.requested_by_name} 提出，理由：{row.reason}",
            "确认后退出一切计数与分母，相关认定一并冲回；台账仍在",
        ],
        submit="提交意见", danger=True,
    )  # fmt: skip


@require_http_methods(BOTH)
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """提交一份证据。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(access.can_add_evidence(actor, project))
    wanted = request.GET.get("fact", "")
    initial = {"fact": wanted} if wanted in set(FactKey) else {}
    form = EvidenceForm(request.POST if request.method == "POST" else None, initial=initial)
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
        "concluding": [key.label for key in CONCLUDING_KEYS],
        "cancel_url": detail_url(project),
        "crumbs": [
            {"label": "项目库", "url": reverse("pipeline:list")},
            {"label": project.name, "url": detail_url(project)},
            {"label": "提交证据"},
        ],
    }
    status = 422 if form.is_bound else 200
    return render(request, "pipeline/evidence.html", context, status=status)


def _tell(request: HttpRequest, project: Project, row: Evidence, actor: Any) -> None:
    """提交成功;同一份文件另有用处的,当面说明(看不见的只说已登记)。"""
    messages.success(request, f"已提交证据「{row.title}」")
    if not StoredFile.objects.filter(sha256=row.file_sha256).exists():
        return
    for other in files.other_uses(
        row.file_sha256, actor, object_type="project", object_id=project.pk
    ):
        messages.warning(request, other.text)
