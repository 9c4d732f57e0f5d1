"""日期:各种写法读成同一天;不存在的日子、读不准的写法都拒绝并说明怎么改。"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.period import (
    DateError,
    PartialDate,
    add_months,
    from_serial,
    month_bounds,
    parse_date,
    parse_partial,
    reporting_period,
    year_bounds,
)

MARCH_5 = date(2024, 3, 5)
any_day = st.dates(date(1950, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-05",
        "2024-3-5",
        "2024/3/5",
        "2024.3.5",
        "2024.03.05",
        "2024年3月5日",
        "2024年03月05号",
        "2024 年 3 月 5 日",
        "２０２４年３月５日",
        "２０２４．３．５",
        " 2024-03-05 ",
        "2024-03-05 00:00:00",
        "2024-03-05T09:30",
        "2024年3月5日 9:30",
        "20240305",
        20240305,
        20240305.0,
        45356,
        45356.75,
        "45356",
        date(2024, 3, 5),
        datetime(2024, 3, 5, 23, 59),
        datetime(2024, 3, 4, 16, 0, tzinfo=UTC),
    ],
)
def test_many_spellings_one_day(value):
    assert parse_date(value) == MARCH_5


@pytest.mark.parametrize(
    ("value", "year", "month", "precision"),
    [
        ("2024年3月", 2024, 3, "month"),
        ("2024年3月份", 2024, 3, "month"),
        ("2024-03", 2024, 3, "month"),
        ("2024/3", 2024, 3, "month"),
        ("2024.10", 2024, 10, "month"),
        ("202403", 2024, 3, "month"),
        ("2024年", 2024, None, "year"),
        ("2024", 2024, None, "year"),
        (2024, 2024, None, "year"),
        (2024.0, 2024, None, "year"),
    ],
)
def test_precision_is_kept(value, year, month, precision):
    found = parse_partial(value)
    assert (found.year, found.month, found.day, found.precision) == (year, month, None, precision)
    with pytest.raises(DateError, match="补全到日"):
        parse_date(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2024-02-30", "不存在"),
        ("2023年2月29日", "不存在"),
        ("2024.13.1", "不存在"),
        ("2024-00-10", "不存在"),
        ("20240231", "不存在"),
        ("2024-13", "不存在"),
        ("", "为空"),
        ("  ", "为空"),
        ("24.3.5", "四位"),
        ("3/5/2024", "年月日的次序"),
        ("二〇二四年三月五日", "阿拉伯数字"),
        ("2024年3月上旬", "确切"),
        ("2024年底", "确切"),
        ("2024-03/05", "请写成"),
        ("待定", "请写成"),
        ("2024-03-05 25:00", "请写成"),
        ("1899-12-31", "1900–2199"),
        ("9999-01-01", "1900–2199"),
        (2024.1, "分不清"),
        (5, "不合常理"),
        ("60", "1900-02-29"),
        (0, "不对应"),
        (-3.5, "不对应"),
        (9_999_999, "超出"),
        (float("nan"), "读不准"),
        (float("inf"), "读不准"),
        (True, "读不准"),
        (None, "读不准"),
        (10**30, "请写成"),
    ],
)
def test_refuses_and_says_how_to_mend(value, said):
    with pytest.raises(DateError) as refused:
        parse_date(value)
    assert said in refused.value.message


def test_serials_step_over_the_day_that_never_was():
    assert from_serial(1) == date(1900, 1, 1)
    assert from_serial(59) == date(1900, 2, 28)
    assert from_serial(61) == date(1900, 3, 1)
    with pytest.raises(DateError, match="1900-02-29"):
        from_serial(60)
    assert from_serial(0, epoch1904=True) == date(1904, 1, 1)
    with pytest.raises(DateError):
        from_serial(-1, epoch1904=True)
    with pytest.raises(DateError):
        from_serial(10**9)


def test_the_1904_system_shifts_serials_only():
    assert parse_date(45356 - 1462, epoch1904=True) == MARCH_5
    assert parse_date("2024-03-05", epoch1904=True) == MARCH_5


@given(any_day)
def test_every_day_reads_back_from_every_spelling(day):
    for text in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
    ):
        assert parse_date(text) == day
    assert parse_date((day - date(1899, 12, 30)).days) == day


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.none()))
def test_any_value_is_read_or_refused_never_a_crash(value):
    try:
        found = parse_partial(value)
    except DateError as refused:
        assert refused.message
    else:
        assert found.first <= found.last


def test_partial_date_bounds_and_text():
    assert (PartialDate(2024, 2).first, PartialDate(2024, 2).last) == (
        date(2024, 2, 1),
        date(2024, 2, 29),
    )
    assert PartialDate(2024).last == date(2024, 12, 31)
    assert PartialDate(2024, 3, 5).last == MARCH_5
    assert [str(PartialDate(2024, *rest)) for rest in ((), (3,), (3, 5))] == [
        "2024",
        "2024-03",
        "2024-03-05",
    ]
    with pytest.raises(ValueError, match="有日必须有月"):
        PartialDate(2024, None, 5)


def test_bounds():
    assert month_bounds(2024, 2) == (date(2024, 2, 1), date(2024, 2, 29))
    assert year_bounds(2025) == (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 5, 20), -12, date(2023, 5, 20)),
        (date(2024, 5, 20), 0, date(2024, 5, 20)),
    ],
)
def test_months_clip_to_month_end(day, months, then):
    assert add_months(day, months) == then


@given(any_day, st.integers(1, 28))
def test_every_day_is_in_exactly_one_reporting_period(day, cut):
    first, last = reporting_period(day, cut)
    assert first <= day <= last
    assert last.day == cut
    assert reporting_period(last + timedelta(days=1), cut)[0] == last + timedelta(days=1)


def test_reporting_period_of_the_20th():
    assert reporting_period(date(2025, 6, 20), 20) == (date(2025, 5, 21), date(2025, 6, 20))
    assert reporting_period(date(2025, 6, 21), 20) == (date(2025, 6, 21), date(2025, 7, 20))
    with pytest.raises(ValueError, match="1–28"):
        reporting_period(date(2025, 6, 21), 31)
