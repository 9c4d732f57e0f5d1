"""可见范围:投资方只经由看得见的项目、本单位的登记、商务主管部门的准用而被看见;商务主管部门见全部。

列表、合计、检索、导出、接口一律从 `visible_to(actor)` 开始;由编号取对象只走 `door`。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q, QuerySet

from juyuan.foundation.people.queries import units_under
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.investors.access import STAFF, is_bureau
from juyuan.rooms.investors.models import Grant, Investor

Provider = Callable[[Actor], Q | None]
_providers: dict[str, Provider] = {}
_hiding: dict[str, Provider] = {}


def register_visibility(name: str, provider: Provider) -> None:
    """登记一条可见之路:`provider(actor)` 给出 Investor 上的条件(None 即没有)。由 wiring 调用。"""
    _providers[name] = provider


def register_hiding(name: str, provider: Provider) -> None:
    """登记一条不可见之由:`provider(actor)` 给出只经由此人看不见的对象而来的投资方(None 即没有)。

    商务主管部门不因看得见全市而看见其中的;由 wiring 调用。
    """
    _hiding[name] = provider


def own_units(actor: Actor) -> set[int]:
    """行动者任职单位及其下级(只算办事的职务)。"""
    units = [p.unit_id for p in actor.posts if p.role in STAFF]
    return units_under(units) if units else set()


def visible_to(actor: Actor, units: Iterable[int] | None = None) -> QuerySet[Investor]:
    """行动者看得见的投资方(已并入别家的不在内)。`units` 可传入已取好的 `own_units`。"""
    live = Investor.objects.filter(merged_into__isnull=True)
    if actor.is_system:
        return live
    if is_bureau(actor):
        # 看得见全市的,也看不见只经由限名单项目而来的;本单位自己登记的除外(否则凭空消失反而说明了什么)
        own = Q(owner_unit_id__in=sorted(actor.unit_ids))
        for hide in _hiding.values():
            hidden = hide(actor)
            if hidden is not None:
                live = live.filter(own | ~hidden)
        return live
    condition: Q | None = None
    for provider in _providers.values():
        seen = provider(actor)
        if seen is not None:
            condition = seen if condition is None else condition | seen
    mine = sorted(own_units(actor) if units is None else units)
    if mine:
        own = Q(owner_unit_id__in=mine) | Q(
            pk__in=Grant.objects.filter(unit_id__in=mine).values("investor_id")
        )
        condition = own if condition is None else condition | own
    return live.none() if condition is None else live.filter(condition)


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def sees(actor: Actor, investor: Investor) -> bool:
    """看不看得见这一家。"""
    return visible_to(actor).filter(pk=investor.pk).exists()


def door(actor: Actor, code: str) -> Investor:
    """由编号取投资方的唯一入口;已并入别家的,给出留下的那一家。

    Raises:
        NotFound: 没有,或看不见。
    """
    # 编号只有字母、数字、横线;别的写法(含空字符)不必问数据库
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    investor = Investor.objects.filter(code=code).first()
    steps = 0
    while investor is not None and investor.merged_into_id and steps < 20:
        investor = Investor.objects.filter(pk=investor.merged_into_id).first()
        steps += 1
    if investor is None or not sees(actor, investor):
        raise NotFound
    return investor
