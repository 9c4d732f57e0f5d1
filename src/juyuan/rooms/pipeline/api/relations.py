"""项目关系的接口:看、判定。"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, precheck, said
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, require
from juyuan.rooms.pipeline.actions import relations as acts
from juyuan.rooms.pipeline.api.routes import actor_of, router
from juyuan.rooms.pipeline.api.schemas import Strict
from juyuan.rooms.pipeline.models import Project, ProjectRelation
from juyuan.rooms.pipeline.queries import relations as read
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.relations import RelationKind


class RelationOut(Schema):
    id: int
    earlier: str
    later: str
    kind: str
    state: str
    signs: list[str]
    proposed_at: datetime
    settled_by: str
    settled_at: datetime | None
    revoked_at: datetime | None
    reason: str


class RelationsOut(Schema):
    """一个项目的关系;看不见另一边的不在内。"""

    items: list[RelationOut]


class RelationIn(Strict):
    verdict: Literal["confirm", "dismiss", "revoke"]
    kind: Literal["", "upgrade", "capital_increase", "new_owner", "second_phase", "split"] = ""
    reason: str = Field(default="", max_length=acts.REASON_LIMIT)


def _shown(project: Project, actor: Actor) -> dict[str, Any]:
    return {
        "items": [
            {"id": r.pk, "earlier": r.earlier.code, "later": r.later.code, "kind": r.kind,
             "state": r.state, "signs": r.signs, "proposed_at": said(r.proposed_at),
             "settled_by": r.settled_by_name, "settled_at": said(r.settled_at),
             "revoked_at": said(r.revoked_at), "reason": r.reason}
            for r in read.relations_of(project, actor)
        ]
    }  # fmt: skip


@router.get("/{code}/relations", response={200: RelationsOut, **READ},
            url_name="project_relations", summary="项目关系")  # fmt: skip
def list_relations(request: HttpRequest, code: str) -> Any:
    """一个项目的关系与判定。"""
    actor = actor_of(request)
    return _shown(door(actor, code), actor)


def _one(actor: Actor, project: Project, pk: int) -> ProjectRelation:
    row = read.relation_door(actor, pk)
    if project.pk not in (row.earlier_id, row.later_id):
        raise NotFound
    return row


@router.post("/{code}/relations/{relation_id}", response={200: RelationsOut, **WRITE},
             url_name="project_relation", summary="判定项目关系")  # fmt: skip
def settle(request: HttpRequest, code: str, relation_id: int, payload: RelationIn) -> Any:
    """属实(可改类别)、不属实、撤销判定;可带 Idempotency-Key。"""
    actor = actor_of(request)
    project = door(actor, code)
    row = _one(actor, project, relation_id)

    def act() -> tuple[int, dict[str, Any]]:
        now = clock.now()
        if payload.verdict == "confirm":
            acts.confirm_relation(
                actor=actor, relation=row, kind=RelationKind(payload.kind or row.kind),
                reason=payload.reason, now=now,
            )  # fmt: skip
        elif payload.verdict == "dismiss":
            acts.dismiss_relation(actor=actor, relation=row, reason=payload.reason, now=now)
        else:
            acts.revoke_relation(actor=actor, relation=row, reason=payload.reason, now=now)
        return 200, _shown(project, actor)

    return once(request, act)


def _may(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    require(acts.may_settle(actor))
    raw = str(kwargs["relation_id"])
    _one(actor, project, int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 18 else 0)


precheck("POST project_relation", _may)
