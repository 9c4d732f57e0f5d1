"""做一份备份:一个快照里的数据库、行数、统计数字、锚点,加上快照里登记了的全部文件。"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import localtime

from juyuan import __version__
from juyuan.foundation.files import storage
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.keeping import FORMAT, LEFT_OUT, manifest, tools
from juyuan.foundation.keeping.facts import figures_on, row_counts
from juyuan.foundation.ledger import anchors, keys
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.jobs import seal
from juyuan.foundation.ledger.models import Event, Seal
from juyuan.foundation.policy.queries import pack
from juyuan.foundation.work.locks import only_one
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken

PARTIAL = ".partial"
PATIENCE = 2  # 秒:上一次被杀,它的锁要过片刻才放开


@dataclass(frozen=True)
class Taken:
    """做成的一份。`missing` 是库里登记了而磁盘上早已不在或已损坏的文件内容。"""

    folder: str
    made_at: str
    bytes: int
    rows: int
    files: int
    sealed: int
    signed: bool
    missing: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "folder": self.folder,
            "made_at": self.made_at,
            "bytes": self.bytes,
            "rows": self.rows,
            "files": self.files,
            "signed": self.signed,
            "missing_files": list(self.missing),
            "verified": True,
        }


def take(
    folder: Path,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    link_from: Path | None = None,
    step: Callable[[str], None] = lambda text: None,
) -> Taken:
    """备份到 `folder`(须还没有,或是空的)。做成之后已逐部分重读核对过,并记一行台账。

    `link_from`: 同一块盘上的前一份备份,其中内容相同的文件硬链过来,不再占空间。
    Raises: RuleBroken(文件夹不空、另一次备份正在做、磁盘已满、转储没有做成)。
    """
    folder = folder.absolute()
    _refuse_taken(folder)
    with only_one("keeping.backup", patience=PATIENCE) as mine:
        if not mine:
            raise RuleBroken.one("backup", "busy", "另一次备份正在做,请等它做完")
        sealed = seal(now=now)
        # 拿着锁,所以留在这里的半份必是被杀的那次留下的
        partial = folder.with_name(folder.name + PARTIAL)
        shutil.rmtree(partial, ignore_errors=True)
        with _plainly():
            partial.mkdir(parents=True, mode=0o700)
        try:
            with _plainly():
                taken = _fill(partial, folder, now, today, link_from, sealed.rows, step)
                _settle(partial, folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    with transaction.atomic():
        record(
            event="keeping.backup.made",
            actor=actor,
            obj_type="backup",
            obj_id=folder.name[:60],
            obj_label=str(folder)[-200:],
            after=taken.as_dict(),
            now=now,
        )
    return taken


def _refuse_taken(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RuleBroken.one("backup", "taken", f"{folder} 里已有东西。请给一个新的或空的文件夹")


@contextmanager
def _plainly() -> Iterator[None]:
    """磁盘满、没有权限变成一句中文。"""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RuleBroken.one(
                "disk", "disk_full", "磁盘已满,备份没有做成,没有留下半份"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise RuleBroken.one(
                "backup", "unwritable", f"写不进 {error.filename}:没有权限"
            ) from error
        raise


def _fill(
    partial: Path, folder: Path, now: datetime, today: date, link_from: Path | None, sealed: int,
    step: Callable[[str], None],
) -> Taken:  # fmt: skip
    step("转储数据库")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        tools.dump(partial / manifest.DUMP, snapshot=cursor.fetchone()[0], env=tools.environment())
        body = _facts(cursor, now, today)
        known = dict(StoredFile.objects.values_list("sha256", "size"))
    step(f"拷贝文件({len(known)} 份)")
    kept, missing = _copy_blobs(partial, known, link_from)
    manifest.write_json(partial / manifest.FILES, kept)
    (partial / manifest.DUMP).chmod(0o600)
    manifest.sync(partial / manifest.DUMP)
    parts: dict[str, dict[str, Any]] = {}
    for name in (manifest.DUMP, manifest.FILES):
        size, sha256 = manifest.digest_of(partial / name)
        parts[name] = {"size": size, "sha256": sha256}
    body |= {
        "files": {"count": len(kept), "bytes": sum(kept.values()), "missing": missing},
        "parts": parts,
    }
    ring = keys.ring(keys.BACKUP, make=True)
    manifest.write_json(partial / manifest.NAME, manifest.signed(body, ring))
    step("重读核对")
    found = manifest.check_parts(partial, manifest.read(partial))
    if found:
        raise RuleBroken(found)
    return Taken(
        folder=str(folder),
        made_at=body["made_at"],
        bytes=sum(int(part["size"]) for part in parts.values()) + sum(kept.values()),
        rows=sum(body["tables"].values()),
        files=len(kept),
        sealed=sealed,
        signed=ring.current is not None,
        missing=tuple(missing),
    )


def _facts(cursor: Any, now: datetime, today: date) -> dict[str, Any]:
    """快照里的事实:版本、每张表的行数、统计数字、台账。"""
    cursor.execute("SHOW server_version")
    server = cursor.fetchone()[0]
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    migrations = [f"{app}.{name}" for app, name in cursor.fetchall()]
    last = Seal.objects.order_by("-no").values_list("last_id", flat=True).first() or 0
    return {
        "format": FORMAT,
        "product": "juyuan",
        "version": __version__,
        "made_at": localtime(now).isoformat(timespec="seconds"),
        "mode": settings.JUYUAN_MODE,
        "pack": {"id": pack().id, "version": pack().version},
        "postgres": {"server": server, "dump": tools.version("pg_dump")},
        "migrations": migrations,
        "tables": row_counts(cursor),
        "left_out": LEFT_OUT,
        "figures": figures_on(today),
        "ledger": {
            "rows": Event.objects.count(),
            "unsealed": Event.objects.filter(id__gt=last).count(),
            "anchor": anchors.head(now=now),
        },
        "encrypted": False,
    }


def _copy_blobs(
    partial: Path, known: dict[str, int], link_from: Path | None
) -> tuple[dict[str, int], list[str]]:
    """逐份拷贝并核对内容;返回(拷好的, 磁盘上不在或已损坏的)。"""
    kept, missing = {}, []
    for sha256, size in sorted(known.items()):
        target = manifest.blob(partial, sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if link_from is not None and _link(manifest.blob(link_from, sha256), target, sha256):
            kept[sha256] = size
        elif _copy(storage.path_of(sha256), target) == sha256:
            kept[sha256] = target.stat().st_size
        else:
            target.unlink(missing_ok=True)
            missing.append(sha256)
    return kept, missing


def _link(source: Path, target: Path, sha256: str) -> bool:
    """前一份里有同样的内容(当场核对)就硬链。"""
    try:
        if manifest.digest_of(source)[1] != sha256:
            return False
        os.link(source, target)
    except OSError:
        return False
    return True


def _copy(source: Path, target: Path) -> str:
    """拷贝并落盘;返回拷到的内容的摘要,源不在即空。"""
    made = hashlib.sha256()
    try:
        stream = source.open("rb")
    except FileNotFoundError:
        return ""
    with stream, target.open("wb") as out:
        while chunk := stream.read(manifest.CHUNK):
            made.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return made.hexdigest()


def _settle(partial: Path, folder: Path) -> None:
    """落盘之后改名:此前它不是备份,此后是。"""
    for path in (partial, *(p for p in partial.rglob("*") if p.is_dir())):
        manifest.sync(path)
    if folder.exists():
        folder.rmdir()  # 空的;不空就在此失败,什么也不丢
    partial.rename(folder)
    manifest.sync(folder.parent)
