"""准时的数字与上月比:逐件之和等于数字,说得出哪一件、前后两天各是什么样;看不见的不列。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.foundation.duties import figures
from juyuan.foundation.duties.tests.kinds import Toys, toys
from juyuan.foundation.duties.tests.test_queries import add, at, end
from juyuan.foundation.figures import registry
from juyuan.foundation.figures.comparing import compare
from juyuan.foundation.figures.queries import compute

pytestmark = pytest.mark.django_db
NAMES = [figure.name for figure in figures.FIGURES]


@pytest.fixture(autouse=True)
def house() -> Iterator[Toys]:
    with toys() as made:
        yield made


@pytest.fixture
def week(cast: Any) -> Any:
    """三件:按时办的、逾期办的、一直没办的;另一件后来撤销。"""
    for pk in (1, 2, 3, 4):
        add(cast, pk, due=-5, now=at(cast, -20, 9))
    end(cast, 1, -6, hour=15)
    end(cast, 2, -2, hour=15)
    end(cast, 4, -3, hour=15, cancelled=True)
    return cast


def side(cast: Any, name: str, early: int, late: int, who: str = "heyan") -> Any:
    figure = next(f for f in registry.figures() if f.name == name)
    days = [cast.TODAY + timedelta(days=n) for n in (late, early)]
    return compare(figure, days[0], days[1], cast.actor(who), shown=50)


@pytest.mark.parametrize("back", [0, 1, 3, 4, 6, 10])
@pytest.mark.parametrize("who", [None, "heyan", "longshan", "dongfeng"])
def test_逐件之和等于数字(week: Any, back: int, who: str | None) -> None:
    day = week.TODAY - timedelta(days=back)
    actor = week.actor(who) if who else None
    for found in compute(as_of=day, actor=actor, names=NAMES):
        behind = figures.behind(found.name, day, actor)
        top, base = sum(behind.top.values()), sum((behind.base or {}).values())
        rate = behind.base is not None
        assert found.value == ((top * 10_000 // base if base else None) if rate else top)


def test_说得出哪一件_前后两天各是什么样(week: Any) -> None:
    (only,) = side(week, "duties_open_late", -6, -4).sides
    (part,) = only.parts
    assert {line.told.label for line in part.lines} == {f"玩具报备：玩具{n}号" for n in (2, 3, 4)}
    due = (week.TODAY - timedelta(days=5)).isoformat()
    for line in part.lines:
        assert (line.told.was, line.told.now) == (f"{due}到期，未到期", f"{due}到期，逾期未办")
        assert line.told.url.startswith("/toys/")
    (only,) = side(week, "duties_open_late", -4, 0).sides
    gone = {line.told.label[-2:]: line.told.now for p in only.parts for line in p.lines}
    assert gone == {"2号": f"{due}到期，逾期办结", "4号": "已撤销"}


def test_按时率的分子分母各自说明(week: Any) -> None:
    found = side(week, "duties_on_time_rate", -6, 0)
    assert [(s.label, s.before, s.after) for s in found.sides] == [("分子", 0, 1), ("分母", 0, 3)]


def test_看不见的不列_语句数与件数无关(week: Any, house: Toys) -> None:
    house.hidden["heyan"] = {3}
    shown = side(week, "duties_open_late", -6, -4)
    labels = {line.told.label for s in shown.sides for p in s.parts for line in p.lines}
    assert "玩具报备：玩具3号" not in labels and len(labels) == 2

    def cost() -> int:
        with CaptureQueriesContext(connection) as made:
            side(week, "duties_open_late", -6, -4)
        return len(made)

    few = cost()
    for pk in range(10, 30):
        add(week, pk, due=-5, now=at(week, -20, 9))
    assert cost() == few
