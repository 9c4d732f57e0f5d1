"""投资方的接口:与网页同一批查询、同一批动作。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import (
    COUNT_LIMIT,
    READ,
    WRITE,
    BadCursor,
    Wan,
    if_match,
    precheck,
)
from juyuan.foundation.ui.keyset import choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan, to_wan
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.investors import access, actions, queries
from juyuan.rooms.investors.actions.edit import draft_of
from juyuan.rooms.investors.actions.register import note_collision
from juyuan.rooms.investors.models import Case, Investor, MergeRecord
from juyuan.rooms.investors.queries import listing
from juyuan.rooms.investors.queries.detail import detail, open_cases, projects_of
from juyuan.rooms.investors.rules.drafts import ContactDraft, InvestorDraft

router = Router(tags=["投资方"])

KindName = Literal["enterprise", "branch", "fund", "institution", "person"]
HonourName = Literal[
    "listed",
    "top500_world",
    "top500_china",
    "top500_private",
    "central",
    "specialised",
    "high_tech",
]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class InvestorIn(Strict):
    """可填的内容;没给的不动(登记时即空)。"""

    name: str | None = Field(default=None, max_length=200)
    uscc: str | None = Field(default=None, max_length=40)
    kind: KindName | None = None
    foreign_id: str | None = Field(default=None, max_length=60)
    country: str | None = Field(default=None, max_length=60)
    place: str | None = Field(default=None, max_length=100)
    controller: str | None = Field(default=None, max_length=200)
    group: str | None = Field(default=None, max_length=200)
    honours: list[HonourName] | None = Field(default=None, max_length=7)
    registered_capital: Wan | None = None
    founded_on: date | None = None
    business: str | None = Field(default=None, max_length=4000)
    is_key: bool | None = None
    remark: str | None = Field(default=None, max_length=4000)


class InvestorOut(Schema):
    """一家投资方。`projects` 是看得见的项目数;`owner_unit` 只给登记单位自己和市商务局。"""

    code: str
    name: str
    uscc: str | None
    kind: str
    foreign_id: str | None
    country: str | None
    place: str | None
    controller: str | None
    group: str | None
    honours: list[str]
    registered_capital: str | None
    founded_on: date | None
    business: str | None
    is_key: bool
    remark: str | None
    pending: bool
    projects: int
    version: int
    created_at: datetime
    updated_at: datetime


class InvestorPage(Schema):
    items: list[InvestorOut]
    next: str | None
    total: int | None


class AliasOut(Schema):
    id: int
    name: str
    kind: str


class ContactOut(Schema):
    id: int
    name: str
    title: str
    phone: str
    email: str
    unit: str


class ProjectRef(Schema):
    code: str
    name: str
    stage: str


class InvestorDetail(InvestorOut):
    """详情:别名、联系人(只有登记它的单位和市商务局看得见)、看得见的项目。"""

    aliases: list[AliasOut]
    contacts: list[ContactOut]
    project_list: list[ProjectRef]
    owner_unit: str | None


class AliasIn(Strict):
    name: str = Field(max_length=200)
    kind: Literal["short", "former", "foreign", "other"] = "short"


class ContactIn(Strict):
    name: str = Field(max_length=60)
    title: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=120)


class PlanOut(Schema):
    """合并计划。`allowed` 为假时 `blocks` 说明为什么。"""

    source: str
    target: str
    source_version: int
    target_version: int
    allowed: bool
    lines: list[str]
    blocks: list[dict[str, str]]


class MergeIn(Strict):
    """`source_version`、`target_version` 是看计划时的版本。"""

    target: str = Field(max_length=20)
    source_version: int = Field(ge=1, le=2_000_000_000)
    target_version: int = Field(ge=1, le=2_000_000_000)
    reason: str = Field(max_length=1000)


class MergeOut(Schema):
    id: int
    source: str
    target: str
    merged_at: datetime


class ReasonIn(Strict):
    reason: str = Field(max_length=1000)


class SettleIn(ReasonIn):
    same: bool


class CaseOut(Schema):
    """一件待核对的重合(只给市商务局)。"""

    id: int
    investor: str
    unit: str | None
    typed: dict[str, Any]
    matched_on: str
    opened_at: datetime


class CaseList(Schema):
    items: list[CaseOut]
    next: str | None
    total: int | None


class Filters(Schema):
    q: str = Field(default="", max_length=100)
    kind: KindName | None = None
    honour: HonourName | None = None
    is_key: bool | None = None
    pending: bool | None = None
    owner: str = Field(default="", max_length=60)
    sort: str = Field(default=listing.DEFAULT_ORDER, max_length=40)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=400)
    count: Literal["", "exact"] = ""


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def record(row: Investor, projects: int) -> dict[str, Any]:
    """一行 → 接口的样子。"""
    return {
        "code": row.code,
        "name": row.name,
        "uscc": row.uscc or None,
        "kind": row.kind,
        "foreign_id": row.foreign_id or None,
        "country": row.country or None,
        "place": row.place or None,
        "controller": row.controller or None,
        "group": row.group.name if row.group else None,
        "honours": list(row.honours),
        "registered_capital": (
            None if row.registered_capital is None else to_wan(row.registered_capital)
        ),
        "founded_on": row.founded_on,
        "business": row.business or None,
        "is_key": row.is_key,
        "remark": row.remark or None,
        "pending": row.pending,
        "projects": projects,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def one(actor: Actor, code: str) -> dict[str, Any]:
    """详情。"""
    row = queries.door(actor, code)
    page = detail(actor, row)
    return record(row, len(page.projects)) | {
        "aliases": [{"id": a.pk, "name": a.name, "kind": a.kind} for a in row.aliases.all()],
        "contacts": [
            {
                "id": c.id,
                "name": c.name,
                "title": c.title,
                "phone": c.phone,
                "email": c.email,
                "unit": c.unit,
            }
            for c in page.contacts
        ],
        "project_list": [
            {"code": line.code, "name": line.name, "stage": line.stage} for line in page.projects
        ],
        "owner_unit": row.owner_unit.code if page.owner and row.owner_unit else None,
    }


def _jsonable(body: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date | datetime) else v for k, v in body.items()}


def _draft(payload: InvestorIn, base: InvestorDraft) -> InvestorDraft:
    given = payload.model_dump(exclude_unset=True)
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name == "registered_capital":
            changes[name] = None if value is None else from_wan(value)
        elif name == "honours":
            changes[name] = tuple(sorted(set(value or ())))
        elif name == "founded_on":
            changes[name] = value
        elif name == "is_key":
            changes[name] = bool(value)
        elif name == "uscc":
            changes[name] = compact_uscc(value or "")
        elif name == "kind":
            changes[name] = value or "enterprise"
        else:
            changes[name] = (value or "").strip()
    return replace(base, **changes)


@router.get("", response={200: InvestorPage, **READ}, url_name="investors", summary="投资方列表")
def list_investors(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """看得见的投资方,按筛选、排序、游标给出。"""
    actor = actor_of(request)
    given = filters.model_dump()
    said = {
        name: {True: "1", False: "0"}.get(value, value) if isinstance(value, bool) else value
        for name, value in given.items()
        if value is not None
    }
    criteria = listing.read_criteria({name: str(value) for name, value in said.items()})
    if criteria.problems:
        raise RuleBroken(Finding("", "filter", "", text) for text in criteria.problems)
    found = listing.listed(actor, criteria)
    order = choose_order(given["sort"], listing.ORDERS, listing.DEFAULT_ORDER)
    page = paginate(found.select_related("group"), order, given["cursor"], given["limit"])
    if page.bad_cursor:
        raise BadCursor
    projects = projects_of(actor, [row.pk for row in page.items])
    bare = found.order_by()
    if given["count"] == "exact":
        total: int | None = bare.count()
    else:
        counted = bare.values("pk")[: COUNT_LIMIT + 1].count()
        total = counted if counted <= COUNT_LIMIT else None
    return {
        "items": [record(row, len(projects[row.pk])) for row in page.items],
        "next": page.next or None,
        "total": total,
    }


@router.post(
    "", response={201: InvestorDetail, **WRITE}, url_name="investors", summary="登记投资方"
)
def create_investor(request: HttpRequest, payload: InvestorIn) -> Any:
    """登记一家;已登记而看得见的说是哪一家,看不见的只答「已登记,由市商务局核对」。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    draft = _draft(payload, InvestorDraft(name=""))

    def act() -> tuple[int, dict[str, Any]]:
        row = actions.register_investor(actor=actor, draft=draft, now=clock.now())
        return 201, _jsonable(one(actor, row.code))

    try:
        return once(request, act)
    except RuleBroken as broken:
        if any(f.rule == "investor.hidden" for f in broken.findings):
            # 幂等键的事务随拒绝回滚,核对事项要另留下
            note_collision(actor=actor, draft=draft, now=clock.now())
        raise


@router.get(
    "/cases", response={200: CaseList, **READ}, url_name="investor_cases", summary="待核对的重合"
)
def list_cases(request: HttpRequest) -> dict[str, Any]:
    """市商务局待核对的重合,至多 200 件。"""
    require(access.can_settle(actor_of(request)))
    rows = open_cases()
    return {
        "items": [
            {
                "id": case.pk,
                "investor": case.investor.code,
                "unit": case.unit.code if case.unit else None,
                "typed": case.typed,
                "matched_on": case.matched_on,
                "opened_at": case.opened_at,
            }
            for case in rows[:200]
        ],
        "next": None,
        "total": rows.count(),
    }


@router.post(
    "/cases/{case_id}/settle",
    response={200: InvestorOut, **WRITE},
    url_name="investor_settle",
    summary="核对一件重合",
)
def settle(request: HttpRequest, case_id: int, payload: SettleIn) -> Any:
    """认定同一家或不是同一家;返回申报单位今后所用的那一家。"""
    actor = actor_of(request)
    case = _case(actor, case_id)
    found = actions.settle_case(
        actor=actor, case=case, same=payload.same, reason=payload.reason, now=clock.now()
    )
    return record(found, len(projects_of(actor, [found.pk])[found.pk]))


@router.post(
    "/merges/{merge_id}/undo",
    response={200: InvestorOut, **WRITE},
    url_name="investor_unmerge",
    summary="撤销一次合并",
)
def undo(request: HttpRequest, merge_id: int, payload: ReasonIn) -> Any:
    """搬走的放回,并入者恢复;返回恢复的一家。"""
    actor = actor_of(request)
    entry = _merge(actor, merge_id)
    back = actions.undo_merge(actor=actor, entry=entry, reason=payload.reason, now=clock.now())
    return record(back, len(projects_of(actor, [back.pk])[back.pk]))


@router.get(
    "/{code}", response={200: InvestorDetail, **READ}, url_name="investor", summary="一家投资方"
)
def get_investor(request: HttpRequest, code: str) -> Any:
    """已并入别家的编号,给出留下的那一家。"""
    return one(actor_of(request), code)


@router.patch(
    "/{code}", response={200: InvestorDetail, **WRITE}, url_name="investor", summary="修改投资方"
)
def patch_investor(request: HttpRequest, code: str, payload: InvestorIn) -> Any:
    """只改给出的字段;须带 If-Match。"""
    actor = actor_of(request)
    row, version = _editable(request, actor, code)
    draft = _draft(payload, draft_of(row))
    actions.edit_investor(actor=actor, investor=row, draft=draft, version=version, now=clock.now())
    return one(actor, row.code)


@router.post(
    "/{code}/aliases",
    response={201: InvestorDetail, **WRITE},
    url_name="investor_aliases",
    summary="加一个别名",
)
def post_alias(request: HttpRequest, code: str, payload: AliasIn) -> Any:
    """别名与名称同样参与查重与检索。"""
    actor = actor_of(request)
    row = queries.door(actor, code)
    actions.add_alias(
        actor=actor, investor=row, name=payload.name, kind=payload.kind, now=clock.now()
    )
    return 201, one(actor, row.code)


@router.post(
    "/{code}/contacts",
    response={201: InvestorDetail, **WRITE},
    url_name="investor_contacts",
    summary="登记联系人",
)
def post_contact(request: HttpRequest, code: str, payload: ContactIn) -> Any:
    """只有登记它的单位和市商务局看得见。"""
    actor = actor_of(request)
    row = queries.door(actor, code)
    actions.add_contact(
        actor=actor, investor=row, draft=ContactDraft(**payload.model_dump()), now=clock.now()
    )
    return 201, one(actor, row.code)


@router.get(
    "/{code}/merge-plan",
    response={200: PlanOut, **READ},
    url_name="investor_plan",
    summary="合并计划",
)
def merge_plan(request: HttpRequest, code: str, target: str = Query(..., max_length=20)) -> Any:
    """把这一家并入 `target` 会发生什么;不写任何东西。"""
    actor = actor_of(request)
    source, kept = queries.door(actor, code), queries.door(actor, target)
    found = actions.plan(actor=actor, source=source, target=kept)
    return {
        "source": source.code,
        "target": kept.code,
        "source_version": source.version,
        "target_version": kept.version,
        "allowed": found.allowed,
        "lines": found.lines,
        "blocks": [f.as_dict() for f in found.blocks],
    }


@router.post(
    "/{code}/merge", response={200: MergeOut, **WRITE}, url_name="investor_merge", summary="合并"
)
def post_merge(request: HttpRequest, code: str, payload: MergeIn) -> Any:
    """并入另一家;撤销期内可撤销。"""
    actor = actor_of(request)
    source = queries.door(actor, code)
    require(access.can_merge(actor))
    kept = queries.door(actor, payload.target)
    entry = actions.merge(
        actor=actor,
        source=source,
        target=kept,
        versions=(payload.source_version, payload.target_version),
        reason=payload.reason,
        now=clock.now(),
    )
    return {
        "id": entry.pk,
        "source": source.code,
        "target": kept.code,
        "merged_at": entry.merged_at,
    }


def _editable(request: HttpRequest, actor: Actor, code: str) -> tuple[Investor, int]:
    row = queries.door(actor, code)
    require(access.can_edit(actor, row, queries.own_units(actor)))
    version = if_match(request)
    if version != row.version:
        raise Stale(mine={"version": version}, theirs={"version": row.version})
    return row, version


_BIGINT = 2**63 - 1


def _case(actor: Actor, case_id: int) -> Case:
    require(access.can_settle(actor))
    case = Case.objects.filter(pk=case_id).first() if 0 < case_id <= _BIGINT else None
    if case is None:
        raise NotFound
    return case


def _merge(actor: Actor, merge_id: int) -> MergeRecord:
    require(access.can_merge(actor))
    entry = MergeRecord.objects.filter(pk=merge_id).first() if 0 < merge_id <= _BIGINT else None
    if entry is None:
        raise NotFound
    return entry


def _whole(kwargs: dict[str, Any], name: str) -> int:
    text = str(kwargs.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _first_edit(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    _editable(request, actor, kwargs["code"])


def _first_alias(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    row = queries.door(actor, kwargs["code"])
    require(access.can_edit(actor, row, queries.own_units(actor)))


def _first_contact(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    queries.door(actor, kwargs["code"])
    require(access.can_add_contact(actor))


def _first_merge(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    queries.door(actor, kwargs["code"])
    require(access.can_merge(actor))


def _first_register(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_register(actor))


def _first_case(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    _case(actor, _whole(kwargs, "case_id"))


def _first_undo(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    _merge(actor, _whole(kwargs, "merge_id"))


for _name, _check in {
    "PATCH investor": _first_edit,
    "POST investor_aliases": _first_alias,
    "POST investor_contacts": _first_contact,
    "POST investor_merge": _first_merge,
    "GET investor_plan": _first_merge,
    "POST investors": _first_register,
    "POST investor_settle": _first_case,
    "POST investor_unmerge": _first_undo,
}.items():
    precheck(_name, _check)
