"""一件首谈上办的事,与期初确认;各走网页上的同一个动作,可带 If-Match、Idempotency-Key。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import File
from ninja.files import UploadedFile

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import WRITE, percent_to_bp, precheck
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import unit_by_code
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions import handover, ledger, rights, settle
from juyuan.rooms.first_contact.api.base import actor_of, entered, expect, router
from juyuan.rooms.first_contact.api.schemas import (
    AnswerIn,
    ClaimDetail,
    ExtendIn,
    HandoverIn,
    OpeningIn,
    OpeningOut,
    ReasonIn,
    TakeUpIn,
)
from juyuan.rooms.first_contact.api.shaping import one, records
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries import claims as read
from juyuan.rooms.first_contact.queries.pages import pending_handover
from juyuan.rooms.first_contact.rules.rulings import HandoverDraft
from juyuan.rooms.investors.queries import own_units

CLAUSE = access.CLAUSE
May = Callable[[Actor, Claim], None]


def _act(request: HttpRequest, code: str, may: May, run: Callable[[Actor, Claim], Claim]) -> Any:
    """看不看得见、准不准、版本、办;返回办成之后的那一件。"""
    actor = actor_of(request)
    claim = read.door(actor, code)
    may(actor, claim)
    expect(request, claim)

    def act() -> tuple[int, dict[str, Any]]:
        done = run(actor, claim)
        row = Claim.objects.select_related("unit", "project").get(pk=done.pk)
        return 200, one(actor, row, clock.today())

    return once(request, act)


def _unit(code: str, field: str) -> Unit | None:
    if not code:
        return None
    unit = unit_by_code(code.replace("\x00", ""))
    if unit is None:
        raise RuleBroken.one(field, "ref.unit", f"没有代码为「{code}」的单位", CLAUSE)
    return unit


def may_extend(actor: Actor, claim: Claim) -> None:
    require(access.can_extend(actor))


def may_decide(actor: Actor, claim: Claim) -> None:
    require(access.can_decide(actor))


def may_take_up(actor: Actor, claim: Claim) -> None:
    require(access.can_take_up(actor, claim))


def may_end(actor: Actor, claim: Claim) -> None:
    require(access.can_end(actor, claim, own_units(actor)))


def may_hand_over(actor: Actor, claim: Claim) -> None:
    require(access.can_hand_over(actor, claim))


def may_accept(actor: Actor, claim: Claim) -> None:
    row = pending_handover(claim)
    if row is None or actor.post is None or actor.post.unit_id != row.to_unit_id:
        raise NotFound
    require(access.can_register(actor))


def may_found(actor: Actor, claim: Claim) -> None:
    require(access.can_found(actor, claim))


@router.post("/opening/confirm", response={200: OpeningOut, **WRITE},
             url_name="first_contact_opening", summary="期初确认")  # fmt: skip
def opening(request: HttpRequest, payload: OpeningIn) -> Any:
    """商务主管部门成批确认期初补录的首谈;有一件不合的,全部不办。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_decide(actor))
    claims = [read.door(actor, code) for code in dict.fromkeys(payload.codes)]

    def act() -> tuple[int, dict[str, Any]]:
        if not claims:
            raise RuleBroken.one("codes", "claim.opening_none", "请写明要确认的首谈", CLAUSE)
        rights.confirm_opening_claims(
            actor=actor, claims=claims, reason=payload.reason, now=clock.now()
        )
        rows = Claim.objects.filter(pk__in=[c.pk for c in claims]).order_by("id")
        found = list(rows.select_related("unit", "project"))
        return 200, {"items": records(actor, found, clock.today())}

    return once(request, act)


@router.post("/{code}/extend", response={200: ClaimDetail, **WRITE},
             url_name="first_contact_extend", summary="延长保护期")  # fmt: skip
def extend(request: HttpRequest, code: str, payload: ExtendIn) -> Any:
    """召集人延长,只能更长。"""

    def run(actor: Actor, claim: Claim) -> Claim:
        return rights.extend(
            actor=actor, claim=claim, until=payload.until, reason=payload.reason, now=clock.now()
        )

    return _act(request, code, may_extend, run)


@router.post("/{code}/lapse", response={200: ClaimDetail, **WRITE},
             url_name="first_contact_lapse", summary="确认失去独占")  # fmt: skip
def lapse(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    """系统提请了的才可以。"""

    def run(actor: Actor, claim: Claim) -> Claim:
        return rights.confirm_lapse(
            actor=actor, claim=claim, reason=payload.reason, now=clock.now()
        )

    return _act(request, code, may_decide, run)


@router.post("/{code}/take-up", response={200: ClaimDetail, **WRITE},
             url_name="first_contact_take_up", summary="接手失去独占的首谈")  # fmt: skip
def take_up(request: HttpRequest, code: str, payload: TakeUpIn) -> Any:
    """本单位自己接,或由商务主管部门指定一个单位;返回新的那一件。"""

    def run(actor: Actor, claim: Claim) -> Claim:
        unit = _unit(payload.unit, "unit")
        if unit is None and access.decides(actor):
            raise RuleBroken.one("unit", "claim.unit", "请写明接手单位", CLAUSE)
        return rights.take_up(
            actor=actor, claim=claim, unit_id=unit.pk if unit else None, reason=payload.reason,
            now=clock.now(),
        )  # fmt: skip

    return _act(request, code, may_take_up, run)


@router.post("/{code}/end", response={200: ClaimDetail, **WRITE},
             url_name="first_contact_end", summary="终结首谈")  # fmt: skip
def end(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    """不再对接;记录留着,不能恢复。"""

    def run(actor: Actor, claim: Claim) -> Claim:
        return rights.end(actor=actor, claim=claim, reason=payload.reason, now=clock.now())

    return _act(request, code, may_end, run)


@router.post("/{code}/hand-over", response={200: ClaimDetail, **WRITE},
             url_name="first_contact_hand_over", summary="提出移交")  # fmt: skip
def hand_over(request: HttpRequest, code: str, payload: HandoverIn) -> Any:
    """列清单、定份额;接收单位确认之后才算。"""

    def run(actor: Actor, claim: Claim) -> Claim:
        unit = _unit(payload.to_unit, "to_unit")
        share = percent_to_bp(payload.share) if payload.share is not None else None
        handover.propose_handover(
            actor=actor, claim=claim, now=clock.now(),
            draft=HandoverDraft(
                unit.pk if unit else None, payload.materials, payload.matters, share,
                payload.reason,
            ),
        )  # fmt: skip
        return claim

    return _act(request, code, may_hand_over, run)


@router.post("/{code}/accept", response={200: ClaimDetail, **WRITE},
             url_name="first_contact_accept", summary="答复移交")  # fmt: skip
def accept(request: HttpRequest, code: str, payload: AnswerIn) -> Any:
    """接收单位接收或不接收;接收的,返回接续的那一件。"""

    def run(actor: Actor, claim: Claim) -> Claim:
        row = pending_handover(claim)
        if row is None:
            raise NotFound
        done = handover.answer_handover(
            actor=actor, handover=row, accept=payload.accept, answer=payload.answer,
            now=clock.now(),
        )  # fmt: skip
        return done.successor if done.successor is not None else claim

    return _act(request, code, may_accept, run)


@router.post("/{code}/project", response={200: ClaimDetail, **WRITE},
             url_name="first_contact_found", summary="登记项目")  # fmt: skip
def found(request: HttpRequest, code: str) -> Any:
    """核对下来不是同一件的,登记成项目,自此受保护。"""

    def run(actor: Actor, claim: Claim) -> Claim:
        return settle.found_project(actor=actor, claim=claim, now=clock.now())

    return _act(request, code, may_found, run)


@router.post("/{code}/file", response={200: ClaimDetail, **WRITE},
             url_name="first_contact_file", summary="补交凭据")  # fmt: skip
def put_file(request: HttpRequest, code: str, file: File[UploadedFile]) -> Any:
    """multipart:台账导入来的首谈,补交凭据的文件;交了不能换。"""

    def run(actor: Actor, claim: Claim) -> Claim:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        ledger.add_claim_file(actor=actor, claim=claim, file=stored, now=now)
        return claim

    return _act(request, code, may_found, run)


def _first(may: May) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        claim = read.door(entered(actor), kwargs["code"])
        may(actor, claim)
        expect(request, claim)

    return check


def _may_confirm(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_decide(entered(actor)))


precheck("POST first_contact_opening", _may_confirm)
for _name, _may in {
    "extend": may_extend, "lapse": may_decide, "take_up": may_take_up, "end": may_end,
    "hand_over": may_hand_over, "accept": may_accept, "found": may_found, "file": may_found,
}.items():  # fmt: skip
    precheck(f"POST first_contact_{_name}", _first(_may))
