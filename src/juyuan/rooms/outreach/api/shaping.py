"""线索 → 接口的样子。日期时刻写成文字,可直接存进幂等的回答。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from juyuan.foundation.apikit.shapes import said
from juyuan.foundation.files.queries import Attachment, files_of
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.rooms.first_contact.queries import claims as claims_read
from juyuan.rooms.first_contact.queries import conflicts as conflicts_read
from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.queries import leads
from juyuan.rooms.outreach.queries.detail import offered
from juyuan.rooms.outreach.queries.past import STATE_THEN
from juyuan.rooms.outreach.rules.drafts import TEXTS
from juyuan.rooms.outreach.rules.leads import PUBLIC, LeadClockFace, LeadVerb
from juyuan.rooms.pipeline.queries.scope import visible_ids as projects_seen


def records(actor: Actor, rows: Sequence[Lead]) -> list[dict[str, Any]]:
    """清单的各行;看不见的项目不给编号。"""
    seen = projects_seen(actor, [row.project_id for row in rows if row.project_id is not None])
    return [_record(row, seen) for row in rows]


def _record(lead: Lead, projects: set[int]) -> dict[str, Any]:
    project = lead.project
    return {
        "code": lead.code,
        "state": getattr(lead, STATE_THEN, lead.state),
        "title": lead.title,
        "channel": lead.channel,
        "investor_name": lead.investor_name,
        "project_name": lead.project_name,
        "amount": _wan(lead.amount),
        "urgency": lead.urgency,
        "secrecy": lead.secrecy,
        "from_unit": lead.from_unit.code,
        "by": lead.by_name,
        "unit": lead.unit.code if lead.unit else None,
        "submitted_on": said(lead.submitted_on),
        "ended_on": said(lead.ended_on),
        "fate": lead.fate,
        "project": project.code if project is not None and project.pk in projects else None,
        "stage": project.stage if project is not None else None,
        "created_at": said(lead.created_at),
        "version": lead.version,
    }


def _wan(amount: int | None) -> str | None:
    return None if amount is None else to_wan(amount)


def one(actor: Actor, code: str, today: date) -> dict[str, Any]:
    """一条线索;内部的步骤(分办、研判)只给看得见内部的人。"""
    lead = leads.door(actor, code)
    within = leads.inside(actor, lead)
    steps = list(lead.steps.select_related("unit").order_by("id"))
    claim, conflict = lead.claim, lead.conflict
    knows_claim = claim is not None and claims_read.visible_ids(actor, [claim.pk])
    knows_conflict = conflict is not None and conflicts_read.visible_ids(actor, [conflict.pk])
    typed: dict[str, Any] = {
        name: getattr(lead, name) for name in TEXTS if name not in ("investor_name", "project_name")
    }
    return records(actor, [lead])[0] | typed | {
        "referrer_kind": lead.referrer_kind,
        "public_pay": lead.public_pay,
        "fixed_amount": _wan(lead.fixed_amount),
        "jobs": lead.jobs,
        "output": _wan(lead.output),
        "tax": _wan(lead.tax),
        "contacted_on": said(lead.contacted_on),
        "assignee": lead.assignee.code if within and lead.assignee else None,
        "claim": claim.code if claim is not None and knows_claim else None,
        "conflict": conflict.code if conflict is not None and knows_conflict else None,
        "clocks": [_clock(face, today) for face in leads.clocks_of([lead], today)[lead.pk]],
        "steps": [_step(row, within) for row in steps if within or row.verb in PUBLIC],
        "files": [_file(one) for one in files_of(leads.OBJ, [lead.pk]).get(str(lead.pk), [])],
        "acts": [verb.value for verb in offered(actor, lead, [row.verb for row in steps])],
    }  # fmt: skip


def _file(one: Attachment) -> dict[str, Any]:
    return {
        "name": one.name, "title": one.label, "size": one.size, "sha256": one.sha256,
        "added_by": one.added_by, "at": said(one.at), "url": one.url,
    }  # fmt: skip


def _clock(face: LeadClockFace, today: date) -> dict[str, Any]:
    return {
        "clock": face.clock.value,
        "since": said(face.since),
        "due_on": said(face.due.day),
        "provisional": face.due.provisional,
        "done_on": said(face.done_on),
        "on_time": face.on_time(today),
    }


def _step(row: LeadStep, within: bool) -> dict[str, Any]:
    return {
        "verb": row.verb,
        "label": LeadVerb(row.verb).label,
        "from_state": row.from_state or None,
        "to_state": row.to_state,
        "on": said(row.on),
        "at": said(row.at),
        "by": row.by_name,
        "by_unit": row.unit_name,
        "unit": row.unit.code if within and row.unit else None,
        "reason": row.reason,
        "outcome": row.detail.get("outcome") if within else None,
        "marks": row.detail.get("marks", []) if within else [],
        "clause": row.clause,
    }
