"""统计口径的网页:全部数字、按一种分法的对照表、一个数字的口径与分项。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juyuan.foundation.figures import access, queries, registry, rules
from juyuan.foundation.figures.queries import FigureResult, Split
from juyuan.foundation.figures.registry import MONEY, RATE, Dimension, Figure, Part
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.formats import MISSING, UNIT_LABELS, amount, number, percent
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denial, Finding, NotFound


@dataclass(frozen=True)
class Number:
    """写给人看的一个数。"""

    text: str
    unit: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """口径页的一行。"""

    figure: Figure
    number: Number
    note: str = ""


@dataclass(frozen=True)
class Section:
    label: str
    lines: list[Any]


@dataclass(frozen=True)
class Matrix:
    """对照表的一行:各列的数、全部、差额。"""

    figure: Figure
    cells: list[tuple[str, Number]]
    whole: Number
    difference: Number


def number_of(value: int | None, unit: str, money: str, url: str = "") -> Number:
    """一个数写给人看。"""
    if unit == MONEY:
        return Number(amount(value, money), UNIT_LABELS[money], url)
    if unit == RATE:
        return Number(percent(value, 1), "", url)
    return Number(number(value), unit, url)


def base_of(request: HttpRequest) -> tuple[dict[str, Any], date | None]:
    """各页共用:截止日、范围、能不能看数。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = clock.today()
    as_of, problem = rules.read_as_of(request.GET.get("as_of", ""), today)
    allowed = access.can_see_values(actor)
    return {
        "as_of": as_of,
        "as_of_text": request.GET.get("as_of", "").strip() if problem else "",
        "problem": problem,
        "today_iso": today.isoformat(),
        "scope": registry.scope_of(actor),
        "barred": allowed.reason if isinstance(allowed, Denial) else "",
        "suffix": f"?as_of={as_of.isoformat()}" if as_of else "",
    }, as_of


def _results(
    request: HttpRequest, base: dict[str, Any], as_of: date | None, names: list[str] | None = None
) -> list[FigureResult]:
    if base["barred"] or base["problem"]:
        return []
    return queries.compute(as_of, request.actor, names)  # type: ignore[attr-defined]


def status_of(problem: Finding | None) -> int:
    """日期不合的是 422。"""
    return 422 if problem else 200


def sections_of(rows: list[Any]) -> list[Section]:
    """按数字所属的一节分开。"""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.figure.section, []).append(row)
    return [Section(label, lines) for label, lines in found.items()]


def _dimensions() -> list[Dimension]:
    found: dict[str, Dimension] = {}
    for figure in registry.figures():
        for dimension in figure.dimensions:
            found.setdefault(dimension.key, dimension)
    return list(found.values())


@require_safe
def figure_list(request: HttpRequest) -> HttpResponse:
    """`/figures/`:每个数字的口径、依据、现值;`?by=` 换成按一种分法的对照表;`?as_of=` 重算到某日。"""
    base, as_of = base_of(request)
    money = money_unit(request)
    results = {found.name: found for found in _results(request, base, as_of)}
    dimensions = _dimensions()
    by = next((d for d in dimensions if d.key == request.GET.get("by")), None)
    keep = f"&as_of={as_of.isoformat()}" if as_of else ""
    tabs = [{"label": "口径", "url": f"?{keep.lstrip('&')}", "current": by is None}] + [
        {"label": d.label, "url": f"?by={d.key}{keep}", "current": by is d} for d in dimensions
    ]
    context: dict[str, Any] = {**base, "page_title": "统计口径", "tabs": tabs, "by": by}
    if by is None:
        context["sections"] = sections_of(
            [_line(f, results.get(f.name), money) for f in registry.figures()]
        )
    else:
        heads, rows = _matrix(
            [r for r in results.values() if by in r.figure.dimensions], by.key, money
        )
        context.update(heads=heads, width=len(heads) + 4, sections=sections_of(rows))
    return render(request, "figures/list.html", context, status=status_of(base["problem"]))


def _line(figure: Figure, found: FigureResult | None, money: str) -> Line:
    if found is None:
        return Line(figure, Number(MISSING, ""))
    return Line(figure, number_of(found.value, figure.unit, money, found.rows_url), found.note)


def _matrix(
    results: list[FigureResult], key: str, money: str
) -> tuple[list[tuple[str, str]], list[Matrix]]:
    """列头(键, 名称)取各数字分项之并,次序以分项最全的那个数字为准;没有的格子是 0(比率是「—」)。"""
    heads: dict[str, str] = {}
    found_splits = [split for found in results if (split := found.split(key))]
    for split in sorted(found_splits, key=lambda s: -len(s.parts)):
        for part in split.parts:
            heads.setdefault(part.key, part.label)
    return list(heads.items()), [_row(found, key, heads, money) for found in results]


def _row(found: FigureResult, key: str, heads: dict[str, str], money: str) -> Matrix:
    unit = found.unit
    split = found.split(key)
    parts = {part.key: part for part in split.parts} if split else {}
    empty = 0 if found.figure.is_additive else None
    difference = split.difference if split else (empty if not found.value else None)
    return Matrix(
        found.figure,
        [
            (
                label,
                number_of(parts[head].value, unit, money, parts[head].rows_url)
                if head in parts
                else number_of(empty, unit, money),
            )
            for head, label in heads.items()
        ],
        number_of(found.value, unit, money, found.rows_url),
        number_of(difference, unit, money),
    )


@require_safe
def figure_detail(request: HttpRequest, name: str) -> HttpResponse:
    """`/figures/<名称>/`:一个数字的口径、现值,以及各种分法与差额。"""
    figure = next((f for f in registry.figures() if f.name == name), None)
    if figure is None:
        raise NotFound
    base, as_of = base_of(request)
    money = money_unit(request)
    found = next(iter(_results(request, base, as_of, [name])), None)
    line = _line(figure, found, money)
    context = {
        **base,
        "page_title": figure.label,
        "figure": figure,
        "line": line,
        "splits": [_split(s, found, money) for s in found.splits] if found else [],
        "crumbs": [
            {"label": "统计口径", "url": f"/figures/{base['suffix']}"},
            {"label": figure.label},
        ],
    }
    return render(request, "figures/detail.html", context, status=status_of(base["problem"]))


def _split(split: Split, found: FigureResult, money: str) -> dict[str, Any]:
    unit = found.unit
    most = max((part.value or 0 for part in split.parts), default=0)
    return {
        "label": split.dimension.label,
        "note": split.dimension.note,
        "rows": [_part(part, unit, money, most) for part in split.parts],
        "total": number_of(split.total, unit, money) if split.total is not None else None,
        "whole": number_of(found.value, unit, money, found.rows_url),
        "difference": number_of(split.difference, unit, money)
        if split.difference is not None
        else None,
        "differs": bool(split.difference),
    }


def _part(part: Part, unit: str, money: str, most: int) -> dict[str, Any]:
    return {
        "label": part.label,
        "number": number_of(part.value, unit, money, part.rows_url),
        "value": max(part.value or 0, 0),
        "most": most,
    }
