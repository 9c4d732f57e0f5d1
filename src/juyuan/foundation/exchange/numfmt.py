"""数字格式说了什么:是不是日期、带不带单位、缩放了几位、是不是百分数。纯函数。

台账里常见两种写法会让「值」与「看见的数」不是一回事:
`0.00"亿元"` —— 值是 3.5,看见 3.50亿元,单位在格式里;
`0!.0,"万元"` —— 值是 12345678(元),看见 1234.6万元,格式把数缩小了一万倍。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[([^\]]*)\]', re.S)
UNIT_YUAN = {
    "元": 1,
    "千元": 1_000,
    "万元": 10_000,
    "百万元": 1_000_000,
    "千万元": 10_000_000,
    "亿元": 100_000_000,
}
_UNIT_MARKS = ("亿", "千万", "百万", "万", "千", "元")
# ECMA-376 18.8.30:14–22、45–47 是日期时间;27–36、50–58 是中文环境下的日期
_BUILTIN_DATES = frozenset([*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)])
BUILTIN_TEXT = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    49: "@",
    **dict.fromkeys(_BUILTIN_DATES, "yyyy-mm-dd"),
}


@dataclass(frozen=True, slots=True)
class FormatMeaning:
    """一个数字格式的含义。

    `unit` 写在格式里的金额单位(见 `UNIT_YUAN`)或空;`shift` 显示时缩小 10 的几次方;
    `date` 日期类;`percent` 百分数。
    """

    unit: str = ""
    shift: int = 0
    date: bool = False
    percent: bool = False

    @property
    def plain(self) -> bool:
        return not (self.unit or self.shift or self.date or self.percent)


@lru_cache(maxsize=4096)
def meaning(number_format: str) -> FormatMeaning:
    """读懂一个数字格式(只看正数那一节)。"""
    if not number_format or number_format in ("General", "@", "常规"):
        return FormatMeaning()
    section = _first_section(number_format)
    literals: list[str] = []
    point_literal = False
    digits_after_point = 0
    bare: list[str] = []
    position = 0
    for match in _LITERAL.finditer(section):
        chunk = section[position : match.start()]
        bare.append(chunk)
        if point_literal:
            digits_after_point += _digits(chunk)
        literal = match.group(1) if match.group(1) is not None else match.group(2) or ""
        literals.append(literal)
        if literal == ".":
            point_literal = True
        position = match.end()
    tail = section[position:]
    bare.append(tail)
    if point_literal:
        digits_after_point += _digits(tail)
    code = "".join(bare)
    words = "".join(literals) + "".join(c for c in code if c in "亿万千百元")
    unit = unit_in(words)
    lowered = code.lower()
    if not unit and re.search(r"[ymdhs年月日]", lowered) and not re.search(r"[0#?]", lowered):
        return FormatMeaning(date=True)
    scale = re.search(r"[0#?](,+)(?![0#?,])", code)
    shift = digits_after_point + (3 * len(scale.group(1)) if scale else 0)
    return FormatMeaning(unit=unit, shift=shift, percent="%" in code)


def unit_in(words: str) -> str:
    """文字里的金额单位,统一成 元/千元/万元/百万元/千万元/亿元;没有则为空。"""
    for mark in _UNIT_MARKS:
        if mark in words:
            name = mark if mark == "元" else f"{mark}元"
            if mark == "千" and "千元" not in words:
                continue
            return name
    return ""


def _digits(text: str) -> int:
    return sum(ch in "0#?" for ch in text)


def _first_section(number_format: str) -> str:
    quoted = False
    escaped = False
    for i, ch in enumerate(number_format):
        if escaped:
            escaped = False
        elif ch in "\\!":
            escaped = not quoted
        elif ch == '"':
            quoted = not quoted
        elif ch == ";" and not quoted:
            return number_format[:i]
    return number_format


def builtin_text(format_id: int) -> str:
    """内置格式号 → 格式文字(只收与判读有关的)。"""
    return BUILTIN_TEXT.get(format_id, "")
