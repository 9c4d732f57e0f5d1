"""走读一个文件时记下的:余额,以及每张表的值与事实。"""

from __future__ import annotations

from dataclasses import dataclass, field

from juyuan.foundation.exchange.book import CellNote, Value
from juyuan.foundation.exchange.refusal import (
    Caps,
    too_many_cells,
    too_many_columns,
    too_many_rows,
    too_much_markup,
    too_much_text,
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
    """一张表里的值与附带事实(行号从 1 起,列号从 0 起)。"""

    name: str = ""
    hidden: bool = False
    max_row: int = 0
    max_column: int = -1
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: dict[int, dict[int, CellNote]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    values: dict[int, dict[int, Value]] = field(default_factory=dict)

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

    def put(self, row: int, column: int, value: Value) -> None:
        line = self.values.get(row)
        if line is None:
            line = self.values[row] = {}
        line[column] = value
