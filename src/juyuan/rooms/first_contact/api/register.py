"""首谈的接口:清单、登记、一件。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import File, Form, Query
from ninja.files import UploadedFile

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import READ, WRITE, BadCursor, precheck
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.register import register_claim
from juyuan.rooms.first_contact.api.base import actor_of, day_of, entered, router
from juyuan.rooms.first_contact.api.checking import said_by
from juyuan.rooms.first_contact.api.schemas import (
    ClaimDetail,
    ClaimFilters,
    ClaimIn,
    ClaimPage,
    RegisteredOut,
)
from juyuan.rooms.first_contact.api.shaping import one, records
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries import claims as read
from juyuan.rooms.first_contact.queries.pages import proposed
from juyuan.rooms.first_contact.queries.past import claims_in, claims_on
from juyuan.rooms.first_contact.rules.claims import ClaimDraft, ContactProof, Secrecy
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.first_contact.rules.rights import LIVE, ClaimState
from juyuan.rooms.pipeline.queries.scope import door as project_door

ORDERS = {"registered_at": Order("id")}
"""编号的次序即登记的次序;别的次序没有索引,不给。"""


@router.get("", response={200: ClaimPage, **READ}, url_name="first_contacts", summary="首谈清单")
def list_claims(request: HttpRequest, filters: Query[ClaimFilters]) -> Any:
    """看得见的首谈,按筛选、排序、游标给出;`as_of` 给那天终了时的样子,不得晚于今天。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    understood(request, ClaimFilters, filters.sort, ORDERS)
    day = day_of(filters.as_of, today)
    found = _listed(actor, filters, day or today, day)
    order = choose_order(filters.sort, ORDERS, "-registered_at")
    rows = found.select_related("unit", "project")
    page = paginate(rows, order, filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": records(actor, page.items, day or today),
        "next": page.next or None,
        "total": total_of(found, exact=filters.count == "exact"),
    }


def _listed(actor: Actor, wanted: ClaimFilters, on: date, as_of: date | None) -> Any:
    rows = read.visible_to(actor)
    if wanted.unit:
        rows = rows.filter(unit__code=_clean(wanted.unit))
    if wanted.project:
        rows = rows.filter(project__code=_clean(wanted.project))
    words = _clean(wanted.q).strip()
    if words:
        rows = rows.filter(
            Q(project_name__icontains=words) | Q(investor_name__icontains=words)
            | Q(code__iexact=words)
        )  # fmt: skip
    for name in ("late", "opening"):
        if getattr(wanted, name) is not None:
            rows = rows.filter(**{name: getattr(wanted, name)})
    if wanted.state:
        rows = claims_in(rows, (ClaimState(wanted.state),), as_of)
    elif wanted.proposed:
        rows = claims_in(rows, (ClaimState.PROTECTED,), as_of)
    elif wanted.live is not None:
        others = [state for state in ClaimState if state not in LIVE]
        rows = claims_in(rows, LIVE if wanted.live else others, as_of)
    elif as_of is not None:
        rows = claims_on(rows, as_of)
    return proposed(rows, on) if wanted.proposed else rows


def _clean(text: str) -> str:
    return text.replace("\x00", "")


@router.post("", response={201: RegisteredOut, **WRITE}, url_name="first_contacts",
             summary="首谈登记")  # fmt: skip
def register(request: HttpRequest, payload: Form[ClaimIn], file: File[UploadedFile]) -> Any:
    """multipart:所填与接触的凭据。登记即查重;撞上的待裁定。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    project = project_door(actor, payload.project) if payload.project else None

    def act() -> tuple[int, dict[str, Any]]:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        draft = _draft(payload, stored.pk)
        made = register_claim(actor=actor, draft=draft, project=project, now=now)
        claim = fresh(made.claim)
        return 201, one(actor, claim, clock.today()) | {
            "check": said_by(made.answer),
            "conflict": made.conflict.code if made.conflict else None,
        }

    return once(request, act)


def fresh(claim: Claim) -> Claim:
    """办完之后重新取一次(连同单位、项目)。"""
    return Claim.objects.select_related("unit", "project").get(pk=claim.pk)


def _draft(given: ClaimIn, file_id: int) -> ClaimDraft:
    return ClaimDraft(
        subject=Subject(
            name=given.name.strip(),
            aliases=tuple(name.strip() for name in given.aliases if name.strip()),
            uscc=compact_uscc(given.uscc),
            foreign_id=given.foreign_id.strip(),
            phones=tuple(filter(None, [given.phone.strip()])),
            emails=tuple(filter(None, [given.email.strip()])),
            controller=given.controller.strip(),
            group=given.group.strip(),
            project_name=given.project_name.strip(),
            content=given.content.strip(),
            amount=from_wan(given.amount) if given.amount is not None else None,
            site=given.site.strip(),
        ),
        proof=ContactProof(given.proof) if given.proof else None,
        contacted_on=given.contacted_on,
        evidence_on=given.evidence_on,
        file_id=file_id,
        two_way=given.two_way,
        secrecy=Secrecy(given.secrecy),
        opening=given.opening,
        note=given.note,
    )


@router.get("/{code}", response={200: ClaimDetail, **READ}, url_name="first_contact",
            summary="一件首谈")  # fmt: skip
def get_claim(request: HttpRequest, code: str, on: date | None = None) -> Any:
    """内容、权利与台账;`on` 问过去某一天终了时的权利(那天还没有登记的,`state` 为空)。"""
    actor, today = actor_of(request), clock.today()
    claim = read.door(actor, code)
    return one(actor, claim, day_of(on, today) or today)


def _may_list(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_list(entered(actor)))


def _may_register(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_register(entered(actor)))
    code = request.POST.get("project", "")[:20]
    if code:
        project_door(actor, code)


def _may_see(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    read.door(entered(actor), kwargs["code"])


precheck("GET first_contacts", _may_list)
precheck("POST first_contacts", _may_register)
precheck("GET first_contact", _may_see)
