"""检索:产业链按名称、环节、产品、本地企业可查;对全体业务人员公开。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from juyuan.foundation.search.registry import Hit
from juyuan.kernel.actor import Actor
from juyuan.rooms.chains import access
from juyuan.rooms.chains.models import Chain

OBJECT_TYPE = "chain"
LABEL = "产业链"


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """候选中此人看得见的。"""
    if not access.can_view(actor):
        return set()
    return set(
        Chain.objects.filter(pk__in=list(ids), disabled_on__isnull=True).values_list(
            "pk", flat=True
        )
    )


def present(actor: Actor, ids: Sequence[int]) -> list[Hit]:
    """命中的链怎么显示。"""
    return [
        Hit(
            object_id=chain.pk,
            title=chain.name,
            subtitle=f"产业链 · {chain.code}",
            url=f"/chains/{chain.code}/",
            icon="affiliate",
        )
        for chain in Chain.objects.filter(pk__in=list(ids))
    ]
