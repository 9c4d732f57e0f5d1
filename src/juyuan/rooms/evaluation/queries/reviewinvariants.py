"""评审必须成立的关系:状态等于步骤的最后一行;决定了的评审有那一级的决定。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from juyuan.foundation.invariants import Invariants, broken_rows
from juyuan.kernel.verdict import Finding

LABELS = {
    "review_state_is_last_step": "评审的状态等于评审步骤最后一行的状态",
    "review_decided_has_decision": "通过、有条件通过、否决的评审,有那一级的决定,结果与状态相同",
}
STATE = (
    "SELECT r.id FROM evaluation_review r LEFT JOIN LATERAL ("
    " SELECT s.to_state FROM evaluation_reviewstep s WHERE s.review_id = r.id"
    " ORDER BY s.id DESC LIMIT 1) last ON true"
    " WHERE last.to_state IS DISTINCT FROM r.state"
)
DECIDED = (
    "SELECT r.id FROM evaluation_review r LEFT JOIN evaluation_reviewdecision d"
    " ON d.review_id = r.id AND d.at_city = (r.level = 'city')"
    " WHERE r.state IN ('passed', 'conditional', 'rejected')"
    " AND d.result IS DISTINCT FROM r.state"
)


def find(today: date) -> Iterator[Finding]:
    """不成立之处。"""
    for name, sql in zip(LABELS, (STATE, DECIDED), strict=True):
        yield from broken_rows(name, LABELS[name], sql)


INVARIANTS = Invariants("evaluation.reviews", LABELS, find)
