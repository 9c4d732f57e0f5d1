"""投递的规则:失败之后几时再试,收件人加上代理人。纯函数。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

# 失败之后隔多久再试;试完还不成就作罢(收件箱里还在)
BACKOFF = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 480))
STUCK = timedelta(minutes=15)  # 认领之后这么久没有下文:进程没了,结果不明


def wait_after(attempts: int) -> timedelta | None:
    """第 `attempts` 次失败之后等多久;空 = 不再试。"""
    return BACKOFF[attempts - 1] if 1 <= attempts <= len(BACKOFF) else None


def with_deputies(person_ids: Iterable[int], deputies: Mapping[int, int]) -> dict[int, int | None]:
    """{收件人: 代谁收};本人自己也是收件人的,不算代收。"""
    found: dict[int, int | None] = dict.fromkeys(person_ids)
    for person in list(found):
        deputy = deputies.get(person)
        if deputy is not None:
            found.setdefault(deputy, person)
    return found
