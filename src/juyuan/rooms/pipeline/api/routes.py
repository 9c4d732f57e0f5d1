"""项目的接口:与网页同一批查询、同一批动作。"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import (
    READ,
    WRITE,
    BadCursor,
    if_match,
    optional_match,
    precheck,
    said,
)
from juyuan.foundation.figures.rules import as_of_finding
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.policy.queries import bureau
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, held_answer, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import expect_version
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.evidence import add_evidence
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.actions.recognise import (
    recognise,
    require_verifier,
    withdraw_recognition,
)
from juyuan.rooms.pipeline.actions.register import register_project
from juyuan.rooms.pipeline.api.intake import draft_from
from juyuan.rooms.pipeline.api.schemas import (
    EvidenceIn,
    EvidenceOut,
    Filters,
    MoveIn,
    ProjectIn,
    ProjectOut,
    ProjectPage,
    ReasonIn,
    RecogniseIn,
    StandingIn,
    Timeline,
)
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import past
from juyuan.rooms.pipeline.queries.criteria import known_by, read
from juyuan.rooms.pipeline.queries.records import API_ORDERS, listed, records, with_related
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.queries.vouchers import hidden_namesakes
from juyuan.rooms.pipeline.rules.drafts import ProjectDraft
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft
from juyuan.rooms.pipeline.rules.facts import Conclusion, FactKey
from juyuan.rooms.pipeline.rules.stages import Stage

router = Router(tags=["项目"])


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def one(project: Project, actor: Actor) -> dict[str, Any]:
    fresh = with_related(Project.objects.filter(pk=project.pk)).get()
    return records([fresh], actor, clock.today())[0]


@router.get("", response={200: ProjectPage, **READ}, url_name="projects", summary="项目列表")
def list_projects(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """看得见的项目,按筛选、排序、游标给出。`total` 至多数到 10000,再多为 null(`count=exact` 除外)。

    `as_of` 给那一天终了时的样子,不得晚于今天。
    """
    actor, today = actor_of(request), clock.today()
    given = filters.model_dump()
    understood(request, Filters, given["sort"], API_ORDERS)
    if filters.as_of is not None:
        early_or_late = as_of_finding(filters.as_of, today)
        if early_or_late is not None:
            raise RuleBroken([early_or_late])
    found = known_by(read({"standing": "all", **{k: str(v) for k, v in given.items() if v}}), today)
    if found.problems:
        raise RuleBroken(Finding("", "filter", "", text) for text in found.problems)
    queryset = listed(actor, found)
    order = choose_order(given["sort"], API_ORDERS, "-updated_at")
    rows = with_related(queryset)
    if found.as_of is not None:
        rows, order = past.sortable(rows, found.as_of), past.order_then(order)
    page = paginate(rows, order, given["cursor"], given["limit"])
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": records(page.items, actor, today, found.as_of),
        "next": page.next or None,
        "total": total_of(queryset, exact=given["count"] == "exact"),
    }


@router.post("", response={201: ProjectOut, **WRITE}, url_name="projects", summary="登记项目(谋划)")
def create_project(request: HttpRequest, payload: ProjectIn) -> Any:
    """登记到谋划;有什么填什么,`name` 必填。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_register(actor))

    def act() -> tuple[int, dict[str, Any]]:
        draft = draft_from(payload, ProjectDraft(), actor)
        project = register_project(actor=actor, draft=draft, now=clock.now())
        held = bool(hidden_namesakes(actor, project))
        notice = {"notice": held_answer(bureau()) if held else ""}
        return 201, _jsonable(one(project, actor)) | notice

    return once(request, act)


def _jsonable(record: dict[str, Any]) -> dict[str, Any]:
    return {k: said(v) if isinstance(v, date | datetime) else v for k, v in record.items()}


@router.get("/{code}", response={200: ProjectOut, **READ}, url_name="project", summary="一个项目")
def get_project(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    return one(door(actor, code, full=False), actor)


@router.patch(
    "/{code}", response={200: ProjectOut, **WRITE}, url_name="project", summary="修改项目"
)
def patch_project(request: HttpRequest, code: str, payload: ProjectIn) -> Any:
    """只改给出的字段;须带 If-Match。"""
    actor = actor_of(request)
    project = door(actor, code)
    require(access.can_edit(actor, project))
    version = if_match(request)
    if version != project.version:
        raise _both_versions(request, version, one(project, actor))
    draft = draft_from(payload, draft_of(project), actor)
    edit_project(actor=actor, project=project, draft=draft, version=version, now=clock.now())
    return one(project, actor)


def _both_versions(request: HttpRequest, version: int, current: dict[str, Any]) -> Stale:
    """他人已先改:所填各项的双方内容都给出(照来文原样),不必再取一遍就能比。"""
    now = _jsonable(current)
    sent = {name: value for name, value in json.loads(request.body).items() if name in now}
    return Stale(
        mine={**sent, "version": version},
        theirs={**{name: now[name] for name in sent}, "version": now["version"]},
    )


@router.post("/{code}/advance", response={200: ProjectOut, **WRITE}, url_name="project_advance",
             summary="移到某个库")  # fmt: skip
def advance(request: HttpRequest, code: str, payload: MoveIn) -> Any:
    """前移、退回、越级;门槛不齐则逐项拒绝。If-Match 可带可不带。"""
    actor = actor_of(request)
    project = door(actor, code)
    move_project(
        actor=actor, project=project, to=Stage(payload.to), reason=payload.reason,
        fact_on=payload.fact_on, version=optional_match(request), now=clock.now(),
    )  # fmt: skip
    return one(project, actor)


@router.post("/{code}/recognise", response={200: ProjectOut, **WRITE}, url_name="project_recognise",
             summary="认定")  # fmt: skip
def recognise_project(request: HttpRequest, code: str, payload: RecogniseIn) -> Any:
    actor = actor_of(request)
    project = door(actor, code)
    recognise(
        actor=actor, project=project, stage=Stage(payload.stage), fact_on=payload.fact_on,
        version=optional_match(request), now=clock.now(),
    )  # fmt: skip
    return one(project, actor)


@router.post("/{code}/withdraw-recognition", response={200: ProjectOut, **WRITE},
             url_name="project_withdraw", summary="撤回认定(冲回)")  # fmt: skip
def withdraw(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    actor = actor_of(request)
    project = door(actor, code)
    withdraw_recognition(
        actor=actor, project=project, reason=payload.reason,
        version=optional_match(request), now=clock.now(),
    )  # fmt: skip
    return one(project, actor)


@router.post("/{code}/standing", response={200: ProjectOut, **WRITE}, url_name="project_standing",
             summary="暂缓、终止、退库、恢复")  # fmt: skip
def standing(request: HttpRequest, code: str, payload: StandingIn) -> Any:
    actor = actor_of(request)
    project = door(actor, code)
    change_standing(
        actor=actor, project=project, verb=payload.verb, reason_code=payload.reason_code,
        note=payload.note, fact_on=payload.fact_on, version=optional_match(request),
        now=clock.now(),
    )  # fmt: skip
    return one(project, actor)


@router.post("/{code}/evidence", response={201: EvidenceOut, **WRITE}, url_name="project_evidence",
             summary="提交证据")  # fmt: skip
def post_evidence(
    request: HttpRequest, code: str, payload: Form[EvidenceIn], file: File[UploadedFile]
) -> Any:
    """multipart:一份证据与它的文件。不得上传涉密文件。"""
    actor = actor_of(request)
    project = door(actor, code)
    require(access.can_add_evidence(actor, project))
    now = clock.now()
    stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
    given = payload.model_dump()
    given["fact"] = FactKey(given["fact"])
    given["conclusion"] = Conclusion(given["conclusion"])
    draft = EvidenceDraft(**given, file_id=stored.pk)
    row = add_evidence(actor=actor, project=project, draft=draft, now=now)
    return Status(201, {
        "id": row.pk, "fact": row.fact, "title": row.title, "dated_on": row.dated_on,
        "issuer": row.issuer, "number": row.number, "conclusion": row.conclusion,
        "place": row.place, "two_way": row.two_way, "file_name": row.file_name,
        "sha256": row.file_sha256, "by": row.by_name, "at": row.at,
    })  # fmt: skip


MONEY = frozenset({
    "total_investment", "fixed_investment", "contract_amount", "committed_investment",
    "committed_outside_province", "amount", "recognised", "invested_month",
})  # fmt: skip


def in_wan(content: Any, name: str = "") -> Any:
    """台账里以元记的金额,出门写成万元字符串;别的原样。"""
    if isinstance(content, dict):
        return {key: in_wan(value, key) for key, value in content.items()}
    if isinstance(content, list):
        return [in_wan(value, name) for value in content]
    if name in MONEY and isinstance(content, int) and not isinstance(content, bool):
        return to_wan(content)
    return content


@router.get("/{code}/timeline", response={200: Timeline, **READ}, url_name="project_timeline",
            summary="经过")  # fmt: skip
def timeline(request: HttpRequest, code: str, limit: int = Query(50, ge=1, le=200),
             cursor: str = Query("", max_length=400)) -> Any:  # fmt: skip
    """谁、以何职务、何时、做了什么、为何、依据哪一条。"""
    actor = actor_of(request)
    project = door(actor, code)
    events = Event.objects.filter(obj_type="project", obj_id=project.code, result="done")
    order = choose_order("-at", {"at": Order("at")}, "-at")
    page = paginate(events, order, cursor, limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [
            {
                "at": e.at, "event": e.event, "actor": e.actor_name, "unit": e.unit_name,
                "post": e.post_label, "reason": e.reason, "clause": e.clause,
                "before": in_wan(e.before), "after": in_wan(e.after),
            }
            for e in page.items
        ],
        "next": page.next or None,
        "total": events.count(),
    }  # fmt: skip


def _may_edit(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    require(access.can_edit(actor, project))
    if request.method == "PATCH":
        expect_version(project, if_match(request))


def _may_see(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    door(actor, kwargs["code"])


def _may_move(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    require(access.can_edit(actor, project))
    if request.headers.get("If-Match"):
        expect_version(project, if_match(request))


def _may_verify(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    require_verifier(actor, project, set(), clock.now())
    if request.headers.get("If-Match"):
        expect_version(project, if_match(request))


def _may_add_evidence(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_add_evidence(actor, door(actor, kwargs["code"])))


precheck("PATCH project", _may_edit)
precheck("POST project_advance", _may_move)
precheck("POST project_standing", _may_move)
precheck("POST project_evidence", _may_add_evidence)
precheck("POST project_recognise", _may_verify)
precheck("POST project_withdraw", _may_verify)
precheck("GET project_timeline", _may_see)
