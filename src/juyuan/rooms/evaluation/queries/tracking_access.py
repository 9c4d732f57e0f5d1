"""谁能办履约跟踪的事;每个「不能」都说明理由与条款。"""

from __future__ import annotations

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.evaluation.models import GovernmentDebt, PromiseActual
from juyuan.rooms.evaluation.rules.promises import CLAUSE
from juyuan.rooms.pipeline import access as projects
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import reach_of
from juyuan.rooms.pipeline.rules.recognition import BUREAU


def can_keep(actor: Actor, project: Project) -> Access:
    """登记承诺、改约:首谈单位、承载地、登记单位,商务主管部门。"""
    return projects.can_edit(actor, project)


def can_report(actor: Actor, project: Project) -> Access:
    """填报实况:能提交证据的单位。"""
    return projects.can_add_evidence(actor, project)


def can_settle_debt(actor: Actor, debt: GovernmentDebt) -> Access:
    """报政府先行事项办到:责任单位,能提交证据的单位。"""
    reach = reach_of(actor)
    if actor.has_any(*projects.EDITORS) and debt.unit_id in reach.own_units:
        return Allowed()
    return projects.can_add_evidence(actor, debt.promise.project, reach)


def decides(actor: Actor) -> bool:
    """商务主管部门的负责人、核验人。"""
    return any(p.function == BUREAU and p.role in (Role.HEAD, Role.VERIFIER) for p in actor.posts)


def can_judge(actor: Actor, project: Project) -> Access:
    """认可兑现、认定违约、解除承诺:商务主管部门负责人、核验人,项目本方单位的负责人。"""
    if decides(actor):
        return Allowed()
    heads = {p.unit_id for p in actor.posts if p.role == Role.HEAD}
    if heads & set(project.unit_ids):
        return Allowed()
    return Denial(f"由{bureau()}负责人、核验人或项目本方单位的负责人认定", CLAUSE)


def can_accept(actor: Actor, actual: PromiseActual) -> Access:
    """认可兑现须第二人:不是填报这条实况的人。"""
    if actual.by_id is not None and actual.by_id == actor.account_id:
        return Denial("填报人不能自己认可兑现，请另一位同志办理", CLAUSE)
    return can_judge(actor, actual.promise.project)


def can_list(actor: Actor) -> Access:
    """看履约清单与函:各单位的人、召集人。"""
    if actor.is_system or actor.has_any(*projects.EDITORS, Role.SPECIALIST, *LEADER_ROLES):
        return Allowed()
    return Denial("履约跟踪由各单位经办、负责的人与召集人查看", CLAUSE)
