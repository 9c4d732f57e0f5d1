"""线索的列表与详情。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.personal import queries as saved
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import choose_order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.exchange import SHOWN
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries import leads, listing
from juyuan.rooms.outreach.queries.detail import page_of
from juyuan.rooms.outreach.queries.past import STATE_THEN
from juyuan.rooms.outreach.rules.leads import LeadState


def actor_of(request: HttpRequest) -> Actor:
    """行动者;三员不进业务室。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or (actor.posts and all(p.role in ADMIN_ROLES for p in actor.posts)):
        raise NotFound
    return actor


def detail_url(lead: Lead) -> str:
    return reverse("outreach:detail", args=[lead.code])


def crumbs(*last: tuple[str, ...]) -> list[dict[str, str]]:
    """面包屑:线索 / …"""
    items = [{"label": "线索", "url": reverse("outreach:list")}]
    for part in last:
        items.append({"label": part[0], **({"url": part[1]} if len(part) > 1 else {})})
    return items


def _name(row: Lead) -> SafeString:
    return format_html(
        '<a class="jy-name" href="{}">{}</a><small>{} {}</small>',
        detail_url(row), row.title, row.code, row.investor_name if row.project_name else "",
    )  # fmt: skip


def _state(row: Lead) -> str:
    """状态;截至过去某天的清单是那天的。"""
    return LeadState(getattr(row, STATE_THEN, row.state)).label


def columns(channels: dict[str, str]) -> tuple[Column, ...]:
    """列表的列。"""
    return (
        Column("name", "线索", cell=_name, fixed=True, clip=True, phone="full"),
        Column("state", "状态", value=_state, css="jy-nowrap"),
        Column("channel", "渠道", value=lambda r: channels.get(r.channel, ""), css="jy-nowrap"),
        Column("from_unit", "报送单位", value=lambda r: str(r.from_unit), phone="skip"),
        Column("unit", "承办单位", value=lambda r: str(r.unit) if r.unit else ""),
        Column("amount", "预计总投资", kind="money", sort="amount"),
        Column("submitted_on", "登记日期", kind="date", sort="submitted_on", css="jy-nowrap"),
        Column("created_at", "记下时间", kind="date", sort="created_at", default=False, phone="skip"),
    )  # fmt: skip


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/leads/`:看得见的线索。"""
    actor = actor_of(request)
    kept = saved.strip(request, "outreach:list")
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    today = clock.today()
    channels = leads.channels_of(params(today))
    criteria = listing.read_criteria(request.GET.dict(), channels, today)
    wanted = request.GET.get("sort", listing.DEFAULT_ORDER)
    order = choose_order(wanted, listing.ORDERS, listing.DEFAULT_ORDER)
    found = listing.listed(actor, criteria, today)
    page = paginate(found, order, request.GET.get("cursor", "")[:400], page_limit(request))
    page.total = found.order_by().count()
    table = Table(
        columns=columns(channels), rows=page.items, params=request.GET, sort=order.key,
        money_unit=money_unit(request), today=today, empty="没有符合条件的线索。",
    )  # fmt: skip
    context = {
        "page_title": "线索",
        "page": page,
        "table": table,
        "filters": FilterBar(
            filters=(
                Filter("state", "状态", LeadState.pairs()),
                Filter("channel", "渠道", list(channels.items())),
                Filter("late", "逾期", (("1", "有逾期的"),)),
            ),
            params=request.GET, search_name="q", search_label="投资方、项目名称的任一部分,或编号",
        ),
        "problems": criteria.problems,
        "as_of": criteria.as_of,
        "among": {"registered": "登记过、没有撤回的", "under_way": "在办的"}.get(criteria.among, ""),
        "may_register": bool(access.can_register(actor)),
        "export_url": table.export_url("leads", SHOWN) if page.items else "",
        "saved": kept,
        "is_empty": not page.items and not set(request.GET) - {"v"},
    }  # fmt: skip
    return render(request, "outreach/list.html", context)


@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """`/leads/<编号>/`:所填、三个时限、步骤、能办的下一步;报来的顾问、商会只看得见公开的步骤与下文。"""
    actor = actor_of(request)
    lead = leads.door(actor, code)
    context: dict[str, Any] = {
        "page_title": lead.title,
        "lead": lead,
        "crumbs": crumbs((lead.title,)),
        **page_of(actor, lead, clock.today()),
    }
    return render(request, "outreach/detail.html", context)
