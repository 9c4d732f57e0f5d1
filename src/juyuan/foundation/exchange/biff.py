"""旧版 .xls(BIFF8)的预扫描:行列上限、隐藏、数字格式、密码、宏、外部链接、文字总量。

只认记录头与要用的几种记录;值由读表的库去取。
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from juyuan.foundation.exchange.numfmt import builtin_text, meaning
from juyuan.foundation.exchange.package import encrypted
from juyuan.foundation.exchange.refusal import Caps, FileRefused
from juyuan.foundation.exchange.xmlscan import Budget, SheetFacts, damaged, too_much_text

BOF, EOF, BOUNDSHEET, FILEPASS, DATEMODE = 0x0809, 0x000A, 0x0085, 0x002F, 0x0022
FORMAT, XF, SST, CONTINUE, SUPBOOK = 0x041E, 0x00E0, 0x00FC, 0x003C, 0x01AE
ROW, COLINFO, MERGED = 0x0208, 0x007D, 0x00E5
NUMBER, RK, MULRK, LABELSST, LABEL, FORMULA, BOOLERR = (
    0x0203,
    0x027E,
    0x00BD,
    0x00FD,
    0x0204,
    0x0006,
    0x0205,
)
BLANK, MULBLANK = 0x0201, 0x00BE


@dataclass
class Globals:
    """工作簿级的事实。"""

    sheets: list[tuple[str, int, bool, int]] = field(default_factory=list)  # 名、偏移、隐藏、类型
    formats: dict[int, str] = field(default_factory=dict)
    cell_formats: list[int] = field(default_factory=list)
    string_lengths: list[int] = field(default_factory=list)
    date1904: bool = False
    external: bool = False


def scan_workbook(stream: bytes, caps: Caps) -> tuple[list[SheetFacts], bool]:
    """走完 Workbook 流,返回各表事实与是否 1904 纪年。"""
    budget = Budget(caps)
    book = _globals(stream, budget)
    if book.external:
        raise external_links()
    if len(book.sheets) > caps.sheets:
        raise FileRefused(
            "too_many_sheets",
            f"工作表超过 {caps.sheets} 张的上限。",
            "请只保留要导入的工作表再上传。",
        )
    facts: list[SheetFacts] = []
    for name, offset, hidden, kind in book.sheets:
        sheet = SheetFacts(name=name, hidden=hidden)
        if kind in (1, 6):
            raise macros()
        if kind == 0:
            _sheet(stream, offset, sheet, book, budget)
        facts.append(sheet)
    return facts, book.date1904


def macros() -> FileRefused:
    return FileRefused(
        "macro",
        "文件里带有宏,宏可能夹带有害程序,系统不收。",
        "请用 WPS 或 Excel 打开后另存为“.xlsx(不含宏)”再上传。",
    )


def external_links() -> FileRefused:
    return FileRefused(
        "external_link",
        "文件里有指向其他文件或外部数据的链接,系统不读外部内容。",
        "请在“数据—编辑链接”里断开链接(公式会变成数值),保存后再上传。",
    )


def _records(stream: bytes, at: int, budget: Budget) -> Iterator[tuple[int, int, bytes]]:
    end = len(stream)
    while at + 4 <= end:
        code, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > end:
            raise damaged()
        budget.element()
        yield code, at, stream[at + 4 : at + 4 + length]
        at += 4 + length
    raise damaged("(缺少结束标记)")


def _globals(stream: bytes, budget: Budget) -> Globals:
    book = Globals()
    strings: list[bytes] = []
    in_strings = False
    for code, _, body in _records(stream, 0, budget):
        if code == CONTINUE and in_strings:
            strings.append(body)
            continue
        in_strings = code == SST
        if code == BOF and struct.unpack_from("<H", body.ljust(2, b"\0"))[0] < 0x0600:
            raise FileRefused(
                "too_old",
                "这是 Excel 95 或更早的格式。",
                "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传。",
            )
        if code == FILEPASS:
            raise encrypted()
        if code == SST:
            strings = [body]
        elif code == DATEMODE:
            book.date1904 = body[:1] == b"\x01"
        elif code == FORMAT and len(body) >= 5:
            book.formats[struct.unpack_from("<H", body)[0]] = _unicode(body, 2)
        elif code == XF and len(body) >= 4:
            book.cell_formats.append(struct.unpack_from("<H", body, 2)[0])
        elif code == BOUNDSHEET and len(body) >= 8:
            offset, state, kind = struct.unpack_from("<IBB", body)
            length, wide = body[6], body[7] & 1
            raw = body[8 : 8 + length * (2 if wide else 1)]
            name = raw.decode("utf-16-le" if wide else "latin-1", "replace")
            book.sheets.append((name, offset, bool(state & 3), kind))
        elif code == SUPBOOK and len(body) >= 4:
            mark = struct.unpack_from("<H", body, 2)[0]
            book.external = book.external or mark not in (0x0401, 0x3A01)
        elif code == EOF:
            break
    if strings:
        book.string_lengths = _string_lengths(strings, budget.caps)
    return book


def _unicode(body: bytes, at: int) -> str:
    length, flags = struct.unpack_from("<HB", body, at)
    wide = flags & 1
    raw = body[at + 3 : at + 3 + length * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", "replace")


def _string_lengths(parts: list[bytes], caps: Caps) -> list[int]:
    """共享字符串表里每一条的长度(跨 CONTINUE 时,续段首字节重新说明宽窄)。"""
    count = struct.unpack_from("<I", parts[0].ljust(8, b"\0"), 4)[0]
    lengths: list[int] = []
    part, at = 0, 8
    total = 0
    while len(lengths) < count:
        while part < len(parts) and at >= len(parts[part]):
            part, at = part + 1, at - len(parts[part])
        if part >= len(parts) or at + 3 > len(parts[part]):
            break
        chars, flags = struct.unpack_from("<HB", parts[part], at)
        at += 3
        extra = 0
        if flags & 8 and at + 2 <= len(parts[part]):
            extra += 4 * struct.unpack_from("<H", parts[part], at)[0]
            at += 2
        if flags & 4 and at + 4 <= len(parts[part]):
            extra += struct.unpack_from("<I", parts[part], at)[0]
            at += 4
        left, wide = chars, flags & 1
        while left:
            room = max(0, len(parts[part]) - at) // (2 if wide else 1)
            take = min(left, room)
            at += take * (2 if wide else 1)
            left -= take
            if left:
                part += 1
                if part >= len(parts) or not parts[part]:
                    left = 0
                    break
                wide, at = parts[part][0] & 1, 1
        at += extra
        lengths.append(chars)
        total += chars
        if total > caps.text_chars:
            raise too_much_text(caps)
        if part >= len(parts):
            break
    return lengths


def _sheet(stream: bytes, offset: int, facts: SheetFacts, book: Globals, budget: Budget) -> None:
    depth = 0
    for code, _, body in _records(stream, offset, budget):
        if code == BOF:
            depth += 1
        elif code == EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth != 1:
            continue
        elif code == FILEPASS:
            raise encrypted()
        elif code == ROW and len(body) >= 14:
            row, flags = struct.unpack_from("<H10xH", body)
            if flags & 0x20:
                facts.hidden_rows.add(row + 1)
        elif code == COLINFO and len(body) >= 10:
            first, last, _, _, flags = struct.unpack_from("<5H", body)
            if flags & 1:
                facts.hidden_columns.update(range(first, min(last + 1, budget.caps.columns)))
        elif code == MERGED and len(body) >= 2:
            for at in range(2, len(body) - 7, 8):
                top, bottom, left, right = struct.unpack_from("<4H", body, at)
                facts.merged.append((top + 1, left, bottom + 1, right))
        else:
            _cell(code, body, facts, book, budget)


def _cell(code: int, body: bytes, facts: SheetFacts, book: Globals, budget: Budget) -> None:
    if code == MULRK and len(body) >= 12:
        row, first = struct.unpack_from("<HH", body)
        for i, at in enumerate(range(4, len(body) - 7, 6)):
            _number(facts, book, budget, row, first + i, struct.unpack_from("<H", body, at)[0])
        return
    if code not in (NUMBER, RK, LABELSST, LABEL, FORMULA, BOOLERR) or len(body) < 6:
        return
    row, column, style = struct.unpack_from("<3H", body)
    if code in (NUMBER, RK, FORMULA):
        _number(facts, book, budget, row, column, style)
        return
    chars = 0
    if code == LABELSST and len(body) >= 10:
        index = struct.unpack_from("<I", body, 6)[0]
        chars = book.string_lengths[index] if index < len(book.string_lengths) else 0
    elif code == LABEL:
        chars = len(body)
    facts.see(row + 1, column, budget.caps)
    budget.cell(chars)
    if code == BOOLERR and len(body) >= 8 and body[7]:
        facts.note(row + 1, column).error = True


def _number(
    facts: SheetFacts, book: Globals, budget: Budget, row: int, column: int, style: int
) -> None:
    facts.see(row + 1, column, budget.caps)
    budget.cell(0)
    number = book.cell_formats[style] if style < len(book.cell_formats) else 0
    code = book.formats.get(number) or builtin_text(number)
    if code and not meaning(code).plain:
        facts.note(row + 1, column).number_format = code
