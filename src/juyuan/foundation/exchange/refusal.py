"""拒收一个文件:一句话说清为什么、怎么改。"""

from __future__ import annotations

from dataclasses import dataclass


class FileRefused(Exception):
    """文件在读之前就被拒收。`code` 供测试与台账分类,`message` 与 `mend` 给人看。"""

    def __init__(self, code: str, message: str, mend: str) -> None:
        self.code = code
        self.message = message
        self.mend = mend
        super().__init__(f"{message}{mend}")


@dataclass(frozen=True)
class Caps:
    """收文件的上限。数值是本系统的安全上限,与政策参数无关。"""

    file_bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 100 * 1024 * 1024
    ratio: int = 150
    ratio_from_bytes: int = 5 * 1024 * 1024
    members: int = 500
    directory_bytes: int = 256 * 1024
    sheets: int = 50
    rows: int = 20_000
    columns: int = 200
    cells: int = 400_000
    idle: int = 400_000
    grid: int = 2_000_000
    elements: int = 2_000_000
    depth: int = 64
    text_chars: int = 32_000_000


CAPS = Caps()
