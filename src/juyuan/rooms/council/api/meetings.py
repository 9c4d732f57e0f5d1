"""会议的接口:清单、一次、筹备、通知、开会、散会、当场决定、确认;各走网页上的同一个动作。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Query

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import READ, WRITE, BadCursor, number, percent_to_bp, precheck
from juyuan.foundation.people.models import Person
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions import deciding
from juyuan.rooms.council.actions import meetings as acts
from juyuan.rooms.council.api.base import (
    actor_of,
    entered,
    expect,
    meeting,
    meeting_detail,
    unit_id,
)
from juyuan.rooms.council.api.base import meetings_router as router
from juyuan.rooms.council.api.schemas import (
    DecisionIn,
    MeetingDetail,
    MeetingFilters,
    MeetingIn,
    MeetingPage,
)
from juyuan.rooms.council.models import AgendaItem, Meeting
from juyuan.rooms.council.queries.scope import door, item_door, visible_to
from juyuan.rooms.council.rules.agenda import (
    ActionDraft,
    ConditionDraft,
    DecisionDraft,
    DecisionResult,
)
from juyuan.rooms.council.rules.meetings import MeetingDraft

ORDERS = {"id": Order("id")}
May = Callable[[Actor, Meeting], None]


@router.get("", response={200: MeetingPage, **READ}, url_name="meetings", summary="会议清单")
def list_meetings(request: HttpRequest, filters: Query[MeetingFilters]) -> Any:
    """看得见的会议,新的在前;筹备中的只有办会的与召集人看得见。"""
    actor = actor_of(request)
    require(access.can_enter(actor))
    understood(request, MeetingFilters, filters.sort, ORDERS)
    found = visible_to(actor).select_related("chair", "secretary")
    if filters.state:
        found = found.filter(state=filters.state)
    page = paginate(found, choose_order(filters.sort, ORDERS, "-id"), filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [meeting(row) for row in page.items],
        "next": page.next or None,
        "total": total_of(found, exact=filters.count == "exact"),
    }


def _person(code: str) -> int | None:
    rows = Person.objects.filter(code=code.replace("\x00", ""))
    return rows.values_list("pk", flat=True).first() if code else None


@router.post("", response={201: MeetingDetail, **WRITE}, url_name="meetings", summary="筹备会议")
def plan(request: HttpRequest, payload: MeetingIn) -> Any:
    """商务主管部门筹备;等着上会的自动列入。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_prepare(actor))
    draft = MeetingDraft(
        payload.held_on, payload.starts_at, payload.place, _person(payload.chair),
        _person(payload.secretary), payload.title,
    )  # fmt: skip

    def act() -> tuple[int, dict[str, Any]]:
        made = acts.plan_meeting(actor=actor, draft=draft, now=clock.now())
        return 201, meeting_detail(actor, door(actor, made.code), clock.today())

    return once(request, act)


@router.get(
    "/{code}", response={200: MeetingDetail, **READ}, url_name="meeting", summary="一次会议"
)
def get_meeting(request: HttpRequest, code: str) -> Any:
    """人数与看得见的议题。"""
    actor = actor_of(request)
    return meeting_detail(actor, door(actor, code), clock.today())


def _act(request: HttpRequest, code: str, may: May, run: Callable[[Actor, Meeting], Any]) -> Any:
    actor = actor_of(request)
    row = door(actor, code)
    may(actor, row)
    expect(request, row)

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, row)
        return 200, meeting_detail(actor, door(actor, code), clock.today())

    return once(request, act)


def may_prepare(actor: Actor, row: Meeting) -> None:
    require(access.can_prepare(actor))


def may_run(actor: Actor, row: Meeting) -> None:
    require(access.can_run(actor, row))


@router.post("/{code}/call", response={200: MeetingDetail, **WRITE}, url_name="meeting_call",
             summary="发会议通知")  # fmt: skip
def call(request: HttpRequest, code: str) -> Any:
    """按任职排席位,告诉召集人与成员单位。"""

    def run(actor: Actor, row: Meeting) -> None:
        acts.call_meeting(actor=actor, meeting=row, now=clock.now())

    return _act(request, code, may_prepare, run)


@router.post("/{code}/start", response={200: MeetingDetail, **WRITE}, url_name="meeting_start",
             summary="开会")  # fmt: skip
def start(request: HttpRequest, code: str) -> Any:
    """人数够了才能开;议程写定。"""

    def run(actor: Actor, row: Meeting) -> None:
        acts.start_meeting(actor=actor, meeting=row, now=clock.now())

    return _act(request, code, may_run, run)


@router.post("/{code}/end", response={200: MeetingDetail, **WRITE}, url_name="meeting_end",
             summary="散会")  # fmt: skip
def end(request: HttpRequest, code: str) -> Any:
    """没有议的转下次。"""

    def run(actor: Actor, row: Meeting) -> None:
        acts.end_meeting(actor=actor, meeting=row, now=clock.now())

    return _act(request, code, may_run, run)


def draft_of(given: DecisionIn) -> DecisionDraft:
    """所给 → 决定。

    Raises:
        RuleBroken: 没有这个单位。
    """
    return DecisionDraft(
        result=DecisionResult(given.result) if given.result else None,
        text=given.text,
        conditions=tuple(ConditionDraft(c.text, c.due_on, c.evidence) for c in given.conditions),
        actions=tuple(
            ActionDraft(a.text, unit_id(a.unit, "actions"), a.due_on) for a in given.actions
        ),
        lead_unit_id=unit_id(given.lead_unit, "lead_unit"),
        shares=tuple(
            (unit_id(s.unit, "shares") or 0, percent_to_bp(s.share)) for s in given.shares
        ),
        due_on=given.due_on,
        minutes_number=given.minutes_number,
    )


def may_decide(actor: Actor, item: AgendaItem) -> None:
    """主持的定,商务主管部门记;别人不准。"""
    if access.chairs(actor, item.meeting) or not access.can_prepare(actor):
        require(access.can_decide(actor, item.meeting))


def may_confirm(actor: Actor, item: AgendaItem) -> None:
    require(access.can_decide(actor, item.meeting))


@router.post("/{code}/items/{item_id}/decide", response={200: MeetingDetail, **WRITE},
             url_name="meeting_decide", summary="当场决定")  # fmt: skip
def decide(request: HttpRequest, code: str, item_id: int, payload: DecisionIn) -> Any:
    """主持的召集人:当即生效;商务主管部门:记下,等主持的确认。"""
    actor = actor_of(request)
    item = item_door(actor, code, item_id)
    may_decide(actor, item)
    expect(request, item)
    act_ = deciding.decide_item if access.chairs(actor, item.meeting) else deciding.draft_decision

    def act() -> tuple[int, dict[str, Any]]:
        act_(actor=actor, item=item, draft=draft_of(payload), now=clock.now())
        return 200, meeting_detail(actor, door(actor, code), clock.today())

    return once(request, act)


@router.post("/{code}/items/{item_id}/confirm", response={200: MeetingDetail, **WRITE},
             url_name="meeting_confirm", summary="确认决定")  # fmt: skip
def confirm(request: HttpRequest, code: str, item_id: int) -> Any:
    """主持的召集人确认记下的决定,当即生效。"""
    actor = actor_of(request)
    item = item_door(actor, code, item_id)
    may_confirm(actor, item)
    expect(request, item)

    def act() -> tuple[int, dict[str, Any]]:
        deciding.confirm_decision(actor=actor, item=item, now=clock.now())
        return 200, meeting_detail(actor, door(actor, code), clock.today())

    return once(request, act)


def _first(may: May) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        row = door(entered(actor), kwargs["code"])
        may(actor, row)
        expect(request, row)

    return check


def _first_item(
    may: Callable[[Actor, AgendaItem], None],
) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        item = item_door(entered(actor), kwargs["code"], number(kwargs["item_id"]))
        may(actor, item)
        expect(request, item)

    return check


def _may_list(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_enter(entered(actor)))


def _may_plan(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_prepare(entered(actor)))


precheck("GET meetings", _may_list)
precheck("POST meetings", _may_plan)
for _name, _may in {"call": may_prepare, "start": may_run, "end": may_run}.items():
    precheck(f"POST meeting_{_name}", _first(_may))
precheck("POST meeting_decide", _first_item(may_decide))
precheck("POST meeting_confirm", _first_item(may_confirm))
