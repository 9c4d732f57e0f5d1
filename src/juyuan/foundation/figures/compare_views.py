"""与上月比:全部数字一页,每个数字一页(进来、出去、变动的各行)。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from juyuan.foundation.figures import comparing, registry, rules
from juyuan.foundation.figures.comparing import Comparison, Line, Pair, Part, Side
from juyuan.foundation.figures.registry import Figure, Told
from juyuan.foundation.figures.views import Number, base_of, number_of, sections_of, status_of
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound

SHOWN = 100


@dataclass(frozen=True)
class Row:
    """全部数字的一行。"""

    figure: Figure
    url: str
    before: Number
    after: Number
    difference: Number
    moved: bool


def signed(value: int | None, unit: str, money: str) -> Number:
    """差额:多出来的带「+」;比率的差是百分点。"""
    found = number_of(value, unit, money)
    text = f"+{found.text}" if value is not None and value > 0 else found.text
    return Number(text, "个百分点" if unit == registry.RATE else found.unit)


def _dates(request: HttpRequest) -> tuple[dict[str, Any], date | None, date]:
    """各页共用,另有与之相比的那一天。"""
    base, as_of = base_of(request)
    today = clock.today()
    said = request.GET.get("against", "")
    against, problem = rules.read_against(said, as_of or today, today)
    if base["problem"] is None and problem is not None:
        base["problem"] = problem
    query = {"against": against.isoformat()}
    if as_of is not None:
        query["as_of"] = as_of.isoformat()
    base |= {
        "against": against,
        "against_text": said.strip() or against.isoformat(),
        "until": as_of or today,
        "suffix": f"?{urlencode(query)}",
        "query": query,
        "monthly": against == rules.previous_month_end(as_of or today),
    }
    return base, as_of, against


def _row(pair: Pair, suffix: str, money: str) -> Row:
    unit = pair.figure.unit
    return Row(
        pair.figure,
        reverse("figure_compare", args=[pair.figure.name]) + suffix,
        number_of(pair.before.value, unit, money, pair.before.rows_url),
        number_of(pair.after.value, unit, money, pair.after.rows_url),
        signed(pair.difference, unit, money),
        bool(pair.difference),
    )


@require_safe
def compare_list(request: HttpRequest) -> HttpResponse:
    """`/figures/compare/`:每个数字前后两天各是多少、差多少。"""
    base, as_of, against = _dates(request)
    rows: list[Row] = []
    if not base["barred"] and not base["problem"]:
        found = comparing.pairs(as_of, against, request.actor)  # type: ignore[attr-defined]
        rows = [_row(pair, base["suffix"], money_unit(request)) for pair in found]
    context = {
        **base,
        "page_title": "与上月比",
        "sections": sections_of(rows),
        "crumbs": [{"label": "统计口径", "url": reverse("figures")}, {"label": "与上月比"}],
    }
    return render(request, "figures/compare_list.html", context, status=status_of(base["problem"]))


@require_safe
def compare_one(request: HttpRequest, name: str) -> HttpResponse:
    """`/figures/<名称>/compare/`:差额由哪些行说明。"""
    figure = next((f for f in registry.figures() if f.name == name), None)
    if figure is None:
        raise NotFound
    base, as_of, against = _dates(request)
    context: dict[str, Any] = {
        **base,
        "page_title": f"{figure.label}：与上月比",
        "figure": figure,
        "crumbs": [
            {"label": "统计口径", "url": reverse("figures")},
            {"label": "与上月比", "url": reverse("figures_compare") + base["suffix"]},
            {"label": figure.label},
        ],
    }
    if not base["barred"] and not base["problem"]:
        actor, money = request.actor, money_unit(request)  # type: ignore[attr-defined]
        found = comparing.compare(figure, as_of, against, actor, shown=SHOWN)
        context |= _shown(found, base, money)
    return render(request, "figures/compare.html", context, status=status_of(base["problem"]))


def _shown(found: Comparison, base: dict[str, Any], money: str) -> dict[str, Any]:
    figure = found.pair.figure
    wanted = urlencode({"name": figure.name, **base["query"]})
    export = reverse("exchange:export", args=["figure_changes"]) + f"?{wanted}"
    return {
        "row": _row(found.pair, base["suffix"], money),
        "noun": found.noun,
        "sides": [_side(side, money) for side in found.sides],
        "export_url": export if any(side.parts for side in found.sides) else "",
    }


def _side(side: Side, money: str) -> dict[str, Any]:
    unit = side.unit
    return {
        "label": side.label,
        "unit": number_of(0, unit, money).unit,
        "before": number_of(side.before, unit, money),
        "after": number_of(side.after, unit, money),
        "difference": signed(side.difference, unit, money),
        "parts": [_part(part, unit, money) for part in side.parts],
    }


def _part(part: Part, unit: str, money: str) -> dict[str, Any]:
    return {
        "kind": part.kind,
        "count": part.count,
        "difference": signed(part.difference, unit, money),
        "rest": part.rest,
        "rest_difference": signed(part.rest_difference, unit, money),
        "lines": [_line(line, unit, money) for line in part.lines],
    }


def _line(line: Line, unit: str, money: str) -> dict[str, Any]:
    change, told = line.change, line.told
    found: dict[str, Any] = {
        "told": told,
        "before": number_of(change.before, unit, money),
        "after": number_of(change.after, unit, money),
        "difference": signed(change.difference, unit, money),
        "same": same(told),
    }
    return found


def same(told: Told) -> bool:
    """前后两天样子没有变(只是金额变了)。"""
    return told.was == told.now
