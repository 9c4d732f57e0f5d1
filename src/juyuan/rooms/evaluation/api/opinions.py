"""审查意见与承诺审查的接口:与网页同一批查询、同一批动作。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import READ, WRITE, BadCursor, optional_match, precheck
from juyuan.foundation.figures.rules import as_of_finding
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, NotFound, RuleBroken, Stale, require
from juyuan.rooms.evaluation.actions import opinions as acts
from juyuan.rooms.evaluation.api.opinion_schemas import (
    AnswerIn,
    AskIn,
    OpinionFilters,
    OpinionOut,
    OpinionPage,
    ReasonIn,
)
from juyuan.rooms.evaluation.api.opinion_shaping import opinion
from juyuan.rooms.evaluation.models import OpinionRequest
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import opinions as read
from juyuan.rooms.evaluation.rules.opinions import AnswerDraft, AskDraft, OpinionKind
from juyuan.rooms.pipeline.queries.scope import door as project_door
from juyuan.rooms.pipeline.rules.facts import Conclusion

router = Router(tags=["审查意见"])
ORDERS = {"asked_at": Order("id")}
May = Callable[[Actor, OpinionRequest], Access]


def actor_of(request: HttpRequest) -> Actor:
    """令牌认出的行动者;三员不进业务室。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return entered(actor)


def entered(actor: Actor) -> Actor:
    if actor.posts and all(post.role in ADMIN_ROLES for post in actor.posts):
        raise NotFound
    return actor


def expect(request: HttpRequest, row: Any) -> None:
    """带了 If-Match 的,须是现在的版本。"""
    version = optional_match(request)
    if version is not None and version != row.version:
        raise Stale(mine={"version": version}, theirs={"version": row.version})


@router.get("/opinions", response={200: OpinionPage, **READ}, url_name="evaluation_opinions",
            summary="审查意见清单")  # fmt: skip
def list_opinions(request: HttpRequest, filters: Query[OpinionFilters]) -> Any:
    """看得见的申请;`as_of` 给那天终了时的样子。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    understood(request, OpinionFilters, filters.sort, ORDERS)
    if filters.as_of is not None and (wrong := as_of_finding(filters.as_of, today)) is not None:
        raise RuleBroken([wrong])
    as_of = None if filters.as_of == today else filters.as_of
    wanted = read.Filters(filters.tab, filters.kind, as_of)
    found = read.listed(actor, wanted, today)
    rows = found.select_related("unit", "from_unit", "project")
    page = paginate(
        rows, choose_order(filters.sort, ORDERS, "-asked_at"), filters.cursor, filters.limit
    )
    if page.bad_cursor:
        raise BadCursor
    seen = read.projects_whole(actor, [row.project_id for row in page.items])
    return {
        "items": [opinion(actor, row, as_of or today, seen=seen) for row in page.items],
        "next": page.next or None,
        "total": total_of(found, exact=filters.count == "exact"),
    }


@router.get("/opinions/{code}", response={200: OpinionOut, **READ}, url_name="evaluation_opinion",
            summary="一件审查申请")  # fmt: skip
def get_opinion(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    return opinion(actor, read.door(actor, code), clock.today(), steps=True)


@router.post("/projects/{code}/opinions", response={201: OpinionOut, **WRITE},
             url_name="evaluation_opinions_asked", summary="申请审查")  # fmt: skip
def ask(
    request: HttpRequest, code: str, payload: Form[AskIn], file: File[UploadedFile | None] = None
) -> Any:
    """multipart;不附文件的用承诺审查里的现行文本。"""
    actor, now = actor_of(request), clock.now()
    project = project_door(actor, code)
    require(access.can_ask(actor, project))

    def act() -> tuple[int, dict[str, Any]]:
        stored = None
        if file is not None:
            stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        draft = AskDraft(
            OpinionKind(payload.kind), payload.subject, payload.question,
            stored.pk if stored else None, payload.drafter,
        )  # fmt: skip
        row = acts.ask(actor=actor, project=project, draft=draft, now=now)
        return 201, opinion(actor, row, now.date(), steps=True)

    return once(request, act)


def _act(
    request: HttpRequest, code: str, may: May, run: Callable[[Actor, OpinionRequest], None]
) -> Any:
    """看不看得见、准不准、版本、办;返回办成之后的样子。"""
    actor = actor_of(request)
    row = read.door(actor, code)
    require(may(actor, row))
    expect(request, row)

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, row)
        fresh = OpinionRequest.objects.select_related("unit", "from_unit", "project").get(pk=row.pk)
        return 200, opinion(actor, fresh, clock.today(), steps=True)

    return once(request, act)


def may_ask(actor: Actor, row: OpinionRequest) -> Access:
    return access.can_ask(actor, row.project)


@router.post("/opinions/{code}/draft", response={200: OpinionOut, **WRITE},
             url_name="evaluation_opinion_draft", summary="拟意见")  # fmt: skip
def draft(
    request: HttpRequest, code: str, payload: Form[AnswerIn], file: File[UploadedFile]
) -> Any:
    """multipart:意见与它的文件。另一位同志签发之后才作数。"""

    def run(actor: Actor, row: OpinionRequest) -> None:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        given = AnswerDraft(
            Conclusion(payload.conclusion), payload.number, payload.dated_on, payload.text,
            stored.pk,
        )  # fmt: skip
        acts.draft_answer(actor=actor, request=row, draft=given, now=now)

    return _act(request, code, access.can_draft, run)


@router.post("/opinions/{code}/sign", response={200: OpinionOut, **WRITE},
             url_name="evaluation_opinion_sign", summary="签发意见")  # fmt: skip
def sign(request: HttpRequest, code: str) -> Any:
    """通过、有条件通过的,自动记作签约的凭据。"""
    return _act(
        request, code, access.can_sign,
        lambda actor, row: _done(acts.sign(actor=actor, request=row, now=clock.now())),
    )  # fmt: skip


def _done(row: OpinionRequest) -> None:
    """动作返回的行不用。"""


def _reasoned(request: HttpRequest, code: str, may: May, act: Any, payload: ReasonIn) -> Any:
    def run(actor: Actor, row: OpinionRequest) -> None:
        act(actor=actor, request=row, reason=payload.reason, now=clock.now())

    return _act(request, code, may, run)


@router.post("/opinions/{code}/send-back", response={200: OpinionOut, **WRITE},
             url_name="evaluation_opinion_send_back", summary="退回重拟")  # fmt: skip
def send_back(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    return _reasoned(request, code, access.can_sign, acts.send_back, payload)


@router.post("/opinions/{code}/return", response={200: OpinionOut, **WRITE},
             url_name="evaluation_opinion_return", summary="退回补材料")  # fmt: skip
def return_one(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    return _reasoned(request, code, access.can_draft, acts.return_request, payload)


@router.post("/opinions/{code}/withdraw", response={200: OpinionOut, **WRITE},
             url_name="evaluation_opinion_withdraw", summary="撤回申请")  # fmt: skip
def withdraw(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    return _reasoned(request, code, may_ask, acts.withdraw, payload)


@router.post("/opinions/{code}/revoke", response={200: OpinionOut, **WRITE},
             url_name="evaluation_opinion_revoke", summary="撤销意见")  # fmt: skip
def revoke(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    return _reasoned(request, code, access.can_revoke, acts.revoke, payload)


@router.post("/opinions/{code}/resubmit", response={200: OpinionOut, **WRITE},
             url_name="evaluation_opinion_resubmit", summary="补齐再送")  # fmt: skip
def resubmit(
    request: HttpRequest, code: str, payload: Form[ReasonIn],
    file: File[UploadedFile | None] = None,
) -> Any:  # fmt: skip
    """multipart;可换协议文本。时限重新起算。"""

    def run(actor: Actor, row: OpinionRequest) -> None:
        now = clock.now()
        stored = None
        if file is not None:
            stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        acts.resubmit(
            actor=actor, request=row, note=payload.reason,
            file_id=stored.pk if stored else None, now=now,
        )  # fmt: skip

    return _act(request, code, may_ask, run)


def _first(may: May) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        row = read.door(entered(actor), kwargs["code"])
        require(may(actor, row))
        expect(request, row)

    return check


def _may_list(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_list(entered(actor)))


def _may_start(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = project_door(entered(actor), kwargs["code"])
    require(access.can_ask(actor, project))


precheck("GET evaluation_opinions", _may_list)
precheck("POST evaluation_opinions_asked", _may_start)
for _name, _may in {
    "draft": access.can_draft, "return": access.can_draft, "sign": access.can_sign,
    "send_back": access.can_sign, "revoke": access.can_revoke, "withdraw": may_ask,
    "resubmit": may_ask,
}.items():  # fmt: skip
    precheck(f"POST evaluation_opinion_{_name}", _first(_may))
