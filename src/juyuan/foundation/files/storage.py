"""内容的存放:先写临时文件并同步到盘,再原子改名到 aa/bb/<摘要>;同样的内容只有一份。"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from juyuan.kernel.verdict import RuleBroken

CHUNK = 1024 * 1024
FULL = "磁盘空间不足，文件没有保存。请联系系统管理员清理空间后再上传"
READ_ONLY = "数据目录只读，文件没有保存。请联系系统管理员"


class TooLarge(Exception):
    """读到上限仍未结束。"""


@dataclass
class Incoming:
    """已收下、尚未入库的内容。"""

    file: BinaryIO
    path: Path
    size: int
    sha256: str


def root() -> Path:
    return Path(settings.MEDIA_ROOT)


def path_of(sha256: str) -> Path:
    return root() / sha256[:2] / sha256[2:4] / sha256


@contextmanager
def receive(stream: BinaryIO, limit: int) -> Iterator[Incoming]:
    """把上传读进数据目录下的临时文件;离开时临时文件必已不在(已入库,或已删除)。

    `limit`: 字节上限,多读到一个字节即停。
    Raises:
        TooLarge: 超过上限。
        RuleBroken: 磁盘已满(没有半个文件留下)。
    """
    folder = root() / "incoming"
    with _plainly():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "w+b") as temp:
            with _plainly():
                size, sha256 = _copy(stream, temp, limit)
            yield Incoming(temp, Path(name), size, sha256)
    finally:
        Path(name).unlink(missing_ok=True)


def _copy(stream: BinaryIO, temp: BinaryIO, limit: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge
        digest.update(chunk)
        temp.write(chunk)
    temp.flush()
    os.fsync(temp.fileno())
    return size, digest.hexdigest()


def keep(incoming: Incoming) -> None:
    """临时文件改名为正式内容;已有同样内容则只更新其时间(清扫据此放过它)。"""
    target = path_of(incoming.sha256)
    incoming.file.close()
    with _plainly():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists():
            os.utime(target)
            return
        os.replace(incoming.path, target)
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """目录项也落盘;Windows 不能打开目录,由文件系统日志保证。"""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _plainly() -> Iterator[None]:
    """磁盘满、配额满、只读变成一句中文;其余照旧抛出。"""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RuleBroken.one("file", "disk_full", FULL) from error
        if error.errno == errno.EROFS:
            raise RuleBroken.one("file", "disk_read_only", READ_ONLY) from error
        raise


def blobs() -> Iterator[Path]:
    """全部正式内容。"""
    yield from (p for p in root().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*") if p.is_file())


def leftovers() -> Iterator[Path]:
    """临时文件:进程被杀时才会留下。"""
    yield from (root() / "incoming").glob("*")
