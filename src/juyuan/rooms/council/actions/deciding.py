"""当场决定:记录的记下、主持的确认,或主持的自己定;落到对象、开出交办,一个事务,没有做一半的。"""

from __future__ import annotations

from copy import copy
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions.binding import bind
from juyuan.rooms.council.actions.common import change, log_meeting, tell, unit_people
from juyuan.rooms.council.actions.items import open_item
from juyuan.rooms.council.actions.problems import mark_assigned
from juyuan.rooms.council.models import AgendaItem, Decision, Meeting, Problem
from juyuan.rooms.council.queries.meetings import quorum_of
from juyuan.rooms.council.queries.scope import MEETING
from juyuan.rooms.council.rules.agenda import (
    AgendaKind,
    DecisionDraft,
    DecisionResult,
    ItemStatus,
    as_json,
    from_json,
    judge_decision,
)
from juyuan.rooms.council.rules.items import ActionSource
from juyuan.rooms.council.rules.meetings import CLAUSE, MeetingState


def _expect(item: AgendaItem) -> None:
    if item.meeting.state_enum != MeetingState.RUNNING:
        raise RuleBroken.one(
            "",
            "decision.running",
            f"会议「{item.meeting.state_enum.label}」，开会时才能决定",
            CLAUSE,
        )
    if item.status != ItemStatus.LISTED:
        said = ItemStatus(item.status).label
        raise RuleBroken.one(
            "", "decision.done", f"这一项已经「{said}」；要改，请再上一次会", CLAUSE
        )
    found = quorum_of(item.meeting)
    if not found.met:
        raise RuleBroken.one(
            "", "meeting.quorum", f"人数不够，不能议决：{found.said}；请核对到会登记", "1b"
        )


def _judge(item: AgendaItem, draft: DecisionDraft, now: datetime) -> None:
    units = set(Unit.objects.filter(disabled_on__isnull=True).values_list("pk", flat=True))
    findings = judge_decision(item.kind_enum, draft, localdate(now), units)
    if findings:
        raise RuleBroken(findings)


def draft_decision(
    *, actor: Actor, item: AgendaItem, draft: DecisionDraft, version: int | None = None,
    now: datetime,
) -> AgendaItem:  # fmt: skip
    """记录的把会上说的记下来,请主持的确认;确认之前不生效。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 不在开会、人数不够、已经议定;所填不合。
        Stale: 他人先行。
    """
    require(access.can_prepare(actor))
    _expect(item)
    _judge(item, draft, now)
    with transaction.atomic():
        change(
            item, "这一项", version, draft=as_json(draft), draft_by_id=actor.account_id,
            draft_by_name=actor.name,
        )  # fmt: skip
        log_meeting(
            item.meeting, "council.agenda.drafted", actor, now,
            after={"title": item.title, "result": draft.result.label if draft.result else ""},
        )  # fmt: skip
        tell(
            "council.drafted", [item.meeting.chair_id], object_type=MEETING,
            object_id=item.meeting.pk, title=f"请确认：{item.title}",
            text=f"{actor.name}记下：{draft.result.label if draft.result else ''}",
            url=f"/council/meetings/{item.meeting.code}/items/{item.pk}/", now=now,
        )  # fmt: skip
    return item


def discard_draft(
    *, actor: Actor, item: AgendaItem, version: int | None = None, now: datetime
) -> AgendaItem:
    """退回草稿:主持的不同意,或记录的自己撤。

    Raises:
        Denied: 不是主持的,也不是商务主管部门。
        RuleBroken: 没有草稿。
        Stale: 他人先行。
    """
    require(access.can_run(actor, item.meeting))
    if not item.draft or item.status != ItemStatus.LISTED:
        raise RuleBroken.one("", "decision.draft", "这一项没有等确认的草稿", CLAUSE)
    with transaction.atomic():
        change(item, "这一项", version, draft={}, draft_by_id=None, draft_by_name="")
        log_meeting(
            item.meeting, "council.agenda.returned", actor, now, after={"title": item.title}
        )
    return item


def confirm_decision(
    *, actor: Actor, item: AgendaItem, version: int | None = None, now: datetime
) -> Decision:
    """主持的确认记下的决定,当即生效。

    Raises:
        Denied: 不是主持会议的召集人。
        RuleBroken: 没有草稿;人数不够;对象已不能这样定。
        Stale: 他人先行。
    """
    require(access.can_decide(actor, item.meeting))
    if not item.draft:
        raise RuleBroken.one("", "decision.draft", "这一项没有等确认的草稿，请先记下决定", CLAUSE)
    draft, recorder = from_json(item.draft), item.draft_by_name
    return _decide(actor, item, draft, version, now, recorder)


def decide_item(
    *, actor: Actor, item: AgendaItem, draft: DecisionDraft, version: int | None = None,
    now: datetime,
) -> Decision:  # fmt: skip
    """主持的当场自己定,当即生效。

    Raises:
        Denied: 不是主持会议的召集人。
        RuleBroken: 不在开会、人数不够、已经议定;所填不合;对象已不能这样定。
        Stale: 他人先行。
    """
    require(access.can_decide(actor, item.meeting))
    return _decide(actor, item, draft, version, now, "")


def _decide(
    actor: Actor, item: AgendaItem, draft: DecisionDraft, version: int | None, now: datetime,
    recorder: str,
) -> Decision:  # fmt: skip
    _expect(item)
    _judge(item, draft, now)
    assert draft.result is not None and actor.person_id is not None
    item = copy(item)  # 落不成时退回,手里的那一件不变
    meeting = item.meeting
    deferred = draft.result == DecisionResult.DEFERRED
    with transaction.atomic():
        # 散会与决定不能交错:锁住会议
        locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
        if locked.state != MeetingState.RUNNING:
            raise RuleBroken.one("", "decision.running", "会议已经散了，不能再决定", CLAUSE)
        change(item, "这一项", version, status=ItemStatus.DECIDED.value, draft={})
        row = Decision(
            item=item, meeting=meeting, kind=item.kind, ref=item.ref, project_id=item.project_id,
            result=draft.result.value, text=draft.text.strip(), conditions=_conditions(draft),
            recorded_by_name=recorder, chair_id=actor.person_id, chair_name=actor.name, at=now,
        )  # fmt: skip
        row.save(force_insert=True)
        log_meeting(
            meeting, "council.agenda.decided", actor, now, reason=row.text, clause=item.clause or CLAUSE,
            after={"title": item.title, "kind": item.kind_enum.label, "result": draft.result.label,
                   "actions": len(draft.actions), "recorded_by": recorder},
        )  # fmt: skip
        bind(actor, item, row, draft, now)
        if not deferred:
            _assign(actor, item, row, draft, now)
            _tell(item, row, now)
    return row


def _conditions(draft: DecisionDraft) -> list[dict[str, str]]:
    return [
        {"text": c.text.strip(), "due_on": c.due_on.isoformat() if c.due_on else "",
         "evidence": c.evidence.strip()}
        for c in draft.conditions
    ]  # fmt: skip


def _assign(
    actor: Actor, item: AgendaItem, row: Decision, draft: DecisionDraft, now: datetime
) -> None:
    """决定里的交办逐件开出;难题的交办都销了号,难题就解决。"""
    problem = (
        Problem.objects.filter(code=item.ref).first() if item.kind == AgendaKind.PROBLEM else None
    )
    for number, action in enumerate(draft.actions, start=1):
        assert action.unit_id is not None and action.due_on is not None
        open_item(
            actor=actor, source=ActionSource.MEETING, unit_id=action.unit_id, title=action.text,
            due_on=action.due_on, person_id=action.person_id, decision=row, problem=problem,
            source_ref=f"{item.meeting.code}/{item.pk}/{number}", project=item.project, now=now,
        )  # fmt: skip


def _tell(item: AgendaItem, row: Decision, now: datetime) -> None:
    """告诉汇报的单位(项目的首谈单位)。"""
    units = {item.unit_id, item.project.lead_unit_id if item.project else None}
    people = unit_people([u for u in units if u is not None], localdate(now))
    tell(
        "council.decided", people, object_type=MEETING, object_id=item.meeting.pk,
        title=f"会议决定：{row.result_enum.label}", text=f"{item.meeting.title}",
        url=f"/council/meetings/{item.meeting.code}/items/{item.pk}/", now=now,
    )  # fmt: skip


def assign_problem(
    *, actor: Actor, problem: Problem, draft: DecisionDraft, now: datetime
) -> Problem:
    """会外由商务主管部门交办一件难题,不必等会。

    Raises:
        Denied: 不是商务主管部门负责人、核验人。
        RuleBroken: 没有交办的事;已经交办或了结。
    """
    require(access.can_assign(actor))
    units = set(Unit.objects.filter(disabled_on__isnull=True).values_list("pk", flat=True))
    findings = judge_decision(AgendaKind.PROBLEM, draft, localdate(now), units)
    if findings:
        raise RuleBroken(findings)
    said = draft.text.strip() or "；".join(a.text.strip() for a in draft.actions)
    with transaction.atomic():
        mark_assigned(actor=actor, problem=problem, text=said, now=now)
        done = problem.actions.count()
        for number, action in enumerate(draft.actions, start=done + 1):
            assert action.unit_id is not None and action.due_on is not None
            open_item(
                actor=actor, source=ActionSource.PROBLEM, source_ref=f"{problem.code}/{number}",
                unit_id=action.unit_id, title=action.text, due_on=action.due_on,
                person_id=action.person_id, problem=problem, project=problem.project, now=now,
            )  # fmt: skip
    return problem
