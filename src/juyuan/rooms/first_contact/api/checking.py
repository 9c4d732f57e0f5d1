"""首谈查重的接口:与网页同一个动作。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.shapes import WRITE, Strict, Wan, precheck
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.check import run_check
from juyuan.rooms.first_contact.api.base import router
from juyuan.rooms.first_contact.queries.ruling import ruling_unit
from juyuan.rooms.first_contact.rules.answering import Answer
from juyuan.rooms.first_contact.rules.overlap import Subject


class PartyIn(Strict):
    """投资方:名称、代码、电话、实际控制人,知道几项填几项。"""

    name: str = Field(default="", max_length=200)
    uscc: str | None = Field(default="", max_length=40)
    foreign_id: str | None = Field(default="", max_length=60)
    phone: str | None = Field(default="", max_length=40)
    email: str | None = Field(default="", max_length=120)
    controller: str | None = Field(default="", max_length=200)
    group: str | None = Field(default="", max_length=200)
    aliases: list[str] = Field(default_factory=list, max_length=20)


class CheckIn(Strict):
    """查重的所填。金额为万元。"""

    investor: PartyIn
    project_name: str | None = Field(default="", max_length=200)
    content: str | None = Field(default="", max_length=4000)
    amount: Wan | None = None
    site: str | None = Field(default="", max_length=200)


class CheckOut(Schema):
    """档(0 无)、处数、由谁裁定、自己填的哪几项吻合;没有对方的任何内容。"""

    tier: int = Field(ge=0, le=4)
    overlaps: int
    ruled_by: str | None
    reasons: list[str]


@router.post("/check", response={200: CheckOut, **WRITE}, url_name="first_contact_check",
             summary="首谈查重")  # fmt: skip
def check(request: HttpRequest, payload: CheckIn) -> Any:
    """登记之前问一句:有没有别的单位在谈。每次都记下,每人每日限次。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(access.can_check(actor))
    party = payload.investor
    subject = Subject(
        name=party.name.strip(),
        aliases=tuple(name.strip() for name in party.aliases if name.strip()),
        uscc=compact_uscc(party.uscc or ""),
        foreign_id=(party.foreign_id or "").strip(),
        phones=tuple(filter(None, [(party.phone or "").strip()])),
        emails=tuple(filter(None, [(party.email or "").strip()])),
        controller=(party.controller or "").strip(),
        group=(party.group or "").strip(),
        project_name=(payload.project_name or "").strip(),
        content=(payload.content or "").strip(),
        amount=from_wan(payload.amount) if payload.amount is not None else None,
        site=(payload.site or "").strip(),
    )
    found = run_check(actor=actor, subject=subject, now=clock.now())
    return said_by(found)


def said_by(found: Answer) -> dict[str, Any]:
    """回答 → 接口的样子。"""
    return {
        "tier": found.tier,
        "overlaps": found.overlaps,
        "ruled_by": ruling_unit() if found.ruled else None,
        "reasons": list(found.reasons),
    }


def _may(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_check(actor))


precheck("POST first_contact_check", _may)
