"""准时的三个数字:当年已到期、按时率、逾期未办;逐单位,任何过去的一天都可重算,与上月比逐件说明。"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.duties.access import ALL, MINE, scopes
from juyuan.foundation.duties.listing import (
    DUE,
    ON_TIME,
    OPEN_LATE,
    Lateness,
    counted,
    lateness,
    past,
    seen_on,
)
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.duties.queries import present_duties
from juyuan.foundation.figures.registry import (
    RATE,
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

    def rows(name: str, as_of: date | None, actor: Actor | None) -> Behind:
        return behind(name, as_of or today(), actor)

    def told(
        actor: Actor | None, ids: Collection[int], before: date, after: date | None
    ) -> dict[int, Told]:
        return tell(actor, ids, before, after or today())

    register_group(FIGURES, compute, by_ledger=False)  # 任务补开、收起的不留台账
    register_explainer([figure.name for figure in FIGURES], Explainer(rows, told, "待办"))


def behind(name: str, day: date, actor: Actor | None) -> Behind:
    """一个数由哪些待办组成,裁法与 `lateness` 同一份。"""

    def those(state: str) -> dict[int, int]:
        found = counted(day, actor).filter(past(state, day)).order_by()
        return dict.fromkeys(found.values_list("pk", flat=True), 1)

    if name == "duties_on_time_rate":
        return Behind(those(ON_TIME), those(DUE))
    return Behind(those(_STATE[name]))


def tell(actor: Actor | None, ids: Collection[int], before: date, after: date) -> dict[int, Told]:
    """各件待办的名称、网址与前后两天的样子。"""
    named = present_duties(actor or Actor.console(), ids)
    was, now = (_seen(ids, day) for day in (before, after))
    return {
        pk: Told(
            named[pk][0] if pk in named else "现在看不见的待办",
            url=named[pk][1] if pk in named else "",
            was=was.get(pk, "还没有"), now=now.get(pk, "已撤销"),
        )
        for pk in ids
    }  # fmt: skip


def _seen(ids: Collection[int], day: date) -> dict[int, str]:
    """那一天的样子:哪天到期、办了没有。"""
    rows: Any = seen_on(Duty.objects.filter(pk__in=ids), day)  # due_at 是那一天的到期日
    found = {}
    for pk, due, ended in rows.values_list("pk", "due_at", "ended_at"):
        done = localdate(ended) if ended is not None else None
        if done is None or done > day:
            state = "逾期未办" if due < day else "未到期"
        else:
            state = "按时办结" if done <= due else "逾期办结"
        found[pk] = f"{due.isoformat()}到期，{state}"
    return found


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
