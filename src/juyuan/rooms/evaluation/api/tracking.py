"""接口:承诺、违约、函。与网页同一批查询、同一批动作。公文的改、批、印发在 `/papers`。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import READ, WRITE, BadCursor, optional_match, precheck
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.people.queries import unit_by_code
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import MoneyError, from_wan, to_wan
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.evaluation.actions import breaches as breach_acts
from juyuan.rooms.evaluation.actions import letters as letter_acts
from juyuan.rooms.evaluation.actions import promises as acts
from juyuan.rooms.evaluation.api.trackingshapes import (
    BreachIn,
    DecideIn,
    LetterFilters,
    LetterIn,
    LetterOut,
    LetterPage,
    OutcomeIn,
    PromiseFilters,
    PromiseIn,
    PromiseOut,
    PromisePage,
    ReasonIn,
)
from juyuan.rooms.evaluation.models import Breach, Letter, Promise
from juyuan.rooms.evaluation.queries import breaches as breach_read
from juyuan.rooms.evaluation.queries import letters as letter_read
from juyuan.rooms.evaluation.queries import promises as read
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.queries import trackingpages as pages
from juyuan.rooms.evaluation.rules.breaches import OutcomeDraft
from juyuan.rooms.evaluation.rules.promises import DebtDraft, Measure, PromiseDraft
from juyuan.rooms.pipeline.queries.scope import door as project_door

router = Router(tags=["履约"])
ORDERS = {"id": Order("id")}
Check = Callable[[HttpRequest, Actor, dict[str, Any]], None]


# ───────── 写成样子 ─────────


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


def measure_of(kind: str) -> Measure:
    """这一种怎么量;没有这一种的当到期做到的,由动作去说没有。"""
    known = read.kinds(clock.today()).get(kind)
    return known.measure if known else Measure.DAY


def written(measure: Measure, value: int | None) -> str | None:
    """约定值、实况写成字:金额、每亩金额以万元,数量写整数。"""
    if value is None:
        return None
    return str(value) if measure is Measure.COUNT else to_wan(value)


def value_of(kind: str, text: str | None, field: str) -> int | None:
    """字 → 值:金额、每亩金额是万元(至多 4 位小数)→ 元,数量是整数;没写的为空。

    Raises:
        RuleBroken: 写得不对。
    """
    if text is None:
        return None
    if measure_of(kind) is Measure.COUNT:
        if text.isascii() and text.isdigit() and len(text) <= 12:
            return int(text)
        raise RuleBroken.one(field, "promise.count", "数量写成整数，例 120", "3.4c")
    try:
        return from_wan(text)
    except MoneyError as error:
        raise RuleBroken.one(field, "promise.amount", error.message, "3.4c") from error


def _breach(row: Breach) -> dict[str, Any]:
    return {
        "code": row.code, "test": row.test, "label": row.test_label, "state": row.state,
        "light": row.light, "facts": row.facts, "reason": row.reason, "by": row.by_name,
        "quiet_until": row.quiet_until,
    }  # fmt: skip


def _promise(row: pages.Row) -> dict[str, Any]:
    promise = row.promise
    return {
        "code": promise.code, "project": promise.project.code, "kind": promise.kind,
        "project_name": promise.project.name, "kind_label": row.kind, "text": promise.text,
        "target": written(measure_of(promise.kind), promise.target), "due_on": promise.due_on, "wanted": promise.wanted,
        "fair_due": row.tracked.judged.fair_due, "source": promise.source, "state": promise.state,
        "version": promise.version, "actual": row.actual, "light": row.light,
        "light_label": row.light_label,
        "debts": [
            {"id": d.pk, "kind": d.kind, "text": d.text, "unit": d.unit.code, "due_on": d.due_on,
             "done_on": d.done_on, "item": d.item_ref}
            for d in row.tracked.debts
        ],
        "proposals": [
            {"test": p.hit.test.value, "label": p.hit.test.label, "light": p.hit.light.value,
             "promised": p.said.promised, "actual": p.said.actual,
             "deviation": p.said.deviation, "debt": p.debt}
            for p in row.said
        ],
        "breaches": [_breach(b) for b in row.breaches],
        "letters": [x.code for x in row.letters],
    }  # fmt: skip


def _one(promise: Promise) -> dict[str, Any]:
    fresh = Promise.objects.select_related("project").get(pk=promise.pk)
    return _promise(pages.rows_of([fresh], clock.today())[0])


def _letter(row: Letter) -> dict[str, Any]:
    document = row.document
    return {
        "code": row.code, "level": row.level, "level_label": row.level_label, "state": row.state,
        "project": row.breach.promise.project.code, "promise": row.breach.promise.code,
        "breach": row.breach.code, "unit": row.unit.code, "issued_on": row.issued_on,
        "paper": document.code if document else "", "reply_by": row.reply_by,
        "number": document.number if document else "", "outcome": row.outcome,
        "until": row.until, "version": row.version,
    }  # fmt: skip


# ───────── 承诺 ─────────


@router.get("/promises", response={200: PromisePage, **READ}, url_name="promises",
            summary="承诺清单")  # fmt: skip
def list_promises(request: HttpRequest, filters: Query[PromiseFilters]) -> Any:
    """看得见的承诺与今天的样子。"""
    actor = actor_of(request)
    require(access.can_list(actor))
    understood(request, PromiseFilters, filters.sort, ORDERS)
    rows = read.visible_to(actor).select_related("project")
    for name, value in (
        ("project__code", filters.project), ("kind", filters.kind), ("state", filters.state),
    ):  # fmt: skip
        if value:
            rows = rows.filter(**{name: value.replace("\x00", "")})
    page = paginate(rows, choose_order(filters.sort, ORDERS, "-id"), filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [_promise(r) for r in pages.rows_of(list(page.items), clock.today())],
        "next": page.next or None,
        "total": total_of(rows, exact=filters.count == "exact"),
    }


@router.get("/promises/{code}", response={200: PromiseOut, **READ}, url_name="promise",
            summary="一项承诺")  # fmt: skip
def get_promise(request: HttpRequest, code: str) -> Any:
    """今天的样子:实际、灯、规则提出的、政府欠着的、函。"""
    return _one(read.door(actor_of(request), code))


@router.post("/projects/{code}/promises", response={201: PromiseOut, **WRITE},
             url_name="promise_add", summary="登记承诺")  # fmt: skip
def add(request: HttpRequest, code: str, payload: PromiseIn) -> Any:
    """签约之后登记一项承诺。可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = project_door(actor, code)
    require(access.can_keep(actor, project))
    debts = []
    for one in payload.debts:
        unit = unit_by_code(one.unit)
        debts.append(DebtDraft(one.kind, one.text, unit.pk if unit else None, one.due_on))
    draft = PromiseDraft(
        kind=payload.kind, text=payload.text, due_on=payload.due_on,
        target=value_of(payload.kind, payload.target, "target"),
        wanted=payload.wanted, quote=payload.quote, place=payload.place,
        contract_number=payload.contract_number, debts=tuple(debts),
    )  # fmt: skip

    def act() -> tuple[int, dict[str, Any]]:
        row = acts.add_promise(actor=actor, project=project, draft=draft, now=clock.now())
        return 201, _one(row)

    return once(request, act)


def on_promise(
    request: HttpRequest, code: str, may: Callable[[Actor, Promise], Any],
    run: Callable[[Actor, Promise, int], Any],
) -> Any:  # fmt: skip
    actor = actor_of(request)
    promise = read.door(actor, code)
    require(may(actor, promise))
    version = matched(request, promise)

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, promise, version)
        return 200, _one(promise)

    return once(request, act)


def matched(request: HttpRequest, row: Any) -> int:
    """带了 If-Match 的,须是现在的版本。"""
    version = optional_match(request)
    if version is not None and version != row.version:
        raise Stale(mine={"version": version}, theirs={"version": row.version})
    return int(row.version)


def may_judge(actor: Actor, promise: Promise) -> Any:
    """认定、解除。"""
    return access.can_judge(actor, promise.project)


def may_keep(actor: Actor, promise: Promise) -> Any:
    """登记、转交办。"""
    return access.can_keep(actor, promise.project)


@router.post("/promises/{code}/release", response={200: PromiseOut, **WRITE},
             url_name="promise_release", summary="解除承诺")  # fmt: skip
def release(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    """不再要求兑现;登记的人不能自己解除。可带 If-Match。"""
    return on_promise(request, code, may_judge, lambda actor, row, version: acts.release(
        actor=actor, promise=row, reason=payload.reason, version=version, now=clock.now()
    ))  # fmt: skip


@router.post("/promises/{code}/breach", response={200: PromiseOut, **WRITE},
             url_name="promise_breach", summary="认定或不认定违约")  # fmt: skip
def breach(request: HttpRequest, code: str, payload: BreachIn) -> Any:
    """对规则提出的一条作结论;政府先欠着的不能认定。可带 If-Match。"""
    conclude = (
        breach_acts.confirm_breach if payload.verdict == "confirm" else breach_acts.dismiss_breach
    )
    return on_promise(request, code, may_judge, lambda actor, row, version: conclude(
        actor=actor, promise=row, test=payload.test, reason=payload.reason, now=clock.now()
    ))  # fmt: skip


@router.post("/promises/{code}/press", response={200: PromiseOut, **WRITE},
             url_name="promise_press", summary="政府欠着的转交办")  # fmt: skip
def press(request: HttpRequest, code: str) -> Any:
    """逐件转成交办事项,转过的不再转。可带 If-Match。"""
    return on_promise(request, code, may_keep, lambda actor, row, version: breach_acts.press_debts(
        actor=actor, promise=row, now=clock.now()
    ))  # fmt: skip


# ───────── 函 ─────────


@router.get("/letters", response={200: LetterPage, **READ}, url_name="letters", summary="函清单")
def list_letters(request: HttpRequest, filters: Query[LetterFilters]) -> Any:
    """看得见的函。"""
    actor = actor_of(request)
    require(access.can_list(actor))
    understood(request, LetterFilters, filters.sort, ORDERS)
    rows = letter_read.with_all(letter_read.visible_to(actor))
    for name, value in (
        ("breach__promise__project__code", filters.project), ("level", filters.level),
        ("state", filters.state),
    ):  # fmt: skip
        if value:
            rows = rows.filter(**{name: value.replace("\x00", "")})
    page = paginate(rows, choose_order(filters.sort, ORDERS, "-id"), filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [_letter(row) for row in page.items],
        "next": page.next or None,
        "total": total_of(rows, exact=filters.count == "exact"),
    }


@router.get("/letters/{code}", response={200: LetterOut, **READ}, url_name="letter",
            summary="一封函")  # fmt: skip
def get_letter(request: HttpRequest, code: str) -> Any:
    """走到哪一步、回复截止、结果;文稿由公文的接口取。"""
    return _letter(letter_read.door(actor_of(request), code))


@router.post("/breaches/{code}/letter", response={201: LetterOut, **WRITE},
             url_name="letter_draft", summary="起草函")  # fmt: skip
def draft(request: HttpRequest, code: str, payload: LetterIn) -> Any:
    """起草阶梯上的下一封;已有在办的不再起草。可带 Idempotency-Key。"""
    actor = actor_of(request)
    row = breach_read.door(actor, code)
    require(letter_read.can_draft(actor, row))

    def act() -> tuple[int, dict[str, Any]]:
        made = letter_acts.draft_letter(
            actor=actor, breach=row, words=payload.words, now=clock.now()
        )
        return 201, _letter(letter_read.door(actor, made.code))

    return once(request, act)


def on_letter(
    request: HttpRequest, code: str, may: Callable[[Actor, Letter], Any],
    run: Callable[[Actor, Letter, int], Any],
) -> Any:  # fmt: skip
    actor = actor_of(request)
    letter = letter_read.door(actor, code)
    require(may(actor, letter))
    version = matched(request, letter)

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, letter, version)
        return 200, _letter(letter_read.door(actor, code))

    return once(request, act)


@router.post("/letters/{code}/outcome", response={200: LetterOut, **WRITE},
             url_name="letter_outcome", summary="提出函的结果")  # fmt: skip
def outcome(request: HttpRequest, code: str, payload: OutcomeIn) -> Any:
    """已记回复的,提出结果,等负责人批准。可带 If-Match。"""
    given = OutcomeDraft(payload.outcome, payload.reason, payload.until)
    return on_letter(
        request, code, letter_read.can_handle,
        lambda actor, row, version: letter_acts.propose_outcome(
            actor=actor, letter=row, draft=given, version=version, now=clock.now()
        ),
    )  # fmt: skip


@router.post("/letters/{code}/decide", response={200: LetterOut, **WRITE},
             url_name="letter_decide", summary="批准函的结果")  # fmt: skip
def decide(request: HttpRequest, code: str, payload: DecideIn) -> Any:
    """同意即了结;不同意的退回,写明理由。可带 If-Match。"""
    return on_letter(
        request, code, letter_read.can_decide,
        lambda actor, row, version: letter_acts.decide_outcome(
            actor=actor, letter=row, agree=payload.agree, reason=payload.reason, version=version,
            now=clock.now(),
        ),
    )  # fmt: skip


# ───────── 先答看不看得见、准不准、版本 ─────────


def promise_first(may: Callable[[Actor, Promise], Any]) -> Check:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        row = read.door(entered(actor), str(kwargs["code"]))
        require(may(actor, row))
        matched(request, row)

    return check


def letter_first(may: Callable[[Actor, Letter], Any]) -> Check:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        row = letter_read.door(entered(actor), str(kwargs["code"]))
        require(may(actor, row))
        matched(request, row)

    return check


def _list_first(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_list(entered(actor)))


def _add_first(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_keep(actor, project_door(entered(actor), str(kwargs["code"]))))


def _draft_first(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    row = breach_read.door(entered(actor), str(kwargs["code"]))
    require(letter_read.can_draft(actor, row))


precheck("GET promises", _list_first)
precheck("GET letters", _list_first)
precheck("POST promise_add", _add_first)
precheck("POST promise_release", promise_first(may_judge))
precheck("POST promise_breach", promise_first(may_judge))
precheck("POST promise_press", promise_first(may_keep))
precheck("POST letter_draft", _draft_first)
precheck("POST letter_outcome", letter_first(letter_read.can_handle))
precheck("POST letter_decide", letter_first(letter_read.can_decide))
