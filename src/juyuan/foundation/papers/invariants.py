"""登记簿必须成立的关系:每本的序号自 1 起连续,与「已发到第几号」相等。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from juyuan.foundation.invariants import Invariants, broken_rows
from juyuan.kernel.verdict import Finding

LABELS = {"paper_numbers": "发文登记簿不空号、不重号"}
BROKEN = (
    "SELECT r.id FROM papers_register r LEFT JOIN papers_document d"
    " ON d.unit_id = r.unit_id AND d.series = r.series AND d.year = r.year"
    " AND d.sequence IS NOT NULL GROUP BY r.id, r.last"
    " HAVING count(d.id) <> r.last OR coalesce(max(d.sequence), 0) <> r.last"
)


def find(today: date) -> Iterator[Finding]:
    """不成立之处。"""
    yield from broken_rows("paper_numbers", LABELS["paper_numbers"], BROKEN)


INVARIANTS = Invariants("papers", LABELS, find)
