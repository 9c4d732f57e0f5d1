"""接口:公文。与网页同一批查询、同一批动作;内容只给看得见对象的人,核验只答真伪。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import READ, WRITE, Strict, if_match, precheck, said
from juyuan.foundation.papers import actions
from juyuan.foundation.papers import queries as read
from juyuan.foundation.papers.actions.sending import DeliveryDraft
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import kind_of
from juyuan.foundation.papers.rules import lines_of
from juyuan.foundation.papers.states import DeliveryWay, DocumentState
from juyuan.foundation.papers.views.pages import sent
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, Stale, require

router = Router(tags=["公文"])
STATES = tuple(value for value, _ in DocumentState.pairs())


class DeliveryOut(Schema):
    """一次送达。"""

    way: str
    receiver: str
    on: date
    note: str


class PaperLine(Schema):
    """清单的一行。`state`:draft 草拟、submitted 待批、approved 已批待印发、issued 已印发、voided 公文作废。"""

    code: str
    kind: str
    kind_label: str
    title: str
    unit: str
    state: str
    number: str
    dated: date
    check_code: str
    issued_at: str | None
    version: int


class PaperOut(PaperLine):
    """一份公文:全文逐行、锁定的事实、可改的话、送达。"""

    text: list[str]
    words: dict[str, str]
    prepared_by: str
    approved_by: str
    return_reason: str
    void_reason: str
    scan: str
    deliveries: list[DeliveryOut]


class PaperPage(Schema):
    items: list[PaperLine]
    next: str | None
    total: int | None


class Wanted(Schema):
    """条件。"""

    state: str = ""
    kind: str = ""
    sort: str = "-id"
    limit: int = 50
    cursor: str = ""
    count: str = ""


class CheckOut(Schema):
    """核验:不相符时其余各项为空。"""

    found: bool
    title: str
    number: str
    unit: str
    dated: str
    voided: bool


class WordsIn(Strict):
    words: dict[str, str]


class IssueIn(Strict):
    number: str = ""


class ReasonIn(Strict):
    reason: str


class DeliveryIn(Strict):
    way: str
    receiver: str
    on: date
    note: str = ""


def actor_of(request: HttpRequest) -> Actor:
    """令牌认出的行动者;三员不看公文。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.posts and all(post.role in ADMIN_ROLES for post in actor.posts):
        raise NotFound
    return actor


def line(row: Document) -> dict[str, Any]:
    return {
        "code": row.code, "kind": row.kind, "kind_label": kind_of(row.kind).label,
        "title": row.title, "unit": row.unit.code, "state": row.state, "number": row.number,
        "dated": row.dated, "check_code": row.check_code, "issued_at": said(row.issued_at),
        "version": row.version,
    }  # fmt: skip


def whole(row: Document) -> dict[str, Any]:
    return line(row) | {
        "text": lines_of(read.paper_of(row)), "words": row.words,
        "prepared_by": row.prepared_by_name, "approved_by": row.approved_by_name,
        "return_reason": row.return_reason, "void_reason": row.void_reason, "scan": row.scan_name,
        "deliveries": [
            {"way": DeliveryWay(d.way).label, "receiver": d.receiver, "on": d.delivered_on,
             "note": d.note}
            for d in row.deliveries.all()
        ],
    }  # fmt: skip


@router.get("/", response={200: PaperPage, **READ}, url_name="papers")
def papers(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """看得见的公文。"""
    understood(request, Wanted, wanted.sort, ("id",))
    rows = read.visible_to(actor_of(request)).select_related("unit")
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind.replace("\x00", ""))
    order = Order("id", desc=wanted.sort.startswith("-"))
    page = paginate(rows, order, wanted.cursor[:400], max(1, min(wanted.limit, 200)))
    return {
        "items": [line(row) for row in page.items],
        "next": page.next,
        "total": total_of(rows, exact=wanted.count == "exact"),
    }


@router.get("/check", response={200: CheckOut, **READ}, url_name="paper_check")
def check(request: HttpRequest, number: str = "", code: str = "") -> Any:
    """核验:文号与核验码都对才相符。"""
    return read.checked(number.replace("\x00", ""), code.replace("\x00", "")[:40])


@router.get("/{code}", response={200: PaperOut, **READ}, url_name="paper")
def paper(request: HttpRequest, code: str) -> Any:
    """一份公文。"""
    return whole(read.door(actor_of(request), code))


@router.get("/{code}/file/{form}", response={200: None, **READ}, url_name="paper_file")
def paper_file(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """docx 或 pdf 的字节。"""
    return sent(read.door(actor_of(request), code), form)


Run = Callable[[Actor, Document], Any]


def _act(request: HttpRequest, code: str, may: str, run: Run) -> Any:
    actor = actor_of(request)
    document = read.door(actor, code)
    _may(actor, document, may)
    version = if_match(request)
    if version != document.version:
        raise Stale(mine={"version": version}, theirs={"version": document.version})

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, document)
        return 200, whole(read.door(actor, code))

    return once(request, act)


def _may(actor: Actor, document: Document, may: str) -> None:
    kind = kind_of(document.kind)
    allowed = (kind.can_approve if may != "prepare" else kind.can_prepare)(actor, document)
    if may == "void" and not allowed and not document.number:
        allowed = kind.can_prepare(actor, document)
    require(allowed)


def _precheck(may: str) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check_first(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        if actor.posts and all(post.role in ADMIN_ROLES for post in actor.posts):
            raise NotFound
        document = read.door(actor, str(kwargs["code"]))
        _may(actor, document, may)
        if_match(request)

    return check_first


@router.post("/{code}/words", response={200: PaperOut, **WRITE}, url_name="paper_words")
def words(request: HttpRequest, code: str, data: WordsIn) -> Any:
    """改话;事实不能改。须带 If-Match。"""
    return _act(request, code, "prepare", lambda actor, row: actions.revise_paper(
        actor=actor, document=row, words=data.words, version=row.version, now=clock.now()
    ))  # fmt: skip


@router.post("/{code}/submit", response={200: PaperOut, **WRITE}, url_name="paper_submit")
def submit(request: HttpRequest, code: str) -> Any:
    """送批。"""
    return _act(request, code, "prepare", lambda actor, row: actions.submit_paper(
        actor=actor, document=row, now=clock.now()
    ))  # fmt: skip


@router.post("/{code}/approve", response={200: PaperOut, **WRITE}, url_name="paper_approve")
def approve(request: HttpRequest, code: str) -> Any:
    """批准;不能批自己起草、改过的。"""
    return _act(request, code, "approve", lambda actor, row: actions.approve_paper(
        actor=actor, document=row, now=clock.now()
    ))  # fmt: skip


@router.post("/{code}/return", response={200: PaperOut, **WRITE}, url_name="paper_return")
def send_back(request: HttpRequest, code: str, data: ReasonIn) -> Any:
    """退回改稿。"""
    return _act(request, code, "approve", lambda actor, row: actions.return_paper(
        actor=actor, document=row, reason=data.reason, now=clock.now()
    ))  # fmt: skip


@router.post("/{code}/issue", response={200: PaperOut, **WRITE}, url_name="paper_issue")
def issue(request: HttpRequest, code: str, data: IssueIn) -> Any:
    """编号印发;文号抄自办公系统的给 `number`。"""
    return _act(request, code, "prepare", lambda actor, row: actions.issue_paper(
        actor=actor, document=row, number=data.number, now=clock.now()
    ))  # fmt: skip


@router.post("/{code}/void", response={200: PaperOut, **WRITE}, url_name="paper_void")
def void(request: HttpRequest, code: str, data: ReasonIn) -> Any:
    """作废。"""
    return _act(request, code, "void", lambda actor, row: actions.void_paper(
        actor=actor, document=row, reason=data.reason, now=clock.now()
    ))  # fmt: skip


@router.post("/{code}/deliveries", response={200: PaperOut, **WRITE}, url_name="paper_deliver")
def deliver(request: HttpRequest, code: str, data: DeliveryIn) -> Any:
    """记下一次送达。"""
    return _act(request, code, "prepare", lambda actor, row: actions.record_delivery(
        actor=actor, document=row, now=clock.now(),
        draft=DeliveryDraft(data.way, data.receiver, data.on, data.note),
    ))  # fmt: skip


for _name in ("paper_words", "paper_submit", "paper_issue", "paper_deliver"):
    precheck(f"POST {_name}", _precheck("prepare"))
for _name in ("paper_approve", "paper_return"):
    precheck(f"POST {_name}", _precheck("approve"))
precheck("POST paper_void", _precheck("void"))
