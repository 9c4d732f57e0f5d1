"""交办与难题的接口:清单、一件、办一步;各走网页上的同一个动作。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from juyuan.kernel.verdict import require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions import items as acts
from juyuan.rooms.council.actions import problems
from juyuan.rooms.council.api.base import (
    action_detail,
    actions,
    actions_router,
    actor_of,
    entered,
    expect,
    problem,
    problems_router,
    unit_id,
)
from juyuan.rooms.council.api.schemas import (
    ActionDetail,
    ActionFilters,
    ActionPage,
    AnswerIn,
    ExtensionIn,
    ProblemFilters,
    ProblemIn,
    ProblemOut,
    ProblemPage,
    ReasonIn,
    TextIn,
)
from juyuan.rooms.council.models import ActionItem, Problem
from juyuan.rooms.council.queries import board
from juyuan.rooms.council.queries.scope import action_door, problem_door, problems_seen
from juyuan.rooms.council.rules.problems import ProblemDraft
from juyuan.rooms.pipeline.queries.scope import door as project_door

ACTION_ORDERS = {"due_on": Order("due_on"), "assigned_on": Order("assigned_on")}
PROBLEM_ORDERS = {"id": Order("id")}
May = Callable[[Actor, ActionItem], None]


@actions_router.get("", response={200: ActionPage, **READ}, url_name="action_items",
                    summary="交办清单")  # fmt: skip
def list_actions(request: HttpRequest, filters: Query[ActionFilters]) -> Any:
    """看得见的交办,期限早的在前。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_enter(actor))
    understood(request, ActionFilters, filters.sort, ACTION_ORDERS)
    wanted = board.ActionCriteria(
        state=filters.state or "", unit=filters.unit.replace("\x00", "")[:60], late=filters.late,
        mine=filters.mine, q=filters.q.replace("\x00", "").strip()[:80],
    )  # fmt: skip
    found = board.joined(board.listed(actor, wanted, today))
    order = choose_order(filters.sort, ACTION_ORDERS, "due_on")
    page = paginate(found, order, filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": actions(actor, page.items, today),
        "next": page.next or None,
        "total": total_of(found, exact=filters.count == "exact"),
    }


@actions_router.get("/{code}", response={200: ActionDetail, **READ}, url_name="action_item",
                    summary="一件交办")  # fmt: skip
def get_action(request: HttpRequest, code: str) -> Any:
    """一件交办与它的经过。"""
    actor = actor_of(request)
    return action_detail(actor, action_door(actor, code), clock.today())


def _act(request: HttpRequest, code: str, may: May, run: Callable[[Actor, ActionItem], Any]) -> Any:
    actor = actor_of(request)
    item = action_door(actor, code)
    may(actor, item)
    expect(request, item)

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, item)
        return 200, action_detail(actor, action_door(actor, code), clock.today())

    return once(request, act)


def may_work(actor: Actor, item: ActionItem) -> None:
    require(access.can_work(actor, item))


def may_close(actor: Actor, item: ActionItem) -> None:
    require(access.can_close(actor, item))


def may_answer(actor: Actor, item: ActionItem) -> None:
    require(access.can_answer(actor, item))


@actions_router.post("/{code}/report", response={200: ActionDetail, **WRITE},
                     url_name="action_item_report", summary="报进展")  # fmt: skip
def report(request: HttpRequest, code: str, payload: TextIn) -> Any:
    """承办单位报一次进展,只增。"""

    def run(actor: Actor, item: ActionItem) -> None:
        acts.report_progress(actor=actor, item=item, text=payload.text, now=clock.now())

    return _act(request, code, may_work, run)


@actions_router.post("/{code}/submit", response={200: ActionDetail, **WRITE},
                     url_name="action_item_submit", summary="报结")  # fmt: skip
def submit(request: HttpRequest, code: str, payload: Form[TextIn], file: File[UploadedFile]) -> Any:
    """multipart:办理结果与凭据;请商务主管部门核对销号。"""

    def run(actor: Actor, item: ActionItem) -> None:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        acts.submit_item(actor=actor, item=item, text=payload.text, file_id=stored.pk, now=now)

    return _act(request, code, may_work, run)


@actions_router.post("/{code}/return", response={200: ActionDetail, **WRITE},
                     url_name="action_item_return", summary="退回再办")  # fmt: skip
def send_back(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    """凭据不足,退回再办;期限不变。"""

    def run(actor: Actor, item: ActionItem) -> None:
        acts.return_item(actor=actor, item=item, reason=payload.reason, now=clock.now())

    return _act(request, code, may_close, run)


@actions_router.post("/{code}/close", response={200: ActionDetail, **WRITE},
                     url_name="action_item_close", summary="销号")  # fmt: skip
def close(request: HttpRequest, code: str, payload: TextIn) -> Any:
    """核对凭据,同意销号;报结的人自己不能销号。"""

    def run(actor: Actor, item: ActionItem) -> None:
        acts.close_item(actor=actor, item=item, text=payload.text, now=clock.now())

    return _act(request, code, may_close, run)


@actions_router.post("/{code}/extension", response={200: ActionDetail, **WRITE},
                     url_name="action_item_extension", summary="申请延期")  # fmt: skip
def extension(request: HttpRequest, code: str, payload: ExtensionIn) -> Any:
    """答复之前期限不变。"""

    def run(actor: Actor, item: ActionItem) -> None:
        acts.ask_extension(
            actor=actor, item=item, due_on=payload.due_on, reason=payload.reason, now=clock.now()
        )

    return _act(request, code, may_work, run)


@actions_router.post("/{code}/extension/answer", response={200: ActionDetail, **WRITE},
                     url_name="action_item_answer", summary="答复延期")  # fmt: skip
def answer(request: HttpRequest, code: str, payload: AnswerIn) -> Any:
    """同意的改期限,不同意的写理由。"""

    def run(actor: Actor, item: ActionItem) -> None:
        acts.answer_extension(
            actor=actor, item=item, grant=payload.grant, text=payload.text, now=clock.now()
        )

    return _act(request, code, may_answer, run)


# ───────── 难题 ─────────


def _joined(rows: Any) -> Any:
    return rows.select_related("project", "unit", "owner_unit").prefetch_related("actions")


@problems_router.get("", response={200: ProblemPage, **READ}, url_name="problems",
                     summary="难题清单")  # fmt: skip
def list_problems(request: HttpRequest, filters: Query[ProblemFilters]) -> Any:
    """看得见其项目的难题,新的在前。"""
    actor = actor_of(request)
    require(access.can_enter(actor))
    understood(request, ProblemFilters, filters.sort, PROBLEM_ORDERS)
    found = _joined(problems_seen(actor))
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.kind:
        found = found.filter(kind=filters.kind.replace("\x00", "")[:30])
    order = choose_order(filters.sort, PROBLEM_ORDERS, "-id")
    page = paginate(found, order, filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [problem(row) for row in page.items],
        "next": page.next or None,
        "total": total_of(found, exact=filters.count == "exact"),
    }


@problems_router.post("", response={201: ProblemOut, **WRITE}, url_name="problems",
                      summary="提难题")  # fmt: skip
def raise_one(request: HttpRequest, payload: ProblemIn) -> Any:
    """为看得见的一个项目提难题,自动列入下一次会。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_enter(actor))
    project = project_door(actor, payload.project)
    require(access.can_raise(actor, project))
    draft = ProblemDraft(
        payload.kind, payload.text, payload.wanted, unit_id(payload.owner_unit, "owner_unit")
    )

    def act() -> tuple[int, dict[str, Any]]:
        made = problems.raise_problem(actor=actor, project=project, draft=draft, now=clock.now())
        return 201, problem(_joined(Problem.objects.all()).get(pk=made.pk))

    return once(request, act)


@problems_router.get("/{code}", response={200: ProblemOut, **READ}, url_name="problem",
                     summary="一件难题")  # fmt: skip
def get_problem(request: HttpRequest, code: str) -> Any:
    """一件难题与它的交办编号。"""
    return problem(problem_door(actor_of(request), code))


@problems_router.post("/{code}/close", response={200: ProblemOut, **WRITE},
                      url_name="problem_close", summary="难题不再需要")  # fmt: skip
def close_one(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    """提出的单位、商务主管部门;写明理由。"""
    actor = actor_of(request)
    row = problem_door(actor, code)
    require(access.can_close_problem(actor, row))
    expect(request, row)

    def act() -> tuple[int, dict[str, Any]]:
        problems.close_problem(actor=actor, problem=row, reason=payload.reason, now=clock.now())
        return 200, problem(problem_door(actor, code))

    return once(request, act)


def _first(may: May) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        item = action_door(entered(actor), kwargs["code"])
        may(actor, item)
        expect(request, item)

    return check


def _may_list(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_enter(entered(actor)))


def _may_close_problem(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    row = problem_door(entered(actor), kwargs["code"])
    require(access.can_close_problem(actor, row))
    expect(request, row)


for _name in ("GET action_items", "GET problems", "POST problems"):
    precheck(_name, _may_list)
precheck("POST problem_close", _may_close_problem)
for _name, _may in {
    "report": may_work, "submit": may_work, "extension": may_work, "return": may_close,
    "close": may_close, "answer": may_answer,
}.items():  # fmt: skip
    precheck(f"POST action_item_{_name}", _first(_may))
