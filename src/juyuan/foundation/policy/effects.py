"""改一个参数会影响什么:同一批读取,按现在的参数算一遍、按提议的参数再算一遍,相比。

没有第二份算法:各房间登记一个读取(`Effect.read`),它照常用 `params(…)` 取数、用同一批规则判断;
这里只换参数表。改了之后才看得见的差别,才列出来;看不见的对象不列,也不计数。
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from juyuan.foundation.policy import queries
from juyuan.foundation.policy.pages import citations
from juyuan.foundation.policy.timeline import ParameterRow, Timeline
from juyuan.kernel.actor import Actor

SHOWN = 50
NOTHING = "—"

HINTS = {
    "files.": "只影响以后上传的文件；已收下的不变。",
    "exchange.": "只影响以后的导入；已提交的批次不变。",
    "ui.": "只影响列表一页显示多少。",
    "notices.": "只影响以后发的通知；已发的不变。",
    "opening.": "只影响期初批次还能不能导入、撤回。",
}

Read = Callable[[Actor, date], Mapping[Any, str]]
Present = Callable[[Actor, Iterable[Any]], Mapping[Any, tuple[str, str]]]


@dataclass(frozen=True)
class Effect:
    """一类受影响的东西。

    `prefixes`: 管哪些参数(键或键的开头);`read(actor, on)`: {键: 写给人看的值},照此刻的参数表算;
    `present(actor, 键)`: {键: (名称, 网址)},看不见的不给。`note` 说明确认之后实际会怎样。
    """

    name: str
    label: str
    prefixes: tuple[str, ...]
    read: Read
    present: Present
    note: str = ""

    def minds(self, key: str) -> bool:
        return any(key == p or (p.endswith(".") and key.startswith(p)) for p in self.prefixes)


_effects: dict[str, Effect] = {}
_hints: dict[str, str] = dict(HINTS)


def register(*given: Effect, hints: Mapping[str, str] | None = None) -> None:
    """登记;同名再登记即替换(重复 connect 无害)。

    `hints`: 没有逐项可列的参数(键或键的开头),改了影响什么:一句话。
    """
    _effects.update({effect.name: effect for effect in given})
    _hints.update(hints or {})


def unregister(name: str) -> None:
    _effects.pop(name, None)


@dataclass(frozen=True)
class Change:
    """一处差别:旧 → 新;没有的一边是「—」。"""

    title: str
    url: str
    before: str
    after: str


@dataclass(frozen=True)
class Group:
    """一类差别;`found` 是总数,`changes` 至多列 `SHOWN` 项;`looked` 是比过几项。"""

    label: str
    note: str
    looked: int
    found: int
    changes: tuple[Change, ...]

    @property
    def more(self) -> int:
        return self.found - len(self.changes)


@dataclass(frozen=True)
class Preview:
    """一次提议的影响。`on`: 按哪一天看;`sentence`: 没有逐项可列时的一句老实话。"""

    on: date
    groups: tuple[Group, ...]
    sentence: str

    @property
    def found(self) -> int:
        return sum(group.found for group in self.groups)


def preview(*, actor: Actor, key: str, value: Any, effective_from: date, today: date) -> Preview:
    """提议的值自 `effective_from` 起,有哪些对象、待办、数字不同(只列此人看得见的)。

    看施行日那一天;施行日已过的看今天。用的是今天已有的事实。

    Raises:
        UnknownParameter: 没有这个参数。
    """
    on = max(effective_from, today)
    now = queries.timeline()
    then = supposed(now, key, value, effective_from)
    groups = []
    with transaction.atomic():
        for effect in _effects.values():
            if effect.minds(key):
                groups.append(_compare(effect, actor, on, now, then))
    return Preview(on, tuple(groups), _sentence(key, bool(groups)))


def supposed(line: Timeline, key: str, value: Any, effective_from: date) -> Timeline:
    """假如这一条已经确认:别的各版不变,多出这一版。"""
    row: ParameterRow = line.on(effective_from).row(key)
    return line.plus(replace(row, value=value, effective_from=effective_from, early=False))


def _compare(effect: Effect, actor: Actor, on: date, now: Timeline, then: Timeline) -> Group:
    with queries.supposing(now):
        before = dict(effect.read(actor, on))
    with queries.supposing(then):
        after = dict(effect.read(actor, on))
    keys: list[Hashable] = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    named = effect.present(actor, keys) if keys else {}
    changes = [
        Change(*named[key], before.get(key, NOTHING), after.get(key, NOTHING))
        for key in keys
        if key in named
    ]
    changes.sort(key=lambda change: change.title)
    return Group(
        effect.label, effect.note, len({**before, **after}), len(changes), tuple(changes[:SHOWN])
    )


def _sentence(key: str, compared: bool) -> str:
    hint = next((text for prefix, text in _hints.items() if key.startswith(prefix)), "")
    if not citations().readers.get(key):
        return "今天还没有功能读取这个参数：改了，眼下什么也不变；读它的功能建成之后才起作用。"
    if hint:
        return hint
    if compared:
        return ""
    return "它只影响施行日以后新办的事：已经办了的、已经记下的不变，没有可以逐项列出的。"
