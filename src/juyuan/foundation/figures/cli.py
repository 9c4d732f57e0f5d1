"""命令行 `./juyuan figures [--as-of D] [--json]`:全市数(不受个人可见范围限制)。"""

from __future__ import annotations

import json as jsonlib
import unicodedata
from datetime import date
from typing import Any

from juyuan.foundation.figures import queries
from juyuan.foundation.figures.queries import FigureResult
from juyuan.foundation.policy.queries import display


def as_rows(results: list[FigureResult], *, with_parts: bool = False) -> list[dict[str, Any]]:
    """对外的行:`{name, label, unit, clause, value, rows_url}`,命令行另带分项与差额。"""
    rows = []
    for found in results:
        row: dict[str, Any] = {
            "name": found.name,
            "label": found.label,
            "unit": found.unit,
            "clause": found.clause,
            "value": queries.plain(found.value, found.unit),
            "rows_url": found.rows_url,
        }
        if with_parts:
            row["splits"] = [
                {
                    "by": split.dimension.key,
                    "label": split.dimension.label,
                    "difference": queries.plain(split.difference, found.unit),
                    "parts": [
                        {
                            "key": part.key,
                            "label": part.label,
                            "value": queries.plain(part.value, found.unit),
                            "rows_url": part.rows_url,
                        }
                        for part in split.parts
                    ],
                }
                for split in found.splits
            ]
        rows.append(row)
    return rows


def cli_figures(as_of: date | None = None, json: bool = False) -> str:
    """返回要打印的文字:`json` 为真时是一份 JSON(含分项),否则是对齐的表。"""
    results = queries.compute(as_of, None)
    if json:
        return jsonlib.dumps(as_rows(results, with_parts=True), ensure_ascii=False, indent=1)
    head = f"统计口径 · 全市数 · {as_of.isoformat() if as_of else '此刻'}"
    if not results:
        return f"{head}\n还没有登记任何统计数字"
    lines = [head]
    section = None
    for found in results:
        if found.figure.section != section:
            section = found.figure.section
            lines.append("")
            if section:
                lines.append(section)
        value = queries.shown(found.value, found.unit)
        lines.append(
            f"  {_pad(found.label, 34)}{value.rjust(18)} {_pad(found.unit, 6)}{_clause(found)}".rstrip()
        )
    return "\n".join(lines)


def _clause(found: FigureResult) -> str:
    """条款的显示「三(三)」;本市文件没有这一条时写代码。"""
    return display(found.clause) or found.clause


def _pad(text: str, width: int) -> str:
    """按显示宽度补空格(汉字占两格)。"""
    taken = sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)
    return text + " " * max(1, width - taken)
