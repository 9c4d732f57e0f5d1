"""难题的读:类别、清单、一个项目的难题。"""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.council.models import Problem
from juyuan.rooms.council.queries.scope import problems_seen
from juyuan.rooms.council.rules.problems import PENDING, ProblemState
from juyuan.rooms.pipeline.models import Project

TABS = {
    "pending": "未了结", "open": "待议", "assigned": "已交办", "solved": "已解决", "ended": "已了结",
    "all": "全部",
}  # fmt: skip
SIGNALS = {
    ProblemState.OPEN: "warn", ProblemState.ASSIGNED: "warn", ProblemState.SOLVED: "ok",
    ProblemState.CLOSED: "idle",
}  # fmt: skip


def kinds_on(day: date) -> list[tuple[str, str]]:
    """难题的类别:(代码, 名称)。"""
    return [(one["code"], one["label"]) for one in params(day)["council.problem_kinds"]]


def kind_label(kinds: dict[str, str], kind: str) -> str:
    return kinds.get(kind, kind)


def listed(actor: Actor, tab: str, kind: str = "") -> QuerySet[Problem]:
    """清单,新的在前。"""
    rows = problems_seen(actor).select_related("project", "unit", "owner_unit")
    wanted = {
        "pending": PENDING, "open": (ProblemState.OPEN,), "assigned": (ProblemState.ASSIGNED,), "solved": (ProblemState.SOLVED,),
        "ended": (ProblemState.SOLVED, ProblemState.CLOSED),
    }.get(tab)  # fmt: skip
    if wanted is not None:
        rows = rows.filter(state__in=[s.value for s in wanted])
    return rows.filter(kind=kind) if kind else rows


def of_project(actor: Actor, project: Project) -> list[Problem]:
    """一个项目的难题,新的在前。"""
    rows = problems_seen(actor).filter(project=project).select_related("unit", "project")
    return list(rows.order_by("-id")[:50])
