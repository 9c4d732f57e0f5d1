"""谁能对项目做什么。看得见不等于能办;每个「不能」都说明理由与条款。"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.pipeline.models import Escalation, Project
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of
from juyuan.rooms.pipeline.rules.quick import open_cells
from juyuan.rooms.pipeline.rules.recognition import BUREAU
from juyuan.rooms.pipeline.rules.stages import MoveVerb

EDITORS = (Role.CLERK, Role.HEAD, Role.VERIFIER)


def is_bureau(actor: Actor) -> bool:
    """是否商务主管部门的工作人员。"""
    return any(p.function == BUREAU and p.role in EDITORS for p in actor.posts)


def _is_own(actor: Actor, project: Project, reach: Reach) -> bool:
    return actor.has_any(*EDITORS) and bool(reach.own_units & set(project.unit_ids))


def can_register(actor: Actor) -> Access:
    """登记项目:各单位经办、主要负责同志,商务主管部门。"""
    if actor.is_system or actor.has_any(*EDITORS):
        return Allowed()
    return Denial("登记项目由各单位经办人员办理,您的职务只能查阅", "2.3b")


def can_edit(actor: Actor, project: Project, reach: Reach | None = None) -> Access:
    """改项目内容、交证据:首谈单位、承载地、登记单位,商务主管部门。"""
    if actor.is_system or is_bureau(actor):
        return Allowed()
    if _is_own(actor, project, reach or reach_of(actor)):
        return Allowed()
    return Denial(f"只有首谈单位、承载地、登记单位和{bureau()}可以修改这个项目", "3.2b")


def pens(actor: Actor, projects: Iterable[Project]) -> dict[str, frozenset[str]]:
    """表格里每行能就地改的列(只为显示,真正的判断在动作里);不逐行查询。"""
    reach = reach_of(actor)
    return {p.code: open_cells(p.recognised_stage) for p in projects if can_edit(actor, p, reach)}


def can_add_evidence(actor: Actor, project: Project, reach: Reach | None = None) -> Access:
    """提交证据:能改项目的单位,以及参与单位。"""
    reach = reach or reach_of(actor)
    if can_edit(actor, project, reach):
        return Allowed()
    if actor.has_any(*EDITORS, Role.SPECIALIST) and reach.own_units & set(
        project.participant_unit_ids
    ):
        return Allowed()
    return Denial(f"只有首谈单位、承载地、参与单位和{bureau()}可以提交证据", "3.2b")


def can_move(actor: Actor, project: Project, verb: MoveVerb, jump_roles: Collection[str]) -> Access:
    """前移、退回:能改项目的单位;越级只有商务主管部门中有此权的职务(参数 pipeline.jump_roles)。"""
    if verb == MoveVerb.JUMP:
        if any(p.function == BUREAU and p.role in jump_roles for p in actor.posts):
            return Allowed()
        return Denial(f"越级入库须由{bureau()}负责人办理,并写明理由", "3.3b")
    return can_edit(actor, project)


def can_change_standing(actor: Actor, project: Project, verb: str) -> Access:
    """暂缓、终止、恢复由经办单位或商务主管部门;退库只由商务主管部门确认。"""
    if verb == "withdraw" and not is_bureau(actor):
        return Denial(f"退库由{bureau()}确认,您可以先申请暂缓或终止", "3.3b")
    return can_edit(actor, project)


def can_confirm_void(actor: Actor, project: Project, requested_by: int | None) -> Access:
    """作废须第二人:商务主管部门的负责人或核验人,且不是提出人。"""
    if not any(p.function == BUREAU and p.role in (Role.VERIFIER, Role.HEAD) for p in actor.posts):
        return Denial(f"作废由{bureau()}负责人或核验人确认", "3.3b")
    if actor.account_id == requested_by:
        return Denial("提出人不能自己确认作废,请另一位同志办理", "3.3b")
    return Allowed()


def can_merge(actor: Actor) -> Access:
    """合并项目与撤销合并:商务主管部门负责人、核验人。"""
    if any(p.function == BUREAU and p.role in (Role.VERIFIER, Role.HEAD) for p in actor.posts):
        return Allowed()
    return Denial(f"合并项目由{bureau()}负责人或核验人办理", "3.3b")


def oversees_imports(actor: Actor) -> bool:
    """谁可以看别人的批次、核对看不见的重合:商务主管部门核验人(重合的可能是限名单项目)。"""
    return actor.has(Role.VERIFIER, BUREAU)


def can_import(actor: Actor) -> Access:
    return can_register(actor)


def allowed_verbs(actor: Actor, project: Project, context: Any = None) -> set[str]:
    """详情页与接口用:这个人能办哪些事(只为显示,真正的判断在动作里)。"""
    verbs: set[str] = set()
    reach = reach_of(actor)
    if can_edit(actor, project, reach):
        verbs |= {"edit", "move", "pause", "end", "resume", "void"}
    if is_bureau(actor):
        verbs.add("withdraw")
    if can_add_evidence(actor, project):
        verbs.add("evidence")
    if actor.has(Role.VERIFIER):
        verbs.add("recognise")
    return verbs


def can_report_month(actor: Actor, unit_id: int, reach: Reach) -> Access:
    """报月度更新:归它报的单位(及其上级)的经办人员,商务主管部门。"""
    if actor.is_system or is_bureau(actor):
        return Allowed()
    if actor.has_any(*EDITORS) and unit_id in reach.own_units:
        return Allowed()
    return Denial(
        f"月度更新由首谈单位（没有首谈单位的由登记单位）填报，{bureau()}可以代为更正", "3.2c"
    )


def can_close_month(actor: Actor) -> Access:
    """提前锁账:商务主管部门负责人;到了锁账日由系统自动办理。"""
    if actor.is_system or actor.has(Role.HEAD, BUREAU):
        return Allowed()
    return Denial(f"提前锁账由{bureau()}负责人办理；到了锁账日系统自动锁账", "3.3b")


def can_assign_convener(actor: Actor) -> Access:
    """定提级项目的召集人:商务主管部门,总召集人、分管副市长、召集人。"""
    if actor.is_system or is_bureau(actor) or actor.has_any(*LEADER_ROLES):
        return Allowed()
    return Denial(f"召集人由{bureau()}提出或召集人自己确定", "3.3c")


def is_convener(actor: Actor, escalation: Escalation) -> bool:
    """是不是这个提级项目的召集人。"""
    return actor.person_id is not None and actor.person_id == escalation.convener_id


def can_run_escalation(actor: Actor, escalation: Escalation) -> Access:
    """组专班、交方案、报告:能改项目的单位,专班成员单位的经办人员,召集人。"""
    reach = reach_of(actor)
    if is_convener(actor, escalation) or can_edit(actor, escalation.project, reach):
        return Allowed()
    members = set(escalation.team.values_list("unit_id", flat=True))
    if actor.has_any(*EDITORS) and reach.own_units & members:
        return Allowed()
    return Denial(
        f"提级的方案与报告由首谈单位、承载地、专班成员单位、召集人和{bureau()}办理", "3.3c"
    )


def can_close_escalation(actor: Actor, escalation: Escalation) -> Access:
    """办结提级:这个项目的召集人,商务主管部门负责人。"""
    if actor.is_system or is_convener(actor, escalation) or actor.has(Role.HEAD, BUREAU):
        return Allowed()
    return Denial(f"提级由召集人或{bureau()}负责人办结", "3.3c")
