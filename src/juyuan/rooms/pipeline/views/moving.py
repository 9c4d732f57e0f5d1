"""移动、暂缓、终止、退库、恢复:先说会发生什么,再办;看板拖放也到这里。"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.forms.acts import MoveForm, StandingForm
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.facts import facts_of, reviewed_here
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.gates import check, finding
from juyuan.rooms.pipeline.rules.stages import (
    STANDING_VERBS,
    VERIFIED_STAGES,
    MoveVerb,
    Stage,
    Standing,
    standing_after,
    verb_for,
)
from juyuan.rooms.pipeline.views.common import actor_of, detail_url, steps_for
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm, stage_of, stale_page
from juyuan.rooms.pipeline.views.library import board_context

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
    to = stage_of(data.get("to", ""))
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
        return stale_page(request, stale, project)
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
    return confirm(
        request, project, form,
        title=f"{label}到{to.label}",
        what=f"{label}：{project.stage_enum.label} → {to.label}",
        consequences=consequences,
        submit=f"{label}到{to.label}",
        undo="移错了可以退回，须写理由" if verb != MoveVerb.BACK else "",
        danger=verb == MoveVerb.JUMP,
        missing=missing,
        next_steps=steps_for(project.code, missing, here=reviewed_here(project)),
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
    steps = steps_for(project.code, broken.findings, here=reviewed_here(project))
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
            return stale_page(request, stale, project)
        else:
            messages.success(request, f"「{project.name}」已{label}")
            return HttpResponseRedirect(detail_url(project))
    after = standing_after(Standing(project.standing), verb)
    lines = STANDING_TEXT[verb]
    if after is None:
        lines = [f"项目现为「{Standing(project.standing).label}」，不能{label}"]
    return confirm(
        request, project, form,
        title=label, what=f"{label}：{project.name}", consequences=lines, submit=label,
        undo="" if verb == "resume" else "以后可以「恢复推进」，须写理由",
        danger=verb in ("end", "withdraw"),
    )  # fmt: skip
