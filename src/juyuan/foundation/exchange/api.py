"""接口:导入批次(含期初)、历史认定、期初的关闭与整批撤回;与网页同一批动作。

历史认定是一种期初导入(`kind=recognitions`,须附依据文号与日期):先预览,再提交,关闭之前可整批撤回。
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, BadCursor, Strict, precheck, said
from juyuan.foundation.exchange import actions, queries
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, require

router = Router(tags=["导入与期初"])
ROWS = 200
ORDERS = {"opened_at": Order("opened_at")}


class BatchIn(Schema):
    """一次导入。`opening` 为真即期初批次,须写依据文号与日期。"""

    kind: str = Field(max_length=40)
    opening: bool = False
    paper_number: str = Field(default="", max_length=80)
    paper_date: date | None = None


class BatchReasonIn(Strict):
    reason: str = Field(max_length=1000)


class CommitIn(Strict):
    """`all_or_none`:有一行退回或存疑就一行不写。"""

    all_or_none: bool = False


class RowOut(Schema):
    sheet: str
    number: int
    verdict: str
    done: bool
    held: bool
    findings: list[Any]
    object_url: str


class BatchOut(Schema):
    """一个批次;`counts` 是各类行数,`rows` 是退回、存疑的行(至多 200 行,清单里为空)。"""

    id: uuid.UUID
    kind: str
    label: str
    file_name: str
    state: str
    opening: bool
    paper_number: str
    paper_date: date | None
    by: str
    unit: str
    opened_at: datetime
    committed_at: datetime | None
    reversed_at: datetime | None
    reversed_reason: str
    counts: dict[str, int]
    rows: list[RowOut]


class BatchPage(Schema):
    items: list[BatchOut]
    next: str | None
    total: int


class OpeningOut(Schema):
    """期初:能不能办(`barred` 为空即能),关了没有。"""

    barred: str
    closed_at: datetime | None
    closed_by: str
    reason: str


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def out(batch: ImportBatch, *, rows: bool = False) -> dict[str, Any]:
    wanted = batch.rows.filter(verdict__in=("refused", "doubtful"))[:ROWS] if rows else ()
    return {
        "id": str(batch.pk), "kind": batch.kind, "label": batch.kind_label,
        "file_name": batch.file_name, "state": batch.state, "opening": batch.opening,
        "paper_number": batch.paper_number, "paper_date": said(batch.paper_date),
        "by": batch.actor_name, "unit": batch.unit_name, "opened_at": said(batch.opened_at),
        "committed_at": said(batch.committed_at), "reversed_at": said(batch.reversed_at),
        "reversed_reason": batch.reversed_reason,
        "counts": {k: v for k, v in batch.counts.items() if isinstance(v, int)},
        "rows": [
            {"sheet": r.sheet, "number": r.number, "verdict": r.verdict, "done": r.done,
             "held": r.held, "findings": r.findings, "object_url": r.object_url}
            for r in wanted
        ],
    }  # fmt: skip


@router.get("/imports", response={200: BatchPage, **READ}, url_name="imports", summary="导入批次")
def list_batches(
    request: HttpRequest,
    opening: bool | None = None,
    kind: str = Query("", max_length=40),
    limit: int = Query(50, ge=1, le=200),
    cursor: str = Query("", max_length=400),
) -> Any:
    """自己的与所监督的批次,新的在前;`opening=true` 只要期初的。"""
    rows = queries.visible_batches(actor_of(request))
    if opening is not None:
        rows = rows.filter(opening=opening)
    if kind:
        rows = rows.filter(kind=kind)
    page = paginate(rows, choose_order("-opened_at", ORDERS, "-opened_at"), cursor, limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [out(row) for row in page.items],
        "next": page.next or None,
        "total": rows.order_by().count(),
    }


@router.post("/imports", response={201: BatchOut, **WRITE}, url_name="imports",
             summary="导入预览(含历史认定)")  # fmt: skip
def open_batch(request: HttpRequest, payload: Form[BatchIn], file: File[UploadedFile]) -> Any:
    """multipart:收一个文件,判全部行,存成预览;业务数据一行不动。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(queries.kind_named(payload.kind).may(actor))

    def act() -> tuple[int, dict[str, Any]]:
        paper = None
        if payload.opening:
            paper = actions.OpeningPaper(payload.paper_number, payload.paper_date)
        batch = actions.open_batch(
            actor=actor, kind=payload.kind, name=file.name or "", stream=cast(BinaryIO, file), now=clock.now(),
            today=clock.today(), paper=paper,
        )  # fmt: skip
        return 201, out(batch, rows=True)

    return once(request, act)


@router.get("/imports/{uuid:batch_id}", response={200: BatchOut, **READ}, url_name="import_batch",
            summary="一个批次")  # fmt: skip
def one_batch(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """连同退回、存疑的行与缘由。"""
    return out(queries.batch_door(actor_of(request), batch_id), rows=True)


@router.post("/imports/{uuid:batch_id}/commit", response={200: BatchOut, **WRITE},
             url_name="import_commit", summary="提交批次")  # fmt: skip
def commit(request: HttpRequest, batch_id: uuid.UUID, payload: CommitIn) -> Any:
    """写入全部合格行;预览之后情况变了答 412(预览已重判,请再核对)。"""
    batch = actions.commit(
        actor=actor_of(request), batch_id=batch_id, now=clock.now(), today=clock.today(),
        all_or_none=payload.all_or_none,
    )  # fmt: skip
    return out(batch, rows=True)


@router.post("/imports/{uuid:batch_id}/reverse", response={200: BatchOut, **WRITE},
             url_name="import_reverse", summary="整批撤回期初批次")  # fmt: skip
def reverse(request: HttpRequest, batch_id: uuid.UUID, payload: BatchReasonIn) -> Any:
    """期初关闭之前;须写理由。已撤回的答 412。"""
    batch = actions.reverse_batch(
        actor=actor_of(request), batch_id=batch_id, reason=payload.reason, now=clock.now()
    )
    return out(batch)


@router.get("/opening", response={200: OpeningOut, **READ}, url_name="opening", summary="期初")
def opening(request: HttpRequest) -> Any:
    """能不能办期初,关了没有。"""
    closed = queries.opening_closed()
    return {
        "barred": queries.opening_barred(clock.today()),
        "closed_at": closed.closed_at if closed else None,
        "closed_by": closed.closed_by if closed else "",
        "reason": closed.reason if closed else "",
    }


@router.post("/opening/close", response={200: OpeningOut, **WRITE}, url_name="opening_close",
             summary="关闭期初")  # fmt: skip
def close(request: HttpRequest, payload: BatchReasonIn) -> Any:
    """此后期初批次不能再导入、提交、撤回;只能关一次,已关的答 412。"""
    actions.close_opening(actor=actor_of(request), reason=payload.reason, now=clock.now())
    return opening(request)


def _may_open(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    """有这种导入而无权办的,先答 403。"""
    name = request.POST.get("kind", "")
    if name:
        require(queries.kind_named(name).may(actor))


def _may_commit(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    batch = queries.batch_door(actor, kwargs["batch_id"])
    if not queries.owns(actor, batch):
        raise Denied("只有导入人可以提交这个批次。")
    require(queries.kind_named(batch.kind).may(actor))


def _may_reverse(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    batch = queries.batch_door(actor, kwargs["batch_id"])
    if not (queries.owns(actor, batch) or queries.kind_named(batch.kind).oversee(actor)):
        raise Denied("只有导入人或监督单位可以撤回这个批次。")


def _may_close(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    if not queries.overseen_kinds(actor):
        raise Denied("期初由监督导入的单位关闭。")


precheck("POST imports", _may_open)
precheck("POST import_commit", _may_commit)
precheck("POST import_reverse", _may_reverse)
precheck("POST opening_close", _may_close)
