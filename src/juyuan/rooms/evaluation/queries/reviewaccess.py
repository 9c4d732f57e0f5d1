"""谁能办评审的事;每个「不能」都说明理由与条款。经手人不评自己的项目。"""

from __future__ import annotations

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.evaluation.models import Review, Reviewer
from juyuan.rooms.evaluation.rules.reviews import CLAUSE
from juyuan.rooms.pipeline import access as projects
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import reach_of
from juyuan.rooms.pipeline.rules.recognition import BUREAU

OPINERS = (Role.HEAD, Role.VERIFIER)


def is_sender(actor: Actor, review: Review) -> bool:
    """是不是送审的人。"""
    return review.sent_by_id is not None and review.sent_by_id == actor.account_id


def can_list(actor: Actor) -> Access:
    """看评审清单:各单位的人、召集人。"""
    if actor.is_system or actor.has_any(*projects.EDITORS, Role.SPECIALIST, *LEADER_ROLES):
        return Allowed()
    return Denial("评审由各单位经办、负责的人与召集人查看", CLAUSE)


def can_start(actor: Actor) -> Access:
    """有没有送审的职务;这个项目准不准另看 `can_send`。"""
    if actor.is_system or actor.has_any(*projects.EDITORS):
        return Allowed()
    return Denial("送审由各单位经办、负责的人办理，您的职务只能查阅", CLAUSE)


def can_send(actor: Actor, project: Project) -> Access:
    """送审:能改这个项目的单位。"""
    return projects.can_edit(actor, project)


def handles(actor: Actor, review: Review) -> bool:
    """承办评审的单位的人:县区的是承办县区,市级的是商务主管部门。"""
    if review.at_city:
        return projects.is_bureau(actor)
    return actor.has_any(*projects.EDITORS) and review.county_id in reach_of(actor).own_units


def host_said(review: Review) -> str:
    """承办单位的称呼。"""
    if review.at_city or review.county is None:
        return bureau()
    return review.county.name


def can_handle(actor: Actor, review: Review) -> Access:
    """指定评审人、结束评分、补充材料:承办单位的人。"""
    if handles(actor, review):
        return Allowed()
    return Denial(f"评审由{host_said(review)}承办", CLAUSE)


def can_check_vetoes(actor: Actor, review: Review) -> Access:
    """核对一票否决:承办单位的人,不是送审的人。"""
    if is_sender(actor, review):
        return Denial("送审人不能自己核对一票否决，请承办单位的另一位同志办理", CLAUSE)
    return can_handle(actor, review)


def can_keep_diligence(actor: Actor, review: Review) -> Access:
    """填主体核查单:承办单位的人,能改项目的单位。"""
    if handles(actor, review) or projects.can_edit(actor, review.project):
        return Allowed()
    return Denial(f"主体核查单由首谈单位、承载地或{host_said(review)}填写", CLAUSE)


def seat_of(actor: Actor, review: Review) -> Reviewer | None:
    """行动者在这次评审里的席位(现在这一级的,没有被撤换的)。"""
    if actor.person_id is None:
        return None
    return review.reviewers.filter(
        person_id=actor.person_id, at_city=review.at_city, dismissed_at__isnull=True
    ).first()


def can_recheck(actor: Actor, review: Review, reviewer: Reviewer) -> Access:
    """复核别人的分:承办单位的人或没有回避的评审人;不是本人,不是送审的人,不是回避的人。"""
    if reviewer.person_id == actor.person_id:
        return Denial("评审人不能复核自己的分，请另一位同志复核", CLAUSE)
    if is_sender(actor, review):
        return Denial("送审人不能复核评分", CLAUSE)
    seat = seat_of(actor, review)
    if seat is not None and seat.recused:
        return Denial("您已声明有利害关系，回避这次评审", CLAUSE)
    if seat is not None or handles(actor, review):
        return Allowed()
    return Denial(f"复核由{host_said(review)}或其他评审人办理", CLAUSE)


def can_give_opinion(actor: Actor, review: Review) -> Access:
    """出合规意见:市级商务主管部门负责人、核验人,不是送审的人。"""
    if not any(p.function == BUREAU and p.role in OPINERS for p in actor.posts):
        return Denial(f"合规意见由{bureau()}负责人或核验人出具", CLAUSE)
    if is_sender(actor, review):
        return Denial("送审人不能自己出合规意见，请另一位同志办理", CLAUSE)
    return Allowed()


def can_decide(actor: Actor, review: Review) -> Access:
    """作决定:县区的由承办县区主要负责同志,市级的由总召集人、分管副市长、召集人;送审的人不决定。"""
    if is_sender(actor, review):
        return Denial("送审人不能自己作决定，请另一位同志办理", CLAUSE)
    seat = seat_of(actor, review)
    if seat is not None and seat.recused:
        return Denial("您已声明有利害关系，回避这次评审，请另一位同志作决定", CLAUSE)
    if review.at_city:
        if actor.has_any(*LEADER_ROLES):
            return Allowed()
        return Denial("市级评审由总召集人、分管副市长或召集人决定", CLAUSE)
    if any(p.role == Role.HEAD and p.unit_id == review.county_id for p in actor.posts):
        return Allowed()
    return Denial(f"由{host_said(review)}主要负责同志决定", CLAUSE)


def can_call_up(actor: Actor) -> Access:
    """调取县区的决定:市级商务主管部门负责人。"""
    if actor.has(Role.HEAD, BUREAU):
        return Allowed()
    return Denial(f"调取由{bureau()}负责人办理", CLAUSE)


def can_withdraw(actor: Actor, review: Review) -> Access:
    """撤回送审:能改项目的单位。"""
    return projects.can_edit(actor, review.project)
