"""准时的三个数字:当年已到期、按时率、逾期未办;逐单位,任何过去的一天都可重算。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from juyuan.foundation.duties.access import ALL, MINE, scopes
from juyuan.foundation.duties.listing import DUE, OPEN_LATE, Lateness, lateness
from juyuan.foundation.figures.registry import (
    RATE,
    Dimension,
    Figure,
    Part,
    Result,
    register_group,
)
from juyuan.kernel.actor import Actor

UNITS = Dimension("unit", "按单位")
COUNTS_BY = "到期日(改过的,按截止日当时的到期日);办结按办结那天"
FIGURES = (
    Figure(
        "duties_due", "当年已到期的待办", "件", "",
        "当年 1 月 1 日起到截止日前一日为止到期的待办,不含截止日之前已撤销的。",
        COUNTS_BY, section="办理时限", dimensions=(UNITS,),
    ),
    Figure(
        "duties_on_time_rate", "待办按时办结率", RATE, "",
        "当年已到期的待办里,在到期日当天或之前由相应动作办结的占多少;没有到期的没有值。",
        COUNTS_BY, section="办理时限", dimensions=(UNITS,),
    ),
    Figure(
        "duties_open_late", "逾期未办的待办", "件", "",
        "截止日终了仍未办结、到期日在截止日之前的待办,不论哪一年到期。",
        COUNTS_BY, section="办理时限", dimensions=(UNITS,),
    ),
)  # fmt: skip
_STATE = {"duties_due": DUE, "duties_on_time_rate": DUE, "duties_open_late": OPEN_LATE}


def register(today: Callable[[], date]) -> None:
    """登记;`today` 给出「此刻」是哪一天。"""

    def compute(
        as_of: date | None, actor: Actor | None, names: frozenset[str]
    ) -> dict[str, Result]:
        day = as_of or today()
        rows = lateness(day, actor)
        return {name: _result(name, rows, day, actor) for name in names}

    register_group(FIGURES, compute)


def _result(name: str, rows: list[Lateness], day: date, actor: Actor | None) -> Result:
    scope = ALL if actor is None else scopes(actor)[-1]
    total = Lateness(
        None, "", "",
        sum(row.due for row in rows), sum(row.on_time for row in rows),
        sum(row.late for row in rows), sum(row.open_late for row in rows),
    )  # fmt: skip
    base = f"/duties/?state={_STATE[name]}&as_of={day.isoformat()}"
    base += "" if scope == MINE else f"&scope={scope}"
    parts = [
        Part(row.code, row.name, _value(name, row), f"{base}&only={row.code}", UNITS.key)
        for row in rows
    ]
    return Result(_value(name, total), parts, base)


def _value(name: str, row: Lateness) -> int | None:
    if name == "duties_on_time_rate":
        return row.rate_bp
    return row.due if name == "duties_due" else row.open_late
