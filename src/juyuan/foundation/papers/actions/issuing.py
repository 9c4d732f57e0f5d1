"""批准、退回、印发、作废。批的人不是起草或改过它的人。"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_duty
from juyuan.foundation.files import actions as files
from juyuan.foundation.papers import docx, pdf
from juyuan.foundation.papers.actions import numbers
from juyuan.foundation.papers.actions.common import (
    APPROVE,
    ISSUE,
    changed,
    days_rule,
    next_state,
    note,
    reason_finding,
)
from juyuan.foundation.papers.actions.drafting import fresh
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.queries import OBJ
from juyuan.foundation.papers.registry import PaperKind, kind_of
from juyuan.foundation.papers.rules import check_code, lines_of
from juyuan.foundation.papers.states import DocumentState, Numbering
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, RuleBroken, require

NUMBER_LIMIT = 60


def approve_paper(*, actor: Actor, document: Document, now: datetime) -> Document:
    """批准。

    Raises:
        Denied: 无权,或自己起草、改过。
        Stale: 不是待批,或他人先行。
    """
    kind = kind_of(document.kind)
    require(kind.can_approve(actor, document))
    state = next_state(document, "approve")
    if actor.account_id in (document.prepared_by_id, document.revised_by_id):
        raise Denied("起草、改稿的人不能批自己的公文，请由另一人批准", kind.clause)
    with transaction.atomic():
        changed(
            document, state,
            approved_by_id=actor.account_id, approved_by_name=actor.name, approved_at=now,
        )  # fmt: skip
        note(document, "approved", actor, now)
        _end(document, APPROVE, "papers.document.approved", actor, now)
        open_duty(
            kind=ISSUE, object_type=OBJ, object_id=document.pk, unit_id=document.unit_id,
            basis_on=localdate(now), rule=days_rule("papers.issue_days", now),
            period=str(document.version), actor=actor, now=now,
        )  # fmt: skip
    return document


def return_paper(*, actor: Actor, document: Document, reason: str, now: datetime) -> Document:
    """退回改稿。

    Raises:
        Denied: 无权。
        RuleBroken: 没写理由。
        Stale: 不在待批、已批之中,或他人先行。
    """
    require(kind_of(document.kind).can_approve(actor, document))
    state = next_state(document, "return")
    findings = reason_finding(reason)
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        changed(
            document, state, return_reason=reason.strip(),
            approved_by_id=None, approved_by_name="", approved_at=None,
        )  # fmt: skip
        note(document, "returned", actor, now, reason=reason.strip())
        _close(document, "papers.document.returned", actor, now)
    return document


def issue_paper(*, actor: Actor, document: Document, number: str = "", now: datetime) -> Document:
    """编号印发:取号、定成文日期、排成 docx 与 pdf 存档、印上核验码,都在一个事务里。

    `number` 只在文号抄自办公系统时给。
    Raises:
        Denied: 无权。
        RuleBroken: 该抄的文号没抄、太长、已经用过;不该抄的抄了。
        Stale: 没有批准,或他人先行。
    """
    kind = kind_of(document.kind)
    require(kind.can_prepare(actor, document))
    next_state(document, "issue")
    typed = _typed(kind, number, now)
    try:
        with transaction.atomic():
            _issue(document, kind, typed, actor=actor, now=now)
            _close(document, "papers.document.issued", actor, now)
    except IntegrityError as error:
        if "document_one_number" in str(error):
            raise RuleBroken.one("number", "papers.used", f"文号「{typed}」已经用过") from error
        raise
    return document


def _typed(kind: PaperKind, number: str, now: datetime) -> str:
    typed = " ".join(number.split())
    office = numbers.numbering(localdate(now)) == Numbering.OFFICE
    if office and not typed:
        raise RuleBroken.one("number", "papers.number", "请抄录办公系统给的文号", kind.clause)
    if typed and not office:
        raise RuleBroken.one(
            "number",
            "papers.number",
            "文号由本系统发，不必填写（参数 papers.numbering）",
            kind.clause,
        )
    if len(typed) > NUMBER_LIMIT:
        raise RuleBroken.one("number", "papers.long", f"文号至多 {NUMBER_LIMIT} 字", kind.clause)
    return typed


def record_issue(
    *, actor: Actor, kind: str, object_type: str, object_id: int, unit_id: int, title: str,
    facts: Mapping[str, Any], words: Mapping[str, str] | None = None, now: datetime,
) -> Document:  # fmt: skip
    """系统记录(不另行批准的种类):在办事动作的事务里直接编号、排版、存档。

    Raises:
        ValueError: 这一种要批准,或内容不成公文(编码错误)。
    """
    found = kind_of(kind)
    if found.needs_approval:
        raise ValueError(f"{found.label}要经批准，不能直接存档")
    row = fresh(
        actor=actor, kind=kind, object_type=object_type, object_id=object_id, unit_id=unit_id,
        title=title, facts=facts, words=words or {}, now=now,
    )  # fmt: skip
    with transaction.atomic():
        row.state = DocumentState.APPROVED.value
        row.approved_by_name, row.approved_at = actor.name, now
        row.save(force_insert=True)
        _issue(row, found, "", actor=actor, now=now)
    return row


def _issue(document: Document, kind: PaperKind, typed: str, *, actor: Actor, now: datetime) -> None:
    day = localdate(now)
    document.dated = day
    sequence = None
    if typed:
        document.number = typed
    else:
        sequence = numbers.take_number(document.unit, kind.series, day.year)
        document.number = numbers.said(document.unit, kind.series, day, sequence)
    paper = kind.build(document)
    paper = replace(paper, check=check_code(paper))
    raw_pdf, raw_docx = pdf.render(paper), docx.render(paper)
    uses = [
        _stored(document, f"{document.number}.{form}", raw, actor=actor, now=now)
        for form, raw in (("pdf", raw_pdf), ("docx", raw_docx))
    ]
    text = "\n".join(lines_of(paper))
    changed(
        document, DocumentState.ISSUED, dated=day, number=document.number, series=kind.series,
        year=day.year, sequence=sequence, issued_by_name=actor.name, issued_at=now,
        check_code=paper.check, text_sha256=sha256(text.encode()).hexdigest(),
        pdf_use_id=uses[0], docx_use_id=uses[1], pdf_sha256=sha256(raw_pdf).hexdigest(),
    )  # fmt: skip
    note(
        document, "issued", actor, now,
        after={"number": document.number, "check": paper.check, "text_sha256": document.text_sha256},
    )  # fmt: skip
    if kind.on_issued is not None:
        kind.on_issued(document=document, actor=actor, now=now)


def _stored(document: Document, name: str, raw: bytes, *, actor: Actor, now: datetime) -> Any:
    stored = files.store_file(actor=actor, name=name, stream=io.BytesIO(raw), now=now)
    use = files.use_file(
        actor=actor, file=stored, object_type=OBJ, object_id=document.pk, label="存档", now=now
    )
    return use.pk


def void_paper(*, actor: Actor, document: Document, reason: str, now: datetime) -> Document:
    """作废:没印发的不再用;已印发的号不再用,登记簿上写明作废。

    Raises:
        Denied: 无权(没印发的起草人也可以,已印发的只有批准的人)。
        RuleBroken: 没写理由。
        Stale: 已经作废,或他人先行。
    """
    kind = kind_of(document.kind)
    issued = document.state == DocumentState.ISSUED
    allowed = kind.can_approve(actor, document)
    if not allowed and not issued:
        allowed = kind.can_prepare(actor, document)
    require(allowed)
    state = next_state(document, "void")
    findings = reason_finding(reason)
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        changed(
            document, state, voided_at=now, voided_by_name=actor.name, void_reason=reason.strip()
        )
        note(document, "voided", actor, now, reason=reason.strip())
        _close(document, "papers.document.voided", actor, now)
        if kind.on_voided is not None:
            kind.on_voided(document=document, actor=actor, now=now)
    return document


def _close(document: Document, act: str, actor: Actor, now: datetime) -> None:
    for name in (APPROVE, ISSUE):
        _end(document, name, act, actor, now)


def _end(document: Document, kind: str, act: str, actor: Actor, now: datetime) -> None:
    end_duty(kind=kind, object_type=OBJ, object_id=document.pk, act=act, actor=actor, now=now)
