"""造一个最小的 .xls(BIFF8 装在复合文件里),测试用。"""

from __future__ import annotations

import struct

SECTOR = 512


def _record(code: int, body: bytes) -> bytes:
    return struct.pack("<HH", code, len(body)) + body


def _text(value: str, wide_length: bool = True) -> bytes:
    raw = value.encode("utf-16-le")
    return struct.pack("<HB" if wide_length else "<BB", len(value), 1) + raw


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0x41, 0x06))


def workbook_stream(
    sheets: list[tuple[str, list[list[object]]]],
    *,
    formats: dict[tuple[str, int, int], str] | None = None,
    hidden_sheets: tuple[str, ...] = (),
    hidden_rows: dict[str, tuple[int, ...]] | None = None,
    merged: dict[str, list[tuple[int, int, int, int]]] | None = None,
    date1904: bool = False,
    extra_globals: bytes = b"",
    extra_cells: bytes = b"",
) -> bytes:
    """Workbook 流。`formats` 是 (表, 行, 列) → 数字格式(行列从 0 起)。"""
    formats = formats or {}
    codes = sorted(set(formats.values()))
    xf = {code: 16 + i for i, code in enumerate(codes)}
    body = _bof(5) + _record(0x0042, struct.pack("<H", 1200))
    body += _record(0x0022, struct.pack("<H", int(date1904)))
    for i, code in enumerate(codes):
        body += _record(0x041E, struct.pack("<H", 164 + i) + _text(code))
    for i in range(16 + len(codes)):
        number = 164 + i - 16 if i >= 16 else 0
        body += _record(0x00E0, struct.pack("<HHH", 0, number, 0) + b"\0" * 14)
    body += extra_globals
    strings = sorted({v for _, rows in sheets for row in rows for v in row if isinstance(v, str)})
    sst = struct.pack("<II", len(strings), len(strings)) + b"".join(_text(s) for s in strings)
    tail = _record(0x00FC, sst) + _record(0x000A, b"")
    bound = sum(4 + 6 + 2 + 2 * len(name) for name, _ in sheets)
    offset = len(body) + bound + len(tail)
    parts, listing = b"", b""
    for name, rows in sheets:
        listing += _record(
            0x0085,
            struct.pack("<IBB", offset + len(parts), int(name in hidden_sheets), 0)
            + _text(name, wide_length=False),
        )
        parts += _sheet(
            name,
            rows,
            formats,
            xf,
            strings,
            (hidden_rows or {}).get(name, ()),
            (merged or {}).get(name, []),
            extra_cells,
        )
    return body + listing + tail + parts


def _sheet(
    name: str,
    rows: list[list[object]],
    formats: dict[tuple[str, int, int], str],
    xf: dict[str, int],
    strings: list[str],
    hidden_rows: tuple[int, ...],
    merged: list[tuple[int, int, int, int]],
    extra: bytes,
) -> bytes:
    width = max((len(r) for r in rows), default=0)
    out = _bof(0x10)
    out += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for r in range(len(rows)):
        flags = 0x0100 | (0x20 if r in hidden_rows else 0)
        out += _record(0x0208, struct.pack("<HHHHHHHH", r, 0, width, 255, 0, 0, flags, 0))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            style = xf.get(formats.get((name, r, c), ""), 15)
            if isinstance(value, str):
                out += _record(0x00FD, struct.pack("<HHHI", r, c, style, strings.index(value)))
            elif value is not None:
                out += _record(0x0203, struct.pack("<HHHd", r, c, style, float(value)))  # type: ignore[arg-type]
    out += extra
    if merged:
        out += _record(
            0x00E5,
            struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *area) for area in merged),
        )
    return out + _record(0x000A, b"")


def compound(streams: dict[str, bytes]) -> bytes:
    """把若干条流装进复合文件(每条都补到 4096 以上,免得要小扇区)。"""
    payload, entries = b"", []
    for name, stream in streams.items():
        stream = stream.ljust(4096, b"\0")
        entries.append((name, len(payload) // SECTOR, len(stream)))
        payload += stream.ljust(-(-len(stream) // SECTOR) * SECTOR, b"\0")
    data_sectors = len(payload) // SECTOR
    directory = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1 if entries else 0xFFFFFFFF)
    for i, (name, start, size) in enumerate(entries):
        sibling = i + 2 if i + 1 < len(entries) else 0xFFFFFFFF
        directory += _entry(name, 2, start, size, right=sibling)
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    directory_sectors = len(directory) // SECTOR
    fat_sectors = 1
    while (data_sectors + directory_sectors + fat_sectors) > fat_sectors * 128:
        fat_sectors += 1
    fat: list[int] = []
    for _, start, size in entries:
        count = -(-size // SECTOR)
        fat += [start + i + 1 for i in range(count - 1)] + [0xFFFFFFFE]
    first_directory = len(fat)
    fat += [first_directory + i + 1 for i in range(directory_sectors - 1)] + [0xFFFFFFFE]
    first_fat = len(fat)
    fat += [0xFFFFFFFD] * fat_sectors
    fat += [0xFFFFFFFF] * (fat_sectors * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack(
        "<9I", 0, fat_sectors, first_directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    header += struct.pack(
        "<109I", *[first_fat + i if i < fat_sectors else 0xFFFFFFFF for i in range(109)]
    )
    return header + payload + directory + struct.pack(f"<{len(fat)}I", *fat)


def _entry(
    name: str, kind: int, start: int, size: int, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF
) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, right, child)
        + b"\0" * 36
        + struct.pack("<III", start, size, 0)
    )


def xls(sheets: list[tuple[str, list[list[object]]]], **options: object) -> bytes:
    return compound({"Workbook": workbook_stream(sheets, **options)})  # type: ignore[arg-type]
