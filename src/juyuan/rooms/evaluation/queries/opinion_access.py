"""谁能申请、答复、签发审查意见,谁能办承诺审查;每个「不能」都说明理由与条款。"""

from __future__ import annotations

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.evaluation.models import OpinionRequest
from juyuan.rooms.evaluation.rules.opinions import CLAUSE, may_sign
from juyuan.rooms.pipeline import access as projects
from juyuan.rooms.pipeline.models import Project

ANSWERERS = (Role.CLERK, Role.HEAD, Role.VERIFIER)
SIGNERS = (Role.HEAD, Role.VERIFIER)


def can_ask(actor: Actor, project: Project) -> Access:
    """申请审查、撤回申请、补材料:首谈单位、承载地、登记单位,商务主管部门。"""
    return projects.can_edit(actor, project)


def reviewing_units(actor: Actor) -> set[int]:
    """此人任办事职务的单位:收到这些单位的申请,他看得见、答得了。"""
    return {p.unit_id for p in actor.posts if p.role in ANSWERERS}


def reviews(actor: Actor, request: OpinionRequest) -> bool:
    """是不是审查单位的人。"""
    return request.unit_id in reviewing_units(actor)


def can_draft(actor: Actor, request: OpinionRequest) -> Access:
    """拟意见、退回补材料:审查单位自己的经办、负责、核验人员。"""
    if reviews(actor, request):
        return Allowed()
    return Denial(f"这件申请由{request.unit.name}答复", CLAUSE)


def can_sign(actor: Actor, request: OpinionRequest) -> Access:
    """签发、退回重拟、撤销意见:审查单位的负责、核验人员,不是拟稿人、申请人。"""
    heads = {p.unit_id for p in actor.posts if p.role in SIGNERS}
    if request.unit_id not in heads:
        return Denial(f"意见由{request.unit.name}负责人或核验人签发", CLAUSE)
    why = may_sign(request.drafted_by_id, request.asked_by_id, actor.account_id)
    return Denial(why, CLAUSE) if why else Allowed()


def can_revoke(actor: Actor, request: OpinionRequest) -> Access:
    """撤销已签发的意见:审查单位的负责、核验人员。"""
    heads = {p.unit_id for p in actor.posts if p.role in SIGNERS}
    if request.unit_id in heads:
        return Allowed()
    return Denial(f"意见由{request.unit.name}负责人或核验人撤销", CLAUSE)


def can_list(actor: Actor) -> Access:
    """看审查意见的清单:各单位办事的人、召集人。"""
    if actor.is_system or actor.has_any(*ANSWERERS, Role.SPECIALIST, *LEADER_ROLES):
        return Allowed()
    return Denial("审查意见由各单位经办、负责的人与召集人查看", CLAUSE)


def can_keep(actor: Actor, project: Project) -> Access:
    """列优惠、换文本、答复疑点、送签核:首谈单位、承载地、登记单位,商务主管部门。"""
    return projects.can_edit(actor, project)


def can_close(actor: Actor, project: Project) -> Access:
    """签核承诺审查记录:项目本方单位、商务主管部门的负责、核验人员(不是经手人,由规则再守)。"""
    heads = {p.unit_id for p in actor.posts if p.role in SIGNERS}
    bureau = any(p.function == projects.BUREAU and p.role in SIGNERS for p in actor.posts)
    if bureau or heads & set(project.unit_ids):
        return Allowed()
    return Denial("承诺审查记录由项目本方单位或商务主管部门的负责人、核验人签核", CLAUSE)
