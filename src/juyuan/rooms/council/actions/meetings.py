"""会议:筹备、改、通知、到会、开会(议程写定)、散会、取消。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions.common import (
    change,
    log_meeting,
    new_code,
    tell,
    unit_people,
)
from juyuan.rooms.council.models import AgendaItem, Meeting, Seat
from juyuan.rooms.council.queries import agenda as read
from juyuan.rooms.council.queries import duty, roster
from juyuan.rooms.council.queries.meetings import quorum_of
from juyuan.rooms.council.queries.scope import MEETING
from juyuan.rooms.council.rules.agenda import ItemStatus, Origin
from juyuan.rooms.council.rules.meetings import (
    CLAUSE,
    UPCOMING,
    Attendance,
    MeetingDraft,
    MeetingState,
    MeetingVerb,
    SeatKind,
    judge_meeting,
    meeting_title,
    next_sequence,
    next_state,
)

KEYS = ("council.members", "council.quorum_share", "council.delegate_counts")


def _judge(draft: MeetingDraft, now: datetime) -> None:
    today = localdate(now)
    on = draft.held_on or today
    findings = judge_meeting(
        draft, today, {c.person_id for c in roster.conveners(on)},
        {person for person, _ in roster.staff(on)},
    )  # fmt: skip
    if findings:
        raise RuleBroken(findings)


def plan_meeting(*, actor: Actor, draft: MeetingDraft, now: datetime) -> Meeting:
    """筹备一次会议:取这一年还没有用过的最小次数。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 见 `rules.meetings.judge_meeting`。
        Stale: 他人同时筹备,占了同一次数。
    """
    require(access.can_prepare(actor))
    _judge(draft, now)
    assert draft.held_on and draft.starts_at and draft.chair_id
    year = draft.held_on.year
    taken = Meeting.objects.filter(year=year).exclude(state=MeetingState.CANCELLED.value)
    number = next_sequence(set(taken.values_list("sequence", flat=True)))
    try:
        with transaction.atomic():
            row = Meeting.objects.create(
                code=new_code("HY"), year=year, sequence=number,
                title=draft.title.strip() or meeting_title(year, number), held_on=draft.held_on,
                starts_at=draft.starts_at, place=draft.place.strip(), chair_id=draft.chair_id,
                secretary_id=draft.secretary_id, created_by_name=actor.name, created_at=now,
            )  # fmt: skip
            log_meeting(row, "council.meeting.planned", actor, now, after=_said(row))
    except IntegrityError:
        raise Stale("另一位同志刚筹备了一次会议，请看会议清单再筹备") from None
    return row


def _said(row: Meeting) -> dict[str, Any]:
    return {
        "held_on": row.held_on.isoformat(), "starts_at": row.starts_at.strftime("%H:%M"),
        "place": row.place, "chair": row.chair.name,
        "secretary": row.secretary.name if row.secretary else "",
    }  # fmt: skip


def _expect(row: Meeting, *states: MeetingState) -> None:
    if row.state_enum not in states:
        said = "、".join(s.label for s in states)
        raise RuleBroken.one(
            "", "meeting.state",
            f"会议现在「{row.state_enum.label}」，只有「{said}」时能办这一步", CLAUSE,
        )  # fmt: skip


def _step(row: Meeting, verb: MeetingVerb) -> MeetingState:
    after = next_state(row.state_enum, verb)
    if after is None:
        raise RuleBroken.one(
            "", "meeting.state", f"会议现在「{row.state_enum.label}」，不能「{verb.label}」", CLAUSE
        )
    return after


def edit_meeting(
    *, actor: Actor, meeting: Meeting, draft: MeetingDraft, version: int | None = None,
    now: datetime,
) -> Meeting:  # fmt: skip
    """改时间、地点、主持、记录;已经发了通知的,改了再通知一遍。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 已经开会;或所填不合。
        Stale: 他人先行。
    """
    require(access.can_prepare(actor))
    _expect(meeting, *UPCOMING)
    _judge(draft, now)
    assert draft.held_on is not None
    if draft.held_on.year != meeting.year:
        raise RuleBroken.one(
            "held_on", "meeting.year", f"这是{meeting.year}年的会议，跨年请取消后另行筹备", CLAUSE
        )
    before = _said(meeting)
    with transaction.atomic():
        change(
            meeting, "会议", version, held_on=draft.held_on, starts_at=draft.starts_at,
            place=draft.place.strip(), chair_id=draft.chair_id, secretary_id=draft.secretary_id,
            title=draft.title.strip() or meeting_title(meeting.year, meeting.sequence),
        )  # fmt: skip
        fresh = Meeting.objects.select_related("chair", "secretary").get(pk=meeting.pk)
        log_meeting(fresh, "council.meeting.edited", actor, now, before=before, after=_said(fresh))
        if fresh.state == MeetingState.CALLED:
            _seat(fresh)
            _summon(fresh, now, again=True)
    return fresh


def call_meeting(
    *, actor: Actor, meeting: Meeting, version: int | None = None, now: datetime
) -> Meeting:
    """发会议通知:按任职排席位,告诉召集人与各成员单位;可以再发一遍(名册变了)。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 已经开会或取消。
        Stale: 他人先行。
    """
    require(access.can_prepare(actor))
    after = _step(meeting, MeetingVerb.CALL)
    with transaction.atomic():
        change(meeting, "会议", version, state=after.value, called_at=meeting.called_at or now)
        _seat(meeting)
        _summon(meeting, now)
        log_meeting(
            meeting, "council.meeting.called", actor, now,
            after={"seats": meeting.seats.count()},
        )  # fmt: skip
    return meeting


def _seat(meeting: Meeting) -> None:
    """席位照那天的名册:新来的添上,不再任职的去掉;登记过到会的不动。"""
    people = roster.conveners(meeting.held_on)
    units = roster.members(meeting.held_on)
    rows = meeting.seats.all()
    gone = rows.filter(attendance=Attendance.UNKNOWN.value).exclude(kind=SeatKind.OBSERVER.value)
    gone.filter(kind=SeatKind.CONVENER.value).exclude(
        person_id__in=[p.person_id for p in people]
    ).delete()
    gone.filter(kind=SeatKind.MEMBER.value).exclude(unit_id__in=[u.unit_id for u in units]).delete()
    seated = set(rows.filter(kind=SeatKind.CONVENER.value).values_list("person_id", flat=True))
    held = set(rows.filter(kind=SeatKind.MEMBER.value).values_list("unit_id", flat=True))
    made = [
        Seat(
            meeting=meeting, kind=SeatKind.CONVENER.value, person_id=p.person_id, name=p.name,
            title=p.title[:60], order=number,
        )
        for number, p in enumerate(people)
        if p.person_id not in seated
    ] + [
        Seat(
            meeting=meeting, kind=SeatKind.MEMBER.value, unit_id=u.unit_id, person_id=u.person_id,
            name=u.name, title=u.title[:60], order=100 + number,
        )
        for number, u in enumerate(units)
        if u.unit_id not in held
    ]  # fmt: skip
    Seat.objects.bulk_create(made)


def _summon(meeting: Meeting, now: datetime, *, again: bool = False) -> None:
    today = localdate(now)
    seats = list(meeting.seats.all())
    units = {s.unit_id for s in seats if s.unit_id is not None}
    people = {s.person_id for s in seats if s.person_id is not None} | set(
        unit_people(units, today)
    )
    what = "会议改期（地点）" if again else "会议通知"
    tell(
        "council.recalled" if again else "council.called", people, object_type=MEETING,
        object_id=meeting.pk, due_on=meeting.held_on, title=f"{what}：{meeting.title}",
        text=f"{meeting.held_on.isoformat()} {meeting.starts_at:%H:%M}，{meeting.place}；主持：{meeting.chair.name}",
        url=f"/council/meetings/{meeting.code}/", now=now,
    )  # fmt: skip


def cancel_meeting(
    *, actor: Actor, meeting: Meeting, reason: str, version: int | None = None, now: datetime
) -> Meeting:
    """取消:写理由,次数腾出来,议题留到下一次;已经通知的告诉各单位。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 没写理由;已经开会。
        Stale: 他人先行。
    """
    require(access.can_prepare(actor))
    after = _step(meeting, MeetingVerb.CANCEL)
    if not reason.strip():
        raise RuleBroken.one("reason", "meeting.reason", "请写明取消的理由", CLAUSE)
    called = meeting.state == MeetingState.CALLED
    with transaction.atomic():
        change(meeting, "会议", version, state=after.value, ended_at=now)
        AgendaItem.objects.filter(meeting=meeting, status=ItemStatus.LISTED.value).update(
            status=ItemStatus.CARRIED.value
        )
        log_meeting(meeting, "council.meeting.cancelled", actor, now, reason=reason.strip())
        if called:
            seats = list(meeting.seats.all())
            people = {s.person_id for s in seats if s.person_id is not None}
            people |= set(unit_people({s.unit_id for s in seats if s.unit_id}, localdate(now)))
            tell(
                "council.cancelled", people, object_type=MEETING, object_id=meeting.pk,
                title=f"会议取消：{meeting.title}", text=reason.strip(),
                url=f"/council/meetings/{meeting.code}/", now=now,
            )  # fmt: skip
    return meeting


# ───────── 到会 ─────────


@dataclass(frozen=True)
class Mark:
    """一个席位的到会。"""

    attendance: Attendance
    attended_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class ObserverDraft:
    """列席的人。"""

    name: str
    unit_id: int | None = None
    title: str = ""


def mark_attendance(
    *,
    actor: Actor,
    meeting: Meeting,
    marks: Mapping[int, Mark],
    observers: tuple[ObserverDraft, ...] = (),
    now: datetime,
) -> Meeting:
    """登记到会、请假、委托、列席:通知之后到散会之前都可以改。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 还没有通知、已经散会;委托没写谁来;请假没写事由;召集人不能委托。
    """
    require(access.can_prepare(actor))
    _expect(meeting, MeetingState.CALLED, MeetingState.RUNNING)
    seats = {s.pk: s for s in meeting.seats.select_related("unit")}
    findings = []
    for pk, mark in marks.items():
        seat = seats.get(pk)
        if seat is None:
            continue
        who = str(seat.unit) if seat.unit else seat.name
        if mark.attendance == Attendance.DELEGATE:
            if seat.kind == SeatKind.CONVENER:
                findings.append(_finding(pk, f"{who}：召集人不能委托，不来请登记请假"))
            elif not mark.attended_by.strip():
                findings.append(_finding(pk, f"{who}：委托到会请写来的是谁"))
        if mark.attendance == Attendance.LEAVE and not mark.note.strip():
            findings.append(_finding(pk, f"{who}：请假请写事由"))
    for observer in observers:
        if not observer.name.strip():
            findings.append(_finding(0, "列席的请写姓名"))
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        before, after = {}, {}
        for pk, mark in marks.items():
            seat = seats.get(pk)
            if seat is None or _same(seat, mark):
                continue
            who = str(seat.unit) if seat.unit else seat.name
            before[who] = Attendance(seat.attendance).label
            after[who] = mark.attendance.label
            seat.attendance = mark.attendance.value
            seat.attended_by = mark.attended_by.strip()[:60]
            seat.note = mark.note.strip()[:200]
            seat.save(update_fields=["attendance", "attended_by", "note"])
        for observer in observers:
            row = Seat.objects.create(
                meeting=meeting, kind=SeatKind.OBSERVER.value, unit_id=observer.unit_id,
                name=observer.name.strip()[:60], title=observer.title.strip()[:60],
                attendance=Attendance.PRESENT.value, order=1000,
            )  # fmt: skip
            after[row.name] = SeatKind.OBSERVER.label
        if after:
            change(meeting, "会议")
            log_meeting(meeting, "council.meeting.attended", actor, now, before=before, after=after)
    return meeting


def _finding(pk: int, text: str) -> Finding:
    return Finding(f"seat_{pk}" if pk else "observer", "meeting.attendance", "1b", text)


def _same(seat: Seat, mark: Mark) -> bool:
    return (seat.attendance, seat.attended_by, seat.note) == (
        mark.attendance.value, mark.attended_by.strip()[:60], mark.note.strip()[:200],
    )  # fmt: skip


# ───────── 开会、散会 ─────────


def start_meeting(
    *, actor: Actor, meeting: Meeting, version: int | None = None, now: datetime
) -> Meeting:
    """开会:人数够了才能开;此刻的议程写定。

    Raises:
        Denied: 不是商务主管部门,也不是主持的召集人。
        RuleBroken: 人数不够;还没有通知;还没到开会那一天。
        Stale: 他人先行;另有一次会正在开。
    """
    require(access.can_run(actor, meeting))
    after = _step(meeting, MeetingVerb.START)
    today = localdate(now)
    if meeting.held_on > today:
        raise RuleBroken.one(
            "", "meeting.early", f"会议定在 {meeting.held_on}，还没到日子；提前开请先改日期", CLAUSE
        )
    found = quorum_of(meeting)
    if not found.met:
        raise RuleBroken.one(
            "", "meeting.quorum", f"人数不够，不能开会议决：{found.said}；请登记到会，或改期", "1b"
        )
    book = params(meeting.held_on)
    try:
        with transaction.atomic():
            pairs = read.agenda(Meeting.objects.select_for_update().get(pk=meeting.pk), today)
            change(
                meeting, "会议", version, state=after.value, started_at=now,
                quorum={"summoned": found.summoned, "present": found.present,
                        "needed": found.needed},
                parameters={key: book.row(key).effective_from.isoformat() for key in KEYS},
            )  # fmt: skip
            _freeze(meeting, pairs)
            log_meeting(
                meeting, "council.meeting.started", actor, now,
                after={"quorum": meeting.quorum, "items": len(pairs)},
            )  # fmt: skip
    except IntegrityError:
        raise Stale("另有一次会正在开，或议题已在别的会上；请先散会再开这一次") from None
    return meeting


def _freeze(meeting: Meeting, pairs: Any) -> None:
    """议程写定:自动列入的写成行,次序从 1 起。"""
    position = 0
    known = {row.pk for _, row in pairs if row is not None}
    stale = AgendaItem.objects.filter(meeting=meeting, status=ItemStatus.LISTED.value)
    stale.exclude(pk__in=known).update(status=ItemStatus.CARRIED.value)
    for item, row in pairs:
        if row is not None and row.status != ItemStatus.LISTED:
            continue
        position += 1
        facts = {
            "project_id": item.project_id, "unit_id": item.unit_id, "title": item.title[:200],
            "why": item.why[:300], "clause": item.clause, "since": item.since,
            "due_on": item.due_on, "amount": item.amount,
        }  # fmt: skip
        if row is None:
            AgendaItem.objects.create(
                meeting=meeting, kind=item.kind.value, ref=item.ref, position=position,
                origin=Origin.AUTO.value, added_by_name="", **facts,
            )  # fmt: skip
        else:
            AgendaItem.objects.filter(pk=row.pk).update(position=position, **facts)


def end_meeting(
    *, actor: Actor, meeting: Meeting, version: int | None = None, now: datetime
) -> Meeting:
    """散会:没有议的转下次;草稿没有确认的不算;开出纪要的待办。

    Raises:
        Denied: 不是商务主管部门,也不是主持的召集人。
        RuleBroken: 没有在开;还有记下而没有确认的决定。
        Stale: 他人先行。
    """
    require(access.can_run(actor, meeting))
    after = _step(meeting, MeetingVerb.END)
    waiting = AgendaItem.objects.filter(meeting=meeting, status=ItemStatus.LISTED.value)
    drafted = waiting.exclude(draft={}).count()
    if drafted:
        raise RuleBroken.one(
            "", "meeting.drafts",
            f"还有 {drafted} 项记下的决定没有经主持人确认，请先确认或退回草稿", CLAUSE,
        )  # fmt: skip
    with transaction.atomic():
        change(meeting, "会议", version, state=after.value, ended_at=now)
        carried = waiting.update(status=ItemStatus.CARRIED.value)
        log_meeting(meeting, "council.meeting.ended", actor, now, after={"carried": carried})
        end_duty(
            kind=duty.HOLD, object_type=duty.PERIOD, object_id=duty.period_of(meeting.held_on).key,
            act="council.meeting.ended", actor=actor, now=now,
        )  # fmt: skip
        owed = duty.owed_minutes(meeting)
        if owed is not None:
            open_many([Opening(duty.MINUTES, owed)], actor=actor, now=now)
    return meeting
