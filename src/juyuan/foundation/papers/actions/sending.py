"""印发之后:盖章件、送达。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.papers.actions.common import changed, note
from juyuan.foundation.papers.models import Delivery, Document
from juyuan.foundation.papers.queries import OBJ
from juyuan.foundation.papers.registry import kind_of
from juyuan.foundation.papers.states import DeliveryWay, DocumentState
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require

RECEIVER_LIMIT, NOTE_LIMIT = 100, 500


@dataclass(frozen=True)
class DeliveryDraft:
    """一次送达。"""

    way: str
    receiver: str
    on: date | None
    note: str = ""
    file_id: int | None = None


def _issued(document: Document) -> None:
    if document.state != DocumentState.ISSUED:
        raise Stale("还没有印发，或已经作废")


def upload_scan(
    *, actor: Actor, document: Document, file_id: int | None, now: datetime
) -> Document:
    """上传盖章件:对外的一份以它为准;传错了再传一份,旧的仍在台账里。

    Raises:
        Denied: 无权。
        RuleBroken: 没有文件,或不是 pdf、图片。
        Stale: 没有印发,或他人先行。
    """
    require(kind_of(document.kind).can_prepare(actor, document))
    _issued(document)
    stored = uploaded(actor, file_id)
    if stored is None:
        raise RuleBroken.one("file", "papers.scan", "请上传盖好章的扫描件（pdf 或图片）")
    if stored.mime != "application/pdf" and not stored.mime.startswith("image/"):
        raise RuleBroken.one("file", "papers.scan", "盖章件须是 pdf 或图片，不是可编辑的文件")
    before = document.scan_name
    with transaction.atomic():
        use = _use(document, stored, "盖章件", actor=actor, now=now)
        changed(document, scan_use_id=use, scan_name=stored.name[:200], scanned_at=now)
        note(
            document, "scanned", actor, now,
            before={"file": before}, after={"file": stored.name, "sha256": stored.sha256},
        )  # fmt: skip
    return document


def record_delivery(
    *, actor: Actor, document: Document, draft: DeliveryDraft, now: datetime
) -> Delivery:
    """记下一次送达(只增)。

    Raises:
        Denied: 无权。
        RuleBroken: 方式、签收人、日期没写对,或文件没有存好。
        Stale: 没有印发。
    """
    kind = kind_of(document.kind)
    require(kind.can_prepare(actor, document))
    _issued(document)
    stored = uploaded(actor, draft.file_id)
    findings = _judge(draft, document, localdate(now))
    if draft.file_id is not None and stored is None:
        findings.append(Finding("file", "papers.file", "", "文件没有存好，请重新上传"))
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        row = Delivery(
            document=document, way=draft.way, receiver=draft.receiver.strip(),
            delivered_on=draft.on or localdate(now), note=draft.note.strip(),
            by_name=actor.name, at=now,
        )  # fmt: skip
        if stored is not None:
            row.receipt_use_id = _use(document, stored, "送达回证", actor=actor, now=now)
            row.receipt_name = stored.name[:200]
        row.save(force_insert=True)
        note(
            document, "delivered", actor, now,
            after={"way": row.way, "receiver": row.receiver, "on": row.delivered_on.isoformat()},
        )  # fmt: skip
    return row


def _judge(draft: DeliveryDraft, document: Document, today: date) -> list[Finding]:
    found = []
    if draft.way not in dict(DeliveryWay.pairs()):
        found.append(Finding("way", "papers.way", "", "请选择送达方式"))
    if not draft.receiver.strip():
        found.append(Finding("receiver", "papers.receiver", "", "请写签收的人或单位"))
    elif len(draft.receiver) > RECEIVER_LIMIT:
        found.append(Finding("receiver", "papers.long", "", f"签收人至多 {RECEIVER_LIMIT} 字"))
    if len(draft.note) > NOTE_LIMIT:
        found.append(Finding("note", "papers.long", "", f"说明至多 {NOTE_LIMIT} 字"))
    if draft.on is None:
        found.append(Finding("on", "papers.on", "", "请写送达日期"))
    elif draft.on > today:
        found.append(Finding("on", "papers.on", "", f"送达日期不能晚于今天（{today}）"))
    elif draft.on < document.dated:
        found.append(
            Finding("on", "papers.on", "", f"送达日期不能早于成文日期（{document.dated}）")
        )
    return found


def _use(
    document: Document, stored: StoredFile, label: str, *, actor: Actor, now: datetime
) -> UUID:
    use = files.use_file(
        actor=actor, file=stored, object_type=OBJ, object_id=document.pk, label=label, now=now
    )
    return use.pk
