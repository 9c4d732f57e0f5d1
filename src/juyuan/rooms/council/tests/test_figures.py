"""促进会议的数字:按单位、按时率、逾期;过去某天重算与当天看到的一样。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from juyuan.foundation.figures.queries import compute
from juyuan.rooms.council.actions import items, meetings
from juyuan.rooms.council.queries import desk
from juyuan.rooms.council.tests import factories as c
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
NAMES = [
    "meetings_held", "actions_open", "actions_late", "actions_closed", "actions_on_time_rate",
    "problems_pending", "problems_solved",
]  # fmt: skip


def seen(day: Any = None) -> dict[str, Any]:
    return {r.name: r.value for r in compute(as_of=day, names=NAMES)}


def finish(cast: Any, todo: Any, now: Any, by: str = "keji") -> None:
    file = f.stored(cast.actor(by), f"批复{todo.code}", now)
    items.submit_item(actor=cast.actor(by), item=todo, text="办好", file_id=file.pk, now=now)
    items.close_item(actor=cast.actor("chen"), item=todo, now=now)


def test_s3_5c_逐日看到的数_以后重算相同(cast: Any, settings: Any) -> None:
    kept: dict[Any, dict[str, Any]] = {}

    def at(days: int) -> Any:
        now = cast.NOW + timedelta(days)
        settings.JUYUAN_NOW = now.isoformat()
        return now

    def keep(days: int) -> None:
        kept[(cast.NOW + timedelta(days)).date()] = seen()

    project = f.planning(cast)
    at(0)
    timely, late = (c.action(cast, project, days=2) for _ in range(2))
    keep(0)
    assert kept[cast.TODAY] | {"actions_on_time_rate": None} == {
        "meetings_held": 0, "actions_open": 2, "actions_late": 0, "actions_closed": 0,
        "actions_on_time_rate": None, "problems_pending": 2, "problems_solved": 0,
    }  # fmt: skip
    finish(cast, timely, at(2))  # 期限当天报结,按时
    keep(2)
    assert seen()["actions_on_time_rate"] == 10000
    at(3)
    keep(3)
    assert seen()["actions_late"] == 1
    finish(cast, late, at(5))
    keep(5)
    assert (seen()["actions_on_time_rate"], seen()["actions_late"]) == (5000, 0)
    row = c.running(cast, now=at(6))
    meetings.end_meeting(actor=cast.actor("chen"), meeting=row, now=at(6))
    keep(6)
    at(30)
    for day, was in kept.items():
        assert seen(day) == was, day


def test_s3_5c_按单位分_清单的行数等于数字(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    project = f.planning(cast)
    c.action(cast, project)
    c.action(cast, project, unit="ziran")
    (found,) = compute(actor=cast.actor("chen"), names=["actions_open"])
    assert {p.key: p.value for p in found.parts} == {"keji": 1, "ziran": 1}
    page = cast.client("chen").get(found.parts[0].rows_url)
    assert len(page.context["table"].rows) == found.parts[0].value
    (own,) = compute(actor=cast.actor("keji"), names=["actions_open"])
    assert own.value == 1  # 只计自己看得见的


def test_s1b_工作台_等我确认的_我定过的后来怎样(cast: Any) -> None:
    from juyuan.rooms.council.actions import deciding
    from juyuan.rooms.council.rules.agenda import DecisionDraft, DecisionResult

    trouble = c.problem(cast, f.planning(cast))
    item = c.item_of(c.running(cast), "problem", trouble.code)
    draft = DecisionDraft(DecisionResult.ASSIGNED, actions=(c.handed(cast, days=1),))
    deciding.draft_decision(actor=cast.actor("chen"), item=item, draft=draft, now=cast.NOW)
    chair = cast.actor("zhaoji")
    assert [x.act for x in desk.waiting(chair, cast.TODAY)] == ["确认决定", "进入会议"]
    assert desk.waiting(cast.actor("zhaoji2"), cast.TODAY) == []
    deciding.confirm_decision(actor=chair, item=item, now=cast.NOW)
    (line,) = desk.decided(chair, cast.TODAY + timedelta(2))
    assert (line.result, line.since) == ("交办", "交办 1 件，销号 0 件，逾期 1 件")
    assert desk.decided(cast.actor("chen"), cast.TODAY) == []
