"""变动:自某日以来看得见的项目发生了什么,可按单位、种类看。"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from juyuan.foundation.ui import querystring
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import clamp_limit
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.verdict import require
from juyuan.rooms.pipeline.queries import changes
from juyuan.rooms.pipeline.queries.changes import KINDS, Line
from juyuan.rooms.pipeline.queries.listing import options
from juyuan.rooms.pipeline.views.common import actor_of, may_browse


def _what(row: Line) -> SafeString:
    entry = row.entry
    return format_html(
        "{} {}", ui.icon(entry.icon), f"{entry.title}{f' {entry.text}' if entry.text else ''}"
    )


COLUMNS = (
    Column("entry.at", "时间", value=lambda r: r.entry.at, kind="datetime", css="jy-nowrap", phone="two"),
    Column(
        "project", "项目", value=lambda r: r.entry.project_name,
        second=lambda r: r.entry.project_code, fixed=True, clip=True, phone="full",
        href=lambda r: reverse("pipeline:detail", args=[r.entry.project_code]),
    ),
    Column("what", "事项", cell=_what, phone="wide"),
    Column("why", "理由", value=lambda r: r.entry.why, css="jy-soft", clip=True, phone="wide"),
    Column("unit", "单位", css="jy-nowrap", phone="two"),
    Column("who", "谁", value=lambda r: r.entry.who, css="jy-soft", clip=True, phone="wide"),
)  # fmt: skip


@require_GET
def changes_list(request: HttpRequest) -> HttpResponse:
    """变动清单:条件全在网址里。"""
    actor, today = actor_of(request), clock.today()
    require(may_browse(actor))
    wanted = changes.read(request.GET, changes.since_default(today, calendar()))
    page, lines = changes.listing(
        actor, wanted, cursor=request.GET.get("cursor", ""),
        limit=clamp_limit(request.GET.get("limit", changes.PAGE), changes.PAGE),
    )  # fmt: skip
    params = request.GET.copy()
    params["since"] = wanted.since.isoformat()
    table = Table(
        columns=COLUMNS,
        rows=lines,
        params=request.GET,
        today=today,
        row_key="id",
        row_label="unit",
        empty="这段时间没有变动。把起始日往前放，可以看更早的。",
    )
    kinds = [("", "全部", None)] + [(kind, label, None) for kind, (label, _) in KINDS.items()]
    context = {
        "page_title": "变动",
        "wanted": wanted,
        "page": page,
        "table": table,
        "tabs": [
            {
                "label": label,
                "url": querystring.replace(request.GET, kind=kind or None) or request.path,
                "current": wanted.kind == kind,
            }
            for kind, label, _ in kinds
        ],
        "filters": FilterBar(
            filters=(
                Filter("since", "自", type="date"),
                Filter("unit", "单位", options().leads),
            ),
            params=params,
            keep=("kind",),
        ),
    }
    return render(request, "pipeline/changes.html", context)
