"""评审在过去某一天终了时的样子:看步骤到那天的最后一行,不看冗余的「状态」列,所以今天重算与当天算的一样。"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from juyuan.rooms.evaluation.models import Review, ReviewStep
from juyuan.rooms.evaluation.rules.reviews import ReviewState

STATE_THEN = "state_then"


def reviews_on(rows: QuerySet[Review], day: date) -> QuerySet[Review]:
    """那天已送审的;`state_then` 是那天终了时的状态。"""
    last = ReviewStep.objects.filter(review=OuterRef("pk"), on__lte=day).order_by("-id")
    return rows.annotate(state_then=Subquery(last.values("to_state")[:1])).filter(
        state_then__isnull=False
    )


def reviews_in(
    rows: QuerySet[Review], states: Collection[ReviewState], day: date | None
) -> QuerySet[Review]:
    """在这几个状态的:此刻的,或 `day` 那天终了时的。"""
    wanted = [state.value for state in states]
    if day is None:
        return rows.filter(state__in=wanted)
    if "state_then" not in rows.query.annotations:
        rows = reviews_on(rows, day)
    return rows.filter(**{f"{STATE_THEN}__in": wanted})
