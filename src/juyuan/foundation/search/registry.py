"""登记处:每类对象由它的房间说明谁看得见、怎么显示。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from juyuan.kernel.actor import Actor


@dataclass(frozen=True)
class Hit:
    """一条命中的显示。`object_id` 用来与候选对上。"""

    object_id: int
    title: str
    subtitle: str
    url: str
    icon: str = "search"


VisibleIds = Callable[[Actor, Iterable[int]], set[int]]
Present = Callable[[Actor, Sequence[int]], list[Hit]]


@dataclass(frozen=True)
class Searchable:
    """一类可检索的对象。`label` 是结果分组的标题,`order` 决定分组先后。"""

    object_type: str
    label: str
    visible_ids: VisibleIds
    present: Present
    order: int = 0


_SEARCHABLES: dict[str, Searchable] = {}


def register(
    object_type: str,
    *,
    visible_ids: VisibleIds,
    present: Present,
    label: str,
    order: int = 0,
) -> None:
    """登记一类对象(由 wiring 调用;重复登记以后者为准)。"""
    _SEARCHABLES[object_type] = Searchable(object_type, label, visible_ids, present, order)


def searchables() -> dict[str, Searchable]:
    """已登记的各类对象。"""
    return dict(_SEARCHABLES)
