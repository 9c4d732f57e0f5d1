"""检索:投资方按名称、别名、编号、统一社会信用代码可查;只出看得见的。"""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from juyuan.foundation.search.registry import Hit
from juyuan.kernel.actor import Actor
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.investors.queries.matches import OBJ
from juyuan.rooms.investors.queries.scope import visible_ids

OBJECT_TYPE = OBJ
LABEL = "投资方"

__all__ = ["LABEL", "OBJECT_TYPE", "present", "visible_ids"]


def present(actor: Actor, ids: Sequence[int]) -> list[Hit]:
    """命中的投资方怎么显示(编号已按可见范围裁过)。"""
    return [
        Hit(
            object_id=row.pk,
            title=row.name,
            subtitle=" · ".join(part for part in (row.code, row.uscc, row.place) if part),
            url=reverse("investors:detail", args=[row.code]),
            icon="building",
        )
        for row in Investor.objects.filter(pk__in=list(ids))
    ]
