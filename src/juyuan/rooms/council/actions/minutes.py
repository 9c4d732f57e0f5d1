"""会议纪要:散会之后起草,由主持的召集人批准,编号印发;印发之后待办办结。"""

from __future__ import annotations

from datetime import datetime

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.papers.actions import draft_paper
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.queries import documents_of
from juyuan.foundation.papers.states import DocumentState
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions.common import change
from juyuan.rooms.council.models import Meeting
from juyuan.rooms.council.queries import duty
from juyuan.rooms.council.queries.papers import MINUTES, minutes_facts
from juyuan.rooms.council.queries.roster import bureau_unit
from juyuan.rooms.council.queries.scope import MEETING
from juyuan.rooms.council.rules.meetings import CLAUSE, MeetingState


def draft_minutes(*, actor: Actor, meeting: Meeting, now: datetime) -> Document:
    """起草纪要:事实取自会上记下的,锁定;开头、结尾的话可以改。已有一份没有作废的就是那一份。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 还没有散会。
    """
    require(access.can_prepare(actor))
    if meeting.state_enum != MeetingState.ENDED:
        raise RuleBroken.one(
            "", "minutes.ended", f"会议「{meeting.state_enum.label}」，散会之后才能起草纪要", CLAUSE
        )
    known = current_minutes(meeting)
    if known is not None:
        return known
    unit = bureau_unit()
    if unit is None:
        raise RuleBroken.one("", "minutes.unit", "没有在用的商务主管部门，不能起草纪要", CLAUSE)
    title = meeting.title.removesuffix("会议") + "会议纪要"
    return draft_paper(
        actor=actor, kind=MINUTES, object_type=MEETING, object_id=meeting.pk, unit_id=unit,
        title=title, facts=minutes_facts(meeting), words={}, now=now,
    )  # fmt: skip


def current_minutes(meeting: Meeting) -> Document | None:
    """这次会没有作废的纪要。"""
    rows = documents_of(MEETING, [meeting.pk], MINUTES).exclude(state=DocumentState.VOIDED.value)
    return rows.order_by("-id").first()


def on_issued(*, document: Document, actor: Actor, now: datetime) -> None:
    """印发的事务里:会议记下纪要,待办办结。"""
    meeting = Meeting.objects.get(pk=document.object_id)
    change(meeting, "会议", minutes_code=document.code, minutes_issued_at=now)
    end_duty(
        kind=duty.MINUTES, object_type=MEETING, object_id=meeting.pk,
        act="papers.document.issued", actor=actor, now=now,
    )  # fmt: skip


def on_voided(*, document: Document, actor: Actor, now: datetime) -> None:
    """印发了又作废的:纪要还欠着。"""
    meeting = Meeting.objects.get(pk=document.object_id)
    if meeting.minutes_code != document.code:
        return
    change(meeting, "会议", minutes_code="", minutes_issued_at=None)
    owed = duty.owed_minutes(meeting)
    if owed is not None:
        open_many([Opening(duty.MINUTES, owed)], actor=actor, now=now)
