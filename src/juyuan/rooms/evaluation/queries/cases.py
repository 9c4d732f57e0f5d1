"""承诺的实况由系统取数:开工、投产由进展,到位资金由认可的凭证,完成投资由月度更新,其余由填报。

集合式:查询数与承诺数无关。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from juyuan.foundation.policy.queries import Params, params
from juyuan.rooms.evaluation.models import GovernmentDebt, Promise, PromiseActual
from juyuan.rooms.evaluation.queries.promises import kinds, owing
from juyuan.rooms.evaluation.rules.deviation import (
    EFFECT,
    LAND,
    PRODUCTION,
    START,
    Case,
    Judged,
    Limits,
    judge_case,
)
from juyuan.rooms.evaluation.rules.promises import Kind, Measure, Owing
from juyuan.rooms.pipeline.models import MonthlyUpdate
from juyuan.rooms.pipeline.queries.paid_in import paid_in_of
from juyuan.rooms.pipeline.queries.periods import kinds_of
from juyuan.rooms.pipeline.queries.progress import happenings
from juyuan.rooms.pipeline.rules.progress import EARLIEST

# 约定的节点 → 哪些进展说明做到了(达效的自然已投产)
DONE_BY = {
    LAND: ("land_acquired",),
    START: ("construction",),
    PRODUCTION: ("production", "full_effect"),
    EFFECT: ("full_effect",),
}
BUILDING = ("construction",)


def limits(book: Params) -> Limits:
    """参数 → 界限。"""
    return Limits(
        late_yellow_days=book["tracking.late_yellow_days"],
        late_red_days=book["tracking.late_red_days"],
        lag_yellow_bp=book["tracking.lag_yellow"],
        lag_red_bp=book["tracking.lag_red"],
        stop_days=book["tracking.stop_days"],
        stop_red_days=book["tracking.stop_red_days"],
        intensity_bp=book["tracking.intensity_share"],
        tax_bp=book["tracking.tax_share"],
        tests=tuple(item["code"] for item in book["tracking.tests"]),
    )


@dataclass
class Facts:
    """一批项目到某日的实况:各节点做到的日子、到位资金、完成投资、最近的施工迹象。"""

    done: dict[int, dict[str, date]] = field(default_factory=dict)
    paid: dict[int, int] = field(default_factory=dict)
    invested: dict[int, int] = field(default_factory=dict)
    active: dict[int, date] = field(default_factory=dict)


def facts_of(project_ids: Iterable[int], on: date) -> Facts:
    """集合式取数:约七条查询。"""
    ids = sorted(set(project_ids))
    if not ids:
        return Facts()
    found = Facts(paid={pk: s.total for pk, s in paid_in_of(ids, on).items()})
    seen = happenings(ids, EARLIEST, on, kinds_of(params(on)))
    for pk, rows in seen.items():
        marks = found.done.setdefault(pk, {})
        for row in rows:
            for node, names in DONE_BY.items():
                if row.kind in names and node not in marks:
                    marks[node] = row.on
            if row.kind in BUILDING:
                found.active[pk] = max(row.on, found.active.get(pk, row.on))
    latest: dict[tuple[int, date], tuple[int, int | None]] = {}
    months = MonthlyUpdate.objects.filter(project_id__in=ids, period__lte=on).values_list(
        "project_id", "period", "revision", "invested_month"
    )
    for pk, period, revision, amount in months.order_by("revision"):
        latest[pk, period] = (revision, amount)
    sums: dict[int, int] = defaultdict(int)
    for (pk, period), (_, amount) in latest.items():
        if amount:
            sums[pk] += amount
            last = min(period.replace(day=20), on)
            found.active[pk] = max(last, found.active.get(pk, last))
    found.invested = dict(sums)
    return found


@dataclass(frozen=True)
class Tracked:
    """一项承诺与它在某日的样子、判断。"""

    promise: Promise
    kind: Kind
    case: Case
    judged: Judged
    debts: tuple[GovernmentDebt, ...]
    actual: PromiseActual | None


def tracked(promises: Sequence[Promise], on: date) -> list[Tracked]:
    """各项承诺某日的样子(参数按那一天取)。`promise.project` 须已取好。"""
    book, known = params(on), kinds(on)
    bounds = limits(book)
    ids = [p.pk for p in promises]
    seen = facts_of((p.project_id for p in promises), on)
    debts: dict[int, list[GovernmentDebt]] = defaultdict(list)
    for debt in GovernmentDebt.objects.filter(promise_id__in=ids).select_related("unit"):
        debts[debt.promise_id].append(debt)
    actuals: dict[int, PromiseActual] = {}
    rows = PromiseActual.objects.filter(promise_id__in=ids, on__lte=on)
    for row in rows.order_by("on", "id"):
        actuals[row.promise_id] = row
    found = []
    for promise in promises:
        kind = known.get(promise.kind) or Kind(promise.kind, promise.kind, Measure.DAY)
        owed = tuple(owing(d) for d in debts[promise.pk])
        actual = actuals.get(promise.pk)
        case = case_of(promise, kind, seen, actual, owed)
        found.append(
            Tracked(
                promise, kind, case, judge_case(case, on, bounds), tuple(debts[promise.pk]), actual
            )
        )
    return found


def case_of(
    promise: Promise, kind: Kind, seen: Facts, actual: PromiseActual | None,
    owed: tuple[Owing, ...],
) -> Case:  # fmt: skip
    """取数与填报合成一项承诺的样子:到位资金只认凭证,其余有填报的以填报为准。"""
    pk = promise.project_id
    marks = seen.done.get(pk, {})
    done, value, value_on = None, None, None
    if kind.measure is Measure.DAY:
        days = [d for d in (marks.get(kind.code), actual.on if actual else None) if d]
        done = min(days, default=None)
    elif kind.code == "paid_in":
        value = seen.paid.get(pk, 0)
    elif actual is not None:
        value, value_on = actual.value, actual.on
    elif kind.code == "fixed_investment":
        value = seen.invested.get(pk, 0)
    active = None
    if START in marks or promise.project.started_on:
        start = marks.get(START) or promise.project.started_on
        active = max(d for d in (seen.active.get(pk), start) if d)
    return Case(
        kind=kind.code, label=kind.label, measure=kind.measure, due_on=promise.due_on,
        target=promise.target, start_on=promise.project.signed_on, done_on=done, value=value,
        value_on=value_on, active_on=active, debts=owed,
    )  # fmt: skip
