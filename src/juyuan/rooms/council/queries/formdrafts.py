"""自动保存草稿的表单:名称、网址、对象的名称(只给看得见的)。由 wiring 登记。"""

from __future__ import annotations

from juyuan.foundation.personal.registry import DraftForm, named
from juyuan.rooms.council.queries import scope
from juyuan.rooms.pipeline.queries.scope import seen_whole

_meetings = named(scope.visible_to, "title")
FORMS = (
    DraftForm("council.meeting_new", "安排会议", "council:meeting_new", has_object=False),
    DraftForm("council.meeting_edit", "改会议", "council:meeting_edit", names=_meetings),
    DraftForm("council.decision", "当场决定", "council:agenda_item", names=_meetings),
    DraftForm("council.problem_new", "提难题", "council:problem_new", names=named(seen_whole, "name")),
    DraftForm(
        "council.problem_assign", "交办难题", "council:problem_assign",
        names=named(scope.problems_seen, "project__name"),
    ),
    DraftForm(
        "council.item_act", "办交办事项", "council:action_act",
        names=named(scope.actions_seen, "title"),
    ),
)  # fmt: skip
