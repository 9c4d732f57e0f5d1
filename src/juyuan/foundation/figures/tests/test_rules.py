"""截止日:空与今天即此刻;写错、未来、太早都说清楚。"""

from datetime import date

import pytest

from juyuan.foundation.figures.rules import read_as_of

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
