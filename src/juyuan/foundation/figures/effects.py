"""改参数对统计数字的影响:同一套求值,换一份参数表再算一遍。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from juyuan.foundation.figures import registry
from juyuan.foundation.figures.queries import compute, shown
from juyuan.foundation.policy.effects import Effect
from juyuan.kernel.actor import Actor


def values(actor: Actor, on: date) -> dict[str, str]:
    """{名称: 「值 单位」};此人看得见的范围之内,截至 `on`。"""
    return {
        found.name: f"{shown(found.value, found.unit)} {found.unit}" for found in compute(on, actor)
    }


def present(actor: Actor, names: Iterable[Any]) -> Mapping[Any, tuple[str, str]]:
    """{名称: (名, 口径页)}。"""
    labels = {figure.name: figure.label for figure in registry.figures()}
    return {name: (labels[name], reverse("figure", args=[name])) for name in names}


def effect(keys: tuple[str, ...]) -> Effect:
    """登记处要的一类;`keys` 是统计要用的参数。"""
    note = "只计您看得见的部分；认定当日冻结的数不变。"
    return Effect("figures", "统计数字", keys, values, present, note)
