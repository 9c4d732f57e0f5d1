"""履约的待办:确认违约、送达、跟进回复、提出结果、批准结果。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.foundation.people.models import Role
from juyuan.foundation.policy.queries import params
from juyuan.rooms.evaluation.models import Letter
from juyuan.rooms.evaluation.queries import breaches, promises
from juyuan.rooms.evaluation.queries.cases import tracked
from juyuan.rooms.evaluation.queries.letters import OBJ
from juyuan.rooms.evaluation.rules.breaches import LetterState

CONFIRM = "evaluation.confirm_breach"
DELIVER, REPLY = "evaluation.deliver_letter", "evaluation.letter_reply"
PROPOSE, DECIDE = "evaluation.propose_outcome", "evaluation.decide_outcome"
KINDS = (DELIVER, REPLY, PROPOSE, DECIDE)
HEADS = (Role.HEAD, Role.VERIFIER)


def _fixed(day: date, said: str) -> DueRule:
    return DueRule(unit="fixed", fixed=day, said=said)


def wanted(letter: Letter) -> tuple[str, Owed] | None:
    """这封函此刻该有的一件待办;没有即空。"""
    if letter.state == LetterState.SENT and letter.issued_on and letter.reply_by:
        delivered = letter.document_id and _delivered(letter)
        days = DueRule(int(params(letter.issued_on)["tracking.deliver_workdays"]))
        if not delivered:
            return DELIVER, Owed(OBJ, letter.pk, letter.unit_id, letter.issued_on, days)
        rule = _fixed(letter.reply_by, "函的回复期限")
        return REPLY, Owed(OBJ, letter.pk, letter.unit_id, letter.issued_on, rule)
    if letter.state == LetterState.REPLIED:
        day = max(
            (r.on for r in letter.replies.all()), default=letter.issued_on or letter.at.date()
        )
        return PROPOSE, _settle(letter, day)
    if letter.state == LetterState.PROPOSED:
        return DECIDE, _settle(letter, letter.issued_on or letter.at.date())
    return None


def _settle(letter: Letter, basis: date) -> Owed:
    days = int(params(basis)["tracking.settle_workdays"])
    return Owed(OBJ, letter.pk, letter.unit_id, basis, DueRule(days))


def _delivered(letter: Letter) -> bool:
    from juyuan.foundation.papers.models import Delivery

    return Delivery.objects.filter(document=letter.document).exists()


def owed_confirm(*, on: date) -> Iterator[Owed]:
    """规则提出、政府不欠的违约,等项目首谈(登记)单位负责人或商务主管部门确认。"""
    rows = list(breaches.open_promises())
    found = breaches.proposals(tracked(rows, on), on)
    days = DueRule(int(params(on)["tracking.settle_workdays"]))
    for row in rows:
        unit = row.project.lead_unit_id or row.project.owner_unit_id
        if unit is None or not any(not p.debt for p in found.get(row.pk, ())):
            continue
        yield Owed(promises.OBJ, row.pk, unit, on, days)


def kinds() -> Iterable[DutyKind]:
    """登记的待办。"""
    return (
        DutyKind(
            kind=CONFIRM, label="确认违约", clause="3.4c", ends_by="认定或不认定",
            url=lambda row: row.object_url, owed=owed_confirm, roles=HEADS,
        ),
        DutyKind(
            kind=DELIVER, label="送达函件", clause="3.4c", ends_by="记下送达",
            url=lambda row: row.object_url,
        ),
        DutyKind(
            kind=REPLY, label="跟进回复", clause="3.4c", ends_by="记下回复，或起草下一封",
            url=lambda row: row.object_url,
        ),
        DutyKind(
            kind=PROPOSE, label="提出函的结果", clause="3.4c", ends_by="提出结果",
            url=lambda row: row.object_url,
        ),
        DutyKind(
            kind=DECIDE, label="批准函的结果", clause="3.4c", ends_by="批准或退回",
            url=lambda row: row.object_url, roles=HEADS,
        ),
    )  # fmt: skip
