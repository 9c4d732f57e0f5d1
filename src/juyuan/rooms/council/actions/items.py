"""交办事项:交办、报进展、报结(附凭据)、退回、销号、申请延期与答复;不开会由别室开(政府承诺)。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions.common import (
    bureau_people,
    change,
    new_code,
    tell,
    unit_people,
)
from juyuan.rooms.council.actions.problems import settle_problem
from juyuan.rooms.council.models import ActionItem, ActionStep, Decision, Problem
from juyuan.rooms.council.queries import duty
from juyuan.rooms.council.queries.scope import ACTION, STEP
from juyuan.rooms.council.rules.items import (
    CLAUSE,
    ActionSource,
    ActionState,
    ActionVerb,
    judge_extension,
    judge_submit,
    judge_text,
    next_state,
)
from juyuan.rooms.pipeline.models import Project


def _expect(item: ActionItem, verb: ActionVerb) -> ActionState:
    after = next_state(item.state_enum, verb)
    if after is None:
        raise RuleBroken.one(
            "",
            "action.state",
            f"这件交办现在「{item.state_enum.label}」，不能「{verb.label}」",
            CLAUSE,
        )
    return after


def _step(
    item: ActionItem, verb: ActionVerb, actor: Actor, now: datetime, *, was: str, text: str = "",
    file: StoredFile | None = None, **more: Any,
) -> ActionStep:  # fmt: skip
    """一步与它的台账。事务内。"""
    row = ActionStep(
        item=item, verb=verb.value, from_state=was, to_state=item.state, due_on=item.due_on,
        text=text.strip(), file_name=file.name[:200] if file else "", by_id=actor.account_id,
        by_name=actor.name, unit_name=actor.unit_name, on=localdate(now), at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    if file is not None:
        files.use_file(
            actor=actor, file=file, object_type=STEP, object_id=row.pk, label="交办凭据", now=now
        )
    record(
        event=f"council.action.{verb.value}", actor=actor, obj_type=ACTION, obj_id=item.code,
        obj_label=item.title[:100], clause=CLAUSE, now=now,
        before={"state": was} if was else None,
        after={"state": item.state, "due_on": item.due_on.isoformat(), "unit": item.unit.name,
               **more.pop("after", {})},
        **more,
    )  # fmt: skip
    return row


def _url(item: ActionItem) -> str:
    return f"/council/items/{item.code}/"


def _tell_unit(
    item: ActionItem, kind: str, title: str, text: str, now: datetime, due: bool = False
) -> None:
    people = set(unit_people([item.unit_id], localdate(now)))
    if item.person_id is not None:
        people.add(item.person_id)
    tell(
        kind, people, object_type=ACTION, object_id=item.pk, title=title, text=text,
        url=_url(item), now=now, due_on=item.due_on if due else None,
    )  # fmt: skip


# ───────── 交办 ─────────


def open_item(
    *,
    actor: Actor,
    source: ActionSource,
    source_ref: str,
    unit_id: int,
    title: str,
    due_on: date,
    now: datetime,
    project: Project | None = None,
    person_id: int | None = None,
    decision: Decision | None = None,
    problem: Problem | None = None,
) -> ActionItem:
    """交办一件(事务内;准不准由调用者判)。"""
    today = localdate(now)
    item = ActionItem.objects.create(
        code=new_code("JB"), source=source.value, source_ref=source_ref, decision=decision,
        problem=problem, project=project, title=title.strip(), unit_id=unit_id,
        person_id=person_id, assigned_on=today, first_due_on=due_on, due_on=due_on,
    )  # fmt: skip
    _step(item, ActionVerb.ASSIGN, actor, now, was="", text=title)
    open_many([Opening(duty.WORK, duty.owed_work(item))], actor=actor, now=now)
    _tell_unit(
        item, "council.assigned", f"交办：{item.title[:60]}", f"{due_on.isoformat()} 前办结", now
    )
    return item


def open_from_room(
    *,
    source: str,
    source_ref: str,
    project: Project | None,
    unit: Unit,
    text: str,
    due_on: date,
    actor: Actor,
    now: datetime,
) -> ActionItem:
    """别室开的一件(政府没有兑现的承诺):同一来源编号只开一件,再开就返回那一件。事务内,准不准由调用者判。"""
    kind, ref = ActionSource.DEBT, f"{source}:{source_ref}"[:60]
    rows = ActionItem.objects.filter(source=kind.value, source_ref=ref).select_related("unit")
    known = rows.first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return open_item(
                actor=actor, source=kind, source_ref=ref, unit_id=unit.pk,
                title=text, due_on=due_on, project=project, now=now,
            )  # fmt: skip
    except IntegrityError:
        return rows.get()


# ───────── 办理 ─────────


def report_progress(
    *, actor: Actor, item: ActionItem, text: str, file_id: int | None = None,
    version: int | None = None, now: datetime,
) -> ActionItem:  # fmt: skip
    """报一次进展(只增),可附文件。

    Raises:
        Denied: 不是承办单位。
        RuleBroken: 没写进展;已经报结或销号;文件没有存好。
        Stale: 他人先行。
    """
    require(access.can_work(actor, item))
    after = _expect(item, ActionVerb.REPORT)
    findings = judge_text(text, "进展")
    stored = uploaded(actor, file_id)
    if file_id is not None and stored is None:
        findings.append(Finding("file", "action.file", CLAUSE, "文件没有存好，请重新上传"))
    if findings:
        raise RuleBroken(findings)
    was = item.state
    with transaction.atomic():
        change(item, "这件交办", version, state=after.value)
        _step(item, ActionVerb.REPORT, actor, now, was=was, text=text, file=stored)
    return item


def submit_item(
    *, actor: Actor, item: ActionItem, text: str, file_id: int | None,
    version: int | None = None, now: datetime,
) -> ActionItem:  # fmt: skip
    """报结:写结果,附凭据;请商务主管部门核对销号。没有答复的延期申请作罢。

    Raises:
        Denied: 不是承办单位。
        RuleBroken: 没写结果,没附凭据;已经报结或销号。
        Stale: 他人先行。
    """
    require(access.can_work(actor, item))
    after = _expect(item, ActionVerb.SUBMIT)
    stored = uploaded(actor, file_id)
    findings = judge_submit(text, has_evidence=stored is not None)
    if findings:
        raise RuleBroken(findings)
    today, was = localdate(now), item.state
    with transaction.atomic():
        change(
            item, "这件交办", version, state=after.value, submitted_on=today,
            submitted_by_id=actor.account_id, asked_due_on=None, asked_reason="", asked_by_id=None,
        )  # fmt: skip
        _step(item, ActionVerb.SUBMIT, actor, now, was=was, text=text, file=stored)
        _end(item, duty.WORK, "council.action.submit", actor, now)
        owed = duty.owed_close(item)
        if owed is not None:
            open_many([Opening(duty.CLOSE, owed)], actor=actor, now=now)
        tell(
            "council.submitted", bureau_people(today), object_type=ACTION, object_id=item.pk,
            title=f"请核对销号：{item.title[:60]}", text=f"{item.unit}：{text.strip()[:200]}",
            url=_url(item), now=now, due_on=today,
        )  # fmt: skip
    return item


def _end(
    item: ActionItem, kind: str, act: str, actor: Actor, now: datetime, *, cancelled: bool = False
) -> None:
    end_duty(
        kind=kind, object_type=ACTION, object_id=item.pk, act=act, actor=actor, now=now,
        cancelled=cancelled,
    )  # fmt: skip


def return_item(
    *, actor: Actor, item: ActionItem, reason: str, version: int | None = None, now: datetime
) -> ActionItem:
    """凭据不足,退回再办;期限不变。

    Raises:
        Denied: 不是商务主管部门;或就是报结的人。
        RuleBroken: 没写理由;不在待销号。
        Stale: 他人先行。
    """
    require(access.can_close(actor, item))
    after = _expect(item, ActionVerb.RETURN)
    findings = judge_text(reason, "退回的理由", "reason")
    if findings:
        raise RuleBroken(findings)
    was = item.state
    with transaction.atomic():
        change(
            item, "这件交办", version, state=after.value, submitted_on=None,
            submitted_by_id=None, returned=item.returned + 1,
        )  # fmt: skip
        _step(item, ActionVerb.RETURN, actor, now, was=was, text=reason, reason=reason.strip())
        _end(item, duty.CLOSE, "council.action.return", actor, now)
        open_many([Opening(duty.WORK, duty.owed_work(item))], actor=actor, now=now)
        _tell_unit(
            item,
            "council.returned",
            f"退回再办：{item.title[:60]}",
            reason.strip()[:300],
            now,
            True,
        )
    return item


def close_item(
    *, actor: Actor, item: ActionItem, text: str = "", version: int | None = None, now: datetime
) -> ActionItem:
    """核对凭据,同意销号;难题的交办都销了号,难题随之解决。

    Raises:
        Denied: 不是商务主管部门;或就是报结的人。
        RuleBroken: 不在待销号。
        Stale: 他人先行。
    """
    require(access.can_close(actor, item))
    after = _expect(item, ActionVerb.CLOSE)
    was = item.state
    with transaction.atomic():
        change(item, "这件交办", version, state=after.value, closed_on=localdate(now))
        _step(item, ActionVerb.CLOSE, actor, now, was=was, text=text)
        _end(item, duty.CLOSE, "council.action.close", actor, now)
        _tell_unit(item, "council.closed", f"已销号：{item.title[:60]}", text.strip()[:200], now)
        if item.problem is not None:
            settle_problem(actor=actor, problem=item.problem, now=now)
    return item


# ───────── 延期 ─────────


def ask_extension(
    *, actor: Actor, item: ActionItem, due_on: date | None, reason: str,
    version: int | None = None, now: datetime,
) -> ActionItem:  # fmt: skip
    """申请延期:延到哪天、为什么。答复之前期限不变。

    Raises:
        Denied: 不是承办单位。
        RuleBroken: 日期、理由不合,次数用完;已有一次申请等答复;已经报结。
        Stale: 他人先行。
    """
    require(access.can_work(actor, item))
    _expect(item, ActionVerb.ASK)
    today = localdate(now)
    limit = params(item.assigned_on)["council.max_extensions"]
    findings = judge_extension(due_on, reason, item.due_on, today, item.extended, limit)
    if item.asked_due_on is not None:
        findings.append(
            Finding("", "action.asked", CLAUSE, f"已申请延到 {item.asked_due_on}，请等答复")
        )
    if findings or due_on is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        change(
            item, "这件交办", version, asked_due_on=due_on, asked_reason=reason.strip(),
            asked_by_id=actor.account_id,
        )  # fmt: skip
        _step(
            item, ActionVerb.ASK, actor, now, was=item.state,
            text=f"申请延到 {due_on.isoformat()}：{reason.strip()}", reason=reason.strip(),
            after={"asked_due_on": due_on.isoformat()},
        )  # fmt: skip
        tell(
            "council.extension_asked", bureau_people(today, "head", "verifier"),
            object_type=ACTION, object_id=item.pk, title=f"申请延期：{item.title[:60]}",
            text=f"{item.unit}申请由 {item.due_on} 延到 {due_on}：{reason.strip()[:200]}",
            url=_url(item), now=now, due_on=due_on,
        )  # fmt: skip
    return item


def answer_extension(
    *, actor: Actor, item: ActionItem, grant: bool, text: str = "", version: int | None = None,
    now: datetime,
) -> ActionItem:  # fmt: skip
    """答复延期:同意的改期限(待办照新期限),不同意的写理由。

    Raises:
        Denied: 不是商务主管部门负责人、核验人、召集人;或就是申请的人。
        RuleBroken: 没有申请;不同意没写理由。
        Stale: 他人先行。
    """
    require(access.can_answer(actor, item))
    verb = ActionVerb.GRANT if grant else ActionVerb.REFUSE
    _expect(item, verb)
    asked = item.asked_due_on
    if asked is None:
        raise RuleBroken.one("", "action.asked", "承办单位没有申请延期", CLAUSE)
    if not grant:
        findings = judge_text(text, "不同意的理由", "reason")
        if findings:
            raise RuleBroken(findings)
    with transaction.atomic():
        change(item, "这件交办", version, asked_due_on=None, asked_reason="", asked_by_id=None)
        if grant:
            extend(actor=actor, item=item, due_on=asked, text=text, now=now)
        else:
            _step(
                item, ActionVerb.REFUSE, actor, now, was=item.state, text=text,
                reason=text.strip(), after={"asked_due_on": asked.isoformat()},
            )  # fmt: skip
            _tell_unit(
                item, "council.extension_answered", f"不同意延期：{item.title[:60]}",
                text.strip()[:200], now, True,
            )  # fmt: skip
    return item


def extend(*, actor: Actor, item: ActionItem, due_on: date, text: str, now: datetime) -> None:
    """把期限改到那一天(事务内;准不准由调用者判):会上准予的也走这里。"""
    before = item.due_on
    _end(item, duty.WORK, "council.action.grant", actor, now, cancelled=True)
    change(item, "这件交办", due_on=due_on, extended=item.extended + 1)
    _step(
        item, ActionVerb.GRANT, actor, now, was=item.state,
        text=text.strip() or f"延到 {due_on.isoformat()}", reason=text.strip(),
        after={"before": before.isoformat()},
    )  # fmt: skip
    open_many([Opening(duty.WORK, duty.owed_work(item))], actor=actor, now=now)
    _tell_unit(
        item, "council.extension_answered", f"同意延期：{item.title[:60]}",
        f"期限由 {before} 改为 {due_on}", now, True,
    )  # fmt: skip
