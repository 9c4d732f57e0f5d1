"""收文件、用文件、下载留痕。"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.files import rules, storage
from juyuan.foundation.files.models import FileUse, StoredFile
from juyuan.foundation.files.queries import limits_on
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken


def store_file(*, actor: Actor, name: str, stream: Any, now: datetime) -> StoredFile:
    """收下一份文件(还没有用在任何对象上)。

    内容先落盘再记库;之后的事务若回滚,只留下一份无主的内容,由每日清扫删去。
    Raises:
        RuleBroken: 类型、大小、扩展名不合,含宏、脚本、密级标志,磁盘已满。
    """
    limits = limits_on(localdate(now))
    name = rules.safe_name(name)
    found = rules.name_findings(name, limits.types)
    if found:
        raise RuleBroken(found)
    try:
        with storage.receive(stream, limits.max_bytes) as incoming:
            empty = rules.size_finding(incoming.size, limits.max_bytes)
            if empty:
                raise RuleBroken([empty])
            kind, found = rules.content_findings(incoming.file, incoming.size, name, limits.types)
            if found or kind is None:
                raise RuleBroken(found)
            storage.keep(incoming)
    except storage.TooLarge:
        over = rules.size_finding(limits.max_bytes + 1, limits.max_bytes)
        raise RuleBroken([over] if over else []) from None
    with transaction.atomic():
        stored = StoredFile.objects.create(
            sha256=incoming.sha256,
            name=name,
            size=incoming.size,
            mime=kind.mime,
            added_by=actor.name,
            unit_code=actor.post.unit_code if actor.post else "",
            at=now,
        )
        record(
            event="files.file.stored",
            actor=actor,
            obj_type="file",
            obj_id=stored.pk,
            obj_label=name,
            after={"sha256": stored.sha256, "size": stored.size, "mime": stored.mime},
            now=now,
        )
    return stored


def use_file(
    *,
    actor: Actor,
    file: StoredFile,
    object_type: str,
    object_id: object,
    label: str = "",
    now: datetime,
) -> FileUse:
    """把文件用在某个对象上(权限由对象所在的房间先行判定);同一文件同一对象同一说明只记一行。"""
    with transaction.atomic():
        known = FileUse.objects.filter(
            file__sha256=file.sha256,
            object_type=object_type,
            object_id=str(object_id),
            label=label[:200],
        ).first()
        if known is not None:
            return known
        use = FileUse.objects.create(
            file=file,
            object_type=object_type,
            object_id=str(object_id),
            label=label[:200],
            added_by=actor.name,
            at=now,
        )
        record(
            event="files.file.used",
            actor=actor,
            obj_type=object_type,
            obj_id=object_id,
            obj_label=file.name,
            after={"use": str(use.pk), "sha256": file.sha256, "label": use.label},
            now=now,
        )
    return use


def note_download(*, actor: Actor, use: FileUse, inline: bool, now: datetime) -> None:
    """下载或预览留痕。写不进台账就不给文件。"""
    with transaction.atomic():
        record(
            event="files.file.previewed" if inline else "files.file.downloaded",
            actor=actor,
            obj_type=use.object_type,
            obj_id=use.object_id,
            obj_label=use.file.name,
            after={"use": str(use.pk), "sha256": use.file.sha256},
            now=now,
        )


def remove_use(*, actor: Actor, use_id: uuid.UUID, reason: str, now: datetime) -> None:
    """撤去一处用途(错传);内容若别处还用则留着。权限由对象所在的房间先行判定。

    Raises: RuleBroken(未填理由)。
    """
    if not reason.strip():
        raise RuleBroken.one("reason", "reason", "请写明撤去的理由")
    with transaction.atomic():
        use = FileUse.objects.select_for_update(of=("self",)).select_related("file").get(pk=use_id)
        record(
            event="files.use.removed",
            actor=actor,
            obj_type=use.object_type,
            obj_id=use.object_id,
            obj_label=use.file.name,
            before={"use": str(use.pk), "sha256": use.file.sha256, "label": use.label},
            reason=reason,
            now=now,
        )
        use.delete()
