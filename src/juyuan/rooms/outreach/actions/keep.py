"""报送人的事:记下、改草稿、登记、撤回。"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import FileUse, StoredFile
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import Params, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require
from juyuan.rooms.first_contact.queries.ruling import ruling_unit
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.actions import steps
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries import duty
from juyuan.rooms.outreach.queries.leads import OBJ, channels_of, draft_of, terms_of, values_of
from juyuan.rooms.outreach.rules.drafts import (
    LeadDraft,
    judge_kept,
    judge_submit,
    reported_by,
)
from juyuan.rooms.outreach.rules.leads import CLAUSE, LeadState, LeadVerb
from juyuan.rooms.pipeline.actions.common import new_code

PREFIX = "XS"


def register_lead(
    *, actor: Actor, draft: LeadDraft, now: datetime, submit: bool = False
) -> Lead:  # fmt: skip
    """记下一条;`submit` 即同时登记。

    Raises:
        Denied: 职务只能查阅。
        RuleBroken: 填了的不合理;要登记而没有填齐。
    """
    require(access.can_register(actor))
    assert actor.post is not None
    draft = reported_by(draft, access.reporter_of(actor))
    _judge(draft, now, submit=submit)
    lead = Lead(
        code=new_code(PREFIX), state=LeadState.DRAFT.value, by_id=actor.account_id,
        by_name=actor.name, from_unit_id=actor.post.unit_id, created_at=now, **values_of(draft),
    )  # fmt: skip
    with transaction.atomic():
        lead.save(force_insert=True)
        steps.first_step(lead, actor=actor, now=now)
        if submit:
            _submit(actor, lead, lead.version, now)
    return lead


def save_lead(
    *, actor: Actor, lead: Lead, draft: LeadDraft, version: int | None = None, now: datetime
) -> Lead:
    """改草稿。没有变化则什么也不发生。

    Raises:
        Denied: 不是报送人。
        RuleBroken: 已登记的不再改;填了的不合理。
        Stale: 版本已变。
    """
    require(access.can_edit(actor, lead))
    if lead.state != LeadState.DRAFT:
        raise RuleBroken.one("", "lead.fixed", "线索登记之后不再改所填,有补充的写进反馈", CLAUSE)
    if version is not None and version != lead.version:
        raise Stale
    draft = reported_by(draft, access.reporter_of(actor))
    _judge(draft, now, submit=False)
    if draft_of(lead) == draft:
        return lead
    values = values_of(draft)
    with transaction.atomic():
        done = Lead.objects.filter(
            pk=lead.pk, version=lead.version, state=LeadState.DRAFT.value
        ).update(version=lead.version + 1, **values)
        if not done:
            raise Stale
        for name, value in values.items():
            setattr(lead, name, value)
        lead.version += 1
        record(
            event="outreach.lead.save", actor=actor, obj_type=OBJ, obj_id=lead.code,
            obj_label=lead.title, clause=CLAUSE, now=now,
        )  # fmt: skip
    return lead


def submit_lead(*, actor: Actor, lead: Lead, version: int | None = None, now: datetime) -> Lead:
    """登记:三个时限从此走起;给商务主管部门开答复、分办两件待办。

    Raises:
        Denied: 不是报送人。
        RuleBroken: 没有填齐;不是草稿。
        Stale: 版本已变。
    """
    require(access.can_edit(actor, lead))
    _judge(draft_of(lead), now, submit=True)
    with transaction.atomic():
        return _submit(actor, lead, version, now)


def withdraw_lead(
    *, actor: Actor, lead: Lead, reason: str, version: int | None = None, now: datetime
) -> Lead:
    """撤回:分办之前,报送人自己撤。

    Raises:
        Denied: 不是报送人。
        RuleBroken: 已经分办;没写理由。
    """
    require(access.can_edit(actor, lead))
    with transaction.atomic():
        steps.step(
            lead, LeadVerb.WITHDRAW, actor=actor, now=now, version=version, reason=reason,
            fate=reason.strip(),
        )  # fmt: skip
        steps.end(lead, steps.ALL, LeadVerb.WITHDRAW, actor=actor, now=now, cancelled=True)
    return lead


def _judge(draft: LeadDraft, now: datetime, *, submit: bool) -> None:
    today = localdate(now)
    rule = judge_submit if submit else judge_kept
    findings = rule(draft, today, channels_of(params(today)))
    if findings:
        raise RuleBroken(findings)


def _submit(actor: Actor, lead: Lead, version: int | None, now: datetime) -> Lead:
    today = localdate(now)
    steps.step(lead, LeadVerb.SUBMIT, actor=actor, now=now, version=version, submitted_on=today)
    desk = ruling_unit()
    if desk is None:
        return lead
    unit = Unit.objects.get(code=desk)
    for kind, days, key in clocks_at_submit(params(today)):
        steps.owe(lead, kind, unit.pk, days=days, key=key, basis=today, actor=actor, now=now)
    steps.tell_unit(lead, unit.pk, "lead_submitted", f"新报的线索:{lead.title}", now=now)
    return lead


def clocks_at_submit(book: Params) -> tuple[tuple[str, int, str], ...]:
    """登记之后商务主管部门欠的两件:待办、几个工作日、哪个参数。"""
    terms = terms_of(book)
    return (
        (duty.ANSWER, terms.answer_days, "answer_workdays"),
        (duty.ASSIGN, terms.assign_days, "assign_workdays"),
    )


def attach_file(
    *, actor: Actor, lead: Lead, file: StoredFile | None, title: str, now: datetime
) -> FileUse:
    """交一份附件(来函、资料、照片);看得见这条线索的都看得见,每次下载留痕。所填不因此改动。

    Raises:
        Denied: 不是报送人、商务主管部门、承办单位。
        RuleBroken: 没附文件;没写是什么;已经撤回。
    """
    require(access.can_attach(actor, lead))
    found = []
    if file is None:
        found.append(Finding("file", "lead.file", CLAUSE, "请附上文件"))
    if not 0 < len(title.strip()) <= 100:
        found.append(Finding("title", "lead.file_title", CLAUSE, "请写明这份文件是什么(至多100字)"))
    if lead.state == LeadState.WITHDRAWN:
        found.append(Finding("", "lead.file_closed", CLAUSE, "已撤回的线索不再收附件"))
    if found or file is None:
        raise RuleBroken(found)
    with transaction.atomic():
        use = files.use_file(
            actor=actor, file=file, object_type=OBJ, object_id=lead.pk, label=title.strip(), now=now
        )
        record(
            event="outreach.lead.attach", actor=actor, obj_type=OBJ, obj_id=lead.code,
            obj_label=lead.title, after={"title": use.label, "sha256": file.sha256}, clause=CLAUSE,
            now=now,
        )  # fmt: skip
    return use
