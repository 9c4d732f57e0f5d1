"""月度更新的读:一个单位一期的表(预填好的)、各单位的总览、一个项目的历次更新。

表上有什么:期末(或此刻)在库、归本单位报、本人看得全的项目;每行带本期发生的事、现行一稿、上期的问题与打算。
查询数与项目数无关。
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from juyuan.foundation.people.models import LEADER_ROLES, Unit
from juyuan.foundation.people.visibility import Relation
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import SHANGHAI, add_months, end_of
from juyuan.kernel.verdict import Denied
from juyuan.rooms.pipeline.models import MonthClose, MonthlyUpdate, Project
from juyuan.rooms.pipeline.queries.figures import View
from juyuan.rooms.pipeline.queries.periods import LOOK_BACK, Periods, closes, is_closed
from juyuan.rooms.pipeline.queries.progress import happenings
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of, seen_whole
from juyuan.rooms.pipeline.queries.tally import Line, Where, tallies, tally_lines
from juyuan.rooms.pipeline.rules.monthly import (
    Content,
    Period,
    Tally,
    UpdateState,
    content_of,
    prefilled,
    state_of,
    streak,
)
from juyuan.rooms.pipeline.rules.monthly import UpdateDraft as Draft
from juyuan.rooms.pipeline.rules.progress import Happening, Kinds
from juyuan.rooms.pipeline.rules.stages import Stage

CHUNK = 2000


@dataclass(frozen=True)
class SheetRow:
    """表上的一行。`current` 是现行一稿,`previous` 是上期最后一稿。"""

    project_id: int
    code: str
    name: str
    stage: Stage
    standing: str
    confidentiality: str
    unit_id: int
    happenings: tuple[Happening, ...]
    current: MonthlyUpdate | None
    previous: MonthlyUpdate | None
    state: UpdateState

    @property
    def revision(self) -> int:
        return self.current.revision if self.current else 0

    @property
    def content(self) -> Content | None:
        """现行一稿的内容。"""
        return stored_content(self.current) if self.current else None

    @property
    def before(self) -> Content | None:
        """上期的内容(本期比着它看有没有变)。"""
        return stored_content(self.previous) if self.previous else None

    @property
    def prefill(self) -> Content:
        """打开时已填好的:报过的是现行一稿;没报的带上期的问题与下步打算。"""
        if self.current is not None:
            return stored_content(self.current)
        return prefilled(self.before)

    @property
    def fresh(self) -> tuple[Happening, ...]:
        """报了之后又发生(或补进来)的。"""
        if self.current is None:
            return ()
        known = set(self.current.events)
        return tuple(h for h in self.happenings if h.id not in known)

    @property
    def substantive(self) -> bool:
        if self.current is not None:
            return self.current.substantive
        return any(h.substantive for h in self.happenings)


@dataclass(frozen=True)
class Sheet:
    """一个单位一期的表。"""

    unit: Unit
    period: Period
    kinds: Kinds
    rows: tuple[SheetRow, ...]
    closed: bool
    close: MonthClose | None = None

    @property
    def tally(self) -> Tally:
        """本人看得见的各行的合计。"""
        count = {state: sum(r.state == state for r in self.rows) for state in UpdateState}
        return Tally(
            due=len(self.rows),
            on_time=count[UpdateState.ON_TIME],
            late=count[UpdateState.LATE],
            missing=count[UpdateState.MISSING] + count[UpdateState.WAITING],
            empty=sum(r.current is not None and not r.current.substantive for r in self.rows),
        )

    @property
    def then(self) -> Tally | None:
        """锁账时记下的数(全部项目)。"""
        if self.close is None:
            return None
        return Tally.from_json(self.close.figures.get(self.unit.code, {}))


def stored_content(row: MonthlyUpdate) -> Content:
    """一稿存下的内容。"""
    draft = Draft(
        code="", progress=row.progress, problem=row.problem, next_step=row.next_step,
        invested_month=row.invested_month, no_change=row.no_change,
        no_change_note=row.no_change_note,
    )  # fmt: skip
    return content_of(draft, row.events)


# ───────── 谁看谁的表 ─────────


def sees_every_unit(reach: Reach) -> bool:
    """各单位的总览:商务主管部门、召集人。"""
    return bool(
        {Relation.BUREAU, Relation.BUREAU_VERIFIER, Relation.LEADER} & set(reach.everywhere)
    )


def may_open(actor: Actor, unit: Unit, reach: Reach | None = None) -> bool:
    """能不能看这个单位的表:本单位及其下级、商务主管部门、召集人。"""
    reach = reach or reach_of(actor)
    return actor.is_system or sees_every_unit(reach) or unit.pk in reach.own_units


def require_browser(actor: Actor, reach: Reach) -> None:
    """没有单位的表可看的人(查阅、顾问、链长、三员)到不了这一页。

    Raises:
        Denied: 说明谁填谁看。
    """
    if not (sees_every_unit(reach) or reach.own_units or actor.has_any(*LEADER_ROLES)):
        raise Denied("月度更新由各单位填报，商务主管部门汇总；您的任职没有要填的表", "3.3b")


# ───────── 一张表 ─────────


def sheet(
    actor: Actor,
    unit: Unit,
    period: Period,
    *,
    periods: Periods,
    now: datetime,
    state: str = "due",
    as_of: date | None = None,
) -> Sheet:
    """一个单位一期的表;`state`、`as_of` 只看某个数字背后的那些行(截至那一天)。"""
    end = just_after(now, as_of)
    view = View.of(actor)
    lines = tally_lines(period, end, Where(view, (unit.pk,)), state)
    closed = closes([period.month])
    return Sheet(
        unit=unit,
        period=period,
        kinds=periods.kinds(period),
        rows=tuple(rows_of(lines, period, periods.kinds(period), end)),
        closed=is_closed(period, now, closed),
        close=closed.get(period.month),
    )


def rows_of(
    lines: Sequence[Line], period: Period, kinds: Kinds, end: datetime
) -> Iterable[SheetRow]:
    """应报的各行 → 表上的各行;`end` 之后的更新与进展不算。六条查询。"""
    for start in range(0, len(lines), CHUNK):
        yield from _rows(lines[start : start + CHUNK], period, kinds, end)


def _rows(lines: Sequence[Line], period: Period, kinds: Kinds, end: datetime) -> Iterable[SheetRow]:
    ids = [line.project_id for line in lines]
    if not ids:
        return
    projects = {p.pk: p for p in Project.objects.filter(pk__in=ids).only(
        "pk", "code", "name", "standing", "confidentiality")}  # fmt: skip
    before = add_months(period.month, -1)
    latest = _latest(ids, [period.month, before], end)
    first_at = dict(
        MonthlyUpdate.objects.filter(
            project_id__in=ids, period=period.month, revision=1, at__lt=end
        ).values_list("project_id", "at")
    )
    events = happenings(ids, period.first, period.last, kinds, until=end)
    for line in lines:
        project = projects[line.project_id]
        yield SheetRow(
            project_id=project.pk,
            code=project.code,
            name=project.name,
            stage=Stage(line.stage),
            standing=project.standing,
            confidentiality=project.confidentiality,
            unit_id=line.unit_id,
            happenings=tuple(events.get(project.pk, ())),
            current=latest.get((project.pk, period.month)),
            previous=latest.get((project.pk, before)),
            state=state_of(first_at.get(project.pk), period, end),
        )


def _latest(
    ids: Collection[int], months: Sequence[date], end: datetime
) -> Mapping[tuple[int, date], MonthlyUpdate]:
    rows = (
        MonthlyUpdate.objects.filter(project_id__in=ids, period__in=months, at__lt=end)
        .order_by("project_id", "period", "-revision")
        .distinct("project_id", "period")
    )
    return {(row.project_id, row.period): row for row in rows}


def writable_rows(
    actor: Actor, period: Period, codes: Collection[str], *, periods: Periods, now: datetime
) -> dict[str, SheetRow]:
    """这些编号里,本人看得全、本期应报的各行(动作与导入用);看不见的与不存在的一样不在内。"""
    ids = tuple(seen_whole(actor).filter(code__in=set(codes)).values_list("pk", flat=True))
    if not ids:
        return {}
    end = just_after(now)
    lines = tally_lines(period, end, Where(project_ids=ids))
    return {row.code: row for row in rows_of(lines, period, periods.kinds(period), end)}


# ───────── 各单位总览 ─────────


@dataclass(frozen=True)
class UnitLine:
    """总览的一行。`late_streak` 连续几期有迟报或未报,`hollow_streak` 连续几期没有一个有实质进展。"""

    unit: Unit
    tally: Tally
    then: Tally | None
    late_streak: int
    hollow_streak: int


@dataclass(frozen=True)
class Overview:
    period: Period
    closed: bool
    close: MonthClose | None
    lines: tuple[UnitLine, ...] = field(default=())

    @property
    def total(self) -> Tally:
        return sum((line.tally for line in self.lines), Tally())


def overview(
    actor: Actor,
    period: Period,
    *,
    periods: Periods,
    now: datetime,
    as_of: date | None = None,
) -> Overview:
    """各单位这一期报得怎样;连续几期看已锁账各期记下的数与本期此刻的数。"""
    reach = reach_of(actor)
    end = just_after(now, as_of)
    units = None if sees_every_unit(reach) or actor.is_system else tuple(sorted(reach.own_units))
    counts = tallies([period], end, Where(View.of(actor), units))[period.month]
    history = [p.month for p in periods.back(period, LOOK_BACK)]
    closed = closes(history)
    over = end >= period.deadline
    lines = []
    for unit in Unit.objects.filter(pk__in=counts).order_by("order", "code"):
        tally = counts[unit.pk]
        past = [
            Tally.from_json(closed[month].figures[unit.code])
            for month in history[1:]
            if month in closed and unit.code in closed[month].figures
        ]
        run = [tally, *past] if over else past
        close = closed.get(period.month)
        then = close.figures.get(unit.code) if close else None
        lines.append(
            UnitLine(
                unit, tally, Tally.from_json(then) if then else None,
                streak([t.slipped for t in run]), streak([t.hollow for t in run]),
            )
        )  # fmt: skip
    return Overview(period, is_closed(period, now, closed), closed.get(period.month), tuple(lines))


# ───────── 一个项目 ─────────


@dataclass(frozen=True)
class MonthLine:
    """一个项目一期:锁账时的一稿与现在的一稿(没有更正过的,两者相同)。"""

    period: Period
    revisions: tuple[MonthlyUpdate, ...]
    then: MonthlyUpdate | None
    now: MonthlyUpdate
    happenings: tuple[Happening, ...] = ()

    @property
    def corrected(self) -> bool:
        return self.now.after_close


def history(project: Project, *, periods: Periods, kinds: Kinds) -> list[MonthLine]:
    """一个项目历次更新,近的在前;锁账后更正过的,前后两稿都在。"""
    rows = list(MonthlyUpdate.objects.filter(project=project).order_by("-period", "revision"))
    if not rows:
        return []
    first = periods.at(rows[-1].period).first
    last = periods.at(rows[0].period).last
    happened = happenings([project.pk], first, last, kinds).get(project.pk, [])
    grouped: dict[date, list[MonthlyUpdate]] = {}
    for row in rows:
        grouped.setdefault(row.period, []).append(row)
    lines = []
    for month, revisions in grouped.items():
        period = periods.at(month)
        before_close = [row for row in revisions if not row.after_close]
        known = set(revisions[-1].events)
        lines.append(
            MonthLine(
                period,
                tuple(revisions),
                before_close[-1] if before_close else None,
                revisions[-1],
                tuple(h for h in happened if h.id in known),
            )
        )
    return lines


def units_with_sheets(actor: Actor, reach: Reach | None = None) -> QuerySet[Unit]:
    """可以选看的单位:有在库项目要报的;只看得见自己的,限于本单位及下级。"""
    reach = reach or reach_of(actor)
    alive = Project.objects.filter(voided_at__isnull=True, standing__in=("active", "paused"))
    leads = alive.filter(lead_unit__isnull=False).values("lead_unit_id")
    owners = alive.filter(lead_unit__isnull=True).values("owner_unit_id")
    units = Unit.objects.filter(pk__in=leads) | Unit.objects.filter(pk__in=owners)
    if not (sees_every_unit(reach) or actor.is_system):
        units = units.filter(pk__in=reach.own_units)
    return units.order_by("order", "code")


def codes_of(codes: Iterable[str]) -> Iterable[tuple[int, str]]:
    """(编号, 项目编号)。"""
    return Project.objects.filter(code__in=set(codes)).values_list("pk", "code")


def just_after(now: datetime, as_of: date | None = None) -> datetime:
    """读到哪一刻为止(不含):此刻已录入的都算;给了 `as_of` 就到那天终了。"""
    end = now + timedelta(microseconds=1)
    return end if as_of is None else min(end_of(as_of), end)


def today_of(now: datetime) -> date:
    """此刻在北京时间是哪一天。"""
    return now.astimezone(SHANGHAI).date()
