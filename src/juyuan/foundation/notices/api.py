"""接口:本人的通知。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from juyuan.foundation.apikit.shapes import READ, BadCursor, said
from juyuan.foundation.notices import queries
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.kernel.actor import Actor

router = Router(tags=["通知"])
LIMIT = 200


class NoticeOut(Schema):
    """一条通知;`for_name`:代谁收。"""

    id: int
    label: str
    title: str
    text: str
    url: str
    clause: str
    due_on: date | None
    created_at: str
    read: bool
    for_name: str


class NoticePage(Schema):
    items: list[NoticeOut]
    next: str | None
    unread: int


@router.get("", response={200: NoticePage, **READ}, url_name="notices", summary="通知")
def list_notices(
    request: HttpRequest, unread: bool = False, cursor: str = "", limit: int = 50
) -> dict[str, Any]:
    """本人的、对象看得见的,新的在前。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = queries.inbox(actor)
    fresh = rows.filter(read_at__isnull=True)
    page = paginate(
        (fresh if unread else rows).select_related("on_behalf"),
        Order("id", desc=True),
        cursor=cursor,
        limit=min(max(limit, 1), LIMIT),
    )
    if page.bad_cursor:
        raise BadCursor
    items = []
    for row in queries.rows_of(actor, page.items):
        out = {name: getattr(row, name) for name in NoticeOut.model_fields}
        items.append(out | {"created_at": said(row.created_at)})
    return {"items": items, "next": page.next or None, "unread": fresh.count()}
