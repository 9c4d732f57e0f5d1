"""公文清单的条件与一行:网页、导出用同一份。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from juyuan.foundation.papers import queries as read
from juyuan.foundation.papers.models import Document
from juyuan.kernel.actor import Actor

TABS = {
    "open": ("在办", ("draft", "submitted", "approved")),
    "submitted": ("待批", ("submitted",)),
    "approved": ("待印发", ("approved",)),
    "issued": ("已印发", ("issued",)),
    "all": ("全部", ()),
}


def tab_of(data: Mapping[str, Any]) -> str:
    """网址里的页签;不认识的是在办。"""
    tab = str(data.get("tab", ""))
    return tab if tab in TABS else "open"


def listed(actor: Actor, tab: str) -> QuerySet[Document]:
    """清单的行,新的在前由分页定。"""
    rows = read.visible_to(actor).select_related("unit")
    states = TABS[tab][1]
    return rows.filter(state__in=states) if states else rows


def book_of(data: Mapping[str, Any]) -> tuple[int, str, int] | None:
    """登记簿的一本:「单位编号|系列|年份」;读不懂的为空。"""
    parts = str(data.get("book", "")).split("|")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[2].isdecimal()):
        return None
    if len(parts[0]) > 18 or len(parts[2]) > 4 or "\x00" in parts[1]:
        return None
    return int(parts[0]), parts[1], int(parts[2])


def booked(actor: Actor, book: tuple[int, str, int]) -> QuerySet[Document]:
    """一本登记簿里看得见的。"""
    unit_id, series, year = book
    return (
        read.visible_to(actor)
        .select_related("unit")
        .filter(unit_id=unit_id, series=series, year=year, sequence__isnull=False)
    )
