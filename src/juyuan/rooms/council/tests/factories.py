"""样例会议、难题、交办:一律经真正的动作。

meeting(cast)                 筹备好、今天开的一次
running(cast)                 通知了、到会过半、正在开
problem(cast, project)        龙山区提的一件难题
action(cast, project)         会外交办的一件(难题交办),市科技局承办
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from juyuan.rooms.council.actions import deciding, meetings
from juyuan.rooms.council.actions.problems import raise_problem
from juyuan.rooms.council.models import ActionItem, AgendaItem, Meeting, Problem
from juyuan.rooms.council.rules.agenda import ActionDraft, DecisionDraft, DecisionResult
from juyuan.rooms.council.rules.meetings import Attendance, MeetingDraft, SeatKind
from juyuan.rooms.council.rules.problems import ProblemDraft
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as projects

R = DecisionResult


def draft(cast: Any, on: date | None = None, chair: str = "zhaoji", **more: Any) -> MeetingDraft:
    base = MeetingDraft(
        held_on=on or cast.TODAY, starts_at=time(14, 0), place="市政府三楼会议室",
        chair_id=cast.account(chair).person_id, secretary_id=cast.account("chen").person_id,
    )  # fmt: skip
    return replace(base, **more)


def meeting(
    cast: Any, on: date | None = None, *, by: str = "chen", now: datetime | None = None, **more: Any
) -> Meeting:
    projects.parameters(cast)
    return meetings.plan_meeting(
        actor=cast.actor(by), draft=draft(cast, on, **more), now=now or cast.NOW
    )


def call(cast: Any, row: Meeting, *, now: datetime | None = None) -> Meeting:
    return meetings.call_meeting(actor=cast.actor("chen"), meeting=row, now=now or cast.NOW)


def attend(
    cast: Any, row: Meeting, members: int | None = None, *, chair: bool = True,
    now: datetime | None = None,
) -> Meeting:  # fmt: skip
    """到会:主持的召集人,与前 `members` 家成员单位(缺省全部)。"""
    marks, count = {}, 0
    for seat in row.seats.all():
        if seat.kind == SeatKind.CONVENER:
            if chair and seat.person_id == row.chair_id:
                marks[seat.pk] = meetings.Mark(Attendance.PRESENT)
        elif members is None or count < members:
            count += 1
            marks[seat.pk] = meetings.Mark(Attendance.PRESENT, seat.name)
    return meetings.mark_attendance(
        actor=cast.actor("chen"), meeting=row, marks=marks, now=now or cast.NOW
    )


def start(cast: Any, row: Meeting, *, now: datetime | None = None) -> Meeting:
    return meetings.start_meeting(actor=cast.actor("chen"), meeting=row, now=now or cast.NOW)


def running(cast: Any, *, now: datetime | None = None, **more: Any) -> Meeting:
    """通知了、到会过半、正在开。"""
    moment = now or cast.NOW
    row = meeting(cast, moment.date(), now=moment, **more)
    call(cast, row, now=moment)
    attend(cast, row, now=moment)
    start(cast, row, now=moment)
    return Meeting.objects.select_related("chair").get(pk=row.pk)


def item_of(row: Meeting, kind: str, ref: str = "") -> AgendaItem:
    found = AgendaItem.objects.filter(meeting=row, kind=kind)
    item = (found.filter(ref=ref) if ref else found).select_related("project").get()
    item.meeting = Meeting.objects.select_related("chair").get(pk=row.pk)
    return item


def problem(
    cast: Any, project: Project, *, by: str = "longshan", now: datetime | None = None, **more: Any
) -> Problem:
    base = ProblemDraft("land", "用地指标缺 40 亩", "请市里调剂指标")
    return raise_problem(
        actor=cast.actor(by), project=project, draft=replace(base, **more), now=now or cast.NOW
    )


def handed(
    cast: Any, text: str = "调剂用地指标", unit: str = "keji", days: int = 10
) -> ActionDraft:
    return ActionDraft(text, cast.unit(unit).pk, cast.TODAY + timedelta(days))


def action(
    cast: Any, project: Project, *, unit: str = "keji", days: int = 10, now: datetime | None = None
) -> ActionItem:
    """难题由商务主管部门会外交办。"""
    row = problem(cast, project, now=now)
    deciding.assign_problem(
        actor=cast.actor("heyan"), problem=row, now=now or cast.NOW,
        draft=DecisionDraft(R.ASSIGNED, actions=(handed(cast, unit=unit, days=days),)),
    )  # fmt: skip
    return ActionItem.objects.select_related("unit", "problem", "project").get(problem=row)
