"""现成的格子解析器。各室声明列时选用,也可自写同样形状的函数。

共同的规矩:空格给 None;公式没算过、错误值一律退回;看不准的不猜。
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from juyuan.foundation.exchange.book import BOOL, DATE, ERROR, NUMBER, TEXT, TIME, Cell
from juyuan.foundation.exchange.columns import (
    CellProblem,
    ColumnContext,
    Doubt,
    Noted,
    Parser,
    Reading,
)
from juyuan.foundation.exchange.numfmt import UNIT_YUAN, meaning
from juyuan.kernel.money import MoneyError, parse_money, to_wan
from juyuan.kernel.period import DateError, PartialDate, parse_date, parse_partial
from juyuan.kernel.text import normalise
from juyuan.kernel.uscc import UsccError, parse_uscc

_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200b\u3000\ufeff]+")
_CONTROL = re.compile(r"_x000[0-9A-Da-d]_|[\x00-\x08\x0b-\x1f\x7f]")
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,8}))?%?")
_BARE_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_UNSAID = ("不便透露", "保密", "待定", "未定", "暂定")


def require_readable(cell: Cell) -> None:
    """公式没有算过的、算出错误值的,都不读。"""
    if cell.uncomputed:
        raise CellProblem(
            "这一格是公式,但文件里没有算好的结果。",
            "请用 WPS 或 Excel 打开、保存一次,或改成数值后再导入。",
            "formula",
        )
    if cell.kind == ERROR:
        raise CellProblem(
            "这一格是公式算出的错误值(如 #REF!、#DIV/0!)。", "请改成正确的内容。", "formula_error"
        )


def clean(value: str) -> str:
    """去控制符与多余空白(含全角空格),首尾不留空;格内换行保留为一个。"""
    if value.isprintable() and "  " not in value and "_x" not in value:
        return value.strip()  # 绝大多数格子:没有控制符、没有别样的空格
    value = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (_SPACES.sub(" ", line).strip() for line in value.split("\n"))
    return "\n".join(line for line in lines if line)


def text(*, max_length: int = 200, multiline: bool = False) -> Parser:
    """文字。数字照原样写成文字;超长退回。"""

    def parse(cell: Cell, context: ColumnContext) -> Any:
        require_readable(cell)
        if cell.blank:
            return None
        value = clean(cell.text)
        if not multiline:
            value = value.replace("\n", "")
        if len(value) > max_length:
            raise CellProblem(
                f"{context.label}有 {len(value)} 字,超过 {max_length} 字的上限。",
                "请精简后再导入。",
                "length",
            )
        return value or None

    return parse


def money(*, explicit: Mapping[str, str] | None = None) -> Parser:
    """金额 → 整数元。

    单位依次看:格子里写的 → 数字格式里的 → 表头的。数字格式与表头打架即存疑;都没有即退回。
    `explicit` 给出「不便透露/待定」一类明说的词 → 值(字符串),原样返回。
    """

    def parse(cell: Cell, context: ColumnContext) -> Any:
        require_readable(cell)
        if cell.blank:
            return None
        if cell.kind == TEXT:
            return _money_from_text(cell, context, explicit or {})
        if cell.kind != NUMBER:
            raise CellProblem(
                f"{context.label}应是金额,这一格是{_kind_name(cell)}。", "请填数字。", "money"
            )
        return _money_from_number(cell, context)

    return parse


def _money_from_text(cell: Cell, context: ColumnContext, explicit: Mapping[str, str]) -> Any:
    value = clean(cell.text).replace("\n", "")
    if value in ("-", "—", "——", "/", "\\", "无"):
        return None
    for word, answer in explicit.items():
        if normalise(value) == normalise(word):
            return answer
    if value in _UNSAID:
        raise CellProblem(
            f"{context.label}写的是“{value}”,这一列没有对应的选项。",
            "请填数字,没有就留空。",
            "money",
        )
    try:
        yuan = parse_money(value, context.unit or None)
    except MoneyError as error:
        unstated = not context.unit and _BARE_NUMBER.fullmatch(unicodedata.normalize("NFKC", value))
        raise CellProblem(
            error.message, _unit_mend(context), "unit" if unstated else "money"
        ) from error
    own = _own_unit(value)
    if own and context.unit and own != context.unit:
        return Noted(yuan, f"{context.label}表头是{context.unit},格内写明{own},按格内的读。")
    return yuan


def _money_from_number(cell: Cell, context: ColumnContext) -> Any:
    shape = meaning(cell.number_format)
    if shape.date or shape.percent:
        raise CellProblem(
            f"{context.label}的数字格式是{'日期' if shape.date else '百分数'},不是金额。",
            "请把单元格格式改为常规后核对数值。",
            "money",
        )
    shown = _shifted(cell.value, shape.shift)
    unit = shape.unit or context.unit
    if not unit:
        raise CellProblem(
            f"“{context.label}”一列没有写明单位,不知是元、万元还是亿元。",
            _unit_mend(context),
            "unit",
        )
    amount = _amount(shown, unit)
    if shape.unit and context.unit and shape.unit != context.unit:
        other = _amount(shown, context.unit)
        return Doubt(
            reason=(
                f"{context.label}:表头写{context.unit},这一格的数字格式写{shape.unit},"
                f"相差 {_times(amount, other)} 倍。"
            ),
            mend="请在预览里选一种读法,或把格式改一致后重新导入。",
            readings=(
                Reading("format", f"按格式:{to_wan(amount)} 万元", amount),
                Reading("header", f"按表头:{to_wan(other)} 万元", other),
            ),
        )
    return amount


def _amount(shown: Decimal, unit: str) -> int:
    try:
        return parse_money(shown, unit)
    except MoneyError as error:
        raise CellProblem(error.message, "请核对数值与单位。", "money") from error


def _shifted(value: Any, shift: int) -> Decimal:
    # 电子表格只存 15 位有效数字,再多的是二进制的尾巴
    number = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    return number.scaleb(-shift) if shift else number


def _times(one: int, other: int) -> str:
    small, large = sorted((abs(one), abs(other)))
    return f"{large // small:,}" if small else "无穷"


def _own_unit(value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).rstrip("整")
    for name in ("千万元", "百万元", "亿元", "万元", "千元"):
        if folded.endswith((name, name[:-1])):
            return name
    return "元" if folded.endswith("元") else ""


def _unit_mend(context: ColumnContext) -> str:
    if context.unit:
        return f"本列单位是{context.unit},请填数字。"
    return f"请在表头写明单位,如“{context.label}(万元)”,或在“对应列”一步里选单位。"


def day(*, partial: bool = True) -> Parser:
    """日期。`partial` 时写到哪级认到哪级(返回 `PartialDate`),否则必须到日(返回 date)。"""

    def parse(cell: Cell, context: ColumnContext) -> Any:
        require_readable(cell)
        if cell.blank:
            return None
        value = cell.value
        if cell.kind == TEXT:
            value = clean(str(value)).replace("\n", "")
            if value in ("-", "—", "——", "/", "\\", "无"):
                return None
        elif cell.kind in (BOOL, TIME):
            raise CellProblem(
                f"{context.label}应是日期,这一格是{_kind_name(cell)}。",
                "请写成 2024-03-05。",
                "date",
            )
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        try:
            if partial:
                return parse_partial(value, epoch1904=cell.date1904)
            return parse_date(value, epoch1904=cell.date1904)
        except DateError as error:
            raise CellProblem(error.message, "", "date") from error

    return parse


def choice(options: Mapping[str, str], *, extra: Mapping[str, str] | None = None) -> Parser:
    """选项。`options` 是 值 → 中文名;`extra` 是台账里的俗称 → 值。"""
    table = {normalise(label): value for value, label in options.items()}
    table.update({normalise(value): value for value in options})
    table.update({normalise(word): value for word, value in (extra or {}).items()})
    listed = "、".join(list(dict.fromkeys(options.values()))[:12])

    def parse(cell: Cell, context: ColumnContext) -> Any:
        require_readable(cell)
        if cell.blank:
            return None
        word = clean(cell.text)
        found = table.get(normalise(word))
        if found is None:
            raise CellProblem(
                f"{context.label}“{word[:30]}”不在选项里。", f"可填:{listed}。", "choice"
            )
        return found

    return parse


def integer(*, minimum: int | None = 0, maximum: int | None = None) -> Parser:
    """整数(可带千分位、全角)。"""

    def parse(cell: Cell, context: ColumnContext) -> Any:
        require_readable(cell)
        if cell.blank:
            return None
        raw = unicodedata.normalize("NFKC", cell.text).replace(",", "").strip()
        if cell.kind not in (NUMBER, TEXT) or not _INTEGER.fullmatch(raw) or not raw.isascii():
            raise CellProblem(
                f"{context.label}应是整数,这一格是“{cell.text[:30]}”。", "请填整数。", "integer"
            )
        number = int(raw)
        if minimum is not None and number < minimum:
            raise CellProblem(f"{context.label}不能小于 {minimum}。", "请核对。", "integer")
        if maximum is not None and number > maximum:
            raise CellProblem(f"{context.label}不能大于 {maximum}。", "请核对。", "integer")
        return number

    return parse


def share() -> Parser:
    """百分比 → 基点(100.00 % = 10000)。35、35%、带百分号格式的 0.35 都认,小数至多两位。"""

    def parse(cell: Cell, context: ColumnContext) -> Any:
        require_readable(cell)
        if cell.blank:
            return None
        if cell.kind == NUMBER:
            number = _shifted(cell.value, 0)
            percent = number * 100 if meaning(cell.number_format).percent else number
        else:
            raw = unicodedata.normalize("NFKC", clean(cell.text)).replace(" ", "")
            if cell.kind != TEXT or not _PERCENT.fullmatch(raw):
                raise CellProblem(
                    f"{context.label}应是百分比,这一格是“{cell.text[:30]}”。",
                    "请写成 35% 或 35。",
                    "share",
                )
            percent = Decimal(raw.rstrip("%"))
        points = percent * 100
        if not 0 <= points <= 10_000:
            raise CellProblem(f"{context.label}应在 0–100% 之间。", "请核对。", "share")
        if points != points.to_integral_value():
            raise CellProblem(f"{context.label}至多两位小数。", "请四舍五入到 0.01%。", "share")
        return int(points)

    return parse


def yes_no() -> Parser:
    """是/否。"""
    return choice(
        {"yes": "是", "no": "否"},
        extra={
            "√": "yes",
            "✓": "yes",
            "有": "yes",
            "y": "yes",
            "×": "no",
            "x": "no",
            "无": "no",
            "n": "no",
        },
    )


def code(check: Callable[[str], str] | None = None, *, max_length: int = 64) -> Parser:
    """代码、文号、电话一类:按文字收。长数字存成数的(末几位已丢)退回。

    `check` 可再核一遍并返回规范写法,不合规抛 `ValueError`(中文)。
    """

    def parse(cell: Cell, context: ColumnContext) -> Any:
        require_readable(cell)
        if cell.blank:
            return None
        if cell.kind == NUMBER and (
            abs(float(cell.value)) >= 1e15  # type: ignore[arg-type]
            or not float(cell.value).is_integer()  # type: ignore[arg-type]
        ):
            raise CellProblem(
                f"{context.label}在表里存成了数字,末几位已经变成 0 或丢失。",
                "请把该列设为文本格式后照原件重填。",
                "long_number",
            )
        if cell.kind not in (NUMBER, TEXT):
            raise CellProblem(
                f"{context.label}应是代码,这一格是{_kind_name(cell)}。", "请按文本填写。", "code"
            )
        value = unicodedata.normalize("NFKC", clean(cell.text)).replace("\n", "").strip()
        if len(value) > max_length:
            raise CellProblem(f"{context.label}超过 {max_length} 位。", "请核对。", "length")
        if check is None:
            return value or None
        try:
            return check(value)
        except ValueError as error:
            raise CellProblem(str(error), "", "code") from error

    return parse


def credit_code() -> Parser:
    """统一社会信用代码。"""

    inner = code()

    def parse(cell: Cell, context: ColumnContext) -> Any:
        value = inner(cell, context)
        if value is None:
            return None
        try:
            return parse_uscc(value).code
        except UsccError as error:
            raise CellProblem(error.message, "", "uscc") from error

    return parse


def shown_value(value: Any) -> str:
    """解析后的值怎样显示给人核对。"""
    if value is None:
        return ""
    if isinstance(value, (PartialDate, dt.date)):
        return str(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _kind_name(cell: Cell) -> str:
    return {
        DATE: "日期",
        NUMBER: "数字",
        TEXT: "文字",
        BOOL: "是/否",
        TIME: "时间",
    }.get(cell.kind, "别的内容")


KNOWN_UNITS = tuple(UNIT_YUAN)
