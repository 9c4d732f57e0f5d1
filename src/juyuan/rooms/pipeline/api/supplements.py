"""补充协议的接口:历史、登记、核验;同一批动作,说同一句话。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, Wan, precheck, said
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan, to_wan
from juyuan.kernel.verdict import require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.supplements import add_supplement, check_supplement
from juyuan.rooms.pipeline.api.routes import actor_of, router
from juyuan.rooms.pipeline.api.schemas import Strict
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import supplements as read
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.queries.verifying import may_verify
from juyuan.rooms.pipeline.rules.supplements import (
    NUMBER_LIMIT,
    PROMISES,
    REASON_LIMIT,
    TITLE_LIMIT,
    SupplementDraft,
)


class SupplementIn(Schema):
    """一份补充协议;没有写的不改。金额为万元。"""

    title: str = Field(max_length=TITLE_LIMIT)
    number: str = Field(default="", max_length=NUMBER_LIMIT)
    signed_on: date
    reason: str = Field(max_length=REASON_LIMIT)
    total_investment: Wan | None = None
    contract_amount: Wan | None = None
    promised_land_on: date | None = None
    promised_start_on: date | None = None
    promised_production_on: date | None = None
    promised_capacity_on: date | None = None


class AgreeIn(Strict):
    """核验人认可;不认可的请提交单位另登记一份更正的。"""

    agree: Literal[True]


class ChangeOut(Schema):
    """一处改动;金额为万元,日期照写。"""

    label: str
    before: str | None
    after: str


class SupplementOut(Schema):
    id: int
    title: str
    number: str
    signed_on: date
    reason: str
    changes: list[ChangeOut]
    state: str
    by: str
    at: datetime
    checked_by: str
    checked_at: datetime | None
    file: str


class SupplementsOut(Schema):
    """一个项目的补充协议,旧的在前。"""

    items: list[SupplementOut]


def _shown(project: Project) -> dict[str, Any]:
    def plain(value: Any, money: bool) -> Any:
        return to_wan(value) if money and value is not None else value

    return {
        "items": [
            {
                "id": line.id, "title": line.title, "number": line.number,
                "signed_on": line.signed_on.isoformat(), "reason": line.reason,
                "changes": [
                    {"label": c.label, "before": plain(c.before, c.money),
                     "after": plain(c.after, c.money)}
                    for c in line.changes
                ],
                "state": line.state, "by": line.by, "at": said(line.at),
                "checked_by": line.checked_by,
                "checked_at": said(line.checked_at),
                "file": line.file_url,
            }
            for line in read.supplements_of(project)
        ]
    }  # fmt: skip


@router.get("/{code}/supplements", response={200: SupplementsOut, **READ},
            url_name="project_supplements", summary="补充协议")  # fmt: skip
def list_supplements(request: HttpRequest, code: str) -> Any:
    """一个项目的补充协议,旧值与新值都在。"""
    return _shown(door(actor_of(request), code))


@router.post("/{code}/supplements", response={201: SupplementsOut, **WRITE},
             url_name="project_supplements", summary="登记补充协议")  # fmt: skip
def post_supplement(
    request: HttpRequest, code: str, payload: Form[SupplementIn], file: File[UploadedFile]
) -> Any:
    """multipart:补充协议与它的文本;可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = door(actor, code)
    require(access.can_edit(actor, project))

    def act() -> tuple[int, dict[str, Any]]:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        money = {
            name: from_wan(value)
            for name in ("total_investment", "contract_amount")
            if (value := getattr(payload, name)) is not None
        }
        promises = {name: getattr(payload, name) for name in PROMISES}
        add_supplement(
            actor=actor, project=project, now=now,
            draft=SupplementDraft(
                title=payload.title, number=payload.number, signed_on=payload.signed_on,
                reason=payload.reason, changes={**money, **promises}, file_id=stored.pk,
            ),
        )  # fmt: skip
        return 201, _shown(project)

    return once(request, act)


@router.post("/{code}/supplements/{supplement_id}/check", response={200: SupplementsOut, **WRITE},
             url_name="project_supplement_check", summary="核验补充协议")  # fmt: skip
def check(request: HttpRequest, code: str, supplement_id: int, payload: AgreeIn) -> Any:
    """核验人认可;可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = door(actor, code)
    row = read.supplement_of(project, supplement_id)

    def act() -> tuple[int, dict[str, Any]]:
        check_supplement(actor=actor, supplement=row, now=clock.now())
        return 200, _shown(project)

    return once(request, act)


def _may_add(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_edit(actor, door(actor, kwargs["code"])))


def _may_check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    raw = str(kwargs["supplement_id"])
    wanted = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 18 else 0
    row = read.supplement_of(project, wanted)
    makers = {row.by_id} if row.by_id else set()
    require(may_verify(actor, project, makers, clock.today()))


precheck("POST project_supplements", _may_add)
precheck("POST project_supplement_check", _may_check)
