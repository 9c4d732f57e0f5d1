"""函的清单、日历、一封函的页面。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from juyuan.foundation.papers.models import Delivery
from juyuan.foundation.papers.states import DocumentState
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Letter
from juyuan.rooms.evaluation.queries import letters as read
from juyuan.rooms.evaluation.rules.breaches import (
    OPEN_LETTERS,
    TITLES,
    LetterLevel,
    LetterState,
    Outcome,
)

TABS = {
    "open": "在办", "preparing": "待批待发", "waiting": "待回复", "late": "到期未回复",
    "settle": "待定结果", "closed": "已了结",
}  # fmt: skip
SIGNAL = {
    LetterState.PREPARING: "idle", LetterState.SENT: "warn", LetterState.REPLIED: "ok",
    LetterState.PROPOSED: "ok", LetterState.CLOSED: "idle", LetterState.VOIDED: "idle",
}  # fmt: skip


def listed(actor: Actor, tab: str, today: date, unit: str = "") -> QuerySet[Letter]:
    """看得见的、这一页签的函,先到期的在前。"""
    rows = read.with_all(read.visible_to(actor))
    if unit:
        rows = rows.filter(unit__code=unit)
    states: Mapping[str, Q] = {
        "open": Q(state__in=[s.value for s in OPEN_LETTERS]),
        "preparing": Q(state=LetterState.PREPARING),
        "waiting": Q(state=LetterState.SENT),
        "late": Q(state=LetterState.SENT, reply_by__lt=today),
        "settle": Q(state__in=[LetterState.REPLIED, LetterState.PROPOSED]),
        "closed": Q(state__in=[LetterState.CLOSED, LetterState.VOIDED]),
    }
    return rows.filter(states.get(tab, states["open"])).order_by(
        F("reply_by").asc(nulls_last=True), "-id"
    )


@dataclass(frozen=True)
class Line:
    """清单上的一封。"""

    letter: Letter
    label: str
    state: str
    signal: str
    number: str
    project: str
    why: str
    late: int

    @property
    def url(self) -> str:
        return read.url_of(self.letter)


def line_of(letter: Letter, today: date) -> Line:
    """函 → 清单上的一行。"""
    state = LetterState(letter.state)
    late = (today - letter.reply_by).days if letter.reply_by and state is LetterState.SENT else 0
    breach = letter.breach
    return Line(
        letter, TITLES[LetterLevel(letter.level)], _state(letter), "bad" if late > 0 else SIGNAL[state],
        letter.document.number if letter.document else "", breach.promise.project.name,
        f"{breach.test_label}：{breach.facts.get('deviation', '')}", max(0, late),
    )  # fmt: skip


def _state(letter: Letter) -> str:
    """办理中的看公文走到哪一步。"""
    if letter.state == LetterState.PREPARING and letter.document is not None:
        return DocumentState(letter.document.state).label
    return LetterState(letter.state).label


def steps(letter: Letter, deliveries: list[Delivery]) -> list[dict[str, Any]]:
    """起草 → 批准 → 编号印发 → 送达 → 回复 → 结果。"""
    document = letter.document
    state = document.state if document else DocumentState.DRAFT.value
    order = [DocumentState.DRAFT, DocumentState.SUBMITTED, DocumentState.APPROVED]
    reached = 3 if state == DocumentState.ISSUED else 0
    if state in order:
        reached = {DocumentState.DRAFT: 0, DocumentState.SUBMITTED: 1, DocumentState.APPROVED: 2}[
            DocumentState(state)
        ]
    if reached == 3 and deliveries:
        reached = 4
    if letter.state in (LetterState.REPLIED, LetterState.PROPOSED):
        reached = 5
    if letter.state == LetterState.CLOSED:
        reached = 6
    notes = [
        letter.by_name,
        document.approved_by_name if document else "",
        document.number if document else "",
        f"{deliveries[0].delivered_on}" if deliveries else "",
        f"{letter.reply_by} 前" if letter.reply_by and reached <= 4 else "",
        Outcome(letter.outcome).label if letter.outcome else "",
    ]
    names = ["起草", "批准", "编号印发", "送达", "回复", "结果"]
    icons = ["pencil", "check", "number", "mail", "message", "checks"]
    return [
        {
            "label": name, "icon": icons[i], "note": note, "current": i == reached,
            "state": "done" if i < reached else "now" if i == reached else "todo",
        }
        for i, (name, note) in enumerate(zip(names, notes, strict=True))
    ]  # fmt: skip


def due_between(actor: Actor, first: date, last: date) -> list[Letter]:
    """这几天里到回复期限的、还在等回复的函。"""
    rows = read.with_all(read.visible_to(actor))
    return list(
        rows.filter(state=LetterState.SENT.value, reply_by__gte=first, reply_by__lte=last).order_by(
            "reply_by", "id"
        )
    )
