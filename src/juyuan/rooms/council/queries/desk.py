"""召集人工作台要的:会上等我确认的、我主持的下一次会;我在会上定过的与后来怎样。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.timezone import localdate

from juyuan.kernel.actor import Actor
from juyuan.rooms.council import access
from juyuan.rooms.council.models import ActionItem, AgendaItem, Decision, Meeting
from juyuan.rooms.council.rules.agenda import AgendaKind, DecisionResult, ItemStatus
from juyuan.rooms.council.rules.items import ActionState, is_overdue
from juyuan.rooms.council.rules.meetings import OPEN, MeetingState

LIMIT = 50


@dataclass(frozen=True)
class WaitingLine:
    """等我办的一件:哪天、什么事、办什么、去哪里。"""

    on: date
    text: str
    act: str
    url: str
    note: str = ""
    clause: str = "1e"


@dataclass(frozen=True)
class DecidedLine:
    """我在会上定过的一件与后来怎样:交办几件、销号几件、逾期几件。"""

    on: date
    title: str
    kind: str
    result: str
    meeting: str
    url: str
    actions: int = 0
    closed: int = 0
    late: int = 0
    elsewhere: bool = False
    """评审、终裁:它们自己的室里也记着这个决定。"""

    @property
    def since(self) -> str:
        """后来怎样,一句话。"""
        if not self.actions:
            return "没有交办"
        late = f"，逾期 {self.late} 件" if self.late else ""
        return f"交办 {self.actions} 件，销号 {self.closed} 件{late}"


def waiting(actor: Actor, on: date) -> list[WaitingLine]:
    """等我确认的决定、我主持而正在开或将要开的会。不是召集人的没有。"""
    if not access.leads(actor) or actor.person_id is None:
        return []
    mine = Meeting.objects.filter(
        chair_id=actor.person_id, state__in=[s.value for s in OPEN]
    ).order_by("held_on", "id")
    found = []
    drafts = (
        AgendaItem.objects.filter(meeting__in=mine, status=ItemStatus.LISTED.value)
        .exclude(draft={})
        .select_related("meeting")
        .order_by("position", "id")
    )
    for item in drafts[:LIMIT]:
        found.append(
            WaitingLine(
                item.meeting.held_on, item.title, "确认决定",
                f"/council/meetings/{item.meeting.code}/items/{item.pk}/",
                f"{item.draft_by_name}已记下",
            )
        )  # fmt: skip
    for row in mine[:LIMIT]:
        if row.state == MeetingState.PREPARING:
            continue
        running = row.state == MeetingState.RUNNING
        found.append(
            WaitingLine(
                row.held_on, row.title, "进入会议" if running else "看议程与材料",
                f"/council/meetings/{row.code}/",
                "正在开" if running else f"{row.starts_at:%H:%M}，{row.place}",
            )
        )  # fmt: skip
    return found


def decided(actor: Actor, on: date, limit: int = LIMIT) -> list[DecidedLine]:
    """我在会上定过的,新的在前。查询数与件数无关。"""
    if actor.person_id is None:
        return []
    rows = (
        Decision.objects.filter(chair_id=actor.person_id)
        .select_related("meeting", "item")
        .prefetch_related(Prefetch("actions", ActionItem.objects.order_by("id")))
        .order_by("-id")[:limit]
    )
    found = []
    for row in rows:
        items = list(row.actions.all())
        found.append(
            DecidedLine(
                localdate(row.at), row.item.title, row.item.kind_enum.label,
                row.result_enum.label, row.meeting.title,
                f"/council/meetings/{row.meeting.code}/items/{row.item_id}/", len(items),
                sum(i.state == ActionState.CLOSED for i in items),
                sum(is_overdue(i.state_enum, i.due_on, on) for i in items),
                row.item.kind_enum in (AgendaKind.REVIEW, AgendaKind.APPEAL)
                and row.result_enum != DecisionResult.DEFERRED,
            )
        )  # fmt: skip
    return found
