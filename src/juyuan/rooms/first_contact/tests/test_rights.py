"""首谈的权利:状态表、功劳的时刻、保护期、灯与提请。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juyuan.kernel.period import SHANGHAI
from juyuan.kernel.workdays import Calendar
from juyuan.rooms.first_contact.rules.rights import (
    HOLDING,
    LIVE,
    MOVES,
    ClaimState,
    ClaimVerb,
    Held,
    Step,
    Terms,
    held_from,
    merit_time,
    next_state,
    outlook,
    protected_until,
    registered_late,
    state_at,
    warn_on,
)
from juyuan.rooms.pipeline.rules.lights import Light

TERMS = Terms(90, 30, 365, 2, 3, 6, (10, 3))
DAY = date(2026, 1, 10)
PLAIN = Calendar(frozenset(), frozenset(), frozenset({2025, 2026, 2027}))
S, V = ClaimState, ClaimVerb
days = st.integers(0, 800).map(lambda n: DAY + timedelta(days=n))
offsets = st.lists(st.integers(-50, 700).map(lambda n: DAY + timedelta(days=n)), max_size=14)
terms = st.builds(
    Terms,
    protection_days=st.integers(1, 120), renewal_days=st.integers(0, 60),
    max_days=st.integers(120, 400), yellow_months=st.just(2), red_months=st.just(3),
    withdraw_months=st.just(6),
)  # fmt: skip


@pytest.mark.parametrize(
    ("state", "verb", "to"),
    [
        (None, V.REGISTER, S.REGISTERED),
        (None, V.CONTEST, S.DISPUTED),
        (None, V.TAKE_UP, S.PROTECTED),
        (None, V.PROTECT, None),
        (S.REGISTERED, V.PROTECT, S.PROTECTED),
        (S.PROTECTED, V.EXTEND, S.PROTECTED),
        (S.PROTECTED, V.LAPSE, S.LAPSED),
        (S.REGISTERED, V.LAPSE, None),
        (S.REGISTERED, V.EXTEND, None),
        (S.PROTECTED, V.HAND_OVER, S.HANDED_OVER),
        (S.DISPUTED, V.UPHOLD, S.PROTECTED),
        (S.DISPUTED, V.DECLINE, S.ENDED),
        (S.DISPUTED, V.LAPSE, None),
        (S.LAPSED, V.EXTEND, None),
        (S.LAPSED, V.UPHOLD, S.PROTECTED),
        *((end, verb, None) for end in (S.HANDED_OVER, S.ENDED) for verb in V),
    ],
)
def test_s3_2b_能走的步(state: S | None, verb: V, to: S | None) -> None:
    assert next_state(state, verb) == to


def test_s3_2b_每个状态都走得到_持有的都是在世的() -> None:
    assert set(MOVES.values()) == set(S)
    assert set(HOLDING) < set(LIVE)
    assert {to for (_, verb), to in MOVES.items() if verb == V.END} == {S.ENDED}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("evidence", "registered", "opening", "merit"),
    [
        ("2026-01-05T00:00", "2026-01-08T09:00", False, "2026-01-08T09:00"),
        ("2024-01-05T00:00", "2026-01-08T09:00", False, "2026-01-08T09:00"),  # 倒签的赢不了
        ("2026-01-09T00:00", "2026-01-08T09:00", False, "2026-01-09T00:00"),
        ("2024-01-05T00:00", "2026-01-08T09:00", True, "2024-01-05T00:00"),
        ("2026-01-09T00:00", "2026-01-08T09:00", True, "2026-01-08T09:00"),
    ],
)
def test_s3_2b_功劳的时刻(evidence: str, registered: str, opening: bool, merit: str) -> None:
    assert merit_time(at(evidence), at(registered), opening_confirmed=opening) == at(merit)


@given(st.datetimes(), st.datetimes(), st.datetimes())
def test_s3_2b_证据倒签得再早_也不早于登记(
    evidence: datetime, other: datetime, by: datetime
) -> None:
    first, second = sorted((evidence, other))
    assert merit_time(first, by) >= by
    assert merit_time(first, by) <= merit_time(second, by)
    assert merit_time(first, by, opening_confirmed=True) <= merit_time(first, by)


@pytest.mark.parametrize(
    ("contacted", "registered", "late"),
    [
        (date(2026, 1, 5), date(2026, 1, 8), False),  # 周一接触,周四是第 3 个工作日
        (date(2026, 1, 5), date(2026, 1, 9), True),
        (date(2026, 1, 9), date(2026, 1, 14), False),  # 周五接触,中间隔着周末
        (date(2026, 1, 9), date(2026, 1, 15), True),
        (date(2026, 1, 9), date(2026, 1, 9), False),
    ],
)
def test_s3_2b_迟登(contacted: date, registered: date, late: bool) -> None:
    assert registered_late(contacted, registered, 3, PLAIN) == late


def d(number: int) -> date:
    return DAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("held", "until"),
    [
        (Held(DAY), d(90)),
        (Held(DAY, (d(20),)), d(120)),
        (Held(DAY, (d(20), d(50), d(80))), d(180)),
        (Held(DAY, (d(90),)), d(120)),  # 到期当日的报备算数
        (Held(DAY, (d(91),)), d(90)),  # 过期以后的不算
        (Held(DAY, (d(-1),)), d(90)),
        (Held(DAY, tuple(d(30 * n) for n in range(20))), d(365)),
        (Held(DAY, (), d(400)), d(400)),
        (Held(DAY, (), d(10)), d(90)),
    ],
)
def test_s3_2b_保护到哪天(held: Held, until: date) -> None:
    assert protected_until(held, TERMS) == until


@settings(max_examples=300)
@given(offsets, terms, days, days)
def test_s3_2b_延长与报备只会更长_没有延长不过顶(
    renewals: list[date], limits: Terms, more: date, extended: date
) -> None:
    held = Held(DAY, tuple(renewals))
    until = protected_until(held, limits)
    assert DAY <= until <= DAY + timedelta(days=limits.max_days)
    assert protected_until(replace(held, renewals=(*renewals, more)), limits) >= until
    assert protected_until(replace(held, extended_to=extended), limits) == max(until, extended)
    assert protected_until(replace(held, renewals=tuple(reversed(renewals))), limits) == until


@pytest.mark.parametrize(
    ("held", "today", "light", "lapse", "withdraw"),
    [
        (Held(DAY), date(2026, 3, 9), Light.GREEN, False, False),
        (Held(DAY), date(2026, 3, 10), Light.YELLOW, False, False),
        (Held(DAY), date(2026, 4, 9), Light.YELLOW, False, False),
        (Held(DAY), date(2026, 4, 10), Light.RED, True, False),
        (Held(DAY), date(2026, 7, 9), Light.RED, True, False),
        (Held(DAY), date(2026, 7, 10), Light.RED, True, True),
        (Held(DAY, (), None, date(2026, 3, 1)), date(2026, 3, 20), Light.GREEN, False, False),
        (Held(DAY, (), None, d(80)), d(91), Light.RED, True, False),  # 没报备:保护期过了
        (Held(DAY, (d(80),), None, d(80)), d(91), Light.GREEN, False, False),
        (Held(DAY, (), d(300), d(280)), d(300), Light.GREEN, False, False),
    ],
)
def test_s3_2c_灯与提请(held: Held, today: date, light: Light, lapse: bool, withdraw: bool) -> None:
    found = outlook(held, today, TERMS)
    assert (found.light, found.propose_lapse, found.propose_withdrawal) == (light, lapse, withdraw)
    assert bool(found.reasons) == (light != Light.GREEN)


@settings(max_examples=200)
@given(offsets, days, days, days)
def test_s3_2b_日子往后_灯不会自己变好_有进展不会更差(
    renewals: list[date], one: date, other: date, progress: date
) -> None:
    first, second = sorted((one, other))
    held = Held(DAY, tuple(renewals))
    assert outlook(held, second, TERMS).light.rank >= outlook(held, first, TERMS).light.rank
    better = outlook(replace(held, last_substantive=progress), second, TERMS)
    assert better.light.rank <= outlook(held, second, TERMS).light.rank
    assert not better.propose_withdrawal or better.propose_lapse


def test_s3_2b_到期前提醒的日子_与还有几天() -> None:
    assert warn_on(d(90), (3, 10, 3)) == (d(80), d(87))
    assert [outlook(Held(DAY), d(n), TERMS).left_said for n in (80, 90, 92)] == [
        "还有 10 天", "今天到期", "已过 2 天",
    ]  # fmt: skip


STEPS = (
    Step(d(0), V.REGISTER, S.REGISTERED),
    Step(d(0), V.PROTECT, S.PROTECTED),
    Step(d(40), V.EXTEND, S.PROTECTED, d(500)),
    Step(d(60), V.EXTEND, S.PROTECTED, d(450)),
    Step(d(100), V.LAPSE, S.LAPSED),
    Step(d(120), V.UPHOLD, S.PROTECTED),
)


@pytest.mark.parametrize(
    ("day", "state", "held"),
    [
        (-1, None, None),
        (0, S.PROTECTED, Held(d(0))),
        (40, S.PROTECTED, Held(d(0), (d(5),), d(500))),
        (99, S.PROTECTED, Held(d(0), (d(5),), d(500))),
        (100, S.LAPSED, None),
        (120, S.PROTECTED, Held(d(120))),
    ],
)
def test_s3_2b_过去任何一天的权利(day: int, state: S | None, held: Held | None) -> None:
    assert state_at(STEPS, d(day)) == state
    assert held_from(STEPS, d(day), renewals=(d(5),)) == held


@given(st.integers(-10, 200), st.integers(0, len(STEPS)))
def test_s3_2b_后来的事不改过去(day: int, cut: int) -> None:
    known = [step for step in STEPS if step.on <= d(day)]
    assert state_at(STEPS, d(day)) == state_at(known, d(day)) == state_at(known, d(1000))
