"""数字背后的各项目:某日每个项目在一个数里计多少,供「与上月比」说明差额。

口径、裁法与数字同一份(`figures` `paid_figures` `escalation_figures` `monthfigures`);
各项目之和恒等于数字(有测试逐个数字比对),因项目关系少计的已减去。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from juyuan.foundation.figures.registry import Behind, Explainer, Told, register_explainer
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import EARLIEST, FOREVER, end_of
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import (
    ageing,
    escalation_figures,
    lightfigures,
    lights,
    monthfigures,
    paid_figures,
)
from juyuan.rooms.pipeline.queries.escalations import lines as escalation_lines
from juyuan.rooms.pipeline.queries.figures import View, run
from juyuan.rooms.pipeline.queries.figuresql import (
    ALIVE_NOW,
    ALIVE_PAST,
    LIBRARY_ROWS,
    LIVE,
    PAST,
    RESULT_ROWS,
)
from juyuan.rooms.pipeline.queries.paid_in import count_by, places
from juyuan.rooms.pipeline.queries.past import snapshots
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.queries.relations import deducted, effective, standings
from juyuan.rooms.pipeline.queries.tally import Where, tally_lines
from juyuan.rooms.pipeline.rules.escalation import Filing
from juyuan.rooms.pipeline.rules.stages import STAGES, VERIFIED_STAGES, Stage, Standing

Today = Callable[[], date]
SUFFIXES = {
    "projects": ("claimed", "count"), "total": ("claimed", "money"),
    "recognised": ("recognised", "count"), "recognised_total": ("recognised", "money"),
}  # fmt: skip
LIBRARIES = {
    f"{stage.value}_{suffix}": (kind, stage, pick)
    for stage in STAGES
    for suffix, (kind, pick) in SUFFIXES.items()
}
RESULTS = {
    "signed_gross": ("gross", Stage.SIGNED, "count"),
    "signed_net": ("net", Stage.SIGNED, "count"),
    "committed_investment": ("net", Stage.SIGNED, "money"),
    "landed_projects_recognised": ("gross", Stage.LANDED, "count"),
}
CONVERSIONS = [f.name for f in ageing.FIGURES if f.name.endswith(ageing.CONVERSION)]
NAMES = (*LIBRARIES, *RESULTS, "landing_rate")


# ───────── 五库、签约落地 ─────────


def _library(kind: str, lib: Stage, as_of: date | None, view: View) -> dict[int, int]:
    base = LIVE if as_of is None else PAST
    column = "p.id" if as_of is None else "s.project_id"
    scope, found = view.sql(column, full=kind == "claimed", as_of=as_of)
    ends = [] if as_of is None else [end_of(as_of)] * 3
    sql = LIBRARY_ROWS[kind].replace("{base}", base.format(scope=scope))
    return {pk: int(money or 0) for pk, money in run(sql, [*ends, *found, lib.value])}


def _result(kind: str, lib: Stage, as_of: date | None, view: View) -> dict[int, int]:
    day = as_of or FOREVER
    end = end_of(day)
    scope, found = view.sql("r.project_id", full=False, as_of=as_of)
    sql = RESULT_ROWS.format(alive=ALIVE_NOW if as_of is None else ALIVE_PAST, scope=scope)
    first = [] if as_of is None else [end]
    rows = run(sql, [*first, lib.value, end, day + timedelta(days=1), end, *found])
    return {pk: int(money or 0) for pk, money, net in rows if net or kind == "gross"}


def _fewer(
    rows: Mapping[int, int], kind: str, lib: Stage, pick: str, as_of: date | None, view: View
) -> dict[int, int]:
    """各项目计多少:个数各一、金额照列,因关系少计的减去;整个不计的不列。"""
    counted = dict(rows) if pick == "money" else dict.fromkeys(rows, 1)
    end = end_of(as_of) if as_of is not None else None
    pairs = effective(end, as_of or FOREVER)
    if not pairs:
        return counted
    ids = {pk for pair in pairs for pk in (pair.earlier, pair.later)}
    seen = view.among(ids, full=kind == "claimed", as_of=as_of)
    less = deducted(pairs, standings(pairs, end), (kind, lib.value), seen)
    for pk, (fewer, _) in less.items():
        if pk not in counted:
            continue
        counted[pk] -= fewer.money if pick == "money" else fewer.number
        if fewer.number and counted[pk] == 0:
            del counted[pk]
    return counted


def of_projects(name: str, as_of: date | None, actor: Actor | None) -> Behind:
    """五库与签约、落地的数字由哪些项目组成。"""
    if as_of is not None:
        as_of = min(max(as_of, EARLIEST), FOREVER)
    view = View.of(actor)
    if name in LIBRARIES:
        kind, lib, pick = LIBRARIES[name]
        return Behind(_fewer(_library(kind, lib, as_of, view), kind, lib, pick, as_of, view))
    if name == "landing_rate":
        net = params(as_of or FOREVER)["counting.landing_rate_denominator"] == "net_signed"
        kind = "net" if net else "gross"
        landed, signed = (
            _fewer(_result(kind, lib, as_of, view), kind, lib, "count", as_of, view)
            for lib in (Stage.LANDED, Stage.SIGNED)
        )
        return Behind(landed, signed)
    kind, lib, pick = RESULTS[name]
    return Behind(_fewer(_result(kind, lib, as_of, view), kind, lib, pick, as_of, view))


# ───────── 到位资金、提级、月度更新 ─────────


def _of_money(today: Today) -> Callable[[str, date | None, Actor | None], Behind]:
    def rows(name: str, as_of: date | None, actor: Actor | None) -> Behind:
        day, view = as_of or today(), View.of(actor)
        if name == paid_figures.PENDING:
            lines = paid_figures.pending_lines(view, as_of)
        else:
            lines = paid_figures.accepted_lines(view, day, count_by(day))[0][name]
        where = places({pk for pk, *_ in lines}, as_of)
        found: Counter[int] = Counter()
        for pk, _, amount in lines:
            if pk in where:
                found[pk] += amount
        return Behind(dict(found))

    return rows


def _of_escalations(today: Today) -> Callable[[str, date | None, Actor | None], Behind]:
    def rows(name: str, as_of: date | None, actor: Actor | None) -> Behind:
        found = escalation_lines(actor, as_of, today())
        if name in escalation_figures.STATE_OF:
            state = escalation_figures.STATE_OF[name]
            return Behind(Counter(line.project_id for line in found if line.state == state))
        dues = [(line.project_id, due.filing) for line in found for due in line.dues]
        return Behind(
            Counter(pk for pk, filing in dues if filing == Filing.ON_TIME),
            Counter(pk for pk, _ in dues),
        )

    return rows


def _of_months(today: Today) -> Callable[[str, date | None, Actor | None], Behind]:
    def rows(name: str, as_of: date | None, actor: Actor | None) -> Behind:
        day = min(max(as_of or today(), EARLIEST), FOREVER)
        period, where = Periods().due(day), Where(View.of(actor))

        def listed(state: str) -> dict[int, int]:
            return {line.project_id: 1 for line in tally_lines(period, day, where, state)}

        top = listed(monthfigures.STATE_OF[name])
        rate = name == "update_on_time_rate"
        return Behind(top, listed("due") if rate else None)

    return rows


def _of_lights(today: Today) -> Callable[[str, date | None, Actor | None], Behind]:
    def rows(name: str, as_of: date | None, actor: Actor | None) -> Behind:
        day = min(max(as_of or today(), EARLIEST), FOREVER)
        ids = lights.lit_ids(actor, lightfigures.LIT[name], day, past=as_of is not None)
        return Behind(dict.fromkeys(ids, 1))

    return rows


def _of_conversion(today: Today) -> Callable[[str, date | None, Actor | None], Behind]:
    def rows(name: str, as_of: date | None, actor: Actor | None) -> Behind:
        found = ageing.lines(name, as_of, actor, today())
        return Behind({pk: 1 for pk, done in found if done}, {pk: 1 for pk, _ in found})

    return rows


# ───────── 怎么说 ─────────


def _state(row: Mapping[str, Any] | None, *, whole: bool) -> str:
    """那一天的样子;只许看认定事实的只说认定到哪里。"""
    if row is None:
        return "还没有登记" if whole else "没有认定"
    known = row["recognised_stage"]
    if not whole:
        return f"{Stage(known).label}已认定" if known in VERIFIED_STAGES else "没有认定"
    words = [f"{Stage(row['stage']).label}库"]
    words.append("已认定" if known == row["stage"] else "待核实")
    if row["standing"] != Standing.ACTIVE:
        words.append(Standing(row["standing"]).label)
    return "、".join(words)


def tell(
    actor: Actor | None, ids: Collection[int], before: date, after: date | None
) -> dict[int, Told]:
    """各项目的名称、网址与前后两天的样子。"""
    view = View.of(actor)
    rows = view.rows(full=False, as_of=before)
    seen = Project.objects.all() if rows is None else rows
    among = view.among(ids, full=True, as_of=before)
    whole = set(ids) if among is None else among
    columns = ("project_id", "stage", "recognised_stage", "standing")
    was, now = (
        {r["project_id"]: r for r in snapshots(day).filter(project_id__in=ids).values(*columns)}
        for day in (before, after or FOREVER)
    )
    names = {
        pk: (code, name)
        for pk, code, name in seen.filter(pk__in=ids).values_list("pk", "code", "name")
    }
    return {
        pk: Told(
            names[pk][1], names[pk][0], reverse("pipeline:detail", args=[names[pk][0]]),
            _state(was.get(pk), whole=pk in whole), _state(now.get(pk), whole=pk in whole),
        )
        if pk in names
        else Told("现在看不见的项目")
        for pk in ids
    }  # fmt: skip


def register(today: Today) -> None:
    """登记各数字的差额由哪些项目说明(由 wiring 调用,可重复)。"""
    for names, rows in (
        (NAMES, of_projects),
        ([f.name for f in paid_figures.FIGURES], _of_money(today)),
        ([f.name for f in escalation_figures.FIGURES], _of_escalations(today)),
        ([f.name for f in monthfigures.FIGURES], _of_months(today)),
        ([f.name for f in lightfigures.FIGURES], _of_lights(today)),
        (CONVERSIONS, _of_conversion(today)),
    ):
        register_explainer(names, Explainer(rows, tell))
