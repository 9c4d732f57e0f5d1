"""网址里的查询串:换掉几个参数,其余照旧。"""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

VOLATILE = ("cursor",)
"""条件一变就作废的参数:换了筛选或排序,翻页位置不再有意义。"""


def replace(params: QueryDict, *, keep_cursor: bool = False, **changes: Any) -> str:
    """返回以 ? 开头的查询串;值为 None 或空串即去掉,列表即多值;没有参数时返回 "?"。

    翻页位置一律作废,除非 `keep_cursor` 或在 `changes` 里给出。
    """
    made = params.copy()
    if not keep_cursor:
        for name in VOLATILE:
            made.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "" or value == []:
            made.pop(name, None)
        elif isinstance(value, (list, tuple)):
            made.setlist(name, [str(item) for item in value])
        else:
            made[name] = str(value)
    return "?" + made.urlencode()


def hidden(params: QueryDict, *drop: str) -> list[tuple[str, str]]:
    """其余参数做成隐藏域,给 GET 表单带上(去掉 `drop` 与翻页位置)。"""
    gone = {*drop, *VOLATILE}
    return [
        (name, value) for name, values in params.lists() if name not in gone for value in values
    ]
