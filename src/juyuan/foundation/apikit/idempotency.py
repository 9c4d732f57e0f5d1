"""幂等:同一键、同一内容的重试是同一个动作;同一键、别的内容是 409;被拒绝的键自动释放。

键与动作同一事务写入。并发的同键请求在唯一约束上等先到者提交,再读它的结果。
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from ninja import Status
from ninja.errors import HttpError

from juyuan.foundation.apikit.models import IdempotencyKey
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import RuleBroken

KEEP = timedelta(days=7)


def once(request: HttpRequest, act: Callable[[], tuple[int, dict[str, Any]]]) -> Status[Any]:
    """带 `Idempotency-Key` 时保证 `act` 只做一次;不带则直接做。

    Raises:
        HttpError: 409,同一键用于不同内容。
        RuleBroken: 键太长。
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return Status(*act())
    if len(key) > 100:
        raise RuleBroken.one("Idempotency-Key", "format.idempotency", "幂等键最多100个字符")
    account = request.api_account  # type: ignore[attr-defined]
    digest = _digest(request)
    now = clock.now()
    where = {"account": account, "path": request.path[:200], "key": key}
    IdempotencyKey.objects.filter(**where, created_at__lt=now - KEEP).delete()
    try:
        with transaction.atomic():
            row = IdempotencyKey(**where, body_sha256=digest, created_at=now)
            row.save(force_insert=True)
            status, body = act()
            IdempotencyKey.objects.filter(pk=row.pk).update(status=status, response=body)
            return Status(status, body)
    except IntegrityError:
        seen = IdempotencyKey.objects.filter(**where).first()
        if seen is None:
            raise
        if seen.body_sha256 != digest:
            raise HttpError(409, "这个幂等键已用于另一份内容,请换一个键") from None
        return Status(seen.status, seen.response)


def _digest(request: HttpRequest) -> str:
    """内容的摘要。带文件的请求(multipart)按各栏与文件内容算:每次请求的分界线不同,原始正文比不得。"""
    if request.content_type != "multipart/form-data":
        return hashlib.sha256(request.body).hexdigest()
    found = hashlib.sha256()
    for name, values in sorted(request.POST.lists()):
        found.update(repr((name, values)).encode())
    for name, uploads in sorted(request.FILES.lists()):
        for upload in uploads:
            found.update(repr((name, upload.name, upload.size)).encode())
            upload.seek(0)
            for chunk in upload.chunks():
                found.update(chunk)
            upload.seek(0)
    return found.hexdigest()
