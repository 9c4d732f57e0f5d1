"""对象的门:哪个房间的对象,谁看得见。房间由 wiring 登记,下载与「别处已用」都经过它。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from juyuan.kernel.actor import Actor


@dataclass(frozen=True)
class ObjectDoor:
    """`can_see(行动者, 对象编号)`;`present(行动者, 对象编号)` 给出(名称, 网址),只在看得见时调用。"""

    label: str
    can_see: Callable[[Actor, str], bool]
    present: Callable[[Actor, str], tuple[str, str]]


_doors: dict[str, ObjectDoor] = {}


def register(object_type: str, door: ObjectDoor) -> None:
    """登记;同一类别再登记即替换(重复 connect 无害)。"""
    _doors[object_type] = door


def unregister(object_type: str) -> None:
    _doors.pop(object_type, None)


def can_see(actor: Actor, object_type: str, object_id: str) -> bool:
    """没有登记门的对象一律看不见。"""
    door = _doors.get(object_type)
    return door is not None and door.can_see(actor, object_id)


def present(actor: Actor, object_type: str, object_id: str) -> tuple[str, str]:
    """名称与网址;先问过 `can_see`。"""
    return _doors[object_type].present(actor, object_id)
