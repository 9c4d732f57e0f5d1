"""改促进会议的时限:开着的待办的到期日随之,列得出来;看不见的不列。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.foundation.policy.effects import preview
from juyuan.rooms.council.tests import factories as c
from juyuan.rooms.council.tests.test_items import submit
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("who", "found"), [("heyan", 1), ("dongfeng", 0)])
def test_s1e_核对销号的时限一改_列出待办的到期日(cast: Any, who: str, found: int) -> None:
    todo = c.action(cast, f.planning(cast))
    submit(cast, todo)  # 2026-11-20(周五)报结
    seen = preview(
        actor=cast.actor(who), key="council.close_workdays", value=5,
        effective_from=cast.TODAY, today=cast.TODAY,
    )  # fmt: skip
    group = next(g for g in seen.groups if g.label.startswith("待办的到期日"))
    assert [(x.before[-12:], x.after[-12:]) for x in group.changes] == (
        [("2026-11-25到期", "2026-11-27到期")] * found
    )
    assert all(todo.title in x.title for x in group.changes)
