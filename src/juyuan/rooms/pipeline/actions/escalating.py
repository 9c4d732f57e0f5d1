"""提级中人办的事:定召集人、组专班、交方案、报告、办结。打开、确认、撤回由签约自己引起(escalation.py)。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.files import actions as files
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.models import Person, Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.actions.escalation import end_duties
from juyuan.rooms.pipeline.models import Escalation, EscalationMember, EscalationReport
from juyuan.rooms.pipeline.queries import escalations as read
from juyuan.rooms.pipeline.rules.escalation import (
    CLAUSE,
    OPEN_STATES,
    TASK_LIMIT,
    TEAM_LIMIT,
    EscalationState,
    ReportDraft,
    judge_reason,
    judge_report,
    next_due,
    too_long,
)

CLOSED = "pipeline.escalation_closed"
CONVENER = "pipeline.escalation_convener"


@dataclass(frozen=True)
class MemberDraft:
    """专班的一员。"""

    unit_id: int
    person_id: int | None = None
    task: str = ""


def _expect_open(row: Escalation) -> None:
    if row.state not in OPEN_STATES:
        raise Stale("这次提级已经结束")


def _update(row: Escalation, **changes: Any) -> None:
    """带版本的条件更新。

    Raises:
        Stale: 他人先行,或已经结束。
    """
    changed = Escalation.objects.filter(
        pk=row.pk, version=row.version, state__in=OPEN_STATES
    ).update(**changes, version=row.version + 1)
    if changed == 0:
        raise Stale("这次提级刚被他人改过")
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1


def _record(row: Escalation, verb: str, actor: Actor, now: datetime, **more: Any) -> None:
    record(
        event=f"pipeline.escalation.{verb}", actor=actor, obj_type=OBJ, obj_id=row.project.code,
        obj_label=row.project.name, clause=CLAUSE, now=now, **more,
    )  # fmt: skip


def assign_convener(
    *, actor: Actor, escalation: Escalation, person_id: int | None, now: datetime
) -> Escalation:
    """定(换)召集人,告诉他。

    Raises:
        Denied: 不是商务主管部门,也不是召集人。
        RuleBroken: 这个人不是在任的总召集人、分管副市长、召集人。
        Stale: 已经结束,或他人先行。
    """
    require(access.can_assign_convener(actor))
    _expect_open(escalation)
    known = dict(read.conveners(now.date()))
    if person_id not in known:
        raise RuleBroken.one("convener", "escalation.convener", "请从在任的召集人中选一位", CLAUSE)
    was = escalation.convener.name if escalation.convener else ""
    person = Person.objects.get(pk=person_id)
    with transaction.atomic():
        _update(escalation, convener_id=person.pk)
        _record(
            escalation, "convener_set", actor, now,
            before={"convener": was}, after={"convener": person.name},
        )  # fmt: skip
        notify(
            kind=CONVENER, person_ids=[person.pk], object_type=read.OBJECT,
            object_id=escalation.pk, due_on=None, title=f"请您召集提级项目：{escalation.project.name}",
            text="您是这个提级项目的召集人", url=f"/projects/{escalation.project.code}/#escalation",
            now=now,
        )  # fmt: skip
    escalation.refresh_from_db()
    return escalation


def set_team(
    *, actor: Actor, escalation: Escalation, members: Sequence[MemberDraft], now: datetime
) -> Escalation:
    """写定专班:整份替换,前后都留在台账里。

    Raises:
        Denied: 无权。
        RuleBroken: 单位、人员不在名册里,同一单位同一人写了两遍,或人数过多。
        Stale: 已经结束,或他人先行。
    """
    require(access.can_run_escalation(actor, escalation))
    _expect_open(escalation)
    units = dict(
        Unit.objects.filter(
            pk__in={m.unit_id for m in members}, disabled_on__isnull=True
        ).values_list("pk", "name")
    )
    people = dict(
        Person.objects.filter(pk__in={m.person_id for m in members if m.person_id}).values_list(
            "pk", "name"
        )
    )
    findings = []
    if any(m.unit_id not in units for m in members):
        findings.append(Finding("unit", "escalation.unit", CLAUSE, "没有这个单位，请从列表中选择"))
    if any(m.person_id and m.person_id not in people for m in members):
        findings.append(
            Finding("person", "escalation.person", CLAUSE, "没有这个人，请从列表中选择")
        )
    if len({(m.unit_id, m.person_id) for m in members}) < len(members):
        findings.append(Finding("unit", "escalation.twice", CLAUSE, "同一单位、同一人已在专班里"))
    if len(members) > TEAM_LIMIT:
        findings.append(Finding("unit", "escalation.team", CLAUSE, f"专班至多 {TEAM_LIMIT} 人"))
    for member in members:
        findings += too_long("task", "分工", member.task, TASK_LIMIT)
    if findings:
        raise RuleBroken(findings)
    before = _said(escalation.team.select_related("unit", "person"))
    rows = [
        EscalationMember(
            escalation=escalation, unit_id=m.unit_id, person_id=m.person_id, task=m.task.strip()
        )
        for m in members
    ]
    with transaction.atomic():
        _update(escalation)
        escalation.team.all().delete()
        EscalationMember.objects.bulk_create(rows)
        after = _said(escalation.team.select_related("unit", "person"))
        _record(escalation, "team_set", actor, now, before={"team": before}, after={"team": after})
    return escalation


def _said(rows: Any) -> list[str]:
    return [
        " ".join(part for part in (r.unit.name, r.person.name if r.person else "", r.task) if part)
        for r in rows
    ]


def hand_in_plan(
    *,
    actor: Actor,
    escalation: Escalation,
    text: str,
    file_id: int | None = None,
    now: datetime,
) -> Escalation:
    """交(改)工作方案,可附文件;方案待办随之办结。

    Raises:
        Denied: 无权。
        RuleBroken: 没有写内容,或文件没有存好。
        Stale: 已经结束,或他人先行。
    """
    require(access.can_run_escalation(actor, escalation))
    _expect_open(escalation)
    findings = too_long("plan", "工作方案", text)
    if not text.strip():
        findings.append(
            Finding("plan", "escalation.plan", CLAUSE, "请写工作方案：目标、时限、各单位做什么")
        )
    stored = uploaded(actor, file_id)
    if file_id is not None and stored is None:
        findings.append(Finding("file", "escalation.file", "", "文件没有存好，请重新上传"))
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        changes: dict[str, Any] = {"plan": text.strip()}
        if stored is not None:
            use = files.use_file(
                actor=actor, file=stored, object_type=OBJ, object_id=escalation.project_id,
                label="提级工作方案", now=now,
            )  # fmt: skip
            changes |= {"plan_file_use_id": use.pk, "plan_file_name": stored.name[:200]}
        before = escalation.plan
        _update(escalation, **changes)
        _record(
            escalation, "planned", actor, now,
            before={"plan": before},
            after={"plan": escalation.plan, "file": escalation.plan_file_name},
        )  # fmt: skip
        end_duty(
            kind=read.PLAN, object_type=OBJ, object_id=escalation.project_id,
            act="pipeline.escalation.planned", actor=actor, now=now,
        )  # fmt: skip
    return escalation


def report(
    *, actor: Actor, escalation: Escalation, draft: ReportDraft, now: datetime
) -> EscalationReport:
    """报告一期(只增)。答的是此刻应报的一期;下一期自今天起算。

    Raises:
        Denied: 无权。
        RuleBroken: 没有写进展。
        Stale: 已经结束,或他人刚刚报过。
    """
    require(access.can_run_escalation(actor, escalation))
    _expect_open(escalation)
    findings = judge_report(draft)
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        _update(escalation)  # 占住版本:两个人同时报,只有一份算这一期
        told = [localdate(at) for at in escalation.reports.values_list("at", flat=True)]
        opened = localdate(escalation.opened_at)
        row = EscalationReport(
            escalation=escalation,
            due_on=next_due(opened, told, read.report_rule(opened).count),
            progress=draft.progress.strip(),
            problem=draft.problem.strip(),
            next_step=draft.next_step.strip(),
            unit_id=actor.post.unit_id if actor.post else None,
            by_id=actor.account_id,
            by_name=actor.name,
            at=now,
        )
        row.save(force_insert=True)
        _record(
            escalation, "reported", actor, now,
            after={"due_on": row.due_on.isoformat(), "progress": row.progress,
                   "problem": row.problem, "next_step": row.next_step},
        )  # fmt: skip
        end_duty(
            kind=read.REPORT, object_type=OBJ, object_id=escalation.project_id,
            act="pipeline.escalation.reported", actor=actor, now=now,
        )  # fmt: skip
        unit = read.responsible_units([escalation.project]).get(escalation.project_id)
        fresh = Escalation.objects.prefetch_related("reports").get(pk=escalation.pk)
        if unit is not None:
            opening = Opening(read.REPORT, read.owed_report(fresh, unit))
            open_many([opening], actor=actor, now=now)
    return row


def close_escalation(
    *, actor: Actor, escalation: Escalation, reason: str, now: datetime
) -> Escalation:
    """办结:不再要报告,此前各日的数不变。

    Raises:
        Denied: 不是这个项目的召集人,也不是商务主管部门负责人。
        RuleBroken: 没写理由。
        Stale: 已经结束,或他人先行。
    """
    require(access.can_close_escalation(actor, escalation))
    return _close(actor, escalation, reason, "", now)


def close_by_meeting(
    *, actor: Actor, escalation: Escalation, reason: str, meeting: str, now: datetime
) -> Escalation:
    """促进会议当场结束提级:主持的召集人不一定是这个项目的召集人,准不准由会议(人数、主持)判定。

    Raises:
        RuleBroken: 没写理由。
        Stale: 已经结束,或他人先行。
    """
    return _close(actor, escalation, reason, meeting, now)


def _close(
    actor: Actor, escalation: Escalation, reason: str, meeting: str, now: datetime
) -> Escalation:
    _expect_open(escalation)
    findings = judge_reason(reason)
    if findings:
        raise RuleBroken(findings)
    was = escalation.state
    with transaction.atomic():
        _update(
            escalation, state=EscalationState.CLOSED.value, closed_at=now,
            closed_by_name=actor.name, close_reason=reason.strip(),
        )  # fmt: skip
        _record(
            escalation, "closed", actor, now, before={"state": was},
            after={"state": EscalationState.CLOSED.value} | ({"meeting": meeting} if meeting else {}),
            reason=reason.strip(),
        )  # fmt: skip
        end_duties(escalation.project_id, "pipeline.escalation.closed", actor=actor, now=now)
        notify(
            kind=CLOSED, person_ids=read.addressees(now.date()), object_type=read.OBJECT,
            object_id=escalation.pk, due_on=None, title=f"提级办结：{escalation.project.name}",
            text=reason.strip(), url=f"/projects/{escalation.project.code}/#escalation", now=now,
        )  # fmt: skip
    return escalation
