"""停滞的统计数字:黄灯、红灯、提请退库,逐首谈单位,任何过去的一天都可重算。

明细网址打开的行数等于数字:同一份条件(queries/lights)算出来的。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from juyuan.foundation.figures.registry import Figure, Part, Result, register_group
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import EARLIEST, FOREVER
from juyuan.rooms.pipeline.queries import lights
from juyuan.rooms.pipeline.queries.figures import LEAD, NO_LEAD, Labels, rows_url
from juyuan.rooms.pipeline.rules.lights import Light

SECTION = "停滞"
COUNTS_BY = "截止日终了时已录入的进展、承诺与所在库;界限按截止日的参数"
LIT = {
    "projects_yellow": Light.YELLOW.value,
    "projects_red": Light.RED.value,
    "projects_to_withdraw": lights.WITHDRAW,
}
FIGURES = (
    Figure(
        "projects_yellow", "黄灯项目数", "个", "3.3b",
        "推进中的项目里亮黄灯的:洽谈、意向久无实质进展,或签约之后承诺的日子已过。",
        COUNTS_BY, section=SECTION, dimensions=(LEAD,),
    ),
    Figure(
        "projects_red", "红灯项目数", "个", "3.3b",
        "推进中的项目里亮红灯的;几个月没有实质进展、承诺的日子过了几天,由参数定(建议值)。",
        COUNTS_BY, section=SECTION, dimensions=(LEAD,),
    ),
    Figure(
        "projects_to_withdraw", "提请退库项目数", "个", "3.3b",
        "久无实质进展、系统提请退库的;退不退由人确认,机器不退。",
        COUNTS_BY, section=SECTION, dimensions=(LEAD,),
    ),
)  # fmt: skip


def compute(
    as_of: date | None, actor: Actor | None, names: frozenset[str], today: date
) -> dict[str, Result]:
    """一条查询求出各灯逐单位的个数;没有给日期就是 `today` 此刻。"""
    day = min(max(as_of or today, EARLIEST), FOREVER)
    found = lights.tally(actor, day, past=as_of is not None)
    labels = Labels.load()
    return {name: _result(LIT[name], found, labels, as_of) for name in names}


def _result(
    light: str, found: dict[int | None, dict[str, int]], labels: Labels, as_of: date | None
) -> Result:
    cells = {str(unit) if unit else NO_LEAD: cell[light]
             for unit, cell in found.items() if cell.get(light)}  # fmt: skip
    parts = []
    for key in sorted(cells, key=lambda key: labels.rank("lead", key)):
        code, label = labels.part("lead", key)
        parts.append(
            Part(code, label, cells[key], rows_url(as_of, light=light, lead_unit=code), LEAD.key)
        )
    return Result(sum(cells.values()), parts, rows_url(as_of, light=light))


def register(today: Callable[[], date]) -> None:
    """登记(由 wiring 调用,可重复);`today` 给出「此刻」是哪一天。"""
    register_group(FIGURES, lambda as_of, actor, names: compute(as_of, actor, names, today()))
