"""线索的接口:清单、报、看、改草稿;与网页同一批查询、同一批动作。"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import READ, WRITE, BadCursor, if_match, precheck
from juyuan.foundation.figures.rules import as_of_finding
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.actions import keep
from juyuan.rooms.outreach.api.schemas import LeadDetail, LeadFilters, LeadIn, LeadNew, LeadPage
from juyuan.rooms.outreach.api.shaping import one, records
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries import leads, listing
from juyuan.rooms.outreach.rules.drafts import (
    MONEY,
    LeadDraft,
    LeadSecrecy,
    ReferrerKind,
    Urgency,
)

router = Router(tags=["线索"])
ORDERS = {"created_at": Order("id")}
"""编号的次序即记下的次序;别的次序没有索引,不给。"""


def entered(actor: Actor) -> Actor:
    """三员不进业务室,与网页同。

    Raises:
        NotFound: 任职都是三员。
    """
    if actor.posts and all(post.role in ADMIN_ROLES for post in actor.posts):
        raise NotFound
    return actor


def actor_of(request: HttpRequest) -> Actor:
    """令牌认出的行动者。"""
    return entered(request.actor)  # type: ignore[attr-defined]


@router.get("", response={200: LeadPage, **READ}, url_name="leads", summary="线索清单")
def list_leads(request: HttpRequest, filters: Query[LeadFilters]) -> Any:
    """看得见的线索,按筛选、排序、游标给出;`as_of` 给那天终了时的样子,不得晚于今天。"""
    actor, today = actor_of(request), clock.today()
    understood(request, LeadFilters, filters.sort, ORDERS)
    if filters.as_of is not None:
        wrong = as_of_finding(filters.as_of, today)
        if wrong is not None:
            raise RuleBroken([wrong])
    given = {
        "q": filters.q, "state": filters.state or "", "channel": filters.channel,
        "unit": filters.unit, "late": "1" if filters.late else "", "among": filters.among,
        "as_of": filters.as_of.isoformat() if filters.as_of else "",
    }  # fmt: skip
    criteria = listing.read_criteria(given, leads.channels_of(params(today)), today)
    if criteria.problems:
        raise RuleBroken(Finding("", "filter", "", text) for text in criteria.problems)
    found = listing.listed(actor, criteria, today)
    order = choose_order(filters.sort, ORDERS, listing.DEFAULT_ORDER)
    page = paginate(found.select_related("project"), order, filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": records(actor, page.items),
        "next": page.next or None,
        "total": total_of(found, exact=filters.count == "exact"),
    }


@router.post("", response={201: LeadDetail, **WRITE}, url_name="leads", summary="报线索")
def create_lead(request: HttpRequest, payload: LeadNew) -> Any:
    """存草稿,或(`submit`)同时登记。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_register(actor))

    def act() -> tuple[int, dict[str, Any]]:
        draft = draft_from(payload, LeadDraft())
        if not (draft.investor_name or draft.content):
            raise RuleBroken.one(
                "investor_name", "lead.nothing", "至少先写投资方名称或项目内容,才好存",
                access.CLAUSE,
            )  # fmt: skip
        made = keep.register_lead(actor=actor, draft=draft, submit=payload.submit, now=clock.now())
        return 201, one(actor, made.code, clock.today())

    return once(request, act)


def draft_from(payload: LeadIn, base: LeadDraft) -> LeadDraft:
    """给出的字段盖在原来的上面;文字给 null 即清空。"""
    given = payload.model_dump(exclude_unset=True, exclude={"submit"})
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name in MONEY:
            changes[name] = None if value is None else from_wan(value)
        elif name in ("jobs", "contacted_on", "public_pay"):
            changes[name] = value
        elif name == "referrer_kind":
            changes[name] = ReferrerKind(value) if value else None
        elif name == "urgency":
            changes[name] = Urgency(value or Urgency.PLAIN)
        elif name == "secrecy":
            changes[name] = LeadSecrecy(value or LeadSecrecy.NORMAL)
        else:
            changes[name] = (value or "").strip()
    return replace(base, **changes)


@router.get("/{code}", response={200: LeadDetail, **READ}, url_name="lead", summary="一条线索")
def get_lead(request: HttpRequest, code: str) -> Any:
    """所填、时限、步骤;报来的顾问、商会只得到公开的步骤与下文。"""
    return one(actor_of(request), code, clock.today())


@router.patch("/{code}", response={200: LeadDetail, **WRITE}, url_name="lead", summary="改草稿")
def patch_lead(request: HttpRequest, code: str, payload: LeadIn) -> Any:
    """只改给出的字段;登记之后不再改。须带 If-Match。"""
    actor = actor_of(request)
    lead, version = editable(request, actor, code)
    draft = draft_from(payload, leads.draft_of(lead))
    keep.save_lead(actor=actor, lead=lead, draft=draft, version=version, now=clock.now())
    return one(actor, code, clock.today())


def editable(request: HttpRequest, actor: Actor, code: str) -> tuple[Lead, int]:
    """要改的草稿与所带的版本。"""
    lead = leads.door(actor, code)
    require(access.can_edit(actor, lead))
    version = if_match(request)
    if version != lead.version:
        raise Stale(mine={"version": version}, theirs={"version": lead.version})
    return lead, version


def _may_list(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    entered(actor)


def _may_register(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_register(entered(actor)))


def _may_edit(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    editable(request, entered(actor), kwargs["code"])


precheck("GET leads", _may_list)
precheck("POST leads", _may_register)
precheck("PATCH lead", _may_edit)
