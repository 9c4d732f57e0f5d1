"""审查意见与承诺审查出门的样子;不该看的不在里面。"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from juyuan.foundation.apikit.shapes import bp_to_percent
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.rooms.evaluation.models import OpinionRequest
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import opinions as read
from juyuan.rooms.evaluation.queries import scrutiny
from juyuan.rooms.evaluation.queries.scrutiny_paper import paper_of
from juyuan.rooms.evaluation.rules.opinions import OpinionState
from juyuan.rooms.pipeline.models import Project


def opinion(
    actor: Actor,
    row: OpinionRequest,
    day: date,
    *,
    steps: bool = False,
    seen: Collection[int] | None = None,
) -> dict[str, Any]:
    """一件申请;没签发的意见只给审查单位自己的人。`seen` 是看得全的项目(成批的先取好)。"""
    line = read.line(row, day)
    whole = read.sees_project(actor, row) if seen is None else row.project_id in seen
    told = line.state in (OpinionState.ANSWERED, OpinionState.REVOKED) or (
        row.state == OpinionState.DRAFTED and access.reviews(actor, row)
    )
    return {
        "code": row.code, "kind": row.kind, "subject": row.subject, "question": row.question,
        "project": row.project.code if whole else None, "unit": row.unit.code,
        "from_unit": row.from_unit.code, "asked_at": row.asked_at, "state": line.state.value,
        "round": row.round, "due_on": line.due_on, "late": line.late,
        "conclusion": row.conclusion if told else "", "number": row.number if told else "",
        "dated_on": row.dated_on if told else None, "text": row.text if told else "",
        "acts": sorted(v.value for v in read.offered(actor, row, whole=whole)),
        "steps": [
            {
                "verb": s.verb, "at": s.at, "by": s.by_name, "unit": s.unit_name,
                "reason": s.reason, "due_on": s.due_on,
            }
            for s in (read.steps_of(row) if steps else ())
        ],
        "version": row.version,
    }  # fmt: skip


def scrutinised(project: Project, day: date) -> dict[str, Any]:
    """一个项目的承诺审查;还没有开始的各栏为空。"""
    record = scrutiny.record_of(project)
    if record is None:
        return {
            "code": "", "state": "", "round": 0, "none_promised": False, "text_name": "",
            "text_sha256": "", "paragraphs": 0, "privileges": [], "doubts": [], "closed_by": "",
            "closed_at": None, "number": "", "version": 0,
        }  # fmt: skip
    doubts = scrutiny.shown(scrutiny.findings_of(record), scrutiny.forbidden(day))
    paper = paper_of(record)
    return {
        "code": record.code, "state": record.state, "round": record.round,
        "none_promised": record.none_promised, "text_name": record.text_name,
        "text_sha256": record.text_sha256, "paragraphs": len(record.paragraphs),
        "privileges": [
            {
                "id": row.pk, "kind": row.kind, "content": row.content,
                "amount": to_wan(row.amount) if row.amount is not None else None,
                "ratio": bp_to_percent(row.ratio_bp) if row.ratio_bp is not None else None,
                "basis": row.basis, "granter": row.granter.code, "conditions": row.conditions,
                "period": row.period, "result": scrutiny.result_of(row, doubts)[1],
                "version": row.version,
            }
            for row in scrutiny.rows_of(record)
        ],
        "doubts": [
            {
                "id": d.row.pk, "source": d.row.source, "privilege": d.row.privilege_id,
                "kind": d.row.kind, "label": d.label, "clause": d.clause,
                "passage": d.row.passage, "page": d.row.page, "paragraph": d.row.paragraph,
                "start": d.row.start, "end": d.row.end, "why": d.row.why, "way": d.way,
                "lesser": d.row.lesser, "present": d.row.present, "answer": d.row.answer,
                "basis": d.row.basis, "blocking": d.blocking, "version": d.row.version,
            }
            for d in doubts
        ],
        "closed_by": record.closed_by_name, "closed_at": record.closed_at,
        "number": paper.number if paper else "", "version": record.version,
    }  # fmt: skip
