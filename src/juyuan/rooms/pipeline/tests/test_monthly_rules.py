"""月度更新的纯规则:期与截止时刻、实质进展、要不要写原因、连续几期。"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juyuan.foundation.workdays.queries import carried
from juyuan.kernel.period import SHANGHAI
from juyuan.rooms.pipeline.rules.monthly import (
    Content,
    NoChange,
    PeriodRule,
    Tally,
    UpdateDraft,
    UpdateState,
    content_of,
    is_on_time,
    is_substantive,
    judge_update,
    month_of,
    period_of,
    state_of,
    streak,
)
from juyuan.rooms.pipeline.rules.progress import EventDraft, Kinds, judge_event

LY = PeriodRule(from_day=21, to_day=20, close_day=25, report_day=20)
TEST = PeriodRule(16, 15, 18, 15, report_minute=18 * 60, roll=True)
KINDS = Kinds({"signing": "签约", "site_survey": "选址踏勘"}, {"contact": "电话、网络联系"})
NOV = period_of(date(2026, 11, 1), LY, carried())
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_s3_3b_一期是上月21日至本月20日() -> None:
    assert (NOV.first, NOV.last) == (date(2026, 10, 21), date(2026, 11, 20))
    assert NOV.key == "2026-11" and NOV.label == "2026年11月"
    assert NOV.close_on == date(2026, 11, 25)
    january = period_of(date(2027, 1, 9), LY, carried())
    assert (january.first, january.last) == (date(2026, 12, 21), date(2027, 1, 20))


@given(DAYS)
def test_s3_3b_每一天恰好属于一期(day: date) -> None:
    assert period_of(month_of(day, lambda _: LY), LY, carried()).covers(day)
    assert period_of(month_of(day, lambda _: TEST), TEST, carried()).covers(day)


@given(DAYS)
def test_s3_3b_各期首尾相接(day: date) -> None:
    period = period_of(day, LY, carried())
    following = period_of(period.last + timedelta(days=31), LY, carried())
    if following.month == period.month:
        following = period_of(period.last + timedelta(days=40), LY, carried())
    assert following.first == period.last + timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "on_time"),
    [
        ("2026-11-20T23:59:59.999999+08:00", True),
        ("2026-11-21T00:00:00+08:00", False),
        ("2026-11-20T15:59:59+00:00", True),  # 服务器在格林尼治:同一时刻
        ("2026-11-20T16:00:00+00:00", False),
        ("2026-11-20T10:59:59-05:00", True),
    ],
)
def test_s3_2c_20日24时之前是按时_不论服务器在哪个时区(said: str, on_time: bool) -> None:
    assert is_on_time(at(said), NOV) is on_time


@given(st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 1)), st.integers(-12, 14))
def test_s3_2c_同一时刻换个时区写_结论不变(moment: datetime, hours: int) -> None:
    here = moment.replace(tzinfo=SHANGHAI)
    there = here.astimezone(timezone(timedelta(hours=hours)))
    assert is_on_time(here, NOV) == is_on_time(there, NOV) == is_on_time(here.astimezone(UTC), NOV)


def test_s3_2c_报备日遇节假日_缺省不顺延_参数可令顺延() -> None:
    # 2026年6月20日是星期六(端午假期)
    june = date(2026, 6, 1)
    assert period_of(june, LY, carried()).report_on == date(2026, 6, 20)
    rolled = period_of(june, PeriodRule(21, 20, 25, 20, roll=True), carried())
    assert rolled.report_on == date(2026, 6, 22)
    assert not rolled.provisional


def test_s3_2c_没有放假通知的年份_顺延的是暂定() -> None:
    assert period_of(date(2033, 2, 1), TEST, carried()).provisional


@given(st.dates(date(2021, 1, 1), date(2030, 12, 1)), st.integers(1, 28), st.integers(1, 28))
def test_s3_3b_锁账总在报备截止之后(month: date, report: int, close: int) -> None:
    rules = PeriodRule(21, 20, close, report, roll=True)
    period = period_of(month, rules, carried())
    assert period.close_on > period.report_on
    assert period.deadline <= datetime.combine(period.close_on, datetime.min.time(), SHANGHAI)


def test_s3_2c_待报_未报_按时_迟报() -> None:
    before, after = at("2026-11-19T09:00:00+08:00"), at("2026-11-22T09:00:00+08:00")
    assert state_of(None, NOV, before) == UpdateState.WAITING
    assert state_of(None, NOV, after) == UpdateState.MISSING
    assert state_of(before, NOV, after) == UpdateState.ON_TIME
    assert state_of(after, NOV, after) == UpdateState.LATE


# ───────── 实质 ─────────

CODES = st.lists(st.sampled_from(["signing", "site_survey", "contact", "other"]), max_size=6)


@given(CODES, st.randoms())
def test_s3_3b_实质与次序无关(kinds: list[str], shuffler: object) -> None:
    mixed = list(kinds)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    assert is_substantive(kinds, KINDS.substantive) == is_substantive(mixed, KINDS.substantive)


@given(CODES, CODES)
def test_s3_3b_多一件进展_实质只增不减(kinds: list[str], more: list[str]) -> None:
    fewer = is_substantive(kinds, KINDS.substantive)
    assert is_substantive([*kinds, *more], KINDS.substantive) >= fewer


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_s3_3b_文字写得再多也不算实质进展(words: str) -> None:
    content = content_of(UpdateDraft("A", progress=words), [])
    assert not is_substantive(content.events, KINDS.substantive)


# ───────── 判断 ─────────


def told(content: Content, **more: object) -> set[str]:
    given_: dict = {"previous": None, "current": None, "closed": False} | more
    return {f.rule for f in judge_update(content, **given_)}


def test_s3_3b_没有变化又没有进展_要写原因() -> None:
    assert told(Content()) == {"update.silent"}
    assert told(Content(no_change=NoChange.STEADY)) == set()
    assert told(Content(no_change=NoChange.OTHER)) == {"update.other"}
    assert told(Content(no_change=NoChange.OTHER, no_change_note="等两会后")) == set()
    assert told(Content(no_change="whatever")) == {"update.no_change"}


def test_s3_3b_问题与打算照抄上期_不算变化() -> None:
    before = Content(problem="缺地", next_step="选址")
    assert told(Content(problem="缺地", next_step="选址"), previous=before) == {"update.silent"}
    assert told(Content(problem="缺电", next_step="选址"), previous=before) == set()
    assert told(Content(progress="上月说过的"), previous=Content(progress="上月说过的")) == {
        "update.silent"
    }


def test_s3_3b_有进展或写了变化_不能同时报无变化() -> None:
    for content in (
        Content(events=frozenset({"move:1"}), no_change=NoChange.STEADY),
        Content(progress="已踏勘", no_change=NoChange.STEADY),
        Content(invested_month=1, no_change=NoChange.STEADY),
    ):
        assert told(content) == {"update.contradiction"}
    assert told(Content(invested_month=0, no_change=NoChange.STEADY)) == set()


def test_s3_3b_锁账之后的更正要写理由() -> None:
    content = Content(progress="补报")
    assert told(content, closed=True) == {"update.closed"}
    assert told(content, closed=True, reason="漏报踏勘") == set()


@given(
    st.builds(
        Content,
        progress=st.text(max_size=20),
        problem=st.text(max_size=20),
        invested_month=st.none() | st.integers(-5, 10**16),
        no_change=st.sampled_from(["", "steady", "other", "?"]),
    ),
    st.booleans(),
)
def test_s3_3b_内容相同的再交_总是收下而什么也不变(content: Content, closed: bool) -> None:
    assert judge_update(content, previous=None, current=content, closed=closed) == []


def test_金额与字数有限度() -> None:
    assert told(Content(invested_month=-1)) >= {"update.invested"}
    assert told(Content(invested_month=10**15 + 1)) == {"update.invested"}
    assert told(Content(progress="长" * 2001)) == {"update.length"}


def test_换行写法不同_内容相同() -> None:
    one = content_of(UpdateDraft("A", progress=" 甲\r\n乙 "), [])
    assert one == content_of(UpdateDraft("A", progress="甲\n乙"), [])
    assert content_of(UpdateDraft("A", no_change_note="剩下的"), []).no_change_note == ""


@pytest.mark.parametrize(
    ("draft", "rule"),
    [
        (EventDraft("nope", date(2026, 11, 1)), "progress.kind"),
        (EventDraft("signing", None), "progress.date"),
        (EventDraft("signing", date(2026, 11, 21)), "progress.date"),
        (EventDraft("signing", date(1960, 1, 1)), "progress.date"),
        (EventDraft("signing", date(2026, 10, 20)), "progress.period"),
        (EventDraft("signing", date(2026, 11, 1), "长" * 501), "progress.length"),
    ],
)
def test_s3_3b_进展的种类与日期(draft: EventDraft, rule: str) -> None:
    within = (NOV.first, NOV.last)
    found = judge_event(draft, KINDS, date(2026, 11, 20), within=within)
    assert [f.rule for f in found] == [rule]
    assert not judge_event(EventDraft("contact", NOV.first), KINDS, NOV.last, within=within)


# ───────── 合计 ─────────


@given(st.lists(st.booleans(), max_size=20))
def test_连续几期_由近及远数到第一个否(flags: list[bool]) -> None:
    count = streak(flags)
    assert all(flags[:count]) and (count == len(flags) or not flags[count])


NUMBERS = st.integers(0, 50)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_应报等于按时加迟报加未报(on_time: int, late: int, missing: int, empty: int) -> None:
    tally = Tally(on_time + late + missing, on_time, late, missing, min(empty, on_time + late))
    assert tally.due == tally.reported + tally.missing
    assert Tally.from_json(tally.as_json()) == tally
    assert (tally + tally).due == 2 * tally.due
    assert tally.on_time_bp is None if not tally.due else 0 <= (tally.on_time_bp or 0) <= 10000
    assert tally.slipped == (late + missing > 0)
