"""读表:与另一个库读得一样;写坏的文件只会读成或拒收;数字格式与表头的判读。"""

from __future__ import annotations

import datetime as dt
import io
import random
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.biff import _rk
from juyuan.foundation.exchange.book import Cell, Row, column_index, column_letter, kind_of, shown
from juyuan.foundation.exchange.columns import CellProblem, ColumnContext, Doubt, Noted
from juyuan.foundation.exchange.headers import header_word, is_unit_only, sheet_unit
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.exchange.numfmt import FormatMeaning, meaning
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.refusal import FileRefused
from juyuan.foundation.exchange.rows import parse_book
from juyuan.foundation.exchange.serials import serial_to_date
from juyuan.foundation.exchange.sheetxml import unescape
from juyuan.foundation.exchange.templates_xlsx import template
from juyuan.foundation.exchange.tests.toy import COLUMNS
from tests.files.dirty import DIRTY, plain
from tests.files.hostile import MAIN, package, sheet_xml
from tests.files.xls import xls

LEDGER = Path(__file__).resolve().parents[5] / "packs"


def books() -> list[tuple[str, bytes]]:
    made = [(c.name, c.build()) for c in DIRTY if c.filename.endswith("xlsx")]
    return made + [(p.name, p.read_bytes()) for p in LEDGER.glob("*/demo/*.xlsx")]


@pytest.mark.parametrize("name,data", books(), ids=lambda v: v if isinstance(v, str) else "")
def test_another_library_reads_the_same_values(name: str, data: bytes) -> None:
    """拿 openpyxl 当旁证(只在测试里):每张表每一格的值都相同。"""
    ours = read_book(data, "a.xlsx")
    theirs = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    compared = 0
    for sheet in ours.sheets:
        other = theirs[sheet.name]
        for row in sheet.rows:
            for i, value in enumerate(row.values):
                if i in row.merged:
                    continue
                expected = other.cell(row.number, i + 1).value
                note = row.notes.get(i)
                if note is not None and (note.uncomputed or note.error):
                    assert value is None
                    continue
                if isinstance(expected, dt.datetime) and expected.time() == dt.time():
                    expected = expected.date()
                if isinstance(expected, str):
                    expected = expected.replace("_x000D_", "\r") or None
                if isinstance(expected, (int, float)) and isinstance(value, dt.date):
                    continue  # WPS 的中文日期格式,openpyxl 不认
                assert value == expected, f"{sheet.name}!{column_letter(i)}{row.number}"
                compared += 1
    assert compared


SEEDS = [(c.build(), c.filename) for c in DIRTY]


def mutated(data: bytes, name: str, rnd: random.Random) -> bytes:
    """改坏一份文件:xlsx 改里面的 XML,其余改字节。"""
    if name.endswith("xlsx"):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            victim = rnd.choice(old.namelist())
            for part in old.namelist():
                content = bytearray(old.read(part))
                if part == victim:
                    for _ in range(rnd.randint(1, 4)):
                        at = rnd.randrange(len(content))
                        junk = rnd.choice(
                            [b"9", b"-1", b"99999999999", b'"', b"<", b"nan", b"\x00"]
                        )
                        content[at : at + rnd.randint(0, 9)] = junk
                new.writestr(part, bytes(content))
        return out.getvalue()
    content = bytearray(data)
    for _ in range(rnd.randint(1, 6)):
        content[rnd.randrange(len(content))] = rnd.randrange(256)
    return bytes(content)


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(seed: int) -> None:
    rnd = random.Random(seed)
    outcomes = {"read": 0, "refused": 0}
    for _ in range(120):
        data, name = rnd.choice(SEEDS)
        try:
            parse_book(read_book(mutated(data, name, rnd), name), COLUMNS)
            outcomes["read"] += 1
        except FileRefused as refusal:
            assert refusal.message
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 5


def test_counts_that_a_file_claims_are_not_believed() -> None:
    """自称有 99 万亿条字符串:别的库照数申请内存,整个进程中止。"""
    strings = f'<sst xmlns="{MAIN}" count="99999999999999" uniqueCount="99999999999999"><si><t>甲</t></si></sst>'
    sheet = sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    sheet = sheet.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    book = read_book(package(sheet, extra={"xl/sharedStrings.xml": strings}), "a.xlsx")
    assert book.sheets[0].rows[0].values == ["甲"]


CELLS = {
    '<c r="A1" t="s"><v>7</v></c>': "共享字符串的序号越界",
    '<c r="A1"><v>nan</v></c>': "单元格里的数“nan”不合规",
    '<c r="A1"><v>1e999</v></c>': "单元格里的数“1e999”过大",
    '<c r="A1"><v>１</v></c>': "单元格里的数“１”不合规",
    '<c r="A1" t="zz"><v>1</v></c>': "单元格类型“zz”不认识",
    '<c r="A1" t="d"><v>昨天</v></c>': "日期“昨天”不合规",
    '<c r="甲1"><v>1</v></c>': "单元格地址“甲1”不合规",
    '<c r="A0"><v>1</v></c>': "行号不合规",
}


@pytest.mark.parametrize("cell,why", CELLS.items())
def test_a_cell_that_no_program_writes_is_refused(cell: str, why: str) -> None:
    with pytest.raises(FileRefused, match=why):
        read_book(package(sheet_xml(f'<row r="1">{cell}</row>')), "a.xlsx")


def test_every_type_of_cell_is_read() -> None:
    cells = (
        '<c r="A1" t="str"><f>A2</f><v>算出的文字</v></c><c r="B1" t="b"><v>1</v></c><c r="C1" t="d"><v>2025-03-01</v></c>'
        '<c r="D1" t="d"><v>2025-03-01T08:30:00</v></c><c r="E1" t="inlineStr"><is><r><t>富</t></r><r><t xml:space="preserve"> 文本</t></r>'
        '<rPh><t>fu</t></rPh></is></c><c r="F1"><v>-1.5E-3</v></c><c r="G1" t="inlineStr"><is><t>甲_x000D_乙_x005F_x</t></is></c>'
    )
    values = (
        read_book(package(sheet_xml(f'<row r="1">{cells}</row>')), "a.xlsx")
        .sheets[0]
        .rows[0]
        .values
    )
    assert values == [
        "算出的文字", True, dt.date(2025, 3, 1), dt.datetime(2025, 3, 1, 8, 30), "富 文本", -0.0015, "甲\r乙_x",
    ]  # fmt: skip


def test_namespaced_markup_and_odd_encodings() -> None:
    sheet = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>')
    prefixed = sheet.replace("<worksheet xmlns=", "<x:worksheet xmlns:x=").replace(
        "</worksheet", "</x:worksheet"
    )
    for tag in ("sheetData", "row", "c ", "v"):
        prefixed = prefixed.replace(f"<{tag}", f"<x:{tag}").replace(
            f"</{tag.strip()}>", f"</x:{tag.strip()}>"
        )
    prefixed = prefixed.replace("</c>", "</x:c>")
    assert read_book(package(prefixed), "a.xlsx").sheets[0].rows[0].values == [1]
    with pytest.raises(FileRefused, match="文字编码不认识"):
        read_book(
            package(sheet.replace('version="1.0"', 'version="1.0" encoding="utf-7"')), "a.xlsx"
        )


def test_old_workbooks_hold_every_type_of_cell() -> None:
    def record(code: int, body: bytes) -> bytes:
        return struct.pack("<HH", code, len(body)) + body

    text = "算出的文字".encode("utf-16-le")
    extra = (
        record(0x027E, struct.pack("<HHHI", 1, 0, 15, (5 << 2) | 2))
        + record(0x00BD, struct.pack("<HHHIHIH", 1, 1, 15, (1234 << 2) | 3, 15, (7 << 2) | 2, 2))
        + record(0x0205, struct.pack("<HHHBB", 1, 3, 15, 1, 0))
        + record(0x0205, struct.pack("<HHHBB", 1, 4, 15, 7, 1))
        + record(0x0006, struct.pack("<HHHdHIH", 1, 5, 15, 2.5, 0, 0, 0))
        + record(0x0006, struct.pack("<HHHBBBBBBHHIH", 1, 6, 15, 0, 0, 0, 0, 0, 0, 0xFFFF, 0, 0, 0))
        + record(0x0207, struct.pack("<HB", 5, 1) + text)
        + record(0x0204, struct.pack("<HHHHB", 1, 7, 15, 2, 0) + b"ab")
    )
    row = read_book(xls([("台账", [["甲"]])], extra_cells=extra), "a.xls").sheets[0].rows[1]
    assert row.values == [5, 12.34, 7, True, None, 2.5, "算出的文字", "ab"]
    assert row.cell(4).kind == "error"


@given(st.integers(-(2**29), 2**29 - 1), st.booleans())
def test_packed_integers_of_old_workbooks(number: int, hundredth: bool) -> None:
    packed = ((number << 2) & 0xFFFFFFFF) | 2 | int(hundredth)
    assert _rk(packed) == (number / 100 if hundredth else number)


FORMATS = {
    '0.00"亿元"': FormatMeaning(unit="亿元"),
    "0.00\\亿\\元": FormatMeaning(unit="亿元"),
    "0万元": FormatMeaning(unit="万元"),
    '#,##0.00"万";[Red]-0': FormatMeaning(unit="万元"),
    '#,##0"百万元"': FormatMeaning(unit="百万元"),
    '0!.0,"万元"': FormatMeaning(unit="万元", shift=4),
    '0!.0000"万元"': FormatMeaning(unit="万元", shift=4),
    "#,##0.00,": FormatMeaning(shift=3),
    'yyyy"年"m"月"d"日"': FormatMeaning(date=True),
    "[$-804]yyyy/m/d;@": FormatMeaning(date=True),
    "m月d日": FormatMeaning(date=True),
    "0.0%": FormatMeaning(percent=True),
    "General": FormatMeaning(),
    "@": FormatMeaning(),
    "¥#,##0.00": FormatMeaning(),
    "0.00_ ": FormatMeaning(),
}


@pytest.mark.parametrize("code,expected", FORMATS.items())
def test_what_a_number_format_says(code: str, expected: FormatMeaning) -> None:
    assert meaning(code) == expected


@pytest.mark.parametrize(
    ("text", "key", "unit"),
    [
        ("总投资（万元）", "总投资", "万元"),
        (" 总 投 资\n(亿元) ", "总投资", "亿元"),
        ("总投资/万元", "总投资", "万元"),
        ("总投资[单位:人民币亿元]", "总投资", "亿元"),
        ("*项目名称：", "项目名称", ""),
        ("首谈(牵头)单位", "首谈单位", ""),
        ("单元", "单元", ""),
        ("(万元)", "万元", "万元"),
    ],
)
def test_what_a_header_says(text: str, key: str, unit: str) -> None:
    word = header_word(text)
    assert (word.key, word.unit) == (key, unit)


def test_units_written_apart() -> None:
    assert sheet_unit("填报单位:某局 金额单位：万元") == "万元"
    assert sheet_unit("填报单位:某局") == ""
    assert is_unit_only("（万元）")
    assert not is_unit_only("总投资(万元)")


@pytest.mark.parametrize(
    ("serial", "date1904", "expected"),
    [
        (45717, False, dt.date(2025, 3, 1)),
        (44255, True, dt.date(2025, 3, 1)),
        (45717.5, False, dt.datetime(2025, 3, 1, 12)),
        (1, False, dt.date(1900, 1, 1)),
        (59, False, dt.date(1900, 2, 28)),
        (61, False, dt.date(1900, 3, 1)),
        (0.5, False, dt.time(12)),
        (45717.999999, False, dt.date(2025, 3, 2)),
        (-1, False, None),
        (1e9, False, None),
    ],
)
def test_serials(serial: float, date1904: bool, expected: object) -> None:
    assert serial_to_date(serial, date1904) == expected


@given(st.integers(0, 18_277))
def test_column_letters_go_both_ways(index: int) -> None:
    assert column_index(column_letter(index)) == index


def test_escapes_in_workbook_text() -> None:
    assert unescape("a_x000D_b") == "a\rb"
    assert unescape("a_x0000_b") == "ab"
    assert unescape("_xD83D_x") == "x"
    assert unescape("普通_x文字") == "普通_x文字"


ANY_VALUE = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(
    value=ANY_VALUE,
    code=st.sampled_from(["", *FORMATS]),
    unit=st.sampled_from(["", "元", "万元", "亿元"]),
    uncomputed=st.booleans(),
)
def test_any_cell_is_read_or_refused_with_a_reason(
    value: object, code: str, unit: str, uncomputed: bool
) -> None:
    cell = Cell(value, kind_of(value), "A1", code, uncomputed)  # type: ignore[arg-type]
    context = ColumnContext("某列", "某列", unit)
    for column in COLUMNS:
        try:
            result = column.parse(cell, context)
        except CellProblem as problem:
            assert problem.reason
            continue
        assert not uncomputed
        if isinstance(result, Doubt):
            assert len(result.readings) == 2
        elif isinstance(result, Noted):
            assert result.note


@given(st.integers(0, 10**11), st.sampled_from(["元", "万元", "亿元"]))
def test_money_typed_with_its_unit_is_exact_in_any_column(yuan: int, unit: str) -> None:
    cell = Cell(f"{yuan}元", "text", "A1")
    found = parsers.money()(cell, ColumnContext("金额", unit=unit))
    assert (found.value if isinstance(found, Noted) else found) == yuan


def test_yes_and_no() -> None:
    parse = parsers.yes_no()
    for value, expected in (
        ("是", "yes"),
        ("√", "yes"),
        (True, "yes"),
        ("×", "no"),
        ("无", "no"),
        ("", None),
    ):
        cell = Cell(value, kind_of(value), "A1")
        assert parse(cell, ColumnContext("涉密")) == expected
    with pytest.raises(CellProblem, match="不在选项里"):
        parse(Cell("也许", "text", "A1"), ColumnContext("涉密"))


def test_values_are_shown_as_a_person_reads_them() -> None:
    assert [shown(v) for v in (3.0, 3.5, True, None, dt.date(2025, 3, 1), dt.datetime(2025, 3, 1), " a ")] == [
        "3", "3.5", "是", "", "2025-03-01", "2025-03-01", "a",
    ]  # fmt: skip


def test_a_cell_beyond_the_row_is_empty() -> None:
    row = Row(1, ["甲"])
    assert row.cell(5).blank
    assert row.text(5) == ""


def test_too_many_sheets_are_refused() -> None:
    def fill() -> bytes:
        out = io.BytesIO()
        book = openpyxl.Workbook()
        for i in range(60):
            book.create_sheet(f"表{i}")
        book.save(out)
        return out.getvalue()

    with pytest.raises(FileRefused, match="工作表超过 50 张"):
        read_book(fill(), "a.xlsx")


def test_an_empty_workbook_has_no_data() -> None:
    with pytest.raises(FileRefused, match="没有任何数据"):
        read_book(plain(), "a.xlsx")


@pytest.mark.django_db
def test_每一种模板照样填好传回来_只读数据一张表(cast):
    """说明、选项两张表里也有列名(「密级」与「缓急」上下相邻),不当作数据。"""
    kinds = registry.import_kinds()
    assert len(kinds) > 5
    for kind in kinds:
        parsed = parse_book(read_book(template(kind), "空表.xlsx"), kind.columns)
        assert not parsed.problems and not parsed.rows, kind.name
        assert {sheet.name for sheet, _ in parsed.tables} == {"数据"}, kind.name
