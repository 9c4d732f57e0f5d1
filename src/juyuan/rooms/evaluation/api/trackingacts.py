"""接口:实况、政府先行的事、送达、回复、约谈;带文件的是 multipart,与网页同一批动作。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import File, Form
from ninja.files import UploadedFile

from juyuan.foundation.apikit.shapes import WRITE, number, precheck
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.papers.actions.sending import DeliveryDraft
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, require
from juyuan.rooms.evaluation.actions import letters as letter_acts
from juyuan.rooms.evaluation.actions import promises as acts
from juyuan.rooms.evaluation.api.tracking import (
    entered,
    letter_first,
    on_letter,
    on_promise,
    promise_first,
    router,
    value_of,
)
from juyuan.rooms.evaluation.api.trackingshapes import (
    ActualIn,
    DeliverIn,
    LetterOut,
    PromiseOut,
    ReplyIn,
    SettleIn,
    TalkIn,
)
from juyuan.rooms.evaluation.models import GovernmentDebt, Promise
from juyuan.rooms.evaluation.queries import letters as letter_read
from juyuan.rooms.evaluation.queries import promises as read
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.rules.promises import ActualDraft


def may_report(actor: Actor, promise: Promise) -> Any:
    """填实况。"""
    return access.can_report(actor, promise.project)


def debt_of(promise: Promise, pk: Any) -> GovernmentDebt:
    """这项承诺的一件政府先行的事。

    Raises:
        NotFound: 没有,或不是这一项的。
    """
    row = GovernmentDebt.objects.filter(promise=promise, pk=number(pk)).first()
    if row is None:
        raise NotFound
    return row


def _kept(actor: Actor, file: UploadedFile) -> int:
    return store_file(actor=actor, name=file.name or "", stream=file, now=clock.now()).pk


@router.post("/promises/{code}/actuals", response={200: PromiseOut, **WRITE},
             url_name="promise_actual", summary="填实况")  # fmt: skip
def actual(
    request: HttpRequest, code: str, payload: Form[ActualIn], file: File[UploadedFile]
) -> Any:
    """multipart:哪天、达到多少、凭据。可带 If-Match。"""

    def run(actor: Actor, promise: Promise, version: int) -> Any:
        draft = ActualDraft(
            payload.on, value_of(promise.kind, payload.value, "value"), payload.note,
            _kept(actor, file),
        )  # fmt: skip
        return acts.report_actual(actor=actor, promise=promise, draft=draft, now=clock.now())

    return on_promise(request, code, may_report, run)


@router.post("/promises/{code}/debts/{debt_id}", response={200: PromiseOut, **WRITE},
             url_name="promise_debt", summary="政府先行的事办到了")  # fmt: skip
def settle(
    request: HttpRequest, code: str, debt_id: int, payload: Form[SettleIn],
    file: File[UploadedFile],
) -> Any:  # fmt: skip
    """multipart:哪天办到、凭据。可带 If-Match(承诺的版本)。"""

    def may(actor: Actor, promise: Promise) -> Any:
        return access.can_settle_debt(actor, debt_of(promise, debt_id))

    return on_promise(request, code, may, lambda actor, promise, version: acts.settle_debt(
        actor=actor, debt=debt_of(promise, debt_id), done_on=payload.done_on, note=payload.note,
        file_id=_kept(actor, file), now=clock.now(),
    ))  # fmt: skip


@router.post("/letters/{code}/deliver", response={200: LetterOut, **WRITE},
             url_name="letter_deliver", summary="记函的送达")  # fmt: skip
def deliver(request: HttpRequest, code: str, payload: DeliverIn) -> Any:
    """回复期限自第一次送达之日起算。可带 If-Match。"""
    draft = DeliveryDraft(payload.way, payload.receiver, payload.on, payload.note)
    return on_letter(request, code, letter_read.can_handle, lambda actor, row, version: (
        letter_acts.deliver_letter(actor=actor, letter=row, draft=draft, now=clock.now())
    ))  # fmt: skip


@router.post("/letters/{code}/reply", response={200: LetterOut, **WRITE},
             url_name="letter_reply", summary="记投资方的回复")  # fmt: skip
def reply(request: HttpRequest, code: str, payload: Form[ReplyIn], file: File[UploadedFile]) -> Any:
    """multipart:哪天、说什么、回执。可带 If-Match。"""
    return on_letter(request, code, letter_read.can_handle, lambda actor, row, version: (
        letter_acts.record_reply(
            actor=actor, letter=row, on=payload.on, text=payload.text, file_id=_kept(actor, file),
            now=clock.now(),
        )
    ))  # fmt: skip


@router.post("/letters/{code}/talk", response={200: LetterOut, **WRITE},
             url_name="letter_talk", summary="记约谈")  # fmt: skip
def talk(request: HttpRequest, code: str, payload: Form[TalkIn], file: File[UploadedFile]) -> Any:
    """multipart:日期、地点、人员、结果、签字的记录。可带 If-Match。"""
    return on_letter(request, code, letter_read.can_handle, lambda actor, row, version: (
        letter_acts.record_talk(
            actor=actor, letter=row, on=payload.on, place=payload.place, people=payload.people,
            result=payload.result, file_id=_kept(actor, file), now=clock.now(),
        )
    ))  # fmt: skip


def _debt_first(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    promise = read.door(entered(actor), str(kwargs["code"]))
    require(access.can_settle_debt(actor, debt_of(promise, kwargs["debt_id"])))


precheck("POST promise_actual", promise_first(may_report))
precheck("POST promise_debt", _debt_first)
precheck("POST letter_deliver", letter_first(letter_read.can_handle))
precheck("POST letter_reply", letter_first(letter_read.can_handle))
precheck("POST letter_talk", letter_first(letter_read.can_handle))
