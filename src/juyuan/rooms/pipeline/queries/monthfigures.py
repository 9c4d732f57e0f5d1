"""月度更新的统计数字:应报、按时、按时率、迟报、未报、无实质进展,逐单位。

看报备已经截止的最近一期;截至过去某一天的,看那天已经截止的最近一期,按那天终了已知的算,
所以每个月都有自己的数。明细网址打开的行数等于数字。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

from juyuan.foundation.figures.registry import RATE, Dimension, Figure, Part, Result, register_group
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import EARLIEST, FOREVER
from juyuan.rooms.pipeline.queries.figures import View
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.queries.tally import Where, tallies
from juyuan.rooms.pipeline.rules.monthly import Period, Tally

UNIT = Dimension("unit", "按填报单位")
COUNTS_BY = "提交时刻;看报备已截止的最近一期(截止日当天终了即算截止)"
SECTION = "月度更新"
STATE_OF = {
    "update_due": "due", "update_on_time": "on_time", "update_on_time_rate": "on_time",
    "update_late": "late", "update_missing": "missing", "update_empty": "empty",
}  # fmt: skip


def _figure(name: str, label: str, said: str, unit: str = "个", clause: str = "3.2c") -> Figure:
    return Figure(name, label, unit, clause, said, COUNTS_BY, section=SECTION, dimensions=(UNIT,))


FIGURES = (
    _figure(
        "update_due", "月度更新应报",
        "期末在库(推进、暂缓)、未作废的项目数;归首谈单位,没有首谈单位的归登记单位。",
    ),
    _figure(
        "update_on_time", "月度更新按时",
        "应报里第一稿在截止时刻之前提交的;截止时刻由参数「首谈单位每月报备日」「报备日截止时刻」定。",
    ),
    _figure(
        "update_on_time_rate", "月度更新按时率",
        "按时除以应报;没有应报时为空。", RATE,
    ),
    _figure(
        "update_late", "月度更新迟报", "应报里第一稿在截止时刻之后提交的,含锁账之后的补报。",
    ),
    _figure(
        "update_missing", "月度更新未报", "应报里还没有提交的;应报 = 按时 + 迟报 + 未报。",
    ),
    _figure(
        "update_empty", "月度更新无实质进展",
        "报了而最后一稿没有实质进展的;算不算由参数「算作实质进展的事件」定,不由文字定。",
        clause="3.3b",
    ),
)  # fmt: skip


def rows_url(period: Period, state: str, as_of: date | None, unit: str = "") -> str:
    """数字背后的行。"""
    given = {
        "period": period.key, "unit": unit, "state": state,
        "as_of": as_of.isoformat() if as_of else "",
    }  # fmt: skip
    return f"/projects/monthly/rows/?{urlencode({k: v for k, v in given.items() if v})}"


def value_of(name: str, tally: Tally) -> int | None:
    """一个数字的值;按时率是基点。"""
    if name == "update_on_time_rate":
        return tally.on_time_bp
    return tally.as_json()[STATE_OF[name]]


def register(today: Callable[[], date]) -> None:
    """登记;`today` 给出「此刻」是哪一天。"""

    def compute(
        as_of: date | None, actor: Actor | None, names: frozenset[str]
    ) -> dict[str, Result]:
        day = min(max(as_of or today(), EARLIEST), FOREVER)
        period = Periods().due(day)
        counts = tallies([period], day, Where(View.of(actor)))[period.month]
        total = sum(counts.values(), Tally())
        units = list(Unit.objects.filter(pk__in=counts).order_by("order", "code"))
        return {name: _result(name, period, as_of, total, counts, units) for name in names}

    register_group(FIGURES, compute)


def _result(
    name: str, period: Period, as_of: date | None, total: Tally, counts: dict[int, Tally],
    units: list[Unit],
) -> Result:  # fmt: skip
    state = STATE_OF[name]
    parts = [
        Part(
            unit.code, str(unit), value_of(name, counts[unit.pk]),
            rows_url(period, state, as_of, unit.code), UNIT.key,
        )
        for unit in units
    ]  # fmt: skip
    note = f"{period.label}({period.first} 至 {period.last})"
    return Result(value_of(name, total), parts, rows_url(period, state, as_of), note)
