"""导出:审查意见、优惠承诺。都从看得见的开始。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import OpinionRequest, Privilege, PrivilegeFinding
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import opinions, scrutiny
from juyuan.rooms.evaluation.rules.opinions import OpinionState
from juyuan.rooms.evaluation.rules.privileges import FindingSource
from juyuan.rooms.pipeline.queries.scope import visible_ids as projects_seen
from juyuan.rooms.pipeline.rules.facts import Conclusion

BATCH = 500
OPINION_COLUMNS = (
    ExportColumn("code", "申请编号", width=14),
    ExportColumn("kind", "审查种类", width=14),
    ExportColumn("subject", "送审事项", width=30),
    ExportColumn("project", "项目编号", width=14),
    ExportColumn("from_unit", "申请单位", width=20),
    ExportColumn("unit", "审查单位", width=20),
    ExportColumn("asked_at", "申请时间", "datetime"),
    ExportColumn("round", "第几次送", "integer"),
    ExportColumn("due_on", "答复期限", "date"),
    ExportColumn("state", "状态", width=12),
    ExportColumn("late", "超期", width=8),
    ExportColumn("conclusion", "结论", width=12),
    ExportColumn("number", "意见文号", width=20),
    ExportColumn("dated_on", "意见日期", "date"),
)
PRIVILEGE_COLUMNS = (
    ExportColumn("project", "项目编号", width=14),
    ExportColumn("name", "项目名称", width=30),
    ExportColumn("kind", "优惠种类", width=16),
    ExportColumn("content", "优惠内容", width=40),
    ExportColumn("amount", "优惠金额", "money_wan"),
    ExportColumn("ratio", "优惠比例", "share"),
    ExportColumn("basis", "依据", width=24),
    ExportColumn("granter", "给予单位", width=20),
    ExportColumn("period", "享受期限", width=14),
    ExportColumn("conditions", "享受条件", width=30),
    ExportColumn("doubts", "疑似情形与答复", width=40),
    ExportColumn("state", "记录状态", width=10),
)


def opinion_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的申请逐行给出,按清单的页签;看不见的项目不给编号,没有签发的不给结论。"""
    wanted = opinions.read_filters(filters, None, "open")
    ids = list(opinions.listed(actor, wanted, today).order_by("-pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        found = OpinionRequest.objects.select_related("unit", "from_unit", "project").in_bulk(chunk)
        rows = [found[pk] for pk in chunk if pk in found]
        seen = projects_seen(actor, [row.project_id for row in rows])
        for row in rows:
            line = opinions.line(row, today)
            done = row.state == OpinionState.ANSWERED
            yield {
                "code": row.code, "kind": row.kind_enum.label, "subject": row.subject,
                "project": row.project.code if row.project_id in seen else "",
                "from_unit": row.from_unit.name, "unit": row.unit.name, "asked_at": row.asked_at,
                "round": row.round, "due_on": row.due_on, "state": line.state.label,
                "late": "是" if line.late else "",
                "conclusion": Conclusion(row.conclusion).label if done else "",
                "number": row.number if done else "", "dated_on": row.dated_on if done else None,
            }  # fmt: skip


def privilege_rows(
    actor: Actor, filters: Mapping[str, Any], today: date
) -> Iterator[dict[str, Any]]:
    """看得全的项目的优惠逐条给出,连同疑似情形与答复。"""
    labels = scrutiny.privilege_kinds(today)
    kinds = {kind.code: kind.label for kind in scrutiny.forbidden(today)}
    rows = Privilege.objects.filter(
        scrutiny__in=scrutiny.within(actor), removed_at__isnull=True
    ).order_by("scrutiny_id", "pk")  # fmt: skip
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        found = Privilege.objects.select_related("scrutiny__project", "granter").in_bulk(chunk)
        said: dict[int, list[str]] = {}
        for doubt in PrivilegeFinding.objects.filter(
            privilege_id__in=chunk, present=True, lesser=False,
            source=FindingSource.PRIVILEGE.value,
        ).order_by("pk"):  # fmt: skip
            text = f"{kinds.get(doubt.kind, doubt.kind)}({doubt.get_answer_display()})"
            said.setdefault(doubt.privilege_id or 0, []).append(text)
        for pk in chunk:
            if pk not in found:
                continue
            row = found[pk]
            project = row.scrutiny.project
            yield {
                "project": project.code, "name": project.name,
                "kind": labels.get(row.kind, row.kind), "content": row.content,
                "amount": row.amount, "ratio": row.ratio_bp, "basis": row.basis,
                "granter": row.granter.name, "period": row.period, "conditions": row.conditions,
                "doubts": ";".join(said.get(pk, [])), "state": row.scrutiny.state_enum.label,
            }  # fmt: skip


KINDS = (
    ExportKind(
        name="opinions", label="审查意见", columns=OPINION_COLUMNS, rows=opinion_rows,
        may=access.can_list, description="看得见的审查申请与意见,按清单的页签。", order=60,
    ),
    ExportKind(
        name="privileges", label="优惠承诺", columns=PRIVILEGE_COLUMNS, rows=privilege_rows,
        may=access.can_list, description="看得全的项目答应给企业的优惠,连同对照的疑点与答复。", order=61,
    ),
)  # fmt: skip
