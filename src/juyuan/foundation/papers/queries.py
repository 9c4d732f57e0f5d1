"""公文的读:看得见哪些、由编号取、各文件、核验。"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from django.db.models import Q, QuerySet

from juyuan.foundation.files.models import FileUse
from juyuan.foundation.files.storage import path_of
from juyuan.foundation.papers import docx, pdf
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import kind_of, kinds
from juyuan.foundation.papers.rules import Paper, Piece, pieces
from juyuan.foundation.papers.states import DocumentState
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound

OBJ = "paper"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_code() -> str:
    """公文的系统编号:随机,不按次序。"""
    return "GW-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


def visible_to(actor: Actor) -> QuerySet[Document]:
    """看得见的公文:各种类按其对象。"""
    seen = Q(pk__in=[])
    for kind in kinds():
        seen |= Q(kind=kind.kind, object_id__in=kind.within(actor))
    return Document.objects.filter(seen)


def door(actor: Actor, code: str) -> Document:
    """由编号取公文的唯一入口。

    Raises:
        NotFound: 没有,或看不见它的对象。
    """
    row = Document.objects.select_related("unit").filter(code=code).first()
    if row is None or not _sees(actor, row):
        raise NotFound
    return row


def _sees(actor: Actor, document: Document) -> bool:
    within = kind_of(document.kind).within(actor)
    return Document.objects.filter(pk=document.pk, object_id__in=within).exists()


def documents_of(object_type: str, ids: Iterable[int], kind: str = "") -> QuerySet[Document]:
    """几个对象的公文(对象是否可见由调用者先判定)。"""
    rows = Document.objects.filter(object_type=object_type, object_id__in=list(ids))
    return rows.filter(kind=kind) if kind else rows


def paper_of(document: Document) -> Paper:
    """内容;已印发的带核验码。"""
    return replace(kind_of(document.kind).build(document), check=document.check_code)


def shown(document: Document) -> list[Piece]:
    """屏幕上看的一份:与印出来的同样的字,空行不要。"""
    found = [p for p in pieces(paper_of(document)) if p.kind != "blank"]
    issuer = paper_of(document).issuer
    head = [Piece("issuer", issuer)] if issuer and found and found[0].kind != "mark" else []
    return head + found


def rendered(document: Document, form: str) -> bytes:
    """docx 或 pdf:印发过的是存档的那一份,没有印发的照此刻的事实排。"""
    kept = document.pdf_use_id if form == "pdf" else document.docx_use_id
    if kept is not None:
        return archived(kept)
    return (pdf if form == "pdf" else docx).render(paper_of(document))


def archived(use_id: UUID) -> bytes:
    """存档的字节。"""
    use = FileUse.objects.select_related("file").get(pk=use_id)
    return path_of(use.file.sha256).read_bytes()


def whole_archive(document: Document) -> bool:
    """存档的 pdf 还在,且与印发时的摘要相同。"""
    if document.pdf_use_id is None:
        return False
    try:
        raw = archived(document.pdf_use_id)
    except (FileUse.DoesNotExist, OSError):
        return False
    return sha256(raw).hexdigest() == document.pdf_sha256


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = Document.objects.filter(pk__in=list(ids)).values_list("pk", "title", "code")
    return {pk: (title, f"/papers/{code}/") for pk, title, code in rows}


def can_see_id(actor: Actor, object_id: str) -> bool:
    return bool(visible_ids(actor, [int(object_id)]))


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    return present(actor, [int(object_id)])[int(object_id)]


@dataclass(frozen=True)
class Checked:
    """核验的回答:只说这份公文是不是本系统印发的、是不是原文,不给内容。"""

    found: bool
    title: str = ""
    number: str = ""
    unit: str = ""
    dated: str = ""
    voided: bool = False


def checked(number: str, code: str) -> Checked:
    """由文号与核验码核对:两样都对才说得出是哪一份。"""
    typed = code.strip().upper().replace(" ", "").replace("—", "-").replace("－", "-")
    if "-" not in typed:
        typed = "-".join(typed[i : i + 4] for i in range(0, len(typed), 4))
    row = (
        Document.objects.filter(number=" ".join(number.split()), check_code=typed)
        .exclude(check_code="")
        .select_related("unit")
        .first()
    )
    if row is None or not whole_archive(row):
        return Checked(found=False)
    return Checked(
        found=True, title=row.title, number=row.number, unit=row.unit.name,
        dated=row.dated.isoformat(), voided=row.state == DocumentState.VOIDED,
    )  # fmt: skip
