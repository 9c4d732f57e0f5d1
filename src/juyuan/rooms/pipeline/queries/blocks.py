"""登记处:项目页上别室的一块(会议的难题与交办等),由各室给出,经 wiring 登记;没有登记即没有。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.models import Project


@dataclass(frozen=True)
class BlockLine:
    """一行:信号、说什么、去哪里。"""

    text: str
    url: str
    note: str = ""
    signal: str = "idle"
    signal_label: str = ""


@dataclass(frozen=True)
class Block:
    """一块:标题、条款、各行、能办的事(文字, 网址, 图标)。"""

    key: str
    title: str
    clause: str
    lines: tuple[BlockLine, ...] = ()
    acts: tuple[tuple[str, str, str], ...] = ()
    empty: str = ""


Provider = Callable[[Actor, Project, date], Block | None]
_providers: dict[str, Provider] = {}


def register_block(name: str, provider: Provider) -> None:
    """登记;同名再登记即替换(重复接线无害)。"""
    _providers[name] = provider


def blocks_of(actor: Actor, project: Project, on: date) -> list[Block]:
    """各室给出的,按登记名的先后;没有的不占地方。"""
    found = (_providers[name](actor, project, on) for name in sorted(_providers))
    return [block for block in found if block is not None]
