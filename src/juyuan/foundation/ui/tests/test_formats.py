"""数、钱、日子怎么写成字。"""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.ui import formats


@pytest.mark.parametrize(
    ("yuan", "unit", "shown"),
    [
        (None, "yi", "—"),
        (0, "yi", "0.00"),
        (680_000_000, "yi", "6.80"),
        (150_443_000_000, "yi", "1,504.43"),
        (320_000_000, "wan", "32,000.00"),
        (-4_000_000, "wan", "\u2212400.00"),
        (12_345, "wan", "1.23"),
        (12_350, "wan", "1.24"),
        (50, "wan", "0.01"),
        (49, "wan", "<0.01"),
        (-1, "yi", ">\u22120.01"),
        (1_234_567, "元", "1,234,567"),
        (680_000_000, "亿元", "6.80"),
    ],
)
def test_amount_has_two_places_thousands_and_never_hides_a_small_sum(yuan, unit, shown):
    assert formats.amount(yuan, unit) == shown


@pytest.mark.parametrize("wrong", [1.5, "5000", True])
def test_amount_takes_whole_yuan_only(wrong):
    with pytest.raises(TypeError):
        formats.amount(wrong)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_amount_is_within_half_a_cent_of_the_unit(yuan):
    shown = formats.amount(yuan, "wan").replace(",", "").replace("\u2212", "-")
    if "<" in shown or ">" in shown:
        assert 0 < abs(yuan) < 50
    else:
        assert abs(int(shown.replace(".", "")) * 100 - yuan) <= 50


@pytest.mark.parametrize(
    ("bp", "places", "shown"),
    [
        (8000, 2, "80.00%"),
        (10000, 2, "100.00%"),
        (8825, 1, "88.3%"),
        (49, 0, "0%"),
        (1, 2, "0.01%"),
        (None, 2, "—"),
        (-150, 2, "\u22121.50%"),
    ],
)
def test_percent_of_basis_points(bp, places, shown):
    assert formats.percent(bp, places) == shown


@pytest.mark.parametrize(
    ("value", "today", "shown"),
    [
        (date(2026, 11, 20), None, "2026-11-20"),
        (date(2026, 11, 20), date(2026, 1, 1), "11-20"),
        (date(2025, 11, 20), date(2026, 1, 1), "2025-11-20"),
        (None, None, "—"),
        ("", None, "—"),
        (datetime(2026, 12, 31, 16, 30, tzinfo=UTC), None, "2027-01-01"),
    ],
)
def test_day_is_written_in_shanghai_and_short_within_the_year(value, today, shown):
    assert formats.day(value, today) == shown


def test_moment_is_shanghai_time():
    at = datetime(2026, 11, 16, 7, 22, tzinfo=UTC)
    assert formats.moment(at, date(2026, 1, 1)) == "11-16 15:22"
    assert formats.moment(at) == "2026-11-16 15:22"


@pytest.mark.parametrize(
    ("left", "kind", "shown", "level"),
    [
        (2, "workday", "还有 2 个工作日", ""),
        (0, "workday", "今天", "warn"),
        (-3, "workday", "逾期 3 个工作日", "bad"),
        (55, "day", "还有 55 天", ""),
        (None, "workday", "", ""),
    ],
)
def test_due_says_workdays_or_days_never_just_ri(left, kind, shown, level):
    assert formats.due_text(left, kind) == shown
    assert formats.due_level(left) == level


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 字节"), (2048, "2.0 KB"), (2_202_010, "2.1 MB"), (None, "—")]
)
def test_size(count, shown):
    assert formats.size(count) == shown
