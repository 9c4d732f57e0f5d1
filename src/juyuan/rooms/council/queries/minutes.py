"""纪要这一种公文的声明:谁看得见、谁起草、谁批(主持的召集人)。印发时做什么由接线给。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import PaperKind, WordField
from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.foundation.people.queries import posts_on
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Denial
from juyuan.rooms.council import access
from juyuan.rooms.council.models import Meeting, Seat
from juyuan.rooms.council.queries.papers import MINUTES, SERIES, minutes_of
from juyuan.rooms.council.rules.meetings import SeatKind


def within(actor: Actor) -> Any:
    """看得见纪要的会议:办会的、召集人,参加会的成员单位的主要负责同志。"""
    rows = Meeting.objects.order_by()
    if access.oversees(actor):
        return rows.values("pk")
    units = [p.unit_id for p in actor.posts if p.role == Role.HEAD]
    seats = Seat.objects.filter(kind=SeatKind.MEMBER.value, unit_id__in=units)
    return rows.filter(pk__in=seats.values("meeting_id")).values("pk")


def _meeting(document: Document) -> Meeting:
    return Meeting.objects.select_related("chair").get(pk=document.object_id)


def can_prepare(actor: Actor, document: Document) -> Access:
    return access.can_prepare(actor)


def can_approve(actor: Actor, document: Document) -> Access:
    """纪要由主持会议的召集人批准。"""
    meeting = _meeting(document)
    if access.chairs(actor, meeting):
        return access.can_decide(actor, meeting)
    return Denial(f"纪要由主持会议的{meeting.chair.name}批准", "1e")


def url(document: Document) -> str:
    return f"/council/meetings/{_meeting(document).code}/"


def approver(document: Document) -> tuple[int, int | None]:
    """批准的待办给主持的召集人(他任召集人的单位)。"""
    meeting = _meeting(document)
    posts = posts_on(meeting.held_on).filter(person_id=meeting.chair_id, role__in=LEADER_ROLES)
    unit = posts.order_by("id").values_list("unit_id", flat=True).first()
    return (unit or document.unit_id), meeting.chair_id


def kind(on_issued: Callable[..., None], on_voided: Callable[..., None]) -> PaperKind:
    """登记用。"""
    return PaperKind(
        kind=MINUTES, label="会议纪要", clause="1e", series=SERIES, build=minutes_of,
        within=within, can_prepare=can_prepare, can_approve=can_approve, url=url,
        approver=approver, on_issued=on_issued, on_voided=on_voided,
        word_fields=(
            WordField("opening", "开头", hint="不写就用：某年某月某日，某同志主持召开……"),
            WordField("closing", "结尾的要求", hint="不写就用：会议要求，各承办单位按期办结……"),
        ),
    )  # fmt: skip
