"""一次只读的请求之内,同一样东西只取一遍。

下属单位、参数表的指纹、单位与产业链的名称,一页上十几处各要一份,而一次请求之内不会变。
凡会写的(动作、任务里的写)不在 `reading()` 之内,每次现取。
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, cast

T = TypeVar("T")
_taken: ContextVar[dict[Hashable, object] | None] = ContextVar("once_taken", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """一次只读的请求、一次求数。套在里面的用外面那一份;其间别人提交的,下一次看得见。"""
    if _taken.get() is not None:
        yield
        return
    token = _taken.set({})
    try:
        yield
    finally:
        _taken.reset(token)


def once(key: Hashable, take: Callable[[], T]) -> T:
    """`reading()` 之内同一个 `key` 只取一遍,之外每次现取;取出的东西不得就地改。"""
    taken = _taken.get()
    if taken is None:
        return take()
    if key not in taken:
        taken[key] = take()
    return cast("T", taken[key])
