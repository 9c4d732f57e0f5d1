"""事实登记处:上层房间在此递进事实,本室不向上引用(接线见 wiring.py)。

提供者是 `fn(ids) -> {id: {字段: 值}}`,字段须是 `rules.facts.Facts` 的字段;
集合式,一次一批,列表不会逐行查询。
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Door:
    """一项门槛在上层房间里办:去处与按钮上的字。"""

    url_of: Callable[[str], str]  # 项目编号 → 网址
    label: str


_DOORS: dict[str, Door] = {}


def register_supplier(fact: str, url_of: Callable[[str], str], label: str) -> None:
    """登记一项事实由上层房间办出:清单、拒绝的话都领到那里去;同名再登记即替换。"""
    _DOORS[fact] = Door(url_of, label)


def supplier_of(fact: str, here: bool) -> Door | None:
    """办这一项的房间;不须在本系统办的(`here`)、没有登记的为空。"""
    return _DOORS.get(fact) if here else None
