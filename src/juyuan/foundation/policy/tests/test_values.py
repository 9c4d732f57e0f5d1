"""参数的值:写出来再读回去不变;写错了说怎么改。"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.policy.pack import load
from juyuan.foundation.policy.timeline import ParameterRow, from_pack
from juyuan.foundation.policy.values import (
    BadValue,
    bp_text,
    money_text,
    read,
    shown,
    shown_lines,
    written,
)

PACKS = Path(__file__).resolve().parents[5] / "packs"
ROWS = [from_pack(p) for city in ("liaoyuan", "testcity") for p in load(PACKS / city).parameters]


def row(kind: str, value: object, **more: object) -> ParameterRow:
    fields: dict[str, object] = {"unit": "", "clause": "A1", "origin": "建议值"}
    return ParameterRow(
        key="a.b",
        label="数",
        type=kind,
        value=value,
        effective_from=date(2026, 1, 1),
        **(fields | more),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("one", ROWS, ids=lambda r: f"{r.clause}-{r.key}")
def test_every_pack_value_survives_the_form(one: ParameterRow) -> None:
    assert read(one, written(one)) == one.value


@pytest.mark.parametrize("one", ROWS, ids=lambda r: f"{r.clause}-{r.key}")
def test_no_code_word_is_shown_to_people(one: ParameterRow) -> None:
    """屏上的字里没有程序用的英文代码(文件类型、职能与角色的称呼由调用者给)。"""
    if one.key in ("files.allowed_types", "pipeline.code_prefix", "chains.system"):
        return
    text = shown(one, lambda who: "某单位")
    assert text and not any("a" <= ch <= "z" for ch in text), text


@given(st.integers(min_value=0, max_value=10**14))
def test_money_survives_the_form(yuan: int) -> None:
    one = row("money", 1, unit="元")
    assert read(one, written(one, yuan)) == yuan


@given(st.integers(min_value=0, max_value=999_999))
def test_share_survives_the_form(value: int) -> None:
    one = row("bp", 1, unit="基点")
    assert read(one, bp_text(value)) == value


@pytest.mark.parametrize(
    ("yuan", "text"),
    [(500_000_000, "5亿元"), (50_000_000, "5,000万元"), (12_345, "12,345元"), (0, "0元")],
)
def test_money_text(yuan: int, text: str) -> None:
    assert money_text(yuan) == text


def test_table_shows_names_not_codes() -> None:
    one = row("table", {"在谈": "negotiation"}, labels={"negotiation": "洽谈"})
    assert shown_lines(one) == ["在谈:洽谈"]


@pytest.mark.parametrize(
    ("one", "text", "says"),
    [
        (row("int", 5, unit="个"), "", "请填写新的值"),
        (row("int", 5, unit="个"), "五", "填不带小数的数字"),
        (row("int", 5, unit="个"), "5.5", "填不带小数的数字"),
        (row("int", 5, unit="个"), "-5", "填不带小数的数字"),
        (row("int", 5, unit="个"), "５", "填不带小数的数字"),
        (row("money", 5, unit="元"), "5", "单位"),
        (row("bp", 5, unit="基点"), "20.555%", "最多两位小数"),
        (row("bool", True), "对", "填「是」或「否」"),
        (row("date", "2026-01-01"), "2026年1月1日", "日期写作"),
        (row("time", "18:00"), "25:00", "时刻写作"),
        (
            row("choice", "a", choices=("a", "b"), labels={"a": "甲", "b": "乙"}),
            "c",
            "只能是:甲、乙",
        ),
        (row("list", ["a"]), "a\na", "重复"),
        (row("list", [{"code": "a", "label": "甲"}]), "甲", "应写作「名 = 值」"),
        (row("list", [1, 2]), "一", "填不带小数的数字"),
        (row("table", {"x": 1}), "x = 1\nx = 2", "写了两次"),
        (row("table", {"在谈": "b"}, labels={"b": "洽谈"}), "在谈 = z", "「z」不认识,只能是 洽谈"),
        (row("function", "commerce"), "comerce", "不认识的职能"),
        (row("audience", ["role:head"]), "head", "应写作 role:角色"),
    ],
)
def test_bad_text_is_refused_with_the_mend(one: ParameterRow, text: str, says: str) -> None:
    with pytest.raises(BadValue, match=says):
        read(one, text)


def test_form_speaks_names_and_reads_names_or_codes() -> None:
    one = row("table", {"在谈": "negotiation"}, labels={"negotiation": "洽谈", "intent": "意向"})
    assert written(one) == "在谈 = 洽谈"
    assert read(one, "在谈 = 洽谈\n拟签 = intent") == {"在谈": "negotiation", "拟签": "intent"}


def test_reasons_per_library_are_free_text_under_known_names() -> None:
    one = row("table", {"planning": "甲"}, labels={"planning": "谋划"})
    assert read(one, "谋划 = 随便写") == {"planning": "随便写"}
    with pytest.raises(BadValue, match="「落后」不认识"):
        read(one, "落后 = 随便写")


def test_shares_in_a_table_are_percents() -> None:
    one = row("table", {"capital": 10000}, labels={"capital": "资本金"}, unit="基点")
    assert written(one) == "资本金 = 100.00%"
    assert read(one, "资本金 = 80.5%") == {"capital": 8050}
