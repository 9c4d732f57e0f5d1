"""导出:审计记录,正是页面上筛出来的那些;业务对象照样只有类别与编号。导出本身记一笔。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.foundation.ledger import access, asked, queries
from juyuan.foundation.ui.keyset import ordering
from juyuan.kernel.actor import Actor

BATCH = 1000


def rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """逐行,次序同页面。"""
    order = ordering(asked.order_of(filters))
    found = queries.audit(asked.read_filter(filters, actor)).order_by(*order)
    for event in found.iterator(chunk_size=BATCH):
        row = queries.audit_row(event)
        yield {
            "at": row.at, "who": row.who, "post": row.post, "event": row.event,
            "obj_type": row.obj_type, "obj_id": row.obj_id, "obj_label": row.obj_label,
            "refused": "拒绝" if row.refused else "完成", "reason": row.reason, "via": row.via,
            "request_id": row.request_id, "event_code": row.event_code,
        }  # fmt: skip


KINDS = (
    ExportKind(
        name="audit",
        label="审计记录",
        columns=(
            ExportColumn("at", "时间", "datetime", width=18),
            ExportColumn("who", "谁", width=12),
            ExportColumn("post", "任职", width=24),
            ExportColumn("event", "事项", width=20),
            ExportColumn("obj_type", "对象类别", width=12),
            ExportColumn("obj_id", "对象编号", width=18),
            ExportColumn("obj_label", "对象名称", width=30),
            ExportColumn("refused", "结果", width=8),
            ExportColumn("reason", "理由", width=40),
            ExportColumn("via", "途径", width=8),
            ExportColumn("request_id", "请求编号", width=34),
            ExportColumn("event_code", "事项代码", width=30),
        ),
        rows=rows,
        may=access.can_read_audit,
        description="本人查得到的审计记录,按页面上的条件。",
        order=120,
    ),
)
