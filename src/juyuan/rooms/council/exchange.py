"""会议、交办、难题的导出。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.kernel.actor import Actor
from juyuan.rooms.council import access
from juyuan.rooms.council.models import ActionItem, Problem
from juyuan.rooms.council.queries import board, meetings, problems

BATCH = 500


def _ids(rows: Any) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def action_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的交办逐行给出,按清单的条件;看不见的项目不给编号。分批取。"""
    wanted = board.read_criteria({k: str(v) for k, v in filters.items()})
    ids = _ids(board.listed(actor, wanted, today).order_by("due_on", "id"))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        found = board.joined(ActionItem.objects.all()).in_bulk(chunk)
        for line in board.lines(actor, [found[pk] for pk in chunk if pk in found], today):
            item = line.item
            yield {
                "code": item.code, "name": item.title, "state": line.signal_label,
                "unit": item.unit.name, "person": item.person.name if item.person else "",
                "assigned_on": item.assigned_on, "first_due_on": item.first_due_on,
                "due_on": item.due_on, "extended": item.extended,
                "submitted_on": item.submitted_on, "closed_on": item.closed_on,
                "source": item.decision.meeting.title if item.decision else item.get_source_display(),
                "project": line.project[1] if line.project else "",
                "project_code": line.project[0] if line.project else "",
            }  # fmt: skip


def problem_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的难题逐行给出,按清单的条件。分批取。"""
    tab, kind = str(filters.get("tab", "all")), str(filters.get("kind", ""))
    kinds = dict(problems.kinds_on(today))
    rows = problems.listed(
        actor, tab if tab in problems.TABS else "all", kind if kind in kinds else ""
    )
    ids = _ids(rows.order_by("-id"))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        found = Problem.objects.select_related("project", "unit", "owner_unit").in_bulk(chunk)
        for row in (found[pk] for pk in chunk if pk in found):
            yield {
                "code": row.code, "project_code": row.project.code, "project": row.project.name,
                "kind": kinds.get(row.kind, row.kind), "text": row.text, "wanted": row.wanted,
                "unit": row.unit.name, "owner": row.owner_unit.name if row.owner_unit else "",
                "state": row.state_enum.label, "raised_at": row.raised_at,
                "ended_at": row.ended_at, "outcome": row.outcome,
            }  # fmt: skip


def meeting_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的会议。"""
    for row in meetings.listed(actor, "all").order_by("-held_on", "-id"):
        yield {
            "code": row.code, "title": row.title, "year": row.year, "sequence": row.sequence,
            "held_on": row.held_on, "place": row.place, "chair": row.chair.name,
            "state": row.state_enum.label, "present": row.quorum.get("present"),
            "summoned": row.quorum.get("summoned"),
            "items": getattr(row, "items", 0), "decided": getattr(row, "decided", 0),
        }  # fmt: skip


ACTION_ITEMS = ExportKind(
    name="action_items",
    label="交办事项",
    columns=(
        ExportColumn("code", "交办编号"),
        ExportColumn("name", "交办内容", width=50),
        ExportColumn("state", "状态", width=10),
        ExportColumn("unit", "承办单位", width=20),
        ExportColumn("person", "承办人", width=12),
        ExportColumn("assigned_on", "交办日期", "date"),
        ExportColumn("first_due_on", "原定期限", "date"),
        ExportColumn("due_on", "期限", "date"),
        ExportColumn("extended", "已延期次数", "integer"),
        ExportColumn("submitted_on", "报结日期", "date"),
        ExportColumn("closed_on", "销号日期", "date"),
        ExportColumn("source", "来源", width=30),
        ExportColumn("project", "项目名称", width=30),
        ExportColumn("project_code", "项目编号"),
    ),
    rows=action_rows,
    may=access.can_enter,
    description="看得见的交办事项,按清单的条件。",
    order=60,
)
PROBLEMS = ExportKind(
    name="problems",
    label="难题",
    columns=(
        ExportColumn("code", "难题编号"),
        ExportColumn("project_code", "项目编号"),
        ExportColumn("project", "项目名称", width=30),
        ExportColumn("kind", "难题类别", width=10),
        ExportColumn("text", "难在哪里", width=50),
        ExportColumn("wanted", "希望怎样解决", width=50),
        ExportColumn("unit", "提出单位", width=20),
        ExportColumn("owner", "建议承办单位", width=20),
        ExportColumn("state", "难题状态", width=10),
        ExportColumn("raised_at", "提出时间", "datetime"),
        ExportColumn("ended_at", "了结时间", "datetime"),
        ExportColumn("outcome", "怎样了结", width=40),
    ),
    rows=problem_rows,
    may=access.can_enter,
    description="看得见其项目的难题,按清单的条件。",
    order=61,
)
MEETINGS = ExportKind(
    name="meetings",
    label="促进会议",
    columns=(
        ExportColumn("code", "会议编号"),
        ExportColumn("title", "会议名称", width=36),
        ExportColumn("year", "年份", "integer"),
        ExportColumn("sequence", "第几次", "integer"),
        ExportColumn("held_on", "开会日期", "date"),
        ExportColumn("place", "开会地点", width=24),
        ExportColumn("chair", "主持", width=12),
        ExportColumn("state", "会议状态", width=10),
        ExportColumn("present", "到会成员单位", "integer"),
        ExportColumn("summoned", "通知成员单位", "integer"),
        ExportColumn("items", "议题", "integer"),
        ExportColumn("decided", "已议定", "integer"),
    ),
    rows=meeting_rows,
    may=access.can_enter,
    description="看得见的会议与议定的项数。",
    order=62,
)
KINDS = (ACTION_ITEMS, PROBLEMS, MEETINGS)
