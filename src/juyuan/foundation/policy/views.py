"""「条款与参数」的网页:逐条列出、一条的全貌、提议改一个数、确认或不同意。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juyuan.foundation.policy import access, pages, queries
from juyuan.foundation.policy.actions import (
    confirm_parameter,
    propose_parameter,
    reject_parameter,
)
from juyuan.foundation.policy.forms import ProposeForm
from juyuan.foundation.policy.mechanisms import ROOM_LABELS
from juyuan.foundation.policy.models import ParameterProposal
from juyuan.foundation.policy.pack_types import SourceKind
from juyuan.foundation.policy.rulebook import naming
from juyuan.foundation.policy.timeline import ParameterRow
from juyuan.foundation.policy.values import BadValue, read, shown_lines
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _as_of(request: HttpRequest) -> date:
    """?as_of=2026-03-20;没有或写错了就是今天。"""
    try:
        return date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return clock.today()


@require_safe
def clause_list(request: HttpRequest) -> HttpResponse:
    """`/policy/`:依据文件逐条,责任单位、承办、状态、某日有效的参数。"""
    pack = queries.pack()
    given = request.GET
    query = pages.Query(
        text=given.get("q", "").strip()[:80],
        state=given.get("state", ""),
        room=given.get("room", ""),
        origin=given.get("origin", ""),
        duty=given.get("duty", ""),
    )
    as_of = _as_of(request)
    page = pages.list_page(query, as_of)
    rooms = [r for r in ROOM_LABELS if any(c.room == r for c in pack.clauses)]
    duties = list(dict.fromkeys(name for c in pack.clauses for name in c.duty))
    filters = FilterBar(
        (
            Filter("room", "承办", [(room, ROOM_LABELS[room]) for room in rooms]),
            Filter("duty", "责任单位", [(name, name) for name in duties]),
            Filter("origin", "参数出处", [(kind.value, kind.value) for kind in SourceKind]),
            Filter("as_of", "哪一天有效", type="date"),
        ),
        given,
        search_name="q",
        search_label="找条款、单位、参数",
        note=f"符合条件 {page.found} 条",
    )
    return render(
        request,
        "policy/list.html",
        {
            "page_title": "条款与参数",
            "page": page,
            "pack": pack,
            "as_of": as_of,
            "past": as_of != clock.today(),
            "filters": filters,
            "states": [
                _state(given, query.state, "", "全部", page.counts["all"]),
                _state(given, query.state, "built", "已实现", page.counts["built"]),
                _state(given, query.state, "planned", "待建", page.counts["planned"]),
                _state(given, query.state, "not", "非软件事项", page.counts["not"]),
            ],
        },
    )


def _state(given: Any, current: str, value: str, label: str, count: int) -> dict[str, Any]:
    return {
        "label": label,
        "count": count,
        "current": current == value,
        "url": querystring.replace(given, state=value or None),
    }


@require_safe
def clause_detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/policy/<条款>/`:原文、责任单位、承办、参数及其各版、规则、用在哪些页面。"""
    try:
        clause = queries.clause_by_code(code)
    except LookupError as error:
        raise NotFound from error
    as_of = _as_of(request)
    return render(
        request,
        "policy/clause.html",
        {
            "page_title": f"{clause.display} {clause.code}",
            "page": pages.clause_page(clause, _actor(request), as_of),
            "clause": clause,
            "pack": queries.pack(),
            "as_of": as_of,
            "past": as_of != clock.today(),
            "crumbs": [
                {"label": "条款与参数", "url": reverse("policy")},
                {"label": f"{clause.display} {clause.code}"},
            ],
        },
    )


@require_safe
def general(request: HttpRequest) -> HttpResponse:
    """`/policy/general/`:文件不涉及的建议值及其各版。"""
    return render(
        request,
        "policy/general.html",
        {
            "page_title": "通用参数",
            "page": pages.general_page(_actor(request), _as_of(request)),
            "pack": queries.pack(),
            "crumbs": [
                {"label": "条款与参数", "url": reverse("policy")},
                {"label": "通用参数"},
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def parameter_propose(request: HttpRequest, key: str) -> HttpResponse:
    """`/policy/parameters/<键>/propose/`:先看清楚(现值 → 新值),再提交;另一人确认后生效。"""
    actor, today, pack = _actor(request), clock.today(), queries.pack()
    row = pages.parameter_row(key, today)
    if row is None:
        raise NotFound
    require(access.can_propose(actor, row, pack.bureau))
    if request.method != "POST":
        form = ProposeForm(row, initial={"text": pages.start_text(row), "effective_from": today})
        return _propose_page(request, row, form)
    form = ProposeForm(row, request.POST)
    if not form.is_valid():
        return _propose_page(request, row, form, status=422)
    given = form.cleaned_data
    if request.POST.get("step") != "submit":
        try:
            value = read(row, given["text"])
        except BadValue as error:
            form.add_error("text", str(error))
            return _propose_page(request, row, form, status=422)
        return _propose_page(request, row, form, preview=value)
    try:
        propose_parameter(
            actor=actor,
            key=key,
            text=given["text"],
            effective_from=given["effective_from"],
            reason=given["reason"],
            now=clock.now(),
        )
    except RuleBroken as error:
        add_findings(form, error.findings)
        return _propose_page(request, row, form, status=422)
    messages.success(request, f"已提议修改「{row.label}」，等{pack.bureau}另一位核验人或负责人确认")
    return redirect(pages.home(row))


def _propose_page(
    request: HttpRequest,
    row: ParameterRow,
    form: ProposeForm,
    *,
    preview: Any = None,
    status: int = 200,
) -> HttpResponse:
    who = naming(queries.pack())
    after = [] if preview is None else shown_lines(_with(row, preview), who)
    before = shown_lines(row, who)
    context = {
        "page_title": f"修改「{row.label}」",
        "row": row,
        "form": form,
        "home": pages.home(row),
        "before": before,
        "change": pages.difference(before, after),
        "previewed": preview is not None,
        "past": bool(form.is_bound and form.is_valid())
        and form.cleaned_data["effective_from"] < clock.today(),
        "bureau": queries.pack().bureau,
    }
    return render(request, "policy/propose.html", context, status=status)


def _with(row: ParameterRow, value: Any) -> ParameterRow:
    return replace(row, value=value)


@require_POST
def parameter_settle(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """`/policy/proposals/<号>/`:确认或不同意(不同意须写理由)。"""
    actor, now = _actor(request), clock.now()
    note = request.POST.get("note", "")[:1000]
    if request.POST.get("decision") == "confirm":
        version = confirm_parameter(actor=actor, proposal_id=proposal_id, note=note, now=now)
        messages.success(
            request, f"已确认「{version.label}」，自 {version.effective_from} 起按新值"
        )
        key = version.key
    else:
        proposal: ParameterProposal = reject_parameter(
            actor=actor, proposal_id=proposal_id, note=note, now=now
        )
        messages.info(request, "已记为不同意，参数不变")
        key = proposal.key
    row = pages.parameter_row(key, now.date())
    return redirect(pages.home(row) if row else reverse("policy"))
