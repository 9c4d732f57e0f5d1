"""自动保存草稿的表单:名称、网址、对象的名称(只给看得见的)。由 wiring 登记。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from juyuan.foundation.personal.registry import DraftForm
from juyuan.kernel.actor import Actor
from juyuan.rooms.council.queries import scope
from juyuan.rooms.pipeline.queries.listing import names_of

Names = Callable[[Actor, Sequence[str]], Mapping[str, str]]


def _named(seen: Callable[[Actor], QuerySet[Any]], path: str) -> Names:
    """「编号」「编号.第几件」→ 名称;看不见的不给。"""

    def names(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
        codes = [key.partition(".")[0] for key in keys]
        known = dict(seen(actor).filter(code__in=codes).order_by().values_list("code", path))
        return {key: known[c] for key in keys if (c := key.partition(".")[0]) in known}

    return names


_meetings = _named(scope.visible_to, "title")
FORMS = (
    DraftForm("council.meeting_new", "安排会议", "council:meeting_new", has_object=False),
    DraftForm("council.meeting_edit", "改会议", "council:meeting_edit", names=_meetings),
    DraftForm("council.decision", "当场决定", "council:agenda_item", names=_meetings),
    DraftForm("council.problem_new", "提难题", "council:problem_new", names=names_of),
    DraftForm(
        "council.problem_assign", "交办难题", "council:problem_assign",
        names=_named(scope.problems_seen, "project__name"),
    ),
    DraftForm(
        "council.item_act", "办交办事项", "council:action_act",
        names=_named(scope.actions_seen, "title"),
    ),
)  # fmt: skip
