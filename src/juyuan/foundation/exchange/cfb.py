"""旧版 Office 的外壳(复合文件,OLE2):列出目录、取一条流。只读,守界,不信任何链。"""

from __future__ import annotations

import struct

from juyuan.foundation.exchange.refusal import damaged

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
_MAX_REGULAR = 0xFFFFFFFA


class Compound:
    """一个复合文件。`entries` 是 名 → (类型, 起始扇区, 长度)。"""

    def __init__(self, data: bytes) -> None:
        if len(data) < 1536 or data[:8] != MAGIC:
            raise damaged()
        self.data = data
        shift, mini_shift = struct.unpack("<HH", data[30:34])
        if shift not in (9, 12) or mini_shift != 6:
            raise damaged()
        self.size = 1 << shift
        (
            self._fat_count,
            first_directory,
            _,
            self._cutoff,
            first_mini,
            self._mini_count,
            first_difat,
            difat_count,
        ) = struct.unpack("<8I", data[44:76])
        self._limit = len(data) // self.size + 1
        self.fat = self._read_fat(first_difat, difat_count)
        directory = self._chain(first_directory)
        self.entries: dict[str, tuple[int, int, int]] = {}
        root = (0, _END, 0)
        for at in range(0, len(directory) - 127, 128):
            entry = directory[at : at + 128]
            length = struct.unpack("<H", entry[64:66])[0]
            kind = entry[66]
            if kind not in (1, 2, 5) or not 2 <= length <= 64:
                continue
            name = entry[: length - 2].decode("utf-16-le", "replace")
            start, size = struct.unpack("<II", entry[116:124])
            if kind == 5:
                root = (kind, start, size)
            else:
                self.entries.setdefault(name, (kind, start, size))
        self._mini_fat = self._numbers(self._chain(first_mini)) if self._mini_count else []
        self._mini_stream = self._chain(root[1])[: root[2]] if root[1] < _MAX_REGULAR else b""

    def stream(self, name: str) -> bytes | None:
        """取一条流的全部字节;没有则 None。"""
        entry = self.entries.get(name)
        if entry is None or entry[0] != 2:
            return None
        _, start, size = entry
        if size > len(self.data):
            raise damaged()
        if size < self._cutoff:
            return self._mini(start, size)
        return self._chain(start)[:size]

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self.size
        return self.data[at : at + self.size]

    @staticmethod
    def _numbers(raw: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))

    def _read_fat(self, first_difat: int, difat_count: int) -> list[int]:
        sectors = [n for n in struct.unpack("<109I", self.data[76:512]) if n < _MAX_REGULAR]
        at, seen = first_difat, 0
        while at < _MAX_REGULAR and seen < min(difat_count, self._limit):
            numbers = self._numbers(self._sector(at))
            if len(numbers) < self.size // 4:
                raise damaged()
            sectors.extend(n for n in numbers[:-1] if n < _MAX_REGULAR)
            at, seen = numbers[-1], seen + 1
        if len(sectors) > self._limit:
            raise damaged()
        fat: list[int] = []
        for number in sectors[: self._fat_count]:
            fat.extend(self._numbers(self._sector(number)))
        return fat

    def _chain(self, start: int) -> bytes:
        pieces: list[bytes] = []
        at = start
        while at < _MAX_REGULAR:
            if at >= len(self.fat) or len(pieces) > self._limit:
                raise damaged("(扇区链断裂或成环)")
            pieces.append(self._sector(at))
            at = self.fat[at]
        return b"".join(pieces)

    def _mini(self, start: int, size: int) -> bytes:
        pieces: list[bytes] = []
        at = start
        while at < _MAX_REGULAR and len(pieces) * 64 < size:
            if at >= len(self._mini_fat):
                raise damaged("(扇区链断裂或成环)")
            pieces.append(self._mini_stream[at * 64 : at * 64 + 64])
            at = self._mini_fat[at]
        return b"".join(pieces)[:size]
