"""列表与详情。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.people.queries import county_units
from juyuan.foundation.personal import queries as saved
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import choose_order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.ui.render import tag
from juyuan.foundation.ui.tables import Column, Table, tick
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.investors import access, queries
from juyuan.rooms.investors.models import Honour, Investor, Kind
from juyuan.rooms.investors.queries import listing
from juyuan.rooms.investors.queries.detail import (
    case_count,
    detail,
    history,
    links_of,
    merges_of,
    projects_of,
)

COUNT_LIMIT = 10_000


def actor_of(request: HttpRequest) -> Actor:
    """行动者;三员不进业务室。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or (actor.posts and all(p.role in ADMIN_ROLES for p in actor.posts)):
        raise NotFound
    return actor


def detail_url(investor: Investor) -> str:
    return reverse("investors:detail", args=[investor.code])


def crumbs(*last: tuple[str, str] | tuple[str]) -> list[dict[str, str]]:
    """面包屑:投资方 / …"""
    items = [{"label": "投资方", "url": reverse("investors:list")}]
    for part in last:
        items.append({"label": part[0], **({"url": part[1]} if len(part) > 1 else {})})
    return items


def _name_cell(row: Investor) -> SafeString:
    marks = [tag("待核对", "warn", "circle-dashed")] if row.pending else []
    return format_html(
        '<a class="jy-name" href="{}">{}</a>{}<small>{}</small>',
        detail_url(row),
        row.name,
        marks[0] if marks else "",
        row.uscc or row.foreign_id or row.code,
    )


def columns(projects: dict[int, list[Any]]) -> tuple[Column, ...]:
    """列表的列。"""
    return (
        Column("name", "名称", cell=_name_cell, sort="name", fixed=True, clip=True, phone="full"),
        Column("kind", "主体类别", value=lambda r: r.get_kind_display(), css="jy-nowrap"),
        Column("place", "注册地"),
        Column("controller", "实际控制人", phone="skip"),
        Column(
            "honours",
            "企业资质",
            value=lambda r: "、".join(Honour(h).label for h in r.honours if h in Honour.values),
            phone="wide",
        ),
        Column("is_key", "重点企业", cell=lambda r: tick(r.is_key), phone="skip"),
        Column("registered_capital", "注册资本", kind="money", sort="registered_capital"),
        Column("projects", "项目", value=lambda r: len(projects.get(r.pk, ())), kind="number", unit="个"),
        Column("code", "编号", default=False, css="jy-muted jy-nowrap", phone="skip"),
        Column("group", "所属集团", default=False, value=lambda r: r.group.name if r.group else ""),
        Column("created_at", "登记时间", kind="date", default=False, sort="created_at", phone="skip"),
        Column("updated_at", "更新", kind="date", sort="updated_at", css="jy-nowrap", phone="skip"),
    )  # fmt: skip


EXPORTED = {
    "name": ("name", "uscc", "foreign_id"),
    "projects": (),
    "updated_at": ("updated_at",),
    "created_at": ("created_at",),
}


def export_url(request: HttpRequest, shown: Sequence[Column]) -> str:
    """导出正在看的:同样的条件、次序、列(全部页)。"""
    wanted = ["code", *(name for c in shown for name in EXPORTED.get(c.key, (c.key,)))]
    columns = ",".join(dict.fromkeys(wanted))
    # 导出的门把 sort 当翻页一类略去,次序另以 order 带去
    query = querystring.replace(
        request.GET,
        cols=None,
        limit=None,
        sort=None,
        columns=columns,
        order=request.GET.get("sort"),
    )
    return reverse("exchange:export", args=["enterprises"]) + query


def filter_bar(request: HttpRequest, actor: Actor) -> FilterBar:
    """筛选条;登记单位一项只给商务主管部门(别人只看得见自己的)。"""
    filters = [
        Filter("kind", "主体类别", Kind.choices),
        Filter("honour", "企业资质", Honour.choices),
        Filter("is_key", "重点企业", listing.YES_NO),
    ]
    if access.is_bureau(actor):
        counties = [(unit.code, str(unit)) for unit in county_units()]
        filters += [
            Filter("owner", "登记单位", counties),
            Filter("pending", "待核对", listing.YES_NO),
        ]
    return FilterBar(
        filters=tuple(filters),
        params=request.GET,
        search_name="q",
        search_label="名称的任一部分、别名、代码、拼音首字母",
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/investors/`:看得见的投资方。"""
    actor = actor_of(request)
    kept = saved.strip(request, "investors:list")
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    criteria = listing.read_criteria(request.GET.dict())
    wanted = request.GET.get("sort", listing.DEFAULT_ORDER)
    order = choose_order(wanted, listing.ORDERS, listing.DEFAULT_ORDER)
    found = listing.listed(actor, criteria).select_related("group")
    page = paginate(
        found,
        order,
        request.GET.get("cursor", "")[:400],
        page_limit(request),
    )
    counted = found.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    page.total = counted if counted <= COUNT_LIMIT else None
    page.total_capped = counted > COUNT_LIMIT
    projects = projects_of(actor, [row.pk for row in page.items])
    table = Table(
        columns=columns(projects),
        rows=page.items,
        params=request.GET,
        sort=order.key,
        money_unit=money_unit(request),
        today=clock.today(),
        sums=_sums(page.items, counted),
        empty="没有符合条件的投资方。可换个条件,或登记一家。",
    )
    may_settle = bool(access.can_settle(actor))
    context = {
        "page_title": "投资方",
        "page": page,
        "table": table,
        "filters": filter_bar(request, actor),
        "problems": criteria.problems,
        "may_register": bool(access.can_register(actor)),
        "may_settle": may_settle,
        "cases": case_count() if may_settle else 0,
        "saved": kept,
        "is_empty": not page.items and not set(request.GET) - {"v"},
        "export_url": export_url(request, table.shown) if page.items else "",
    }
    return render(request, "investors/list.html", context)


def _sums(rows: Sequence[Investor], counted: int) -> tuple[tuple[str, dict[str, int]], ...]:
    if not rows:
        return ()
    capital = sum(row.registered_capital or 0 for row in rows)
    whole = f"{counted:,} 项" if counted <= COUNT_LIMIT else "一万项以上"
    return ((f"本页 {len(rows)} 项(符合条件 {whole})", {"registered_capital": capital}),)


@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """`/investors/<编号>/`:身份、别名、联系人、看得见的项目、合并记录。已并入别家的转去留下的一家。"""
    actor = actor_of(request)
    investor = queries.door(actor, code)
    if investor.code != code:
        return HttpResponsePermanentRedirect(detail_url(investor))
    page = detail(actor, investor)
    context = {
        "page_title": investor.name,
        "page": page,
        "investor": investor,
        "facts": _facts(page),
        "events": history(investor) if page.can_edit else [],
        "merges": merges_of(investor) if page.can_merge else [],
        "crumbs": crumbs((investor.name,)),
        "links": [] if investor.merged_into_id else links_of(actor, investor),
        "now": clock.now(),
    }
    return render(request, "investors/detail.html", context)


def _facts(page: Any) -> list[dict[str, Any]]:
    row = page.investor
    pairs = [
        ("统一社会信用代码", row.uscc),
        ("主体类别", row.get_kind_display()),
        ("注册地", row.place),
        ("注册国家或地区", row.country),
        ("境外编号", row.foreign_id),
        ("实际控制人", row.controller),
        ("所属集团", page.group),
        ("成立日期", row.founded_on.isoformat() if row.founded_on else ""),
        ("企业资质", "、".join(page.honours)),
        ("登记单位", page.owner),
    ]
    items: list[dict[str, Any]] = [
        {"label": label, "value": value or "—"}
        for label, value in pairs
        if value or label in ("统一社会信用代码", "注册地", "实际控制人")
    ]
    for label, value in (("主营业务", row.business), ("备注", row.remark)):
        if value:
            items.append({"label": label, "value": value, "full": True})
    return items
