"""撞单:补交证据、裁定、提请召集人、终裁、不是同一件。裁定在提请的期限过后生效,终裁当即生效。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import DueRule, Opening, Owed
from juyuan.foundation.files import actions as files
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import clauses, params
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.settle import close_parties, settle
from juyuan.rooms.first_contact.actions.steps import CLAUSE, need_reason, tell_unit
from juyuan.rooms.first_contact.models import Conflict, ConflictEvidence, ConflictParty, Ruling
from juyuan.rooms.first_contact.queries.conflicts import own_side
from juyuan.rooms.first_contact.queries.duty import APPEAL, CONFLICT, EVIDENCE, RULING
from juyuan.rooms.first_contact.rules.rulings import (
    REASON_LIMIT,
    ConflictState,
    RulingDraft,
    RulingLevel,
    appeal_due,
    appeal_open,
    becomes_final,
    judge_ruling,
)

DAYS = ("first_contact.ruling_workdays", "first_contact.appeal_workdays")


@dataclass(frozen=True)
class ProofDraft:
    """补交的一份证据。"""

    title: str
    dated_on: date | None
    note: str = ""
    file_id: int | None = None


def _side(actor: Actor, conflict: Conflict) -> ConflictParty:
    """行动者的一方。

    Raises:
        NotFound: 不是争议的一方。
        Denied: 职务只能查阅。
    """
    side = own_side(actor, conflict)
    if side is None:
        raise NotFound
    if not actor.has_any(*access.ASKERS):
        raise Denied("由单位办首谈的人办理,您的职务只能查阅", CLAUSE)
    return side


def move(conflict: Conflict, states: tuple[ConflictState, ...], **changes: Any) -> None:
    """带版本的条件更新。

    Raises:
        Stale: 他人先行,或已不在这几个状态。
    """
    done = Conflict.objects.filter(
        pk=conflict.pk, version=conflict.version, state__in=[s.value for s in states]
    ).update(**changes, version=conflict.version + 1)
    if not done:
        raise Stale("这件撞单已有人先行办理,请核对最新的状态")
    conflict.version += 1
    for name, value in changes.items():
        setattr(conflict, name, value)


def add_proof(
    *, actor: Actor, conflict: Conflict, draft: ProofDraft, now: datetime
) -> ConflictEvidence:
    """一方补交证据(对方看不见):待裁定、待终裁时都可以。

    Raises:
        NotFound: 不是争议的一方。
        RuleBroken: 没写名称、日期,没附文件;已经裁定。
    """
    side = _side(actor, conflict)
    found: list[Finding] = []
    today = localdate(now)
    if conflict.state not in (ConflictState.OPEN, ConflictState.APPEALED):
        found.append(
            Finding(
                "", "proof.closed", CLAUSE, f"这件撞单「{conflict.state_enum.label}」,不再收证据"
            )
        )
    if not 0 < len(draft.title.strip()) <= 200:
        found.append(Finding("title", "proof.title", CLAUSE, "请写明材料名称（至多200字）"))
    if draft.dated_on is None or draft.dated_on > today:
        found.append(
            Finding("dated_on", "proof.date", CLAUSE, f"请写明日期，不晚于今天（{today}）")
        )
    if len(draft.note) > REASON_LIMIT:
        found.append(Finding("note", "proof.length", CLAUSE, f"说明至多{REASON_LIMIT}字"))
    stored = uploaded(actor, draft.file_id)
    if stored is None:
        found.append(Finding("file", "proof.file", CLAUSE, "请附上文件"))
    if found or stored is None or draft.dated_on is None:
        raise RuleBroken(found)
    with transaction.atomic():
        row = ConflictEvidence.objects.create(
            conflict=conflict, unit_id=side.unit_id, title=draft.title.strip(),
            dated_on=draft.dated_on, note=draft.note.strip(), file_sha256=stored.sha256,
            file_name=stored.name[:200], by_id=actor.account_id, by_name=actor.name, at=now,
        )  # fmt: skip
        files.use_file(
            actor=actor, file=stored, object_type=EVIDENCE, object_id=row.pk, label=row.title,
            now=now,
        )  # fmt: skip
        log(conflict, "proved", actor, now, after={"title": row.title, "sha256": row.file_sha256})
    return row


def log(conflict: Conflict, verb: str, actor: Actor, now: datetime, **more: Any) -> None:
    """撞单的一行台账。"""
    record(
        event=f"first_contact.conflict.{verb}", actor=actor, obj_type=CONFLICT,
        obj_id=conflict.code, obj_label=str(conflict), clause=CLAUSE, now=now, **more,
    )  # fmt: skip


def _judge(conflict: Conflict, draft: RulingDraft) -> None:
    units = set(conflict.parties.values_list("unit_id", flat=True))
    mechanisms = {mechanism for clause in clauses() for mechanism in clause.mechanisms}
    findings = judge_ruling(draft, units, mechanisms)
    if findings:
        raise RuleBroken(findings)


def _row(
    conflict: Conflict, draft: RulingDraft, level: RulingLevel, actor: Actor, now: datetime
) -> Ruling:
    book = params(localdate(now))
    return Ruling.objects.create(
        conflict=conflict, level=level.value, lead_unit_id=draft.lead_unit_id or 0,
        shares={str(unit): share for unit, share in sorted(draft.shares.items())},
        reason=draft.reason.strip(), clause=draft.clause,
        parameters={key: book.row(key).effective_from.isoformat() for key in DAYS},
        by_id=actor.account_id, by_name=actor.name, unit_name=actor.unit_name, at=now,
    )  # fmt: skip


def rule_conflict(*, actor: Actor, conflict: Conflict, draft: RulingDraft, now: datetime) -> Ruling:
    """裁定:牵头单位、份额、理由、依据。期限内没有人提请召集人的,过后生效。

    Raises:
        Denied: 不是商务主管部门负责人、核验人;或自己单位就是争议的一方。
        RuleBroken: 见 `rules.rulings.judge_ruling`。
        Stale: 已经裁定。
    """
    require(access.can_decide(actor))
    require(access.can_rule(actor, conflict))
    _judge(conflict, draft)
    today = localdate(now)
    days = params(today)["first_contact.appeal_workdays"]
    with transaction.atomic():
        last = appeal_due(today, days, calendar()).day
        move(conflict, (ConflictState.OPEN,), state=ConflictState.RULED.value, appeal_by=last)
        row = _row(conflict, draft, RulingLevel.FIRST, actor, now)
        log(conflict, "ruled", actor, now, reason=row.reason,
            after={"lead_unit": row.lead_unit.name, "shares": row.shares})  # fmt: skip
        end_duty(
            kind=RULING, object_type=CONFLICT, object_id=conflict.pk,
            act="first_contact.conflict.ruled", actor=actor, now=now,
        )  # fmt: skip
        _tell(conflict, "first_contact.ruled", f"撞单裁定：{conflict.code}",
              f"不服的，{last} 前可以提请召集人", now)  # fmt: skip
    return row


def _tell(conflict: Conflict, kind: str, title: str, text: str, now: datetime) -> None:
    tell_unit(
        conflict.parties.values_list("unit_id", flat=True), kind=kind, object_type=CONFLICT,
        object_id=conflict.pk, title=title, text=text,
        url=f"/first-contacts/conflicts/{conflict.code}/", now=now,
    )  # fmt: skip


def appeal(*, actor: Actor, conflict: Conflict, reason: str, now: datetime) -> Conflict:
    """不服裁定,提请召集人:期限内,一件一次。

    Raises:
        NotFound: 不是争议的一方。
        RuleBroken: 没写理由;还没有裁定,期限已过,或已经提请。
        Stale: 他人先行。
    """
    side = _side(actor, conflict)
    need_reason(reason, "不服")
    today = localdate(now)
    if not appeal_open(conflict.state_enum, today, conflict.appeal_by):
        said = f"提请的期限是 {conflict.appeal_by}" if conflict.appeal_by else "还没有裁定"
        raise RuleBroken.one(
            "",
            "appeal.closed",
            f"现在不能提请召集人：{said}，状态「{conflict.state_enum.label}」",
            CLAUSE,
        )
    with transaction.atomic():
        move(
            conflict, (ConflictState.RULED,), state=ConflictState.APPEALED.value, appealed_at=now,
            appealed_unit_id=side.unit_id, appeal_reason=reason.strip(),
        )  # fmt: skip
        log(conflict, "appealed", actor, now, reason=reason.strip())
        _ask_convener(conflict, actor, today, now)
    return conflict


def _ask_convener(conflict: Conflict, actor: Actor, today: date, now: datetime) -> None:
    """请分管的召集人终裁;没有分管的,请其他召集人。期限同裁定。"""
    posts = list(posts_on(today).filter(role__in=LEADER_ROLES).order_by("pk"))
    chosen = [p for p in posts if p.role == Role.LEAD_CONVENOR] or posts
    if not chosen:
        return
    days = params(today)["first_contact.ruling_workdays"]
    rule = DueRule(days, said="参数 first_contact.ruling_workdays，建议值")
    owed = Owed(CONFLICT, conflict.pk, chosen[0].unit_id, today, rule, chosen[0].person_id)
    open_many([Opening(APPEAL, owed)], actor=actor, now=now)
    notify(
        kind="first_contact.appealed", person_ids=sorted({p.person_id for p in chosen}),
        object_type=CONFLICT, object_id=conflict.pk, due_on=None,
        title=f"提请终裁：{conflict.code}", text=conflict.appeal_reason,
        url=f"/first-contacts/conflicts/{conflict.code}/", now=now,
    )  # fmt: skip


def decide_appeal(*, actor: Actor, conflict: Conflict, draft: RulingDraft, now: datetime) -> Ruling:
    """召集人终裁,当即生效。

    Raises:
        Denied: 不是召集人。
        RuleBroken: 见 `rules.rulings.judge_ruling`。
        Stale: 没有提请,或已经终裁。
    """
    if not actor.has_any(*LEADER_ROLES):
        raise Denied("终裁由召集人作出", CLAUSE)
    _judge(conflict, draft)
    with transaction.atomic():
        move(conflict, (ConflictState.APPEALED,), state=ConflictState.FINAL.value, closed_at=now)
        row = _row(conflict, draft, RulingLevel.FINAL, actor, now)
        log(conflict, "decided", actor, now, reason=row.reason,
            after={"lead_unit": row.lead_unit.name, "shares": row.shares})  # fmt: skip
        end_duty(
            kind=APPEAL, object_type=CONFLICT, object_id=conflict.pk,
            act="first_contact.conflict.decided", actor=actor, now=now,
        )  # fmt: skip
        settle(conflict, row, actor=actor, now=now)
        _tell(conflict, "first_contact.settled", f"撞单已定：{conflict.code}", "召集人已终裁", now)
    return row


def finalise(*, actor: Actor, conflict: Conflict, now: datetime) -> bool:
    """期限过了没有人提请的,裁定生效(定期任务逐件办)。没到的什么也不发生。"""
    if not becomes_final(conflict.state_enum, localdate(now), conflict.appeal_by):
        return False
    with transaction.atomic():
        move(conflict, (ConflictState.RULED,), state=ConflictState.FINAL.value, closed_at=now)
        row = Ruling.objects.get(conflict=conflict, level=RulingLevel.FIRST)
        log(conflict, "final", actor, now, reason="提请的期限已过")
        settle(conflict, row, actor=actor, now=now)
        _tell(conflict, "first_contact.settled", f"撞单已定：{conflict.code}", "裁定已生效", now)
    return True


def dismiss(*, actor: Actor, conflict: Conflict, reason: str, now: datetime) -> Conflict:
    """核对下来不是同一件:撤销,各登各的(还没有项目的一方随后登记项目)。

    Raises:
        Denied: 不是商务主管部门负责人、核验人;或自己单位就是争议的一方。
        RuleBroken: 没写理由。
        Stale: 已经裁定。
    """
    require(access.can_decide(actor))
    require(access.can_rule(actor, conflict))
    need_reason(reason, "撤销")
    with transaction.atomic():
        move(
            conflict, (ConflictState.OPEN,), state=ConflictState.CLOSED.value, closed_at=now,
            note=reason.strip(),
        )  # fmt: skip
        log(conflict, "dismissed", actor, now, reason=reason.strip())
        end_duty(
            kind=RULING, object_type=CONFLICT, object_id=conflict.pk,
            act="first_contact.conflict.dismissed", actor=actor, now=now,
        )  # fmt: skip
        close_parties(conflict, actor=actor, reason=reason, now=now)
        _tell(conflict, "first_contact.settled", f"不是同一件：{conflict.code}",
              "已核对不是同一件；还没有项目的，请到首谈里登记项目", now)  # fmt: skip
    return conflict
