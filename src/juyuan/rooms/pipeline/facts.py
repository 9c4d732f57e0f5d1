"""事实登记处:上层房间在此递进事实,本室不向上引用(接线见 wiring.py)。

提供者是 `fn(ids) -> {id: {字段: 值}}`,字段须是 `rules.facts.Facts` 的字段;
集合式,一次一批,列表不会逐行查询。
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

Provider = Callable[[Collection[int]], Mapping[int, Mapping[str, Any]]]

_PROVIDERS: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """登记一个提供者;同名再登记即替换(重复接线无害)。"""
    _PROVIDERS[name] = provider


def partials(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """各提供者对这些项目给出的部分事实。"""
    merged: dict[int, dict[str, Any]] = {}
    for provider in _PROVIDERS.values():
        for key, partial in provider(ids).items():
            merged.setdefault(key, {}).update(partial)
    return merged
