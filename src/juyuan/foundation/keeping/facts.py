"""备份前后都要相等的事实:每张表的行数、统计数字。只读。"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.keeping import LEFT_OUT
from juyuan.foundation.ledger import canonical
from juyuan.foundation.ledger.keys import ALGORITHM


def tables(cursor: Any) -> list[str]:
    """库里全部的表(不含只备结构的)。"""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [row[0] for row in cursor.fetchall() if row[0] not in LEFT_OUT]


def row_counts(cursor: Any) -> dict[str, int]:
    """每张表的行数。"""
    each = [f"SELECT '{name}', count(*) FROM public.\"{name}\"" for name in tables(cursor)]  # noqa: S608
    cursor.execute(" UNION ALL ".join(each))
    return {name: int(count) for name, count in cursor.fetchall()}


def figures_on(day: date) -> dict[str, Any]:
    """某日终了的全部统计数字(连同各分项)及其摘要。"""
    values: dict[str, Any] = {}
    parts: list[Any] = []
    for found in compute(day):
        values[found.name] = found.value
        for split in found.splits:
            rows = sorted(
                ([part.key, part.value] for part in split.parts), key=lambda row: str(row[0])
            )
            parts.append([found.name, split.dimension.key, rows])
    digest = hashlib.new(ALGORITHM, canonical.canonical([values, parts])).hexdigest()
    return {"as_of": day.isoformat(), "values": values, "digest": digest}
