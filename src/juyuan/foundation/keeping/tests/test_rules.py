"""留哪几份。"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.keeping.rules import NAME, Keep, kept, made_at

KEEP = Keep(7, 5, 12)


def nightly(days, start=datetime(2026, 1, 1, 0, 10)):
    return [(start + timedelta(days=n)).strftime(NAME) for n in range(days)]


def test_a_year_of_nights_keeps_days_weeks_and_months():
    names = nightly(365)
    left = sorted(kept(names, KEEP))
    days = [made_at(name).date().isoformat() for name in left]
    assert days[-7:] == [f"2026-12-{d}" for d in range(25, 32)]
    assert {"2026-11-30", "2026-10-31", "2026-06-30", "2026-01-31"} <= set(days)
    assert len(left) <= 7 + 5 + 12


def test_of_two_in_one_day_the_later_stays():
    assert kept(["20260102-001000", "20260102-120000"], Keep(1, 0, 0)) == {"20260102-120000"}


def test_strange_names_are_neither_kept_nor_ours():
    assert kept(["手工", "20261399-000000", "2026"], KEEP) == set()


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), max_size=60))
def test_the_newest_always_stays_and_pruning_twice_is_once(times):
    names = {at.strftime(NAME) for at in times}
    left = kept(names, KEEP)
    assert not names or max(names) in left
    assert kept(left, KEEP) == left
    assert len(left) <= 24


@pytest.mark.parametrize(
    "text", ["", "7", "7,5", "7,5,x", "0,1,1", "-1,2,3", "7,5,12,1", "７,5,12"]
)
def test_a_wrong_rule_is_refused(text):
    with pytest.raises(ValueError, match="JUYUAN_BACKUP_KEEP"):
        Keep.parse(text)


def test_the_default_rule_is_read():
    assert Keep.parse("7, 5,12") == KEEP
