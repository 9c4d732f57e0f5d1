"""已收下的文件随表单带着:表单被退回时不必重新选文件。凭签名,只认同一个人。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from juyuan.foundation.files.actions import store_file
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.kernel.actor import Actor

FIELD = "kept_file"
SALT = "files.kept"
MAX_AGE = 12 * 3600


@dataclass(frozen=True)
class Kept:
    """收下的文件;`token` 放进隐藏域。"""

    file_id: int
    name: str
    token: str


def _kept(actor: Actor, stored: StoredFile) -> Kept:
    token = signing.dumps([actor.account_id, stored.pk], salt=SALT)
    return Kept(stored.pk, stored.name, token)


def receive(request: HttpRequest, actor: Actor, field: str, now: datetime) -> Kept | None:
    """新选的文件收下;没有新选的,用上一次收下的;都没有为空。

    Raises:
        RuleBroken: 文件不合规(类型、大小、密级标志等)。
    """
    upload = request.FILES.get(field)
    if isinstance(upload, UploadedFile) and upload.file is not None:
        stored = store_file(actor=actor, name=upload.name or "", stream=upload.file, now=now)
        return _kept(actor, stored)
    token = request.POST.get(FIELD, "")
    if not token:
        return None
    try:
        account_id, file_id = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if account_id != actor.account_id:
        return None
    known = uploaded(actor, file_id)
    return _kept(actor, known) if known else None
