"""条款与代码的对应:`@rule("3.3c")` 登记一条规则,规则书与条款测试由此生成。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

RULES: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def rule(*codes: str) -> Callable[[F], F]:
    """把函数登记为某条款(可多条)的规则;函数的文档串写明原文或其操作部分。"""

    def mark(fn: F) -> F:
        for code in codes:
            if not any(
                known.__module__ == fn.__module__ and known.__qualname__ == fn.__qualname__
                for known in RULES[code]
            ):
                RULES[code].append(fn)
        setattr(fn, "clauses", codes)  # noqa: B010 - 供规则书读取
        return fn

    return mark
