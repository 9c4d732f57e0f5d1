"""两个项目合并时别的房间要搬的东西(首谈、线索 …):由它们登记,本室不写它们的行。

种类与投资方合并的同一个(`investors.movers.Mover`),编号换成项目的。
"""

from __future__ import annotations

from juyuan.rooms.investors.movers import Act, Mover

__all__ = ["Act", "Mover", "movers", "register_mover"]
_movers: dict[str, Mover] = {}


def register_mover(mover: Mover) -> None:
    """登记一类(由 wiring 调用;同名覆盖)。"""
    _movers[mover.name] = mover


def movers() -> list[Mover]:
    """已登记的各类,按名排序(合并与撤销的次序因此固定)。"""
    return [_movers[name] for name in sorted(_movers)]
