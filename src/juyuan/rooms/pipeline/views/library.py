"""项目库:表格、看板、认定事实。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from juyuan.foundation.people.visibility import Relation
from juyuan.foundation.personal import queries as saved
from juyuan.foundation.ui import querystring, vocab
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.queries import boards, listing, recognised
from juyuan.rooms.pipeline.queries.criteria import Criteria, known_by, read
from juyuan.rooms.pipeline.queries.scope import reach_of
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage
from juyuan.rooms.pipeline.views import bulk, tables
from juyuan.rooms.pipeline.views.common import actor_of, may_browse

YEAR = 365 * 24 * 3600


def strip(
    libraries: list[listing.Library], params: QueryDict, *, current: str = "", base: str = ""
) -> list[dict[str, Any]]:
    """五库页签:已认定的与待核实的分开写。再点当前页签即看全部。"""
    base = base or reverse("pipeline:list")
    items = []
    for library in libraries:
        look = vocab.badge("stage", library.stage)
        here = current == library.stage
        tally = library.tally
        query = querystring.replace(params, stage=None if here else library.stage.value)
        items.append(
            {
                "label": look.label,
                "icon": look.icon,
                "css": look.css,
                "url": base + query,
                "n": tally.n,
                "recognised": library.known.n,
                "sum": library.known.total,
                "ahead": library.ahead,
                "claimed": tally.claimed.n,
                "claimed_sum": tally.claimed.total,
                "current": here,
            }
        )
    return items


def modes(current: str, params: str) -> list[dict[str, Any]]:
    return [
        {"label": "表格", "icon": "table", "url": reverse("pipeline:list") + params,
         "current": current == "table"},
        {"label": "看板", "icon": "layout-kanban", "url": reverse("pipeline:board") + params,
         "current": current == "board"},
    ]  # fmt: skip


def only_facts(request: HttpRequest) -> bool:
    """只许看认定事实的人:有查阅任职,而没有能看全貌的任职。"""
    reach = reach_of(actor_of(request))
    seeing = set(reach.everywhere) - {Relation.READER, Relation.OTHER}
    return Relation.READER in reach.everywhere and not (
        seeing or reach.own_units or reach.partner_units or reach.chain_ids
    )


@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """项目库表格。只许看认定事实的人看到的是认定事实表。"""
    require(may_browse(actor_of(request)))
    if only_facts(request):
        return facts_list(request)
    said = request.GET.getlist("cols")
    if said and request.GET.get("v", saved.ALL) != saved.ALL:
        picked = "" if said == [tables.DEFAULT_COLUMNS] else ",".join(said)[: tables.MAX_COOKIE]
        change: dict[str, Any] = {tables.VIEW_COLUMNS: picked, "cols": None}
        query = querystring.replace(request.GET, **change)
        return HttpResponseRedirect(request.path + query)
    if said:
        response: HttpResponse = HttpResponseRedirect(
            request.path + querystring.replace(request.GET, keep_cursor=True, cols=None)
        )
        if said == [tables.DEFAULT_COLUMNS]:
            response.delete_cookie(tables.COLUMNS_COOKIE)
        else:
            response.set_cookie(
                tables.COLUMNS_COOKIE, ",".join(said)[: tables.MAX_COOKIE], max_age=YEAR,
                samesite="Lax", httponly=True, secure=request.is_secure(),
            )  # fmt: skip
        return response
    actor, today, unit = actor_of(request), clock.today(), money_unit(request)
    found = known_by(read(request.GET), today)
    cookie = request.COOKIES.get(tables.COLUMNS_COOKIE, "")
    kept = saved.strip(
        request, "pipeline:list", tables.views(request.GET, has_unit=bool(actor.unit_ids)),
        query=tables.saved_query(request.GET, cookie),
    )  # fmt: skip
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    page = listing.listing(
        actor,
        found,
        on=today,
        sort=request.GET.get("sort", listing.DEFAULT_SORT),
        cursor=request.GET.get("cursor", ""),
        limit=page_limit(request),
    )
    options = listing.options()
    wanted = request.GET.get(tables.VIEW_COLUMNS, cookie)
    cols = tables.chosen(tables.columns(unit), wanted, one_library=bool(found.stage))
    may_bulk = bool(access.can_register(actor)) and found.as_of is None
    table = tables.library_table(
        request,
        page,
        cols,
        unit=unit,
        today=today,
        select=may_bulk,
        pens=access.pens(actor, page.page.items) if found.as_of is None else None,
    )
    everything = sum((lib.tally for lib in page.libraries), listing.Tally())
    context = {
        "page_title": "项目库",
        "listing": page,
        "table": table,
        "items": strip(page.libraries, request.GET, current=found.stage),
        "modes": modes("table", querystring.replace(request.GET, sort=None, stage=None)),
        **tables.filters(request.GET, options),
        "views": kept.items,
        "saved": kept,
        "bulk_acts": bulk.acts() if may_bulk and page.rows else [],
        "found": found,
        "chips": tables.chips(found),
        "everything": everything,
        "is_empty": everything.n == 0 and not found.active,
        "may_register": bool(access.can_register(actor)),
        "export_url": tables.export_url(request.GET, table.shown) if page.rows else "",
        "import_url": reverse("exchange:new"),
        "stage": Stage(found.stage) if found.stage else None,
    }  # fmt: skip
    return render(request, "pipeline/library.html", context)


def board_context(request: HttpRequest, *, keep: str = "") -> dict[str, Any]:
    """看板的变量;被拒绝的移动没有脚本时也用它重画整页。"""
    actor, today = actor_of(request), clock.today()
    found = known_by(read(request.GET), today)
    lanes = boards.board(actor, found, on=today, keep=keep)
    may_register = bool(access.can_register(actor))
    movable = may_register and found.as_of is None  # 过去的一天只能看
    params = querystring.replace(request.GET, stage=None)
    return {
        "page_title": "项目库看板",
        "items": strip(
            [lane.library for lane in lanes], request.GET
        ),
        "columns": [_column(lane, request, movable) for lane in lanes],
        "modes": modes("board", params),
        **tables.filters(request.GET, listing.options()),
        "found": found,
        "chips": tables.chips(found),
        "may_register": may_register,
        "import_url": reverse("exchange:new"),
        "is_empty": not any(lane.tally.n for lane in lanes) and not found.active,
    }  # fmt: skip


def _column(lane: boards.Lane, request: HttpRequest, movable: bool) -> dict[str, Any]:
    return {
        "key": lane.stage.value,
        "label": f"{lane.stage.label}库",
        "cards": [card(row, movable) for row in lane.cards],
        "more": lane.more,
        "more_url": reverse("pipeline:list")
        + querystring.replace(request.GET, stage=lane.stage.value),
    }


def card(row: listing.Row, movable: bool) -> dict[str, Any]:
    """看板上的一张卡片。"""
    move = reverse("pipeline:move", args=[row.code]) + "?from=board"
    return {
        "title": row.name,
        "url": tables.project_url(row),
        "second": (row.investor or "投资方未定") + (f"（{row.gone}）" if row.gone else ""),
        "amount": row.total.yuan,
        "amount_text": row.total.note,
        "light": row.lamp.light.value,
        "light_label": row.lamp.light.label,
        "pill_label": "待核实" if row.pending else "已认定",
        "foot": f"{row.lead or '首谈单位未定'}·{row.days} 天",
        "missing": row.lack.count,
        "ready": row.lack.target is not None and not row.lack.count,
        "move_url": move if movable and row.standing == "active" else "",
        "version": row.version,
        "targets": [(s.value, s.label) for s in STAGES if s != row.stage],
    }


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """五库看板。"""
    require(may_browse(actor_of(request)))
    return render(request, "pipeline/board.html", board_context(request))


@require_GET
def facts_list(request: HttpRequest) -> HttpResponse:
    """认定事实表:签约、落地的现行认定,冻结的数字。"""
    require(may_browse(actor_of(request)))
    actor, unit = actor_of(request), money_unit(request)
    kept = saved.strip(request, "pipeline:facts")
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    found: Criteria = known_by(read(request.GET), clock.today())
    page = recognised.facts_listing(
        actor, found, sort=request.GET.get("sort", ""), cursor=request.GET.get("cursor", ""),
        limit=page_limit(request),
    )  # fmt: skip
    options = listing.options()
    table = tables_facts(request, page, unit)
    items = []
    for stage, part in page.libraries.items():
        look = vocab.badge("stage", stage)
        here = page.stage == stage
        items.append(
            {
                "label": f"{look.label}已认定", "icon": look.icon, "css": look.css,
                "url": querystring.replace(request.GET, result=None, stage=stage.value),
                "count": part.n, "sum": part.committed, "current": here,
            }
        )  # fmt: skip
    context = {
        "page_title": "认定事实",
        "listing": page,
        "items": items,
        "filters": FilterBar(
            filters=(
                Filter("host_unit", "落点", options.counties),
                Filter("chain", "产业链", options.chains),
                Filter("lead_unit", "首谈单位", options.leads),
            ),
            params=request.GET,
            search_name="q",
            search_label="名称、编号",
        ),
        "table": table,
        "export_url": table.export_url("facts") if page.rows else "",
        "saved": kept,
        "found": found,
        "chips": tables.chips(found),
    }
    return render(request, "pipeline/facts_list.html", context)


def tables_facts(
    request: HttpRequest, page: recognised.FactsListing, unit: str
) -> tables.LibraryTable:
    column = tables.Column
    return tables.LibraryTable(
        columns=(
            column("code", "编号", css="jy-muted jy-nowrap", phone="skip"),
            column("name", "项目", fixed=True, clip=True, phone="full",
                   href=lambda r: reverse("pipeline:detail", args=[r.code])),
            column("lead", "首谈单位", css="jy-nowrap", phone="two"),
            column("chain", "产业链", css="jy-nowrap", phone="skip"),
            column("hosts", "落点", value=lambda r: "、".join(r.hosts), phone="skip"),
            column("total", "总投资", kind="money", sort="total"),
            column("contract", "合同金额", kind="money", sort="contract"),
            column("committed", "合同引资额", kind="money", sort="committed"),
            column("fact_on", "事实日", kind="date", css="jy-nowrap", phone="skip", sort="fact_on"),
            column("recorded_at", "认定日", kind="date", css="jy-nowrap", phone="skip",
                   sort="recorded_at"),
            column("by", "认定人", phone="skip"),
        ),
        rows=page.rows,
        params=request.GET,
        sort=request.GET.get("sort", ""),
        money_unit=unit,
        row_key="code",
        css="jy-tbl--lib",
        sums=[
            (f"本页 {page.page_sum.n:,} 项", tables.sums_of(page.page_sum)),
            (f"符合条件 {page.whole.n:,} 项", tables.sums_of(page.whole)),
        ]
        if page.rows
        else (),
        empty="没有符合条件的认定。",
    )  # fmt: skip
