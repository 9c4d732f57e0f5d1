"""统一社会信用代码(GB 32100-2015):18 位,末位校验;错在第几位、应为什么,都说清楚。

登记管理部门以字母开头的(如 N、Y、A)现行标准已用而通用库不认,这里接受并提示;
第 3–8 位行政区划不核对,因为区划会撤并,老代码仍然有效。
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from stdnum.cn import uscc as _standard

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LETTER_AUTHORITIES = {
    "A": "中央军委改革和编制办公室",
    "N": "农业农村部门",
    "Y": "其他登记管理部门",
}
DIGIT_AUTHORITIES = "123456789"
_LOOKALIKE = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U 或 Y"}


class UsccError(ValueError):
    """统一社会信用代码不对;`message` 为中文,说明错在哪一位、怎么改。"""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class Uscc:
    """核过的代码;`note` 非空时应显示给录入人。"""

    code: str
    note: str = ""

    def __str__(self) -> str:
        return self.code


def compact(text: str) -> str:
    """归一写法:全角转半角、去空格与连字符、字母大写。"""
    folded = unicodedata.normalize("NFKC", text).upper()
    kept = "".join(ch for ch in folded if not ch.isspace() and ch not in "-‐‑–—")
    return unicodedata.normalize("NFKC", kept).upper()


def parse_uscc(value: object) -> Uscc:
    """核对一个统一社会信用代码;不对则抛 `UsccError`。

    数字类型一律拒绝:18 位代码存成数,表格会悄悄丢掉末几位。
    """
    if isinstance(value, (int, float)):
        raise UsccError("代码存成了数字,末几位可能已丢失:请把单元格设为文本后照执照重填")
    if not isinstance(value, str):
        raise UsccError("代码读不准:请照营业执照填写 18 位代码")
    code = compact(value)
    if not code:
        raise UsccError("代码为空:请照营业执照填写 18 位代码")
    if len(code) != LENGTH:
        more = (
            f"多了 {len(code) - LENGTH} 位"
            if len(code) > LENGTH
            else f"少了 {LENGTH - len(code)} 位"
        )
        hint = ";15 位是旧注册号,请改填统一社会信用代码" if len(code) == 15 else ""
        raise UsccError(f"代码应为 18 位,现为 {len(code)} 位({more}){hint}")
    for position, char in enumerate(code, start=1):
        _check_char(position, char)
    expected = check_digit(code[:-1])
    if code[-1] != expected:
        raise UsccError(
            f"第 18 位校验码不符:现为「{code[-1]}」,按前 17 位应为「{expected}」;"
            "若末位照执照无误,则前 17 位中有一位抄错"
        )
    authority = LETTER_AUTHORITIES.get(code[0])
    note = f"登记管理部门代码为字母「{code[0]}」({authority}),请核对原件" if authority else ""
    return Uscc(code, note)


def is_valid(value: object) -> bool:
    """是否为有效代码。"""
    try:
        parse_uscc(value)
    except UsccError:
        return False
    return True


def check_digit(first17: str) -> str:
    """按前 17 位算出校验码。"""
    return _standard.calc_check_digit(first17)


def _check_char(position: int, char: str) -> None:
    if char in _LOOKALIKE:
        raise UsccError(
            f"第 {position} 位是「{char}」,代码不用 I、O、Z、S、V 这五个字母,多半应为「{_LOOKALIKE[char]}」"
        )
    if char not in ALPHABET:
        raise UsccError(f"第 {position} 位是「{char}」,只能是数字或大写字母")
    if position == 1 and char not in DIGIT_AUTHORITIES and char not in LETTER_AUTHORITIES:
        raise UsccError(f"第 1 位是「{char}」,应为登记管理部门代码(1–9、A、N、Y;企业为 9)")
    if 3 <= position <= 8 and not char.isdigit():
        raise UsccError(f"第 {position} 位是「{char}」,第 3–8 位是行政区划,应为数字")
