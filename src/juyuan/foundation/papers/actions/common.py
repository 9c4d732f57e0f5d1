"""各动作共用的:条件更新、台账、期限。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.duties.rules import DueRule
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.queries import OBJ
from juyuan.foundation.papers.registry import kind_of
from juyuan.foundation.papers.states import DocumentState, moved
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, Stale

APPROVE, ISSUE = "papers.approve", "papers.issue"


def changed(document: Document, state: DocumentState | None = None, **changes: Any) -> None:
    """带版本的条件更新。

    Raises:
        Stale: 他人先行。
    """
    fields = changes | ({"state": state.value} if state else {})
    rows = Document.objects.filter(
        pk=document.pk, version=document.version, state=document.state
    ).update(**fields, version=document.version + 1)
    if rows == 0:
        raise Stale("这份公文刚被他人办过，请核对最新内容")
    for name, value in fields.items():
        setattr(document, name, value)
    document.version += 1


def next_state(document: Document, verb: str) -> DocumentState:
    """Raises: Stale(此时不能这样办)。"""
    found = moved(document.state, verb)
    if found is None:
        raise Stale(f"这份公文现在是「{DocumentState(document.state).label}」，不能这样办")
    return found


def note(document: Document, verb: str, actor: Actor, now: datetime, **more: Any) -> None:
    """一行台账。"""
    record(
        event=f"papers.document.{verb}", actor=actor, obj_type=OBJ, obj_id=document.code,
        obj_label=document.title, clause=kind_of(document.kind).clause, now=now, **more,
    )  # fmt: skip


def days_rule(key: str, now: datetime) -> DueRule:
    """参数里写的几个工作日。"""
    return DueRule(int(params(localdate(now))[key]), said=f"参数 {key}，建议值")


def words_findings(document: Document, words: dict[str, str], *, whole: bool) -> list[Finding]:
    """可改的话:只认登记的几段,不超长;送批时该写的要写。"""
    kind = kind_of(document.kind)
    fields = {field.name: field for field in kind.word_fields}
    found = [
        Finding(
            name, "papers.word", kind.clause, f"没有「{name}」这一段可改，事实由系统带出，不能改"
        )
        for name in words
        if name not in fields
    ]
    for field in fields.values():
        text = str(words.get(field.name, "")).strip()
        if len(text) > field.limit:
            found.append(
                Finding(
                    field.name, "papers.long", kind.clause, f"{field.label}至多 {field.limit} 字"
                )
            )
        if whole and field.required and not text:
            found.append(Finding(field.name, "papers.blank", kind.clause, f"请写{field.label}"))
    return found


def reason_finding(reason: str) -> list[Finding]:
    """退回、作废要有理由。"""
    if not reason.strip():
        return [Finding("reason", "papers.reason", "", "请写明理由")]
    if len(reason) > 1000:
        return [Finding("reason", "papers.long", "", "理由至多 1000 字")]
    return []
