"""每日清扫:删去没有登记的内容与被杀进程留下的临时文件。"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from juyuan.foundation.files import storage
from juyuan.foundation.files.models import StoredFile

# 留足时间:上传的事务可能还没有提交
GRACE = timedelta(hours=24)


def sweep(*, today: date, now: datetime) -> dict[str, int]:
    """返回删去的内容数与临时文件数;重复执行无害。"""
    oldest = (now - GRACE).timestamp()
    stale = [path for path in storage.blobs() if path.stat().st_mtime < oldest]
    known = set(
        StoredFile.objects.filter(sha256__in=[p.name for p in stale]).values_list(
            "sha256", flat=True
        )
    )
    orphans = [path for path in stale if path.name not in known]
    left = [path for path in storage.leftovers() if path.stat().st_mtime < oldest]
    for path in [*orphans, *left]:
        path.unlink(missing_ok=True)
    return {"contents": len(orphans), "leftovers": len(left)}
