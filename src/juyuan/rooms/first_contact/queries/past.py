"""首谈、撞单在过去某一天终了时的样子:首谈看权利台账到那天的最后一步,撞单看立件、裁定、提请、结束的时刻。

不看冗余的「状态」列,所以今天重算过去某天,与当天算的一样。条件都写成查询,不逐件算。
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from juyuan.rooms.first_contact.models import Claim, ClaimEvent, Conflict, Ruling
from juyuan.rooms.first_contact.rules.rights import ClaimState
from juyuan.rooms.first_contact.rules.rulings import ConflictState, RulingLevel
from juyuan.rooms.pipeline.queries.figures import end_of

STATE_THEN = "state_then"


def claims_on(rows: QuerySet[Claim], day: date) -> QuerySet[Claim]:
    """那天已登记的首谈;`state_then` 是那天终了时的状态。"""
    last = ClaimEvent.objects.filter(claim=OuterRef("pk"), on__lte=day).order_by("-id")
    return rows.annotate(state_then=Subquery(last.values("to_state")[:1])).filter(
        state_then__isnull=False
    )


def claims_in(
    rows: QuerySet[Claim], states: Collection[ClaimState], day: date | None
) -> QuerySet[Claim]:
    """在这几个状态的:此刻的,或 `day` 那天终了时的。"""
    wanted = [state.value for state in states]
    if day is None:
        return rows.filter(state__in=wanted)
    return claims_on(rows, day).filter(**{f"{STATE_THEN}__in": wanted})


def conflicts_on(rows: QuerySet[Conflict], day: date) -> QuerySet[Conflict]:
    """那天已立件的撞单;`state_then` 是那天终了时的状态。"""
    end = end_of(day)
    closed = _ruled(RulingLevel.FINAL, end) | _ruled(RulingLevel.FIRST, end)
    return rows.filter(opened_at__lt=end).annotate(
        state_then=Case(
            When(Q(closed_at__lt=end) & closed, then=Value(ConflictState.FINAL.value)),
            When(closed_at__lt=end, then=Value(ConflictState.CLOSED.value)),
            When(appealed_at__lt=end, then=Value(ConflictState.APPEALED.value)),
            When(_ruled(RulingLevel.FIRST, end), then=Value(ConflictState.RULED.value)),
            default=Value(ConflictState.OPEN.value),
            output_field=CharField(),
        )
    )


def _ruled(level: RulingLevel, end: datetime) -> Q:
    found = Ruling.objects.filter(conflict=OuterRef("pk"), level=level.value, at__lt=end)
    return Q(Exists(found))


def conflicts_in(
    rows: QuerySet[Conflict], states: Collection[ConflictState], day: date | None
) -> QuerySet[Conflict]:
    """在这几个状态的:此刻的,或 `day` 那天终了时的。"""
    wanted = [state.value for state in states]
    if day is None:
        return rows.filter(state__in=wanted)
    return conflicts_on(rows, day).filter(**{f"{STATE_THEN}__in": wanted})


def conflicts_first_ruled(rows: QuerySet[Conflict], day: date | None) -> Any:
    """各件加上第一次裁定的时刻 `ruled_at`;截至此刻(或那天终了)还没有的为空。"""
    first = Ruling.objects.filter(conflict=OuterRef("pk"), level=RulingLevel.FIRST.value)
    if day is not None:
        first = first.filter(at__lt=end_of(day))
    return rows.annotate(ruled_at=Subquery(first.values("at")[:1]))


def conflicts_ruled(rows: QuerySet[Conflict], day: date | None) -> QuerySet[Conflict]:
    """作出过裁定(第一次的)的:截至此刻,或截至那天终了。"""
    found: QuerySet[Conflict] = conflicts_first_ruled(rows, day).filter(ruled_at__isnull=False)
    return found
