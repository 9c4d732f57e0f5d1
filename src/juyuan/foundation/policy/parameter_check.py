"""参数对不对:类型、单位、出处;文件明定的数字要与所引原话里的数字一致。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from juyuan.foundation.policy.mechanisms import FUNCTIONS, ROLES
from juyuan.foundation.policy.pack_check import Draft, quote, repeated
from juyuan.foundation.policy.pack_parse import NO_DAY
from juyuan.foundation.policy.pack_read import Entry
from juyuan.foundation.policy.pack_types import Parameter, ParameterType, SourceKind

T = ParameterType
NUMERIC = (T.INT, T.MONEY, T.BP)
PYTHON = {
    T.INT: int, T.MONEY: int, T.BP: int, T.TEXT: str, T.CHOICE: str, T.BOOL: bool,
    T.DATE: date, T.TIME: str, T.LIST: list, T.TABLE: dict, T.FUNCTION: str, T.AUDIENCE: list,
}  # fmt: skip
WORDS = {
    T.INT: "整数", T.MONEY: "整数(元)", T.BP: "整数(基点)", T.TEXT: "文字", T.CHOICE: "文字",
    T.BOOL: "true 或 false", T.DATE: "日期", T.TIME: "文字(时:分)", T.LIST: "清单",
    T.TABLE: "表", T.FUNCTION: "职能代码", T.AUDIENCE: "职能与角色的清单",
}  # fmt: skip
SCALE = {"": 1, "万": 10**4, "亿": 10**8}
HANZI = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
HANZI |= {"十": 10, "百": 100}


def numbers_in(text: str) -> set[int]:
    """原话里出现的数:阿拉伯数字(连同万、亿)、百分数(化为基点)、单个汉字数、「超亿元」的一亿。"""
    found = set()
    for digits, scale, percent in re.findall(r"(\d+)(万|亿)?(%)?", text):
        value = int(digits)
        found |= {value, value * SCALE[scale]}
        if percent:
            found.add(value * 100)
    found |= {value for word, value in HANZI.items() if word in text}
    if re.search(r"(?<!\d)亿元", text):
        found.add(10**8)
    return found


def check_parameters(draft: Draft, rows: Iterable[tuple[Entry, Parameter]]) -> None:
    rows = list(rows)
    repeated(((e, f"{p.key} {p.effective_from}") for e, p in rows if p.key), "参数与施行日")
    types: dict[str, str] = {}
    for entry, parameter in rows:
        if types.setdefault(parameter.key, parameter.type) != parameter.type:
            entry.bad(f"{parameter.key} 各版本的 type 不一致")
        if parameter.clause:
            quote(draft, entry, parameter.clause, parameter.text_q)
        elif parameter.origin == SourceKind.DOCUMENT:
            entry.bad("文件明定的参数须写 clause")
        _check_origin(entry, parameter)
        if parameter.value is not None and parameter.type in PYTHON:
            _check_value(entry, parameter)


def _check_origin(entry: Entry, parameter: Parameter) -> None:
    if parameter.effective_from == NO_DAY:
        return
    if parameter.origin == SourceKind.DOCUMENT:
        if not parameter.text_q:
            entry.bad("文件明定的参数须写 text_q(逐字引文)")
        elif (
            parameter.type in NUMERIC
            and not parameter.derived
            and parameter.value not in numbers_in(parameter.text_q)
        ):
            entry.bad(f"值 {parameter.value} 与引文「{parameter.text_q}」里的数对不上")
    elif parameter.origin == SourceKind.SUGGESTED:
        if parameter.text_q:
            entry.bad("建议值不得带 text_q:文件没有写,就不能引文件")
        if not parameter.note:
            entry.bad("建议值须写 note(参照哪里、为什么)")


def _check_value(entry: Entry, parameter: Parameter) -> None:
    kind, value = ParameterType(parameter.type), parameter.value
    wanted = PYTHON[kind]
    right = type(value) is wanted if wanted in (int, bool, date) else isinstance(value, wanted)
    if not right:
        entry.bad(f"value 应为{WORDS[kind]},现在是 {value!r}")
        return
    if kind in NUMERIC:
        if not parameter.unit:
            entry.bad("数值须写 unit")
        if value < 0:
            entry.bad("value 不能为负")
    if kind == T.MONEY and parameter.unit != "元":
        entry.bad("金额以元存,unit 应为「元」")
    if kind == T.CHOICE and value not in parameter.choices:
        entry.bad(f"value「{value}」不在 choices 里")
    if kind == T.TIME and not re.match(r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", value):
        entry.bad(f"时刻应写作 18:00,现在是「{value}」")
    if kind == T.FUNCTION and value not in FUNCTIONS:
        entry.bad(f"不认识的职能「{value}」")
    if kind == T.AUDIENCE:
        for who in value:
            _check_audience(entry, who)
    if kind in (T.LIST, T.TABLE) and not value:
        entry.bad("清单不能为空")


def _check_audience(entry: Entry, who: Any) -> None:
    sort, _, name = str(who).partition(":")
    known = {"role": ROLES, "function": FUNCTIONS}.get(sort, ())
    if name not in known:
        entry.bad(f"不认识的角色或职能「{who}」(写作 role:head 或 function:commerce)")
