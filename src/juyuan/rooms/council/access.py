"""谁能办会、主持、交办、办理、销号;每个「不能」都说明理由与条款。"""

from __future__ import annotations

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.council.models import ActionItem, Meeting, Problem
from juyuan.rooms.council.rules.items import CLAUSE
from juyuan.rooms.investors.access import BUREAU, DECIDERS, is_bureau
from juyuan.rooms.investors.queries import own_units
from juyuan.rooms.pipeline.access import can_add_evidence
from juyuan.rooms.pipeline.models import Project

STAFF = (Role.CLERK, Role.HEAD, Role.VERIFIER, Role.SPECIALIST)
WORKERS = (Role.CLERK, Role.HEAD, Role.VERIFIER)


def leads(actor: Actor) -> bool:
    """总召集人、分管副市长、召集人。"""
    return actor.has_any(*LEADER_ROLES)


def oversees(actor: Actor) -> bool:
    """看得见全部交办与筹备中的会议:商务主管部门、召集人。"""
    return actor.is_system or is_bureau(actor) or leads(actor)


def can_enter(actor: Actor) -> Access:
    """进促进会议:各单位办事的人、召集人。"""
    if actor.is_system or actor.has_any(*STAFF, *LEADER_ROLES):
        return Allowed()
    return Denial("促进会议由成员单位与召集人查看", CLAUSE)


def can_prepare(actor: Actor) -> Access:
    """办会(筹备、通知、议程、到会、记录):商务主管部门。"""
    if is_bureau(actor):
        return Allowed()
    return Denial(f"会议由{bureau()}办理", CLAUSE)


def chairs(actor: Actor, meeting: Meeting) -> bool:
    """是不是这次会主持的召集人。"""
    return actor.person_id is not None and actor.person_id == meeting.chair_id and leads(actor)


def can_run(actor: Actor, meeting: Meeting) -> Access:
    """开会、散会:商务主管部门,主持的召集人。"""
    if chairs(actor, meeting) or is_bureau(actor):
        return Allowed()
    return Denial(f"开会、散会由{bureau()}或主持的召集人办理", CLAUSE)


def can_decide(actor: Actor, meeting: Meeting) -> Access:
    """当场决定:只有主持的召集人。"""
    if chairs(actor, meeting):
        return Allowed()
    return Denial(
        f"会上的决定由主持会议的{meeting.chair.name}作出，记录的可以先记下草稿请主持人确认", CLAUSE
    )


def can_raise(actor: Actor, project: Project) -> Access:
    """为项目提难题:能为它提交证据的单位(首谈、承载、参与单位),商务主管部门。"""
    if not actor.has_any(*WORKERS):
        return Denial("难题由各单位经办人员提出，您的职务只能查阅", "1b")
    return can_add_evidence(actor, project)


def can_close_problem(actor: Actor, problem: Problem) -> Access:
    """不再需要:提出的单位,商务主管部门。"""
    if is_bureau(actor):
        return Allowed()
    if actor.has_any(*WORKERS) and problem.unit_id in own_units(actor):
        return Allowed()
    return Denial(f"难题由提出的单位（{problem.unit}）或{bureau()}了结", "1b")


def can_assign(actor: Actor) -> Access:
    """会外交办难题:商务主管部门负责人、核验人。"""
    if any(p.function == BUREAU and p.role in DECIDERS for p in actor.posts):
        return Allowed()
    return Denial(f"难题由会议或{bureau()}负责人、核验人交办", CLAUSE)


def can_work(actor: Actor, item: ActionItem) -> Access:
    """报进展、报结、申请延期:承办单位办事的人。"""
    if actor.has_any(*STAFF) and item.unit_id in own_units(actor):
        return Allowed()
    return Denial(f"这件交办由{item.unit}办理", CLAUSE)


def can_close(actor: Actor, item: ActionItem) -> Access:
    """销号、退回:商务主管部门;报结的人自己不能销号。"""
    if not is_bureau(actor):
        return Denial(f"销号由{bureau()}核对凭据后办理", CLAUSE)
    if actor.account_id is not None and actor.account_id == item.submitted_by_id:
        return Denial("报结的人不能自己销号，请另一位同志核对", CLAUSE)
    return Allowed()


def can_answer(actor: Actor, item: ActionItem) -> Access:
    """答复延期:商务主管部门负责人、核验人,召集人;申请的人自己不能答复。"""
    decides = any(p.function == BUREAU and p.role in DECIDERS for p in actor.posts)
    if not (decides or leads(actor)):
        return Denial(f"延期由{bureau()}负责人、核验人或召集人答复", CLAUSE)
    if actor.account_id is not None and actor.account_id == item.asked_by_id:
        return Denial("申请延期的人不能自己答复，请另一位同志办理", CLAUSE)
    return Allowed()
