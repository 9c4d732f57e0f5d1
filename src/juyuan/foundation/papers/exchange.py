"""导出:公文清单(按页签)、一本发文登记簿。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.foundation.papers.listing import book_of, booked, listed, tab_of
from juyuan.foundation.papers.registry import kind_of
from juyuan.foundation.papers.states import DocumentState
from juyuan.kernel.actor import Actor


def rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """逐行:给了登记簿的是那一本,否则是那一页签;新的在前。"""
    book = book_of(filters)
    found = booked(actor, book) if book else listed(actor, tab_of(filters))
    for row in found.order_by("-id").iterator(chunk_size=500):
        yield {
            "number": row.number, "title": row.title, "kind": kind_of(row.kind).label,
            "unit": row.unit.name, "state": DocumentState(row.state).label,
            "dated": row.dated if row.issued_at else None, "prepared_by": row.prepared_by_name,
            "prepared_at": row.prepared_at, "approved_by": row.approved_by_name,
            "issued_at": row.issued_at, "check_code": row.check_code,
            "void_reason": row.void_reason,
        }  # fmt: skip


KINDS = (
    ExportKind(
        name="papers",
        label="公文",
        columns=(
            ExportColumn("number", "文号", width=24),
            ExportColumn("title", "标题", width=44),
            ExportColumn("kind", "种类", width=14),
            ExportColumn("unit", "发文单位", width=20),
            ExportColumn("state", "状态", width=12),
            ExportColumn("dated", "成文日期", kind="date", width=12),
            ExportColumn("prepared_by", "起草人", width=10),
            ExportColumn("prepared_at", "起草时间", kind="datetime", width=18),
            ExportColumn("approved_by", "批准人", width=10),
            ExportColumn("issued_at", "印发时间", kind="datetime", width=18),
            ExportColumn("check_code", "核验码", width=22),
            ExportColumn("void_reason", "作废理由", width=30),
        ),
        rows=rows,
        description="看得到的公文,按页面上的页签或登记簿",
        order=92,
    ),
)
