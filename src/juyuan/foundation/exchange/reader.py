"""把一个过了预扫描的文件读成 `Book`。值与附带事实都由预扫描那一趟取得。"""

from __future__ import annotations

from juyuan.foundation.exchange.book import Book, CellNote, Row, Sheet, Value
from juyuan.foundation.exchange.csvtext import read_rows
from juyuan.foundation.exchange.facts import SheetFacts
from juyuan.foundation.exchange.refusal import CAPS, Caps, FileRefused, too_much_markup
from juyuan.foundation.exchange.scan import Scan, scan


def read_book(data: bytes, name: str, caps: Caps = CAPS) -> Book:
    """预扫描并读入。不收的文件抛 `FileRefused`。"""
    found = scan(data, name, caps)
    if found.kind == "csv":
        return _read_csv(data, name, caps)
    return _read_workbook(name, found, caps)


def _read_csv(data: bytes, name: str, caps: Caps) -> Book:
    texts, encoding = read_rows(data, caps)
    rows = [
        Row(number=i, values=[v if v else None for v in values])
        for i, values in enumerate(texts, start=1)
    ]
    if not any(not row.blank for row in rows):
        raise nothing_inside()
    leaf = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return Book(name=name, origin="csv", sheets=[Sheet(leaf, rows)], encoding=encoding)


def nothing_inside() -> FileRefused:
    return FileRefused(
        "no_data", "文件里没有任何数据。", "请核对是否选错了文件,或数据是否在隐藏的工作表里。"
    )


def _read_workbook(name: str, found: Scan, caps: Caps) -> Book:
    sheets = [_sheet(facts, found.date1904, caps) for facts in found.sheets]
    if not any(sheet.rows for sheet in sheets):
        raise nothing_inside()
    return Book(name=name, origin=found.kind, sheets=sheets, date1904=found.date1904)


def _sheet(facts: SheetFacts, date1904: bool, caps: Caps) -> Sheet:
    width = facts.max_column + 1
    no_values: dict[int, Value] = {}
    no_notes: dict[int, CellNote] = {}
    rows: list[Row] = []
    for number in range(1, facts.max_row + 1):
        values: list[Value] = [None] * width
        for column, value in facts.values.get(number, no_values).items():
            values[column] = value
        rows.append(
            Row(
                number=number,
                values=values,
                hidden=number in facts.hidden_rows,
                notes=facts.notes.get(number, no_notes),
                date1904=date1904,
            )
        )
    _spread_merged(rows, facts, caps)
    return Sheet(
        name=facts.name,
        rows=rows,
        hidden=facts.hidden,
        hidden_columns=tuple(sorted(facts.hidden_columns)),
        merged=tuple(facts.merged),
    )


def _spread_merged(rows: list[Row], facts: SheetFacts, caps: Caps) -> None:
    """合并区域:把左上角的值带给区域内每一格,并注明来源。"""
    filled = 0
    height = len(rows)
    for top, left, bottom, right in facts.merged:
        if not 1 <= top <= height:
            continue
        origin = rows[top - 1]
        if left >= len(origin.values):
            continue
        value = origin.values[left]
        if value is None:
            continue
        anchor = origin.cell(left).address
        note = origin.notes.get(left)
        wide = right > left
        for number in range(top, min(bottom, height) + 1):
            row = rows[number - 1]
            for column in range(left, min(right + 1, len(row.values))):
                if number == top and column == left:
                    continue
                filled += 1
                if filled > caps.grid:
                    raise too_much_markup()
                row.values[column] = value
                row.merged[column] = (anchor, wide)
                if note is not None:
                    if not row.notes:
                        row.notes = {}
                    row.notes[column] = note
