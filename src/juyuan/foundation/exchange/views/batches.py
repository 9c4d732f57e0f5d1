"""导入批次的清单:条件、次序都在网址里,键集翻页。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.kinds import DOUBTFUL, NEW, REFUSED, UPDATE, VERDICT_LABEL, registry
from juyuan.foundation.exchange.models import BatchState, ImportBatch
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import clamp_limit, paginate
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import Denied


def _file(batch: ImportBatch) -> Any:
    link = format_html(
        '<a class="jy-name" href="{}">{}</a>',
        reverse("exchange:batch", args=[batch.pk]),
        batch.file_name,
    )
    return format_html("{} {}", link, ui.tag("期初", "accent", "flag")) if batch.opening else link


def _count(verdict: str) -> Column:
    return Column(
        verdict, VERDICT_LABEL[verdict], kind="number", value=lambda b: b.counts.get(verdict)
    )


COLUMNS = (
    Column("file", "文件", cell=_file, phone="full", fixed=True, sort="file"),
    Column("kind", "种类", value="kind_label", sort="kind"),
    Column("state", "状态", value=lambda b: b.get_state_display(), sort="state"),
    Column("actor", "导入人", value="actor_name", second="unit_name"),
    Column("opened", "时间", value="opened_at", kind="datetime", css="jy-nowrap", sort="opened"),
    _count(NEW),
    _count(UPDATE),
    _count(DOUBTFUL),
    _count(REFUSED),
)


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """批次列表:自己的,加上监督的。Raises: Denied。"""
    actor, given = request.actor, request.GET  # type: ignore[attr-defined]
    kinds = registry.import_kinds(actor)
    overseen = queries.overseen_kinds(actor)
    exports = registry.export_kinds(actor)
    if not kinds and not overseen and not exports:
        raise Denied("您当前的任职没有可以导入的台账。")
    rows = queries.visible_batches(actor)
    if given.get("state", "") in BatchState.values:
        rows = rows.filter(state=given["state"])
    if given.get("kind", "") in registry.imports:
        rows = rows.filter(kind=given["kind"])
    page = paginate(
        rows,
        queries.batch_order(given.get("sort", "")),
        cursor=given.get("cursor", ""),
        limit=clamp_limit(request.GET.get("limit")),
    )
    page.total = rows.order_by().count()
    asked = bool(given.get("state") or given.get("kind"))
    context = {
        "page_title": "导入台账",
        "page": page,
        "table": Table(
            COLUMNS,
            page.items,
            params=given,
            sort=given.get("sort", "") or queries.DEFAULT_SORT,
            today=clock.today(),
            row_label="file_name",
            caption="导入过的文件",
            empty="没有符合条件的批次" if asked else "还没有批次。",
        ),
        "filters": FilterBar(
            (
                Filter("kind", "种类", [(k.name, k.label) for k in registry.import_kinds()]),
                Filter("state", "状态", BatchState.choices),
            ),
            given,
        )
        if page.items or asked
        else None,
        "first": bool(kinds) and not page.items and not asked,
        "kinds": kinds,
        "exports": exports,
        "overseer": bool(overseen),
        "open_cases": queries.open_case_count(actor),
        "closure": queries.opening_closed(),
    }
    return render(request, "exchange/batches.html", context)
