"""项目页上的「审查与承诺」:两份意见、承诺审查记录各走到哪里,去处。"""

from __future__ import annotations

from datetime import date

from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import OpinionRequest, Scrutiny
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import scrutiny
from juyuan.rooms.evaluation.rules.opinions import CLAUSE, OpinionKind, OpinionState
from juyuan.rooms.evaluation.rules.privileges import ScrutinyState
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.roomcards import RoomCard
from juyuan.rooms.pipeline.rules.facts import Conclusion
from juyuan.rooms.pipeline.rules.stages import Stage

NOT_YET = "还没有"


def project_card(actor: Actor, project: Project, on: date) -> RoomCard | None:
    """洽谈以后的项目都有;三样都齐的为绿,办着的为黄。查询两条。"""
    if project.stage == Stage.PLANNING:
        return None
    last: dict[str, OpinionRequest] = {}
    for row in OpinionRequest.objects.filter(project=project).order_by("pk"):
        last[row.kind] = row
    record = Scrutiny.objects.filter(project=project).defer("paragraphs").first()
    lines = [(f"{kind.label}意见", _said(last.get(kind.value))) for kind in OpinionKind]
    lines.append(("优惠承诺审查记录", record.state_enum.label if record else NOT_YET))
    done = [
        row.state == OpinionState.ANSWERED and row.conclusion != Conclusion.FAILED
        for row in last.values()
    ]
    closed = record is not None and record.state == ScrutinyState.CLOSED
    ready = closed and len(done) == len(OpinionKind) and all(done)
    begun = bool(last) or record is not None
    url = scrutiny.url_of(project.code)
    may = bool(access.can_keep(actor, project))
    return RoomCard(
        "scrutiny", "审查与承诺", CLAUSE,
        "三样都齐" if ready else "办理中" if begun else "还没有开始",
        "ok" if ready else "warn" if begun else "idle", tuple(lines),
        url=url, url_label="看审查与承诺",
        acts=(("去办理", url, "arrow-right"),) if may and not ready else (),
    )  # fmt: skip


def _said(row: OpinionRequest | None) -> str:
    if row is None:
        return NOT_YET
    if row.state == OpinionState.ANSWERED:
        return Conclusion(row.conclusion).label
    return row.state_enum.label
