"""在一张表里找出:表头在哪几行、每列是什么、单位是什么、哪些行是数据。纯函数。

台账的常见样子:上面一两行合并的标题和「单位:万元」,一到三行表头(可有合并),
中间夹着空行、小计、分节标题、重复的表头,末尾是合计和填表人。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from juyuan.foundation.exchange.book import NUMBER, Book, Row, Sheet, column_letter
from juyuan.foundation.exchange.columns import Column
from juyuan.foundation.exchange.headers import (
    HeaderPath,
    dictionary,
    header_word,
    is_unit_only,
    sheet_unit,
)

SEARCH_ROWS = 40
MAX_HEADER_ROWS = 3

BLANK, TOTAL, REPEATED, SECTION, REMARK, EXAMPLE = (
    "blank",
    "total",
    "repeated",
    "section",
    "remark",
    "example",
)
SKIP_LABEL = {
    BLANK: "空行",
    TOTAL: "合计行",
    REPEATED: "重复的表头",
    SECTION: "分节标题",
    REMARK: "说明行",
    EXAMPLE: "示例行",
}
_TOTAL = re.compile(r"(.{0,12}?)(合计|总计|小计|共计|累计)(.{0,12})")
_SECTION = re.compile(r"(\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}[、.,]).+")
_REMARK = re.compile(
    r"(注|备注|说明|填表说明|填报说明|附注|填报人|填表人|审核人|制表人?|负责人|填报单位|填表单位"
    r"|填报时间|填报日期|联系人|联系电话|导出(人|时间|说明)?)\d?:.*"
)


@dataclass(frozen=True)
class MappedColumn:
    """一列的对应关系。`field` 空表示没有对应(不导入)。"""

    index: int
    header: str
    key: str
    field: str = ""
    unit: str = ""
    how: str = ""

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True)
class Skipped:
    """跳过的一行。"""

    number: int
    kind: str
    text: str = ""

    @property
    def label(self) -> str:
        return SKIP_LABEL[self.kind]


@dataclass
class Layout:
    """一张表的读法。"""

    sheet: str
    header_rows: tuple[int, ...]
    columns: list[MappedColumn]
    unit: str = ""
    problems: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)

    @property
    def by_field(self) -> dict[str, MappedColumn]:
        return {c.field: c for c in self.columns if c.field}

    @property
    def unknown(self) -> list[MappedColumn]:
        return [c for c in self.columns if not c.field and c.header]


@dataclass(frozen=True)
class Choice:
    """人在「对应列」一步里的选择:列号 → 字段与单位(字段空 = 不导入)。"""

    field: str
    unit: str = ""


def find_layout(
    sheet: Sheet,
    columns: Sequence[Column],
    memory: Mapping[str, str] | None = None,
    choices: Mapping[int, Choice] | None = None,
    remembered_units: Mapping[str, str] | None = None,
    lenient: bool = False,
    guess: bool = False,
) -> Layout | None:
    """找表头并对列;认不出的给 None(这张表不是要的表)。

    `lenient`:只认出必填的一列也算;`guess`:一列也认不出时,把最像表头的一行当表头,留给人逐列指定。
    """
    table = dictionary(columns)
    memory = memory or {}
    block = _find_header(sheet, table, memory, least=min(2, len(columns)))
    if block is None and (lenient or choices):
        # 只认出一列也行,但须是必填的那一列
        needed = {key: hit for key, hit in table.items() if hit[0] in _required(columns)}
        block = _find_header(sheet, needed, memory, least=1)
    if block is None and (guess or choices):
        block = _likely_header(sheet)
    if block is None:
        return None
    first, last = block
    paths = _paths(sheet, first, last)
    above = " ".join(str(v) for row in sheet.rows[:last] for v in row.values if isinstance(v, str))
    layout = Layout(
        sheet=sheet.name,
        header_rows=tuple(row.number for row in sheet.rows[first : last + 1]),
        columns=[],
        unit=sheet_unit(above),
        hidden_columns=[column_letter(c) for c in sheet.hidden_columns if c < sheet.width],
    )
    _map(layout, paths, columns, table, memory, choices or {}, remembered_units or {})
    return layout


def _required(columns: Sequence[Column]) -> set[str]:
    return {c.field for c in columns if c.required}


def _likely_header(sheet: Sheet) -> tuple[int, int] | None:
    """前十行里第一行「几样文字、没有数」的。"""
    for index, row in enumerate(sheet.rows[:10]):
        if not row.blank and not _title_like(row) and not _has_numbers(row):
            return index, index
    return None


def _find_header(
    sheet: Sheet, table: Mapping[str, tuple[str, int]], memory: Mapping[str, str], least: int
) -> tuple[int, int] | None:
    """得分 = 认出的不同列数;同分取靠上的。"""
    best: tuple[int, int] | None = None
    best_score = least - 1
    seen = 0
    for start, row in enumerate(sheet.rows):
        if row.blank:
            continue
        seen += 1
        if seen > SEARCH_ROWS:
            break
        own = _matches(sheet, start, start, table, memory)
        if own < 1 or _title_like(row):
            continue
        end, score = start, own
        while end - start + 1 < MAX_HEADER_ROWS and end + 1 < len(sheet.rows):
            longer = _matches(sheet, start, end + 1, table, memory)
            following = sheet.rows[end + 1]
            tied = _tied_to(following, sheet.rows[start].number) or _units_row(following)
            if not (tied or longer > score) or longer < score or _has_numbers(sheet.rows[end + 1]):
                break
            end, score = end + 1, longer
        texts = sum(1 for v in row.values if v is not None and str(v).strip())
        if score > best_score and (own >= 2 or end > start or (least < 2 and texts >= 2)):
            best, best_score = (start, end), score
    return best


def _matches(
    sheet: Sheet,
    first: int,
    last: int,
    table: Mapping[str, tuple[str, int]],
    memory: Mapping[str, str],
) -> int:
    found = {
        hit[0]
        for path in _paths(sheet, first, last).values()
        if (hit := path.match(table, memory)) is not None
    }
    return len(found)


def _tied_to(row: Row, top: int) -> bool:
    """这一行有从表头竖着合并下来的格子(那它必是表头的一部分)。"""
    for anchor, _ in row.merged.values():
        number = int(anchor.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if top <= number < row.number:
            return True
    return False


def _units_row(row: Row) -> bool:
    """整行只写单位的(第二行表头写「(万元)」)。"""
    texts = [str(v) for v in row.values if v is not None and str(v).strip()]
    return bool(texts) and all(is_unit_only(text) for text in texts)


def _has_numbers(row: Row) -> bool:
    return any(
        row.cell(i).kind == NUMBER
        for i, v in enumerate(row.values)
        if not isinstance(v, (str, type(None)))
    )


def _title_like(row: Row) -> bool:
    """整行只有一样文字(合并的标题)。"""
    distinct = {str(v).strip() for v in row.values if v is not None and str(v).strip()}
    return len(distinct) < 2


def _paths(sheet: Sheet, first: int, last: int) -> dict[int, HeaderPath]:
    paths: dict[int, HeaderPath] = {}
    for column in range(sheet.width):
        levels: list[str] = []
        for row in sheet.rows[first : last + 1]:
            text = re.sub(r"\s+", "", row.text(column))
            if text and (not levels or levels[-1] != text):
                levels.append(text)
        if levels:
            paths[column] = HeaderPath(tuple(levels))
    return paths


def _map(
    layout: Layout,
    paths: Mapping[int, HeaderPath],
    columns: Sequence[Column],
    table: Mapping[str, tuple[str, int]],
    memory: Mapping[str, str],
    choices: Mapping[int, Choice],
    remembered_units: Mapping[str, str],
) -> None:
    labels = {c.field: c for c in columns}
    hits: dict[str, list[tuple[int, int]]] = {}
    chosen = {choice.field for choice in choices.values() if choice.field}
    for index, path in paths.items():
        if index in choices:
            continue
        hit = path.match(table, memory)
        if hit is not None and hit[0] in labels and hit[0] not in chosen:
            hits.setdefault(hit[0], []).append((hit[1], index))
    taken: dict[int, tuple[str, str]] = {
        index: (choice.field, "手选") for index, choice in choices.items() if choice.field in labels
    }
    for name, ranked in hits.items():
        ranked.sort()
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            letters = "、".join(column_letter(i) for _, i in ranked)
            layout.problems.append(
                f"{letters} 列都像“{labels[name].label}”,请在“对应列”一步里选定一列(命令行导入请改表头)。"
            )
            continue
        rank, index = ranked[0]
        taken[index] = (name, {-1: "记住", 0: "同名", 1: "别名"}[rank])
    for index, path in paths.items():
        name, how = taken.get(index, ("", ""))
        unit = choices[index].unit if index in choices else ""
        if not unit and name and labels[name].unit:
            unit = path.unit or remembered_units.get(path.key, "") or layout.unit
        layout.columns.append(MappedColumn(index, path.text, path.key, name, unit, how))
    mapped = {name for name, _ in taken.values()}
    ambiguous = {name for name in hits if name not in mapped}
    for column in columns:
        if column.required and column.field not in mapped | ambiguous:
            layout.problems.append(
                f"没有找到必填的“{column.label}”列,请补上表头或在“对应列”一步里指定。"
            )


def data_rows(sheet: Sheet, layout: Layout) -> list[Row]:
    """表头以下的数据行;跳过的记在 `layout.skipped`,隐藏的记在 `layout.hidden_rows`。"""
    headers = {c.index: header_word(c.header.split(" ")[-1]).key for c in layout.columns}
    mapped = [c.index for c in layout.columns if c.field]
    rows: list[Row] = []
    blanks: list[Skipped] = []
    last_header = max(layout.header_rows)
    layout.skipped, layout.hidden_rows = [], []
    for row in sheet.rows:
        if row.number <= last_header:
            continue
        kind = _line_kind(row, headers, mapped)
        if kind == BLANK:
            blanks.append(Skipped(row.number, BLANK))
            continue
        # 末尾的空行不报,夹在中间的才报
        layout.skipped.extend(blanks)
        blanks = []
        if kind:
            layout.skipped.append(Skipped(row.number, kind, _first_text(row)[:60]))
            continue
        if row.hidden:
            layout.hidden_rows.append(row.number)
        rows.append(row)
    return rows


def _line_kind(row: Row, headers: Mapping[int, str], mapped: Sequence[int]) -> str:
    if row.blank:
        return BLANK
    first = unicodedata.normalize("NFKC", re.sub(r"\s+", "", _first_text(row)))
    own = {i: v for i, v in enumerate(row.values) if v is not None and i not in row.merged}
    filled = {i for i, v in own.items() if str(v).strip()}
    if first in ("示例", "示例(导入时跳过)", "例"):
        return EXAMPLE
    total = _TOTAL.fullmatch(first)
    if total and len(first) <= 20:
        return TOTAL
    same = sum(
        1 for i, key in headers.items() if i in filled and header_word(row.text(i)).key == key
    )
    if same >= 2 and same * 5 >= len(filled) * 3:
        return REPEATED
    texts = {str(v).strip() for v in own.values() if str(v).strip()}
    if len(texts) <= 4 and _REMARK.fullmatch(first):
        return REMARK
    if len(filled) == 1:
        wide = sum(1 for _, (_, is_wide) in row.merged.items() if is_wide)
        if _SECTION.fullmatch(first) or wide >= max(2, len(mapped) // 3):
            return SECTION
        if not any(i in filled for i in mapped):
            return REMARK
    return ""


def _first_text(row: Row) -> str:
    for i, value in enumerate(row.values):
        if value is not None and i not in row.merged and str(value).strip():
            return row.text(i)
    return ""


DATA_SHEET, GUIDE_SHEETS = "数据", ("选项", "填写说明")
"""模板的三张表。"""


@dataclass
class Reading:
    """整个工作簿的读法:读哪几张表,其余为什么不读。"""

    tables: list[tuple[Sheet, Layout]]
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_layouts(
    book: Book,
    columns: Sequence[Column],
    memory: Mapping[str, str] | None = None,
    choices: Mapping[str, Mapping[int, Choice]] | None = None,
    remembered_units: Mapping[str, str] | None = None,
) -> Reading:
    """逐张表找表头。隐藏的表不读,如实报告;一张也读不了即有问题。"""
    reading = Reading(tables=[])
    unread: list[Sheet] = []
    # 自家模板的说明、选项两张表里也有列名,不是数据
    ours = {sheet.name for sheet in book.sheets} >= {DATA_SHEET, *GUIDE_SHEETS}
    for sheet in book.sheets:
        if ours and sheet.name in GUIDE_SHEETS:
            continue
        if not sheet.rows or all(row.blank for row in sheet.rows):
            continue
        if sheet.hidden:
            reading.notes.append(
                f"工作表“{sheet.name}”是隐藏的,没有读取;如需导入请取消隐藏后重新上传。"
            )
            continue
        picks = (choices or {}).get(sheet.name)
        layout = find_layout(sheet, columns, memory, picks, remembered_units)
        if layout is not None:
            reading.tables.append((sheet, layout))
        else:
            unread.append(sheet)
    if not reading.tables:
        for sheet in unread:
            layout = find_layout(sheet, columns, memory, None, remembered_units, lenient=True)
            if layout is not None:
                reading.tables.append((sheet, layout))
    read = {sheet.name for sheet, _ in reading.tables}
    reading.notes.extend(
        f"工作表“{sheet.name}”没有找到表头,没有读取。" for sheet in unread if sheet.name not in read
    )
    for sheet, layout in reading.tables:
        reading.problems.extend(f"工作表“{sheet.name}”:{p}" for p in layout.problems)
    if not reading.tables:
        for sheet in unread:
            layout = find_layout(sheet, columns, memory, None, remembered_units, guess=True)
            if layout is not None:
                reading.tables.append((sheet, layout))
                break
        wanted = "、".join(c.label for c in columns if c.required) or columns[0].label
        reading.problems.append(
            f"整个文件没有找到表头:至少要有“{wanted}”等列名。请核对是否选错了文件或导入种类,也可先下载模板对照。"
        )
    return reading
