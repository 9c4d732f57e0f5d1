"""促进会议的统计数字:开过几次会、交办办到哪里(按单位)、按时销号率、难题;任何过去的一天都可重算。

过去某天的状态由只增的步骤推出(`queries.past`),各数按看得见的算,明细网址打开的行数等于数字。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from juyuan.foundation.figures.registry import (
    Behind,
    Dimension,
    Explainer,
    Figure,
    Part,
    Result,
    Told,
    register_explainer,
    register_group,
)
from juyuan.kernel.actor import Actor
from juyuan.rooms.council import access
from juyuan.rooms.council.models import ActionItem, Meeting, Problem
from juyuan.rooms.council.queries import past, scope
from juyuan.rooms.council.rules.items import ActionState, rate_bp
from juyuan.rooms.council.rules.problems import PENDING, ProblemState

SECTION = "促进会议"
UNIT = Dimension("unit", "承办单位")
HELD, OPEN, LATE, CLOSED, RATE = (
    "meetings_held", "actions_open", "actions_late", "actions_closed", "actions_on_time_rate",
)  # fmt: skip
PENDING_PROBLEMS, SOLVED = "problems_pending", "problems_solved"
FIGURES = (
    Figure(HELD, "开过的促进会议", "次", "1e", "散了会的促进会议,历年合计;取消的不计。", "散会的时刻", section=SECTION),
    Figure(
        OPEN, "未销号交办", "件", "3.5c", "交办、办理、待销号的交办事项。", "截止日终了时的最后一步",
        section=SECTION, dimensions=(UNIT,),
    ),
    Figure(
        LATE, "逾期交办", "件", "3.5c", "还没有报结、期限已过的交办事项;到期当天不算。",
        "截止日终了时的最后一步与其时的期限", section=SECTION, dimensions=(UNIT,),
    ),
    Figure(
        CLOSED, "已销号交办", "件", "3.5c", "经核对凭据同意销号的交办事项,历年合计。", "销号的日期",
        section=SECTION, dimensions=(UNIT,),
    ),
    Figure(
        RATE, "交办按时销号率", "%", "3.5c",
        "「已销号交办」里最后一次报结不晚于其时期限(含当天)的份额;商务主管部门核对用的日子不算在承办单位头上;没有销号的为空。",
        "报结的日期与其时的期限", section=SECTION, dimensions=(UNIT,),
    ),
    Figure(PENDING_PROBLEMS, "未了结难题", "件", "1b", "待议、已交办的难题。", "截止日终了时的最后一步", section=SECTION),
    Figure(SOLVED, "已解决难题", "件", "1b", "当场解决或交办都销了号的难题,历年合计;不再需要的不计。", "解决的日期", section=SECTION),
)  # fmt: skip
ACTIONS = frozenset({OPEN, LATE, CLOSED, RATE})
PROBLEMS = {PENDING_PROBLEMS: PENDING, SOLVED: (ProblemState.SOLVED,)}


def _actions(actor: Actor | None, as_of: date | None) -> Any:
    rows = ActionItem.objects.all() if actor is None else scope.actions_seen(actor)
    return past.actions_on(rows.order_by(), as_of)


def _problems(actor: Actor | None, as_of: date | None) -> Any:
    rows = Problem.objects.all() if actor is None else scope.problems_seen(actor)
    return past.problems_on(rows.order_by(), as_of)


def _meetings(actor: Actor | None, as_of: date | None) -> Any:
    rows = Meeting.objects.all() if actor is None else scope.visible_to(actor)
    return past.held_on(rows.order_by(), as_of)


def _pick(name: str, rows: Any, day: date) -> Any:
    """这个数(率是它的分母)由哪些交办组成。"""
    if name == OPEN:
        return past.open_then(rows)
    if name == LATE:
        return past.late_then(rows, day)
    return past.closed_then(rows)


def _url(actor: Actor | None, page: str, as_of: date | None, **given: str) -> str:
    """明细;过去某天的清单不在网页上开,没有网址。"""
    if as_of is not None or (actor is not None and not access.can_enter(actor)):
        return ""
    return f"{reverse(f'council:{page}')}?{urlencode(given)}"


WHERE = {
    OPEN: {"state": "open"}, LATE: {"late": "1"}, CLOSED: {"state": ActionState.CLOSED.value},
    RATE: {"state": ActionState.CLOSED.value},
}  # fmt: skip


def compute_by(today: Callable[[], date]) -> Callable[..., dict[str, Result]]:
    """一次求出要的几个数。"""

    def compute(
        as_of: date | None, actor: Actor | None, names: frozenset[str]
    ) -> dict[str, Result]:
        found: dict[str, Result] = {}
        day = as_of or today()
        if HELD in names:
            url = _url(actor, "meetings", as_of, tab="ended")
            found[HELD] = Result(_meetings(actor, as_of).count(), rows_url=url)
        acts = _acts(actor, as_of, day) if names & ACTIONS else ()
        for name in names & ACTIONS:
            found[name] = _acted(name, acts, actor, as_of)
        asked = names & PROBLEMS.keys()
        states = (
            Counter(_problems(actor, as_of).values_list("state_then", flat=True))
            if asked
            else Counter[str]()
        )
        for name in asked:
            tab = "pending" if name == PENDING_PROBLEMS else "solved"
            value = sum(states[state.value] for state in PROBLEMS[name])
            found[name] = Result(value, rows_url=_url(actor, "problems", as_of, tab=tab))
        return {name: found[name] for name in names}

    return compute


@dataclass(frozen=True)
class Acts:
    """一个承办单位的交办:未销号、逾期、已销号、其中按时。"""

    code: str
    name: str
    open: int
    late: int
    closed: int
    timely: int

    def value(self, name: str) -> int | None:
        if name == RATE:
            return rate_bp(self.timely, self.closed)
        return {OPEN: self.open, LATE: self.late, CLOSED: self.closed}[name]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        return self.open, self.late, self.closed, self.timely

    def base(self, name: str) -> int:
        """由几件组成(率是它的分母);没有的不列这一行。"""
        return self.closed if name == RATE else self.value(name) or 0


def _acts(actor: Actor | None, as_of: date | None, day: date) -> list[Acts]:
    """各承办单位的四个数,一次查询。"""
    unit = ("unit__order", "unit__code", "unit__short_name", "unit__name")

    def number(when: Q) -> Count:
        return Count("pk", filter=when, distinct=True)

    rows = _actions(actor, as_of).values_list(*unit)
    rows = rows.annotate(
        n_open=number(~past.CLOSED_THEN), n_late=number(past.is_late_then(day)),
        n_closed=number(past.CLOSED_THEN), n_timely=number(past.ON_TIME_THEN),
    ).order_by(*unit)  # fmt: skip
    return [Acts(code, short or full, *counts) for _, code, short, full, *counts in rows]


def _acted(name: str, acts: Collection[Acts], actor: Actor | None, as_of: date | None) -> Result:
    where = WHERE[name]
    parts = [
        Part(
            row.code, row.name, row.value(name),
            _url(actor, "actions", as_of, view="list", unit=row.code, **where), UNIT.key,
        )
        for row in acts
        if row.base(name)
    ]  # fmt: skip
    whole = (
        Acts("", "", *map(sum, zip(*(row.counts for row in acts), strict=True))) if acts else None
    )
    value = whole.value(name) if whole else (None if name == RATE else 0)
    return Result(value, parts, _url(actor, "actions", as_of, view="list", **where))


def behind_by(today: Callable[[], date]) -> Callable[..., Behind]:
    """一个数由哪些件组成,裁法与数字同一份。"""

    def behind(name: str, as_of: date | None, actor: Actor | None) -> Behind:
        if name == HELD:
            return _ones(_meetings(actor, as_of))
        if name in PROBLEMS:
            return _ones(past.problems_in(_problems(actor, as_of), PROBLEMS[name]))
        rows = _pick(name, _actions(actor, as_of), as_of or today())
        if name == RATE:
            top = dict.fromkeys(
                past.on_time_then(_actions(actor, as_of)).values_list("pk", flat=True), 1
            )
            return Behind(top, dict.fromkeys(rows.values_list("pk", flat=True), 1))
        return _ones(rows)

    return behind


def _ones(rows: Any) -> Behind:
    return Behind(dict.fromkeys(rows.values_list("pk", flat=True), 1))


def _tell_actions(
    actor: Actor | None, ids: Collection[int], before: date, after: date | None
) -> dict[int, Told]:
    seen = ActionItem.objects.all() if actor is None else scope.actions_seen(actor)
    shown = {pk: (t, c) for pk, t, c in seen.filter(pk__in=ids).values_list("pk", "title", "code")}
    was, now = (
        dict(
            past.actions_on(ActionItem.objects.filter(pk__in=ids), d).values_list(
                "pk", "state_then"
            )
        )
        for d in (before, after)
    )

    def label(state: str | None) -> str:
        return ActionState(state).label if state else "还没有交办"

    return {
        pk: Told(
            shown[pk][0][:60], shown[pk][1], f"/council/items/{shown[pk][1]}/",
            label(was.get(pk)), label(now.get(pk)),
        )
        if pk in shown
        else Told("现在看不见的交办")
        for pk in ids
    }  # fmt: skip


def _tell_problems(
    actor: Actor | None, ids: Collection[int], before: date, after: date | None
) -> dict[int, Told]:
    seen = Problem.objects.all() if actor is None else scope.problems_seen(actor)
    shown = {
        pk: (n, c)
        for pk, n, c in seen.filter(pk__in=ids).values_list("pk", "project__name", "code")
    }
    was, now = (
        dict(
            past.problems_on(Problem.objects.filter(pk__in=ids), d).values_list("pk", "state_then")
        )
        for d in (before, after)
    )

    def label(state: str | None) -> str:
        return ProblemState(state).label if state else "还没有提出"

    return {
        pk: Told(
            f"{shown[pk][0]}的难题", shown[pk][1], f"/council/problems/{shown[pk][1]}/",
            label(was.get(pk)), label(now.get(pk)),
        )
        if pk in shown
        else Told("现在看不见的难题")
        for pk in ids
    }  # fmt: skip


def _tell_meetings(
    actor: Actor | None, ids: Collection[int], before: date, after: date | None
) -> dict[int, Told]:
    seen = Meeting.objects.all() if actor is None else scope.visible_to(actor)
    rows = {row.pk: row for row in seen.filter(pk__in=ids)}
    was = set(past.held_on(Meeting.objects.filter(pk__in=ids), before).values_list("pk", flat=True))
    return {
        pk: Told(
            rows[pk].title, rows[pk].code, f"/council/meetings/{rows[pk].code}/",
            "开过" if pk in was else "还没有开", "开过",
        )
        if pk in rows
        else Told("现在看不见的会议")
        for pk in ids
    }  # fmt: skip


def register(today: Callable[[], date]) -> None:
    """登记(由 wiring 调用,可重复)。"""
    register_group(FIGURES, compute_by(today))
    behind = behind_by(today)
    register_explainer([HELD], Explainer(behind, _tell_meetings, "会议"))
    register_explainer(sorted(ACTIONS), Explainer(behind, _tell_actions, "交办"))
    register_explainer(sorted(PROBLEMS), Explainer(behind, _tell_problems, "难题"))
