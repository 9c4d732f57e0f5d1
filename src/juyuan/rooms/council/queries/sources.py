"""议题的来处:每一类一个来处,给出此刻该上会的。评审、提级、难题、申诉、逾期交办在这里;要素、审批由 wiring 登记。

来处给的是全部(不按人裁);裁到看得见的在 `queries.agenda`。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db.models import Max, Q
from django.utils.timezone import localdate

from juyuan.foundation.ui.formats import amount
from juyuan.rooms.council.models import ActionItem, Decision, Problem
from juyuan.rooms.council.rules.agenda import (
    AgendaKind,
    Candidate,
    DecisionResult,
    escalation_waits,
)
from juyuan.rooms.council.rules.items import LIVE
from juyuan.rooms.council.rules.problems import ProblemState
from juyuan.rooms.evaluation.queries.reviews import waiting_for_city
from juyuan.rooms.first_contact.models import Conflict
from juyuan.rooms.first_contact.rules.rulings import ConflictState
from juyuan.rooms.pipeline.models import Escalation, Project
from juyuan.rooms.pipeline.rules.escalation import OPEN_STATES

Source = Callable[[date], Iterable[Candidate]]
_sources: dict[str, Source] = {}


def register_source(name: str, source: Source) -> None:
    """登记;同名再登记即替换(重复接线无害)。"""
    _sources[name] = source


def candidates(on: date) -> list[Candidate]:
    """各来处给的全部,未排序。"""
    return [item for name in sorted(_sources) for item in _sources[name](on)]


def reviews(on: date) -> list[Candidate]:
    """评分结束、等市级决定的评审。"""
    rows = waiting_for_city(on)
    projects = Project.objects.filter(code__in=[row.project_code for row in rows])
    known = {code: (pk, lead) for pk, code, lead in projects.values_list("pk", "code", "lead_unit")}
    return [
        Candidate(
            AgendaKind.REVIEW, row.code, row.project,
            f"总投资 {amount(row.total, 'yi')} 亿元，须市级决定", "3.4b", since=row.since,
            due_on=row.due_on, amount=row.total, project_id=known[row.project_code][0],
            unit_id=known[row.project_code][1],
        )
        for row in rows
        if row.project_code in known
    ]  # fmt: skip


def escalations(on: date) -> list[Candidate]:
    """开着的提级,打开以来会上还没有议定过的。"""
    rows = list(
        Escalation.objects.filter(state__in=OPEN_STATES, project__voided_at__isnull=True)
        .select_related("project")
        .order_by("pk")
    )
    decided = _decided(AgendaKind.ESCALATION, [str(r.pk) for r in rows])
    return [
        Candidate(
            AgendaKind.ESCALATION, str(row.pk), row.project.name,
            f"合同引资额 {amount(row.amount, 'yi')} 亿元，达到提级门槛", "3.3c",
            since=localdate(row.opened_at), amount=row.amount, project_id=row.project_id,
            unit_id=row.project.lead_unit_id,
        )
        for row in rows
        if escalation_waits(row.opened_at, row.closed_at, decided.get(str(row.pk)))
    ]  # fmt: skip


def _decided(kind: AgendaKind, refs: list[str]) -> dict[str, datetime]:
    """会上最近一次议定(不是暂缓)的时刻。"""
    rows = Decision.objects.filter(kind=kind.value, ref__in=refs).exclude(
        result=DecisionResult.DEFERRED.value
    )
    return dict(rows.order_by().values_list("ref").annotate(at=Max("at")))


def problems(on: date) -> list[Candidate]:
    """还没有交办的难题。"""
    # 并入别的项目的,难题还在;录错作废的不再上会
    alive = Q(project__voided_at__isnull=True) | Q(project__merged_into__isnull=False)
    rows = Problem.objects.filter(alive, state=ProblemState.OPEN.value).select_related("project")
    return [
        Candidate(
            AgendaKind.PROBLEM, row.code, row.project.name, row.text[:80], "1b",
            since=localdate(row.raised_at), project_id=row.project_id, unit_id=row.unit_id,
        )
        for row in rows.order_by("pk")
    ]  # fmt: skip


def appeals(on: date) -> list[Candidate]:
    """不服裁定、提请召集人的。"""
    rows = Conflict.objects.filter(state=ConflictState.APPEALED.value).order_by("pk")
    return [
        Candidate(
            AgendaKind.APPEAL, row.code, f"撞单 {row.code}", "不服裁定，提请召集人终裁", "3.2b",
            since=localdate(row.appealed_at or row.opened_at), unit_id=None,
        )
        for row in rows
    ]  # fmt: skip


def late_actions(on: date) -> list[Candidate]:
    """逾期没有报结的交办。"""
    rows = ActionItem.objects.filter(
        state__in=[s.value for s in LIVE], due_on__lt=on
    ).select_related("unit")
    return [
        Candidate(
            AgendaKind.ACTION, row.code, row.title[:120],
            f"{row.unit}承办，{row.due_on.isoformat()} 到期未报结", "3.5c",
            since=row.assigned_on, due_on=row.due_on, project_id=row.project_id,
            unit_id=row.unit_id,
        )
        for row in rows.order_by("pk")
    ]  # fmt: skip


BUILT_IN: dict[str, Source] = {
    "reviews": reviews,
    "escalations": escalations,
    "problems": problems,
    "appeals": appeals,
    "late_actions": late_actions,
}
