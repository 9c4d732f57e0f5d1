"""截止日:空与今天即此刻;写错、未来、太早都说清楚。"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.figures.rules import (
    ChangeKind,
    difference_of,
    explain,
    previous_month_end,
    read_against,
    read_as_of,
)

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("  ", None),
        ("2026-11-20", None),
        ("2026-11-19", date(2026, 11, 19)),
        (" 2026-1-2 ", date(2026, 1, 2)),
        ("2000-01-01", date(2000, 1, 1)),
    ],
)
def test_a_day_is_read_and_today_means_now(text, day):
    assert read_as_of(text, TODAY) == (day, None)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2026-11-21", "as_of_future"),
        ("1999-12-31", "as_of_early"),
        ("2026-02-30", "as_of_form"),
        ("昨天", "as_of_form"),
        ("2026/11/01", "as_of_form"),
        ("20261101", "as_of_form"),
        ("2026-11-19'--", "as_of_form"),
    ],
)
def test_a_wrong_day_is_refused_in_words(text, rule):
    day, finding = read_as_of(text, TODAY)
    assert day is None
    assert (finding.field, finding.rule) == ("as_of", rule)


CAME, WENT, CHANGED = ChangeKind


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({}, {}, []),
        ({1: 5}, {1: 5}, []),
        ({}, {1: 5}, [(1, CAME, 5)]),
        ({1: 5}, {}, [(1, WENT, -5)]),
        ({1: 5}, {1: 8}, [(1, CHANGED, 3)]),
        ({}, {1: 0}, [(1, CAME, 0)]),
        ({1: 5, 2: 1}, {2: 9, 3: 2}, [(2, CHANGED, 8), (1, WENT, -5), (3, CAME, 2)]),
    ],
)
def test_each_row_that_moved_is_named_with_what_it_did(before, after, wanted):
    assert [(c.key, c.kind, c.difference) for c in explain(before, after)] == wanted


rows = st.dictionaries(st.integers(1, 9), st.integers(-(10**13), 10**13))


@given(rows, rows)
def test_the_explanation_sums_to_the_difference(before, after):
    changes = explain(before, after)
    assert difference_of(changes) == sum(after.values()) - sum(before.values())
    assert len({c.key for c in changes}) == len(changes)
    back = explain(after, before)
    assert difference_of(back) == -difference_of(changes)


@given(st.dates(date(2000, 2, 1), date(2100, 1, 1)))
def test_the_usual_day_is_the_end_of_the_month_before(day):
    end = previous_month_end(day)
    assert end < day.replace(day=1)
    assert (end.year * 12 + end.month) == (day.year * 12 + day.month) - 1
    assert read_against("", day, day) == (end, None)


@pytest.mark.parametrize(
    ("text", "as_of", "day", "rule"),
    [
        ("2026-10-01", TODAY, date(2026, 10, 1), ""),
        ("2026-11-19", TODAY, date(2026, 11, 19), ""),
        ("2026-11-20", TODAY, date(2026, 10, 31), "against_order"),
        ("2026-11-21", TODAY, date(2026, 10, 31), "as_of_future"),
        ("2026-03-01", date(2026, 3, 1), date(2026, 2, 28), "against_order"),
        ("abc", TODAY, date(2026, 10, 31), "as_of_form"),
    ],
)
def test_the_other_day_must_be_earlier(text, as_of, day, rule):
    found, finding = read_against(text, as_of, TODAY)
    assert found == day
    assert (finding.rule if finding else "") == rule
    assert finding is None or finding.field == "against"
