"""偏差与违约检验的规则:每个门槛的边界都试到一天、一个基点。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from juyuan.rooms.evaluation.rules.breaches import (
    LetterLevel,
    Outcome,
    OutcomeDraft,
    Settled,
    government_first,
    judge_outcome,
    next_level,
    proposed,
    said_value,
    say,
)
from juyuan.rooms.evaluation.rules.deviation import (
    BreachTest,
    Case,
    Hit,
    Light,
    Limits,
    expected_bp,
    fair_due,
    judge_case,
)
from juyuan.rooms.evaluation.rules.promises import Kind, Measure, Owing

TODAY = date(2026, 11, 20)
LIMITS = Limits(1, 60, 1000, 3000, 30, 90, 9000, 8000, tuple(t.value for t in BreachTest))
DAY = timedelta(days=1)


def case(kind: str = "start", due: date = TODAY, **more: object) -> Case:
    measure = Measure.DAY if kind in ("start", "production", "land") else Measure.MONEY
    if kind in ("intensity", "tax_per_mu"):
        measure = Measure.PER_MU
    return replace(Case(kind, kind, measure, due), **more)  # type: ignore[arg-type]


def hits(one: Case, limits: Limits = LIMITS) -> list[tuple[str, str]]:
    return [(h.test.value, h.light.value) for h in judge_case(one, TODAY, limits).hits]


@pytest.mark.parametrize(
    ("kind", "test"),
    [("start", "late_start"), ("production", "late_production"), ("land", "late_other")],
)
@pytest.mark.parametrize(
    ("days", "light"), [(0, ""), (1, "warn"), (59, "warn"), (60, "bad"), (400, "bad")]
)
def test_s3_4c_逾期_当日不算_第一天黄_六十天以上红(
    kind: str, test: str, days: int, light: str
) -> None:
    late = case(kind, TODAY - days * DAY)
    assert hits(late) == ([(test, light)] if light else [])
    assert hits(replace(late, done_on=TODAY)) == []


@pytest.mark.parametrize(
    ("gap", "light"), [(1000, ""), (1001, "warn"), (3000, "warn"), (3001, "bad")]
)
def test_s3_4c_投资进度_超十个百分点黄_超三十红_恰好不算(gap: int, light: str) -> None:
    one = case("paid_in", TODAY - DAY, target=10_000, value=10_000 - gap, start_on=date(2026, 1, 1))
    found = [h for h in hits(one) if h[0] == "invest_lag"]
    assert found == ([("invest_lag", light)] if light else [])


def test_s3_4c_应完成的进度匀速_签约日零_到期全部() -> None:
    start = date(2026, 1, 1)
    assert expected_bp(start, start + 100 * DAY, start) == 0
    assert expected_bp(start, start + 100 * DAY, start + 50 * DAY) == 5000
    assert expected_bp(start, start + 100 * DAY, start + 99 * DAY) == 9900
    assert expected_bp(start, start + 100 * DAY, start + 100 * DAY) == 10_000
    assert expected_bp(None, TODAY + DAY, TODAY) == 0
    assert expected_bp(TODAY, TODAY, TODAY - DAY) == 0


@pytest.mark.parametrize(("days", "light"), [(29, ""), (30, "warn"), (89, "warn"), (90, "bad")])
def test_s3_4c_停工三十天以上(days: int, light: str) -> None:
    one = case("production", TODAY + 365 * DAY, active_on=TODAY - days * DAY)
    assert hits(one) == ([("stopped", light)] if light else [])
    assert hits(replace(one, done_on=TODAY)) == []
    assert hits(replace(one, active_on=None)) == []


@pytest.mark.parametrize(
    ("kind", "test", "value", "hit"),
    [
        ("intensity", "low_intensity", 1_350_000, False),
        ("intensity", "low_intensity", 1_349_999, True),
        ("tax_per_mu", "low_tax", 1_200_000, False),
        ("tax_per_mu", "low_tax", 1_199_999, True),
    ],
)
def test_s3_4c_强度不足九成_亩均税收不足八成_恰好不算(
    kind: str, test: str, value: int, hit: bool
) -> None:
    one = case(kind, TODAY - DAY, target=1_500_000, value=value)
    assert hits(one) == ([(test, "bad")] if hit else [])
    assert hits(replace(one, due_on=TODAY)) == []
    missing = judge_case(replace(one, value=None), TODAY, LIMITS)
    assert missing.hits == () and missing.missing


@pytest.mark.parametrize(("value", "hit"), [(100, False), (99, True), (None, True)])
def test_s3_4c_其余数值过期未达_当日不算(value: int | None, hit: bool) -> None:
    one = case("output", TODAY - DAY, target=100, value=value)
    assert hits(one) == ([("short", "warn")] if hit else [])
    assert hits(replace(one, due_on=TODAY)) == []


def test_s3_4c_城市包没有列的检验不查() -> None:
    late = case("start", TODAY - 90 * DAY)
    assert hits(late, replace(LIMITS, tests=("short",))) == []


def test_s3_4c_政府欠着的附在每一条上_迟办几天期限顺延几天() -> None:
    owed = Owing(1, "land", "交付净地", 7, TODAY - 10 * DAY, None)
    done = Owing(2, "permit", "办证", 7, TODAY - 20 * DAY, TODAY - 5 * DAY)
    early = Owing(3, "fund", "兑付", 7, TODAY, TODAY - 30 * DAY)
    assert fair_due(TODAY, (owed, early)) == TODAY
    assert fair_due(TODAY, (owed, done, early)) == TODAY + 15 * DAY
    late = case("start", TODAY - 15 * DAY, debts=(done,))
    assert hits(late) == []
    assert hits(replace(late, due_on=TODAY - 16 * DAY)) == [("late_start", "warn")]
    judged = judge_case(case("start", TODAY - 40 * DAY, debts=(owed,)), TODAY, LIMITS)
    assert judged.hits[0].blocked and judged.owed == (owed,)
    assert government_first(judged, {7: "市自然资源局"}, TODAY) == (
        "市自然资源局应于2026年11月10日前交付净地，已过10天"
    )
    assert government_first(judge_case(case(), TODAY, LIMITS), {}, TODAY) == ""


@given(st.integers(0, 20_000), st.integers(0, 5_000), st.integers(0, 800))
@example(8_900, 200, 300)  # 逾期很久:差一成多是进度偏差,不足一成是到期未达
def test_s3_4c_做得多的灯不会更重(value: int, more: int, left: int) -> None:
    rank = {Light.NONE: 0, Light.GREEN: 0, Light.YELLOW: 1, Light.RED: 2}
    one = case(
        "fixed_investment", TODAY + (left - 400) * DAY, target=10_000, value=value,
        start_on=date(2025, 1, 1),
    )  # fmt: skip
    better = replace(one, value=value + more)
    lights = [rank[judge_case(c, TODAY, LIMITS).light] for c in (better, one)]
    assert lights[0] <= lights[1]


@pytest.mark.parametrize(
    ("sent", "level"),
    [
        ([], "remind"), (["remind"], "urge"), (["remind", "urge"], "talk"),
        (["urge", "remind", "talk"], "exit"), (["exit"], "exit"),
    ],
)  # fmt: skip
def test_s3_4c_阶梯一步一步(sent: list[str], level: str) -> None:
    assert next_level(sent) == LetterLevel(level)


def test_s3_4c_已认定的不重提_宽限当日含不提_不认定过的更重才提() -> None:
    yellow, red = (Hit(BreachTest.LATE_START, light) for light in (Light.YELLOW, Light.RED))
    assert proposed(yellow, (), TODAY)
    assert not proposed(red, (Settled("confirmed", Light.YELLOW),), TODAY)
    dismissed = (Settled("dismissed", Light.YELLOW),)
    assert not proposed(yellow, dismissed, TODAY) and proposed(red, dismissed, TODAY)
    for until, again in ((TODAY, False), (TODAY - DAY, True), (TODAY + DAY, False), (None, True)):
        assert proposed(yellow, (Settled("closed", Light.YELLOW, until),), TODAY) is again


@pytest.mark.parametrize(
    ("draft", "changed", "fields"),
    [
        (OutcomeDraft("speed_up", "来函承诺", TODAY + DAY), False, []),
        (OutcomeDraft("speed_up", "来函承诺", TODAY), False, ["until"]),
        (OutcomeDraft("extend", "受疫情影响", None), False, ["until"]),
        (OutcomeDraft("adjust", "已签补充协议"), True, []),
        (OutcomeDraft("adjust", "已签补充协议"), False, ["supplement"]),
        (OutcomeDraft("exit", " "), False, ["reason"]),
        (OutcomeDraft("moon", "x"), False, ["outcome"]),
        (OutcomeDraft(Outcome.EXIT, "长" * 1001), False, ["reason"]),
    ],
)
def test_s3_4c_结果须有理由与着落(draft: OutcomeDraft, changed: bool, fields: list[str]) -> None:
    assert [f.field for f in judge_outcome(draft, TODAY, changed=changed)] == fields


def test_s3_4c_说成的话带单位与千分位() -> None:
    money, jobs = Kind("tax", "税收", Measure.MONEY), Kind("jobs", "就业", Measure.COUNT, "人")
    mu = Kind("intensity", "投资强度", Measure.PER_MU)
    assert said_value(money, 52_345_600) == "5,234.56万元"
    assert said_value(jobs, 1200) == "1,200人"
    assert said_value(mu, 1_500_000) == "150万元/亩"
    assert said_value(money, None) == "尚无数据"
    one = case("start", date(2026, 9, 30))
    judged = judge_case(one, TODAY, LIMITS)
    said = say(judged.hits[0], one, Kind("start", "开工", Measure.DAY), judged, TODAY)
    assert (said.promised, said.actual, said.deviation) == (
        "2026年9月30日前开工", "至2026年11月20日尚未开工", "逾期51天",
    )  # fmt: skip
