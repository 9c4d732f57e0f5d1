"""承诺的规则:约定写不清的不收,每个边界都试。"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.rooms.evaluation.rules.promises import (
    ActualDraft,
    DebtDraft,
    Frame,
    Kind,
    Measure,
    Owing,
    PromiseDraft,
    first_owed,
    judge_actual,
    judge_debt,
    judge_promise,
    kinds_of,
    reached,
)

TODAY = date(2026, 11, 20)
KINDS = kinds_of(
    [
        {"code": "start", "label": "开工", "measure": "date"},
        {"code": "tax", "label": "税收", "measure": "money"},
        {"code": "jobs", "label": "就业", "measure": "count", "unit": "人"},
    ]
)
FRAME = Frame(KINDS, {"land": "交付用地"}, TODAY, date(2026, 3, 1), frozenset({7}))
GOOD = PromiseDraft("tax", "年纳税一千万元", date(2028, 12, 31), 10_000_000, "完税证明")


def rules(draft: PromiseDraft) -> set[str]:
    return {finding.rule for finding in judge_promise(draft, FRAME)}


def test_s3_4c_写清的承诺没有可说的() -> None:
    assert judge_promise(GOOD, FRAME) == []
    assert KINDS["jobs"] == Kind("jobs", "就业", Measure.COUNT, "人")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"kind": "moon"}, "promise.kind"),
        ({"text": "  "}, "promise.text"),
        ({"text": "长" * 501}, "promise.length"),
        ({"wanted": ""}, "promise.wanted"),
        ({"due_on": None}, "promise.due"),
        ({"due_on": date(2026, 2, 28)}, "promise.due"),
        ({"target": None}, "promise.target"),
        ({"target": 0}, "promise.target"),
        ({"target": 10**15 + 1}, "promise.target"),
        ({"kind": "start"}, "promise.target"),
    ],
)
def test_s3_4c_写不清的承诺逐项说(changes: dict[str, object], rule: str) -> None:
    assert rule in rules(PromiseDraft(**{**GOOD.__dict__, **changes}))  # type: ignore[arg-type]


def test_s3_4c_边界_签约当日与最长的字数都收() -> None:
    assert rules(PromiseDraft(**{**GOOD.__dict__, "due_on": date(2026, 3, 1)})) == set()
    assert rules(PromiseDraft(**{**GOOD.__dict__, "text": "长" * 500})) == set()
    assert rules(PromiseDraft(**{**GOOD.__dict__, "target": 10**15})) == set()


@pytest.mark.parametrize(
    ("debt", "rule"),
    [
        (DebtDraft("x", "交地", 7, TODAY), "debt.kind"),
        (DebtDraft("land", " ", 7, TODAY), "debt.text"),
        (DebtDraft("land", "交地", 8, TODAY), "debt.unit"),
        (DebtDraft("land", "交地", None, TODAY), "debt.unit"),
        (DebtDraft("land", "交地", 7, None), "debt.due_on"),
    ],
)
def test_s3_4c_政府先行事项要有种类_单位_期限(debt: DebtDraft, rule: str) -> None:
    assert {f.rule for f in judge_debt(debt, FRAME)} == {rule}
    assert judge_debt(DebtDraft("land", "交地", 7, TODAY), FRAME) == []


@pytest.mark.parametrize(
    ("measure", "target", "value", "met"),
    [
        (Measure.MONEY, 100, 100, True),
        (Measure.MONEY, 100, 99, False),
        (Measure.MONEY, 100, None, False),
        (Measure.COUNT, 5, 6, True),
        (Measure.DAY, None, None, True),
    ],
)
def test_s3_4c_达到含本数(
    measure: Measure, target: int | None, value: int | None, met: bool
) -> None:
    assert reached(measure, target, value) is met


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**6))
def test_s3_4c_做得更多不会变成没达到(target: int, value: int, more: int) -> None:
    if reached(Measure.MONEY, target, value):
        assert reached(Measure.MONEY, target, value + more)


def test_s3_4c_实况要有日子_数值_凭据_不收将来的() -> None:
    good = ActualDraft(TODAY, 0, "", 1)
    assert judge_actual(good, Measure.MONEY, TODAY) == []
    assert judge_actual(ActualDraft(TODAY, None, "", 1), Measure.DAY, TODAY) == []
    tomorrow = TODAY + timedelta(days=1)
    for bad, name in (
        (ActualDraft(None, 0, "", 1), "on"),
        (ActualDraft(tomorrow, 0, "", 1), "on"),
        (ActualDraft(TODAY, None, "", 1), "value"),
        (ActualDraft(TODAY, -1, "", 1), "value"),
        (ActualDraft(TODAY, 0, "", None), "file"),
        (ActualDraft(TODAY, 0, "长" * 501, 1), "note"),
    ):
        assert [f.field for f in judge_actual(bad, Measure.MONEY, TODAY)] == [name]


def test_s3_4c_政府欠的先查_没做完的按期限排_过期天数当日不算() -> None:
    rows = [
        Owing(1, "land", "交地", 7, TODAY, None),
        Owing(2, "permit", "办证", 7, TODAY - timedelta(days=3), None),
        Owing(3, "fund", "兑付", 7, TODAY - timedelta(days=9), TODAY),
    ]
    assert [d.pk for d in first_owed(rows)] == [2, 1]
    assert [d.late(TODAY) for d in rows[:2]] == [0, 3]
