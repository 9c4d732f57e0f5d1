"""工作台的「到期」一块:我的待办里最急的几件,各段几件;负责人另看本单位(或全市)逾期的。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from juyuan.foundation.duties import queries as duties
from juyuan.foundation.duties.access import LABELS, MINE, scopes
from juyuan.foundation.duties.queries import LATE, LATER, Desk
from juyuan.foundation.duties.views import item_of
from juyuan.kernel.actor import Actor
from juyuan.kernel.workdays import Calendar

SHOWN, LATE_SHOWN = 6, 3


def groups(actor: Actor, today: date, days: Calendar) -> list[dict[str, Any]]:
    """按待办部件的样子:我的在前,逾期的本单位、全市在后。没有就没有这一块。"""
    mine = duties.desk(actor, today, MINE, SHOWN)
    found = []
    if mine.total:
        more = mine.total - len(mine.rows)
        found.append(
            {
                "label": "到期的待办",
                "light": "bad" if mine.counts[LATE] else "",
                "note": _note(mine),
                "items": [item_of(row, today, days) for row in mine.rows],
                "more": f"其余 {more} 件" if more else "",
                "more_url": reverse("duties:list") if more else "",
            }
        )
    for scope in scopes(actor)[1:]:
        found += _late(actor, scope, today, days)
    return found


def _late(actor: Actor, scope: str, today: date, days: Calendar) -> list[dict[str, Any]]:
    desk = duties.desk(actor, today, scope, LATE_SHOWN)
    late = desk.counts[LATE]
    rows = [row for row in desk.rows if row.due_on < today]
    if not late:
        return []
    return [
        {
            "label": f"{LABELS[scope]}逾期的",
            "light": "bad",
            "note": f"{late} 件",
            "items": [item_of(row, today, days) | {"button": "查看"} for row in rows],
            "more": f"全部 {late} 件",
            "more_url": f"{reverse('duties:list')}?scope={scope}&when=late",
        }
    ]


def _note(desk: Desk) -> str:
    said = [
        f"{label} {desk.counts[name]} 件"
        for name, label in duties.BUCKETS.items()
        if name != LATER and desk.counts[name]
    ]
    return "，".join(said) or f"{desk.total} 件，本周没有到期的"


def without(others: list[dict[str, Any]], shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """别的各块里,已经在「到期」里的不再列一遍;列空了的块也不留。"""
    urls = {item["url"] for group in shown for item in group["items"]}
    kept = []
    for group in others:
        items = [item for item in group["items"] if item["url"] not in urls]
        if items:
            kept.append(group | {"items": items})
    return kept
