"""「条款与参数」的网页:逐条列出、一条的全貌。提议与确认在 `changing`。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from juyuan.foundation.policy import pages, queries
from juyuan.foundation.policy.mechanisms import ROOM_LABELS
from juyuan.foundation.policy.pack_types import SourceKind
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound


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
