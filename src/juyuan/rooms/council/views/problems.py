"""难题:清单、提出、一件、会外交办、不再需要。"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.personal import queries as saved
from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions import deciding
from juyuan.rooms.council.actions import problems as acts
from juyuan.rooms.council.forms import AssignForm, ProblemForm, ReasonForm
from juyuan.rooms.council.forms.common import unit_choices
from juyuan.rooms.council.forms.deciding import FIRST
from juyuan.rooms.council.models import Problem
from juyuan.rooms.council.queries import board
from juyuan.rooms.council.queries import problems as read
from juyuan.rooms.council.queries.scope import problem_door
from juyuan.rooms.council.rules.problems import PENDING, ProblemState
from juyuan.rooms.council.views.common import (
    BOTH,
    actor_of,
    confirmed,
    crumbs,
    data_of,
    problem_url,
)
from juyuan.rooms.pipeline.queries.scope import door as project_door


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/council/problems/`。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_enter(actor))
    kept = saved.strip(request, "council:problems")
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    tab = request.GET.get("tab", "")
    tab = tab if tab in read.TABS else "pending"
    kinds = dict(read.kinds_on(today))
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    page = paginate(
        read.listed(actor, tab, kind), Order("id", desc=True), request.GET.get("cursor", "")[:400],
        page_limit(request),
    )  # fmt: skip
    more = f"&kind={kind}" if kind else ""
    context = {
        "page_title": "难题",
        "page": page,
        "saved": kept,
        "kinds": [
            {"label": "全部类别", "url": f"?tab={tab}", "current": not kind},
            *(
                {"label": label, "url": f"?tab={tab}&kind={code}", "current": code == kind}
                for code, label in kinds.items()
            ),
        ],
        "rows": [
            {"row": row, "url": problem_url(row), "kind": kinds.get(row.kind, row.kind),
             "signal": read.SIGNALS[row.state_enum], "state": row.state_enum.label}
            for row in page.items
        ],
        "tabs": [
            {"label": label, "url": f"?tab={key}{more}", "current": key == tab}
            for key, label in read.TABS.items()
        ],
        "export_url": f"{reverse('exchange:export', args=['problems'])}?tab={tab}{more}" if page.items else "",
        "crumbs": crumbs(("难题", "")),
    }  # fmt: skip
    return render(request, "council/problems.html", context)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/council/problems/<编号>/`。"""
    actor, today = actor_of(request), clock.today()
    row = problem_door(actor, code)
    state = row.state_enum
    items = board.joined(row.actions.all()).order_by("id")
    context = {
        "page_title": f"难题：{row.project.name}",
        "problem": row,
        "state": state,
        "signal": read.SIGNALS[state],
        "kind": dict(read.kinds_on(today)).get(row.kind, row.kind),
        "actions": board.lines(actor, items, today),
        "steps": [
            {"icon": "history", "title": ProblemState(s.to_state).label, "text": s.text,
             "who": f"{s.unit_name} {s.by_name}".strip(), "at": s.at, "clause": ""}
            for s in row.steps.order_by("-id")
        ],
        "may_assign": state == ProblemState.OPEN and bool(access.can_assign(actor)),
        "may_close": state in PENDING and bool(access.can_close_problem(actor, row)),
        "crumbs": crumbs(("难题", reverse("council:problems")), (row.code, "")),
    }  # fmt: skip
    return render(request, "council/problem.html", context)


@require_http_methods(BOTH)
@autosaved("council.problem_new")
def create(request: HttpRequest, code: str) -> HttpResponse:
    """为一个项目提难题。"""
    actor, today = actor_of(request), clock.today()
    project = project_door(actor, code)
    require(access.can_raise(actor, project))
    form = ProblemForm(data_of(request), kinds=read.kinds_on(today), units=unit_choices())

    def run() -> str:
        return problem_url(
            acts.raise_problem(actor=actor, project=project, draft=form.draft(), now=clock.now())
        )

    return confirmed(
        request, form, run, done="难题已提出，自动列入下一次会的议程",
        back=reverse("pipeline:detail", args=[project.code]), clause="1b",
        trail=crumbs((project.name, reverse("pipeline:detail", args=[project.code]))),
        title="提难题", what=f"为「{project.name}」提难题", submit="提出",
        consequences=("自动列入下一次促进会议的议程", "不必等会的，由商务主管部门直接交办"),
    )  # fmt: skip


def _trail(row: Problem) -> list[dict[str, str]]:
    return crumbs(("难题", reverse("council:problems")), (row.code, problem_url(row)))


@require_http_methods(BOTH)
@autosaved("council.problem_assign")
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """会外交办。"""
    actor = actor_of(request)
    row = problem_door(actor, code)
    require(access.can_assign(actor))
    initial = {"a1_unit": str(row.owner_unit_id or ""), "a1_text": row.wanted[:500]}
    units = unit_choices()
    lines = max(FIRST, autosave_of(request).number("lines"))
    form = AssignForm(data_of(request), units=units, initial=initial, count=lines)
    if request.method == "POST" and "more" in request.POST:
        given = {name: value for name, value in request.POST.items() if name != "lines"}
        form = AssignForm(units=units, initial=given, count=form.grow())

    def run() -> str:
        deciding.assign_problem(actor=actor, problem=row, draft=form.draft(), now=clock.now())
        return problem_url(row)

    return confirmed(
        request, form, run, done="已交办", back=problem_url(row), trail=_trail(row), title="交办",
        what=f"交办难题：{row.project.name}", submit="交办", template="council/assign.html",
        consequences=("不必等会，直接交给承办单位；交办都销了号，难题就算解决", "交办之后不再自动上会"),
    )  # fmt: skip


@require_http_methods(BOTH)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """不再需要。"""
    actor = actor_of(request)
    row = problem_door(actor, code)
    require(access.can_close_problem(actor, row))
    form = ReasonForm(data_of(request), initial={"version": row.version})

    def run() -> str:
        acts.close_problem(
            actor=actor, problem=row, reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"], now=clock.now(),
        )  # fmt: skip
        return problem_url(row)

    return confirmed(
        request, form, run, done="已了结", back=problem_url(row), trail=_trail(row),
        title="不再需要", what=f"了结难题：{row.project.name}", submit="了结", clause="1b",
        consequences=("不再上会；已经交办的，交办照办",),
    )  # fmt: skip
