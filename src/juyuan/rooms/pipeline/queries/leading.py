"""登记处:项目页「首谈单位」旁边的去处,由首谈室给出(经 wiring 登记);没有登记即没有。"""

from __future__ import annotations

from collections.abc import Callable

from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.models import Project

Link = Callable[[Actor, Project], tuple[str, str] | None]
_links: dict[str, Link] = {}


def register_link(name: str, link: Link) -> None:
    """登记;同名再登记即替换(重复接线无害)。"""
    _links[name] = link


def link_of(actor: Actor, project: Project) -> tuple[str, str] | None:
    """(文字, 网址);没有即空。"""
    return next((found for link in _links.values() if (found := link(actor, project))), None)
