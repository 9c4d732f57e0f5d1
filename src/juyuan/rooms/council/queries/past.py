"""交办、难题、会议在过去某一天终了时的样子:由各自只增的步骤推出,不看状态列。"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import DateField, F, OuterRef, Q, QuerySet, Subquery

from juyuan.kernel.period import end_of
from juyuan.rooms.council.models import ActionItem, ActionStep, Meeting, Problem, ProblemStep
from juyuan.rooms.council.rules.items import LIVE, ActionState, ActionVerb
from juyuan.rooms.council.rules.problems import ProblemState

STATE_THEN, DUE_THEN, DONE_ON = "state_then", "due_then", "done_on"


def actions_on(rows: QuerySet[ActionItem], day: date | None) -> Any:
    """那天已交办的,带那天的状态、期限,与最后一次报结的日子;`day` 为空即此刻。"""
    steps = ActionStep.objects.filter(item=OuterRef("pk"))
    if day is not None:
        steps = steps.filter(on__lte=day)
    last = steps.order_by("-id")
    submitted = steps.filter(verb=ActionVerb.SUBMIT.value).order_by("-id")
    return rows.annotate(
        state_then=Subquery(last.values("to_state")[:1]),
        due_then=Subquery(last.values("due_on")[:1], output_field=DateField()),
        done_on=Subquery(submitted.values("on")[:1], output_field=DateField()),
    ).filter(state_then__isnull=False)


CLOSED_THEN = Q(state_then=ActionState.CLOSED.value)
ON_TIME_THEN = CLOSED_THEN & Q(done_on__lte=F("due_then"))


def open_then(rows: Any) -> Any:
    """还没有销号的。"""
    return rows.exclude(CLOSED_THEN)


def late_then(rows: Any, day: date) -> Any:
    """还没有报结、期限已过的(到期当天不算)。"""
    return rows.filter(is_late_then(day))


def is_late_then(day: date) -> Q:
    return Q(state_then__in=[s.value for s in LIVE], due_then__lt=day)


def closed_then(rows: Any) -> Any:
    """已销号的。"""
    return rows.filter(CLOSED_THEN)


def on_time_then(rows: Any) -> Any:
    """已销号而按时报结的(含期限当天)。"""
    return rows.filter(ON_TIME_THEN)


def problems_on(rows: QuerySet[Problem], day: date | None) -> Any:
    """那天已提出的,带那天的状态。"""
    steps = ProblemStep.objects.filter(problem=OuterRef("pk"))
    if day is not None:
        steps = steps.filter(on__lte=day)
    last = steps.order_by("-id")
    return rows.annotate(state_then=Subquery(last.values("to_state")[:1])).filter(
        state_then__isnull=False
    )


def problems_in(rows: Any, states: Collection[ProblemState]) -> Any:
    return rows.filter(state_then__in=[s.value for s in states])


def held_on(rows: QuerySet[Meeting], day: date | None) -> QuerySet[Meeting]:
    """到那天终了已经开过(散会)的。"""
    held = rows.filter(started_at__isnull=False, ended_at__isnull=False)
    return held if day is None else held.filter(ended_at__lt=end_of(day))
