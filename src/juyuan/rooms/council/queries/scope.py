"""可见范围。会议:办会的看全部,各单位看发了通知的;议题、难题、交办各随它的对象。"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from juyuan.foundation.people.models import Role
from juyuan.foundation.people.visibility import Confidentiality
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.council import access
from juyuan.rooms.council.models import ActionItem, ActionStep, AgendaItem, Meeting, Problem
from juyuan.rooms.council.rules.agenda import AgendaKind
from juyuan.rooms.council.rules.meetings import MeetingState
from juyuan.rooms.first_contact.queries import conflicts
from juyuan.rooms.investors.queries import own_units
from juyuan.rooms.pipeline.queries.scope import seen_whole

MEETING, PROBLEM, ACTION = "council_meeting", "council_problem", "council_action"
STEP = "council_action_step"


def _plain(code: str) -> str:
    """编号之外的写法一律查无此件。"""
    return code if code.isascii() and code.replace("-", "").isalnum() else ""


# ───────── 会议 ─────────


def visible_to(actor: Actor) -> QuerySet[Meeting]:
    """看得见的会议:筹备中的只有办会的人与召集人。"""
    rows = Meeting.objects.all()
    if access.oversees(actor):
        return rows
    if not actor.has_any(*access.STAFF):
        return rows.none()
    return rows.filter(called_at__isnull=False)


def door(actor: Actor, code: str) -> Meeting:
    """由编号取会议的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    row = visible_to(actor).select_related("chair", "secretary").filter(code=_plain(code)).first()
    if row is None:
        raise NotFound
    return row


def meeting_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present_meetings(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = visible_to(actor).filter(pk__in=list(ids))
    return {row.pk: (row.title, f"/council/meetings/{row.code}/") for row in rows}


# ───────── 难题 ─────────


def problems_seen(actor: Actor) -> QuerySet[Problem]:
    """看得见项目全貌的人看得见它的难题。"""
    rows = Problem.objects.all()
    if not access.can_enter(actor):
        return rows.none()
    if actor.is_system:
        return rows
    return rows.filter(project_id__in=_projects(actor))


def _projects(actor: Actor) -> Any:
    """看得见全貌的项目(子查询);作废的也在内:它们的难题、交办仍有人办。"""
    return seen_whole(actor, merged=True).order_by().values("pk")


def problem_door(actor: Actor, code: str) -> Problem:
    """由编号取难题的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    rows = problems_seen(actor).select_related("project", "unit", "owner_unit")
    row = rows.filter(code=_plain(code)).first()
    if row is None:
        raise NotFound
    return row


def problem_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    return set(problems_seen(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present_problems(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = problems_seen(actor).filter(pk__in=list(ids)).select_related("project")
    return {row.pk: (f"难题：{row.project.name}", f"/council/problems/{row.code}/") for row in rows}


# ───────── 交办 ─────────


def actions_seen(actor: Actor) -> QuerySet[ActionItem]:
    """看得见的交办:没有项目的,办会的人、召集人、承办单位;有项目的,看得见项目的人、承办单位。

    承办单位看得见交给自己的事,项目的名称仍按项目的密级给;限名单项目的只有指名的人与主要负责同志。
    """
    rows = ActionItem.objects.all()
    if actor.is_system:
        return rows
    if not access.can_enter(actor):
        return rows.none()
    mine = sorted(own_units(actor))
    heads = [p.unit_id for p in actor.posts if p.role == Role.HEAD]
    open_project = Q(project__isnull=True) | ~Q(
        project__confidentiality=Confidentiality.RESTRICTED.value
    )
    own = Q(unit_id__in=mine) & (
        open_project | Q(unit_id__in=heads) | Q(person_id=actor.person_id or 0)
    )
    seen = Q(project_id__in=_projects(actor))
    if access.oversees(actor):
        seen |= Q(project__isnull=True)
    return rows.filter(own | seen)


def action_door(actor: Actor, code: str) -> ActionItem:
    """由编号取交办的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    rows = actions_seen(actor).select_related(
        "project", "unit", "person", "decision__meeting", "decision__item", "problem"
    )
    row = rows.filter(code=_plain(code)).first()
    if row is None:
        raise NotFound
    return row


def action_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    return set(actions_seen(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present_actions(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = actions_seen(actor).filter(pk__in=list(ids))
    return {row.pk: (row.title[:60], f"/council/items/{row.code}/") for row in rows}


def step_seen(actor: Actor, object_id: str) -> bool:
    """凭据文件的门:看得见那件交办。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return ActionStep.objects.filter(
        pk=int(object_id), item__in=actions_seen(actor).order_by().values("pk")
    ).exists()


def present_step(actor: Actor, object_id: str) -> tuple[str, str]:
    row = ActionStep.objects.select_related("item").get(pk=int(object_id))
    return row.item.title[:60], f"/council/items/{row.item.code}/"


# ───────── 议题 ─────────


def items_seen(actor: Actor, rows: QuerySet[AgendaItem]) -> QuerySet[AgendaItem]:
    """议题里看得见的:随项目、撞单、交办;没有对象的,看得见会议就看得见。"""
    if actor.is_system:
        return rows
    plain = Q(project__isnull=True) & ~Q(kind__in=(AgendaKind.APPEAL, AgendaKind.ACTION))
    shown = plain | Q(project_id__in=_projects(actor))
    shown |= Q(
        kind=AgendaKind.APPEAL,
        ref__in=conflicts.visible_to(actor).order_by().values("code"),
    )
    shown |= Q(kind=AgendaKind.ACTION, ref__in=actions_seen(actor).order_by().values("code"))
    return rows.filter(shown)


def item_door(actor: Actor, code: str, item_id: int) -> AgendaItem:
    """由会议编号与议题编号取议题的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    meeting = door(actor, code)
    rows = items_seen(actor, AgendaItem.objects.filter(meeting=meeting, pk=item_id))
    row = rows.select_related("project", "unit").first()
    if row is None:
        raise NotFound
    row.meeting = meeting
    return row


def project_named(actor: Actor, ids: Iterable[int | None]) -> dict[int, tuple[str, str, str]]:
    """{项目: (编号, 名称, 网址)};看不见的不给。"""
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    rows = seen_whole(actor, merged=True).filter(pk__in=wanted)
    return {
        pk: (code, name, f"/projects/{code}/")
        for pk, code, name in rows.values_list("pk", "code", "name")
    }


def running(meeting: Meeting) -> bool:
    return meeting.state == MeetingState.RUNNING
