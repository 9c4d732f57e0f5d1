"""读:谁看得见哪些投资方。身份全市共用,但只经由看得见的项目、自己登记的、获准使用的列出。"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q, QuerySet

from juyuan.foundation.people.models import Role
from juyuan.foundation.people.queries import units_under
from juyuan.kernel.actor import Actor
from juyuan.rooms.investors.models import Investor

# 上层房间给出「这个人经由看得见的对象而看得见的投资方」的条件
Provider = Callable[[Actor], Q]
_providers: dict[str, Provider] = {}
STAFF = (Role.CLERK, Role.HEAD, Role.VERIFIER)
BUREAU = "commerce"


def register_visibility(name: str, provider: Provider) -> None:
    """登记一个来处(wiring 调用;同名即替换)。"""
    _providers[name] = provider


def visible_to(actor: Actor) -> QuerySet[Investor]:
    """这个人看得见的投资方(不含已并入他家的)。商务主管部门看得见全部。"""
    base = Investor.objects.filter(merged_into__isnull=True)
    if actor.is_system or any(p.function == BUREAU and p.role in STAFF for p in actor.posts):
        return base
    staff = [p.unit_id for p in actor.posts if p.role in STAFF]
    if not staff and not actor.posts:
        return base.none()
    units = units_under(staff)
    condition = Q(owner_unit__in=units) | Q(grants__unit__in=units)
    for provider in _providers.values():
        condition |= provider(actor)
    return base.filter(condition).distinct()
