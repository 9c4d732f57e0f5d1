"""库外的密钥:封存台账的、签备份的。不进数据库,不进备份。

设置里可以写几把(逗号或换行隔开):第一把用来封存、签名,后面的是换下来的,只用来核验。
"""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from juyuan.kernel.verdict import RuleBroken

ALGORITHM = "sm3"
MIN_LENGTH = 16
AUDIT, BACKUP = "JUYUAN_AUDIT_KEY", "JUYUAN_BACKUP_KEY"
_FILES = {AUDIT: "audit", BACKUP: "backup"}


def mac(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SM3(32 字节)。"""
    made = hmac.new(key, digestmod=ALGORITHM)
    for part in parts:
        made.update(part)
    return made.digest()


def key_id(key: bytes) -> str:
    """密钥的标识(16 个十六进制字):由它认出是哪一把,推不回密钥。"""
    return mac(key, b"juyuan key id")[:8].hex()


@dataclass(frozen=True)
class Ring:
    """手上的密钥。`given` 为真即管理员明确给出的,为假即演示自造的。"""

    keys: tuple[bytes, ...] = ()
    given: bool = False

    @property
    def current(self) -> bytes | None:
        return self.keys[0] if self.keys else None

    def named(self, wanted: str) -> bytes | None:
        """按标识找;没有这一把即 None。"""
        return next((key for key in self.keys if key_id(key) == wanted), None)


def ring(name: str, *, make: bool = False) -> Ring:
    """`name` 是设置名。演示没有给出时用数据目录里自造的那把;`make` 为真才造。

    Raises: RuleBroken(给出的密钥太短)。
    """
    given = str(getattr(settings, name, "") or "")
    if given.strip():
        found = tuple(part.encode() for part in re.split(r"[,\s]+", given) if part)
        if any(len(key) < MIN_LENGTH for key in found):
            raise RuleBroken.one(name, "key_short", f"{name} 太短,至少 {MIN_LENGTH} 个字符")
        return Ring(found, given=True)
    if not settings.DEMO:
        return Ring()
    path = Path(settings.JUYUAN_HOME) / "keys" / _FILES[name]
    if make and not path.exists():
        _make(path)
    try:
        return Ring((path.read_bytes().strip(),))
    except FileNotFoundError:
        return Ring()


def _make(path: Path) -> None:
    """演示自造一把(0600);几个进程同时造,只有一把留下:先写全再硬链到位。"""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
