"""月度更新的待办与提醒:每个单位每期一件,报齐最后一个项目即办结;前几个工作日与次日提醒单位负责人。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import QuerySet

from juyuan.foundation.duties.registry import DutyKind, DutyRow
from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.foundation.notices.actions.notify import Message
from juyuan.foundation.people.models import Role, Unit
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.workdays import Calendar, add_workdays
from juyuan.rooms.pipeline.queries.monthly import sees_every_unit
from juyuan.rooms.pipeline.queries.periods import Periods, rule_of
from juyuan.rooms.pipeline.queries.scope import reach_of
from juyuan.rooms.pipeline.queries.tally import tallies
from juyuan.rooms.pipeline.rules.monthly import Period

DUTY, OBJECT = "pipeline.monthly_update", "reporting_unit"
SOON = ("pipeline.monthly_first", "pipeline.monthly_second", "pipeline.monthly_third")
LATE = "pipeline.monthly_late"
NOTICES = {
    SOON[0]: "月度更新快到期", SOON[1]: "月度更新快到期(再次)", SOON[2]: "月度更新快到期(三次)",
    LATE: "月度更新逾期未报",
}  # fmt: skip


# ───────── 单位的表作为对象 ─────────


def within(actor: Actor) -> QuerySet[Unit, int]:
    """看得到其表的单位(子查询)。"""
    reach = reach_of(actor)
    units = Unit.objects.all()
    if not (actor.is_system or sees_every_unit(reach)):
        units = units.filter(pk__in=reach.own_units)
    return units.order_by().values_list("pk", flat=True)


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些单位里看得到其表的。"""
    return set(within(actor).filter(pk__in=list(ids)))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)}。"""
    units = Unit.objects.filter(pk__in=visible_ids(actor, ids))
    return {u.pk: (f"{u}月度更新", f"/projects/monthly/?unit={u.code}") for u in units}


# ───────── 待办 ─────────


def _url(row: DutyRow) -> str:
    return f"/projects/monthly/?unit={row.unit_code}&period={row.period}"


def due_rule(period: Period, periods: Periods) -> DueRule:
    """这一期的到期日怎么来的。"""
    row = periods.book(period.month).row("first_contact.report_day")
    roll = rule_of(periods.book(period.month)).roll
    return DueRule(
        unit="fixed",
        fixed=period.planned_on or period.report_on,
        roll="next_workday" if roll else "none",
        said=f"参数 {row.key},{row.origin}",
    )


def owed(*, on: date) -> Iterator[Owed]:
    """此刻应当开着的:已经开始(次日起)、还有项目没报的各期,往前看十二期。"""
    periods = Periods()
    begun = [p for p in periods.back(periods.of(on)) if p.first < on]
    counts = tallies(begun, on)
    for period in begun:
        rule = due_rule(period, periods)
        for unit_id, tally in sorted(counts[period.month].items()):
            if tally.missing:
                yield Owed(OBJECT, unit_id, unit_id, period.first, rule, period=period.key)


KIND = DutyKind(
    kind=DUTY,
    label="月度更新",
    clause="3.2c",
    ends_by="报齐本期各项目的月度更新",
    url=_url,
    owed=owed,
    roles=(Role.CLERK, Role.HEAD),
)


# ───────── 提醒 ─────────


def reminders(on: date, really_on: date) -> list[Message]:
    """这一天该提醒的:到期前几个工作日(参数 update.remind_workdays)与到期次日,还没报齐的单位。

    `really_on` 是真正执行的那天:停机之后补做时,期已过的「快到期」不再说。
    """
    periods, known = Periods(), calendar()
    found: list[Message] = []
    current = periods.of(on)
    for period in periods.back(current, 2):
        kind = _kind_on(period, on, periods, known)
        if kind and (kind == LATE or really_on <= period.report_on):
            found += _messages(kind, period, on)
    return found


def _kind_on(period: Period, on: date, periods: Periods, known: Calendar) -> str:
    if on == period.report_on + timedelta(days=1):
        return LATE
    counts = sorted(
        {int(n) for n in periods.book(period.month)["update.remind_workdays"]}, reverse=True
    )
    for kind, count in zip(SOON, counts, strict=False):
        if add_workdays(period.report_on, -count, known).day == on:
            return kind
    return ""


def _messages(kind: str, period: Period, on: date) -> list[Message]:
    counts = tallies([period], on)[period.month]
    lacking = {unit: tally for unit, tally in counts.items() if tally.missing}
    told = heads(lacking, on)
    units = {u.pk: u for u in Unit.objects.filter(pk__in=lacking)}
    late = kind == LATE
    return [
        Message(
            kind=kind,
            person_ids=tuple(told.get(unit, ())),
            object_type=OBJECT,
            object_id=unit,
            due_on=period.report_on,
            title=f"{period.label}月度更新{'已逾期' if late else f'{period.report_on} 到期'}",
            text=f"{units[unit]}应报 {tally.due} 个，还有 {tally.missing} 个没报",
            url=f"/projects/monthly/?unit={units[unit].code}&period={period.key}",
        )
        for unit, tally in sorted(lacking.items())
    ]


def heads(unit_ids: Iterable[int], on: date) -> dict[int, list[int]]:
    """各单位的负责人;没有负责人的,告诉经办。"""
    rows = posts_on(on).filter(unit_id__in=list(unit_ids), role__in=(Role.HEAD, Role.CLERK))
    found: dict[str, dict[int, list[int]]] = {Role.HEAD: {}, Role.CLERK: {}}
    for unit, role, person in rows.order_by("pk").values_list("unit_id", "role", "person_id"):
        found[role].setdefault(unit, []).append(person)
    return found[Role.CLERK] | found[Role.HEAD]
