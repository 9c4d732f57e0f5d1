"""把一个过了预扫描的文件读成 `Book`。值由读表的库取,附带事实由预扫描给出。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from juyuan.foundation.exchange.book import Book, CellNote, Row, Sheet, Value
from juyuan.foundation.exchange.csvtext import read_rows
from juyuan.foundation.exchange.numfmt import meaning
from juyuan.foundation.exchange.refusal import CAPS, Caps, FileRefused
from juyuan.foundation.exchange.scan import Scan, scan
from juyuan.foundation.exchange.xmlscan import SheetFacts, damaged, too_much_markup

# 表格软件的日期不带时区
_EPOCH_1900 = dt.datetime(1899, 12, 30)  # noqa: DTZ001
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001
_MAX_SERIAL = 2_958_465  # 9999-12-31


def read_book(data: bytes, name: str, caps: Caps = CAPS) -> Book:
    """预扫描并读入。不收的文件抛 `FileRefused`。"""
    found = scan(data, name, caps)
    if found.kind == "csv":
        return _read_csv(data, name, caps)
    return _read_workbook(data, name, found, caps)


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


def _read_workbook(data: bytes, name: str, found: Scan, caps: Caps) -> Book:
    sheets: list[Sheet] = []
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            known = set(workbook.sheet_names)
            for facts in found.sheets:
                grid: Sequence[Sequence[Value]] = []
                if facts.max_row and facts.name in known:
                    grid = workbook.get_sheet_by_name(facts.name).to_python(skip_empty_area=False)
                sheets.append(_sheet(grid, facts, found, caps))
    except CalamineError as error:
        raise damaged() from error
    book = Book(name=name, origin=found.kind, sheets=sheets, date1904=found.date1904)
    if not any(sheet.rows for sheet in sheets):
        raise nothing_inside()
    return book


def _sheet(grid: Sequence[Sequence[Value]], facts: SheetFacts, found: Scan, caps: Caps) -> Sheet:
    height = max(len(grid), facts.max_row)
    width = max(max((len(r) for r in grid), default=0), facts.max_column + 1)
    rows: list[Row] = []
    no_notes: dict[int, CellNote] = {}
    for number in range(1, height + 1):
        raw = grid[number - 1] if number <= len(grid) else ()
        values: list[Value] = [_stored(v) for v in raw]
        if len(values) < width:
            values.extend([None] * (width - len(values)))
        notes = facts.notes.get(number, no_notes)
        for column, note in notes.items():
            if column < width:
                values[column] = _mended(values[column], note, found.date1904)
        rows.append(
            Row(
                number=number,
                values=values,
                hidden=number in facts.hidden_rows,
                notes=notes,
                date1904=found.date1904,
            )
        )
    _spread_merged(rows, facts, caps)
    return Sheet(
        name=facts.name.replace("\0", ""),
        rows=rows,
        hidden=facts.hidden,
        hidden_columns=tuple(sorted(facts.hidden_columns)),
        merged=tuple(facts.merged),
    )


def _stored(value: Value) -> Value:
    """空串即空格;旧版 .xls 的文字里可能夹着 NUL,数据库不收,去掉。"""
    if isinstance(value, str):
        if "\0" in value:
            value = value.replace("\0", "")
        return value or None
    return value


def _mended(value: Value, note: CellNote, date1904: bool) -> Value:
    """读值的库没认出的日期格式(如 WPS 的中文格式)在这里补认。"""
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and note.number_format
        and meaning(note.number_format).date
    ):
        return serial_to_date(float(value), date1904) or value
    return value


def serial_to_date(serial: float, date1904: bool = False) -> dt.date | dt.datetime | None:
    """表格软件的日期序列数 → 日期(带钟点的给 datetime);超出范围给 None。

    1900 纪年里软件多算了一个 1900-02-29,故 60 以前的序列数差一天,这里照实补正。
    """
    if not 0 < serial <= _MAX_SERIAL:
        return None
    if date1904:
        moment = _EPOCH_1904 + dt.timedelta(days=serial)
    else:
        moment = _EPOCH_1900 + dt.timedelta(days=serial if serial >= 60 else serial + 1)
    seconds = round((serial % 1) * 86_400)
    if seconds in (0, 86_400):
        return (moment + dt.timedelta(seconds=1)).date()
    return moment.replace(microsecond=0)


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
