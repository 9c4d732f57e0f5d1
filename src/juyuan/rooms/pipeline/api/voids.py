"""作废(录入错误)的接口:提出、清单、第二人确认或不同意;与网页同一批动作。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, Strict, number, precheck, said
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.api.routes import actor_of, router
from juyuan.rooms.pipeline.models import Evidence, Project, VoidRequest
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.queries.scope import door


class VoidIn(Strict):
    """录入错在哪里。"""

    reason: str = Field(max_length=2000)


class VoidNoteIn(Strict):
    note: str = Field(default="", max_length=2000)


class VoidOut(Schema):
    """一份作废申请;`evidence` 为空即整个项目。`status`:requested、confirmed、rejected。"""

    id: int
    project: str
    evidence: int | None
    title: str
    reason: str
    status: str
    requested_by: str
    requested_at: datetime
    settled_by: str
    settled_at: datetime | None


def out(row: VoidRequest) -> dict[str, Any]:
    return {
        "id": row.pk, "project": row.project.code, "evidence": row.evidence_id,
        "title": row.evidence.title if row.evidence else row.project.name, "reason": row.reason,
        "status": row.status, "requested_by": row.requested_by_name,
        "requested_at": said(row.requested_at), "settled_by": row.settled_by_name,
        "settled_at": said(row.settled_at),
    }  # fmt: skip


def _evidence(project: Project, evidence_id: int) -> Evidence:
    """本项目一份没有作废的证据。

    Raises:
        NotFound: 没有。
    """
    row = Evidence.objects.filter(pk=evidence_id, project=project, voided_at__isnull=True).first()
    if row is None:
        raise NotFound
    return row


def _request(project: Project, void_id: int) -> VoidRequest:
    """本项目的一份申请。

    Raises:
        NotFound: 没有。
    """
    rows = VoidRequest.objects.select_related("project", "evidence")
    row = rows.filter(pk=void_id, project=project).first()
    if row is None:
        raise NotFound
    return row


@router.get("/{code}/voids", response={200: list[VoidOut], **READ}, url_name="project_voids",
            summary="作废申请")  # fmt: skip
def list_voids(request: HttpRequest, code: str) -> Any:
    """一个项目的作废申请,新的在前。"""
    project = door(actor_of(request), code)
    rows = VoidRequest.objects.filter(project=project).select_related("project", "evidence")
    return [out(row) for row in rows.order_by("-pk")]


@router.post("/{code}/void", response={201: VoidOut, **WRITE}, url_name="project_void",
             summary="提出作废项目")  # fmt: skip
def ask_project(request: HttpRequest, code: str, payload: VoidIn) -> Any:
    """只用于录入错误;第二人确认之前什么也不变。可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = door(actor, code)

    def act() -> tuple[int, dict[str, Any]]:
        row = request_void(actor=actor, project=project, reason=payload.reason, now=clock.now())
        return 201, out(row)

    return once(request, act)


@router.post("/{code}/evidence/{evidence_id}/void", response={201: VoidOut, **WRITE},
             url_name="project_evidence_void", summary="提出作废证据")  # fmt: skip
def ask_evidence(request: HttpRequest, code: str, evidence_id: int, payload: VoidIn) -> Any:
    """可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = door(actor, code)
    evidence = _evidence(project, evidence_id)

    def act() -> tuple[int, dict[str, Any]]:
        row = request_void(
            actor=actor, project=project, evidence=evidence, reason=payload.reason,
            now=clock.now(),
        )  # fmt: skip
        return 201, out(row)

    return once(request, act)


def _settle(request: HttpRequest, code: str, void_id: int, note: str, *, agree: bool) -> Any:
    actor = actor_of(request)
    row = _request(door(actor, code), void_id)
    done = settle_void(actor=actor, request=row, agree=agree, note=note, now=clock.now())
    return out(done)


@router.post("/{code}/voids/{void_id}/confirm", response={200: VoidOut, **WRITE},
             url_name="project_void_confirm", summary="确认作废")  # fmt: skip
def confirm(request: HttpRequest, code: str, void_id: int, payload: VoidNoteIn) -> Any:
    """第二人确认;现行认定一并冲回。已由他人办结的答 412。"""
    return _settle(request, code, void_id, payload.note, agree=True)


@router.post("/{code}/voids/{void_id}/reject", response={200: VoidOut, **WRITE},
             url_name="project_void_reject", summary="不同意作废")  # fmt: skip
def reject(request: HttpRequest, code: str, void_id: int, payload: VoidNoteIn) -> Any:
    """不同意;什么也不变。"""
    return _settle(request, code, void_id, payload.note, agree=False)


def _may_ask(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    if "evidence_id" in kwargs:
        _evidence(project, number(kwargs["evidence_id"]))
    require(access.can_edit(actor, project))


def _may_settle(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    row = _request(project, number(kwargs["void_id"]))
    require(access.can_confirm_void(actor, project, row.requested_by_id))
    if row.status != VoidStatus.REQUESTED:
        raise Stale("这份作废申请已办结")


precheck("POST project_void", _may_ask)
precheck("POST project_evidence_void", _may_ask)
precheck("POST project_void_confirm", _may_settle)
precheck("POST project_void_reject", _may_settle)
