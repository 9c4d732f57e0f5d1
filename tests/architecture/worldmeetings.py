"""样例城市里促进会议的对象与各网址的参数:一次正在开的会(主持的是总召集人),两件难题与各自的交办。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.notices.models import Notice
from juyuan.rooms.council.actions import deciding, meetings
from juyuan.rooms.council.actions.problems import raise_problem
from juyuan.rooms.council.models import ActionItem, AgendaItem, Problem
from juyuan.rooms.council.rules.agenda import ActionDraft, DecisionDraft, DecisionResult
from juyuan.rooms.council.rules.problems import ProblemDraft
from juyuan.rooms.council.tests import factories as c

TYPES = ("council_meeting", "council_problem", "council_action")


def build(world: Any) -> None:
    """在样例城市里造出这些对象,挂在 `world.meetings` 上。"""
    cast = world.cast
    world.problems, world.actions, world.items = {}, {}, {}
    for level, project in world.projects.items():
        draft = ProblemDraft("land", "缺用地指标", "请调剂")
        world.problems[level] = raise_problem(
            actor=cast.actor("longshan"), project=project, draft=draft, now=cast.NOW
        )
        handed = raise_problem(
            actor=cast.actor("longshan"), project=project, draft=draft, now=cast.NOW
        )
        due = cast.TODAY + timedelta(days=10)
        deciding.assign_problem(
            actor=cast.actor("heyan"), problem=handed, now=cast.NOW,
            draft=DecisionDraft(
                DecisionResult.ASSIGNED, actions=(ActionDraft("调剂", cast.unit("keji").pk, due),)
            ),
        )  # fmt: skip
        world.actions[level] = ActionItem.objects.get(problem=handed)
    row = c.meeting(cast, chair="zongzhaoji")
    c.call(cast, row)
    c.attend(cast, row)
    world.meeting = meetings.start_meeting(actor=cast.actor("chen"), meeting=row, now=cast.NOW)
    for level in world.projects:
        world.items[level] = AgendaItem.objects.get(meeting=row, ref=world.problems[level].code)
    assert Problem.objects.count() == 4
    # 待办、通知不在各页的条数里:那几页数的是别室的
    Duty.objects.filter(object_type__in=TYPES).delete()
    Notice.objects.filter(object_type__in=TYPES).delete()


def kwargs(world: Any, name: str, level: str) -> dict[str, Any] | None:
    """这个网址的参数;不是本处的网址为空。"""
    prefixes = ("council:", "api:meeting", "api:action_item", "api:problem", "api:agenda")
    if not name.startswith(prefixes):
        return None
    page = name.removeprefix("council:").removeprefix("api:")
    given = {"item_id": world.items[level].pk, "form": "pdf", "verb": "report"}
    if page == "problem_new":
        return given | {"code": world.projects[level].code}
    if page.startswith("problem"):
        return given | {"code": world.problems[level].code}
    if page.startswith("action"):
        return given | {"code": world.actions[level].code}
    return given | {"code": world.meeting.code}
