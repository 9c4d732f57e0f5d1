"""待办的门:清单、月历、一步到那个动作。没有打勾的地方。"""

from __future__ import annotations

import calendar as month_lengths
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from juyuan.foundation.duties import access, listing, queries
from juyuan.foundation.duties.access import LABELS, MINE
from juyuan.foundation.duties.exchange import state_of
from juyuan.foundation.duties.listing import DutyFilter
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.duties.queries import BUCKETS, DutyRow
from juyuan.foundation.people.absences import led_units
from juyuan.foundation.people.models import Unit
from juyuan.foundation.personal import queries as saved
from juyuan.foundation.ui import months, querystring
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import clamp_limit, paginate
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, require
from juyuan.kernel.workdays import Calendar, remaining_text

ICONS = {
    queries.LATE: "alert-triangle",
    queries.TODAY: "calendar-due",
    queries.WEEK: "calendar-event",
    queries.LATER: "calendar",
}
# 库的颜色只用于五个库;这里只有逾期、今天到期带信号色,没有件数时也不带
EDGES = {queries.LATE: "bad", queries.TODAY: "warn"}
DAY_LIST = 100


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


@require_GET
def duty_list(request: HttpRequest) -> HttpResponse:
    """`/duties/`:分摊、分段、筛选;条件全在网址里。Raises: Denied。"""
    actor, today = actor_of(request), clock.today()
    kept = saved.strip(request, "duties:list")
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    wanted = listing.read_filter(request.GET, actor)
    require(access.can_see(actor, wanted.scope))
    rows = listing.listed(actor, wanted, today)
    page = paginate(
        rows.select_related("unit", "person"),
        listing.order_of(request.GET),
        cursor=request.GET.get("cursor", ""),
        limit=clamp_limit(request.GET.get("limit")),
    )
    page.total = rows.count()
    days = calendar()
    shown = queries.rows_of(actor, page.items, today)
    everything = replace(wanted, bucket="", state=listing.OPEN, as_of=None)
    tally = queries.counts(listing.listed(actor, everything, today), today)
    context = {
        "page_title": "我的待办" if wanted.scope == MINE else f"{LABELS[wanted.scope]}待办",
        "tabs": _tabs(request.GET, actor, wanted),
        "strip": _strip(request.GET, wanted, tally),
        "filters": FilterBar(_filters(actor, wanted), request.GET),
        "table": _table(request, shown, wanted, today, days),
        "page": page,
        "saved": kept,
        "past": listing.PAST.get(wanted.state, ""),
        "wanted": wanted,
        "export_url": reverse("exchange:export", args=["duties"])
        + querystring.replace(request.GET, cols=None, limit=None),
    }
    return render(request, "duties/list.html", context)


def _tabs(params: QueryDict, actor: Actor, wanted: DutyFilter) -> list[dict[str, Any]]:
    known = access.scopes(actor)
    if len(known) < 2:
        return []
    return [
        {
            "label": LABELS[scope],
            "url": querystring.replace(params, scope="" if scope == MINE else scope, unit=None),
            "current": scope == wanted.scope,
        }
        for scope in known
    ]


def _strip(params: QueryDict, wanted: DutyFilter, tally: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "icon": ICONS[name],
            "css": EDGES.get(name, "plain") if tally[name] else "plain",
            "count": tally[name],
            "unit": "件",
            "url": querystring.replace(
                params, when=None if name == wanted.bucket else name, state=None, as_of=None,
                due=None, only=None,
            ),
            "current": name == wanted.bucket,
        }
        for name, label in BUCKETS.items()
    ]  # fmt: skip


def _filters(actor: Actor, wanted: DutyFilter) -> list[Filter]:
    found = [Filter("kind", "事项", queries.known_kinds())]
    if wanted.scope != MINE:
        units = Unit.objects.filter(disabled_on__isnull=True)
        if wanted.scope == access.UNIT:
            units = units.filter(pk__in=led_units(actor))
        choices = [(u.code, str(u)) for u in units.order_by("order", "code")]
        found.append(Filter("unit", "单位", choices))
    states = [(name, label) for name, label in listing.STATES.items() if name != listing.OPEN]
    return [
        *found,
        Filter("state", "状态", states, blank="未办"),
        Filter("due", "到期日", type="date"),
    ]


def _table(
    request: HttpRequest, rows: list[DutyRow], wanted: DutyFilter, today: date, days: Calendar
) -> Table:
    def due(row: DutyRow) -> SafeString:
        said = "" if row.ended_at else remaining_text(row.due_on, today, days)
        late = row.ended_at is None and row.due_on < today
        return format_html(
            '<div class="jy-due{3}"><time datetime="{0}">{0}</time>{1}<small>{2}</small></div>',
            row.due_on.isoformat(),
            format_html(" {}", ui.tag("暂定", "warn")) if row.provisional else "",
            said,
            " jy-due--bad" if late else "",
        )

    def matter(row: DutyRow) -> SafeString:
        return format_html(
            '<a class="jy-name" href="{}">{}</a><small>{}{}</small>',
            queries.url_of(row) if row.ended_at is None else row.object_url,
            queries.titled(row),
            row.ends_by,
            f"（代 {row.for_name}）" if row.for_name else "",
        )

    columns = [
        Column("due", "到期", cell=due, fixed=True, phone="wide", sort="due"),
        Column("matter", "事项", cell=matter, fixed=True, phone="full", sort="kind"),
        Column("clause", "依据", cell=lambda r: ui.clause(r.clause) if r.clause else "—"),
        Column("unit", "单位", value="unit_name", default=wanted.scope != MINE),
        Column("person", "责任人", value=lambda r: r.person_name or "单位"),
        Column("said", "期限推法", phone="wide", default=False),
        Column("opened", "开始", value="opened_at", kind="datetime", default=False, sort="opened"),
        Column(
            "ended", "办结", value="ended_at", kind="datetime", sort="ended",
            default=wanted.state != listing.OPEN,
        ),
        Column(
            "state", "状态", value=lambda r: listing.STATES[state_of(r)],
            default=wanted.state != listing.OPEN,
        ),
    ]  # fmt: skip

    def act(row: DutyRow) -> SafeString | str:
        if row.ended_at is not None:
            return ""
        return format_html(
            '<a class="btn btn-sm btn-act" href="{}">去办<span class="visually-hidden">：{}</span></a>',
            queries.url_of(row),
            queries.titled(row),
        )

    empty = {
        queries.LATE: "没有逾期的",
        queries.TODAY: "今天没有到期的",
        queries.WEEK: "本周没有别的要到期",
    }.get(wanted.bucket, "没有待办。动作做了，待办就办结，不用打勾")
    return Table(
        columns, rows, params=request.GET, sort=request.GET.get("sort", "") or listing.DEFAULT_SORT,
        today=today, row_key="id",
        row_label=queries.titled, caption="待办", empty=empty, act=act,
        row_css=lambda r: "late" if r.ended_at is None and r.due_on < today else "",
    )  # fmt: skip


@require_GET
def go(request: HttpRequest, duty_id: int) -> HttpResponse:
    """`/duties/<编号>/`:到那个动作;已办结的到对象。看不见对象即 404。"""
    actor, today = actor_of(request), clock.today()
    rows = queries.visible(actor, Duty.objects.filter(pk=duty_id), few=True)
    shown = queries.rows_of(actor, rows, today)
    if not shown:
        raise NotFound
    row = shown[0]
    target = queries.url_of(row) if row.ended_at is None else row.object_url
    return HttpResponseRedirect(target or reverse("duties:list"))


@require_GET
def calendar_view(request: HttpRequest) -> HttpResponse:
    """`/duties/calendar/?month=2026-11&scope=`:一个月里逐日几件。Raises: Denied。"""
    actor, today = actor_of(request), clock.today()
    wanted = replace(listing.read_filter(request.GET, actor), state=listing.OPEN, bucket="")
    require(access.can_see(actor, wanted.scope))
    first = _month(request.GET.get("month", ""), today)
    last = first.replace(day=month_lengths.monthrange(first.year, first.month)[1])
    tally = listing.per_day(actor, wanted, first, last, today)
    days = calendar()
    scope = "" if wanted.scope == MINE else f"&scope={wanted.scope}"
    marks = [
        months.Mark(
            on,
            f"{n} 件到期",
            f"{reverse('duties:list')}?due={on.isoformat()}{scope}",
            "late" if on < today else "key" if on == today else "",
        )
        for on, n in sorted(tally.items())
    ]
    month_days = [first.replace(day=n) for n in range(1, last.day + 1)]
    found = listing.listed(actor, replace(wanted, due=None), today).filter(
        due_on__range=(first, last)
    )
    shown = queries.rows_of(actor, found.order_by("due_on", "id")[:DAY_LIST], today)
    context = {
        "page_title": f"{first.year} 年 {first.month} 月的待办",
        "tabs": _tabs(request.GET, actor, wanted),
        "month": months.build(
            first.year,
            first.month,
            today=today,
            marks=marks,
            off_days={day for day in month_days if not days.is_workday(day)},
        ),
        "groups": _by_day(shown, today, days),
        "total": sum(tally.values()),
        "more": max(sum(tally.values()) - DAY_LIST, 0),
        "noticed": first.year in days.years,
        "previous": querystring.replace(request.GET, month=_shift(first, -1)),
        "following": querystring.replace(request.GET, month=_shift(first, 1)),
    }
    return render(request, "duties/calendar.html", context)


def _by_day(rows: list[DutyRow], today: date, days: Calendar) -> list[dict[str, Any]]:
    """逐日一组,按待办部件的样子。"""
    groups: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row.due_on, []).append(item_of(row, today, days))
    return [
        {"label": f"{on.month} 月 {on.day} 日", "note": f"{len(items)} 件", "items": items}
        for on, items in groups.items()
    ]


def item_of(row: DutyRow, today: date, days: Calendar) -> dict[str, Any]:
    """一件,按待办部件(`ui/components/todo.html`)的样子。"""
    note = "·".join(
        part
        for part in (
            row.unit_name,
            row.person_name,
            f"代 {row.for_name}" if row.for_name else "",
            "暂定" if row.provisional else "",
        )
        if part
    )
    return {
        "date": row.due_on,
        "due": remaining_text(row.due_on, today, days),
        "level": "bad" if row.due_on < today else "warn" if row.due_on == today else "",
        "act": row.label,
        "text": row.title,
        "note": note,
        "clause": row.clause,
        "url": queries.url_of(row),
        "button": "去办",
    }


def _month(text: str, today: date) -> date:
    try:
        year, month = text.split("-")
        found = date(int(year), int(month), 1) if text.isascii() else today
    except ValueError:
        return today.replace(day=1)
    return found.replace(day=1) if 2000 <= found.year < 2200 else today.replace(day=1)


def _shift(first: date, step: int) -> str:
    number = first.year * 12 + first.month - 1 + step
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
