"""合并项目的接口:计划、办、并进来的各个、撤销。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, precheck, said
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.merge import merge_projects, plan, undo_merge
from juyuan.rooms.pipeline.api.routes import actor_of, router
from juyuan.rooms.pipeline.api.schemas import Strict
from juyuan.rooms.pipeline.models import Project, ProjectMerge
from juyuan.rooms.pipeline.queries import merging as read
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.merging import CLAUSE, REASON_LIMIT, undo_until


class BlockOut(Schema):
    rule: str
    clause: str
    message: str


class FillOut(Schema):
    name: str
    label: str
    said: str


class DiffersOut(Schema):
    label: str
    gone: str
    kept: str


class MovesOut(Schema):
    label: str
    count: int


class PlanOut(Schema):
    """合并计划;没有写留下的一个,只有并入的一个的版本。`blocks` 非空即不能并。"""

    source: str
    source_version: int
    target: str | None
    target_version: int | None
    allowed: bool
    blocks: list[BlockOut]
    fills: list[FillOut]
    differs: list[DiffersOut]
    moves: list[MovesOut]


class MergeIn(Strict):
    """`target` 是留下的一个;两个版本照计划给的写;`fills` 是要由并入的一个补上的各栏。"""

    target: str = Field(max_length=40)
    source_version: int
    target_version: int
    fills: list[str] = Field(default_factory=list, max_length=40)
    reason: str = Field(default="", max_length=REASON_LIMIT)


class UndoIn(Strict):
    reason: str = Field(default="", max_length=REASON_LIMIT)


class MergeOut(Schema):
    id: int
    source: str
    target: str
    reason: str
    by: str
    at: datetime
    undo_until: datetime
    undone_at: datetime | None


class MergesOut(Schema):
    items: list[MergeOut]


def _shown(entry: ProjectMerge) -> dict[str, Any]:
    return {
        "id": entry.pk, "source": entry.source.code, "target": entry.target.code,
        "reason": entry.reason, "by": entry.by_name, "at": said(entry.at),
        "undo_until": said(undo_until(entry.at, read.undo_days(entry.at))),
        "undone_at": said(entry.undone_at),
    }  # fmt: skip


def _target(actor: Actor, code: str) -> Project:
    """留下的一个;看不见与没有同一句话。"""
    try:
        return door(actor, code.replace("\x00", "").strip().upper()[:20])
    except NotFound:
        raise RuleBroken.one(
            "target", "merge.target", "没有这个编号的项目，请核对", CLAUSE
        ) from None


@router.get("/{code}/merge", response={200: PlanOut, **READ}, url_name="project_merge",
            summary="合并计划")  # fmt: skip
def preview(request: HttpRequest, code: str, target: str = "") -> Any:
    """把这一个并入 `target` 会怎样:拦住的、可以补的、两边不同的、搬几件。不写任何东西。"""
    actor = actor_of(request)
    source = door(actor, code)
    require(access.can_merge(actor))
    if not target:
        return {"source": source.code, "source_version": source.version, "target": None,
                "target_version": None, "allowed": False, "blocks": [], "fills": [], "differs": [],
                "moves": []}  # fmt: skip
    kept = _target(actor, target)
    found = plan(actor=actor, source=source, target=kept)
    return {
        "source": source.code, "source_version": source.version, "target": kept.code,
        "target_version": kept.version, "allowed": found.allowed,
        "blocks": [{"rule": b.rule, "clause": b.clause, "message": b.message} for b in found.blocks],
        "fills": [{"name": f.name, "label": f.label, "said": f.said} for f in found.fills],
        "differs": [{"label": d.label, "gone": d.gone, "kept": d.kept} for d in found.differs],
        "moves": [{"label": label, "count": count} for label, count in found.moves],
    }  # fmt: skip


@router.post("/{code}/merge", response={201: MergeOut, **WRITE}, url_name="project_merge",
             summary="合并项目")  # fmt: skip
def merge(request: HttpRequest, code: str, payload: MergeIn) -> Any:
    """把这一个并入 `target`;计划之后有人改过其中一个的 412。可带 Idempotency-Key。"""
    actor = actor_of(request)
    source = door(actor, code)
    require(access.can_merge(actor))

    def act() -> tuple[int, dict[str, Any]]:
        entry = merge_projects(
            actor=actor, source=source, target=_target(actor, payload.target),
            versions=(payload.source_version, payload.target_version), fills=payload.fills,
            reason=payload.reason, now=clock.now(),
        )  # fmt: skip
        return 201, _shown(entry)

    return once(request, act)


@router.get("/{code}/merges", response={200: MergesOut, **READ}, url_name="project_merges",
            summary="并进来的项目")  # fmt: skip
def absorbed(request: HttpRequest, code: str) -> Any:
    """并进这一个的;看不见并入的那一个的人不知道。"""
    actor = actor_of(request)
    return {"items": [_shown(entry) for entry in read.absorbed(door(actor, code), actor)]}


def _entry(actor: Actor, merge_id: int) -> ProjectMerge:
    entry = read.merge_door(actor, merge_id)
    require(access.can_merge(actor))
    return entry


@router.post("/merges/{merge_id}/undo", response={200: MergeOut, **WRITE},
             url_name="project_unmerge", summary="撤销合并")  # fmt: skip
def undo(request: HttpRequest, merge_id: int, payload: UndoIn) -> Any:
    """撤销期内照原样分开,写明理由。"""
    actor = actor_of(request)
    entry = _entry(actor, merge_id)

    def act() -> tuple[int, dict[str, Any]]:
        undo_merge(actor=actor, entry=entry, reason=payload.reason, now=clock.now())
        return 200, _shown(ProjectMerge.objects.select_related("source", "target").get(pk=entry.pk))

    return once(request, act)


def _may(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    door(actor, kwargs["code"])
    require(access.can_merge(actor))


def _may_undo(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    raw = str(kwargs["merge_id"])
    _entry(actor, int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 18 else 0)


precheck("POST project_merge", _may)
precheck("POST project_unmerge", _may_undo)
