"""工作日:调休算上班,放假不算,没有通知的年份只给暂定的日子。"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.workdays import (
    Calendar,
    Due,
    add_workdays,
    next_workday,
    prev_workday,
    remaining_text,
    roll_forward,
    workdays_between,
)

# 2025 年国庆、中秋:10 月 1–8 日放假,9 月 28 日(周日)、10 月 11 日(周六)上班
CALENDAR = Calendar(
    off=frozenset(date(2025, 10, d) for d in range(1, 9)),
    makeup=frozenset({date(2025, 9, 28), date(2025, 10, 11)}),
    years=frozenset({2025}),
)
DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 1))


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2025, 9, 26), 1, date(2025, 9, 28)),
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
        (date(2025, 9, 30), 3, date(2025, 10, 11)),
        (date(2025, 10, 4), 1, date(2025, 10, 9)),
        (date(2025, 10, 9), -1, date(2025, 9, 30)),
        (date(2025, 10, 5), 0, date(2025, 10, 5)),
    ],
)
def test_counts_from_the_next_day_by_the_notice(start, count, due):
    assert add_workdays(start, count, CALENDAR) == Due(due)


def test_neighbours_and_rolling():
    assert next_workday(date(2025, 9, 30), CALENDAR).day == date(2025, 10, 9)
    assert prev_workday(date(2025, 10, 9), CALENDAR).day == date(2025, 9, 30)
    assert roll_forward(date(2025, 10, 1), CALENDAR).day == date(2025, 10, 9)
    assert roll_forward(date(2025, 10, 11), CALENDAR).day == date(2025, 10, 11)


def test_a_year_without_notice_gives_a_provisional_date_and_says_so():
    due = add_workdays(date(2025, 12, 31), 1, CALENDAR)
    assert due == Due(date(2026, 1, 1), provisional=True)
    assert str(due) == "2026-01-01(暂定)"
    assert roll_forward(date(2026, 1, 3), CALENDAR).provisional
    assert not add_workdays(date(2025, 12, 30), 1, CALENDAR).provisional


@pytest.mark.parametrize(
    ("due", "today", "said"),
    [
        (date(2025, 10, 9), date(2025, 9, 30), "还有 1 个工作日"),
        (date(2025, 10, 9), date(2025, 10, 9), "今天到期"),
        (date(2025, 9, 30), date(2025, 10, 10), "逾期 2 个工作日"),
        (date(2025, 10, 5), date(2025, 10, 2), "下一个工作日前到期"),
        (date(2025, 10, 2), date(2025, 10, 5), "已到期,尚未过工作日"),
    ],
)
def test_what_stands_beside_the_date(due, today, said):
    assert remaining_text(due, today, CALENDAR) == said


def test_a_day_cannot_be_both():
    with pytest.raises(ValueError, match="2025-10-01"):
        Calendar(frozenset({date(2025, 10, 1)}), frozenset({date(2025, 10, 1)}), frozenset())


@given(DAYS, st.integers(1, 30))
def test_adding_and_counting_agree(start, count):
    due = add_workdays(start, count, CALENDAR).day
    assert CALENDAR.is_workday(due)
    assert workdays_between(start, due, CALENDAR) == count
    assert workdays_between(due, start, CALENDAR) == -count


@given(DAYS, st.integers(0, 40))
def test_counting_is_the_sum_of_days(start, span):
    end = start + timedelta(days=span)
    days = (start + timedelta(days=i) for i in range(1, span + 1))
    assert workdays_between(start, end, CALENDAR) == sum(map(CALENDAR.is_workday, days))


@given(DAYS, st.integers(1, 20))
def test_forward_then_back_returns_to_the_workday(start, count):
    first = roll_forward(start, CALENDAR).day
    there = add_workdays(first, count, CALENDAR).day
    assert add_workdays(there, -count, CALENDAR).day == first
