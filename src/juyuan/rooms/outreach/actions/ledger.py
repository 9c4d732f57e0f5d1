"""线索台账的写入:单行走登记的动作,成批走集合式,写出的行相同(有测试)。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import open_many
from juyuan.foundation.duties.rules import DueRule, Opening, Owed
from juyuan.foundation.exchange.kinds import ObjectRef
from juyuan.foundation.exchange.kinds import Opening as Batch
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.notices.actions import notify_many
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.first_contact.queries.ruling import ruling_unit
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.actions import steps
from juyuan.rooms.outreach.actions.keep import (
    PREFIX,
    clocks_at_submit,
    register_lead,
    save_lead,
    submit_lead,
)
from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.queries.leads import OBJ, channels_of, values_of
from juyuan.rooms.outreach.rules.drafts import LeadDraft, judge_submit, reported_by
from juyuan.rooms.outreach.rules.leads import CLAUSE, LeadState, LeadVerb
from juyuan.rooms.outreach.rules.ledger import LeadCommand
from juyuan.rooms.pipeline.actions.common import new_code

BATCH = 500


def _ref(lead: Lead) -> ObjectRef:
    return ObjectRef(OBJ, lead.code, lead.title, f"/leads/{lead.code}/")


def commit_many(
    commands: Sequence[LeadCommand], *, actor: Actor, now: datetime, group: UUID, opening: Batch
) -> list[ObjectRef]:
    """成批登记:新的集合式写入,自己的草稿逐条改齐再登记。次序与 `commands` 一致。

    Raises:
        Denied: 职务只能查阅。
        Stale: 预览之后有人动过其中的草稿。
    """
    fresh = [command.draft for command in commands if command.target is None]
    with transaction.atomic():
        made = iter(insert_many(fresh, actor=actor, now=now, group=group))
        return [
            _ref(next(made))
            if command.target is None
            else _finish(command, actor=actor, now=now, group=group)
            for command in commands
        ]


def commit_one(
    command: LeadCommand, *, actor: Actor, now: datetime, group: UUID, opening: Batch
) -> ObjectRef:
    """登记一条:与屏幕上的登记同一个动作。"""
    if command.target is not None:
        return _finish(command, actor=actor, now=now, group=group)
    mine = replace(actor, group=group)
    return _ref(register_lead(actor=mine, draft=command.draft, submit=True, now=now))


def _finish(command: LeadCommand, *, actor: Actor, now: datetime, group: UUID) -> ObjectRef:
    """自己的草稿:改齐,登记。"""
    lead = Lead.objects.filter(pk=command.target or 0).first()
    if lead is None:
        raise NotFound
    if lead.state != LeadState.DRAFT:
        raise Stale
    mine = replace(actor, group=group)
    with transaction.atomic():
        kept = save_lead(
            actor=mine, lead=lead, draft=command.draft, version=command.version, now=now
        )
        return _ref(submit_lead(actor=mine, lead=kept, now=now))


def insert_many(
    drafts: Sequence[LeadDraft], *, actor: Actor, now: datetime, group: UUID
) -> list[Lead]:
    """成批记下并登记;与逐条 `register_lead(submit=True)` 写出同样的行。事务内。

    Raises:
        Denied: 职务只能查阅。
        RuleBroken: 有一条没有填齐。
    """
    require(access.can_register(actor))
    if not drafts:
        return []
    assert actor.post is not None
    today, reporter = localdate(now), access.reporter_of(actor)
    channels, leads = channels_of(params(today)), []
    for draft in (reported_by(one, reporter) for one in drafts):
        findings = judge_submit(draft, today, channels)
        if findings:
            raise RuleBroken(findings)
        leads.append(
            Lead(
                code=new_code(PREFIX), state=LeadState.SUBMITTED.value, by_id=actor.account_id,
                by_name=actor.name, from_unit_id=actor.post.unit_id, created_at=now, version=2,
                submitted_on=today, **values_of(draft),
            )
        )  # fmt: skip
    Lead.objects.bulk_create(leads, batch_size=BATCH)
    parameters = steps.versions(today)
    walked = ((LeadVerb.REGISTER, "", LeadState.DRAFT), (LeadVerb.SUBMIT, "draft", LeadState.SUBMITTED))  # fmt: skip
    LeadStep.objects.bulk_create(
        [
            LeadStep(
                lead=lead, verb=verb.value, from_state=was, to_state=to.value, on=today, at=now,
                by_name=actor.name, unit_name=actor.unit_name, clause=CLAUSE, parameters=parameters,
            )
            for lead in leads
            for verb, was, to in walked
        ],
        batch_size=BATCH,
    )  # fmt: skip
    record_many(
        [
            Entry(
                event=f"outreach.lead.{verb.value}", obj_type=OBJ, obj_id=lead.code,
                obj_label=lead.title, before={"state": was} if was else None,
                after={"state": to.value}, clause=CLAUSE,
            )
            for lead in leads
            for verb, was, to in walked
        ],
        actor=actor, now=now, group=group,
    )  # fmt: skip
    steps.key_many(leads)
    _owe(leads, actor=actor, now=now)
    return leads


def _owe(leads: Sequence[Lead], *, actor: Actor, now: datetime) -> None:
    """商务主管部门的答复、分办两件待办,与一条通知。"""
    code, today = ruling_unit(), localdate(now)
    if code is None:
        return
    desk = Unit.objects.get(code=code).pk
    clocks = clocks_at_submit(params(today))
    owed = [
        Opening(kind, Owed(OBJ, lead.pk, desk, today, DueRule(days, said=steps.said(key))))
        for lead in leads
        for kind, days, key in clocks
    ]
    open_many(owed, actor=actor, now=now)
    # 谁该知道只看密级:同一密级的问一次
    people = {lead.secrecy: lead for lead in leads}
    told = {secrecy: steps.people_of(lead, desk, now) for secrecy, lead in people.items()}
    notify_many(
        [
            steps.message(
                lead, told[lead.secrecy], "lead_submitted", f"新报的线索:{lead.title}", "", now
            )
            for lead in leads
        ],
        now=now,
    )
