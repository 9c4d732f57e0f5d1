"""撞单的裁定:期限、份额、牵头单位、理由。"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.workdays import Calendar
from juyuan.rooms.first_contact.rules.rulings import (
    PENDING,
    ConflictState,
    RulingDraft,
    Standing,
    appeal_due,
    appeal_open,
    becomes_final,
    earliest,
    judge_ruling,
    ruling_due,
)

PLAIN = Calendar(frozenset(), frozenset(), frozenset({2026}))
FRIDAY = date(2026, 11, 20)
GOOD = RulingDraft(1, {1: 7000, 2: 3000}, "甲方先有会议记录")


@pytest.mark.parametrize(
    ("off", "due"),
    [((), date(2026, 11, 27)), ((date(2026, 11, 24),), date(2026, 11, 30))],
)
def test_s3_2b_五个工作日裁定(off: tuple[date, ...], due: date) -> None:
    known = Calendar(frozenset(off), frozenset(), frozenset({2026}))
    assert ruling_due(FRIDAY, 5, known).day == due


def test_s3_2b_三个工作日内可以不服_过了即定() -> None:
    last = appeal_due(FRIDAY, 3, PLAIN).day
    assert last == date(2026, 11, 25)
    for state in ConflictState:
        for day in (FRIDAY, last, last + timedelta(days=1)):
            ruled = state == ConflictState.RULED
            assert appeal_open(state, day, last) == (ruled and day <= last)
            assert becomes_final(state, day, last) == (ruled and day > last)
    assert not appeal_open(ConflictState.RULED, FRIDAY, None)
    assert ConflictState.FINAL not in PENDING


@pytest.mark.parametrize(
    ("draft", "rules"),
    [
        (GOOD, []),
        (RulingDraft(2, {2: 10000}, "理由"), []),
        (RulingDraft(2, {1: 10000, 2: 0}, "理由"), []),
        (RulingDraft(3, {1: 10000}, "理由"), ["ruling.lead"]),
        (RulingDraft(None, {1: 10000}, "理由"), ["ruling.lead"]),
        (RulingDraft(1, {1: 9999}, "理由"), ["ruling.total"]),
        (RulingDraft(1, {}, "理由"), ["ruling.total"]),
        (RulingDraft(1, {1: 9000, 3: 1000}, "理由"), ["ruling.party"]),
        (RulingDraft(1, {1: 11000, 2: -1000}, "理由"), ["ruling.range"]),
        (RulingDraft(1, {1: 10000}, "  "), ["ruling.reason"]),
        (RulingDraft(1, {1: 10000}, "长" * 2001), ["ruling.length"]),
        (RulingDraft(1, {1: 10000}, "理由", "9.9z"), ["ruling.clause"]),
    ],
)  # fmt: skip
def test_s3_2b_裁定要牵头_份额_理由_条款(draft: RulingDraft, rules: list[str]) -> None:
    assert [f.rule for f in judge_ruling(draft, {1, 2}, {"3.2b", "3.2c"})] == rules


@given(st.dictionaries(st.integers(1, 4), st.integers(-500, 11000), max_size=4))
def test_s3_2b_过得了的裁定份额恰为一(shares: dict[int, int]) -> None:
    found = judge_ruling(RulingDraft(1, shares, "理由"), {1, 2, 3}, {"3.2b"})
    good = sum(shares.values()) == 10000 and all(0 <= v <= 10000 for v in shares.values()) and 4 not in shares  # fmt: skip
    assert (not found) == good


def test_s3_2b_最早的一方供参考() -> None:
    early, late = datetime(2026, 1, 1), datetime(2026, 1, 2)
    assert earliest([Standing(1, late, 0), Standing(2, early, 1)]) == 2
    assert earliest([Standing(1, early, 1), Standing(2, early, 0)]) == 2
    assert earliest([Standing(1, None, 0), Standing(2, late, 1)]) == 2
    assert earliest([Standing(1, None, 0)]) is None
