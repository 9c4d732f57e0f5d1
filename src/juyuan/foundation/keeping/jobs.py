"""夜间备份:做一份,再按规则删旧的。做不成时旧的一份不删。"""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime

from juyuan.foundation.keeping import manifest, rules
from juyuan.foundation.keeping.actions import PARTIAL, take
from juyuan.foundation.keeping.queries import folder_of_backups
from juyuan.kernel.actor import Actor


def nightly(*, today: date, now: datetime) -> dict[str, Any]:
    """做今天的一份;今天已有就不再做。演示没有指定 JUYUAN_BACKUP_DIR 时不做。

    Raises: RuleBroken(没有做成)、ValueError(JUYUAN_BACKUP_KEEP 写法不对)。
    """
    root = folder_of_backups()
    if root is None:
        return {"skipped": "演示没有指定 JUYUAN_BACKUP_DIR"}
    keep = rules.Keep.parse(settings.JUYUAN_BACKUP_KEEP)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    whole = whole_ones(root)
    made = next((n for n in whole if (at := rules.made_at(n)) and at.date() == today), None)
    result: dict[str, Any] = {"folder": str(root / made)} if made else {}
    if not made:
        name = localtime(now).strftime(rules.NAME)
        newest = root / max(whole) if whole else None
        taken = take(
            root / name, actor=Actor.system("夜间备份"), now=now, today=today, link_from=newest
        )
        result = taken.as_dict()
    return result | {"removed": prune(root, keep)}


def whole_ones(root: Path) -> list[str]:
    """做完了的夜间备份(名称是时间、里面有清单)。"""
    return [
        path.name
        for path in root.iterdir()
        if rules.made_at(path.name) and (path / manifest.NAME).is_file()
    ]


def prune(root: Path, keep: rules.Keep) -> list[str]:
    """删去规则不留的,返回其名称。先改名再删:删到一半被杀,剩下的不会被当成备份。"""
    for left in root.glob(f"*{PARTIAL}"):
        if rules.made_at(left.name.removesuffix(PARTIAL)):
            shutil.rmtree(left, ignore_errors=True)
    whole = whole_ones(root)
    removed = sorted(set(whole) - rules.kept(whole, keep))
    for name in removed:
        doomed = root / f"{name}{PARTIAL}"
        (root / name).rename(doomed)
        shutil.rmtree(doomed)
    return removed
