"""投资方的接口:与网页同一批查询、同一批动作。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import COUNT_LIMIT, READ, WRITE, BadCursor
from juyuan.foundation.ui.keyset import choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.investors import access, actions, queries
from juyuan.rooms.investors.actions.edit import draft_of
from juyuan.rooms.investors.actions.register import note_collision
from juyuan.rooms.investors.api.schemas import (
    AliasIn,
    CaseList,
    ContactIn,
    Filters,
    InvestorDetail,
    InvestorIn,
    InvestorOut,
    InvestorPage,
    MergeIn,
    MergeOut,
    PlanOut,
    ReasonIn,
    SettleIn,
)
from juyuan.rooms.investors.api.shaping import (
    actor_of,
    case_of,
    draft_from,
    editable,
    jsonable,
    merge_of,
    one,
    record,
)
from juyuan.rooms.investors.queries import listing
from juyuan.rooms.investors.queries.detail import open_cases, projects_of
from juyuan.rooms.investors.rules.drafts import ContactDraft, InvestorDraft

router = Router(tags=["投资方"])


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
    """登记一家;已登记而看得见的说是哪一家,看不见的只答「已登记,由商务主管部门核对」。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    draft = draft_from(payload, InvestorDraft(name=""))

    def act() -> tuple[int, dict[str, Any]]:
        row = actions.register_investor(actor=actor, draft=draft, now=clock.now())
        return 201, jsonable(one(actor, row.code))

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
    """商务主管部门待核对的重合,至多 200 件。"""
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
    case = case_of(actor, case_id)
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
    entry = merge_of(actor, merge_id)
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
    row, version = editable(request, actor, code)
    draft = draft_from(payload, draft_of(row))
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
    return Status(201, one(actor, row.code))


@router.post(
    "/{code}/contacts",
    response={201: InvestorDetail, **WRITE},
    url_name="investor_contacts",
    summary="登记联系人",
)
def post_contact(request: HttpRequest, code: str, payload: ContactIn) -> Any:
    """只有登记它的单位和商务主管部门看得见。"""
    actor = actor_of(request)
    row = queries.door(actor, code)
    actions.add_contact(
        actor=actor, investor=row, draft=ContactDraft(**payload.model_dump()), now=clock.now()
    )
    return Status(201, one(actor, row.code))


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
