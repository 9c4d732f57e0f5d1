"""投资方必须成立的关系。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from juyuan.foundation.invariants import Invariants, broken_rows
from juyuan.kernel.verdict import Finding

LABELS = {
    "merged_not_chained": "并入别家的投资方不成环,也不再连着并",
    "investor_keys": "现存的投资方都有名称键,查重查得到",
}
QUERIES = {
    "merged_not_chained": (
        "SELECT i.code FROM investors_investor i"
        " JOIN investors_investor t ON t.id = i.merged_into_id WHERE t.merged_into_id IS NOT NULL"
    ),
    "investor_keys": (
        "SELECT i.code FROM investors_investor i WHERE i.merged_into_id IS NULL AND NOT EXISTS ("
        "SELECT 1 FROM investors_matchkey k WHERE k.object_type = 'investor'"
        " AND k.object_id = i.id AND k.kind = 'name')"
    ),
}


def find(today: date) -> Iterator[Finding]:
    """不成立之处。"""
    for name, sql in QUERIES.items():
        yield from broken_rows(name, LABELS[name], sql)


INVARIANTS = Invariants("investors", LABELS, find)
