"""参数的值怎么写、怎么看:屏上的字 ← 值 → 表单里的文字。纯函数;写出来再读回去,值不变。"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from juyuan.foundation.policy.mechanisms import FUNCTIONS, ROLES
from juyuan.foundation.policy.pack_types import ParameterType
from juyuan.foundation.policy.timeline import ParameterRow
from juyuan.kernel.money import WAN, YI, MoneyError, parse_money

T = ParameterType
OPS = {">=": "含本数", ">": "不含本数", "<=": "含本数", "<": "不含本数"}
YES, NO = "是", "否"
_TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")
_EQUALS = re.compile(r"\s*[=＝→]\s*")


class BadValue(ValueError):
    """填的值不合要求;消息给人看。"""


def money_text(yuan: int) -> str:
    """金额:整亿写亿元,否则写万元,再否则写元。"""
    for size, unit in ((YI, "亿元"), (WAN, "万元")):
        if yuan and yuan % size == 0:
            return f"{yuan // size:,}{unit}"
    return f"{yuan:,}元"


def bp_text(value: int) -> str:
    return f"{value // 100}.{value % 100:02d}%"


def shown(row: ParameterRow, who: Callable[[str], str] = str) -> str:
    """屏上的字(一行)。`who` 把「role:…」「function:…」换成称呼。"""
    lines = shown_lines(row, who)
    return "、".join(lines)


def shown_lines(row: ParameterRow, who: Callable[[str], str] = str) -> list[str]:
    """屏上的字,清单与表一项一行。"""
    value, kind = row.value, row.type
    if kind == T.MONEY:
        return [money_text(value)]
    if kind == T.BP:
        return [bp_text(value)]
    if kind == T.BOOL:
        return [YES if value else NO]
    if kind == T.INT:
        return [f"{value:,} {row.unit}".strip()]
    if kind == T.FUNCTION:
        return [who(f"function:{value}")]
    if kind == T.AUDIENCE:
        return [who(item) for item in value]
    if kind == T.LIST:
        return [_item(row, item) for item in value]
    if kind == T.TABLE:
        return [f"{_word(row, key)}:{_word(row, item)}" for key, item in value.items()]
    return [_word(row, value)]


def _word(row: ParameterRow, value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int):
        return bp_text(value) if row.unit == "基点" else f"{value:,}"
    return row.labels.get(str(value), str(value))


def _item(row: ParameterRow, item: Any) -> str:
    if isinstance(item, dict):
        return str(item.get("label") or item.get("code") or "")
    if isinstance(item, int) and row.unit:
        return f"{item:,} {row.unit}"
    return _word(row, item)


# ───────── 表单 ─────────


def written(row: ParameterRow, value: Any = None) -> str:
    """表单里的文字:清单一行一项,表一行一条「键 = 值」。"""
    value = row.value if value is None else value
    if row.type == T.MONEY:
        return money_text(value).replace(",", "")
    if row.type == T.BP:
        return bp_text(value)
    if row.type == T.BOOL:
        return YES if value else NO
    if row.type in (T.LIST, T.AUDIENCE):
        return "\n".join(
            f"{item['code']} = {item['label']}" if isinstance(item, dict) else _plain(row, item)
            for item in value
        )
    if row.type == T.TABLE:
        return "\n".join(f"{_plain(row, key)} = {_plain(row, item)}" for key, item in value.items())
    return str(value)


def _plain(row: ParameterRow, item: Any) -> str:
    """表单里写名称,不写代码;数不带千分撇。"""
    return _word(row, item).replace(",", "") if isinstance(item, int) else _word(row, item)


def _code(row: ParameterRow, word: str) -> str:
    """名称或代码 → 代码。"""
    codes = {label: code for code, label in row.labels.items()}
    return codes.get(word, word)


def read(row: ParameterRow, text: str) -> Any:
    """表单文字 → 值,类型与现值相同。

    Raises:
        BadValue: 写法不对,消息说怎么改。
    """
    text = text.strip()
    if not text:
        raise BadValue("请填写新的值")
    if row.type == T.MONEY:
        try:
            return parse_money(text)
        except MoneyError as error:
            raise BadValue(str(error)) from error
    if row.type == T.INT:
        return _whole(text.removesuffix(row.unit).strip())
    if row.type == T.BP:
        return _percent(text)
    if row.type == T.BOOL:
        return _yes(text)
    if row.type == T.DATE:
        return _day(text)
    if row.type == T.TIME and not _TIME.match(text):
        raise BadValue("时刻写作 18:00;当日末写 24:00")
    if row.type == T.CHOICE and text not in row.choices:
        raise BadValue(f"只能是:{'、'.join(row.labels.get(c, c) for c in row.choices)}")
    if row.type in (T.LIST, T.AUDIENCE):
        return _list(row, text)
    if row.type == T.TABLE:
        return _table(row, text)
    if row.type == T.FUNCTION and text not in FUNCTIONS:
        raise BadValue(f"不认识的职能「{text}」")
    return text


def _whole(text: str) -> int:
    if not re.match(r"^\d{1,12}$", text, re.ASCII):
        raise BadValue("填不带小数的数字,例如 20")
    return int(text)


def _percent(text: str) -> int:
    found = re.match(r"^(\d{1,4})(?:\.(\d{1,2}))?\s*%?$", text, re.ASCII)
    if not found:
        raise BadValue("填百分数,最多两位小数,例如 20 或 20.00%")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def _yes(text: str) -> bool:
    if text not in (YES, NO):
        raise BadValue("填「是」或「否」")
    return text == YES


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise BadValue("日期写作 2026-01-01") from error


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _list(row: ParameterRow, text: str) -> list[Any]:
    lines = _lines(text)
    sample = row.value[0]
    if len(set(lines)) != len(lines):
        raise BadValue("清单里有重复的项")
    if isinstance(sample, dict):
        # 改的是有哪些、叫什么;各项别的性质(承诺的种类按日期还是按金额)随代码留着
        held = {item["code"]: item for item in row.value}
        return [
            held.get(code, {}) | {"code": code, "label": label} for code, label in map(_pair, lines)
        ]
    if isinstance(sample, int):
        return [_whole(line) for line in lines]
    if row.type == T.AUDIENCE:
        for line in lines:
            sort, _, name = line.partition(":")
            if name not in {"role": ROLES, "function": FUNCTIONS}.get(sort, ()):
                raise BadValue(f"「{line}」应写作 role:角色 或 function:职能")
    if row.labels:
        return [_known(row, line) for line in lines]
    return list(lines)


def _known(row: ParameterRow, word: str) -> str:
    code = _code(row, word)
    if code not in row.labels:
        raise BadValue(f"「{word}」不认识,只能是 {'、'.join(row.labels.values())}")
    return code


def _pair(line: str) -> tuple[str, str]:
    parts = _EQUALS.split(line, maxsplit=1)
    if len(parts) != 2 or not all(parts):
        raise BadValue(f"「{line}」应写作「名 = 值」")
    return parts[0], parts[1]


def _table(row: ParameterRow, text: str) -> dict[str, Any]:
    sample = next(iter(row.value.values()))
    found: dict[str, Any] = {}
    # labels 可能注释键(如各库的理由),也可能注释值(如用语归入哪个库);注释哪边就限定哪边
    keyed = all(key in row.labels for key in row.value)
    valued = any(str(item) in row.labels for item in row.value.values())
    for line in _lines(text):
        word, cell = _pair(line)
        key = _known(row, word) if keyed else word
        if key in found:
            raise BadValue(f"「{word}」写了两次")
        if isinstance(sample, bool):
            found[key] = _yes(cell)
        elif isinstance(sample, int):
            found[key] = _percent(cell) if row.unit == "基点" else _whole(cell)
        else:
            found[key] = _known(row, cell) if valued else cell
    return found
