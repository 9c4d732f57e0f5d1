"""线索在过去某一天终了时的样子:看到那天为止的最后一步,不看冗余的「状态」列。"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.rules.leads import UNDER_WAY, LeadState

REGISTERED = (*UNDER_WAY, LeadState.CONVERTED, LeadState.REFUSED)
"""登记了、没有撤回的。"""
STATE_THEN, UNIT_THEN = "state_then", "unit_then"
AMONG = {"registered": REGISTERED, "under_way": UNDER_WAY}


def leads_on(rows: QuerySet[Lead], day: date) -> QuerySet[Lead]:
    """那天已记下的线索;`state_then` `unit_then` 是那天终了时的状态与承办单位。"""
    last = LeadStep.objects.filter(lead=OuterRef("pk"), on__lte=day).order_by("-id")
    return rows.annotate(
        state_then=Subquery(last.values("to_state")[:1]),
        unit_then=Subquery(last.values("unit_id")[:1]),
    ).filter(state_then__isnull=False)


def leads_in(
    rows: QuerySet[Lead], states: Collection[LeadState], day: date | None
) -> QuerySet[Lead]:
    """在这几个状态的:此刻的,或 `day` 那天终了时的。"""
    wanted = [state.value for state in states]
    if day is None:
        return rows.filter(state__in=wanted)
    return leads_on(rows, day).filter(**{f"{STATE_THEN}__in": wanted})
