"""金额:一律以整数「元」存、以「万元/亿元」看。

读入只认一种严格写法(先做 NFKC 归一,再逐字匹配):数字、可选的三位一撇、可选的小数、可选的单位。
凡看不准的一律拒绝,并说明怎么改;决不猜单位,决不用浮点数运算。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

YUAN = 1
WAN = 10_000
YI = 100_000_000
MAX_YUAN = 10**15
"""超过 1000 万亿元的数一定是录入错误。"""

UNITS: dict[str, int] = {
    "元": YUAN,
    "千元": 1_000,
    "万元": WAN,
    "万": WAN,
    "百万元": 1_000_000,
    "百万": 1_000_000,
    "千万元": 10_000_000,
    "千万": 10_000_000,
    "亿元": YI,
    "亿": YI,
}
FULL_SHARE_BP = 10_000
"""100.00 % 的基点数。"""

_PATTERN = re.compile(
    r"(?P<sign>-?)"
    r"(?P<int>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,20})"
    r"(?:\.(?P<frac>[0-9]{1,20}))?"
    r"(?P<unit>亿元|亿|千万元|千万|百万元|百万|万元|万|千元|元)?整?"
)
_DECIMAL = re.compile(r"(?P<sign>-?)(?P<int>[0-9]{1,20})(?:\.(?P<frac>[0-9]{1,20}))?")
_FOREIGN = (
    "美元",
    "欧元",
    "日元",
    "港元",
    "港币",
    "英镑",
    "韩元",
    "USD",
    "EUR",
    "JPY",
    "HKD",
    "$",
    "€",
)
_VAGUE = ("约", "近", "余", "多", "左右", "以上", "以下", "不超过", "不低于", "至", "~")
_CHINESE_DIGITS = "一二三四五六七八九十百千零壹贰叁肆伍陆柒捌玖拾佰仟两"


class MoneyError(ValueError):
    """金额写法不合要求;`message` 为中文,含改法。"""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def parse_money(
    text: str | float | Decimal,
    default_unit: str | None = None,
    *,
    allow_negative: bool = False,
) -> int:
    """把一处金额读成整数元。

    `default_unit` 是没有写单位时所用的单位(表头或栏目已说明时给出);不给则没写单位一律拒绝。
    不足 1 元的零头、超过 1000 万亿元、负数(除非 `allow_negative`)以及一切不是数字的写法都抛 `MoneyError`。
    """
    shown = _shown(text)
    cleaned = _clean(text)
    if not cleaned:
        raise MoneyError("金额为空:请填写数字和单位,如 5000万元;确实不便透露请选「不便透露」")
    found = _PATTERN.fullmatch(cleaned)
    if found is None:
        raise MoneyError(_why_not(cleaned, shown))
    unit = found["unit"] or default_unit
    if unit is None:
        raise MoneyError(f"金额「{shown}」没有写单位:请写成 {shown}万元、{shown}亿元 或 {shown}元")
    if unit not in UNITS:
        raise ValueError(f"未知的默认单位:{unit}")
    return _to_yuan(found, UNITS[unit], shown, allow_negative)


def from_wan(text: str, *, allow_negative: bool = False) -> int:
    """接口专用:万元的十进制字符串(如 "1234.5678",不带单位和分隔符)→ 整数元。"""
    shown = _shown(text)
    found = _DECIMAL.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise MoneyError(f'金额「{shown}」不是十进制字符串:请以万元为单位写成如 "1234.5678"')
    return _to_yuan(found, WAN, shown, allow_negative)


def to_wan(yuan: int) -> str:
    """整数元 → 万元的精确十进制字符串,至多 4 位小数,不补零(12345678 → "1234.5678")。"""
    return _exact(yuan, 4)


def to_yi(yuan: int) -> str:
    """整数元 → 亿元的精确十进制字符串,至多 8 位小数,不补零。"""
    return _exact(yuan, 8)


def split_money(total: int, shares_bp: Sequence[int]) -> list[int]:
    """按份额(基点,合计须为 10000)把整数元分到各方,最大余额法,合计与总数分毫不差。

    余额相同者先列者得;负数(冲回)与正数的分法镜像,故一正一负恰好抵消。
    """
    if not shares_bp or sum(shares_bp) != FULL_SHARE_BP or min(shares_bp) < 0:
        raise ValueError("份额须为非负基点且合计 10000(100.00 %)")
    if total < 0:
        return [-part for part in split_money(-total, shares_bp)]
    parts = [total * share // FULL_SHARE_BP for share in shares_bp]
    left = total - sum(parts)
    by_remainder = sorted(
        range(len(shares_bp)), key=lambda i: (-(total * shares_bp[i] % FULL_SHARE_BP), i)
    )
    for index in by_remainder[:left]:
        parts[index] += 1
    return parts


def _shown(value: object) -> str:
    shown = str(value).strip()
    return shown if len(shown) <= 30 else shown[:30] + "…"


def _clean(value: str | float | Decimal) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        # 电子表格的数只有 15 位有效数字:0.1+0.2 存成 0.30000000000000004,看到的是 0.3
        value = f"{value:.15g}"
    elif isinstance(value, Decimal):
        value = f"{value:f}" if value.is_finite() else str(value)
    text = (
        unicodedata.normalize("NFKC", str(value)).replace("−", "-").replace("\u3000", " ").strip()
    )
    text = text.removeprefix("人民币").strip().removeprefix("¥").removeprefix("RMB").strip()
    return re.sub(r"(?<=[0-9]) +(?=[百千万亿元])", "", text)


def _to_yuan(found: re.Match[str], factor: int, shown: str, allow_negative: bool) -> int:
    digits = found["int"].replace(",", "")
    fraction = (found["frac"] or "").rstrip("0")
    scaled = int(digits + fraction) * factor
    divisor: int = 10 ** len(fraction)
    if scaled % divisor:
        raise MoneyError(f"金额「{shown}」折合后不足 1 元的零头无法记账:请改到元(1元=0.0001万元)")
    yuan = scaled // divisor
    if yuan > MAX_YUAN:
        raise MoneyError(f"金额「{shown}」超过 1000 万亿元,多半是单位写错:请核对是元、万元还是亿元")
    if found["sign"] and yuan:
        if not allow_negative:
            raise MoneyError(f"金额「{shown}」是负数:此处只能填零或正数,冲减请走冲回")
        return -yuan
    return yuan


def _why_not(cleaned: str, shown: str) -> str:
    lead = f"金额「{shown}」读不准:"
    if any(mark in cleaned for mark in _FOREIGN):
        return lead + "请先折合成人民币,再写成数字加单位,如 5000万元"
    if re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+.*", cleaned):
        return lead + "不接受科学计数法,请写出全部数字,如 100000元"
    if "," in cleaned and re.fullmatch(r"[-0-9,.]+[百千万亿元]*", cleaned):
        return lead + "千分位应三位一撇,如 1,234,567;小数点请用「.」"
    if any(ch in _CHINESE_DIGITS for ch in cleaned.rstrip("元万亿千百整")):
        return lead + "请用阿拉伯数字,如 5000万元"
    if any(mark in cleaned for mark in _VAGUE) or re.search(r"[0-9万亿元]-[0-9]", cleaned):
        return lead + "请填一个确定的数,不写「约」「以上」或区间;未定请选「待定」"
    return lead + "请写成数字加单位,如 5000万元、1.2亿元、35,000,000元"


def _exact(yuan: int, places: int) -> str:
    whole, rest = divmod(abs(yuan), 10**places)
    fraction = str(rest).zfill(places).rstrip("0")
    sign = "-" if yuan < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
