"""谁能对线索做什么;每个「不能」都说明理由与条款。"""

from __future__ import annotations

from juyuan.foundation.people.models import ADMIN_ROLES, Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.investors.access import BUREAU
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.rules.drafts import LeadSecrecy, ReferrerKind, Reporter
from juyuan.rooms.outreach.rules.leads import CLAUSE, LeadState, LeadVerb

HANDLERS = (Role.CLERK, Role.HEAD, Role.VERIFIER)
OUTSIDE = (Role.ADVISER, Role.CHAMBER)
"""顾问、商会(工作站的人任这两种之一):只看得见自己报的。"""


def is_desk(actor: Actor) -> bool:
    """是否商务主管部门办线索的人。"""
    return any(p.function == BUREAU and p.role in HANDLERS for p in actor.posts)


def can_register(actor: Actor) -> Access:
    """报线索:各单位经办人员、招商顾问、商会与工作站,以他当前的任职。"""
    if actor.post is not None and actor.has_any(*HANDLERS, *OUTSIDE):
        return Allowed()
    return Denial("线索由各单位经办人员、招商顾问、商会报送,您的职务只能查阅", CLAUSE)


def reporter_of(actor: Actor) -> Reporter | None:
    """报来的人自己。"""
    if actor.post is None:
        return None
    if actor.post.role not in OUTSIDE:
        return Reporter(ReferrerKind.UNIT, actor.post.unit_name)
    kind = ReferrerKind.ADVISER if actor.post.role == Role.ADVISER else ReferrerKind.CHAMBER
    return Reporter(kind, actor.name, kind.value)


def can_edit(actor: Actor, lead: Lead) -> Access:
    """改草稿、登记、撤回:报送人自己。"""
    if actor.account_id is None or lead.by_id != actor.account_id:
        return Denial("线索由报送人自己登记、撤回", CLAUSE)
    return Allowed()


def handles(actor: Actor, lead: Lead) -> bool:
    """是否承办单位办这条线索的人;限名单的只认承办人。"""
    if lead.unit_id is None:
        return False
    if lead.secrecy == LeadSecrecy.RESTRICTED and lead.assignee_id != actor.person_id:
        return False
    return any(p.unit_id == lead.unit_id and p.role in HANDLERS for p in actor.posts)


def can_desk(actor: Actor) -> Access:
    """分办:商务主管部门。"""
    if is_desk(actor):
        return Allowed()
    return Denial(f"线索由{bureau()}分办", CLAUSE)


def can_answer(actor: Actor, lead: Lead) -> Access:
    """答复、不采纳:商务主管部门,分办之后还有承办单位。"""
    if actor.is_system or is_desk(actor) or handles(actor, lead):
        return Allowed()
    return Denial(f"线索由{bureau()}与承办单位答复", CLAUSE)


def can_handle(actor: Actor, lead: Lead) -> Access:
    """研判、反馈、转项目:承办单位。"""
    if handles(actor, lead):
        return Allowed()
    if lead.unit is None:
        return Denial(f"线索还没有分办,请{bureau()}先定承办单位", CLAUSE)
    return Denial(f"线索由{lead.unit.name}承办", CLAUSE)


def can_attach(actor: Actor, lead: Lead) -> Access:
    """交附件:报送人自己;登记之后还有商务主管部门、承办单位。"""
    mine = actor.account_id is not None and lead.by_id == actor.account_id
    if mine or (lead.state != LeadState.DRAFT and (is_desk(actor) or handles(actor, lead))):
        return Allowed()
    return Denial(f"附件由报送人、{bureau()}与承办单位提交", CLAUSE)


def may(actor: Actor, lead: Lead, verb: LeadVerb) -> Access:
    """某一步谁能办。"""
    if verb in (LeadVerb.SUBMIT, LeadVerb.WITHDRAW):
        return can_edit(actor, lead)
    if verb == LeadVerb.ASSIGN:
        return can_desk(actor)
    if verb in (LeadVerb.ANSWER, LeadVerb.REFUSE):
        if verb == LeadVerb.REFUSE and lead.state == LeadState.CONTESTED and not actor.is_system:
            return Denial(f"撞单由{bureau()}裁定,裁定之后自动接着办", CLAUSE)
        return can_answer(actor, lead)
    return can_handle(actor, lead)


def can_export(actor: Actor) -> Access:
    """导出看得见的线索:有业务任职者。"""
    if actor.is_system or any(p.role not in ADMIN_ROLES for p in actor.posts):
        return Allowed()
    return Denial("没有在任的业务职务,不能导出线索", CLAUSE)
