"""旧版 .xls(BIFF8):一趟走完 Workbook 流,守上限、取值、记事实(隐藏、格式、合并、密码、宏、外部链接)。

值自己读:现成的库遇到写坏的记录会申请天文数字的内存,整个进程随之中止(见 ADR)。
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from juyuan.foundation.exchange.book import Value
from juyuan.foundation.exchange.facts import Budget, SheetFacts
from juyuan.foundation.exchange.numfmt import builtin_text, meaning
from juyuan.foundation.exchange.refusal import (
    Caps,
    FileRefused,
    damaged,
    encrypted,
    external_links,
    macros,
    too_many_sheets,
    too_much_markup,
    too_much_text,
)
from juyuan.foundation.exchange.serials import serial_to_date

BOF, EOF, BOUNDSHEET, FILEPASS, DATEMODE = 0x0809, 0x000A, 0x0085, 0x002F, 0x0022
FORMAT, XF, SST, CONTINUE, SUPBOOK = 0x041E, 0x00E0, 0x00FC, 0x003C, 0x01AE
ROW, COLINFO, MERGED, STRING = 0x0208, 0x007D, 0x00E5, 0x0207
NUMBER, RK, MULRK, LABELSST, LABEL, FORMULA, BOOLERR = (
    0x0203,
    0x027E,
    0x00BD,
    0x00FD,
    0x0204,
    0x0006,
    0x0205,
)
MERGES = 20_000
_CELLS = frozenset({NUMBER, RK, LABELSST, LABEL, FORMULA, BOOLERR})


@dataclass
class Globals:
    """工作簿级的事实。`sheets` 是(名、偏移、隐藏、类型)。"""

    sheets: list[tuple[str, int, bool, int]] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    cell_formats: list[int] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    date1904: bool = False
    external: bool = False

    def number_format(self, style: int) -> str:
        """有话要说的数字格式;平常的给空。"""
        number = self.cell_formats[style] if style < len(self.cell_formats) else 0
        code = self.formats.get(number) or builtin_text(number)
        return code if code and not meaning(code).plain else ""


def scan_workbook(stream: bytes, caps: Caps) -> tuple[list[SheetFacts], bool]:
    """走完 Workbook 流,返回各表与是否 1904 纪年。"""
    budget = Budget(caps)
    try:
        book = _globals(stream, budget)
        if book.external:
            raise external_links()
        if len(book.sheets) > caps.sheets:
            raise too_many_sheets(caps)
        facts: list[SheetFacts] = []
        for name, offset, hidden, kind in book.sheets:
            sheet = SheetFacts(name=name, hidden=hidden)
            if kind in (1, 6):
                raise macros()
            if kind == 0:
                _SheetReader(sheet, book, budget).run(stream, offset)
            facts.append(sheet)
    except struct.error as error:
        raise damaged() from error
    return facts, book.date1904


def _records(stream: bytes, at: int, budget: Budget) -> Iterator[tuple[int, bytes]]:
    end = len(stream)
    while at + 4 <= end:
        code, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > end:
            raise damaged()
        budget.element()
        yield code, stream[at + 4 : at + 4 + length]
        at += 4 + length
    raise damaged("(缺少结束标记)")


def _globals(stream: bytes, budget: Budget) -> Globals:
    book = Globals()
    strings: list[bytes] = []
    in_strings = False
    for code, body in _records(stream, 0, budget):
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
            book.sheets.append((_short_unicode(body, 6), offset, bool(state & 3), kind))
        elif code == SUPBOOK and len(body) >= 4:
            mark = struct.unpack_from("<H", body, 2)[0]
            book.external = book.external or mark not in (0x0401, 0x3A01)
        elif code == EOF:
            break
    if strings:
        book.strings = _shared_strings(strings, budget.caps)
    return book


def _decoded(raw: bytes, wide: int) -> str:
    text = raw.decode("utf-16-le" if wide else "latin-1", "replace")
    # 数据库不收 NUL
    return text.replace("\0", "")


def _unicode(body: bytes, at: int) -> str:
    """两字节长度的文字。"""
    length, flags = struct.unpack_from("<HB", body, at)
    wide = flags & 1
    return _decoded(body[at + 3 : at + 3 + length * (2 if wide else 1)], wide)


def _short_unicode(body: bytes, at: int) -> str:
    """一字节长度的文字(表名)。"""
    length, wide = body[at], body[at + 1] & 1
    return _decoded(body[at + 2 : at + 2 + length * (2 if wide else 1)], wide)


def _shared_strings(parts: list[bytes], caps: Caps) -> list[str]:
    """共享字符串表(一条可跨几个 CONTINUE;续段的首字节重新说明宽窄)。"""
    count = struct.unpack_from("<I", parts[0].ljust(8, b"\0"), 4)[0]
    strings: list[str] = []
    part, at, total = 0, 8, 0
    while len(strings) < count:
        while part < len(parts) and at >= len(parts[part]):
            part, at = part + 1, at - len(parts[part])
        if part >= len(parts) or at + 3 > len(parts[part]):
            break
        chars, flags = struct.unpack_from("<HB", parts[part], at)
        at += 3
        extra = 0
        if flags & 8:
            extra += 4 * struct.unpack_from("<H", parts[part], at)[0]
            at += 2
        if flags & 4:
            extra += struct.unpack_from("<I", parts[part], at)[0]
            at += 4
        text, part, at = _characters(parts, part, at, chars, flags & 1)
        strings.append(text)
        at += extra
        total += chars
        if total > caps.text_chars:
            raise too_much_text(caps)
    return strings


def _characters(
    parts: list[bytes], part: int, at: int, chars: int, wide: int
) -> tuple[str, int, int]:
    pieces: list[str] = []
    left = chars
    while left:
        size = 2 if wide else 1
        room = max(0, len(parts[part]) - at) // size
        take = min(left, room)
        pieces.append(_decoded(parts[part][at : at + take * size], wide))
        at += take * size
        left -= take
        if left:
            part += 1
            if part >= len(parts) or not parts[part]:
                raise damaged("(共享字符串不完整)")
            wide, at = parts[part][0] & 1, 1
    return "".join(pieces), part, at


class _SheetReader:
    """一张表的记录流。"""

    def __init__(self, facts: SheetFacts, book: Globals, budget: Budget) -> None:
        self.facts = facts
        self.book = book
        self.budget = budget
        self.awaiting: tuple[int, int] | None = None  # 公式的文字结果在下一条记录里

    def run(self, stream: bytes, offset: int) -> None:
        depth = 0
        for code, body in _records(stream, offset, self.budget):
            if code == BOF:
                depth += 1
            elif code == EOF:
                depth -= 1
                if depth <= 0:
                    return
            elif depth == 1:
                self._record(code, body)

    def _record(self, code: int, body: bytes) -> None:
        facts = self.facts
        if code in _CELLS:
            self._cell(code, body)
        elif code == MULRK:
            row, first = struct.unpack_from("<HH", body)
            for i, at in enumerate(range(4, len(body) - 7, 6)):
                style, packed = struct.unpack_from("<HI", body, at)
                self._number(row, first + i, style, _rk(packed))
        elif code == STRING and self.awaiting is not None:
            (row, column), self.awaiting = self.awaiting, None
            self._put(row, column, _unicode(body, 0))
        elif code == FILEPASS:
            raise encrypted()
        elif code == ROW and len(body) >= 14:
            row, flags = struct.unpack_from("<H10xH", body)
            if flags & 0x20:
                facts.hidden_rows.add(row + 1)
        elif code == COLINFO and len(body) >= 10:
            first, last, _, _, flags = struct.unpack_from("<5H", body)
            if flags & 1:
                facts.hidden_columns.update(range(first, min(last + 1, self.budget.caps.columns)))
        elif code == MERGED:
            for at in range(2, len(body) - 7, 8):
                top, bottom, left, right = struct.unpack_from("<4H", body, at)
                facts.merged.append((top + 1, left, bottom + 1, right))
            if len(facts.merged) > MERGES:
                raise too_much_markup()

    def _cell(self, code: int, body: bytes) -> None:
        row, column, style = struct.unpack_from("<3H", body)
        if code == NUMBER:
            self._number(row, column, style, struct.unpack_from("<d", body, 6)[0])
        elif code == RK:
            self._number(row, column, style, _rk(struct.unpack_from("<I", body, 6)[0]))
        elif code == LABELSST:
            index = struct.unpack_from("<I", body, 6)[0]
            if index >= len(self.book.strings):
                raise damaged("(共享字符串的序号越界)")
            self._put(row, column, self.book.strings[index])
        elif code == LABEL:
            self._put(row, column, _unicode(body, 6))
        elif code == BOOLERR:
            value, is_error = struct.unpack_from("<BB", body, 6)
            self._put(row, column, None if is_error else bool(value))
            if is_error:
                self.facts.note(row + 1, column).error = True
        else:
            self._formula(row, column, style, body)

    def _formula(self, row: int, column: int, style: int, body: bytes) -> None:
        kind, payload, mark = struct.unpack_from("<BxB3xH", body, 6)
        if mark != 0xFFFF:
            self._number(row, column, style, struct.unpack_from("<d", body, 6)[0])
        elif kind == 0:
            self.awaiting = (row, column)
            self._put(row, column, None)
        elif kind == 1:
            self._put(row, column, bool(payload))
        elif kind == 2:
            self._put(row, column, None)
            self.facts.note(row + 1, column).error = True
        else:
            self._put(row, column, None)

    def _put(self, row: int, column: int, value: Value) -> None:
        self.facts.see(row + 1, column, self.budget.caps)
        self.budget.cell(len(value) if isinstance(value, str) else 0)
        if value is not None and value != "":
            self.facts.put(row + 1, column, value)

    def _number(self, row: int, column: int, style: int, number: float) -> None:
        if not math.isfinite(number):
            raise damaged("(单元格里的数不合规)")
        code = self.book.number_format(style)
        value: Value = number
        if code and meaning(code).date:
            value = serial_to_date(number, self.book.date1904) or number
        self._put(row, column, value)
        if code:
            self.facts.note(row + 1, column).number_format = code


def _rk(packed: int) -> float:
    """压缩的数:30 位整数或双精度的高 30 位,可再除以 100。"""
    if packed & 2:
        number = float((packed - (1 << 32) if packed & 0x80000000 else packed) >> 2)
    else:
        number = float(struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0])
    return number / 100 if packed & 1 else number
