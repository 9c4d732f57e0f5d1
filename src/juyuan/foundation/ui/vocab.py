"""词汇登记处:值 → 名称、图标、颜色。由 wiring 登记,模板标签取用,一处改处处改。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Badge:
    """一个值怎么显示。`css` 取 c1…c5(五个类别色)或空;`icon` 是 Tabler 图标名(不带 ti-)。"""

    label: str
    icon: str = ""
    css: str = ""


@dataclass(frozen=True)
class ClauseLabel:
    """条款怎么显示:「三(三)」、悬停全文、链接。"""

    display: str
    title: str = ""
    url: str = ""


ClauseSource = Callable[[str], ClauseLabel | None]

_DEFAULTS: dict[str, dict[str, Badge]] = {
    "light": {
        "ok": Badge("正常"),
        "warn": Badge("预警"),
        "bad": Badge("滞后"),
        "idle": Badge("未开始"),
    },
    "pill": {
        "yes": Badge("已认定", "check"),
        "wait": Badge("待核实", "circle-dashed"),
        "no": Badge("不予认定", "arrow-back-up"),
    },
}
_vocab: dict[str, dict[str, Badge]] = {kind: dict(items) for kind, items in _DEFAULTS.items()}
_clauses: list[ClauseSource] = []


def register_vocab(kind: str, items: Mapping[str, Badge]) -> None:
    """登记一类词汇(如 stage、standing);再次登记同一类即覆盖同名的值。"""
    _vocab.setdefault(kind, {}).update({str(value): badge for value, badge in items.items()})


def badge(kind: str, value: object) -> Badge:
    """取显示方式;没登记的值原样显示,不报错(旧数据里可能有已停用的值)。"""
    key = str(getattr(value, "value", value))
    return _vocab.get(kind, {}).get(key) or Badge(key)


def values(kind: str) -> dict[str, Badge]:
    return dict(_vocab.get(kind, {}))


def register_clauses(source: ClauseSource) -> None:
    """登记条款的显示来源(只保留最后一个)。"""
    _clauses[:] = [source]


def clause_label(code: str) -> ClauseLabel:
    """条款代码 → 显示;来源没有登记或没有这一条时,直接显示代码。"""
    found = (_clauses[0] if _clauses else _from_policy)(code)
    return found or ClauseLabel(display=code)


def _from_policy(code: str) -> ClauseLabel | None:
    from juyuan.foundation.policy import queries

    try:
        clause = queries.clause(code)
    except LookupError:
        return None
    try:
        url = reverse("clause", args=[code])
    except NoReverseMatch:
        url = ""
    return ClauseLabel(display=clause.display, title=clause.text, url=url)
