"""改参数对待办的影响:各种类照 `owed` 再算一遍,到期日、由谁办不同的列出来。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.duties import registry
from juyuan.foundation.duties.actions import rederive_rules
from juyuan.foundation.duties.rules import derive
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.effects import Effect, register
from juyuan.foundation.policy.registry import on_change
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor

Key = tuple[str, str, int, int | None, str]


def due_dates(actor: Actor, on: date) -> dict[Key, str]:
    """{(种类, 对象, 人, 期): 「单位 到期日」};那一天应当开着的全部。"""
    known = calendar()
    units = {unit.pk: str(unit) for unit in Unit.objects.all()}
    found: dict[Key, str] = {}
    for kind in registry.kinds():
        if kind.owed is None:
            continue
        for owed in kind.owed(on=on):
            due = derive(owed.basis_on, owed.rule, known)
            key = (kind.kind, owed.object_type, owed.object_id, owed.person_id, owed.period)
            found[key] = f"{units.get(owed.unit_id, '')} {due}到期"
    return found


def present(actor: Actor, keys: Iterable[Any]) -> Mapping[Any, tuple[str, str]]:
    """{键: (「种类:对象」, 对象的网址)};对象看不见的不给。"""
    wanted = list(keys)
    doors = registry.doors()
    labels = {kind.kind: kind.label for kind in registry.kinds()}
    ids: dict[str, set[int]] = defaultdict(set)
    for _, object_type, object_id, _, _ in wanted:
        ids[object_type].add(object_id)
    shown = {
        (object_type, pk): named
        for object_type, some in ids.items()
        if object_type in doors
        for pk, named in doors[object_type]
        .present(actor, doors[object_type].visible_ids(actor, some))
        .items()
    }
    found = {}
    for key in wanted:
        named = shown.get((key[1], key[2]))
        if named is not None:
            period = f"（{key[4]}）" if key[4][:4].isdigit() else ""
            found[key] = (f"{labels.get(key[0], key[0])}{period}：{named[0]}", named[1])
    return found


def connect(keys: tuple[str, ...]) -> None:
    """登记影响,与参数有了新版之后的重算(由 wiring 调用);`keys` 是定期限、定承办的参数。"""
    on_change("duties", rederive_rules)
    register(
        Effect(
            "duties", "待办的到期日与承办", ("policy.", *keys), due_dates, present,
            "期限按起算日的参数算：起算日在施行日之前的不变；确认之后开着的待办随即重算并留痕。",
        )
    )  # fmt: skip
