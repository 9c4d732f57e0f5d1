"""导出的文字怎样写:工作簿里一律是字符串,CSV 里防公式。"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from juyuan.foundation.exchange.csvtext import risky
from juyuan.foundation.exchange.kinds import ExportColumn
from juyuan.kernel.money import to_wan
from juyuan.kernel.period import SHANGHAI

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# 表格软件不收的控制字符
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
CELL_LIMIT = 32_767


def csv_text(text: str) -> str:
    """CSV 一格:以公式字符开头而不是数的,前面加一个单引号(读回时去掉一个)。"""
    if risky(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def cell_text(text: str) -> str:
    """工作簿一格:去控制字符,守长度。"""
    return _CONTROL.sub("", text)[:CELL_LIMIT]


def shown(column: ExportColumn, value: Any) -> str:
    """一格导出成文字(CSV 与命令行用)。金额写万元,至多四位小数;份额写百分数。"""
    if value is None or value == "":
        return ""
    if column.kind == "money_wan" and isinstance(value, int):
        return to_wan(value)
    if column.kind == "share" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}" if value >= 0 else str(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        local = value.astimezone(SHANGHAI) if value.tzinfo else value
        return local.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def number(column: ExportColumn, value: Any) -> float | int | None:
    """能当数写进工作簿的给数,否则 None(按文字写)。"""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if column.kind == "money_wan" and isinstance(value, int):
        return float(to_wan(value))
    if column.kind == "share" and isinstance(value, int):
        return value / 100
    return value if column.kind == "integer" else None
