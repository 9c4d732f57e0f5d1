"""登记处:各室把自己的事(项目、线索、首谈登记)递到这里,盲查重不必认识它们。

提供者按「匹配到的投资方编号」与「匹配到的本类对象编号」给出相关的事,语句数与行数无关。
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.rules.overlap import Subject


@dataclass(frozen=True)
class Matter:
    """一件事。`units` 是办它的单位(首谈、登记、承载);`subject` 只含这件事自己的内容,不含投资方。"""

    object_type: str
    object_id: int
    units: frozenset[int]
    investor_ids: tuple[int, ...]
    subject: Subject


@dataclass(frozen=True)
class Shown:
    """给商务主管部门看的一件(看得见的才给)。"""

    label: str
    url: str
    unit: str
    kind: str
    subject: Subject
    investor_ids: tuple[int, ...] = ()


Find = Callable[[Collection[int], Collection[int]], Iterable[Matter]]
Show = Callable[[Actor, Collection[int]], Mapping[int, Shown]]


@dataclass(frozen=True)
class Provider:
    """一类事的来源:`find(投资方编号, 对象编号)` 全市范围,`show(行动者, 编号)` 按可见范围。"""

    object_type: str
    find: Find
    show: Show


_providers: dict[str, Provider] = {}


def register_matters(provider: Provider) -> None:
    """登记一类;同类再登记即替换(重复 connect 无害)。由 wiring 调用。"""
    _providers[provider.object_type] = provider


def providers() -> tuple[Provider, ...]:
    """登记了的各类。"""
    return tuple(_providers.values())
