"""排成 docx:可编辑,Word 与 LibreOffice 都打得开;字体只写名字,由机关电脑上的正版字体显示。"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from juyuan.foundation.papers.fonts import NAMES
from juyuan.foundation.papers.rules import PAIRS, Form, Paper, Piece, pieces, plain, width

PITCH = Pt(28.95)  # 225 mm ÷ 22 行
BODY = 16
RED = RGBColor(0xE6, 0x00, 0x12)
FACES = {"h1": "hei", "h2": "kai"}
GRID = {"type": "lines", "linePitch": "579"}
TIGHT = "-4"  # 二十分之一磅:每行 28 字的版心比 28 个 3 号字窄 2 mm
SIZES = {"copies": 14, "check": 9}
# 段落属性的次序是定死的:边线在这些之前
AFTER_BORDERS = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap",
    "w:overflowPunct", "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi",
    "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing",
    "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
    "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr",
    "w:pPrChange",
)  # fmt: skip
STAMP = (1980, 1, 1, 0, 0, 0)


def render(paper: Paper) -> bytes:
    """docx 的字节;同样的内容字节相同。

    Raises: ValueError(内容不成公文,见 `rules.pieces`)。
    """
    book = docx.Document()
    for paragraph in list(book.paragraphs):
        paragraph._element.getparent().remove(paragraph._element)
    _page(book, paper)
    found = pieces(paper)
    for index, piece in enumerate(found):
        _write(book, paper, piece, keep=_holds(found, index))
    _properties(book, paper)
    raw = io.BytesIO()
    book.save(raw)
    return _settled(raw.getvalue())


def _holds(found: list[Piece], index: int) -> bool:
    """标题与下文,正文末段与附件说明、落款,不分在两面:不出「此页无正文」。"""
    if found[index].kind in ("h1", "h2", "h3", "h4", "signer"):
        return True
    dated = next((i for i, piece in enumerate(found) if piece.kind == "dated"), -1)
    last = next((i for i in range(dated, -1, -1) if found[i].kind in ("para", "table")), dated)
    return last <= index < dated


def _page(book: Any, paper: Paper) -> None:
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    for key, value in GRID.items():
        grid.set(qn(f"w:{key}"), value)
    style = book.styles["Normal"]
    style.font.name, style.font.size = NAMES["fang"], Pt(BODY)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), NAMES["fang"])
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    _switch_off(style.element.get_or_add_pPr(), "autoSpaceDE", "autoSpaceDN")
    book.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, ALIGN.RIGHT)
    _page_number(section.even_page_footer, ALIGN.LEFT)
    if paper.form is Form.LETTER:
        section.different_first_page_header_footer = True
        section.header_distance = Mm(30)
        _mark(section.first_page_header, paper)
        _rule(_first(section.first_page_footer), "top", "thinThickSmallGap")


def _first(part: Any) -> Any:
    part.is_linked_to_previous = False
    return part.paragraphs[0]


def _mark(header: Any, paper: Paper) -> None:
    """信函格式的机关标志:红色小标宋,居中;其下红双线上粗下细。"""
    paragraph = _first(header)
    paragraph.alignment = ALIGN.CENTER
    size = min(34.0, 160 / 0.3528 / max(1.0, width(paper.issuer)))
    run = _run(paragraph, plain(paper.issuer), "title", size)
    run.font.color.rgb = RED
    _rule(paragraph, "bottom", "thickThinSmallGap", space=11)


def _rule(paragraph: Any, side: str, kind: str, space: int = 1) -> None:
    """170 mm 的红双线,两边各伸出版心 7 mm。"""
    paragraph.paragraph_format.left_indent = Mm(-7)
    paragraph.paragraph_format.right_indent = Mm(-7)
    borders = OxmlElement("w:pBdr")
    line = OxmlElement(f"w:{side}")
    for key, value in (("val", kind), ("sz", "24"), ("space", str(space)), ("color", "E60012")):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    # 元素的次序是定死的,pBdr 在 spacing、ind、jc 之前
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, *AFTER_BORDERS)


def _page_number(footer: Any, side: Any) -> None:
    """4 号宋体,数字左右各一条一字线;单页居右空一字,双页居左空一字。"""
    paragraph = _first(footer)
    paragraph.alignment = side
    if side == ALIGN.RIGHT:
        paragraph.paragraph_format.right_indent = Pt(14)
    else:
        paragraph.paragraph_format.left_indent = Pt(14)
    _run(paragraph, "— ", "song", 14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = _run(paragraph, "1", "song", 14)
    field.append(run._r)
    paragraph._p.append(field)
    _run(paragraph, " —", "song", 14)


def _switch_off(properties: Any, *names: str) -> None:
    """段落属性:不按网格对齐,汉字与数字之间不自动加空。"""
    for name in names:
        switch = OxmlElement(f"w:{name}")
        switch.set(qn("w:val"), "0")
        properties.insert_element_before(
            switch, *("w:bidi", "w:adjustRightInd") if name.startswith("auto") else (),
            *("w:snapToGrid",) if name != "snapToGrid" else (),
            "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap",
            "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl",
            "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
        )  # fmt: skip


def _run(paragraph: Any, text: str, use: str, size: float) -> Any:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = NAMES[use], Pt(round(size * 2) / 2)
    properties = run._r.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), NAMES[use])
    if size == BODY:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), TIGHT)
        properties.insert_element_before(
            spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u",
            "w:effect", "w:bdr", "w:shd", "w:fitText", "w:vertAlign", "w:rtl", "w:cs", "w:em",
            "w:lang", "w:eastAsianLayout", "w:specVanish", "w:oMath",
        )  # fmt: skip
    return run


def _line(book: Any, text: str, use: str = "fang", size: float = BODY) -> Any:
    paragraph = book.add_paragraph()
    if text:
        _run(paragraph, text, use, size)
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, PITCH
    return paragraph


def _write(book: Any, paper: Paper, piece: Piece, *, keep: bool) -> None:
    kind = piece.kind
    if kind == "table":
        _table(book, piece)
        return
    if kind in PAIRS:
        _pair(book, piece)
        return
    if kind == "mark":
        _minutes_mark(book, piece.text)
        return
    if kind == "annex":
        line = _line(book, piece.text, "hei")
        line.paragraph_format.page_break_before = True
        _line(book, "")
        return
    if kind in ("title", "annextitle"):
        line = _line(book, piece.text, "title", 22)
        line.paragraph_format.line_spacing = Pt(35)
        line.alignment = ALIGN.CENTER
        line.paragraph_format.keep_with_next = True
        _line(book, "")
        return
    if kind == "number":
        line = _line(book, piece.text)
        line.alignment = ALIGN.RIGHT if paper.form is Form.LETTER else ALIGN.CENTER
        _line(book, "")
        _line(book, "")
        return
    if kind == "roll":
        label, names = piece.text.split("：", 1)
        line = _line(book, f"{label}：", "hei")
        _run(line, names, "fang", BODY)
        line.paragraph_format.first_line_indent = Pt(2 * BODY)
        return
    line = _line(book, piece.text, FACES.get(kind, "fang"), SIZES.get(kind, BODY))
    shape = line.paragraph_format
    if kind in ("h1", "h2", "h3", "h4", "para", "attachment", "note"):
        shape.first_line_indent = Pt(2 * BODY)
    if kind == "para":
        line.alignment = ALIGN.JUSTIFY
    elif kind in ("signer", "dated"):
        line.alignment = ALIGN.RIGHT
        shape.right_indent = Pt(piece.indent * BODY)
    elif kind == "copies":
        shape.left_indent = shape.right_indent = Pt(14)
        if paper.form is not Form.LETTER:
            _black(line, "top")
    elif kind == "check":
        line.alignment = ALIGN.RIGHT
    if keep:
        shape.keep_with_next = True


def _minutes_mark(book: Any, text: str) -> None:
    """纪要标志:红色小标宋,居中,上边缘至版心上边缘 35 mm。"""
    line = book.add_paragraph()
    line.alignment = ALIGN.CENTER
    line.paragraph_format.space_before = Mm(35)
    run = _run(line, text, "title", min(34.0, 150 / 0.3528 / max(1.0, width(text))))
    run.font.color.rgb = RED
    _line(book, "")


def _pair(book: Any, piece: Piece) -> None:
    """一行两头:署名与日期(其下一条红线)、印发机关与印发日期(上下黑线)。"""
    line = _line(book, "", size=14)
    size = BODY if piece.kind == "masthead" else 14
    left, right = piece.rows[0]
    shape = line.paragraph_format
    shape.left_indent = shape.right_indent = Pt(size)
    shape.tab_stops.add_tab_stop(Mm(156) - Pt(size), WD_TAB_ALIGNMENT.RIGHT)
    _run(line, left, "fang", size)
    line.add_run("\t")
    _run(line, right, "fang", size)
    if piece.kind == "masthead":
        _edge(line, "bottom", "12", "E60012", space=11)
        _line(book, "")
    else:
        _black(line, "top")
        _black(line, "bottom")


def _black(paragraph: Any, side: str) -> None:
    _edge(paragraph, side, "8", "000000")


def _edge(paragraph: Any, side: str, size: str, color: str, space: int = 1) -> None:
    """段落的一条边线;元素的次序是定死的。"""
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(borders, *AFTER_BORDERS)
    line = OxmlElement(f"w:{side}")
    for key, value in (("val", "single"), ("sz", size), ("space", str(space)), ("color", color)):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)


def _table(book: Any, piece: Piece) -> None:
    table = book.add_table(rows=0, cols=len(piece.head), style="Table Grid")
    table.autofit = False
    for column, share in zip(table.columns, piece.widths, strict=True):
        column.width = Mm(156 * share / 100)
    for number, row in enumerate((piece.head, *piece.rows)):
        line = table.add_row()
        properties = line._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, text, share in zip(line.cells, row, piece.widths, strict=True):
            cell.width = Mm(156 * share / 100)
            paragraph = cell.paragraphs[0]
            _run(paragraph, text, "fang" if number else "hei", 12)
            _switch_off(paragraph._p.get_or_add_pPr(), "snapToGrid")
            shape = paragraph.paragraph_format
            shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(18)
            if number == 0:
                paragraph.alignment = ALIGN.CENTER
    # 表格之后必须有一段,否则 Word 说文件坏了
    after = book.add_paragraph()
    after.paragraph_format.line_spacing = Pt(6)


def _properties(book: Any, paper: Paper) -> None:
    core = book.core_properties
    core.title, core.author = plain(paper.title), plain(paper.issuer or paper.signer)
    core.last_modified_by = core.author
    core.comments = ""
    moment = datetime(paper.dated.year, paper.dated.month, paper.dated.day, tzinfo=UTC)
    core.created = core.modified = moment.replace(tzinfo=None)
    core.language = "zh-CN"


def _settled(raw: bytes) -> bytes:
    """压缩包里的时刻定死:同样的内容字节相同,摘要才有意义。"""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(name))
    return made.getvalue()
