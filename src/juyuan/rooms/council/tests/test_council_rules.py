"""促进会议的规则:人数、次数、分期、议题次序、决定、交办、难题。不碰数据库。"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.rooms.council.rules import items, meetings
from juyuan.rooms.council.rules.agenda import (
    RESULTS,
    ActionDraft,
    AgendaKind,
    Candidate,
    ConditionDraft,
    DecisionDraft,
    DecisionResult,
    action_waits,
    as_json,
    escalation_waits,
    from_json,
    judge_decision,
    ordered,
)
from juyuan.rooms.council.rules.items import ActionState, ActionVerb
from juyuan.rooms.council.rules.meetings import (
    Attendance,
    MeetingDraft,
    MeetingState,
    MeetingVerb,
    SeatFact,
    SeatKind,
    judge_meeting,
    needed_of,
    next_sequence,
    quorum,
    span_of,
)
from juyuan.rooms.council.rules.problems import ProblemDraft, judge_problem

DAY = date(2026, 11, 20)
A, K, R = Attendance, AgendaKind, DecisionResult
CHAIR = SeatFact(SeatKind.CONVENER, A.PRESENT, 7)


def seats(present: int, absent: int, delegates: int = 0) -> list[SeatFact]:
    return [
        CHAIR,
        *[SeatFact(SeatKind.MEMBER, A.PRESENT)] * present,
        *[SeatFact(SeatKind.MEMBER, A.DELEGATE)] * delegates,
        *[SeatFact(SeatKind.MEMBER, A.LEAVE)] * absent,
    ]


@pytest.mark.parametrize(
    ("summoned", "share", "inclusive", "needed"),
    [(10, 5000, False, 6), (11, 5000, False, 6), (10, 5000, True, 5), (11, 5000, True, 6),
     (1, 5000, False, 1), (3, 6667, True, 3), (0, 5000, False, 1)],
)  # fmt: skip
def test_s1b_须到会几家(summoned: int, share: int, inclusive: bool, needed: int) -> None:
    assert needed_of(summoned, share, inclusive=inclusive) == needed


def test_s1b_恰好一半不够_多一家就够() -> None:
    assert not quorum(seats(5, 5), 7, 5000).met
    assert quorum(seats(6, 4), 7, 5000).met
    assert quorum(seats(5, 5), 7, 5000, inclusive=True).met


def test_s1b_委托到会算不算由参数定() -> None:
    assert quorum(seats(5, 4, 1), 7, 5000).met
    assert not quorum(seats(5, 4, 1), 7, 5000, delegate_counts=False).met


def test_s1b_召集人不在席不能议决() -> None:
    assert not quorum(seats(10, 0), 8, 5000).met
    assert not quorum(seats(10, 0), None, 5000).met
    assert "召集人没有到会" in quorum(seats(10, 0), 8, 5000).said
    assert quorum([CHAIR], 7, 5000).said == "还没有通知成员单位"


@given(st.integers(0, 60), st.integers(0, 60))
def test_s1b_多来一家不会由够变不够(present: int, absent: int) -> None:
    before, after = (
        quorum(seats(present, absent), 7, 5000),
        quorum(seats(present + 1, absent), 7, 5000),
    )
    if before.met:
        assert quorum(seats(present + 1, max(0, absent - 1)), 7, 5000).met
    assert after.present == before.present + 1


@pytest.mark.parametrize(
    ("day", "months", "first", "last"),
    [(DAY, 1, date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 12, 31), 1, date(2026, 12, 1), date(2026, 12, 31)),
     (DAY, 3, date(2026, 10, 1), date(2026, 12, 31)), (date(2024, 2, 29), 1, date(2024, 2, 1), date(2024, 2, 29)),
     (date(2026, 1, 1), 12, date(2026, 1, 1), date(2026, 12, 31))],
)  # fmt: skip
def test_s3_5c_定期_一期自哪天到哪天(day: date, months: int, first: date, last: date) -> None:
    found = span_of(day, months)
    assert (found.first, found.last) == (first, last)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.sampled_from([1, 2, 3, 4, 6, 12]))
def test_s3_5c_每一天恰好在一期里(day: date, months: int) -> None:
    found = span_of(day, months)
    assert found.first <= day <= found.last
    assert span_of(found.last, months) == span_of(found.first, months) == found
    assert span_of(found.last + timedelta(1), months).first == found.last + timedelta(1)


def test_s3_5c_间隔须整除十二个月() -> None:
    with pytest.raises(ValueError, match="整除"):
        span_of(DAY, 5)


def test_s1e_第几次取没有用过的最小的() -> None:
    assert (next_sequence(set()), next_sequence({1, 2}), next_sequence({1, 3})) == (1, 3, 2)


def test_s1e_会议的状态表() -> None:
    table = {
        (s, v): meetings.next_state(s, v) for s in MeetingState for v in MeetingVerb
    }  # fmt: skip
    moves = {pair for pair, to in table.items() if to is not None}
    assert len(moves) == 6
    assert table[MeetingState.PREPARING, MeetingVerb.START] is None  # 没有通知不能开
    assert not any(s in (MeetingState.ENDED, MeetingState.CANCELLED) for s, _ in moves)


def test_s1e_筹备会议要写全_主持的是召集人() -> None:
    good = MeetingDraft(DAY, time(9), "三楼", 1, 2)
    assert judge_meeting(good, DAY, {1}, {2}) == []
    bad = MeetingDraft(None, None, " ", 3, 9)
    assert {f.field for f in judge_meeting(bad, DAY, {1}, {2})} == {
        "held_on", "starts_at", "place", "chair", "secretary",
    }  # fmt: skip
    past = MeetingDraft(DAY - timedelta(1), time(9), "三楼", 1, 2)
    assert [f.rule for f in judge_meeting(past, DAY, {1}, {2})] == ["meeting.past"]


# ───────── 议题 ─────────

candidates = st.builds(
    Candidate,
    kind=st.sampled_from(list(AgendaKind)),
    ref=st.text("ABC123", min_size=1, max_size=3),
    title=st.just("题"),
    why=st.just(""),
    clause=st.just("1e"),
    since=st.dates(date(2026, 1, 1), date(2026, 1, 5)),
    due_on=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 5)),
    amount=st.none() | st.integers(0, 3),
)


@given(st.lists(candidates, max_size=12, unique_by=lambda c: c.key), st.randoms())
def test_s3_5c_议程的次序与给进来的次序无关(rows: list[Candidate], random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert ordered(mixed) == ordered(rows)
    assert sorted(c.key for c in ordered(rows)) == sorted(c.key for c in rows)


@given(st.lists(candidates, max_size=8, unique_by=lambda c: c.key))
def test_s3_5c_同一件只列一次_再排不变(rows: list[Candidate]) -> None:
    once = ordered(rows)
    assert ordered([*rows, *rows]) == once
    assert ordered(once) == once


def test_s3_5c_先终裁_再评审_再提级_期限早的在先() -> None:
    def one(kind: AgendaKind, ref: str, **more: object) -> Candidate:
        return Candidate(kind, ref, "题", "", "1e", DAY, **more)

    rows = [
        one(K.OTHER, "o"), one(K.ACTION, "late", due_on=DAY), one(K.ACTION, "later", due_on=DAY + timedelta(1)),
        one(K.ESCALATION, "big", amount=8), one(K.ESCALATION, "small", amount=5), one(K.REVIEW, "r"),
        one(K.APPEAL, "a"),
    ]  # fmt: skip
    assert [c.ref for c in ordered(reversed(rows))] == [
        "a", "r", "big", "small", "late", "later", "o",
    ]  # fmt: skip


def test_s3_3c_提级打开就上会_议定过就不再自动上() -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert escalation_waits(at, None, None)
    assert not escalation_waits(at, None, at + timedelta(1))
    assert escalation_waits(at, None, at - timedelta(1))  # 上一次提级的决定不算
    assert not escalation_waits(at, at, None)


def test_s3_5c_到期当天不上会_次日上会() -> None:
    assert not action_waits(DAY, DAY, live=True)
    assert action_waits(DAY, DAY + timedelta(1), live=True)
    assert not action_waits(DAY, DAY + timedelta(9), live=False)


# ───────── 决定 ─────────


@pytest.mark.parametrize(("kind", "result"), [(k, r) for k in AgendaKind for r in DecisionResult])
def test_s1e_每一类议题只能定它能定的(kind: AgendaKind, result: DecisionResult) -> None:
    full = DecisionDraft(
        result, "意见",
        conditions=(ConditionDraft("补办环评"),) if result == R.CONDITIONAL else (),
        actions=(ActionDraft("办", 1, DAY),) if result != R.DEFERRED else (), due_on=DAY,
    )  # fmt: skip
    findings = judge_decision(kind, full, DAY, {1})
    assert (findings == []) == (result in RESULTS[kind])


@pytest.mark.parametrize(
    ("kind", "draft", "rule"),
    [
        (K.REVIEW, DecisionDraft(R.REJECTED), "decision.text"),
        (K.REVIEW, DecisionDraft(R.CONDITIONAL), "decision.conditions"),
        (K.REVIEW, DecisionDraft(R.PASSED, conditions=(ConditionDraft("x"),)), "decision.conditions"),
        (K.REVIEW, DecisionDraft(R.CONDITIONAL, conditions=(ConditionDraft(" "),)), "decision.line"),
        (K.ESCALATION, DecisionDraft(R.END), "decision.text"),
        (K.PROBLEM, DecisionDraft(R.ASSIGNED), "decision.actions"),
        (K.PROBLEM, DecisionDraft(R.ASSIGNED, actions=(ActionDraft("办", None, DAY),)), "decision.unit"),
        (K.PROBLEM, DecisionDraft(R.ASSIGNED, actions=(ActionDraft("办", 1, None),)), "decision.action_due"),
        (K.PROBLEM, DecisionDraft(R.ASSIGNED, actions=(ActionDraft("办", 1, DAY - timedelta(1)),)), "decision.line_due"),
        (K.PROBLEM, DecisionDraft(R.DEFERRED, "再议", actions=(ActionDraft("办", 1, DAY),)), "decision.actions"),
        (K.ACTION, DecisionDraft(R.EXTENDED, "准"), "decision.due"),
        (K.OTHER, DecisionDraft(None), "decision.result"),
        (K.OTHER, DecisionDraft(R.NOTED, "长" * 4001), "decision.length"),
    ],
)  # fmt: skip
def test_s1e_决定要写全(kind: AgendaKind, draft: DecisionDraft, rule: str) -> None:
    assert [f.rule for f in judge_decision(kind, draft, DAY, {1})] == [rule]


@given(
    st.sampled_from([None, *DecisionResult]), st.text(max_size=20),
    st.lists(st.tuples(st.text(max_size=9), st.none() | st.integers(1, 9), st.none() | st.dates()), max_size=3),
    st.none() | st.integers(1, 9),
)  # fmt: skip
def test_s1e_记下的草稿读回来一样(result, text, rows, lead) -> None:  # type: ignore[no-untyped-def]
    draft = DecisionDraft(
        result, text.strip(),
        tuple(ConditionDraft(t.strip(), d, t.strip()) for t, _, d in rows),
        tuple(ActionDraft(t.strip(), u, d) for t, u, d in rows),
        lead, tuple((n, 10) for n in range(len(rows))),
    )  # fmt: skip
    assert from_json(as_json(draft)) == draft


# ───────── 交办、难题 ─────────


def test_s1e_交办的状态表_没有报结不能销号() -> None:
    assert items.next_state(ActionState.WORKING, ActionVerb.CLOSE) is None
    assert items.next_state(ActionState.ASSIGNED, ActionVerb.SUBMIT) == ActionState.SUBMITTED
    assert items.next_state(ActionState.SUBMITTED, ActionVerb.RETURN) == ActionState.WORKING
    assert not any(items.next_state(ActionState.CLOSED, v) for v in ActionVerb)


@pytest.mark.parametrize(
    ("state", "days", "late"),
    [("assigned", 0, False), ("assigned", 1, True), ("working", 1, True), ("submitted", 9, False),
     ("closed", 9, False)],
)  # fmt: skip
def test_s3_5c_到期当天不算逾期(state: str, days: int, late: bool) -> None:
    assert items.is_overdue(ActionState(state), DAY, DAY + timedelta(days)) == late


def test_s3_5c_率四舍五入_没有分母为空() -> None:
    assert items.rate_bp(1, 3) == 3333
    assert items.rate_bp(2, 3) == 6667
    assert items.rate_bp(0, 0) is None


def test_s1e_报结没有凭据不行() -> None:
    assert [f.rule for f in items.judge_submit("办好了", has_evidence=False)] == ["action.evidence"]
    assert items.judge_submit("办好了", has_evidence=True) == []


@pytest.mark.parametrize(
    ("asked", "reason", "used", "rules"),
    [
        (DAY + timedelta(1), "理由", 0, []),
        (DAY, "理由", 0, ["action.extend_to"]),
        (None, "理由", 0, ["action.extend_to"]),
        (DAY + timedelta(1), " ", 0, ["action.text"]),
        (DAY + timedelta(1), "理由", 1, []),
        (DAY + timedelta(1), "理由", 2, ["action.extend_limit"]),
    ],
)
def test_s1e_延期要晚于期限_有理由_次数有上限(asked, reason, used, rules) -> None:  # type: ignore[no-untyped-def]
    assert [f.rule for f in items.judge_extension(asked, reason, DAY, DAY, used, 2)] == rules


def test_s1b_难题要写难在哪里_想怎样() -> None:
    assert judge_problem(ProblemDraft("land", "缺地", "给地", 1), {"land"}, {1}) == []
    found = judge_problem(ProblemDraft("x", "", " ", 2), {"land"}, {1})
    assert [f.field for f in found] == ["kind", "text", "wanted", "owner_unit"]


def test_s1d_成员单位按时_报结当天到期也算() -> None:
    assert items.on_time(DAY - timedelta(1), DAY) and items.on_time(DAY, DAY)
    assert not items.on_time(DAY + timedelta(1), DAY)
