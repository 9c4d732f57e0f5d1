"""xlsx 的样式表、共享字符串、工作表:一趟走读,同时守上限、取值、记事实。

值自己读,不经别的解析器:查过的与读到的必是同一份;一份写坏的表也只会被拒收,不会拖垮进程(见 ADR)。
"""

from __future__ import annotations

import datetime as dt
import re

from juyuan.foundation.exchange.book import Value, column_index
from juyuan.foundation.exchange.facts import Budget, SheetFacts
from juyuan.foundation.exchange.numfmt import builtin_text, meaning
from juyuan.foundation.exchange.refusal import damaged, too_much_markup, too_much_text
from juyuan.foundation.exchange.serials import serial_to_date
from juyuan.foundation.exchange.xmlscan import Walk, integer

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
MERGES = 20_000


def unescape(text: str) -> str:
    """ST_Xstring:`_x000D_` 一类的转义。NUL 与半个代理对数据库不收,去掉。"""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return "" if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


class Styles(Walk):
    """样式表:单元格样式序号 → 数字格式文字。"""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.custom: dict[int, str] = {}
        self.formats: list[str] = []
        self._inside = False

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "numFmt":
            self.custom[integer(attrs.get("numFmtId"))] = attrs.get("formatCode", "")
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            number = integer(attrs.get("numFmtId"))
            self.formats.append(self.custom.get(number) or builtin_text(number))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False

    def text(self, data: str) -> None:
        return None


class SharedStrings(Walk):
    """共享字符串(富文本各段相连,注音不要)。"""

    wants_text = True

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._in_text = False
        self._phonetic = False
        self._total = 0

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "si":
            self._parts.clear()
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._in_text = not self._phonetic

    def end(self, name: str) -> None:
        if name == "si":
            self.strings.append(unescape("".join(self._parts)))
            self._parts.clear()
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._in_text = False

    def text(self, data: str) -> None:
        if self._in_text:
            self._parts.append(data)
            self._total += len(data)
            if self._total > self.budget.caps.text_chars:
                raise too_much_text(self.budget.caps)


class SheetWalk(Walk):
    """一张工作表:值、行列上限、隐藏、合并、数字格式、公式有没有算过。"""

    wants_text = True

    def __init__(
        self,
        budget: Budget,
        facts: SheetFacts,
        formats: list[str],
        strings: list[str],
        date1904: bool = False,
    ) -> None:
        super().__init__(budget)
        self.facts = facts
        self.strings = strings
        self.date1904 = date1904
        self.row = 0
        self.column = -1
        self.kind = ""
        self.style = -1
        self.formula = False
        self.value: list[str] = []
        self.inline: list[str] = []
        self._taken = 0
        self._collect: list[str] | None = None
        self._phonetic = False
        self._columns: dict[str, int] = {}
        self._row_text = ""
        # 每种样式只判读一次:有话要说的格式文字,以及是不是日期
        self._telling = [code if code and not meaning(code).plain else "" for code in formats]
        self._dates = [bool(code) and meaning(code).date for code in self._telling]

    def _open(self, name: str, attrs: dict[str, str]) -> None:
        # 每格都走这里:常见的两种元素走快路,其余照旧
        if name == "v":
            self.budget.elements += 1
            self.depth += 1
            self._collect = self.value
        elif name == "c" and self.depth == 3:
            self.budget.element()
            self.depth += 1
            self._cell(attrs)
        else:
            super()._open(name, attrs)

    def _close(self, name: str) -> None:
        self.depth -= 1
        if name == "v":
            self._collect = None
        elif name == "c":
            self._finish()
        else:
            self.end(name.rpartition(":")[2])

    def _cell(self, attrs: dict[str, str]) -> None:
        reference = attrs.get("r")
        if reference:
            letters = reference.rstrip("0123456789")
            column = self._columns.get(letters)
            if column is not None and reference[len(letters) :] == self._row_text:
                self.column = column
            else:
                self._place(reference)
                self._columns[letters] = self.column
        else:
            self.column += 1
        self.kind = attrs.get("t", "n")
        style = attrs.get("s")
        self.style = integer(style, -1) if style else -1
        self.formula = False
        self.value.clear()
        self.inline.clear()
        self._taken = 0

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "c":
            self._cell(attrs)
        elif name == "v":
            self._collect = self.value
        elif name == "f":
            self.formula = True
        elif name == "t":
            self._collect = None if self._phonetic else self.inline
        elif name == "rPh":
            self._phonetic = True
        elif name == "row":
            self.row = integer(attrs.get("r"), self.row + 1)
            self._row_text = attrs.get("r", "")
            self.column = -1
            self.budget.empty()
            if attrs.get("hidden") in ("1", "true"):
                self.facts.hidden_rows.add(self.row)
        elif name == "col":
            if attrs.get("hidden") in ("1", "true"):
                first, last = integer(attrs.get("min"), 1), integer(attrs.get("max"), 1)
                last = min(last, self.budget.caps.columns)
                self.facts.hidden_columns.update(range(max(0, first - 1), last))
        elif name == "mergeCell":
            self._merge(attrs.get("ref", ""))

    def text(self, data: str) -> None:
        if self._collect is not None:
            self._collect.append(data)
            self._taken += len(data)
            if self._taken > self.budget.caps.text_chars:
                raise too_much_text(self.budget.caps)

    def end(self, name: str) -> None:
        if name == "c":
            self._finish()
        elif name in ("v", "t"):
            self._collect = None
        elif name == "rPh":
            self._phonetic = False

    def _place(self, reference: str) -> None:
        letters = reference.rstrip("0123456789")
        if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
            raise damaged(f"(单元格地址“{reference[:12]}”不合规)")
        self.column = column_index(letters)
        digits = reference[len(letters) :]
        if digits:
            self.row = int(digits) if len(digits) <= 8 else self.budget.caps.rows + 1

    def _finish(self) -> None:
        raw = self.value[0] if len(self.value) == 1 else "".join(self.value)
        kind = self.kind
        if not raw and not self.inline and not self.formula:
            self.budget.empty()
            return
        if self.row < 1:
            raise damaged("(行号不合规)")
        facts, row, column = self.facts, self.row, self.column
        facts.see(row, column, self.budget.caps)
        if self.formula and not raw and kind != "str":
            self.budget.cell(0)
            facts.note(row, column).uncomputed = True
            return
        if kind == "n":
            self.budget.cell(0)
            value = self._number(raw)
        else:
            value = self._typed(kind, raw)
            self.budget.cell(len(value) if isinstance(value, str) else 0)
        if value is not None and value != "":
            facts.put(row, column, value)

    def _number(self, raw: str) -> Value:
        if not _NUMBER.fullmatch(raw):
            raise damaged(f"(单元格里的数“{raw[:20]}”不合规)")
        number = float(raw)
        if number in (float("inf"), float("-inf")):
            raise damaged(f"(单元格里的数“{raw[:20]}”过大)")
        code = self._telling[self.style] if 0 <= self.style < len(self._telling) else ""
        if code:
            self.facts.note(self.row, self.column).number_format = code
            if self._dates[self.style]:
                return serial_to_date(number, self.date1904) or number
        return number

    def _typed(self, kind: str, raw: str) -> Value:
        if kind == "s":
            index = integer(raw, -1)
            if not 0 <= index < len(self.strings):
                raise damaged("(共享字符串的序号越界)")
            return self.strings[index]
        if kind == "inlineStr":
            return unescape("".join(self.inline))
        if kind == "str":
            return unescape(raw)
        if kind == "b":
            return raw.strip() in ("1", "true")
        if kind == "e":
            self.facts.note(self.row, self.column).error = True
            return None
        if kind == "d":
            return _iso(raw)
        raise damaged(f"(单元格类型“{kind[:12]}”不认识)")

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        try:
            top, left = _corner(first)
            bottom, right = _corner(last or first)
        except ValueError:
            raise damaged("(合并区域的写法不合规)") from None
        if len(self.facts.merged) > MERGES:
            raise too_much_markup()
        self.facts.merged.append((top, left, bottom, right))


def _iso(raw: str) -> Value:
    try:
        moment = dt.datetime.fromisoformat(raw.strip().removesuffix("Z"))
    except ValueError:
        raise damaged(f"(日期“{raw[:24]}”不合规)") from None
    moment = moment.replace(tzinfo=None)
    return moment.date() if moment.time() == dt.time() else moment


def _corner(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3 and len(digits) <= 8):
        raise ValueError(reference)
    return int(digits), column_index(letters)
