"""下载与预览:先过对象的门,再记台账,然后才给内容。"""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from juyuan.foundation.files import actions, queries, rules, storage
from juyuan.foundation.workdays import clock

# 预览的 PDF、图片在沙箱里打开:即使内容有脚本也不得执行,更不能触及本站
SANDBOX = "default-src 'none'; img-src 'self'; object-src 'none'; style-src 'none'; sandbox"


@require_GET
def download(request: HttpRequest, use_id: uuid.UUID) -> HttpResponseBase:
    """`?view=1` 且是 PDF、图片则在浏览器里看,否则一律作附件下载。"""
    actor = request.actor  # type: ignore[attr-defined]
    use = queries.door(actor, use_id)
    inline = request.GET.get("view") == "1" and use.file.mime in rules.INLINE_MIMES
    path = storage.path_of(use.file.sha256)
    if not path.is_file():
        return HttpResponse("文件内容缺失，请联系系统管理员从备份恢复。", status=500)
    actions.note_download(actor=actor, use=use, inline=inline, now=clock.now())
    response = FileResponse(path.open("rb"), content_type=use.file.mime)
    response.headers["Content-Length"] = str(use.file.size)
    response.headers["Content-Disposition"] = (
        content_disposition_header(not inline, use.file.name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
