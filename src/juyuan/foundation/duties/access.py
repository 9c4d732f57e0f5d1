"""谁可以看哪一摊待办。"""

from __future__ import annotations

from juyuan.foundation.duties.registry import STAFF
from juyuan.foundation.people.models import LEADER_ROLES
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial

BUREAU = "commerce"
MINE, UNIT, ALL = "mine", "unit", "all"
LABELS = {MINE: "我的", UNIT: "本单位", ALL: "全市"}


def scopes(actor: Actor) -> tuple[str, ...]:
    """看得到的几摊:人人有自己的;主要负责同志有本单位的;商务主管部门与召集人有全市的。"""
    found = [MINE]
    if actor.has("head"):
        found.append(UNIT)
    if actor.is_system or sees_city(actor):
        found.append(ALL)
    return tuple(found)


def sees_city(actor: Actor) -> bool:
    """商务主管部门、召集人。"""
    return actor.has_any(*LEADER_ROLES) or any(
        p.function == BUREAU and p.role in STAFF for p in actor.posts
    )


def can_see(actor: Actor, scope: str) -> Access:
    if scope in scopes(actor):
        return Allowed()
    if scope == UNIT:
        return Denial("本单位的待办由主要负责同志查看")
    return Denial("全市的待办由商务主管部门、召集人查看")


def can_see_person(actor: Actor, person_id: int, unit_ids: frozenset[int]) -> Access:
    """按人查:本人、其单位(或上级)的主要负责同志、看全市的人。

    `unit_ids`: 该人任职单位与行动者所辖单位的交集。
    """
    if actor.person_id == person_id or ALL in scopes(actor) or unit_ids:
        return Allowed()
    return Denial("只能查自己的、本单位人员的待办")
