"""线索的规则:走法、三个时限、逐项研判、所填与带走。"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.workdays import Calendar, add_workdays
from juyuan.rooms.outreach.rules.drafts import (
    LeadDraft,
    carried,
    judge_kept,
    judge_submit,
)
from juyuan.rooms.outreach.rules.leads import (
    ENDED,
    MOVES,
    DimensionMark,
    LeadBasis,
    LeadClock,
    LeadMark,
    LeadOutcome,
    LeadState,
    LeadStepped,
    LeadTerms,
    LeadTimes,
    LeadVerb,
    is_major,
    judge_days,
    judge_marks,
    lead_clocks,
    lead_state_at,
    next_state,
    times_at,
)

S, V = LeadState, LeadVerb
YI = 100_000_000
TERMS = LeadTerms(1, 1, 3, 5, 5, 20, 5 * YI)
FRIDAY = date(2026, 11, 20)
PLAIN = Calendar(frozenset(), frozenset(), frozenset({2025, 2026, 2027}))
days = st.integers(0, 300).map(lambda n: FRIDAY + timedelta(days=n))
CHANNELS = ("chamber", "self")


@pytest.mark.parametrize(
    ("state", "verb", "to"),
    [
        (None, V.REGISTER, S.DRAFT),
        (None, V.SUBMIT, None),
        (S.DRAFT, V.SUBMIT, S.SUBMITTED),
        (S.DRAFT, V.ASSIGN, None),
        (S.DRAFT, V.REFUSE, None),
        (S.SUBMITTED, V.WITHDRAW, S.WITHDRAWN),
        (S.SUBMITTED, V.ANSWER, S.SUBMITTED),
        (S.SUBMITTED, V.ASSIGN, S.ASSIGNED),
        (S.SUBMITTED, V.JUDGE, None),
        (S.SUBMITTED, V.CONVERT, None),
        (S.ASSIGNED, V.WITHDRAW, None),
        (S.ASSIGNED, V.ASSIGN, S.ASSIGNED),
        (S.ASSIGNED, V.JUDGE, S.JUDGED),
        (S.ASSIGNED, V.CONVERT, None),
        (S.JUDGED, V.CONVERT, S.CONVERTED),
        (S.JUDGED, V.CONTEST, S.CONTESTED),
        (S.JUDGED, V.REFUSE, S.REFUSED),
        (S.JUDGED, V.ASSIGN, S.ASSIGNED),
        (S.CONTESTED, V.CONVERT, S.CONVERTED),
        (S.CONTESTED, V.REFUSE, S.REFUSED),
        (S.CONTESTED, V.ASSIGN, None),
        (S.CONVERTED, V.FEED_BACK, S.CONVERTED),
        (S.CONVERTED, V.REFUSE, None),
        (S.REFUSED, V.CONVERT, None),
        (S.WITHDRAWN, V.SUBMIT, None),
    ],
)
def test_s2_5b_线索的走法(state: S | None, verb: V, to: S | None) -> None:
    assert next_state(state, verb) == to


def test_s2_5b_每个没了结的状态都走得到下文_了结的不再变() -> None:
    for state in S:
        reached, frontier = {state}, [state]
        while frontier:
            here = frontier.pop()
            for (was, _), to in MOVES.items():
                if was == here and to not in reached:
                    reached.add(to)
                    frontier.append(to)
        assert reached & set(ENDED), state
        if state in ENDED:
            assert reached == {state}


@pytest.mark.parametrize(
    ("amount", "major", "allowed"),
    [(None, False, 3), (5 * YI - 1, False, 3), (5 * YI, True, 5), (9 * YI, True, 5)],
)
def test_s2_5b_重大线索含本数_没写金额的不算(amount: int | None, major: bool, allowed: int) -> None:
    assert (is_major(amount, TERMS), judge_days(amount, TERMS)) == (major, allowed)


def test_s2_5b_三个时限按工作日_周五登记下周一到期() -> None:
    times = LeadTimes(FRIDAY, date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 26))
    answer, judge, back = lead_clocks(times, None, TERMS, PLAIN)
    assert (answer.due.day, answer.on_time(FRIDAY)) == (date(2026, 11, 23), True)
    assert (judge.since, judge.due.day, judge.on_time(FRIDAY)) == (
        date(2026, 11, 23), date(2026, 11, 26), True,
    )  # fmt: skip
    assert (back.due.day, back.on_time(date(2026, 12, 3))) == (date(2026, 12, 3), None)
    assert back.on_time(date(2026, 12, 4)) is False
    major = lead_clocks(times, 5 * YI, TERMS, PLAIN)[1]
    assert major.due.day == date(2026, 11, 30)
    holiday = Calendar(
        frozenset({date(2026, 11, 23)}), frozenset({date(2026, 11, 22)}), PLAIN.years
    )
    assert lead_clocks(times, None, TERMS, holiday)[0].due.day == date(2026, 11, 22)


def test_s2_5b_自登记起算的三个都从登记数() -> None:
    times = LeadTimes(submitted_on=FRIDAY)
    at_once = replace(TERMS, basis=LeadBasis.SUBMIT)
    assert [c.clock for c in lead_clocks(times, None, TERMS, PLAIN)] == [LeadClock.ANSWER]
    faces = lead_clocks(times, None, at_once, PLAIN)
    assert [c.clock for c in faces] == list(LeadClock) and {c.since for c in faces} == {FRIDAY}
    assert lead_clocks(LeadTimes(), None, at_once, PLAIN) == ()


def test_s2_5b_有了下文的不再欠() -> None:
    times = LeadTimes(FRIDAY, ended_on=FRIDAY)
    face = lead_clocks(times, None, TERMS, PLAIN)[0]
    assert face.stopped and face.on_time(FRIDAY + timedelta(days=30)) is None


def test_s2_5b_由步骤得到日子_重新分办的研判反馈重新起算() -> None:
    def at(n: int) -> date:
        return FRIDAY + timedelta(days=n)

    steps = [
        LeadStepped(at(0), V.REGISTER, S.DRAFT),
        LeadStepped(at(0), V.SUBMIT, S.SUBMITTED),
        LeadStepped(at(1), V.ANSWER, S.SUBMITTED),
        LeadStepped(at(2), V.ASSIGN, S.ASSIGNED, 1),
        LeadStepped(at(3), V.JUDGE, S.JUDGED, 1),
        LeadStepped(at(4), V.FEED_BACK, S.JUDGED, 1),
        LeadStepped(at(5), V.ASSIGN, S.ASSIGNED, 2),
        LeadStepped(at(6), V.REFUSE, S.REFUSED, 2),
    ]
    assert times_at(steps, at(4)) == LeadTimes(at(0), at(1), at(2), at(3), at(4))
    assert times_at(steps, at(5)) == LeadTimes(at(0), at(1), at(5))
    assert times_at(steps, at(6)) == LeadTimes(at(0), at(1), at(5), None, at(6), at(6))
    assert lead_state_at(steps, at(-1)) is None and lead_state_at(steps, at(3)) == S.JUDGED


walks = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(V)), max_size=25)


def _walk(moves: list[tuple[int, V]]) -> list[LeadStepped]:
    state: S | None = None
    day, found = FRIDAY, []
    for gap, verb in moves:
        to = next_state(state, verb)
        if to is None:
            continue
        day, state = day + timedelta(days=gap), to
        found.append(LeadStepped(day, verb, to))
    return found


@given(walks, st.integers(0, 140))
def test_s2_5b_任一走法_过去某天的时限只由那天以前的步骤定(
    moves: list[tuple[int, V]], offset: int
) -> None:
    steps, day = _walk([(0, V.REGISTER), (0, V.SUBMIT), *moves]), FRIDAY + timedelta(days=offset)
    before = [s for s in steps if s.on <= day]
    times = times_at(steps, day)
    assert times == times_at(before, day) == times_at(before, date.max)
    state = lead_state_at(steps, day)
    assert (times.ended_on is not None) == (state in ENDED)
    for basis in LeadBasis:
        for face in lead_clocks(times, None, replace(TERMS, basis=basis), PLAIN):
            assert face.since < face.due.day
            if face.done_on is not None:
                assert face.on_time(day) == (face.done_on <= face.due.day)
            elif state in ENDED:
                assert face.on_time(day) is None


@given(days, st.integers(0, 10 * YI), st.integers(0, 10 * YI))
def test_s2_5b_金额大的研判期限不会更短(day: date, one: int, two: int) -> None:
    small, large = sorted((one, two))
    times = LeadTimes(submitted_on=day, assigned_on=day)
    first = lead_clocks(times, small, TERMS, PLAIN)[1].due.day
    assert first <= lead_clocks(times, large, TERMS, PLAIN)[1].due.day
    assert first == add_workdays(day, judge_days(small, TERMS), PLAIN).day


DIMENSIONS = {"truth": "真实性", "industry": "产业契合"}
GOOD = [LeadMark(code, DimensionMark.YES, "核实过两次") for code in DIMENSIONS]


@pytest.mark.parametrize(
    ("marks", "outcome", "reason", "fields"),
    [
        (GOOD, LeadOutcome.FOLLOW, "建议跟进", set()),
        ([replace(GOOD[0], mark=DimensionMark.NO), GOOD[1]], LeadOutcome.FOLLOW, "仍可跟进", set()),
        (GOOD[:1], LeadOutcome.FOLLOW, "建议跟进", {"mark_industry", "reason_industry"}),
        ([GOOD[0], replace(GOOD[1], reason=" ")], LeadOutcome.DROP, "不对路子", {"reason_industry"}),
        ([replace(GOOD[0], mark=None), GOOD[1]], LeadOutcome.DROP, "不对路子", {"mark_truth"}),
        (GOOD, None, "", {"outcome", "reason"}),
        ([*GOOD, LeadMark("other", DimensionMark.YES, "多出来的")], LeadOutcome.DROP, "不对路子", {""}),
    ],
)  # fmt: skip
def test_s2_5b_研判逐项写理由(
    marks: list[LeadMark], outcome: LeadOutcome | None, reason: str, fields: set[str]
) -> None:
    assert {f.field for f in judge_marks(marks, DIMENSIONS, outcome, reason)} == fields


FULL = LeadDraft(
    channel="chamber", referrer_name="商会联络人", investor_name="浙江安澜纺织科技有限公司",
    content="年产三万吨高端纱线", contact_phone="0571-88886666",
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, set()),
        ({"channel": ""}, {"channel"}),
        ({"channel": "nowhere"}, {"channel"}),
        ({"referrer_name": " "}, {"referrer_name"}),
        ({"investor_name": "安澜"}, {"investor_name"}),
        ({"content": ""}, {"content"}),
        ({"contact_phone": ""}, {"contact_phone"}),
        ({"contact_phone": "", "referrer_phone": "138"}, set()),
        ({"amount": -1}, {"amount"}),
        ({"amount": 5, "fixed_amount": 6}, {"fixed_amount"}),
        ({"jobs": -1}, {"jobs"}),
        ({"contacted_on": FRIDAY + timedelta(days=1)}, {"contacted_on"}),
        ({"contacted_on": date(1999, 12, 31)}, {"contacted_on"}),
        ({"site": "长" * 201}, {"site"}),
    ],
)
def test_s2_5b_登记时才要求齐(change: dict[str, object], fields: set[str]) -> None:
    draft = replace(FULL, **change)  # type: ignore[arg-type]
    assert {f.field for f in judge_submit(draft, FRIDAY, CHANNELS)} == fields


def test_s2_5b_没填完也能存() -> None:
    assert judge_kept(LeadDraft(), FRIDAY, CHANNELS) == []
    assert judge_submit(LeadDraft(), FRIDAY, CHANNELS)


texts = st.text(max_size=30)


@given(texts, texts, st.none() | st.integers(0, 10**12), st.none() | st.integers(0, 10**6))
def test_s2_5b_转项目时已填的都带走_空着的不带(
    energy: str, requests: str, output: int | None, jobs: int | None
) -> None:
    got = carried(replace(FULL, energy_needs=energy, requests=requests, output=output, jobs=jobs))
    assert (energy.strip() in str(got.get("factor_needs", ""))) or not energy.strip()
    assert (requests.strip() in str(got.get("factor_needs", ""))) or not requests.strip()
    assert ("factor_needs" in got) == bool(energy.strip() or requests.strip())
    assert ("benefit" in got) == (output is not None or jobs is not None)
    assert all(value != "" for value in got.values())


def test_s2_5b_每一栏都带得走() -> None:
    """首谈登记带走的与 `carried` 带走的合起来,不漏一栏。"""
    by_claim = {
        "investor_name", "uscc", "controller", "contact_phone", "project_name", "content",
        "amount", "site", "contacted_on", "secrecy",
    }  # fmt: skip
    own = {
        "channel", "referrer_kind", "referrer_name", "referrer_phone", "public_pay", "urgency",
        "investor_place", "contact_name", "contact_title",
    }  # fmt: skip
    for field in fields(LeadDraft):
        if field.name in by_claim | own:
            continue
        value = 70_000 if str(field.type).startswith("int") else "特别的字"
        got = carried(replace(LeadDraft(), **{field.name: value}))
        assert any(str(value)[:1] in str(v) for v in got.values()), field.name
