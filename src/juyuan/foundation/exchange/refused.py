"""退回行写回同一张表:标题、表头、列的次序、单位都照原样,右边加「原行号、退回原因、怎么改」。

改好后原样再导入,结果与一张干净的表相同:原因几列认不出即不读,数字格式(连同其中的单位)照带。
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.book import Row, Sheet, shown
from juyuan.foundation.exchange.columns import FILL
from juyuan.foundation.exchange.exporters import temp_folder
from juyuan.foundation.exchange.kinds import DOUBTFUL, REFUSED, ImportKind
from juyuan.foundation.exchange.layout import Layout, read_layouts
from juyuan.foundation.exchange.models import ImportBatch, ImportRow
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.textout import cell_text, csv_text

EXTRA = ("原行号", "退回原因", "怎么改")
DATE_FORMAT = "yyyy-mm-dd"


def refused_workbook(batch: ImportBatch) -> tuple[str, bytes]:
    """(文件名, 内容):退回的与还没有选择的存疑行。来的是 csv 就还给 csv。"""
    kind = queries.kind_named(batch.kind)
    book = read_book(queries.content_of(batch), batch.file_name)
    basis = queries.mapping_of(batch)
    reading = read_layouts(book, kind.columns, basis.memory, basis.choices, basis.units)
    rows = {
        (row.sheet, row.number): row
        for row in batch.rows.filter(verdict__in=[REFUSED, DOUBTFUL], done=False)
    }
    for sheet, layout in reading.tables:
        _unspread(sheet, layout, kind)
    tables = [(sheet, layout, _rows(sheet, layout, rows)) for sheet, layout in reading.tables]
    stem = batch.file_name.rsplit(".", 1)[0]
    if book.origin == "csv":
        return f"{stem}_退回.csv", _csv(tables)
    return f"{stem}_退回.xlsx", _xlsx(tables)


Table = tuple[Sheet, Layout, list[tuple[Row, ImportRow]]]


def _rows(
    sheet: Sheet, layout: Layout, rows: dict[tuple[str, int], ImportRow]
) -> list[tuple[Row, ImportRow]]:
    by_number = {row.number: row for row in sheet.rows}
    return [
        (by_number[number], found)
        for (name, number), found in sorted(rows.items(), key=lambda item: item[0][1])
        if name == layout.sheet and number in by_number
    ]


def _unspread(sheet: Sheet, layout: Layout, kind: ImportKind) -> None:
    """合并的金额只算首行:带下来的值去掉,免得拆开以后每行各算一遍。"""
    columns = [m.index for m in layout.columns if m.field and kind.column(m.field).merged != FILL]
    for row in sheet.rows:
        for index in columns:
            if index in row.merged and row.number > max(layout.header_rows):
                row.values[index] = None


def _said(row: ImportRow) -> tuple[str, str]:
    findings = [f for f in row.findings if f["level"] in ("refuse", "doubt")]
    reasons = [f"{f['cell']}:{f['reason']}" if f["cell"] else f["reason"] for f in findings]
    return "\n".join(reasons), "\n".join(dict.fromkeys(f["mend"] for f in findings if f["mend"]))


def _xlsx(tables: Sequence[Table]) -> bytes:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "tmpdir": str(temp_folder()),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    writer = _Writer(book)
    for sheet, layout, rows in tables:
        if rows:
            writer.sheet(sheet, layout, rows)
    if not any(rows for _, _, rows in tables):
        book.add_worksheet("没有退回").write_string(0, 0, "没有退回的行。")
    book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.why = book.add_format({"font_color": "#A8201A", "text_wrap": True, "valign": "top"})
        self.formats: dict[tuple[str, bool], Any] = {}

    def style(self, code: str, marked: bool) -> Any:
        """数字格式照旧;有问题的格子涂色。"""
        if (code, marked) not in self.formats:
            wanted: dict[str, Any] = {"num_format": code} if code else {}
            if marked:
                wanted["bg_color"] = "#FBE9E7"
            self.formats[code, marked] = self.book.add_format(wanted)
        return self.formats[code, marked]

    def sheet(self, sheet: Sheet, layout: Layout, rows: Iterable[tuple[Row, ImportRow]]) -> None:
        out = self.book.add_worksheet(sheet.name[:31])
        last = max(layout.header_rows)
        width = max(sheet.width, max((c.index for c in layout.columns), default=0) + 1)
        for row in sheet.rows[:last]:
            for i, value in enumerate(row.values):
                if i not in row.merged:
                    self.cell(out, row.number - 1, i, row, value, head=True)
        for top, left, bottom, right in sheet.merged:
            if bottom <= last and right < width and (top, left) != (bottom, right):
                value = sheet.rows[top - 1].values[left]
                out.merge_range(top - 1, left, bottom - 1, right, shown(value), self.head)
        for i, word in enumerate(EXTRA):
            out.write_string(last - 1, width + i, word, self.head)
        out.set_column(0, width - 1, 14)
        out.set_column(width, width, 8)
        out.set_column(width + 1, width + 2, 40)
        out.freeze_panes(last, 0)
        at = last
        for row, found in rows:
            marked = {f["cell"] for f in found.findings if f["level"] in ("refuse", "doubt")}
            for i, value in enumerate(row.values):
                self.cell(out, at, i, row, value, marked=row.cell(i).address in marked)
            reason, mend = _said(found)
            out.write_number(at, width, row.number)
            out.write_string(at, width + 1, cell_text(reason), self.why)
            out.write_string(at, width + 2, cell_text(mend), self.why)
            at += 1

    def cell(
        self,
        out: Any,
        at: int,
        i: int,
        row: Row,
        value: Any,
        *,
        head: bool = False,
        marked: bool = False,
    ) -> None:
        note = row.notes.get(i)
        style = self.head if head else self.style(note.number_format if note else "", marked)
        if value is None:
            if marked:
                out.write_blank(at, i, None, style)
        elif isinstance(value, bool):
            out.write_boolean(at, i, value, style)
        elif isinstance(value, (int, float)):
            out.write_number(at, i, value, style)
        elif isinstance(value, (dt.datetime, dt.date)) and value.year >= 1900:
            out.write_datetime(at, i, value, self.style(DATE_FORMAT, marked))
        else:
            out.write_string(at, i, cell_text(shown(value)), style)


def _csv(tables: Sequence[Table]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for sheet, layout, rows in tables:
        last, width = max(layout.header_rows), sheet.width
        for row in sheet.rows[:last]:
            extra = EXTRA if row.number == last else ("",) * len(EXTRA)
            writer.writerow([*_texts(row, width), *extra])
        for row, found in rows:
            writer.writerow([*_texts(row, width), str(row.number), *map(csv_text, _said(found))])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _texts(row: Row, width: int) -> list[str]:
    return [csv_text(row.text(i)) for i in range(width)]
