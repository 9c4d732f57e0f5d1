"""片段有多常见:取自 PostgreSQL 自己的统计(`ANALYZE` 所得),决定走哪条查询路。

不另建词频表:那是每次写入都要争的一行。统计里没有的片段必是少见的;还没有统计时一律当少见。
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from juyuan.foundation.search.models import SearchRow

_KEEP_SECONDS = 300.0
_STATS = """
SELECT greatest(c.reltuples, 0),
       s.most_common_elems::text::text[],
       s.most_common_elem_freqs
  FROM pg_class c
  LEFT JOIN pg_stats s ON s.tablename = c.relname AND s.attname = 'grams'
   AND s.schemaname = current_schema()
 WHERE c.oid = to_regclass(%s)
"""


@dataclass
class _Known:
    read_at: float = -1e9
    counts: dict[str, float] = field(default_factory=dict)


_known: dict[str, _Known] = {}


def rarest_count(grams: Sequence[str]) -> float:
    """这些片段里最少见的一个大约出现在多少行;少见到不在统计里的算 0。"""
    counts = _counts()
    return min((counts.get(gram, 0.0) for gram in grams), default=0.0)


def forget() -> None:
    """丢掉记住的统计(大批导入之后、测试)。"""
    _known.clear()


def _counts() -> dict[str, float]:
    name = str(connection.settings_dict["NAME"])
    known = _known.setdefault(name, _Known())
    if time.monotonic() - known.read_at > _KEEP_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute(_STATS, [SearchRow._meta.db_table])
            row = cursor.fetchone()
        rows, elems, freqs = row or (0, None, None)
        known.counts = {
            gram: float(rows) * freq for gram, freq in zip(elems or [], freqs or [], strict=False)
        }
        known.read_at = time.monotonic()
    return known.counts
