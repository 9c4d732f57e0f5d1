"""带日期的参数:取哪一版。"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.policy.timeline import ParameterRow, Timeline, UnknownParameter


def row(
    value: object, since: date, number: int = 0, key: str = "a.b", **more: object
) -> ParameterRow:
    fields: dict[str, object] = {"type": "int", "unit": "个", "clause": "A1", "origin": "建议值"}
    return ParameterRow(
        key=key,
        label="数",
        value=value,
        effective_from=since,
        id=number,
        **(fields | more),  # type: ignore[arg-type]
    )


JAN, JUL = date(2026, 1, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "value", "early"),
    [
        (date(2025, 12, 31), 1, True),
        (JAN, 1, False),
        (date(2026, 6, 30), 1, False),
        (JUL, 2, False),
        (date(2030, 1, 1), 2, False),
    ],
)
def test_latest_version_not_after_the_day_is_used(day: date, value: int, early: bool) -> None:
    found = Timeline([row(2, JUL, 2), row(1, JAN, 1)]).on(day).row("a.b")
    assert (found.value, found.early) == (value, early)


def test_later_recorded_row_of_the_same_day_wins() -> None:
    assert Timeline([row(1, JAN, 1), row(9, JAN, 5)]).on(JAN)["a.b"] == 9


def test_stored_row_wins_over_the_pack_row_of_the_same_day() -> None:
    assert Timeline([row(7, JAN, 3), row(1, JAN, 0)]).on(JAN)["a.b"] == 7


def test_unknown_parameter_says_which() -> None:
    with pytest.raises(UnknownParameter, match=r"没有参数「c\.d」"):
        Timeline([row(1, JAN)]).on(JAN)["c.d"]
    with pytest.raises(UnknownParameter):
        Timeline([]).versions("c.d")


def test_date_value_comes_back_as_a_date() -> None:
    book = Timeline([row("2026-03-20", JAN, type="date")]).on(JAN)
    assert book["a.b"] == date(2026, 3, 20)


def test_rows_of_a_clause() -> None:
    book = Timeline([row(1, JAN), row(2, JAN, key="c.d", clause="A2")]).on(JAN)
    assert [r.key for r in book.rows("A2")] == ["c.d"]
    assert list(book) == ["a.b", "c.d"]
    assert "a.b" in book and "x.y" not in book


@pytest.mark.parametrize(
    ("op", "inclusive"), [(">=", True), ("<=", True), (">", False), ("<", False), ("", False)]
)
def test_above_includes_the_number_itself_beyond_does_not(op: str, inclusive: bool) -> None:
    assert row(1, JAN, op=op).inclusive is inclusive


@pytest.mark.parametrize(
    ("origin", "confirmed_by", "suggested"),
    [("文件明定", "", False), ("建议值", "", True), ("建议值", "何慎之", False)],
)
def test_suggested_until_somebody_confirms(origin: str, confirmed_by: str, suggested: bool) -> None:
    assert row(1, JAN, origin=origin, confirmed_by=confirmed_by).suggested is suggested


@given(
    st.lists(st.integers(min_value=0, max_value=400), min_size=1, max_size=12),
    st.integers(min_value=-50, max_value=500),
)
def test_lookup_equals_a_plain_scan(offsets: list[int], ask: int) -> None:
    rows = [row(n, JAN + timedelta(days=days), n) for n, days in enumerate(offsets, 1)]
    day = JAN + timedelta(days=ask)
    due = [r for r in rows if r.effective_from <= day]
    want = (
        max(due, key=lambda r: (r.effective_from, r.id))
        if due
        else min(rows, key=lambda r: (r.effective_from, r.id))
    )
    assert Timeline(rows).on(day)["a.b"] == want.value
