"""导入模板:表头、下拉、批注、示例行、填写说明。"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter

from juyuan.foundation.exchange.columns import Column
from juyuan.foundation.exchange.exporters import temp_folder
from juyuan.foundation.exchange.kinds import ImportKind
from juyuan.foundation.exchange.layout import DATA_SHEET, GUIDE_SHEETS

DATA_ROWS = 2000
LIST_LIMIT = 255
EXAMPLE_MARK = "示例"


def template(kind: ImportKind) -> bytes:
    """一种导入的空模板。示例行的序号写「示例」,导入时自动跳过。"""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "tmpdir": str(temp_folder()), "strings_to_formulas": False}
    )
    must = book.add_format(
        {"bold": True, "bg_color": "#E9F0F6", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    may = book.add_format(
        {"bg_color": "#FBFAF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    grey = book.add_format({"italic": True, "font_color": "#5F6A75"})
    as_text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(DATA_SHEET)
    options, guide = (book.add_worksheet(name) for name in GUIDE_SHEETS)
    sheet.write_string(0, 0, "序号", may)
    sheet.write_string(1, 0, EXAMPLE_MARK, grey)
    sheet.set_column(0, 0, 8)
    listed = 0
    for i, column in enumerate(kind.columns, start=1):
        sheet.set_column(i, i, column.width, None if column.unit else as_text)
        sheet.write_string(0, i, column.title, must if column.required else may)
        sheet.write_comment(0, i, _comment(column), {"x_scale": 1.6})
        if column.example:
            _example(sheet, i, column, grey)
        if column.listed:
            listed = _dropdown(book, sheet, options, i, column, listed)
    sheet.freeze_panes(1, 2)
    sheet.activate()
    if not listed:
        options.write_string(0, 0, "本表没有固定选项")
    _guide(guide, kind, book.add_format({"bold": True}), book.add_format({"text_wrap": True}))
    book.close()
    return buffer.getvalue()


def _example(sheet: Any, i: int, column: Column, style: Any) -> None:
    if column.unit and column.example.replace(".", "", 1).isdigit():
        sheet.write_number(1, i, float(column.example), style)
    else:
        sheet.write_string(1, i, column.example, style)


def _comment(column: Column) -> str:
    parts = ["必填" if column.required else "选填"]
    if column.unit:
        parts.append(f"单位:{column.unit}")
    if column.note:
        parts.append(column.note)
    if column.listed and len(column.listed) <= 12:
        parts.append("可填:" + "、".join(column.listed))
    return "\n".join(parts)


def _dropdown(book: Any, sheet: Any, options: Any, i: int, column: Column, listed: int) -> int:
    """短的直接写在校验里;长的写到「选项」表再引用(校验的列表至多 255 字)。"""
    source: Any = list(column.listed)
    if len(",".join(column.listed)) > LIST_LIMIT:
        options.write_string(0, listed, column.label)
        for r, word in enumerate(column.listed, start=1):
            options.write_string(r, listed, word)
        letter = xlsxwriter.utility.xl_col_to_name(listed)
        source = f"=选项!${letter}$2:${letter}${len(column.listed) + 1}"
        listed += 1
    sheet.data_validation(
        1,
        i,
        DATA_ROWS,
        i,
        {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": column.label,
            "error_message": "不在选项里;如是惯用说法可以保留,导入时会提示。",
        },
    )
    return listed


def _guide(sheet: Any, kind: ImportKind, bold: Any, wrap: Any) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 4, 40, wrap)
    sheet.write_string(0, 0, f"{kind.label}填写说明", bold)
    if kind.description:
        sheet.write_string(1, 0, kind.description)
    for i, word in enumerate(("列", "要求", "说明", "可用的别名", "可填")):
        sheet.write_string(3, i, word, bold)
    for r, column in enumerate(kind.columns, start=4):
        sheet.write_string(r, 0, column.title)
        sheet.write_string(r, 1, "必填" if column.required else "选填")
        sheet.write_string(r, 2, column.note)
        sheet.write_string(r, 3, "、".join(column.synonyms))
        sheet.write_string(r, 4, "、".join(column.listed))
