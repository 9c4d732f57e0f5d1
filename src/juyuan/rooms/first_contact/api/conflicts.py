"""撞单的接口:清单、一件(各方只得自己的一边)、补证据、裁定、提请、不是同一件、裁定书。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Query
from ninja.files import UploadedFile

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import READ, WRITE, BadCursor, percent_to_bp, precheck
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions import ruling
from juyuan.rooms.first_contact.actions.raising import raise_conflict
from juyuan.rooms.first_contact.api.base import actor_of, day_of, entered, expect, router
from juyuan.rooms.first_contact.api.schemas import (
    ConflictDetail,
    ConflictFilters,
    ConflictPage,
    ProofIn,
    RaiseIn,
    ReasonIn,
    RulingIn,
)
from juyuan.rooms.first_contact.api.shaping import clash, clash_detail
from juyuan.rooms.first_contact.models import Conflict
from juyuan.rooms.first_contact.queries import conflicts as read
from juyuan.rooms.first_contact.queries.claims import party_named
from juyuan.rooms.first_contact.queries.past import conflicts_in, conflicts_on, conflicts_ruled
from juyuan.rooms.first_contact.rules.rulings import PENDING, ConflictState, RulingDraft
from juyuan.rooms.first_contact.views.papers import FORMATS, download

ORDERS = {"opened_at": Order("id")}
"""编号的次序即立件的次序。"""
May = Callable[[Actor, Conflict], None]


@router.get("/conflicts", response={200: ConflictPage, **READ},
            url_name="first_contact_conflicts", summary="撞单清单")  # fmt: skip
def list_conflicts(request: HttpRequest, filters: Query[ConflictFilters]) -> Any:
    """看得见的撞单;`as_of` 给那天终了时的样子。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    understood(request, ConflictFilters, filters.sort, ORDERS)
    as_of = day_of(filters.as_of, today)
    found = read.visible_to(actor)
    if as_of is not None:
        found = conflicts_on(found, as_of)
    if filters.state:
        found = conflicts_in(found, (ConflictState(filters.state),), as_of)
    if filters.pending is not None:
        settled = [state for state in ConflictState if state not in PENDING]
        found = conflicts_in(found, PENDING if filters.pending else settled, as_of)
    if filters.ruled:
        found = conflicts_ruled(found, as_of)
    order = choose_order(filters.sort, ORDERS, "-opened_at")
    page = paginate(found, order, filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [clash(actor, row) for row in page.items],
        "next": page.next or None,
        "total": total_of(found, exact=filters.count == "exact"),
    }


@router.post("/conflicts", response={201: ConflictDetail, **WRITE},
             url_name="first_contact_conflicts", summary="立撞单")  # fmt: skip
def raise_one(request: HttpRequest, payload: RaiseIn) -> Any:
    """查重没有碰上、而看得出是同一件的;其后与查重立的一样办。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_decide(actor))

    def act() -> tuple[int, dict[str, Any]]:
        one, two = (
            party_named(actor, name, getattr(payload, name)) for name in ("first", "second")
        )
        made = raise_conflict(
            actor=actor, first=one, second=two, reason=payload.reason, now=clock.now()
        )
        return 201, clash_detail(actor, made, clock.today())

    return once(request, act)


@router.get("/conflicts/{code}", response={200: ConflictDetail, **READ},
            url_name="first_contact_conflict", summary="一件撞单")  # fmt: skip
def get_conflict(request: HttpRequest, code: str) -> Any:
    """争议的一方只得到自己的一边;商务主管部门、召集人得到两边。"""
    actor = actor_of(request)
    return clash_detail(actor, read.door(actor, code), clock.today())


def _act(
    request: HttpRequest, code: str, may: May, run: Callable[[Actor, Conflict], None],
    status: int = 200,
) -> Any:  # fmt: skip
    """看不看得见、准不准、版本、办;返回办成之后的样子。"""
    actor = actor_of(request)
    conflict = read.door(actor, code)
    may(actor, conflict)
    expect(request, conflict)

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, conflict)
        return status, clash_detail(actor, Conflict.objects.get(pk=conflict.pk), clock.today())

    return once(request, act)


def may_join(actor: Actor, conflict: Conflict) -> None:
    if read.own_side(actor, conflict) is None:
        raise NotFound
    require(access.can_check(actor))


def may_rule(actor: Actor, conflict: Conflict) -> None:
    require(access.can_rule(actor, conflict))


@router.post("/conflicts/{code}/evidence", response={201: ConflictDetail, **WRITE},
             url_name="first_contact_prove", summary="补交撞单证据")  # fmt: skip
def prove(request: HttpRequest, code: str, payload: Form[ProofIn], file: File[UploadedFile]) -> Any:
    """multipart:一份材料与它的文件;对方看不见。"""

    def run(actor: Actor, conflict: Conflict) -> None:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        draft = ruling.ProofDraft(payload.title, payload.dated_on, payload.note, stored.pk)
        ruling.add_proof(actor=actor, conflict=conflict, draft=draft, now=now)

    return _act(request, code, may_join, run, 201)


@router.post("/conflicts/{code}/rule", response={200: ConflictDetail, **WRITE},
             url_name="first_contact_rule", summary="裁定撞单")  # fmt: skip
def rule(request: HttpRequest, code: str, payload: RulingIn) -> Any:
    """待裁定的由商务主管部门裁定;提请了召集人的,由召集人终裁,当即生效。"""

    def run(actor: Actor, conflict: Conflict) -> None:
        decide = (
            ruling.decide_appeal
            if conflict.state == ConflictState.APPEALED
            else ruling.rule_conflict
        )
        draft = _draft(conflict, payload)
        decide(actor=actor, conflict=conflict, draft=draft, now=clock.now())

    return _act(request, code, may_rule, run)


def _draft(conflict: Conflict, given: RulingIn) -> RulingDraft:
    units = dict(conflict.parties.values_list("unit__code", "unit_id"))
    named = [one.unit for one in given.shares]
    if len(named) != len(set(named)):
        raise RuleBroken.one("shares", "ruling.twice", "每一方的份额只写一次", access.CLAUSE)
    # 不在各方之中的给一个谁也不是的编号,由规则说话
    shares = {units.get(s.unit, -n): percent_to_bp(s.share) for n, s in enumerate(given.shares, 1)}
    return RulingDraft(units.get(given.lead_unit), shares, given.reason, given.clause)


@router.post("/conflicts/{code}/appeal", response={200: ConflictDetail, **WRITE},
             url_name="first_contact_appeal", summary="提请召集人")  # fmt: skip
def appeal(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    """不服裁定:期限内,一件一次。"""

    def run(actor: Actor, conflict: Conflict) -> None:
        ruling.appeal(actor=actor, conflict=conflict, reason=payload.reason, now=clock.now())

    return _act(request, code, may_join, run)


@router.post("/conflicts/{code}/dismiss", response={200: ConflictDetail, **WRITE},
             url_name="first_contact_dismiss", summary="不是同一件")  # fmt: skip
def dismiss(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    """核对下来不是同一件:撤销,各登各的。"""

    def run(actor: Actor, conflict: Conflict) -> None:
        ruling.dismiss(actor=actor, conflict=conflict, reason=payload.reason, now=clock.now())

    return _act(request, code, may_rule, run)


@router.get(
    "/conflicts/{code}/papers/{level}/{form}", response=READ, url_name="first_contact_paper",
    summary="裁定书",
    openapi_extra={
        "responses": {200: {"description": "文件", "content": {mime: {} for _, mime in FORMATS.values()}}}
    },
)  # fmt: skip
def paper(request: HttpRequest, code: str, level: str, form: str) -> Any:
    """裁定书,`level`:first 裁定、final 终裁;`form`:docx、pdf。发给一方的只写这一方的。"""
    return download(actor_of(request), code, level, form)


def _first(may: May) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        conflict = read.door(entered(actor), kwargs["code"])
        may(actor, conflict)
        expect(request, conflict)

    return check


def _may_list(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_list(entered(actor)))


def _may_raise(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_decide(entered(actor)))


precheck("GET first_contact_conflicts", _may_list)
precheck("POST first_contact_conflicts", _may_raise)
for _name, _may in {
    "prove": may_join, "rule": may_rule, "appeal": may_join, "dismiss": may_rule,
}.items():  # fmt: skip
    precheck(f"POST first_contact_{_name}", _first(_may))
