"""系统管理 · 备份:上一份何时做的、多大、核对过没有;做与恢复都在命令行。"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_GET

from juyuan.foundation.keeping import queries, restoring
from juyuan.foundation.keeping.access import can_see_backups
from juyuan.foundation.ledger import keys
from juyuan.foundation.people.views.shared import actor_of, tabs
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import require

MADE = (
    Column("at", "时间", kind="datetime", fixed=True, phone="full"),
    Column("by", "谁做的"),
    Column("verified", "核对", cell=lambda m: ui.light("warn", f"{m.missing} 份文件早已不在") if m.missing else ui.light("ok", "已重读核对")),
    Column("signed", "签名", value=lambda m: "有" if m.signed else "没有"),
    Column("bytes", "大小", value=lambda m: filesizeformat(m.bytes)),
    Column("rows", "行数", value=lambda m: f"{m.rows:,}"),
    Column("files", "文件", value=lambda m: f"{m.files:,}"),
    Column("folder", "位置", clip=True),
)  # fmt: skip
ON_DISK = (
    Column("name", "名称", fixed=True, phone="full"),
    Column("made_at", "时间", kind="datetime"),
    Column("whole", "清单", cell=lambda d: ui.light("ok", "完整") if d.whole else ui.light("bad", "残缺,不能用")),
    Column("bytes", "大小", value=lambda d: filesizeformat(d.bytes)),
    Column("rows", "行数", value=lambda d: f"{d.rows:,}"),
    Column("files", "文件", value=lambda d: f"{d.files:,}"),
    Column("version", "程序版本"),
)  # fmt: skip


@require_GET
def backups(request: HttpRequest) -> HttpResponse:
    """`/admin/backups/`。Raises: Denied。"""
    actor = actor_of(request)
    require(can_see_backups(actor))
    made = queries.last_made()
    context = {
        "page_title": "备份",
        "tabs": tabs(request, "keeping:backups"),
        "standing": queries.standing(clock.now()),
        "last": made[0] if made else None,
        "keep": settings.JUYUAN_BACKUP_KEEP.split(","),
        "signs": keys.ring(keys.BACKUP).current is not None,
        "left_out": restoring.left_out(),
        "made": Table(
            MADE, made, params=request.GET, today=clock.today(), row_key="folder",
            row_label="folder", caption="最近做的备份", empty="还没有备份过",
        ),
        "on_disk": Table(
            ON_DISK, queries.on_disk(), params=request.GET, today=clock.today(), row_key="name",
            row_label="name", caption="夜间备份的文件夹里", empty="文件夹里还没有备份",
        ),
    }  # fmt: skip
    return render(request, "keeping/backups.html", context)
