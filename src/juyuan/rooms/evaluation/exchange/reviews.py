"""评审的导出:看得见的评审,按清单的条件与次序。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.foundation.ui.keyset import choose_order
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Review, ReviewDecision
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviewlisting as listing_
from juyuan.rooms.evaluation.queries.reviewpast import STATE_THEN
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import ReviewState

COLUMNS = (
    ExportColumn("code", "评审编号"),
    ExportColumn("project", "项目编号"),
    ExportColumn("name", "项目名称", width=30),
    ExportColumn("round", "第几次送审", "integer", width=10),
    ExportColumn("state", "评审状态", width=12),
    ExportColumn("level", "由哪一级决定", width=24),
    ExportColumn("reason", "分到这一级的理由", width=44),
    ExportColumn("county", "承办县区", width=16),
    ExportColumn("unit", "送审单位", width=20),
    ExportColumn("sender", "送审人", width=12),
    ExportColumn("total", "总投资", "money_wan"),
    ExportColumn("sent_at", "送审时间", "datetime"),
    ExportColumn("due_on", "评审期限", "date"),
    ExportColumn("decided_on", "决定日期", "date"),
    ExportColumn("result", "评审结果", width=12),
    ExportColumn("score", "合计得分", width=10),
    ExportColumn("proposal", "评分建议", width=12),
    ExportColumn("conditions", "条件", width=44),
    ExportColumn("minutes", "纪要文号", width=24),
    ExportColumn("filed_at", "备案时间", "datetime"),
    ExportColumn("called_up_at", "调取时间", "datetime"),
)
BATCH = 500


def rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """逐行给出;分批取,内存不随行数涨。"""
    given = {name: str(value) for name, value in filters.items()}
    order = choose_order(given.get("sort", ""), listing_.ORDERS, listing_.DEFAULT_ORDER)
    found: Any = listing_.ordered(
        listing_.listed(actor, listing_.read_criteria(given, today)), order
    )
    state = STATE_THEN if STATE_THEN in found.query.annotations else "state"  # 截至某天的写那天的
    states = dict(found.values_list("pk", state))
    ids = list(states)
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        kept = Review.objects.select_related("project", "county", "unit").in_bulk(chunk)
        decisions: dict[int, ReviewDecision] = {}
        for one in ReviewDecision.objects.filter(review_id__in=chunk).order_by("id").prefetch_related("conditions"):  # fmt: skip
            decisions[one.review_id] = one
        for pk in chunk:
            if pk in kept:
                yield _row(kept[pk], decisions.get(pk), states[pk])


def _row(review: Review, last: ReviewDecision | None, state: str) -> dict[str, Any]:
    return {
        "code": review.code, "project": review.project.code, "name": review.project.name,
        "round": review.round, "state": ReviewState(state).label,
        "level": review.level_enum.label, "reason": review.level_reason,
        "county": str(review.county) if review.county else "",
        "unit": str(review.unit) if review.unit else "", "sender": review.sent_by_name,
        "total": review.total_investment, "sent_at": review.sent_at, "due_on": review.due_on,
        "decided_on": localdate(review.decided_at) if review.decided_at else None,
        "result": ReviewResult(last.result).label if last else "",
        "score": f"{last.total}" if last and last.total is not None else "",
        "proposal": ReviewResult(last.proposal).label if last else "",
        "conditions": "；".join(f"{c.text}（{c.by_on} 前）" for c in last.conditions.all()) if last else "",
        "minutes": last.minutes_number if last else "", "filed_at": review.filed_at,
        "called_up_at": review.called_up_at,
    }  # fmt: skip


KINDS = (
    ExportKind(
        name="reviews",
        label="评审",
        columns=COLUMNS,
        rows=rows,
        may=access.can_list,
        description="看得见的评审,按清单的条件与次序;带最近一次决定与条件。",
        order=48,
    ),
)
