"""导出的声明:承诺(按清单的页签与筛选)、函(按清单的页签)。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Letter
from juyuan.rooms.evaluation.queries import letterpages, letters
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.queries import trackingpages as pages
from juyuan.rooms.evaluation.rules.breaches import Outcome
from juyuan.rooms.evaluation.rules.promises import Measure, PromiseSource

PROMISE_COLUMNS = (
    ExportColumn("code", "项目编号"),
    ExportColumn("project", "项目名称", width=30),
    ExportColumn("kind", "承诺种类", width=12),
    ExportColumn("text", "约定内容", width=36),
    ExportColumn("target", "约定值", width=16),
    ExportColumn("due_on", "履约期限", "date"),
    ExportColumn("actual", "实际", width=20),
    ExportColumn("done", "完成", width=12),
    ExportColumn("light", "灯", width=10),
    ExportColumn("why", "偏差", width=36),
    ExportColumn("debt", "政府欠着的", width=36),
    ExportColumn("source", "来源", width=10),
    ExportColumn("contract", "合同编号", width=16),
    ExportColumn("state", "承诺状态", width=10),
    ExportColumn("letters", "函", width=30),
)
LETTER_COLUMNS = (
    ExportColumn("number", "文号", width=24),
    ExportColumn("level", "级别", width=12),
    ExportColumn("code", "项目编号"),
    ExportColumn("project", "项目名称", width=30),
    ExportColumn("why", "事由", width=30),
    ExportColumn("unit", "发函单位", width=20),
    ExportColumn("state", "走到哪一步", width=12),
    ExportColumn("issued_on", "印发日期", "date"),
    ExportColumn("reply_by", "回复截止", "date"),
    ExportColumn("late", "逾期天数"),
    ExportColumn("outcome", "结果", width=14),
    ExportColumn("until", "宽限到", "date"),
    ExportColumn("closed_on", "了结日期", "date"),
)
BATCH = 500


def promise_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的承诺逐行给出,按清单的页签与筛选。"""
    for row in pages.matching(actor, pages.read_filters(filters), today, most=None):
        promise = row.promise
        why = "；".join(f"{p.hit.test.label}：{p.said.deviation}" for p in row.said)
        yield {
            "code": promise.project.code, "project": promise.project.name, "kind": row.kind,
            "text": promise.text, "due_on": promise.due_on, "actual": row.actual,
            "target": ""
            if row.tracked.kind.measure is Measure.DAY
            else pages.said_value(row.tracked.kind, promise.target),
            "done": row.done_said, "light": row.light_label, "why": why, "debt": row.debt,
            "source": PromiseSource(promise.source).label, "contract": promise.contract_number,
            "state": promise.state_enum.label,
            "letters": "；".join(
                f"{x.level_label}{x.document.number if x.document else ''}" for x in row.letters
            ),
        }  # fmt: skip


def letter_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的函逐行给出,按清单的页签;分批取。"""
    tab = str(filters.get("tab", "open"))
    ids = list(letterpages.listed(actor, tab, today).values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        found = letters.with_all(Letter.objects.filter(pk__in=chunk)).in_bulk()
        for pk in chunk:
            letter = found[pk]
            line = letterpages.line_of(letter, today)
            yield {
                "number": line.number, "level": letter.level_label, "why": line.why,
                "code": letter.breach.promise.project.code, "project": line.project,
                "unit": letter.unit.name, "state": line.state, "issued_on": letter.issued_on,
                "reply_by": letter.reply_by, "late": line.late or None,
                "outcome": Outcome(letter.outcome).label if letter.outcome else "",
                "until": letter.until, "closed_on": letter.closed_on,
            }  # fmt: skip


KINDS = (
    ExportKind(
        name="promises", label="承诺与履约", columns=PROMISE_COLUMNS, rows=promise_rows,
        may=access.can_list, description="看得见的承诺，按清单的页签与筛选。", order=60,
    ),
    ExportKind(
        name="letters", label="履约函", columns=LETTER_COLUMNS, rows=letter_rows,
        may=access.can_list, description="看得见的函，按清单的页签。", order=61,
    ),
)  # fmt: skip
