"""提级的统计数字:待核实与提级中分开计,报告按时率;按县区、产业链、首谈单位分,任何一天都能重算。

与清单(`escalations.matching`)同一份数:明细网址打开的行数等于数字。「此刻」的今天由 `register` 给。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from urllib.parse import urlencode

from juyuan.foundation.figures.registry import RATE, Figure, Part, Result, register_group
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import EARLIEST, FOREVER
from juyuan.rooms.pipeline.queries.escalations import Line, lines
from juyuan.rooms.pipeline.queries.figures import (
    DIMENSIONS,
    FILTER_OF,
    NO_CHAIN,
    NO_LEAD,
    UNPLACED,
    Labels,
)
from juyuan.rooms.pipeline.rules.escalation import EscalationState, Filing

SECTION = "提级管理"
STATE_OF = {
    "escalations_pending": EscalationState.PENDING,
    "escalations_confirmed": EscalationState.CONFIRMED,
}
ON_TIME = "escalation_reports_on_time"
FIGURES = [
    Figure(
        "escalations_pending", "提级待核实", "个", "3.3c",
        "登记的签约合同引资额达到提级门槛（含本数）、签约还没有认定的项目数；不计入提级中。",
        "登记签约之日打开，认定、撤回、办结之日离开", section=SECTION, dimensions=DIMENSIONS,
    ),
    Figure(
        "escalations_confirmed", "提级中", "个", "3.3c",
        "签约已认定、认定的合同引资额达到提级门槛（含本数）、还没有办结的项目数。",
        "认定签约之日确认；撤回认定、办结之日离开", section=SECTION, dimensions=DIMENSIONS,
    ),
    Figure(
        ON_TIME, "提级报告按时率", RATE, "3.3c",
        "按时报告的期数除以应报的期数；自打开或上次报告起每隔参数「提级项目报告间隔」的天数应报一期，"
        "已报的与过了应报日还没报的都是应报。没有应报的为空。",
        "报告日；过了应报日仍没报的自次日起计未报", section=SECTION, dimensions=DIMENSIONS,
    ),
]  # fmt: skip


def rows_url(as_of: date | None, **filters: str) -> str:
    """数字背后的清单。"""
    query = {k: v for k, v in filters.items() if v}
    if as_of is not None:
        query["as_of"] = as_of.isoformat()
    return f"/projects/escalations/?{urlencode(query)}"


def _keys(line: Line, dimension: str) -> list[str]:
    if dimension == "county":
        return [str(unit) for unit, _ in line.place.hosts] or [UNPLACED]
    if dimension == "chain":
        return [line.place.chain or NO_CHAIN]
    return [str(line.place.lead) if line.place.lead else NO_LEAD]


def _count(found: Iterable[Line]) -> int | None:
    return len(list(found))


def _share(found: Iterable[Line]) -> int | None:
    """按时率(基点)。"""
    filings = [due.filing for line in found for due in line.dues]
    return filings.count(Filing.ON_TIME) * 10000 // len(filings) if filings else None


def _result(
    rows: list[Line],
    measure: Callable[[Iterable[Line]], int | None],
    labels: Labels,
    as_of: date | None,
    base: dict[str, str],
) -> Result:
    parts = []
    for dimension in DIMENSIONS:
        cells: dict[str, list[Line]] = defaultdict(list)
        for line in rows:
            for key in _keys(line, dimension.key):
                cells[key].append(line)
        for key in sorted(cells, key=partial(labels.rank, dimension.key)):
            code, label = labels.part(dimension.key, key)
            url = rows_url(as_of, **base, **{FILTER_OF[dimension.key]: code})
            parts.append(Part(code, label, measure(cells[key]), url, dimension.key))
    return Result(measure(rows), parts, rows_url(as_of, **base))


def compute(
    as_of: date | None, actor: Actor | None, names: frozenset[str], *, today: Callable[[], date]
) -> dict[str, Result]:
    """一次求出要的几个数。"""
    if as_of is not None:
        as_of = min(max(as_of, EARLIEST), FOREVER)
    rows, labels = lines(actor, as_of, today()), Labels.load()
    out = {}
    for name, state in STATE_OF.items():
        if name in names:
            kept = [line for line in rows if line.state == state]
            out[name] = _result(kept, _count, labels, as_of, {"state": state.value})
    if ON_TIME in names:
        due = [line for line in rows if line.dues]
        out[ON_TIME] = _result(due, _share, labels, as_of, {"filing": "due"})
    return out


def register(today: Callable[[], date]) -> None:
    """登记提级的统计数字(由 wiring 调用,可重复)。"""
    register_group(FIGURES, partial(compute, today=today))
