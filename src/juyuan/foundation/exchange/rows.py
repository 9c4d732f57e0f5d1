"""数据行 → `ParsedRow`:逐格解析、定读法、算指纹。纯函数。"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from juyuan.foundation.exchange.book import Book, Cell, Row, Sheet
from juyuan.foundation.exchange.columns import (
    DOUBTFUL,
    NOTE,
    REFUSE,
    REFUSED,
    TOP_ONLY,
    CellProblem,
    Column,
    ColumnContext,
    Doubt,
    Noted,
    ParsedRow,
    RowFinding,
)
from juyuan.foundation.exchange.layout import (
    Choice,
    Layout,
    MappedColumn,
    data_rows,
    read_layouts,
)

Progress = Callable[[int, int], None]
SETTLED_READING = "reading:"


@dataclass
class Parsed:
    """整个文件解析的结果。`problems` 非空时整个文件不能判定。"""

    rows: list[ParsedRow]
    tables: list[tuple[Sheet, Layout]]
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def parse_book(
    book: Book,
    columns: Sequence[Column],
    memory: Mapping[str, str] | None = None,
    choices: Mapping[str, Mapping[int, Choice]] | None = None,
    readings: Mapping[str, Mapping[str, str]] | None = None,
    progress: Progress | None = None,
    remembered_units: Mapping[str, str] | None = None,
) -> Parsed:
    """对列并解析全部数据行。

    `readings` 是人对存疑格子选定的读法:行键 → {字段: 读法};`memory`、`remembered_units` 是本单位记住的
    表头 → 列、表头 → 金额单位。
    """
    reading = read_layouts(book, columns, memory, choices, remembered_units)
    parsed = Parsed([], reading.tables, reading.notes, reading.problems)
    if parsed.problems:
        return parsed
    by_field = {c.field: c for c in columns}
    total = sum(len(sheet.rows) for sheet, _ in reading.tables)
    for sheet, layout in reading.tables:
        pairs = [(by_field[m.field], m) for m in layout.columns if m.field]
        for row in data_rows(sheet, layout):
            line = _parse_row(sheet, row, pairs, readings or {})
            parsed.rows.append(line)
            if progress is not None and len(parsed.rows) % 500 == 0:
                progress(len(parsed.rows), total)
    return parsed


def _parse_row(
    sheet: Sheet,
    row: Row,
    pairs: Sequence[tuple[Column, MappedColumn]],
    readings: Mapping[str, Mapping[str, str]],
) -> ParsedRow:
    line = ParsedRow(sheet=sheet.name, number=row.number, hidden=row.hidden)
    chosen = readings.get(line.key, {})
    digest = hashlib.sha256()
    for column, mapped in pairs:
        cell = row.cell(mapped.index)
        line.cells[column.field] = cell.address
        line.shown[column.field] = cell.text[:500]
        digest.update(f"{column.field}={cell.text}\x1f".encode())
        _parse_cell(line, column, mapped, cell, chosen.get(column.field, ""))
    line.fingerprint = digest.hexdigest()
    if row.hidden:
        line.findings.append(
            RowFinding(
                NOTE,
                "这一行在原表里是隐藏的,照样读取了。",
                "不要导入的请在原表删去。",
                rule="hidden",
            )
        )
    return line


def _parse_cell(
    line: ParsedRow, column: Column, mapped: MappedColumn, cell: Cell, chosen: str
) -> None:
    if cell.merged_from and not cell.blank:
        if column.merged == TOP_ONLY:
            line.values[column.field] = None
            line.shown[column.field] = ""
            return
        if column.merged == REFUSE:
            line.findings.append(
                RowFinding(
                    REFUSED,
                    f"{column.label}与别的行合并成一格({cell.merged_from}),不知各占多少。",
                    "请取消合并,每行各填各的数。",
                    cell.address,
                    column.field,
                    "merged",
                )
            )
            line.values[column.field] = None
            return
    context = ColumnContext(column.label, mapped.header, mapped.unit)
    try:
        value = column.parse(cell, context)
    except CellProblem as problem:
        line.findings.append(
            RowFinding(
                REFUSED,
                problem.reason,
                problem.mend,
                cell.address,
                column.field,
                problem.rule,
                column.clause,
            )
        )
        line.values[column.field] = None
        return
    if isinstance(value, Doubt):
        value = _settle(line, column, cell, value, chosen)
    elif isinstance(value, Noted):
        line.findings.append(RowFinding(NOTE, value.note, "", cell.address, column.field, "noted"))
        value = value.value
    if value is None and column.required:
        line.findings.append(
            RowFinding(
                REFUSED,
                f"缺{column.label}。",
                "请补填,或删去这一行。",
                cell.address,
                column.field,
                "required",
                column.clause,
            )
        )
    line.values[column.field] = value


def _settle(line: ParsedRow, column: Column, cell: Cell, doubt: Doubt, chosen: str) -> object:
    for reading in doubt.readings:
        if reading.key == chosen:
            line.findings.append(
                RowFinding(
                    NOTE,
                    f"{column.label}已由人选定:{reading.label}。",
                    "",
                    cell.address,
                    column.field,
                    "reading",
                )
            )
            return reading.value
    line.doubts[column.field] = doubt
    line.findings.append(
        RowFinding(DOUBTFUL, doubt.reason, doubt.mend, cell.address, column.field, "reading")
    )
    return None


def samples_of(book: Book, report: Mapping[str, Any]) -> dict[str, dict[int, str]]:
    """每列头一个有字的数据格,给人对列时看(表 → 列号 → 文字)。"""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    samples: dict[str, dict[int, str]] = {}
    for table in report.get("tables", []):
        sheet = sheets.get(table["sheet"])
        if sheet is None or not table["header_rows"]:
            continue
        found: dict[int, str] = {}
        for row in sheet.rows[max(table["header_rows"]) : max(table["header_rows"]) + 50]:
            for column in table["columns"]:
                text = row.text(column["index"])
                if text and column["index"] not in found:
                    found[column["index"]] = text[:40]
        samples[table["sheet"]] = found
    return samples
