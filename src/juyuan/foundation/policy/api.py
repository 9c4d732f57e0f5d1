"""接口:改参数。先看影响、提议、确认或不同意、凭文件确认现值;与网页同一批动作。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, Strict, number, precheck, said
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.policy import access, effects, pages, queries
from juyuan.foundation.policy.actions import (
    confirm_parameter,
    propose_parameter,
    read_proposal,
    reject_parameter,
)
from juyuan.foundation.policy.models import ParameterProposal
from juyuan.foundation.policy.papers import NUMBER_LIMIT, Paper
from juyuan.foundation.policy.rulebook import naming
from juyuan.foundation.policy.values import shown_lines
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, require

router = Router(tags=["参数"])
REASON = Field(max_length=1000)


class ChangeIn(Strict):
    """新的值(写法同网页:5亿元、20.00%、清单一行一项)、施行日。"""

    text: str = Field(max_length=20_000)
    effective_from: date


class ProposeIn(ChangeIn):
    reason: str = REASON


class ConfirmPresentIn(Schema):
    """凭文件把现值确认下来:文号、文件日期、理由;施行日缺省为现版的施行日。"""

    paper_number: str = Field(max_length=NUMBER_LIMIT)
    paper_on: date
    reason: str = REASON
    effective_from: date | None = None


class NoteIn(Strict):
    note: str = Field(default="", max_length=1000)


class EffectOut(Schema):
    title: str
    url: str
    before: str
    after: str


class EffectGroupOut(Schema):
    """一类影响;`found` 是不同的总数,`changes` 至多列 50 项,`looked` 是比过几项。"""

    label: str
    note: str
    looked: int
    found: int
    changes: list[EffectOut]


class PreviewOut(Schema):
    """现值 → 新值,与它的影响;`sentence` 是没有逐项可列时的说明。"""

    key: str
    label: str
    on: date
    before: list[str]
    after: list[str]
    same: bool
    groups: list[EffectGroupOut]
    sentence: str


class ProposalOut(Schema):
    """一条提议;`status`:open 待确认、confirmed 已确认、rejected 不同意。"""

    id: int
    key: str
    label: str
    value: Any
    shown: list[str]
    effective_from: date
    reason: str
    status: str
    proposed_by: str
    proposed_at: datetime
    settled_by: str
    settled_at: datetime | None
    settled_note: str
    paper_number: str
    paper_on: date | None
    paper_url: str


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def out(row: ParameterProposal) -> dict[str, Any]:
    known = queries.params(max(row.effective_from, clock.today())).row(row.key)
    paper = pages.paper_of(row)
    return {
        "id": row.pk, "key": row.key, "label": known.label, "value": row.value,
        "shown": shown_lines(replace(known, value=row.value), naming(queries.pack())),
        "effective_from": said(row.effective_from), "reason": row.reason, "status": row.status,
        "proposed_by": row.proposed_by, "proposed_at": said(row.proposed_at),
        "settled_by": row.settled_by, "settled_at": said(row.settled_at),
        "settled_note": row.settled_note, "paper_number": row.paper_number,
        "paper_on": said(row.paper_on), "paper_url": paper.url if paper else "",
    }  # fmt: skip


@router.post("/parameters/{key}/preview", response={200: PreviewOut, **WRITE},
             url_name="parameter_preview", summary="改一个参数会影响什么")  # fmt: skip
def preview(request: HttpRequest, key: str, payload: ChangeIn) -> Any:
    """什么也不写:同一批规则换一份参数表再算一遍,只列看得见的。"""
    actor, now = actor_of(request), clock.now()
    _may_propose(request, actor, {"key": key})
    known = read_proposal(
        actor=actor, key=key, text=payload.text, effective_from=payload.effective_from, now=now
    )
    found = effects.preview(
        actor=actor, key=key, value=known.value, effective_from=payload.effective_from,
        today=now.date(),
    )  # fmt: skip
    who = naming(queries.pack())
    return {
        "key": key, "label": known.row.label, "on": found.on, "same": known.same,
        "before": shown_lines(known.row, who),
        "after": shown_lines(replace(known.row, value=known.value), who),
        "groups": [
            {"label": g.label, "note": g.note, "looked": g.looked, "found": g.found,
             "changes": [vars(change) for change in g.changes]}
            for g in found.groups
        ],
        "sentence": found.sentence,
    }  # fmt: skip


@router.post("/parameters/{key}/proposals", response={201: ProposalOut, **WRITE},
             url_name="parameter_propose", summary="提议改一个参数")  # fmt: skip
def propose(request: HttpRequest, key: str, payload: ProposeIn) -> Any:
    """另一人确认之前不生效。可带 Idempotency-Key。"""
    actor = actor_of(request)
    _may_propose(request, actor, {"key": key})

    def act() -> tuple[int, dict[str, Any]]:
        row = propose_parameter(
            actor=actor, key=key, text=payload.text, effective_from=payload.effective_from,
            reason=payload.reason, now=clock.now(),
        )  # fmt: skip
        return 201, out(row)

    return once(request, act)


@router.post("/parameters/{key}/confirmation", response={201: ProposalOut, **WRITE},
             url_name="parameter_confirmation", summary="凭文件确认建议值")  # fmt: skip
def propose_present(
    request: HttpRequest, key: str, payload: Form[ConfirmPresentIn], file: File[UploadedFile]
) -> Any:
    """multipart:现值不改,附写明它的文件提请确认。可带 Idempotency-Key。不得上传涉密文件。"""
    actor, today = actor_of(request), clock.today()
    _may_propose(request, actor, {"key": key})
    row = queries.params(today).row(key)

    def act() -> tuple[int, dict[str, Any]]:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        proposal = propose_parameter(
            actor=actor, key=key, text=pages.start_text(row), reason=payload.reason,
            effective_from=payload.effective_from or row.effective_from,
            paper=Paper(payload.paper_number, payload.paper_on, stored.pk), now=now,
        )  # fmt: skip
        return 201, out(proposal)

    return once(request, act)


@router.get("/parameter-proposals", response={200: list[ProposalOut], **READ},
            url_name="parameter_proposals", summary="等确认的参数")  # fmt: skip
def open_proposals(request: HttpRequest) -> Any:
    require(access.can_view_proposals(actor_of(request), queries.bureau()))
    return [out(row) for row in queries.open_proposals()]


@router.get("/parameter-proposals/{proposal_id}", response={200: ProposalOut, **READ},
            url_name="parameter_proposal", summary="一条提议")  # fmt: skip
def one_proposal(request: HttpRequest, proposal_id: int) -> Any:
    require(access.can_view_proposals(actor_of(request), queries.bureau()))
    return out(queries.proposal(proposal_id))


@router.post("/parameter-proposals/{proposal_id}/confirm", response={200: ProposalOut, **WRITE},
             url_name="parameter_proposal_confirm", summary="确认提议")  # fmt: skip
def confirm(request: HttpRequest, proposal_id: int, payload: NoteIn) -> Any:
    """第二人确认;已由他人办结的答 412。"""
    confirm_parameter(
        actor=actor_of(request), proposal_id=proposal_id, note=payload.note, now=clock.now()
    )
    return out(queries.proposal(proposal_id))


@router.post("/parameter-proposals/{proposal_id}/reject", response={200: ProposalOut, **WRITE},
             url_name="parameter_proposal_reject", summary="不同意提议")  # fmt: skip
def reject(request: HttpRequest, proposal_id: int, payload: NoteIn) -> Any:
    """须写理由;参数不变。"""
    row = reject_parameter(
        actor=actor_of(request), proposal_id=proposal_id, note=payload.note, now=clock.now()
    )
    return out(row)


def _may_propose(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    row = pages.parameter_row(kwargs["key"], clock.today())
    if row is None:
        raise NotFound
    require(access.can_propose(actor, row, queries.bureau()))


def _may_settle(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    row = queries.proposal(number(kwargs["proposal_id"]))
    require(access.can_settle(actor, row.proposed_by_id_at, queries.bureau()))


def _may_view(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_view_proposals(actor, queries.bureau()))
    queries.proposal(number(kwargs["proposal_id"]))


for _name in ("parameter_preview", "parameter_propose", "parameter_confirmation"):
    precheck(f"POST {_name}", _may_propose)
for _name in ("parameter_proposal_confirm", "parameter_proposal_reject"):
    precheck(f"POST {_name}", _may_settle)
precheck("GET parameter_proposal", _may_view)
