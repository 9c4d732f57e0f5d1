"""日程:哪日该做、停机之后欠哪几日。"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.work.rules import CATCH_UP_DAYS, DAILY, Schedule, falls_on, owed

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("schedule", "day", "due"),
    [
        (DAILY, FRIDAY, True),
        (Schedule("weekly", 5), FRIDAY, True),
        (Schedule("weekly", 1), FRIDAY, False),
        (Schedule("monthly", 20), FRIDAY, True),
        (Schedule("monthly", 21), FRIDAY, False),
        (Schedule("monthly", 31), date(2026, 11, 30), True),
        (Schedule("monthly", 31), date(2026, 11, 29), False),
        (Schedule("monthly", 29), date(2026, 2, 28), True),
        (Schedule("monthly", 29), date(2028, 2, 28), False),
    ],
)
def test_falls_on(schedule, day, due):
    assert falls_on(schedule, day) is due


@pytest.mark.parametrize(
    ("kind", "day"), [("hourly", 0), ("weekly", 0), ("weekly", 8), ("monthly", 32), ("daily", 1)]
)
def test_no_such_schedule(kind, day):
    with pytest.raises(ValueError, match="没有这样的日程"):
        Schedule(kind, day)


def test_never_done_looks_at_today_only():
    assert owed(DAILY, None, FRIDAY, catch_up=True) == [FRIDAY]
    assert owed(Schedule("monthly", 1), None, FRIDAY, catch_up=True) == []


def test_missed_days_are_owed_oldest_first():
    last = FRIDAY - timedelta(days=3)
    days = [FRIDAY - timedelta(days=n) for n in (2, 1, 0)]
    assert owed(DAILY, last, FRIDAY, catch_up=True) == days
    assert owed(DAILY, last, FRIDAY, catch_up=False) == [FRIDAY]
    assert owed(DAILY, FRIDAY, FRIDAY, catch_up=True) == []
    assert owed(DAILY, FRIDAY + timedelta(days=1), FRIDAY, catch_up=True) == []


schedules = st.one_of(
    st.just(DAILY),
    st.builds(Schedule, st.just("weekly"), st.integers(1, 7)),
    st.builds(Schedule, st.just("monthly"), st.integers(1, 31)),
)


@given(schedules, st.integers(-5, 400))
def test_owed_days_fall_on_the_schedule_after_the_last_and_not_after_today(schedule, ago):
    last = FRIDAY - timedelta(days=ago)
    days = owed(schedule, last, FRIDAY, catch_up=True)
    assert days == sorted(set(days))
    assert all(last < day <= FRIDAY and falls_on(schedule, day) for day in days)
    assert len(days) <= CATCH_UP_DAYS + 1


@given(schedules, st.integers(1, 60))
def test_doing_what_is_owed_leaves_nothing_owed(schedule, ago):
    days = owed(schedule, FRIDAY - timedelta(days=ago), FRIDAY, catch_up=True)
    if days:
        assert owed(schedule, days[-1], FRIDAY, catch_up=True) == []
