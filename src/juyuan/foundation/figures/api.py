"""接口:统计数字,按来人的可见范围;`as_of` 重算到某日。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from juyuan.foundation.apikit.shapes import READ
from juyuan.foundation.figures import access, comparing, queries, registry, rules
from juyuan.foundation.figures.cli import as_rows
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require

router = Router(tags=["统计"])


class FigureOut(Schema):
    """一个数字。`value`:个数为整数,金额为万元十进制字符串,比率为百分数字符串,没有值为 null。"""

    name: str
    label: str
    unit: str
    clause: str
    value: int | str | None
    rows_url: str


class ChangeOut(Schema):
    """说明差额的一行。金额为万元十进制字符串,个数为整数。"""

    kind: str
    code: str
    label: str
    url: str
    was: str
    now: str
    before: int | str
    after: int | str
    difference: int | str


class PartOut(Schema):
    """一种变动:came 进来、went 出去、changed 变动。`rest` 是没有列出的几行与它们的差额之和。"""

    kind: str
    count: int
    difference: int | str
    rest: int
    rest_difference: int | str


class SideOut(Schema):
    """一边:比率分 top(分子)、base(分母),别的数字只有 top。各行差额与 `rest_difference` 之和恒等于 `difference`。"""

    side: str
    before: int | str
    after: int | str
    difference: int | str
    parts: list[PartOut]
    changes: list[ChangeOut]


class CompareOut(Schema):
    """一个数字前后两天相比。`difference` 在比率是百分点;`explained` 为假即没有逐行的说明。"""

    name: str
    label: str
    unit: str
    clause: str
    as_of: date
    against: date
    before: int | str | None
    after: int | str | None
    difference: int | str | None
    explained: bool
    sides: list[SideOut]


@router.get("", response={200: list[FigureOut], **READ}, url_name="figures", summary="统计数字")
def list_figures(request: HttpRequest, as_of: date | None = None) -> list[dict[str, Any]]:
    """全部数字,只计看得见的;`as_of` 不给即此刻,不得晚于今天。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(access.can_see_values(actor))
    today = clock.today()
    if as_of is not None:
        finding = rules.as_of_finding(as_of, today)
        if finding is not None:
            raise RuleBroken([finding])
    return as_rows(queries.compute(None if as_of == today else as_of, actor))


@router.get("/{name}/compare", response={200: CompareOut, **READ}, url_name="figure_compare",
            summary="与上月比")  # fmt: skip
def compare_figure(
    request: HttpRequest,
    name: str,
    as_of: date | None = None,
    against: date | None = None,
    limit: int = Query(200, ge=1, le=1000),
) -> dict[str, Any]:
    """截至 `as_of`(不给即此刻)与 `against`(不给即上月末)各是多少、由哪些项目说明;每种变动至多列 `limit` 行。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(access.can_see_values(actor))
    figure = next((f for f in registry.figures() if f.name == name), None)
    if figure is None:
        raise NotFound
    today = clock.today()
    until = as_of or today
    finding = rules.as_of_finding(until, today)
    if finding is not None:
        raise RuleBroken([finding])
    before, finding = rules.read_against(against.isoformat() if against else "", until, today)
    if finding is not None:
        raise RuleBroken([finding])
    found = comparing.compare(figure, None if until == today else until, before, actor, shown=limit)
    return _compared(found, until, before)


def _compared(found: comparing.Comparison, until: date, before: date) -> dict[str, Any]:
    pair, figure = found.pair, found.pair.figure
    return {
        "name": figure.name, "label": figure.label, "unit": figure.unit, "clause": figure.clause,
        "as_of": until, "against": before,
        "before": queries.plain(pair.before.value, figure.unit),
        "after": queries.plain(pair.after.value, figure.unit),
        "difference": queries.plain(pair.difference, figure.unit),
        "explained": bool(found.noun),
        "sides": [_side(side) for side in found.sides],
    }  # fmt: skip


def _side(side: comparing.Side) -> dict[str, Any]:
    def plain(value: int) -> int | str | None:
        return queries.plain(value, side.unit)

    return {
        "side": side.key, "before": plain(side.before), "after": plain(side.after),
        "difference": plain(side.difference),
        "parts": [
            {"kind": part.kind.value, "count": part.count, "difference": plain(part.difference),
             "rest": part.rest, "rest_difference": plain(part.rest_difference)}
            for part in side.parts
        ],
        "changes": [
            {
                "kind": part.kind.value, "code": line.told.code, "label": line.told.label,
                "url": line.told.url, "was": line.told.was, "now": line.told.now,
                "before": plain(line.change.before), "after": plain(line.change.after),
                "difference": plain(line.change.difference),
            }
            for part in side.parts
            for line in part.lines
        ],
    }  # fmt: skip
