"""谁能查重、谁能看查重记录;每个「不能」都说明理由与条款。"""

from __future__ import annotations

from juyuan.foundation.people.models import Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.investors.access import is_bureau

CLAUSE = "3.2b"
ASKERS = (Role.CLERK, Role.HEAD, Role.VERIFIER)


def can_check(actor: Actor) -> Access:
    """查重:各单位办首谈的人(经办、主要负责同志、核验人)。"""
    if actor.is_system or actor.has_any(*ASKERS):
        return Allowed()
    return Denial("首谈查重由各单位经办人员办理,您的职务只能查阅", CLAUSE)


def can_read_log(actor: Actor) -> Access:
    """看查重记录与两边:只有商务主管部门。"""
    if is_bureau(actor):
        return Allowed()
    return Denial(f"查重记录只由{bureau()}查看", CLAUSE)
