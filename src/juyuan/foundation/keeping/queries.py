"""备份的近况:上一份何时做的、多大、核对过没有、该有而没有。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from juyuan.foundation.keeping import manifest, rules
from juyuan.foundation.ledger.queries import recent
from juyuan.foundation.work.models import JobRun
from juyuan.kernel.verdict import RuleBroken

JOB = "keeping.nightly"
LATE = timedelta(hours=36)


def folder_of_backups() -> Path | None:
    """夜间备份放在哪里:JUYUAN_BACKUP_DIR;正式运行默认在数据目录的 backups,演示默认没有。"""
    if settings.JUYUAN_BACKUP_DIR:
        return Path(settings.JUYUAN_BACKUP_DIR).absolute()
    return None if settings.DEMO else Path(settings.JUYUAN_HOME) / "backups"


@dataclass(frozen=True)
class Made:
    """台账里记着的一次备份。"""

    at: datetime
    by: str
    folder: str
    bytes: int
    rows: int
    files: int
    signed: bool
    missing: int


def last_made(limit: int = 20) -> list[Made]:
    """最近的备份,新的在前(夜间的与手工的)。"""
    return [
        Made(
            at=event.at,
            by=event.actor_name,
            folder=said.get("folder", ""),
            bytes=int(said.get("bytes", 0)),
            rows=int(said.get("rows", 0)),
            files=int(said.get("files", 0)),
            signed=bool(said.get("signed")),
            missing=len(said.get("missing_files", [])),
        )
        for event in recent("keeping.backup.made", limit)
        for said in [event.after or {}]
    ]


@dataclass(frozen=True)
class Standing:
    """备份的现状。`problem` 空即好;`note` 是提醒。"""

    folder: str
    problem: str
    note: str


def standing(now: datetime) -> Standing:
    """夜间备份好不好。"""
    root = folder_of_backups()
    if root is None:
        return Standing("", "", "演示不做夜间备份；设 JUYUAN_BACKUP_DIR 即做")
    note = (
        ""
        if settings.JUYUAN_BACKUP_DIR
        else "与数据在同一块盘上：盘坏了一起丢。请设 JUYUAN_BACKUP_DIR 指到别的盘"
    )
    run = JobRun.objects.filter(name=JOB).order_by("-on").first()
    if run is not None and run.error:
        return Standing(str(root), f"{run.on} 的夜间备份没有做成:{run.error}", note)
    made = last_made(1)
    if not made:
        return Standing(str(root), "还没有备份过", note)
    if now - made[0].at > LATE:
        return Standing(str(root), f"最近一份是 {made[0].at:%Y-%m-%d} 的,已超过一天半", note)
    return Standing(str(root), "", note)


@dataclass(frozen=True)
class OnDisk:
    """备份文件夹里的一份。`whole` 为假即清单残缺。"""

    name: str
    made_at: datetime | None
    bytes: int
    files: int
    rows: int
    version: str
    whole: bool


def on_disk(limit: int = 60) -> list[OnDisk]:
    """备份文件夹里的各份,新的在前(只读清单,不重算摘要)。"""
    root = folder_of_backups()
    if root is None or not root.is_dir():
        return []
    names = sorted((p.name for p in root.iterdir() if rules.made_at(p.name)), reverse=True)
    return [_on_disk(root / name) for name in names[:limit]]


def _on_disk(folder: Path) -> OnDisk:
    try:
        body: dict[str, Any] = manifest.read(folder)
        size = sum(int(part["size"]) for part in body["parts"].values())
        return OnDisk(
            folder.name, parse_datetime(body["made_at"]), size + int(body["files"]["bytes"]),
            int(body["files"]["count"]), sum(body["tables"].values()), str(body.get("version", "")),
            whole=True,
        )  # fmt: skip
    except (RuleBroken, OSError, KeyError, TypeError, ValueError):
        return OnDisk(folder.name, None, 0, 0, 0, "", whole=False)
