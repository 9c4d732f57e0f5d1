"""谁能查重、谁能看查重记录;每个「不能」都说明理由与条款。"""

from __future__ import annotations

from collections.abc import Collection

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.rules.rulings import ConflictState
from juyuan.rooms.investors.access import BUREAU, DECIDERS, is_bureau
from juyuan.rooms.pipeline.access import can_add_evidence

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


def can_register(actor: Actor) -> Access:
    """首谈登记:各单位办首谈的人,以他当前的任职单位登记。"""
    if actor.post is not None and actor.has_any(*ASKERS):
        return Allowed()
    return Denial("首谈由各单位经办人员登记,您的职务只能查阅", CLAUSE)


def decides(actor: Actor) -> bool:
    """商务主管部门的负责人、核验人。"""
    return any(p.function == BUREAU and p.role in DECIDERS for p in actor.posts)


def can_decide(actor: Actor) -> Access:
    """确认期初、确认失去独占、指定接手:商务主管部门负责人、核验人。"""
    if decides(actor):
        return Allowed()
    return Denial(f"这一步由{bureau()}负责人或核验人办理", CLAUSE)


def can_extend(actor: Actor) -> Access:
    """超过封顶的延长:只有召集人。"""
    if actor.has_any(*LEADER_ROLES):
        return Allowed()
    return Denial("更长的保护期须由召集人批准", CLAUSE)


def can_end(actor: Actor, claim: Claim, own: Collection[int]) -> Access:
    """终结:登记的单位自己,商务主管部门负责人、核验人。"""
    if decides(actor) or (actor.has_any(*ASKERS) and claim.unit_id in own):
        return Allowed()
    return Denial(f"首谈由登记的单位或{bureau()}终结", CLAUSE)


def not_own(claim: Claim) -> Access:
    """不是登记的单位。"""
    return Denial(f"这件首谈由{claim.unit.name}办理", CLAUSE)


def can_hand_over(actor: Actor, claim: Claim) -> Access:
    """提出移交:持有的单位,商务主管部门负责人、核验人(机构改革时)。"""
    if decides(actor):
        return Allowed()
    if actor.post is not None and actor.post.unit_id == claim.unit_id and actor.has_any(*ASKERS):
        return Allowed()
    return not_own(claim)


def can_list(actor: Actor) -> Access:
    """看首谈清单:各单位办首谈的人、召集人。"""
    if actor.is_system or actor.has_any(*ASKERS, *LEADER_ROLES):
        return Allowed()
    return Denial("首谈清单由各单位办首谈的人与召集人查看", CLAUSE)


def can_take_up(actor: Actor, claim: Claim) -> Access:
    """接手失去独占的:商务主管部门指定,或与这个项目有关系的别的单位自己接。"""
    if decides(actor):
        return Allowed()
    if actor.post is None or not actor.has_any(*ASKERS) or actor.post.unit_id == claim.unit_id:
        return Denial(f"接手由别的单位提出或由{bureau()}指定", CLAUSE)
    if claim.project is None:
        return Denial("这件首谈还没有项目,无从接手", CLAUSE)
    return can_add_evidence(actor, claim.project)


def can_found(actor: Actor, claim: Claim) -> Access:
    """登记项目:登记这件首谈的单位。"""
    if actor.post is not None and actor.post.unit_id == claim.unit_id and actor.has_any(*ASKERS):
        return Allowed()
    return not_own(claim)


def can_rule(actor: Actor, conflict: Conflict) -> Access:
    """裁定:待裁定的由商务主管部门负责人、核验人(自己单位是一方的回避),提请了的由召集人。"""
    if conflict.state == ConflictState.APPEALED:
        if actor.has_any(*LEADER_ROLES):
            return Allowed()
        return Denial("终裁由召集人作出", CLAUSE)
    if not decides(actor):
        return can_decide(actor)
    if actor.post and conflict.parties.filter(unit_id=actor.post.unit_id).exists():
        return Denial("本单位就是争议的一方,请由召集人裁定", CLAUSE)
    return Allowed()


def can_import(actor: Actor) -> Access:
    """导入首谈台账:能登记首谈的人。"""
    return can_register(actor)


def can_export(actor: Actor) -> Access:
    """导出看得见的首谈:能看首谈清单的人。"""
    return can_list(actor)
