"""函:起草(事实由认定的违约锁定)、印发与作废的后续、送达、回复、约谈、结果的提出与批准。

文稿的改、批、编号、排版、存档都在公文里(`foundation/papers`);这里只接它的前后。
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.papers import actions as papers
from juyuan.foundation.papers.actions.sending import DeliveryDraft
from juyuan.foundation.papers.models import Delivery, Document
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require
from juyuan.rooms.evaluation.actions.breaches import finish_breach
from juyuan.rooms.evaluation.actions.letterduties import refresh_duties, tell
from juyuan.rooms.evaluation.models import Breach, Letter, LetterReply, Talk
from juyuan.rooms.evaluation.queries import letters as read
from juyuan.rooms.evaluation.queries.cases import tracked
from juyuan.rooms.evaluation.rules.breaches import (
    NEEDS_DATE,
    REASON_LIMIT,
    BreachState,
    LetterLevel,
    LetterState,
    Outcome,
    OutcomeDraft,
    judge_outcome,
)
from juyuan.rooms.evaluation.rules.promises import CLAUSE, PromiseSource, PromiseState
from juyuan.rooms.pipeline.actions.common import new_code

PREFIX = "LH"
TEXT_LIMIT = 2000


def draft_letter(
    *, actor: Actor, breach: Breach, words: dict[str, str] | None = None, now: datetime
) -> Letter:
    """起草阶梯上的下一封。前一封到期没有回复的,随之了结。

    Raises:
        Denied: 不是能办这个项目的单位。
        RuleBroken: 违约没有认定;政府一侧欠着;前一封还在办。
    """
    require(read.can_draft(actor, breach))
    today = localdate(now)
    if breach.state != BreachState.CONFIRMED:
        raise RuleBroken.one(
            "", "letter.breach", f"这项违约{BreachState(breach.state).label}，不能发函", CLAUSE
        )
    if tracked([breach.promise], today)[0].judged.owed:
        raise RuleBroken.one(
            "", "letter.government",
            "政府一侧先欠着，不能向企业发函；请在「承诺与履约」页转为交办事项", CLAUSE,
        )  # fmt: skip
    known = read.open_letter(breach)
    if known is not None and not read.overdue(known, today):
        raise RuleBroken.one(
            "", "letter.open",
            f"{known.level_label}（{known.code}）还在办：{LetterState(known.state).label}", CLAUSE,
        )  # fmt: skip
    unit = _unit(actor, breach)
    days = int(params(today)["tracking.letter_days"])
    try:
        with transaction.atomic():
            if known is not None:
                _move(
                    known, LetterState.CLOSED, "lapsed", actor, now,
                    closed_on=today, closed_by_name=actor.name, reason="到期没有回复",
                )  # fmt: skip
            level, facts, title = read.draft_of(breach, unit, days)
            row = Letter(
                code=new_code(PREFIX), breach=breach, level=level.value, unit=unit, days=days,
                by_id=actor.account_id, by_name=actor.name, at=now,
            )  # fmt: skip
            row.save(force_insert=True)
            document = papers.draft_paper(
                actor=actor, kind=read.kind_name(level), object_type=read.OBJ, object_id=row.pk,
                unit_id=unit.pk, title=title, facts=facts,
                words={**read.words_of(level), **(words or {})}, now=now,
            )  # fmt: skip
            Letter.objects.filter(pk=row.pk).update(document=document)
            row.document = document
            _note("drafted", row, actor, now, after={"level": level.value, "paper": document.code})
    except IntegrityError as error:
        if "letter_one_open" in str(error):
            raise RuleBroken.one("", "letter.open", "这项违约已有一封函在办", CLAUSE) from error
        raise
    return row


def _unit(actor: Actor, breach: Breach) -> Unit:
    pk = actor.post.unit_id if actor.post else breach.unit_id
    if pk is None:
        raise RuleBroken.one("", "letter.unit", "请先选择以哪个单位的任职发函", CLAUSE)
    return Unit.objects.get(pk=pk)


def issued(*, document: Document, actor: Actor, now: datetime) -> None:
    """公文印发之后(同一事务):函记为已印发,暂从印发日起算回复期限。"""
    letter = read.letter_of(document)
    today = localdate(now)
    _move(
        letter, LetterState.SENT, "issued", actor, now, issued_on=today,
        reply_by=read.reply_by(today, letter.days), number=document.number,
    )  # fmt: skip
    refresh_duties(letter, actor=actor, now=now)
    tell(letter, "evaluation.letter_issued", f"{letter.level_label}已印发", document.number, now)


def voided(*, document: Document, actor: Actor, now: datetime) -> None:
    """公文作废:函随之作废;已经了结的不动。"""
    letter = read.letter_of(document)
    if letter.state in (LetterState.CLOSED, LetterState.VOIDED):
        return
    _move(letter, LetterState.VOIDED, "voided", actor, now, reason=document.void_reason)
    refresh_duties(letter, actor=actor, now=now)


def deliver_letter(
    *, actor: Actor, letter: Letter, draft: DeliveryDraft, now: datetime
) -> Delivery:
    """记送达:回复期限自第一次送达之日起算。

    Raises:
        Denied: 无权。
        RuleBroken: 送达填得不对。
        Stale: 还没有印发。
    """
    if letter.document is None:
        raise Stale("还没有印发，不能记送达")
    with transaction.atomic():
        row = papers.record_delivery(actor=actor, document=letter.document, draft=draft, now=now)
        if settle_due(letter):
            refresh_duties(letter, actor=actor, now=now)
    return row


def settle_due(letter: Letter) -> bool:
    """回复期限自第一次送达之日起算;变了即为真。还在等回复的才改。"""
    first = (
        Delivery.objects.filter(document=letter.document)
        .order_by("delivered_on")
        .values_list("delivered_on", flat=True)
        .first()
    )
    if first is None or letter.state != LetterState.SENT:
        return False
    due = read.reply_by(first, letter.days)
    if letter.reply_by == due:
        return False
    Letter.objects.filter(pk=letter.pk, state=LetterState.SENT.value).update(reply_by=due)
    letter.reply_by = due
    return True


def record_reply(
    *, actor: Actor, letter: Letter, on: date | None, text: str, file_id: int | None, now: datetime
) -> LetterReply:
    """记投资方的回复:哪天、说什么、回执。

    Raises:
        Denied: 不是发函单位。
        RuleBroken: 日期、内容、回执不全;还没有印发、已经了结。
    """
    require(read.can_handle(actor, letter))
    findings = _in_state(letter, (LetterState.SENT, LetterState.REPLIED), "记回复")
    today = localdate(now)
    if on is None or on > today or (letter.issued_on is not None and on < letter.issued_on):
        findings.append(
            _finding("on", "reply", f"请写明回复日期，在 {letter.issued_on} 与 {today} 之间")
        )
    findings += _needed("text", "回复内容", text)
    stored = uploaded(actor, file_id)
    if stored is None:
        findings.append(_finding("file", "reply", "请上传盖章的回执或回复文件"))
    if findings or stored is None or on is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        use = files.use_file(
            actor=actor, file=stored, object_type=read.OBJ, object_id=letter.pk, label="回复",
            now=now,
        )  # fmt: skip
        row = LetterReply(
            letter=letter, on=on, text=text.strip(), file_use_id=use.pk,
            file_name=stored.name[:200], by_name=actor.name, at=now,
        )  # fmt: skip
        row.save(force_insert=True)
        _move(letter, LetterState.REPLIED, "replied", actor, now, replied_on=on, reason=row.text)
        refresh_duties(letter, actor=actor, now=now)
    return row


def record_talk(
    *, actor: Actor, letter: Letter, on: date | None, place: str, people: str, result: str,
    file_id: int | None, now: datetime,
) -> Talk:  # fmt: skip
    """约谈记录:日期、地点、人员、结果、签字的记录。

    Raises:
        Denied: 不是发函单位。
        RuleBroken: 不是约谈;填得不全;还没有印发、已经了结。
    """
    require(read.can_handle(actor, letter))
    findings = _in_state(letter, (LetterState.SENT, LetterState.REPLIED), "记约谈")
    if letter.level != LetterLevel.TALK:
        findings.append(_finding("", "talk", f"这是{letter.level_label}，约谈通知书才记约谈"))
    today = localdate(now)
    if on is None or on > today:
        findings.append(_finding("on", "talk", f"请写明约谈日期，不晚于今天（{today}）"))
    for name, label, text in (
        ("place", "约谈地点", place), ("people", "参加人员", people), ("result", "约谈结果", result),
    ):  # fmt: skip
        findings += _needed(name, label, text)
    stored = uploaded(actor, file_id)
    if stored is None:
        findings.append(_finding("file", "talk", "请上传双方签字的约谈记录"))
    if findings or stored is None or on is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        use = files.use_file(
            actor=actor, file=stored, object_type=read.OBJ, object_id=letter.pk, label="约谈记录",
            now=now,
        )  # fmt: skip
        row = Talk(
            letter=letter, on=on, place=place.strip()[:100], people=people.strip(),
            result=result.strip(), file_use_id=use.pk, file_name=stored.name[:200],
            by_name=actor.name, at=now,
        )  # fmt: skip
        row.save(force_insert=True)
        _move(letter, LetterState.REPLIED, "talked", actor, now, on=on, reason=row.result)
        refresh_duties(letter, actor=actor, now=now)
    return row


def propose_outcome(
    *, actor: Actor, letter: Letter, draft: OutcomeDraft, version: int | None = None, now: datetime
) -> Letter:
    """提出结果,等发函单位负责人批准。

    Raises:
        Denied: 不是发函单位。
        RuleBroken: 没有回复;结果填得不对;调整投资计划而没有改约。
        Stale: 他人先行。
    """
    require(read.can_handle(actor, letter))
    findings = _in_state(letter, (LetterState.REPLIED,), "提出结果")
    promise = letter.breach.promise
    promise.refresh_from_db()
    successor = getattr(promise, "replaced_by", None)
    changed = (
        promise.state == PromiseState.CHANGED
        and successor is not None
        and successor.source == PromiseSource.SUPPLEMENT
        and (draft.supplement_id is None or successor.source_ref == str(draft.supplement_id))
    )
    findings += judge_outcome(draft, localdate(now), changed=changed)
    if findings:
        raise RuleBroken(findings)
    supplement = int(successor.source_ref) if changed and successor is not None else None
    with transaction.atomic():
        _move(
            letter, LetterState.PROPOSED, "outcome_proposed", actor, now, version=version,
            outcome=draft.outcome, outcome_reason=draft.reason.strip(),
            until=draft.until if draft.outcome in NEEDS_DATE else None,
            supplement_id=supplement if draft.outcome == Outcome.ADJUST else None,
            proposed_by_id=actor.account_id, proposed_by_name=actor.name, reason=draft.reason,
        )  # fmt: skip
        refresh_duties(letter, actor=actor, now=now)
    return letter


def decide_outcome(
    *, actor: Actor, letter: Letter, agree: bool, reason: str = "", version: int | None = None,
    now: datetime,
) -> Letter:  # fmt: skip
    """批准结果:函与违约随之了结,宽限到所写的日子;不同意的退回,写明理由。

    Raises:
        Denied: 不是发函单位负责人,或就是提出的人。
        RuleBroken: 没有待批准的结果;不同意而没写理由。
        Stale: 他人先行。
    """
    require(read.can_decide(actor, letter))
    findings = _in_state(letter, (LetterState.PROPOSED,), "批准结果")
    if not agree:
        findings += _needed("reason", "不同意的理由", reason)
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        if not agree:
            _move(
                letter, LetterState.REPLIED, "outcome_returned", actor, now, version=version,
                reason=reason, outcome="", until=None, supplement_id=None,
            )  # fmt: skip
        else:
            label = Outcome(letter.outcome).label
            _move(
                letter, LetterState.CLOSED, "closed", actor, now, version=version,
                closed_on=localdate(now), closed_by_name=actor.name, reason=reason or label,
            )  # fmt: skip
            finish_breach(
                actor=actor, breach=letter.breach, reason=f"{letter.level_label}结果：{label}",
                quiet_until=letter.until, now=now,
            )  # fmt: skip
            tell(letter, "evaluation.letter_closed", f"{letter.level_label}已了结", label, now)
        refresh_duties(letter, actor=actor, now=now)
    return letter


# ───────── 共用 ─────────

SHOWN = ("closed_on", "closed_by_name", "outcome_reason", "proposed_by_id", "supplement_id")
COLUMNS = {field.attname for field in Letter._meta.concrete_fields}


def _move(
    letter: Letter, to: LetterState, verb: str, actor: Actor, now: datetime, *, reason: str = "",
    version: int | None = None, **changes: Any,
) -> None:  # fmt: skip
    """条件更新与台账;`changes` 里不是列的只写进台账。"""
    was = version if version is not None else letter.version
    columns = {k: v for k, v in changes.items() if k in COLUMNS}
    rows = Letter.objects.filter(pk=letter.pk, version=was, state=letter.state)
    if not rows.update(state=to.value, version=was + 1, **columns):
        raise Stale
    before = letter.state
    letter.state, letter.version = to.value, was + 1
    for name, value in columns.items():
        setattr(letter, name, value)
    shown = {
        k: v.isoformat() if isinstance(v, date) else v for k, v in changes.items() if k not in SHOWN
    }
    _note(
        verb, letter, actor, now, before={"state": before}, after={"state": to.value, **shown},
        reason=reason,
    )  # fmt: skip


def _note(
    verb: str, letter: Letter, actor: Actor, now: datetime, *, before: Any = None,
    after: Any = None, reason: str = "",
) -> None:  # fmt: skip
    more = {"level": letter.level, "unit": letter.unit.name}
    record(
        event=f"evaluation.letter.{verb}", actor=actor, obj_type=read.OBJ, obj_id=letter.code,
        obj_label=letter.breach.promise.project.name, before=before,
        after={**more, **(after or {})}, reason=reason.strip(), clause=CLAUSE, now=now,
    )  # fmt: skip


def _finding(field: str, rule: str, message: str) -> Finding:
    return Finding(field, f"letter.{rule}", CLAUSE, message)


def _in_state(letter: Letter, states: tuple[LetterState, ...], what: str) -> list[Finding]:
    if letter.state in states:
        return []
    label = LetterState(letter.state).label
    return [_finding("", "state", f"这封函现在是「{label}」，不能{what}")]


def _needed(name: str, label: str, text: str) -> list[Finding]:
    if not text.strip():
        return [_finding(name, name, f"请写明{label}")]
    limit = REASON_LIMIT if name == "reason" else TEXT_LIMIT
    return [] if len(text) <= limit else [_finding(name, "length", f"{label}至多 {limit} 字")]
