"""谁看得见产业链,谁可以维护本地企业、任命链长与服务秘书。"""

from __future__ import annotations

from dataclasses import dataclass

from juyuan.foundation.people.models import ADMIN_ROLES, Role
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial

BUREAU = "commerce"
STAFF = frozenset({Role.CLERK, Role.HEAD, Role.VERIFIER})


@dataclass(frozen=True)
class Keepers:
    """一条链归谁维护:牵头单位,在任链长与服务秘书。"""

    lead_unit_id: int | None = None
    holder_ids: frozenset[int] = frozenset()


def can_view(actor: Actor) -> Access:
    """链图与目录对全体业务人员公开;三员不接触业务数据。"""
    if actor.is_system or any(p.role not in ADMIN_ROLES for p in actor.posts):
        return Allowed()
    return Denial("产业链对在任的业务人员开放，您现在没有业务任职", "4.0b")


def _is_bureau(actor: Actor) -> bool:
    return any(p.function == BUREAU and p.role in STAFF for p in actor.posts)


def can_keep(actor: Actor, keepers: Keepers) -> Access:
    """维护本地企业:市级商务主管部门、本链牵头单位、本链链长与服务秘书。"""
    if actor.is_system or _is_bureau(actor):
        return Allowed()
    if any(p.unit_id == keepers.lead_unit_id and p.role in STAFF for p in actor.posts):
        return Allowed()
    if actor.person_id is not None and actor.person_id in keepers.holder_ids:
        return Allowed()
    return Denial("本地企业由本链牵头单位、链长、服务秘书或市级商务主管部门维护", "4.0b")


def can_appoint(actor: Actor, keepers: Keepers) -> Access:
    """明确链长、设置服务秘书:本链牵头单位主要负责同志,或市级商务主管部门登记。"""
    if actor.is_system or _is_bureau(actor):
        return Allowed()
    if any(p.unit_id == keepers.lead_unit_id and p.role == Role.HEAD for p in actor.posts):
        return Allowed()
    return Denial("链长与服务秘书由牵头单位主要负责同志明确，或由市级商务主管部门登记", "4.0c")


def can_import_codes(actor: Actor) -> Access:
    """导入国民经济行业分类全表:市级商务主管部门。"""
    if actor.is_system or _is_bureau(actor):
        return Allowed()
    return Denial("行业分类由市级商务主管部门导入", "4.0b")
