"""会议的读:人数、席位、清单、一次会的决定。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.council.models import AgendaItem, Meeting, Seat
from juyuan.rooms.council.queries.scope import visible_to
from juyuan.rooms.council.rules.agenda import ItemStatus
from juyuan.rooms.council.rules.meetings import (
    OPEN,
    Attendance,
    MeetingState,
    Quorum,
    SeatFact,
    SeatKind,
    quorum,
)

TABS = {"open": "未散会", "ended": "已结束", "all": "全部"}
SIGNALS = {
    MeetingState.PREPARING: "idle", MeetingState.CALLED: "warn", MeetingState.RUNNING: "ok",
    MeetingState.ENDED: "idle", MeetingState.CANCELLED: "bad",
}  # fmt: skip


def quorum_of(meeting: Meeting, seats: Sequence[Seat] | None = None) -> Quorum:
    """此刻到会的人数够不够,按开会那天的参数。"""
    rows = list(meeting.seats.all()) if seats is None else seats
    book = params(meeting.held_on)
    row = book.row("council.quorum_share")
    return quorum(
        [SeatFact(SeatKind(s.kind), Attendance(s.attendance), s.person_id) for s in rows],
        meeting.chair_id,
        row.python,
        inclusive=row.inclusive,
        delegate_counts=bool(book["council.delegate_counts"]),
    )


def seats_of(meeting: Meeting) -> list[Seat]:
    """全部席位,召集人在先。"""
    return list(meeting.seats.select_related("unit").order_by("order", "id"))


def listed(actor: Actor, tab: str) -> QuerySet[Meeting]:
    """清单,带议题数与已议定数。"""
    rows = visible_to(actor).select_related("chair")
    if tab == "open":
        rows = rows.filter(state__in=[s.value for s in OPEN])
    elif tab == "ended":
        rows = rows.filter(state=MeetingState.ENDED.value)
    decided = Count("agenda", filter=Q(agenda__status=ItemStatus.DECIDED.value))
    return rows.annotate(items=Count("agenda"), decided=decided)


@dataclass(frozen=True)
class Progress:
    """一次会走到哪里。"""

    decided: int
    total: int


def progress(meeting: Meeting) -> Progress:
    rows = AgendaItem.objects.filter(meeting=meeting).exclude(status=ItemStatus.POSTPONED.value)
    done = rows.filter(status=ItemStatus.DECIDED.value).count()
    return Progress(done, rows.count())


def held_between(first: date, last: date) -> int:
    """这段日子里开过几次(按开会日期)。"""
    rows = Meeting.objects.filter(state=MeetingState.ENDED.value, held_on__range=(first, last))
    return rows.count()
