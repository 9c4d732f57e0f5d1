"""台账里大得不像真的金额:存疑由人核对单位,核对无误仍可导入。"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.rooms.pipeline.rules.ledger import judge_rows
from juyuan.rooms.pipeline.rules.ledger_reading import Existing, Lookups
from juyuan.rooms.pipeline.rules.stages import Stage

LIMIT = 100_000_000_000
KNOWN = Existing(
    7, "LY-1", "老项目", frozenset(), (), {"name": "老项目"}, frozenset(), Stage.PLANNING, True
)


def look(**more: Any) -> Lookups:
    given: dict[str, Any] = {
        "today": date(2026, 11, 20), "units": {}, "counties": frozenset(), "chains": {}, "nodes": {},
        "stage_words": {"谋划": "planning"}, "standing_words": {}, "milestone_words": {},
        "by_code": {}, "by_key": {}, "by_investor": {}, "doubtful_amount": LIMIT, "bureau": "商务部门",
    }  # fmt: skip
    return Lookups(**{**given, **more})


def row(settled: str = "", **values: Any) -> ParsedRow:
    return ParsedRow("表", 2, {"name": "新项目", "stage": "谋划", **values}, settled=settled)


@pytest.mark.parametrize("name", ["total_investment", "fixed_investment", "contract_amount"])
@pytest.mark.parametrize(
    ("amount", "verdict"), [(LIMIT, "new"), (LIMIT + 1, "doubtful"), (None, "new")]
)
def test_超过才存疑_不含本数(name: str, amount: int | None, verdict: str) -> None:
    judged = judge_rows([row(**{name: amount})], look())[0]
    assert judged.verdict == verdict
    said = [f.reason for f in judged.findings if f.rule == "money.doubtful"]
    assert bool(said) == (verdict == "doubtful")
    assert all("单位弄错" in reason for reason in said)


def test_人核对之后照样导入() -> None:
    judged = judge_rows([row("new", total_investment=LIMIT * 5)], look())[0]
    assert (judged.verdict, judged.command.draft.total_investment) == ("new", LIMIT * 5)


def test_更新已有项目也先问_答同一个才改() -> None:
    found = look(by_code={"LY-1": KNOWN})
    asked = judge_rows([row(code="LY-1", total_investment=LIMIT * 5)], found)[0]
    assert (asked.verdict, [c.ref.id for c in asked.candidates]) == ("doubtful", ["LY-1"])
    answered = judge_rows([row("same:LY-1", code="LY-1", total_investment=LIMIT * 5)], found)[0]
    assert answered.verdict == "update"
    assert answered.command.changes["total_investment"] == LIMIT * 5


def test_没有这个参数就不问() -> None:
    judged = judge_rows([row(total_investment=LIMIT * 5)], look(doubtful_amount=None))[0]
    assert judged.verdict == "new"
