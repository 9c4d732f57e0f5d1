"""清单与准时率:同一份条件,既给清单,也给统计数字;任何一天的数字打开都是那一天的清单。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from juyuan.foundation.duties import queries
from juyuan.foundation.duties.access import ALL, MINE, UNIT, scopes
from juyuan.foundation.duties.models import DueChange, Duty
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import units_under
from juyuan.foundation.ui.keyset import Order, choose_order
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import end_of

OPEN, DONE, CANCELLED = "open", "done", "cancelled"
OPEN_LATE, DUE, ON_TIME, OVERDUE = "open_late", "due", "on_time", "overdue"
STATES = {OPEN: "未办", DONE: "已办结", CANCELLED: "已撤销"}
# 统计数字打开的清单:都要有截止日
PAST = {
    OPEN_LATE: "截止日逾期未办",
    DUE: "当年已到期",
    ON_TIME: "当年按时办结",
    OVERDUE: "当年逾期",
}


ORDERS = {
    "due": Order("due_on"),
    "kind": Order("kind"),
    "opened": Order("opened_at"),
    "ended": Order("ended_at", nullable=True),
}
DEFAULT_SORT = "due"


def order_of(given: Mapping[str, Any]) -> Order:
    """点了哪一列就按哪一列,没点的到期早的在前;清单与导出同一份。"""
    return choose_order(str(given.get("sort") or ""), ORDERS, DEFAULT_SORT)


@dataclass(frozen=True)
class DutyFilter:
    """清单的条件;空 = 不限。`unit` 是单位代码(连同下级),`only` 只要这个单位自己的,`due` 限定某一天到期。"""

    scope: str = MINE
    state: str = OPEN
    bucket: str = ""
    kind: str = ""
    unit: str = ""
    only: str = ""
    person: int | None = None
    due: date | None = None
    as_of: date | None = None


def read_filter(given: Mapping[str, Any], actor: Actor) -> DutyFilter:
    """网址里的条件;读不懂的一律当作没写。`scope` 不在此人看得到的几摊里,由门拒绝。"""

    def text(name: str) -> str:
        return str(given.get(name) or "").replace("\x00", "").strip()[:60]

    state = text("state")
    as_of = day_of(text("as_of"))
    if state in PAST and as_of is None:
        state = OPEN
    return DutyFilter(
        scope=text("scope") if text("scope") in (MINE, UNIT, ALL) else MINE,
        state=state if state in {**STATES, **PAST} else OPEN,
        bucket=text("when") if text("when") in queries.BUCKETS else "",
        kind=text("kind"),
        unit=text("unit"),
        only=text("only"),
        due=day_of(text("due")),
        as_of=as_of,
    )


def day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def listed(actor: Actor, wanted: DutyFilter, on: date) -> QuerySet[Duty]:
    """符合条件的、看得见的(未排序)。"""
    rows = Duty.objects.filter(kind__in=[kind for kind, _ in queries.known_kinds()])
    rows = _of_state(rows, wanted)
    if wanted.bucket and wanted.state == OPEN:
        rows = rows.filter(queries.in_bucket(wanted.bucket, on))
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.due is not None:
        rows = rows.filter(due_on=wanted.due)
    if wanted.unit:
        unit = Unit.objects.filter(code=wanted.unit).values_list("pk", flat=True).first()
        rows = rows.filter(unit_id__in=units_under([unit]) if unit else [])
    if wanted.only:
        rows = rows.filter(unit__code=wanted.only)
    if wanted.person is not None:
        rows = rows.filter(person_id=wanted.person)
    return queries.visible(actor, queries.in_scope(actor, wanted.scope, rows, on))


def _of_state(rows: QuerySet[Duty], wanted: DutyFilter) -> QuerySet[Duty]:
    if wanted.state == OPEN:
        return rows.filter(ended_at__isnull=True)
    if wanted.state == DONE:
        return rows.filter(ended_at__isnull=False, cancelled=False)
    if wanted.state == CANCELLED:
        return rows.filter(cancelled=True)
    assert wanted.as_of is not None
    return seen_on(rows, wanted.as_of).filter(past(wanted.state, wanted.as_of))


# ───────── 某一天的样子 ─────────


def seen_on(rows: QuerySet[Duty], day: date) -> QuerySet[Duty]:
    """到某日终了已开的、还没有撤销的,带上那一天的到期日 `due_at`。"""
    end = end_of(day)
    due: Any = F("due_on")
    if DueChange.objects.filter(at__gte=end).exists():
        later = DueChange.objects.filter(duty=OuterRef("pk"), at__gte=end).order_by("at", "id")
        due = Coalesce(Subquery(later.values("was_on")[:1]), F("due_on"), output_field=DateField())
    return (
        rows.filter(opened_at__lt=end)
        .exclude(cancelled=True, ended_at__lt=end)
        .annotate(due_at=due)
    )


def past(state: str, day: date) -> Q:
    """某日的四种清单;到期当日不算已到期(还有一整天)。"""
    end = end_of(day)
    still = Q(ended_at__isnull=True) | Q(ended_at__gte=end)
    due = Q(due_at__gte=day.replace(month=1, day=1), due_at__lt=day)
    in_time = Q(ended_at__isnull=False, ended_at__date__lte=F("due_at"))
    return {
        OPEN_LATE: still & Q(due_at__lt=day),
        DUE: due,
        ON_TIME: due & in_time,
        OVERDUE: due & ~in_time,
    }[state]


@dataclass(frozen=True)
class Lateness:
    """一个单位(或合计)的准时情况。`rate_bp` 没有到期的为空。"""

    unit_id: int | None
    code: str
    name: str
    due: int
    on_time: int
    late: int
    open_late: int

    @property
    def rate_bp(self) -> int | None:
        return self.on_time * 10_000 // self.due if self.due else None


def counted(as_of: date, actor: Actor | None) -> QuerySet[Duty]:
    """准时的数字看的是哪些:那一天已开的。`actor` 为 None 即全市,否则是他看得到的最宽的那一摊。"""
    rows = seen_on(Duty.objects.all(), as_of)
    if actor is not None:
        widest = scopes(actor)[-1]
        rows = queries.visible(actor, queries.in_scope(actor, widest, rows, as_of))
    return rows.filter(kind__in=[kind for kind, _ in queries.known_kinds()])


def lateness(as_of: date, actor: Actor | None = None) -> list[Lateness]:
    """逐单位:当年已到期、按时办结、逾期、截止日逾期未办的件数;没有的单位不列。"""
    rows = counted(as_of, actor)
    names = ("unit_id", "unit__code", "unit__short_name", "unit__name")
    wanted = {name: Count("pk", filter=past(name, as_of)) for name in (DUE, ON_TIME, OPEN_LATE)}
    tallied = (
        rows.order_by().values(*names).annotate(**wanted).order_by("unit__order", "unit__code")
    )
    return [
        Lateness(
            row["unit_id"],
            row["unit__code"],
            row["unit__short_name"] or row["unit__name"],
            row[DUE],
            row[ON_TIME],
            row[DUE] - row[ON_TIME],
            row[OPEN_LATE],
        )
        for row in tallied
        if row[DUE] or row[OPEN_LATE]
    ]


def per_day(actor: Actor, wanted: DutyFilter, first: date, last: date, on: date) -> dict[date, int]:
    """这段日子里逐日到期的件数,一条查询(月历)。"""
    rows = listed(actor, replace(wanted, bucket="", due=None), on).filter(
        due_on__range=(first, last)
    )
    counted = rows.order_by().values_list("due_on").annotate(n=Count("pk"))
    return dict(counted)
