"""登记处:项目页上由上层房间给出的卡片(评审、履约……);没有登记即没有。接线见 wiring。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.models import Project


@dataclass(frozen=True)
class RoomCard:
    """一张卡片:题、状态与信号、几行话、去处;`act_*` 是此人此刻能办的一件。"""

    key: str
    title: str
    clause: str
    state: str = ""
    signal: str = "idle"
    lines: tuple[tuple[str, str], ...] = ()
    url: str = ""
    url_label: str = ""
    act_label: str = ""
    act_url: str = ""
    act_icon: str = "arrow-right"


Provider = Callable[[Actor, Project], RoomCard | None]
_providers: dict[str, Provider] = {}


def register_card(name: str, provider: Provider) -> None:
    """登记;同名再登记即替换(重复接线无害)。"""
    _providers[name] = provider


def cards_of(actor: Actor, project: Project) -> list[RoomCard]:
    """这个项目的各卡片,按登记的先后。"""
    found = (provider(actor, project) for provider in _providers.values())
    return [card for card in found if card is not None]
