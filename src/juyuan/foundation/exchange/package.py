"""xlsx 的外壳:一个 zip。逐个部件解压、计数、对照目录,不信任何自报的数。

只收最普通的写法:单个目录、没有 zip64、没有重名、没有加密、本地头与目录一致、解压长度与自报一致。
收下的部件与读值的库看到的必是同一份。
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from juyuan.foundation.exchange.refusal import (
    Caps,
    bomb,
    damaged,
    encrypted,
    entity_refusal,
    tampered,
    too_many_cells,
    too_much_markup,
)

_EOCD = b"PK\x05\x06"
_CHUNK = 64 * 1024
_DECLARATIONS = tuple(
    mark.encode(codec)
    for mark in ("<!DOCTYPE", "<!ENTITY", "<!doctype", "<!entity")
    for codec in ("utf-8", "utf-16-le", "utf-16-be")
)

MACRO_NAMES = ("vbaproject.bin", "vbadata.xml")
MACRO_FOLDERS = ("xl/macrosheets/", "xl/activex/", "xl/dialogsheets/")


class Package:
    """一个已查过外壳的 zip。`names` 是部件名;`chunks(名)` 边解压边吐。"""

    def __init__(self, data: bytes, caps: Caps) -> None:
        self.data = data
        self.caps = caps
        _check_directory(data, caps)
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise damaged() from error
        self.infos: dict[str, zipfile.ZipInfo] = {}
        folded: set[str] = set()
        for info in self._zip.infolist():
            name = info.filename
            _check_name(name)
            if name.lower() in folded:
                raise tampered("部件重名")
            folded.add(name.lower())
            if info.flag_bits & 0x1:
                raise encrypted()
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise tampered("压缩方法少见")
            self.infos[name] = info
        if len(self.infos) > caps.members:
            raise tampered(f"部件超过 {caps.members} 个")
        claimed = sum(info.file_size for info in self.infos.values())
        if claimed > caps.unpacked_bytes:
            raise bomb()

    @property
    def names(self) -> list[str]:
        return list(self.infos)

    def find(self, name: str) -> str | None:
        """按名找部件(不分大小写),返回真名。"""
        wanted = name.lower().lstrip("/")
        return next((n for n in self.infos if n.lower() == wanted), None)

    def chunks(self, name: str) -> Iterator[bytes]:
        """解压一个部件;XML 部件遇到声明即拒。"""
        info = self.infos[name]
        markup = name.lower().endswith((".xml", ".rels", ".vml"))
        overlap = b""
        for chunk in self._inflate(info):
            if markup:
                window = overlap + chunk
                if any(mark in window for mark in _DECLARATIONS):
                    raise entity_refusal()
                overlap = window[-20:]
            yield chunk

    def survey(self) -> None:
        """先把全部部件解压一遍:长度、校验、膨胀、声明、空格子的数目。只数不留,炸弹到不了解析那一步。"""
        unpacked = rows_and_cells = values = 0
        for name in self.infos:
            if name.endswith("/"):
                continue
            in_sheet = name.lower().startswith("xl/worksheets/")
            for chunk in self.chunks(name):
                unpacked += len(chunk)
                if unpacked > self.caps.unpacked_bytes or (
                    unpacked > self.caps.ratio_from_bytes
                    and unpacked > self.caps.ratio * len(self.data)
                ):
                    raise bomb()
                if in_sheet:
                    values += chunk.count(b"<v>") + chunk.count(b"<is>")
                    rows_and_cells += (
                        chunk.count(b"<c ") + chunk.count(b"<c>") + chunk.count(b"<row")
                    )
        if rows_and_cells > self.caps.cells + self.caps.idle:
            raise too_many_cells(self.caps) if values > self.caps.cells else too_much_markup()

    def _inflate(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        start = _data_start(self.data, info)
        raw = memoryview(self.data)[start : start + info.compress_size]
        if len(raw) != info.compress_size:
            raise damaged()
        total, crc = 0, 0
        for chunk in self._raw_chunks(raw, info):
            total += len(chunk)
            if total > info.file_size:
                raise tampered("解压长度与自报不符")
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if total != info.file_size or crc != info.CRC:
            raise damaged(f"(部件 {info.filename[:60]} 校验不符)")

    def _raw_chunks(self, raw: memoryview, info: zipfile.ZipInfo) -> Iterator[bytes]:
        if info.compress_type == zipfile.ZIP_STORED:
            for at in range(0, len(raw), _CHUNK):
                yield bytes(raw[at : at + _CHUNK])
            return
        engine = zlib.decompressobj(-15)
        pending = bytes(raw)
        try:
            while not engine.eof:
                chunk = engine.decompress(pending, _CHUNK)
                pending = engine.unconsumed_tail
                if not chunk and not engine.eof:
                    raise damaged()
                if chunk:
                    yield chunk
        except zlib.error as error:
            raise damaged() from error
        if engine.unused_data or engine.unconsumed_tail:
            raise tampered("部件后面还有多余的数据")


def _check_directory(data: bytes, caps: Caps) -> None:
    """先看目录有多大再让库去读:几十万条空目录自身就是炸弹。"""
    tail = len(data) - 22
    if tail < 0:
        raise damaged()
    if not (data[tail : tail + 4] == _EOCD and data[-2:] == b"\0\0"):
        tail = data.rfind(_EOCD, max(0, len(data) - 65_557))
        if tail < 0 or tail + 22 > len(data):
            raise damaged("(不是完整的压缩包)")
    _, disk, start_disk, here, total, size, offset, _ = struct.unpack(
        "<4s4H2LH", data[tail : tail + 22]
    )
    if data[max(0, tail - 20) : tail - 16] == b"PK\x06\x07" or 0xFFFF in (here, total):
        raise tampered("使用了 zip64")
    if disk or start_disk or here != total:
        raise tampered("分卷压缩")
    if size > caps.directory_bytes:
        raise tampered("目录过大")
    if offset + size != tail:
        raise tampered("前面或中间夹带了别的数据")


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if (
        name.startswith(("/", "\\"))
        or ".." in parts
        or "\\" in name
        or ":" in name
        or any(ord(ch) < 32 for ch in name)
    ):
        raise tampered("部件路径越界")


def _data_start(data: bytes, info: zipfile.ZipInfo) -> int:
    at = info.header_offset
    head = data[at : at + 30]
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise damaged()
    flags, method = struct.unpack("<HH", head[6:10])
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    name = data[at + 30 : at + 30 + name_length]
    if flags & 0x1:
        raise encrypted()
    if method != info.compress_type or name != info.orig_filename.encode(
        "utf-8" if info.flag_bits & 0x800 else "cp437", "replace"
    ):
        raise tampered("部件头与目录不一致")
    return at + 30 + name_length + extra_length


def macro_part(names: list[str]) -> str | None:
    """有没有宏:返回那个部件名。"""
    for name in names:
        low = name.lower()
        if low.rsplit("/", 1)[-1] in MACRO_NAMES or low.startswith(MACRO_FOLDERS):
            return name
    return None
