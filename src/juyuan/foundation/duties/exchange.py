"""导出:待办清单,正是页面上筛出来的那些。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.duties import access, listing, queries
from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.foundation.ui.keyset import ordering
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import require

BATCH = 1000


def rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """逐行,次序同页面。Raises: Denied(看不到那一摊)。"""
    wanted = listing.read_filter(filters, actor)
    require(access.can_see(actor, wanted.scope))
    found = listing.listed(actor, wanted, today).order_by(*ordering(listing.order_of(filters)))
    ids = list(found.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        held = queries.Duty.objects.select_related("unit", "person").in_bulk(chunk)
        for row in queries.rows_of(actor, [held[pk] for pk in chunk if pk in held], today):
            yield {
                "due_on": row.due_on,
                "provisional": "暂定" if row.provisional else "",
                "label": row.label,
                "title": row.title,
                "ends_by": row.ends_by,
                "unit": row.unit_name,
                "person": row.person_name,
                "clause": row.clause,
                "basis_on": row.basis_on,
                "said": row.said,
                "ended_at": row.ended_at,
                "state": listing.STATES[state_of(row)],
            }


def state_of(row: queries.DutyRow) -> str:
    if row.ended_at is None:
        return listing.OPEN
    return listing.CANCELLED if row.cancelled else listing.DONE


EXPORT = ExportKind(
    name="duties",
    label="待办",
    columns=(
        ExportColumn("due_on", "到期日", kind="date", width=12),
        ExportColumn("provisional", "暂定", width=6),
        ExportColumn("label", "事项", width=16),
        ExportColumn("title", "对象", width=34),
        ExportColumn("ends_by", "怎样办结", width=22),
        ExportColumn("unit", "单位", width=20),
        ExportColumn("person", "责任人", width=10),
        ExportColumn("clause", "条款", width=8),
        ExportColumn("basis_on", "起算日", kind="date", width=12),
        ExportColumn("said", "期限推法", width=50),
        ExportColumn("state", "状态", width=8),
        ExportColumn("ended_at", "办结时间", kind="datetime", width=18),
    ),
    rows=rows,
    description="本人看得到的待办,按页面上的条件",
    order=90,
)
KINDS = (EXPORT,)
