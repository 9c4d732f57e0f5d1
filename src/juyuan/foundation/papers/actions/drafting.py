"""起草、改稿、送批。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import open_duty
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.papers.actions.common import (
    APPROVE,
    changed,
    days_rule,
    next_state,
    note,
    words_findings,
)
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.queries import OBJ, new_code
from juyuan.foundation.papers.registry import kind_of
from juyuan.foundation.papers.rules import pieces
from juyuan.foundation.papers.states import DocumentState
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require


def fresh(
    *, actor: Actor, kind: str, object_type: str, object_id: int, unit_id: int, title: str,
    facts: Mapping[str, Any], words: Mapping[str, str], now: datetime,
) -> Document:  # fmt: skip
    """一行还没有存的公文。"""
    return Document(
        code=new_code(), kind=kind, object_type=object_type, object_id=object_id,
        unit_id=unit_id, title=title.strip()[:200], facts=dict(facts), words=dict(words),
        dated=localdate(now), prepared_by_id=actor.account_id, prepared_by_name=actor.name,
        prepared_at=now,
    )  # fmt: skip


def draft_paper(
    *, actor: Actor, kind: str, object_type: str, object_id: int, unit_id: int, title: str,
    facts: Mapping[str, Any], words: Mapping[str, str] | None = None, now: datetime,
) -> Document:  # fmt: skip
    """起草一份:事实由房间给,锁定;话可以改。

    Raises:
        Denied: 无权起草这一种。
        RuleBroken: 话里有没登记的段,或太长。
        ValueError: 内容不成公文(编码错误)。
    """
    row = fresh(
        actor=actor, kind=kind, object_type=object_type, object_id=object_id, unit_id=unit_id,
        title=title, facts=facts, words=words or {}, now=now,
    )  # fmt: skip
    require(kind_of(kind).can_prepare(actor, row))
    findings = words_findings(row, row.words, whole=False)
    if findings:
        raise RuleBroken(findings)
    pieces(kind_of(kind).build(row))
    with transaction.atomic():
        row.save(force_insert=True)
        note(row, "drafted", actor, now, after={"kind": kind, "title": row.title})
    return row


def revise_paper(
    *, actor: Actor, document: Document, words: Mapping[str, str], version: int, now: datetime
) -> Document:
    """改话;事实不在其内。

    Raises:
        Denied: 无权。
        RuleBroken: 改了不能改的,或太长。
        Stale: 不是草拟,或他人先行。
    """
    require(kind_of(document.kind).can_prepare(actor, document))
    _draft_only(document, version)
    new = {**document.words, **{name: str(text).strip() for name, text in words.items()}}
    findings = words_findings(document, new, whole=False)
    if findings:
        raise RuleBroken(findings)
    before = {name: document.words.get(name, "") for name in words}
    with transaction.atomic():
        changed(document, words=new, revised_by_id=actor.account_id)
        note(
            document, "revised", actor, now,
            before=before, after={name: new[name] for name in words},
        )  # fmt: skip
    return document


def redraft(
    *, actor: Actor, document: Document, facts: Mapping[str, Any], now: datetime
) -> Document:
    """事实变了(又过了几天、又来了凭证):草拟中的一份重新带出事实。

    Raises:
        Denied: 无权。
        Stale: 不是草拟,或他人先行。
    """
    require(kind_of(document.kind).can_prepare(actor, document))
    _draft_only(document, document.version)
    before = dict(document.facts)
    with transaction.atomic():
        changed(document, facts=dict(facts), dated=localdate(now))
        note(document, "redrafted", actor, now, before=before, after=dict(facts))
    return document


def _draft_only(document: Document, version: int) -> None:
    if document.state != DocumentState.DRAFT:
        raise Stale("已经送批，要改请先由批准人退回")
    if document.version != version:
        raise Stale("这份公文刚被他人改过，请核对最新内容")


def submit_paper(*, actor: Actor, document: Document, now: datetime) -> Document:
    """送批:该写的话都写了才行;告诉批的人。

    Raises:
        Denied: 无权。
        RuleBroken: 有没写的。
        Stale: 不是草拟,或他人先行。
    """
    kind = kind_of(document.kind)
    require(kind.can_prepare(actor, document))
    state = next_state(document, "submit")
    findings = words_findings(document, document.words, whole=True)
    if findings:
        raise RuleBroken(findings)
    unit_id, person_id = kind.approver(document)
    with transaction.atomic():
        changed(document, state, submitted_at=now, return_reason="")
        note(document, "submitted", actor, now)
        duty = open_duty(
            kind=APPROVE, object_type=OBJ, object_id=document.pk, unit_id=unit_id,
            person_id=person_id, basis_on=localdate(now),
            rule=days_rule("papers.approve_days", now), period=str(document.version),
            actor=actor, now=now,
        )  # fmt: skip
        if person_id is not None:
            notify(
                kind="papers.submitted", person_ids=[person_id], object_type=OBJ,
                object_id=document.pk, due_on=duty.due_on, title=f"请批：{document.title}",
                text=f"{kind.label}，{document.prepared_by_name}起草",
                url=f"/papers/{document.code}/", now=now,
            )  # fmt: skip
    return document
