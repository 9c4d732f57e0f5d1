"""各单位的样子:谁逾期、谁未报、什么停着不动、昨日以来变了什么。主要负责同志看本单位的,商务主管部门与召集人看全市的。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from juyuan.foundation.duties.access import ALL, MINE, can_see, scopes
from juyuan.foundation.duties.listing import lateness
from juyuan.foundation.people.absences import led_units
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import units_under
from juyuan.foundation.workdays import clock
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denial, require
from juyuan.rooms.pipeline.queries import changes, lights, monthfigures
from juyuan.rooms.pipeline.queries.figures import View
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.queries.tally import Where, tallies
from juyuan.rooms.pipeline.rules.lights import Light

SHOWN = 8


@dataclass(frozen=True)
class UnitRow:
    """一个单位的一行;各数都有去处。"""

    name: str
    late: int
    late_url: str
    missing: int
    missing_url: str
    red: int
    red_url: str
    yellow: int
    yellow_url: str
    changed: int
    changed_url: str
    said: str

    @property
    def weight(self) -> tuple[int, int, int, int, int]:
        """要紧的在前:逾期、未报、红灯、黄灯、变动。"""
        return (self.late, self.missing, self.red, self.yellow, self.changed)

    @property
    def red_said(self) -> str:
        return f"{self.red} 个"

    @property
    def yellow_said(self) -> str:
        return f"{self.yellow} 个"

    @property
    def empty(self) -> bool:
        return not any(self.weight)


def sees_units(actor: Actor) -> bool:
    """看得到不止自己一个人的待办的,才有这一块。"""
    return scopes(actor)[-1] != MINE


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """整页;工作台上只取它的一块(`?part=1`),没有脚本时链接到整页。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not sees_units(actor):
        require(Denial("各单位的情况由主要负责同志、商务主管部门、召集人查看"))
    require(can_see(actor, scopes(actor)[-1]))
    today = clock.today()
    fallback = changes.since_default(today, calendar())
    since = changes.read_day(request.GET.get("since", "")) or fallback
    rows = unit_rows(actor, today, since)
    part = "part" in request.GET
    context = {
        "page_title": "各单位",
        "rows": rows[:SHOWN] if part else rows,
        "more": max(len(rows) - SHOWN, 0) if part else 0,
        "since": since,
        "city": scopes(actor)[-1] == ALL,
        "part": part,
    }
    return render(request, "web/parts/units.html" if part else "web/units.html", context)


def unit_rows(actor: Actor, today: date, since: date) -> list[UnitRow]:
    """有事的单位,要紧的在前。查询数与单位数、项目数无关。"""
    scope = scopes(actor)[-1]
    mine = set(units_under(led_units(actor))) if scope != ALL else None
    late = {row.unit_id: row.open_late for row in lateness(today, actor)}
    period = Periods().due(today)
    told = tallies([period], today, Where(View.of(actor)))[period.month]
    lit = lights.tally(actor, today)
    moved = changes.tally(actor, since)
    wanted = {pk for found in (late, told, lit, moved) for pk in found if pk is not None}
    if mine is not None:
        wanted &= mine
    found = []
    for unit in Unit.objects.filter(pk__in=wanted).order_by("order", "code"):
        light, change = lit.get(unit.pk, {}), moved.get(unit.pk, {})
        found.append(
            UnitRow(
                name=str(unit),
                late=late.get(unit.pk, 0),
                late_url=_url("duties:list", scope=scope, when="late", unit=unit.code),
                missing=told[unit.pk].missing if unit.pk in told else 0,
                missing_url=monthfigures.rows_url(period, "missing", None, unit.code),
                red=light.get(Light.RED.value, 0),
                red_url=_url("pipeline:list", lead_unit=unit.code, light=Light.RED.value),
                yellow=light.get(Light.YELLOW.value, 0),
                yellow_url=_url("pipeline:list", lead_unit=unit.code, light=Light.YELLOW.value),
                changed=sum(change.values()),
                changed_url=_url("pipeline:changes", since=since.isoformat(), unit=unit.code),
                said=_said(change),
            )
        )
    return sorted((row for row in found if not row.empty), key=lambda row: row.weight, reverse=True)


def _url(name: str, **query: Any) -> str:
    return f"{reverse(name)}?{urlencode(query)}"


def _said(change: Mapping[str, int]) -> str:
    """前移 2、认定 1……"""
    return "、".join(
        f"{label} {change[kind]}" for kind, (label, _) in changes.KINDS.items() if change.get(kind)
    )
