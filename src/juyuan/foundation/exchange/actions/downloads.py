"""下载留痕:原文件、退回表。写不进台账就不给文件。"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor


def note_download(*, actor: Actor, batch: ImportBatch, what: str, now: datetime) -> None:
    """记一次下载;`what` 是 source(原文件)或 refused(退回表)。"""
    with transaction.atomic():
        record(
            event="exchange.batch.downloaded",
            actor=actor,
            obj_type="import_batch",
            obj_id=batch.pk,
            obj_label=str(batch),
            after={"what": what, "sha256": batch.sha256},
            now=now,
        )
