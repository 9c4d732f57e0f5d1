"""登记处:项目页上由上层房间给出的卡片(评审、履约、会议……);没有登记即没有。接线见 wiring。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.models import Project


@dataclass(frozen=True)
class CardRow:
    """卡片里的一件:信号、说什么、去哪里。"""

    text: str
    url: str
    note: str = ""
    signal: str = "idle"
    signal_label: str = ""


@dataclass(frozen=True)
class RoomCard:
    """一张卡片:题、状态与信号、几行话(`lines`)或几件事(`rows`)、去处;`acts` 是此人此刻能办的(文字, 网址, 图标)。"""

    key: str
    title: str
    clause: str
    state: str = ""
    signal: str = "idle"
    lines: tuple[tuple[str, str], ...] = ()
    rows: tuple[CardRow, ...] = ()
    url: str = ""
    url_label: str = ""
    acts: tuple[tuple[str, str, str], ...] = ()
    empty: str = ""


Provider = Callable[[Actor, Project, date], RoomCard | None]
_providers: dict[str, Provider] = {}


def register_card(name: str, provider: Provider) -> None:
    """登记;同名再登记即替换(重复接线无害)。"""
    _providers[name] = provider


def cards_of(actor: Actor, project: Project, on: date) -> list[RoomCard]:
    """这个项目在这一天的各卡片,按登记的先后。"""
    found = (provider(actor, project, on) for provider in _providers.values())
    return [card for card in found if card is not None]
