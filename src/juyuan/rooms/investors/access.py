"""谁能对投资方做什么;每个「不能」都说明理由与条款。"""

from __future__ import annotations

from collections.abc import Collection

from juyuan.foundation.people.models import Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.investors.models import Contact, Investor

BUREAU = "commerce"
STAFF = (Role.CLERK, Role.HEAD, Role.VERIFIER, Role.SPECIALIST)
EDITORS = (Role.CLERK, Role.HEAD, Role.VERIFIER)
DECIDERS = (Role.HEAD, Role.VERIFIER)
CLAUSE = "2.5b"


def is_bureau(actor: Actor) -> bool:
    """是否商务主管部门的工作人员。"""
    return any(p.function == BUREAU and p.role in STAFF for p in actor.posts)


def can_register(actor: Actor) -> Access:
    """登记投资方:各单位经办、主要负责同志,商务主管部门。"""
    if actor.is_system or actor.has_any(*EDITORS):
        return Allowed()
    return Denial("登记投资方由各单位经办人员办理,您的职务只能查阅", CLAUSE)


def can_edit(actor: Actor, investor: Investor, own_units: Collection[int]) -> Access:
    """改投资方内容、别名:登记单位,商务主管部门。"""
    if actor.is_system or is_bureau(actor):
        return Allowed()
    if actor.has_any(*EDITORS) and investor.owner_unit_id in own_units:
        return Allowed()
    return Denial(f"投资方是全市共用的一份,只有登记单位和{bureau()}可以修改", CLAUSE)


def can_add_contact(actor: Actor) -> Access:
    """登记联系人:看得见这家投资方的经办人员。"""
    return can_register(actor)


def can_read_contact(actor: Actor, contact: Contact, own_units: Collection[int]) -> bool:
    """看联系人的完整号码:登记它的单位,商务主管部门。"""
    return actor.is_system or is_bureau(actor) or contact.unit_id in own_units


def can_merge(actor: Actor) -> Access:
    """合并与撤销合并:商务主管部门的负责人、核验人。"""
    if actor.via == "console" and actor.is_system:
        return Allowed()
    if any(p.function == BUREAU and p.role in DECIDERS for p in actor.posts):
        return Allowed()
    return Denial(f"合并投资方由{bureau()}负责人或核验人办理", CLAUSE)


def can_settle(actor: Actor) -> Access:
    """核对重合:商务主管部门。"""
    if is_bureau(actor) or (actor.via == "console" and actor.is_system):
        return Allowed()
    return Denial(f"重合由{bureau()}核对", CLAUSE)


def can_export(actor: Actor) -> Access:
    """导出看得见的投资方:有业务任职者。"""
    if actor.is_system or actor.posts:
        return Allowed()
    return Denial("没有在任职务,不能导出", CLAUSE)
