"""菜单登记处。由 wiring 登记,基础模板按当前行动者显示。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from juyuan.kernel.actor import Actor

GROUPS = ("", "决策与服务", "成效", "依据", "管理")
"""左栏分组的次序;空组在最上、不写组名。没列入的组按登记次序排在后面。"""


def everyone(actor: Actor) -> bool:
    return True


@dataclass(frozen=True)
class MenuItem:
    """一个菜单项。

    `visible(actor)` 决定谁看得到;`count(actor)` 给角标(0 或 None 不显示),`urgent` 时角标为红。
    `phone` 是手机底栏的次序(1…4),0 不上底栏;第五格固定为「全部」。
    """

    key: str
    label: str
    url_name: str
    icon: str
    group: str = ""
    order: int = 100
    visible: Callable[[Actor], bool] = everyone
    count: Callable[[Actor], int | None] | None = None
    urgent: bool = False
    phone: int = 0
    short: str = ""


@dataclass(frozen=True)
class Entry:
    """显示用的一项。"""

    key: str
    label: str
    url: str
    icon: str
    current: bool
    count: int | None
    urgent: bool
    phone: int


@dataclass(frozen=True)
class Group:
    label: str
    entries: tuple[Entry, ...]


PHONE_SLOTS = 4
_items: dict[str, MenuItem] = {}


def register(item: MenuItem) -> None:
    """登记一项;同一 key 再登记即替换(重复 connect 无害)。"""
    _items[item.key] = item


def unregister(key: str) -> None:
    _items.pop(key, None)


def entries(actor: Actor | None, path: str, current: str = "") -> tuple[Entry, ...]:
    """某人此刻的菜单,按组与次序;`current` 指明当前项,缺省按网址最长前缀认。"""
    if actor is None:
        return ()
    shown: list[tuple[MenuItem, str]] = []
    for item in _items.values():
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue  # 该屏尚未接通
        if item.visible(actor):
            shown.append((item, url))
    if not current:
        current = _match(path, shown)
    order = {name: index for index, name in enumerate(GROUPS)}
    shown.sort(key=lambda pair: (order.get(pair[0].group, len(GROUPS)), pair[0].order, pair[0].key))
    return tuple(
        Entry(
            key=item.key,
            label=item.label,
            url=url,
            icon=item.icon,
            current=item.key == current,
            count=(item.count(actor) or None) if item.count else None,
            urgent=item.urgent,
            phone=item.phone,
        )
        for item, url in shown
    )


def groups(shown: tuple[Entry, ...]) -> tuple[Group, ...]:
    """左栏:同组相邻(`entries` 已排好)。"""
    found: dict[str, list[Entry]] = {}
    for entry in shown:
        found.setdefault(_items[entry.key].group, []).append(entry)
    return tuple(Group(label, tuple(items)) for label, items in found.items())


def phone_entries(shown: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """手机底栏前四格;登记的不够四格(三员),从菜单末尾往前补。"""
    first = sorted((e for e in shown if e.phone), key=lambda e: e.phone)[:PHONE_SLOTS]
    rest = [e for e in shown if not e.phone]
    room = PHONE_SLOTS - len(first)
    return (*first, *(rest[-room:] if room else ()))


def _match(path: str, shown: list[tuple[MenuItem, str]]) -> str:
    best, length = "", -1
    for item, url in shown:
        hit = path == url or (url != "/" and path.startswith(url))
        if hit and len(url) > length:
            best, length = item.key, len(url)
    return best
