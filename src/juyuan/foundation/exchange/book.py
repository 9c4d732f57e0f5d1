"""读进来的工作簿:有类型的格子、行、表。纯数据,不依赖框架。

为省内存,行里只存原值;格子的附带事实(数字格式、未计算的公式、合并来源)稀疏存放,
`Row.cell(列)` 在要用的时候才拼成 `Cell`。
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

Value = None | str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta

EMPTY, TEXT, NUMBER, DATE, BOOL, ERROR, TIME = (
    "empty",
    "text",
    "number",
    "date",
    "bool",
    "error",
    "time",
)


def column_letter(index: int) -> str:
    """列号(从 0 起)→ 字母,如 0→A、27→AB。"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """字母 → 列号(从 0 起)。"""
    number = 0
    for ch in letters:
        number = number * 26 + (ord(ch) & 31)
    return number - 1


def address(row_number: int, column: int) -> str:
    """行号(从 1 起)与列号(从 0 起)→ 单元格地址,如 C7。"""
    return f"{column_letter(column)}{row_number}"


def kind_of(value: Value) -> str:
    """原值的种类。布尔先于整数判断。"""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, str):
        return TEXT
    if isinstance(value, (int, float)):
        return NUMBER
    if isinstance(value, dt.date):  # datetime 是 date 的子类
        return DATE
    return TIME


@dataclass(slots=True)
class Cell:
    """一个格子。`merged_from` 非空表示值来自合并区域左上角那一格。"""

    value: Value
    kind: str
    address: str
    number_format: str = ""
    uncomputed: bool = False
    merged_from: str = ""
    date1904: bool = False
    _text: str | None = None

    @property
    def text(self) -> str:
        """原样显示的文字(去首尾空白);整数值的浮点数不带小数点。只算一次。"""
        if self._text is None:
            self._text = shown(self.value)
        return self._text

    @property
    def blank(self) -> bool:
        if self.kind == EMPTY:
            return not self.uncomputed
        return self.kind == TEXT and not str(self.value).strip()


def shown(value: Value) -> str:
    """值的文字形式,用于显示与比对。"""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


@dataclass(slots=True)
class CellNote:
    """格子的附带事实(只有值得记的才有)。"""

    number_format: str = ""
    uncomputed: bool = False
    error: bool = False
    raw_number: str = ""


@dataclass(slots=True)
class Row:
    """一行。`number` 是在原表里的行号(从 1 起)。"""

    number: int
    values: list[Value]
    hidden: bool = False
    notes: dict[int, CellNote] = field(default_factory=dict)
    merged: dict[int, tuple[str, bool]] = field(default_factory=dict)
    date1904: bool = False

    def cell(self, column: int) -> Cell:
        """取一格;越界即空格。"""
        value = self.values[column] if 0 <= column < len(self.values) else None
        note = self.notes.get(column)
        kind = kind_of(value)
        if note is not None and note.error:
            kind = ERROR
        merged = self.merged.get(column)
        return Cell(
            value=value,
            kind=kind,
            address=address(self.number, column),
            number_format=note.number_format if note else "",
            uncomputed=bool(note and note.uncomputed),
            merged_from=merged[0] if merged else "",
            date1904=self.date1904,
        )

    def text(self, column: int) -> str:
        return shown(self.values[column]) if 0 <= column < len(self.values) else ""

    @property
    def blank(self) -> bool:
        """没有任何自己的内容(合并带下来的不算)。"""
        if any(n.uncomputed or n.error for n in self.notes.values()):
            return False
        return all(
            i in self.merged or v is None or (isinstance(v, str) and not v.strip())
            for i, v in enumerate(self.values)
        )

    def as_list(self) -> list[Any]:
        return list(self.values)


@dataclass(slots=True)
class Sheet:
    """一张工作表。`merged` 是合并区域(上、左、下、右;行从 1 起,列从 0 起)。"""

    name: str
    rows: list[Row]
    hidden: bool = False
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def width(self) -> int:
        return max((len(r.values) for r in self.rows), default=0)


@dataclass(slots=True)
class Book:
    """一个文件读成的工作簿。`origin` 为 xlsx、xls 或 csv。"""

    name: str
    origin: str
    sheets: list[Sheet]
    date1904: bool = False
    encoding: str = ""

    @property
    def visible(self) -> list[Sheet]:
        return [s for s in self.sheets if not s.hidden]
