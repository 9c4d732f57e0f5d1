"""期限的规则:推法、暂定、阶梯只升不降。"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.duties.queries import BUCKETS, bucket_of, sunday
from juyuan.foundation.duties.rules import (
    DueRule,
    Opening,
    Owed,
    derivation,
    derive,
    level,
    reconcile,
)
from juyuan.foundation.workdays.queries import carried

CALENDAR = carried()
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("basis", "rule", "day", "provisional"),
    [
        (date(2026, 11, 20), DueRule(5), date(2026, 11, 27), False),
        (date(2026, 9, 30), DueRule(1), date(2026, 10, 8), False),  # 国庆七天
        (date(2026, 9, 30), DueRule(3), date(2026, 10, 10), False),  # 十月十日调休上班
        (date(2026, 11, 20), DueRule(0), date(2026, 11, 20), False),
        (date(2026, 9, 30), DueRule(3, "day"), date(2026, 10, 3), False),
        (date(2026, 9, 30), DueRule(3, "day", "next_workday"), date(2026, 10, 8), False),
        (date(2026, 1, 1), DueRule(0, "fixed", fixed=date(2026, 9, 20)), date(2026, 9, 20), False),
        (
            date(2026, 9, 1),
            DueRule(0, "fixed", "next_workday", date(2026, 10, 1)),
            date(2026, 10, 8),
            False,
        ),
        (date(2026, 12, 31), DueRule(2), date(2027, 1, 4), True),
        (date(2026, 12, 31), DueRule(2, "day"), date(2027, 1, 2), False),
        (date(2026, 12, 31), DueRule(2, "day", "next_workday"), date(2027, 1, 4), True),
    ],
)
def test_到期日(basis: date, rule: DueRule, day: date, provisional: bool) -> None:
    due = derive(basis, rule, CALENDAR)
    assert (due.day, due.provisional) == (day, provisional)
    said = derivation(basis, rule, due)
    assert day.isoformat() in said and ("暂定" in said) == provisional


@pytest.mark.parametrize("wrong", [
    {"unit": "week"}, {"roll": "back"}, {"unit": "fixed"}, {"fixed": date(2026, 1, 1)},
    {"count": -1},
])  # fmt: skip
def test_说不通的推法造不出来(wrong: dict) -> None:
    with pytest.raises(ValueError):
        DueRule(**wrong)


@given(DAYS, st.integers(0, 60), st.sampled_from(["workday", "day"]),
       st.sampled_from(["none", "next_workday"]))  # fmt: skip
def test_存下再取出是同一推法_到期日不早于起算日_顺延必落在工作日(
    basis: date, count: int, unit: str, roll: str
) -> None:
    rule = DueRule(count, unit, roll, said="参数 x")  # type: ignore[arg-type]
    assert DueRule.from_json(rule.as_json()) == rule
    due = derive(basis, rule, CALENDAR)
    assert due.day >= basis
    if roll == "next_workday":
        assert CALENDAR.is_workday(due.day)


@given(DAYS, st.integers(0, 40), st.lists(st.integers(0, 15), min_size=1, max_size=4).map(sorted))
def test_阶梯只升不降_到期之前没有(due: date, days: int, ladder: list[int]) -> None:
    levels = [level(due, due + timedelta(days=n), ladder, CALENDAR) for n in range(-2, days)]
    assert levels == sorted(levels)
    assert level(due, due - timedelta(days=1), ladder, CALENDAR) == 0


def test_阶梯各级在几个工作日之后() -> None:
    due = date(2026, 9, 29)  # 其后国庆七天
    ladder = [0, 3, 10]
    said = {
        on: level(due, on, ladder, CALENDAR)
        for on in (date(2026, 9, 28), due, date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 16),
                   date(2026, 10, 19))
    }  # fmt: skip
    assert list(said.values()) == [0, 1, 1, 2, 2, 3]


@given(DAYS, st.integers(-400, 400))
def test_每个到期日恰好落在一段(on: date, gap: int) -> None:
    due = on + timedelta(days=gap)
    name = bucket_of(due, on)
    assert name in BUCKETS
    assert (name == "late") == (due < on) and (name == "today") == (due == on)
    assert sunday(on).isoweekday() == 7 and 0 <= (sunday(on) - on).days <= 6


OWED = st.builds(
    Owed, st.just("toy"), st.integers(1, 4), st.integers(1, 2), st.just(date(2026, 1, 5)),
    st.just(DueRule(3)), st.sampled_from([None, 7]), st.sampled_from(["", "2026-11"]),
)  # fmt: skip


@given(st.lists(OWED), st.lists(OWED))
def test_核对_开了缺的撤了多的_正好是应当的(wanted: list[Owed], held: list[Owed]) -> None:
    keys = {Opening("k", owed).key for owed in held}
    missing, gone = reconcile(wanted, "k", keys)
    opened = [row.key for row in missing]
    assert len(opened) == len(set(opened))
    assert (keys - gone) | set(opened) == {Opening("k", owed).key for owed in wanted}
