"""备份的清单:写、读、签、核对。清单在,备份才算在;清单说的每个部分都要对得上。"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from juyuan.foundation.keeping import FORMAT
from juyuan.foundation.ledger import canonical, keys
from juyuan.kernel.verdict import Finding, RuleBroken

NAME, DUMP, FILES = "manifest.json", "database.dump", "files.json"
CHUNK = 1024 * 1024
_SHAPE = {
    "format": int, "made_at": str, "mode": str, "migrations": list, "tables": dict, "figures": dict,
    "files": dict, "parts": dict, "postgres": dict, "ledger": dict,
}  # fmt: skip


def digest_of(path: Path) -> tuple[int, str]:
    """(字节数, SHA-256)。"""
    made, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            made.update(chunk)
            size += len(chunk)
    return size, made.hexdigest()


def blob(folder: Path, sha256: str) -> Path:
    """备份里一份文件内容的位置。"""
    return folder / "files" / sha256[:2] / sha256[2:4] / sha256


def sync(path: Path) -> None:
    """文件或目录落盘。"""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # 有的文件系统不许对目录 fsync
        if not path.is_dir():
            raise
    finally:
        os.close(handle)


def write_json(path: Path, body: Any) -> None:
    """写一份 JSON 并落盘。"""
    text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o600)
    sync(path)


def signed(body: dict[str, Any], ring: keys.Ring) -> dict[str, Any]:
    """添上签名(HMAC-SM3);没有密钥则如实记为没有。"""
    key = ring.current
    if key is None:
        return body | {"signature": None}
    return body | {"signature": {"algorithm": "HMAC-SM3", "key": keys.key_id(key), "mac": _mac(key, body)}}  # fmt: skip


def _mac(key: bytes, body: dict[str, Any]) -> str:
    return keys.mac(key, b"backup\n", canonical.canonical(body)).hex()


def broken(message: str, rule: str = "damaged", field: str = "backup") -> RuleBroken:
    return RuleBroken.one(field, rule, message)


def read(folder: Path) -> dict[str, Any]:
    """读清单并核对其形状与版本。

    Raises: RuleBroken(不是备份、没有写完、残缺、比程序新)。
    """
    path = folder / NAME
    if not folder.is_dir():
        raise broken(f"没有这个文件夹:{folder}", "missing")
    if not path.is_file():
        raise broken(f"{folder} 里没有清单 {NAME}:不是备份,或备份没有做完", "missing")
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise broken("清单残缺,读不出来:这份备份不完整") from error
    if not isinstance(body, dict) or not isinstance(body.get("format"), int):
        raise broken("清单不是聚源的格式")
    if body["format"] > FORMAT:
        raise broken(
            f"这份备份的格式(第 {body['format']} 版)比程序新(第 {FORMAT} 版)。请用新版程序恢复",
            "newer",
        )
    if any(not isinstance(body.get(name), kind) for name, kind in _SHAPE.items()):
        raise broken("清单残缺:这份备份不完整")
    if not {DUMP, FILES} <= set(body["parts"]):
        raise broken("清单里少了数据库或文件的部分")
    return body


def signature(body: dict[str, Any], ring: keys.Ring) -> str:
    """核对签名;空即相符,不空是「无法核验」的缘由。

    Raises: RuleBroken(清单被改过;配了密钥而备份没有签名,或不是用它签的)。
    """
    said = body.get("signature")
    if not isinstance(said, dict):
        if ring.given:
            raise broken(
                "这份备份没有签名,而本机配了 JUYUAN_BACKUP_KEY。确知来历的,加 --unsigned",
                "unsigned",
            )
        return "备份没有签名"
    key = ring.named(str(said.get("key")))
    if key is None:
        if ring.given:
            raise broken(
                "这份备份不是用本机的 JUYUAN_BACKUP_KEY 签的。确知来历的,加 --unsigned", "unsigned"
            )
        return "没有签名用的那把密钥(JUYUAN_BACKUP_KEY)"
    unsigned = {name: value for name, value in body.items() if name != "signature"}
    if not hmac.compare_digest(_mac(key, unsigned), str(said.get("mac"))):
        raise broken("清单被改过:签名不符", "changed")
    return ""


def contents(folder: Path) -> dict[str, int]:
    """文件清单:内容摘要 → 字节数。须在 `parts` 核对之后读。"""
    found = json.loads((folder / FILES).read_text(encoding="utf-8"))
    return {str(sha): int(size) for sha, size in found.items()}


def check_parts(
    folder: Path, body: dict[str, Any], step: Callable[[int, int], None] = lambda done, total: None
) -> list[Finding]:
    """逐个部分、逐份文件重算摘要;返回全部不符(空即完好)。"""
    found: list[Finding] = []
    for name, part in sorted(body["parts"].items()):
        found += _check(folder / name, name, part["size"], part["sha256"])
    if found:
        return found
    listed = contents(folder)
    for done, (sha256, size) in enumerate(sorted(listed.items())):
        found += _check(blob(folder, sha256), f"文件 {sha256[:12]}…", size, sha256)
        step(done + 1, len(listed))
    return found


def _check(path: Path, name: str, size: int, sha256: str) -> list[Finding]:
    def problem(message: str) -> list[Finding]:
        return [Finding(name, "damaged", "", f"{name} {message}:这份备份已损坏,不能用")]

    if path.is_symlink() or not path.is_file():
        return problem("不在了")
    if path.stat().st_size != size:
        return problem(f"应有 {size} 字节,现在是 {path.stat().st_size}(被截断或改过)")
    return problem("内容与清单的摘要不符") if digest_of(path)[1] != sha256 else []
