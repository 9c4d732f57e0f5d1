"""审计:谁在什么时候对哪个对象做了什么,成了还是被拒。查阅本身也记一笔。"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from juyuan.foundation.ledger import access, asked, labels, queries
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.ledger.queries import AuditFilter, AuditRow
from juyuan.foundation.people.views.shared import tabs
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, require

COLUMNS = (
    Column("at", "时间", kind="datetime", fixed=True, sort="at", href=lambda r: reverse("ledger:event", args=[r.id])),
    Column("who", "谁", second="post", phone="wide"),
    Column("event", "事项", cell=lambda r: r.event, phone="full"),
    Column("obj_type", "对象", second="obj_id"),
    Column("obj_label", "对象名称", clip=True),
    Column("refused", "结果", cell=lambda r: ui.light("bad" if r.refused else "ok", "拒绝" if r.refused else "完成")),
    Column("reason", "理由", clip=True),
    Column("via", "途径"),
    Column("request_id", "请求编号", default=False),
    Column("event_code", "事项代码", default=False),
)  # fmt: skip
FILTERS = (
    Filter("who", "谁（姓名或账号）"),
    Filter("event", "事项"),
    Filter("refused", "结果", [("1", "只看拒绝")]),
    Filter("since", "起", type="date"),
    Filter("until", "止", type="date"),
)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


@require_GET
def audit_list(request: HttpRequest) -> HttpResponse:
    """`/audit/`:筛选、键集翻页。Raises: Denied。"""
    actor = _actor(request)
    require(access.can_read_audit(actor))
    page = paginate(
        queries.audit(asked.read_filter(request.GET, actor)),
        asked.order_of(request.GET),
        cursor=request.GET.get("cursor", ""),
        limit=page_limit(request),
    )
    _note_reading(request, actor)
    table = Table(
        COLUMNS,
        [queries.audit_row(event) for event in page.items],
        params=request.GET,
        sort=request.GET.get("sort", "") or asked.DEFAULT_SORT,
        today=clock.today(),
        row_key="id",
        row_label="event",
        caption="审计记录",
        empty="没有符合条件的记录",
    )
    filters = FilterBar(
        (Filter("type", "对象类别", labels.type_choices()), *FILTERS),
        request.GET,
        search_name="obj",
        search_label="对象编号或代码",
    )
    context = {
        "page_title": "审计",
        "table": table,
        "page": page,
        "filters": filters,
        "everything": access.sees_everything(actor),
        "tabs": tabs(request, "ledger:audit"),
        "export_url": table.export_url(
            "audit", {"who": ("who", "post"), "obj_type": ("obj_type", "obj_id")}
        )
        if page.items
        else "",
    }
    return render(request, "ledger/audit.html", context)


@require_GET
def audit_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """一条记录;管理事项连前后内容,业务事项只有谁、何时、何事、何对象。Raises: Denied、NotFound。"""
    actor = _actor(request)
    require(access.can_read_audit(actor))
    only = asked.allowed_accounts(actor)
    event = queries.audit(AuditFilter(only_accounts=only)).filter(pk=event_id).first()
    if event is None:
        raise NotFound
    _note_reading(request, actor, event)
    row = queries.audit_row(event)
    context = {
        "page_title": row.event,
        "row": row,
        "changes": _changes(row),
        "business": event.obj_type not in labels.MANAGEMENT,
    }
    return render(request, "ledger/event.html", context)


def _changes(row: AuditRow) -> list[dict[str, Any]]:
    before, after = row.before or {}, row.after or {}
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return []
    return [
        {
            "name": labels.field_label(name),
            "before": labels.said(before.get(name)),
            "after": labels.said(after.get(name)),
        }
        for name in dict.fromkeys([*before, *after])
    ]


def _note_reading(request: HttpRequest, actor: Actor, event: Event | None = None) -> None:
    """查阅审计也是一件事(记不上就看不到)。"""
    with transaction.atomic():
        record(
            event="ledger.audit.read",
            actor=actor,
            obj_type="audit",
            obj_id=event.pk if event else "list",
            obj_label=request.GET.urlencode()[:200],
            now=clock.now(),
        )
