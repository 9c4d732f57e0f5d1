"""评审的规则:分流的每一条界线、曲线、评分的性质、决定、调取的期限。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.verdict import Finding
from juyuan.kernel.workdays import Calendar
from juyuan.rooms.evaluation.rules import review_material as material
from juyuan.rooms.evaluation.rules.review_routing import (
    Limits,
    ReviewLevel,
    Scale,
    route,
    said_money,
    said_number,
)
from juyuan.rooms.evaluation.rules.review_scoring import (
    Card,
    Indicator,
    Mark,
    Measures,
    ReviewResult,
    card_from,
    judge_mark,
    measure,
    points_for,
    prefill,
    proposal,
    share,
    tally,
)
from juyuan.rooms.evaluation.rules.reviews import (
    MOVES,
    OPEN,
    ConditionDraft,
    DecisionDraft,
    Done,
    ReviewState,
    ReviewVerb,
    Sheet,
    Standing,
    judge_before_scoring,
    judge_decision,
    judge_finish,
    may_call_up,
    next_state,
    state_at,
)

WAN, YI = 10_000, 100_000_000
LIMITS = Limits(5000 * WAN, 5 * YI, 100, 5000)
TODAY = date(2026, 11, 20)
COUNTY, OPINION, CITY = ReviewLevel.COUNTY, ReviewLevel.COUNTY_OPINION, ReviewLevel.CITY


@pytest.mark.parametrize(
    ("scale", "level"),
    [
        (Scale(0), COUNTY),
        (Scale(4900 * WAN), COUNTY),
        (Scale(5000 * WAN - 1), COUNTY),
        (Scale(5000 * WAN), OPINION),
        (Scale(3 * YI), OPINION),
        (Scale(5 * YI - 1), OPINION),
        (Scale(5 * YI), CITY),
        (Scale(8 * YI), CITY),
        (Scale(100 * WAN, cross_county=True), CITY),
        (Scale(100 * WAN, land_mu=Decimal(100)), COUNTY),
        (Scale(100 * WAN, land_mu=Decimal("100.01")), CITY),
        (Scale(100 * WAN, energy_tce=Decimal(5000)), COUNTY),
        (Scale(100 * WAN, energy_tce=Decimal("5000.01")), CITY),
        (Scale(100 * WAN, city_funds=1), CITY),
        (Scale(3 * YI, land_mu=Decimal(100), energy_tce=Decimal(5000)), OPINION),
    ],
)
def test_s3_4b_分流的每一条界线(scale: Scale, level: ReviewLevel) -> None:
    found = route(scale, LIMITS)
    assert found.level == level and found.said


def test_s3_4b_分流的理由写全_几条都在() -> None:
    found = route(
        Scale(5 * YI, cross_county=True, land_mu=Decimal("120.5"), energy_tce=Decimal(6000),
              city_funds=300 * WAN), LIMITS,
    )  # fmt: skip
    assert found.reasons == (
        "总投资 5 亿元，在 5 亿元以上", "项目跨县区", "新增用地 120.5 亩，超过 100 亩",
        "年综合能耗 6,000 吨标准煤，超过 5,000 吨标准煤", "使用市级资金 300 万元",
    )  # fmt: skip
    assert route(Scale(4900 * WAN), LIMITS).said == (
        "总投资 4,900 万元，不满 5,000 万元，由县区决定并报市级备案"
    )
    assert "须有市级合规意见" in route(Scale(3 * YI), LIMITS).said


@given(st.integers(0, 10 * YI), st.integers(0, 10 * YI))
def test_s3_4b_总投资更大的不会分到更低的一级(one: int, two: int) -> None:
    order = [COUNTY, OPINION, CITY]
    low, high = sorted((one, two))
    assert order.index(route(Scale(low), LIMITS).level) <= order.index(
        route(Scale(high), LIMITS).level
    )


def test_金额与数的写法() -> None:
    assert (said_money(4900 * WAN), said_money(1234 * WAN + 5000)) == ("4,900 万元", "1,234.5 万元")
    assert (said_money(3 * YI), said_money(12345 * YI)) == ("3 亿元", "12,345 亿元")
    assert (said_number(Decimal("100.50")), said_number(Decimal(1000))) == ("100.5", "1,000")


UP_STEPS = ((80, 5000), (120, 10000))
DOWN_STEPS = ((50, 10000), (100, 8000))
LINE = ((50, 0), (150, 10000))
EFFICACY = ((3, 4000), (8, 10000))
EFFICACY_DOWN = ((10, 10000), (20, 6000))


@pytest.mark.parametrize(
    ("curve", "direction", "points", "value", "wanted"),
    [
        ("steps", "up", UP_STEPS, "79.99", "0"),
        ("steps", "up", UP_STEPS, "80", "1/2"),
        ("steps", "up", UP_STEPS, "119.99", "1/2"),
        ("steps", "up", UP_STEPS, "120", "1"),
        ("steps", "down", DOWN_STEPS, "50", "1"),
        ("steps", "down", DOWN_STEPS, "50.01", "4/5"),
        ("steps", "down", DOWN_STEPS, "100", "4/5"),
        ("steps", "down", DOWN_STEPS, "100.01", "0"),
        ("linear", "up", LINE, "49", "0"),
        ("linear", "up", LINE, "50", "0"),
        ("linear", "up", LINE, "100", "1/2"),
        ("linear", "up", LINE, "150", "1"),
        ("linear", "up", LINE, "1000", "1"),
        ("efficacy", "up", EFFICACY, "8", "1"),
        ("efficacy", "up", EFFICACY, "9", "1"),
        ("efficacy", "up", EFFICACY, "3", "2/5"),
        ("efficacy", "up", EFFICACY, "1", "4/25"),
        ("efficacy", "up", EFFICACY, "-1", "0"),
        ("efficacy", "down", EFFICACY_DOWN, "5", "1"),
        ("efficacy", "down", EFFICACY_DOWN, "20", "3/5"),
        ("efficacy", "down", EFFICACY_DOWN, "35", "0"),
    ],
)
def test_s3_4b_三种曲线的每一段(
    curve: str, direction: str, points: Any, value: str, wanted: str
) -> None:
    assert share(curve, direction, points, Fraction(value)) == Fraction(wanted)


@st.composite
def curves(draw: Any) -> tuple[str, str, Any]:
    """合城市包规矩的任意一条曲线。"""
    curve = draw(st.sampled_from(["steps", "linear", "efficacy"]))
    direction = draw(st.sampled_from(["up", "down"]))
    count = 2 if curve == "efficacy" else draw(st.integers(2, 5))
    ats = sorted(draw(st.sets(st.integers(-500, 5000), min_size=count, max_size=count)))
    low = draw(st.lists(st.integers(0, 9999), min_size=count - 1, max_size=count - 1))
    shares = [*sorted(low), 10000]
    return (
        curve,
        direction,
        tuple(zip(ats, shares if direction == "up" else shares[::-1], strict=True)),
    )


VALUES = st.fractions(-1000, 10_000)


@given(curves(), VALUES, VALUES)
def test_s3_4b_曲线在零与满分之间_方向上单调(given_: Any, one: Fraction, two: Fraction) -> None:
    curve, direction, points = given_
    low, high = sorted((one, two))
    a, b = (share(curve, direction, points, x) for x in (low, high))
    assert 0 <= a <= 1 and 0 <= b <= 1
    assert a <= b if direction == "up" else a >= b


CARD = Card(
    "c", "卡",
    (
        Indicator("fit", "产业契合", 40),
        Indicator("land", "投资强度", 35, "fixed_per_mu", "万元/亩", "steps", "up", UP_STEPS,
                  ((("27",), ((100, 5000), (200, 10000))), (("2710",), ((10, 10000),)))),
        Indicator("jobs", "就业", 25, "jobs", "人", "linear", "up", ((0, 0), (100, 10000))),
    ),
)  # fmt: skip
MARKS = st.lists(
    st.builds(
        Mark,
        st.integers(1, 4),
        st.sampled_from(["fit", "land", "jobs"]),
        st.decimals(0, 25, places=2),
        st.none() | st.decimals(0, 25, places=2),
    ),
    max_size=20,
)


@given(MARKS, st.sets(st.integers(1, 4)), st.randoms())
def test_s3_4b_得分在界内_与次序无关_回避人的不计(
    marks: list[Mark], recused: set[int], shuffled: Any
) -> None:
    found = tally(CARD, marks, recused)
    again = list(marks)
    shuffled.shuffle(again)
    assert tally(CARD, again, recused) == found
    assert tally(CARD, [m for m in marks if m.reviewer not in recused], set()) == found
    wild = [
        replace(m, score=Decimal(0), rechecked=None) if m.reviewer in recused else m for m in marks
    ]
    assert tally(CARD, wild, recused) == found
    assert not set(found.counted) & recused
    for one in CARD.indicators:
        final = found.finals[one.code]
        assert final is None or 0 <= final <= 25
    if found.total is not None:
        assert found.total == sum(v for v in found.finals.values() if v is not None)


@given(MARKS, st.integers(0, 19), st.decimals(0, 25, places=2))
def test_s3_4b_一个评审人的分提高_合计不会降低(
    marks: list[Mark], which: int, more: Decimal
) -> None:
    if which >= len(marks):
        return
    mark = marks[which]
    raised = replace(
        mark,
        score=max(mark.score or Decimal(0), more),
        rechecked=None if mark.rechecked is None else max(mark.rechecked, more),
    )
    before = tally(CARD, marks, set())
    after = tally(CARD, [*marks[:which], raised, *marks[which + 1 :]], set())
    if before.total is not None and after.total is not None:
        assert after.total >= before.total


def test_s3_4b_有复核分的用复核分_平均四舍五入到分() -> None:
    marks = [
        Mark(1, "fit", Decimal("30"), Decimal("20.01")), Mark(2, "fit", Decimal("20.02")),
        Mark(1, "land", Decimal("35")), Mark(1, "jobs", Decimal("25")), Mark(3, "fit", Decimal("0")),
    ]  # fmt: skip
    found = tally(CARD, marks, {3})
    assert found.finals["fit"] == Decimal("20.02")  # 20.015 进位
    assert (found.total, found.counted) == (Decimal("80.02"), (1, 2))
    assert tally(CARD, marks[:1], set()).total is None
    assert tally(CARD, marks[:1], set()).lacking == ("land", "jobs")


def test_s3_4b_分行业的点取前缀最长的() -> None:
    land = CARD.indicators[1]
    assert points_for(land, "1751") == UP_STEPS
    assert points_for(land, "2720") == ((100, 5000), (200, 10000))
    assert points_for(land, "2710") == ((10, 10000),)
    assert points_for(land, "") == UP_STEPS


def test_s3_4b_预填_缺数的不猜() -> None:
    given_ = Measures(fixed=2 * YI, total=3 * YI, land_mu=Decimal(100), jobs=50,
                      annual_tax=900 * WAN, annual_output=4 * YI, energy_tce=Decimal(2000),
                      build_months=18, registered_capital=3000 * WAN)  # fmt: skip
    assert measure("fixed_per_mu", given_) == 200
    assert measure("tax_per_mu", given_) == 9
    assert measure("output_per_mu", given_) == 400
    assert measure("energy_per_output", given_) == 50
    assert (measure("jobs", given_), measure("build_months", given_)) == (50, 18)
    assert measure("capital_ratio", given_) == 10
    assert prefill(CARD.indicators[1], measure("fixed_per_mu", given_), "1751") == Decimal("35.00")
    assert prefill(CARD.indicators[2], measure("jobs", given_), "") == Decimal("12.50")
    assert prefill(CARD.indicators[0], Fraction(1), "") is None
    empty = Measures()
    for name in ("fixed_per_mu", "tax_per_mu", "energy_per_output", "jobs", "build_months",
                 "capital_ratio", "manual"):  # fmt: skip
        assert measure(name, empty) is None
    assert measure("fixed_per_mu", Measures(fixed=YI)) is None  # 不新增用地,没有亩均


@pytest.mark.parametrize(
    ("total", "vetoed", "wanted"),
    [
        ("100", False, "passed"), ("80", False, "passed"), ("79.99", False, "conditional"),
        ("60", False, "conditional"), ("59.99", False, "rejected"), ("0", False, "rejected"),
        ("95", True, "rejected"), (None, True, "rejected"), (None, False, None),
    ],
)  # fmt: skip
def test_s3_4b_建议的界线_一票否决在先(total: str | None, vetoed: bool, wanted: str | None) -> None:
    found = proposal(
        None if total is None else Decimal(total),
        vetoed=vetoed,
        pass_score=80,
        conditional_score=60,
    )
    assert found == wanted


@pytest.mark.parametrize(
    ("score", "evidence", "note", "prefilled", "rules"),
    [
        ("35", "合同", "", None, []),
        ("35.01", "合同", "", None, ["review.range"]),
        ("-0.01", "合同", "", None, ["review.range"]),
        ("1.234", "合同", "", None, ["review.places"]),
        (None, "合同", "", None, ["review.score"]),
        ("30", " ", "", None, ["review.evidence"]),
        ("30", "合同", "", "30", []),
        ("30", "合同", "", "35", ["review.changed"]),
        ("30", "合同", "有闲置厂房", "35", []),
        ("30", "长" * 501, "", None, ["review.length"]),
    ],
)
def test_s3_4b_一项评分(
    score: str | None, evidence: str, note: str, prefilled: str | None, rules: list[str]
) -> None:
    found = judge_mark(
        CARD.indicators[1], None if score is None else Decimal(score), evidence=evidence, note=note,
        prefilled=None if prefilled is None else Decimal(prefilled),
    )  # fmt: skip
    assert [f.rule for f in found] == rules
    assert [f.rule for f in judge_mark(None, Decimal(1), evidence="", note="", code="无")] == [
        "review.indicator"
    ]


def test_s3_4b_状态表_每个开着的状态走得出去_结束的不再走() -> None:
    for state in OPEN:
        assert any(was == state for was, _ in MOVES)
    assert next_state(None, ReviewVerb.SEND) == ReviewState.ACCEPTED
    assert next_state(ReviewState.ACCEPTED, ReviewVerb.PASS) is None
    assert next_state(ReviewState.REVIEWING, ReviewVerb.PASS) is None
    assert next_state(ReviewState.OPINION, ReviewVerb.PASS) is None  # 等合规意见,不能决定
    assert next_state(ReviewState.WITHDRAWN, ReviewVerb.CALL_UP) is None
    assert next_state(ReviewState.DECIDING, ReviewVerb.WITHDRAW) is None
    steps = [
        Done(date(2026, 11, 1), ReviewVerb.SEND, ReviewState.ACCEPTED),
        Done(date(2026, 11, 5), ReviewVerb.START, ReviewState.REVIEWING),
    ]
    assert state_at(steps, date(2026, 10, 31)) is None
    assert state_at(steps, date(2026, 11, 4)) == ReviewState.ACCEPTED
    assert state_at(steps, date(2026, 11, 5)) == ReviewState.REVIEWING


def test_s3_4b_调取的期限_当天含() -> None:
    known = Calendar(off=frozenset(), makeup=frozenset(), years=frozenset({2026}))
    friday = date(2026, 11, 20)
    assert may_call_up(friday, date(2026, 12, 4), 10, known)
    assert not may_call_up(friday, date(2026, 12, 5), 10, known)


def rules_of(draft: DecisionDraft, **standing: Any) -> list[str]:
    base = Standing(ReviewLevel.COUNTY, 4900 * WAN, ReviewResult.PASSED, minutes_threshold=10 * YI)
    return [f.rule for f in judge_decision(draft, replace(base, **standing), TODAY)]


PASS, CONDITIONAL, REJECT = ReviewResult.PASSED, ReviewResult.CONDITIONAL, ReviewResult.REJECTED
COND = ConditionDraft("环评批复", date(2026, 12, 31), "批复")


@pytest.mark.parametrize(
    ("draft", "standing", "wanted"),
    [
        (DecisionDraft(PASS, ""), {}, []),
        (DecisionDraft(None, ""), {}, ["review.result"]),
        (DecisionDraft(PASS, ""), {"proposal": None}, ["review.unscored"]),
        (DecisionDraft(PASS, ""), {"proposal": REJECT}, ["review.departs"]),
        (DecisionDraft(PASS, "补链关键"), {"proposal": REJECT}, []),
        (DecisionDraft(REJECT, ""), {"proposal": REJECT}, ["review.reasons"]),
        (DecisionDraft(REJECT, "主体实力不足"), {}, []),
        (DecisionDraft(CONDITIONAL, "须补环评"), {}, ["review.conditions"]),
        (DecisionDraft(CONDITIONAL, "须补环评", (COND,)), {}, []),
        (DecisionDraft(PASS, "", (COND,)), {}, ["review.conditions"]),
        (DecisionDraft(CONDITIONAL, "x", (replace(COND, by_on=TODAY),)), {}, ["review.condition"]),
        (DecisionDraft(CONDITIONAL, "x", (replace(COND, text=" "),)), {}, ["review.condition"]),
        (DecisionDraft(CONDITIONAL, "x", (replace(COND, evidence=""),)), {}, ["review.condition"]),
        (DecisionDraft(PASS, "x"), {"vetoed": ("安全红线",)}, ["review.vetoed"]),
        (DecisionDraft(REJECT, "安全红线"), {"vetoed": ("安全红线",), "proposal": REJECT}, []),
        (DecisionDraft(PASS, "x"), {"not_compliant": True}, ["review.not_compliant"]),
        (DecisionDraft(REJECT, "x"), {"not_compliant": True}, []),
        (DecisionDraft(PASS, ""), {"level": CITY, "total_investment": 10 * YI}, ["review.minutes"]),
        (DecisionDraft(PASS, ""), {"level": CITY, "total_investment": 10 * YI - 1}, []),
        (DecisionDraft(PASS, "", (), "〔2026〕9号"), {"level": CITY, "total_investment": 10 * YI}, []),
        (DecisionDraft(REJECT, "x"), {"level": CITY, "total_investment": 10 * YI}, []),
    ],
)  # fmt: skip
def test_s3_4b_决定(draft: DecisionDraft, standing: dict[str, Any], wanted: list[str]) -> None:
    assert rules_of(draft, **standing) == wanted


def test_s3_4b_评分结束之前() -> None:
    good = Sheet((), (), 2, 2, Decimal(80))
    assert judge_finish(good) == []
    for change, wanted in [
        ({"undeclared": ("甲",)}, "review.undeclared"),
        ({"unfinished": ("乙",)}, "review.unfinished"),
        ({"counted": 1}, "review.few"),
        ({"total": None}, "review.unscored"),
    ]:
        assert [f.rule for f in judge_finish(replace(good, **change))] == [wanted]
    assert judge_before_scoring((), (), ()) == []
    found = judge_before_scoring(("穿透",), ("三线一单",), ("安全红线",))
    assert [f.rule for f in found] == ["review.diligence", "review.vetoes", "review.vetoed"]


GOOD = material.ReviewDraft(Decimal(60), Decimal(800), 0)


@pytest.mark.parametrize(
    ("change", "again", "fields"),
    [
        ({}, False, []),
        ({"land_mu": None}, False, ["land_mu"]),
        ({"land_mu": Decimal("1.234")}, False, ["land_mu"]),
        ({"energy_tce": None}, False, ["energy_tce"]),
        ({"energy_tce": Decimal(-1)}, False, ["energy_tce"]),
        ({"city_funds": None}, False, ["city_funds"]),
        ({"city_funds": -1}, False, ["city_funds"]),
        ({"annual_tax": -1}, False, ["annual_tax"]),
        ({"jobs": -1}, False, ["jobs"]),
        ({"build_months": 0}, False, ["build_months"]),
        ({}, True, ["changed"]),
        ({"changed": "换了控股股东"}, True, []),
        ({"note": "长" * 2001}, False, ["note"]),
    ],
)
def test_s3_4b_送审所填(change: dict[str, Any], again: bool, fields: list[str]) -> None:
    found = material.judge_material(replace(GOOD, **change), again=again)
    assert [f.field for f in found] == fields


SUBJECT = material.Subject(True, False, 4900 * WAN, 4000 * WAN, False, ("甲县",), 0)


@pytest.mark.parametrize(
    ("change", "barred", "lacking"),
    [
        ({}, [], []),
        ({"active": False}, ["review.standing"], []),
        ({"open_code": "PS-1"}, ["review.open"], []),
        ({"passed_code": "PS-1"}, ["review.passed"], []),
        ({"passed_code": "PS-1", "signed_recognised": True}, ["review.passed"], []),
        ({"signed_recognised": True}, ["review.signed"], []),
        ({"total": None}, [], ["total"]),
        ({"fixed": None}, [], ["fixed"]),
        ({"fixed": None, "fixed_explained": True}, [], []),
        ({"hosts": ()}, [], ["host"]),
        ({"hosts": (), "candidate_hosts": 2}, [], ["host"]),
    ],
)
def test_s3_4b_送审之前的完备性(
    change: dict[str, Any], barred: list[str], lacking: list[str]
) -> None:
    subject = replace(SUBJECT, **change)
    assert [f.rule for f in material.barred(subject)] == barred
    assert [one.code for one in material.lacks(subject, [])] == lacking


def test_s3_4b_意向门槛缺的_逐项带着去处() -> None:
    gate = [
        Finding("prereview", "gate.intent.prereview", "3.4b", "进入「意向」还缺「预审意见」:某某")
    ]
    (one,) = material.lacks(SUBJECT, gate)
    assert (one.code, one.label, one.act, one.finding.rule) == (
        "prereview", "预审意见", "prereview", "review.material.prereview",
    )  # fmt: skip


def test_s3_4b_评分卡存下再取出_一样() -> None:
    from juyuan.foundation.policy.queries import pack

    for entry in pack().scorecards:
        card = card_from(entry.as_json())
        assert sum(one.weight for one in card.indicators) == 100
        assert [one.code for one in card.indicators] == [one.code for one in entry.indicators]
