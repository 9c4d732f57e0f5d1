"""导出:一份声明写成 xlsx 或 csv,逐行写、不攒内存,带「谁、何时、什么范围」,记入台账。"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from django.conf import settings
from django.db import transaction

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind, registry
from juyuan.foundation.exchange.textout import cell_text, csv_text, number, shown
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require

Progress = Callable[[int, int], None]
FORMATS = ("xlsx", "csv")
NOTE_PREFIX = "导出说明:"
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class Exported:
    """导出的结果:文件名与行数。"""

    name: str
    rows: int


def temp_folder() -> Path:
    """写表的临时文件只放数据目录下(启动时清空)。"""
    folder = Path(settings.JUYUAN_HOME) / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def kind_named(name: str) -> ExportKind:
    """Raises: NotFound。"""
    kind = registry.exports.get(name)
    if kind is None:
        raise NotFound
    return kind


def export(
    *,
    actor: Actor,
    kind: str,
    stream: BinaryIO,
    file_format: str = "xlsx",
    filters: Mapping[str, Any] | None = None,
    columns: Iterable[str] | None = None,
    now: dt.datetime,
    today: dt.date,
    progress: Progress | None = None,
) -> Exported:
    """把一种导出写进 `stream`;`columns` 给出则只要这几列(次序照给的)。先记台账,再给内容。

    Raises: NotFound Denied RuleBroken(格式或列不对)。
    """
    found = kind_named(kind)
    require(found.may(actor))
    if file_format not in FORMATS:
        raise RuleBroken.one("format", "exchange.format", "导出格式只有 xlsx 和 csv。")
    chosen = _columns(found, columns)
    who = actor.unit_name or actor.name
    name = f"{found.label}_{now:%Y%m%d_%H%M}.{file_format}"
    with transaction.atomic():
        record(
            event="exchange.exported",
            actor=actor,
            obj_type="export_kind",
            obj_id=found.name,
            obj_label=found.label,
            after={
                "format": file_format,
                "filters": {k: str(v) for k, v in (filters or {}).items()},
                "columns": [c.field for c in chosen],
            },
            now=now,
        )
    note = f"{NOTE_PREFIX}{who} {actor.name} {now:%Y-%m-%d %H:%M} 导出,按本人可见范围"
    rows = found.rows(actor, filters or {}, today)
    write = write_xlsx if file_format == "xlsx" else write_csv
    count = write(stream, found.label, chosen, rows, note, progress)
    return Exported(name, count)


def export_file(
    *,
    actor: Actor,
    kind: str,
    path: Path,
    filters: Mapping[str, Any] | None = None,
    now: dt.datetime,
    today: dt.date,
    progress: Progress | None = None,
) -> Exported:
    """导出到文件(扩展名定格式);写完才改名,中途断掉不留半个文件。Raises: 同 `export`。"""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            done = export(
                actor=actor,
                kind=kind,
                stream=stream,
                file_format=path.suffix.lower().lstrip("."),
                filters=filters,
                now=now,
                today=today,
                progress=progress,
            )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return done


def _columns(kind: ExportKind, columns: Iterable[str] | None) -> list[ExportColumn]:
    if columns is None:
        return list(kind.columns)
    known = {c.field: c for c in kind.columns}
    wanted = [name for name in columns if name]
    missing = [name for name in wanted if name not in known]
    if missing or not wanted:
        raise RuleBroken.one(
            "columns",
            "exchange.columns",
            f"没有“{missing[0]}”这一列。" if missing else "至少要选一列。",
        )
    return [known[name] for name in dict.fromkeys(wanted)]


def write_xlsx(
    stream: BinaryIO,
    title: str,
    columns: list[ExportColumn],
    rows: Iterable[Mapping[str, Any]],
    note: str,
    progress: Progress | None = None,
) -> int:
    """逐行写一张工作簿;返回行数。文字一律按字符串写,不会变成公式或网址。"""
    folder = Path(tempfile.mkdtemp(dir=temp_folder()))
    try:
        path = folder / "made.xlsx"
        book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        count = _fill(book, title, columns, rows, note, progress)
        book.close()
        with path.open("rb") as made:
            shutil.copyfileobj(made, stream)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return count


def _fill(
    book: Any,
    title: str,
    columns: list[ExportColumn],
    rows: Iterable[Mapping[str, Any]],
    note: str,
    progress: Progress | None,
) -> int:
    head = book.add_format({"bold": True, "bg_color": "#EFEBE3", "border": 1, "text_wrap": True})
    big = book.add_format({"bold": True, "font_size": 14})
    small = book.add_format({"font_size": 9, "font_color": "#5F6A75"})
    formats = {
        "money_wan": book.add_format({"num_format": "#,##0.####"}),
        "share": book.add_format({"num_format": "0.00"}),
        "integer": book.add_format({"num_format": "#,##0"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet = book.add_worksheet(_sheet_name(title))
    for i, column in enumerate(columns):
        sheet.set_column(i, i, column.width)
    sheet.freeze_panes(3, 1)
    sheet.write_string(0, 0, cell_text(title), big)
    sheet.write_string(1, 0, cell_text(note), small)
    for i, column in enumerate(columns):
        sheet.write_string(2, i, column.title, head)
    count = 0
    for row in rows:
        for i, column in enumerate(columns):
            _write(sheet, 3 + count, i, column, row.get(column.field), formats)
        count += 1
        if progress is not None and count % 1000 == 0:
            progress(count, count)
    return count


def _write(
    sheet: Any, at: int, i: int, column: ExportColumn, value: Any, formats: Mapping[str, Any]
) -> None:
    if value is None or value == "":
        return
    figure = number(column, value)
    if figure is not None:
        sheet.write_number(at, i, figure, formats[column.kind])
    elif column.kind == "date" and isinstance(value, dt.date) and value.year >= 1900:
        sheet.write_datetime(at, i, dt.datetime.combine(value, dt.time()), formats["date"])
    else:
        sheet.write_string(at, i, cell_text(shown(column, value)))


def write_csv(
    stream: BinaryIO,
    title: str,
    columns: list[ExportColumn],
    rows: Iterable[Mapping[str, Any]],
    note: str,
    progress: Progress | None = None,
) -> int:
    """带 BOM 的 UTF-8 CSV:首行表头,末行说明。"""
    stream.write(b"\xef\xbb\xbf")
    text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([column.title for column in columns])
        count = 0
        for row in rows:
            writer.writerow(
                [csv_text(shown(c, row.get(c.field)).replace("\0", "")) for c in columns]
            )
            count += 1
            if progress is not None and count % 1000 == 0:
                progress(count, count)
        writer.writerow([note])
        text.flush()
    finally:
        text.detach()
    return count


def _sheet_name(title: str) -> str:
    cleaned = "".join(" " if ch in "[]:*?/\\'" else ch for ch in title).strip()
    return cleaned[:31] or "数据"
