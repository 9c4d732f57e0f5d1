"""用 expat 流式走一遍部件里的 XML:拒收实体与炸弹,顺手记下读表要用的事实。

不用带树的解析器:一个 4.6 kB 的文件就能让它吃掉 1 GB。这里只有计数与稀疏的记录。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from juyuan.foundation.exchange.book import CellNote, column_index
from juyuan.foundation.exchange.numfmt import builtin_text, meaning
from juyuan.foundation.exchange.refusal import Caps, FileRefused

_STALL_BYTES = 2 * 1024 * 1024


def entity_refusal() -> FileRefused:
    return FileRefused(
        "entity",
        "文件里有文档类型或实体声明,这是实体炸弹的写法,正常的表格软件不会写出来。",
        "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传。",
    )


def damaged(detail: str = "") -> FileRefused:
    return FileRefused(
        "damaged",
        f"文件已损坏,读不出来{detail}。",
        "请用 WPS 或 Excel 打开核对,另存为新的 .xlsx 再上传。",
    )


def too_many_rows(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_many_rows",
        f"有数据的行超过 {caps.rows:,} 行的上限。",
        "请按单位或年份拆成几个文件分别导入。",
    )


def too_many_columns(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_many_columns",
        f"有数据的列超过 {caps.columns} 列的上限。",
        "请删去表格右侧无关的内容,另存后再上传。",
    )


def too_many_cells(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_many_cells",
        f"有数据的格子超过 {caps.cells:,} 个的上限。",
        "请按单位或年份拆成几个文件分别导入。",
    )


def too_much_markup() -> FileRefused:
    return FileRefused(
        "too_much_markup",
        "表里有大量只有格式、没有内容的行或格子,疑似行炸弹。",
        "请把有数据的区域复制到一张新表,另存为 .xlsx 再上传。",
    )


def too_much_text(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_much_text",
        f"表内文字总量超过 {caps.text_chars // 10_000:,} 万字的上限。",
        "请删去无关的长文字,或拆成几个文件分别导入。",
    )


@dataclass
class Budget:
    """整个文件共用的余额:元素、有值格子、文字。"""

    caps: Caps
    elements: int = 0
    cells: int = 0
    idle: int = 0
    text: int = 0

    def element(self) -> None:
        self.elements += 1
        if self.elements > self.caps.elements:
            raise too_much_markup()

    def empty(self) -> None:
        """一个只有格式、没有内容的格子或行。"""
        self.idle += 1
        if self.idle > self.caps.idle:
            raise too_much_markup()

    def cell(self, chars: int) -> None:
        self.cells += 1
        self.text += chars
        if self.cells > self.caps.cells:
            raise too_many_cells(self.caps)
        if self.text > self.caps.text_chars:
            raise too_much_text(self.caps)


@dataclass
class SheetFacts:
    """一张表里读值的库不告诉我们的事(行号从 1 起,列号从 0 起)。"""

    name: str = ""
    hidden: bool = False
    max_row: int = 0
    max_column: int = -1
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: dict[int, dict[int, CellNote]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def note(self, row: int, column: int) -> CellNote:
        return self.notes.setdefault(row, {}).setdefault(column, CellNote())

    def see(self, row: int, column: int, caps: Caps) -> None:
        """见到一个有值的格子,守住行列上限。"""
        if row > caps.rows:
            raise too_many_rows(caps)
        if column >= caps.columns:
            raise too_many_columns(caps)
        if row > self.max_row:
            self.max_row = row
        if column > self.max_column:
            self.max_column = column


class Walk:
    """一趟流式走读。子类实现 `start`、`end`、`text`。"""

    wants_text = False

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.depth = 0

    def start(self, name: str, attrs: dict[str, str]) -> None:
        raise AssertionError("子类实现")

    def end(self, name: str) -> None:
        raise AssertionError("子类实现")

    def text(self, data: str) -> None:
        raise AssertionError("子类实现")

    def _open(self, name: str, attrs: dict[str, str]) -> None:
        self.budget.element()
        self.depth += 1
        if self.depth > self.budget.caps.depth:
            raise damaged(",层次过深")
        self.start(name.rpartition(":")[2], attrs)

    def _close(self, name: str) -> None:
        self.depth -= 1
        self.end(name.rpartition(":")[2])

    def run(self, chunks: Iterable[bytes]) -> None:
        """喂完全部分块。遇声明即拒;一个记号长得离谱(旧版 expat 会反复重读)也拒。"""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = _refuse_declaration
        parser.EntityDeclHandler = _refuse_declaration
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        if self.wants_text:
            parser.CharacterDataHandler = self.text
        fed = 0
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - max(parser.CurrentByteIndex, 0) > _STALL_BYTES:
                    raise too_much_text(self.budget.caps)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise damaged(f"(第 {error.lineno} 行附近)") from error


def _refuse_declaration(*_: object) -> None:
    raise entity_refusal()


class Elements(Walk):
    """只要元素与属性的走读:把每个元素交给一个函数。"""

    def __init__(self, budget: Budget, visit: Callable[[str, dict[str, str]], None]) -> None:
        super().__init__(budget)
        self.visit = visit

    def start(self, name: str, attrs: dict[str, str]) -> None:
        self.visit(name, attrs)

    def end(self, name: str) -> None:
        return None

    def text(self, data: str) -> None:
        return None


class Styles(Walk):
    """样式表:单元格样式序号 → 数字格式文字。"""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.custom: dict[int, str] = {}
        self.formats: list[str] = []
        self._inside = False

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "numFmt":
            self.custom[_integer(attrs.get("numFmtId"))] = attrs.get("formatCode", "")
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            number = _integer(attrs.get("numFmtId"))
            self.formats.append(self.custom.get(number) or builtin_text(number))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False

    def text(self, data: str) -> None:
        return None


class SharedStrings(Walk):
    """共享字符串:只记每条的长度,用来算表里文字的总量(防一条长文字被引用几十万次)。"""

    wants_text = True

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.lengths: list[int] = []
        self._length = 0
        self._in_text = False
        self._phonetic = False
        self._total = 0

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "si":
            self._length = 0
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._in_text = not self._phonetic

    def end(self, name: str) -> None:
        if name == "si":
            self.lengths.append(self._length)
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._in_text = False

    def text(self, data: str) -> None:
        if self._in_text:
            self._length += len(data)
            self._total += len(data)
            if self._total > self.budget.caps.text_chars:
                raise too_much_text(self.budget.caps)


class SheetWalk(Walk):
    """一张工作表:行列上限、隐藏、合并、数字格式、公式有没有算过、数字的原文。"""

    wants_text = True

    def __init__(
        self, budget: Budget, facts: SheetFacts, formats: list[str], strings: list[int]
    ) -> None:
        super().__init__(budget)
        self.facts = facts
        self.formats = formats
        self.strings = strings
        self.row = 0
        self.column = -1
        self.kind = ""
        self.style = -1
        self.formula = False
        self.value: list[str] = []
        self.inline = 0
        self._collect = ""
        self._columns: dict[str, int] = {}
        self._row_text = ""
        # 每种样式只判读一次
        self._telling = [code if code and not meaning(code).plain else "" for code in formats]

    def _open(self, name: str, attrs: dict[str, str]) -> None:
        # 每格都走这里:常见的两种元素走快路,其余照旧
        if name == "v":
            self.budget.elements += 1
            self.depth += 1
            self._collect = "v"
        elif name == "c" and self.depth == 3:
            self.budget.element()
            self.depth += 1
            self._cell(attrs)
        else:
            super()._open(name, attrs)

    def _close(self, name: str) -> None:
        self.depth -= 1
        if name == "v":
            self._collect = ""
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
        self.style = _integer(style, -1) if style else -1
        self.formula = False
        self.value.clear()
        self.inline = 0

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "c":
            self._cell(attrs)
        elif name == "v":
            self._collect = "v"
        elif name == "f":
            self.formula = True
        elif name == "t":
            self._collect = "t"
        elif name == "row":
            self.row = _integer(attrs.get("r"), self.row + 1)
            self._row_text = attrs.get("r", "")
            self.column = -1
            self.budget.empty()
            if attrs.get("hidden") in ("1", "true"):
                self.facts.hidden_rows.add(self.row)
        elif name == "col":
            if attrs.get("hidden") in ("1", "true"):
                first, last = _integer(attrs.get("min"), 1), _integer(attrs.get("max"), 1)
                last = min(last, self.budget.caps.columns)
                self.facts.hidden_columns.update(range(first - 1, last))
        elif name == "mergeCell":
            self._merge(attrs.get("ref", ""))

    def text(self, data: str) -> None:
        if self._collect == "v":
            self.value.append(data)
        elif self._collect == "t":
            self.inline += len(data)

    def end(self, name: str) -> None:
        if name == "c":
            self._finish()
        elif name in ("v", "t"):
            self._collect = ""

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
        if self.kind == "s":
            index = _integer(raw, -1)
            chars = self.strings[index] if 0 <= index < len(self.strings) else 0
        elif self.kind == "inlineStr":
            chars = self.inline
        else:
            chars = len(raw)
        if not raw and not chars and not self.formula:
            self.budget.empty()
            return
        if self.row < 1:
            raise damaged("(行号不合规)")
        facts = self.facts
        facts.see(self.row, self.column, self.budget.caps)
        self.budget.cell(chars)
        if self.formula and not raw and self.kind != "str":
            facts.note(self.row, self.column).uncomputed = True
            return
        if self.kind == "e":
            facts.note(self.row, self.column).error = True
        elif self.kind == "n":
            code = self._telling[self.style] if 0 <= self.style < len(self._telling) else ""
            if code:
                facts.note(self.row, self.column).number_format = code
            if len(raw) >= 15 and "." not in raw:
                facts.note(self.row, self.column).raw_number = raw[:40]

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        try:
            top, left = _corner(first)
            bottom, right = _corner(last or first)
        except ValueError:
            raise damaged("(合并区域的写法不合规)") from None
        if len(self.facts.merged) > 20_000:
            raise too_much_markup()
        self.facts.merged.append((top, left, bottom, right))


def _corner(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError(reference)
    return int(digits), column_index(letters)


def _integer(text: str | None, default: int = 0) -> int:
    """XML 属性里的整数;写坏了用缺省值。"""
    if text and len(text) <= 10 and text.isascii() and text.lstrip("-").isdigit():
        return int(text)
    return default
