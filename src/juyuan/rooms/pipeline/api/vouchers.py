"""到位资金的接口:清单、登记、核验、冲回;同一批动作,说同一句话。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import AfterValidator, Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, Wan, bp_to_percent, precheck, said
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.people.visibility import Sight
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan, to_wan
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.voucher_cases import note_collision
from juyuan.rooms.pipeline.actions.vouchers import check_voucher, record_voucher, reverse_voucher
from juyuan.rooms.pipeline.api.routes import actor_of, router
from juyuan.rooms.pipeline.api.schemas import Strict
from juyuan.rooms.pipeline.models import Project, ProjectParty, Voucher
from juyuan.rooms.pipeline.queries import vouchers as read
from juyuan.rooms.pipeline.queries.paid_in import paid_in_of
from juyuan.rooms.pipeline.queries.scope import door, sight_of
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.vouchers import HOME, CheckVerdict, VoucherDraft


def _plain(text: str) -> str:
    try:
        Decimal(text)
    except InvalidOperation as error:
        raise ValueError("请写成十进制数字,如 7.0988") from error
    return text


Exact = Annotated[str, AfterValidator(_plain), Field(pattern=r"^\d{1,15}(\.\d{1,6})?$")]


class VoucherIn(Schema):
    """一张凭证。`payer` 是出资方的名称(须是本项目的出资方),不在其列的写 `payer_name`。"""

    kind: str = Field(max_length=30)
    paid_on: date
    number: str = Field(max_length=100)
    amount: Wan | None = None
    currency: str = Field(default=HOME, max_length=3)
    foreign_amount: Exact | None = None
    rate: Exact | None = None
    rate_on: date | None = None
    rate_source: str = Field(default="", max_length=100)
    payer: str = Field(default="", max_length=200)
    payer_name: str = Field(default="", max_length=200)
    origin: Literal["", "local", "outside_city", "outside_province", "foreign"] = ""
    fiscal: bool = False
    note: str = Field(default="", max_length=2000)


class VoucherOut(Schema):
    """一张凭证;`sight` 为 facts 的项目只有已认可的,凭证号、付款人、文件、经手人为空。"""

    id: int
    reverses: int | None
    kind: str
    paid_on: date
    amount: str
    recognised: str
    share: str
    counted: bool
    state: str
    number: str
    payer: str
    origin: str
    fiscal: bool
    historical: bool
    by: str
    at: datetime
    checked_by: str
    checked_on: date | None
    reason: str
    files: list[str]


class VouchersOut(Schema):
    """一个项目的凭证,新的在前;金额为万元,冲回为负。"""

    items: list[VoucherOut]
    paid_in_month: str
    paid_in_year: str
    paid_in_total: str


class CheckIn(Strict):
    verdict: Literal["accepted", "returned"]
    reason: str = Field(default="", max_length=2000)


class ReverseIn(Strict):
    reason: str = Field(max_length=2000)


def out(line: read.VoucherLine) -> dict[str, Any]:
    """一行 → 接口的样子(可直接序列化)。"""
    return {
        "id": line.id, "reverses": line.reverses_id, "kind": line.kind,
        "paid_on": line.paid_on.isoformat(), "amount": to_wan(line.amount),
        "recognised": to_wan(line.recognised), "share": bp_to_percent(line.recognised_bp),
        "counted": line.counted, "state": line.state.value, "number": line.number,
        "payer": line.payer, "origin": line.origin, "fiscal": line.fiscal,
        "historical": line.historical, "by": line.by, "at": said(line.at),
        "checked_by": line.checked_by,
        "checked_on": line.checked_on.isoformat() if line.checked_on else None,
        "reason": line.reason, "files": [url for _, url in line.files],
    }  # fmt: skip


def one(project: Project, voucher_id: int) -> dict[str, Any]:
    lines = read.project_lines(project, clock.today())
    return out(next(line for line in lines if line.id == voucher_id))


@router.get("/{code}/vouchers", response={200: VouchersOut, **READ}, url_name="project_vouchers",
            summary="到位资金凭证")  # fmt: skip
def list_vouchers(request: HttpRequest, code: str) -> Any:
    """一个项目的凭证与本月、本年、累计;只许看认定事实的人只见已认可的。"""
    actor, today = actor_of(request), clock.today()
    project = door(actor, code, full=False)
    whole = sight_of(actor, project) == Sight.FULL
    known = paid_in_of([project.pk], today)[project.pk]
    return {
        "items": [out(x) for x in reversed(read.project_lines(project, today, whole=whole))],
        "paid_in_month": to_wan(known.month),
        "paid_in_year": to_wan(known.year),
        "paid_in_total": to_wan(known.total),
    }


def _draft(project: Project, payload: VoucherIn, file_id: int) -> VoucherDraft:
    payer_id = None
    if payload.payer:
        payer_id = (
            ProjectParty.objects.filter(project=project, investor__name=payload.payer)
            .values_list("investor_id", flat=True)
            .first()
        )
        if payer_id is None:
            raise RuleBroken.one(
                "payer", "voucher.payer", f"「{payload.payer}」不是本项目的出资方", "3.3b"
            )
    return VoucherDraft(
        kind=payload.kind, paid_on=payload.paid_on, number=payload.number,
        amount=from_wan(payload.amount) if payload.amount is not None else None,
        currency=payload.currency,
        foreign_amount=Decimal(payload.foreign_amount) if payload.foreign_amount else None,
        rate=Decimal(payload.rate) if payload.rate else None,
        rate_on=payload.rate_on, rate_source=payload.rate_source, payer_id=payer_id,
        payer_name=payload.payer_name, origin=Origin(payload.origin), fiscal=payload.fiscal,
        note=payload.note, file_id=file_id,
    )  # fmt: skip


@router.post("/{code}/vouchers", response={201: VoucherOut, **WRITE}, url_name="project_vouchers",
             summary="登记凭证")  # fmt: skip
def post_voucher(
    request: HttpRequest, code: str, payload: Form[VoucherIn], file: File[UploadedFile]
) -> Any:
    """multipart:一张凭证与它的文件;待核验。可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = door(actor, code)
    require(access.can_edit(actor, project))
    drafts: list[VoucherDraft] = []

    def act() -> tuple[int, dict[str, Any]]:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        drafts.append(_draft(project, payload, stored.pk))
        row = record_voucher(actor=actor, project=project, draft=drafts[0], now=now)
        return 201, one(project, row.pk)

    try:
        return once(request, act)
    except RuleBroken as broken:
        # 带幂等键时动作在外层事务里,拒绝把立件也回滚了:补上
        if drafts and any(f.rule == "voucher.held" for f in broken.findings):
            note_collision(actor=actor, project=project, draft=_again(drafts[0], file, actor),
                           now=clock.now())  # fmt: skip
        raise


def _again(draft: VoucherDraft, file: UploadedFile, actor: Actor) -> VoucherDraft:
    """回滚之后文件的登记行也没有了:重新收下,好认出是哪一份。"""
    file.seek(0)
    stored = store_file(actor=actor, name=file.name or "", stream=file, now=clock.now())
    return replace(draft, file_id=stored.pk)


@router.post("/{code}/vouchers/{voucher_id}/check", response={200: VoucherOut, **WRITE},
             url_name="project_voucher_check", summary="核验凭证或冲回")  # fmt: skip
def check(request: HttpRequest, code: str, voucher_id: int, payload: CheckIn) -> Any:
    """核验人认可或退回(退回须写理由);可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = door(actor, code)
    voucher = read.voucher_of(project, voucher_id)

    def act() -> tuple[int, dict[str, Any]]:
        check_voucher(
            actor=actor, voucher=voucher, verdict=CheckVerdict(payload.verdict),
            reason=payload.reason, now=clock.now(),
        )  # fmt: skip
        return 200, one(project, voucher.pk)

    return once(request, act)


@router.post("/{code}/vouchers/{voucher_id}/reverse", response={201: VoucherOut, **WRITE},
             url_name="project_voucher_reverse", summary="冲回凭证")  # fmt: skip
def reverse(request: HttpRequest, code: str, voucher_id: int, payload: ReverseIn) -> Any:
    """另起一行,金额相反;认可过的凭证要核验人认可冲回才生效。可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = door(actor, code)
    voucher = read.voucher_of(project, voucher_id)

    def act() -> tuple[int, dict[str, Any]]:
        row = reverse_voucher(actor=actor, voucher=voucher, reason=payload.reason, now=clock.now())
        return 201, one(project, row.pk)

    return once(request, act)


def _may_record(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_edit(actor, door(actor, kwargs["code"])))


def _voucher(actor: Actor, kwargs: dict[str, Any]) -> tuple[Project, Voucher]:
    project = door(actor, kwargs["code"])
    raw = str(kwargs["voucher_id"])
    wanted = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 18 else 0
    return project, read.voucher_of(project, wanted)


def _may_check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project, voucher = _voucher(actor, kwargs)
    require(read.checks(actor, project, read.makers_of(voucher), clock.today()))


def _may_reverse(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project, _ = _voucher(actor, kwargs)
    may = access.can_edit(actor, project)
    if not may and not read.checks(actor, project, (), clock.today()):
        require(may)


precheck("POST project_vouchers", _may_record)
precheck("POST project_voucher_check", _may_check)
precheck("POST project_voucher_reverse", _may_reverse)
