"""项目页上「促进会议」的一块:会上定了什么、难题、交办;能提难题的人去提。"""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from juyuan.kernel.actor import Actor
from juyuan.rooms.council import access
from juyuan.rooms.council.models import Decision
from juyuan.rooms.council.queries import board, problems, scope
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.roomcards import CardRow, RoomCard

DECISIONS = 20


def project_card(actor: Actor, project: Project, on: date) -> RoomCard | None:
    """进不了促进会议的人没有这一块。"""
    if not access.can_enter(actor):
        return None
    rows = Decision.objects.filter(
        project=project, meeting__in=scope.visible_to(actor).order_by().values("pk")
    ).select_related("meeting", "item")
    found = [
        CardRow(
            f"{row.item.get_kind_display()}：{row.result_enum.label}",
            f"/council/meetings/{row.meeting.code}/items/{row.item_id}/",
            f"{row.meeting.title}　{row.chair_name}　{row.text[:60]}", "ok", "会议决定",
        )
        for row in rows.order_by("-id")[:DECISIONS]
    ]  # fmt: skip
    found += [
        CardRow(
            row.text[:80], f"/council/problems/{row.code}/", f"{row.unit}提出",
            problems.SIGNALS[row.state_enum], f"难题{row.state_enum.label}",
        )
        for row in problems.of_project(actor, project)
    ]  # fmt: skip
    found += [
        CardRow(
            line.name[:80], line.url, f"{line.item.unit}承办，{line.item.due_on.isoformat()} 前",
            line.signal, f"交办{line.signal_label}",
        )
        for line in board.of_project(actor, project, on)
    ]  # fmt: skip
    acts: tuple[tuple[str, str, str], ...] = ()
    if access.can_raise(actor, project):
        acts = (("提难题", reverse("council:problem_new", args=[project.code]), "plus"),)
    if not found and not acts:
        return None
    return RoomCard(
        "council", "促进会议", "3.5c", rows=tuple(found), acts=acts,
        empty="推进卡住了就提难题，自动列入下一次会的议程。",
    )  # fmt: skip
