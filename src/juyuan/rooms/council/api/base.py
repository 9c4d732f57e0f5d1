"""促进会议接口的公共部分:路由、行动者、版本、样子。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router

from juyuan.foundation.apikit.shapes import optional_match, said
from juyuan.foundation.people.models import ADMIN_ROLES, Unit
from juyuan.foundation.people.queries import unit_by_code
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale
from juyuan.rooms.council.models import ActionItem, Meeting, Problem
from juyuan.rooms.council.queries import agenda, board
from juyuan.rooms.council.queries import meetings as read
from juyuan.rooms.council.queries.agenda import AgendaLine
from juyuan.rooms.council.rules.items import ActionVerb

meetings_router = Router(tags=["促进会议"])
actions_router = Router(tags=["促进会议"])
problems_router = Router(tags=["促进会议"])


def entered(actor: Actor) -> Actor:
    """三员不进业务室,与网页同。

    Raises:
        NotFound: 任职都是三员。
    """
    if actor.posts and all(post.role in ADMIN_ROLES for post in actor.posts):
        raise NotFound
    return actor


def actor_of(request: HttpRequest) -> Actor:
    """令牌认出的行动者。"""
    return entered(request.actor)  # type: ignore[attr-defined]


def expect(request: HttpRequest, row: Any) -> None:
    """带了 If-Match 的,须是现在的版本。

    Raises:
        Stale: 不是;带上双方版本。
    """
    version = optional_match(request)
    if version is not None and version != row.version:
        raise Stale(mine={"version": version}, theirs={"version": row.version})


def unit_id(code: str, field: str) -> int | None:
    """单位代码 → 编号;没给为空。

    Raises:
        RuleBroken: 没有这个单位。
    """
    if not code:
        return None
    unit: Unit | None = unit_by_code(code.replace("\x00", ""))
    if unit is None:
        raise RuleBroken.one(field, "ref.unit", f"没有代码为「{code}」的单位", "1e")
    return unit.pk


# ───────── 样子 ─────────


def meeting(row: Meeting) -> dict[str, Any]:
    return {
        "code": row.code, "title": row.title, "year": row.year, "sequence": row.sequence,
        "held_on": said(row.held_on), "starts_at": row.starts_at.strftime("%H:%M"),
        "place": row.place, "chair": row.chair.code,
        "secretary": row.secretary.code if row.secretary else None, "state": row.state,
        "version": row.version,
    }  # fmt: skip


def meeting_detail(actor: Actor, row: Meeting, on: date) -> dict[str, Any]:
    """一次会:人数与看得见的议题。"""
    found = read.quorum_of(row)
    lines = agenda.lines(actor, row, on)
    decided = [x.decision.pk for x in lines if x.decision is not None]
    todo: dict[int, list[str]] = {}
    for pk, code in ActionItem.objects.filter(decision__in=decided).values_list(
        "decision_id", "code"
    ):
        todo.setdefault(pk or 0, []).append(code)
    units = Unit.objects.in_bulk({x.item.unit_id for x in lines if x.item.unit_id is not None})
    return meeting(row) | {
        "quorum": {
            "summoned": found.summoned, "present": found.present, "needed": found.needed,
            "met": found.met, "said": found.said,
        },
        "agenda": [_agenda(x, units, todo) for x in lines],
    }  # fmt: skip


def _agenda(line: AgendaLine, units: dict[int, Unit], todo: dict[int, list[str]]) -> dict[str, Any]:
    item, row, decision = line.item, line.row, line.decision
    unit = units.get(item.unit_id) if item.unit_id else None
    return {
        "id": row.pk if row else None, "kind": item.kind.value, "ref": item.ref,
        "title": item.title, "why": item.why, "clause": item.clause,
        "unit": unit.code if unit else None,
        "project": line.project[0] if line.project else None, "status": line.status.value,
        "drafted": line.drafted, "version": row.version if row else None,
        "decision": None if decision is None else {
            "result": decision.result, "text": decision.text, "conditions": decision.conditions,
            "by": decision.chair_name, "recorded_by": decision.recorded_by_name,
            "at": said(decision.at), "actions": todo.get(decision.pk, []),
        },
    }  # fmt: skip


def actions(actor: Actor, rows: Sequence[ActionItem], on: date) -> list[dict[str, Any]]:
    """各件交办;看不见的项目不给编号。语句数固定。"""
    return [_action(line) for line in board.lines(actor, rows, on)]


def _action(line: board.ActionLine) -> dict[str, Any]:
    item = line.item
    shown = line.project is not None
    return {
        "code": item.code, "title": item.title, "unit": item.unit.code,
        "person": item.person.code if item.person else None, "source": item.source,
        "meeting": item.decision.meeting.code if item.decision else None,
        "problem": item.problem.code if item.problem and shown else None,
        "project": line.project[0] if line.project else None,
        "assigned_on": said(item.assigned_on), "first_due_on": said(item.first_due_on),
        "due_on": said(item.due_on), "asked_due_on": said(item.asked_due_on),
        "extended": item.extended, "state": item.state, "late": line.late,
        "submitted_on": said(item.submitted_on), "closed_on": said(item.closed_on),
        "version": item.version,
    }  # fmt: skip


def action_detail(actor: Actor, item: ActionItem, on: date) -> dict[str, Any]:
    """一件交办、经过、能办的。"""
    return actions(actor, [item], on)[0] | {
        "steps": [
            {
                "verb": s.verb, "label": ActionVerb(s.verb).label, "text": s.text, "by": s.by_name,
                "unit": s.unit_name, "on": said(s.on), "file": s.file_name,
            }
            for s in item.steps.order_by("id")
        ],
        "acts": [verb.value for verb in board.acts(actor, item)],
    }  # fmt: skip


def problem(row: Problem) -> dict[str, Any]:
    """一件难题;`actions` 须已预取。"""
    return {
        "code": row.code, "project": row.project.code, "kind": row.kind, "text": row.text,
        "wanted": row.wanted, "unit": row.unit.code,
        "owner_unit": row.owner_unit.code if row.owner_unit else None, "state": row.state,
        "raised_at": said(row.raised_at), "ended_at": said(row.ended_at), "outcome": row.outcome,
        "actions": [a.code for a in row.actions.all()], "version": row.version,
    }  # fmt: skip
