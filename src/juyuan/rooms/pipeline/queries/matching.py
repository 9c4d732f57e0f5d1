"""在项目库里按字找:编号、名称、投资方的任一部分,或拼音首字母。与顶栏检索同一张检索行表。"""

from __future__ import annotations

from django.db.models import Q

from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.text import bigrams, compact

OBJ = "project"


def matching(q: str) -> Q:
    """含这一段文字的项目。归一后什么也不剩(只有标点)则没有项目符合。"""
    folded = compact(q)
    if not folded:
        return Q(pk__in=[])
    rows = SearchRow.objects.filter(object_type=OBJ)
    if len(folded) == 1:
        rows = rows.filter(text__contains=folded)
    else:
        # 二字片段走 GIN 索引取候选,再按原文核对次序
        rows = rows.filter(grams__contains=bigrams(folded), text__contains=folded)
    return Q(pk__in=rows.values("object_id"))
