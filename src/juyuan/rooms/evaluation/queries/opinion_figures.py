"""审查意见的统计数字:未了的、超期未答复的,逐审查单位;任何过去的一天都可重算。

过去某天的状态与期限由申请的经过推出(`opinions.on_day`),不看冗余的列;各数按看得见的算,明细网址打开的行数等于数字。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from juyuan.foundation.figures.registry import (
    Dimension,
    Figure,
    Part,
    Result,
    register_group,
)
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import opinions as read

SECTION = "审查意见"
OPEN, LATE, ANSWERED = "opinions_open", "opinions_late", "opinions_answered"
TABS = {OPEN: "open", LATE: "late", ANSWERED: "answered"}
UNIT = Dimension("opinion_unit", "按审查单位")
FIGURES = (
    Figure(
        OPEN, "未了的审查申请", "件", "3.4b",
        "待答复、待签发、待补材料的合法性与公平竞争审查申请;撤回的、已答复的不计。",
        "截止日终了时申请经过的最后一步", section=SECTION, dimensions=(UNIT,),
    ),
    Figure(
        LATE, "超期未答复的审查申请", "件", "3.4b",
        "待答复、待签发而已过答复期限(起算日次日起,参数 opinion.workdays)的;到期当日不算,等补材料的不算。",
        "截止日终了时的答复期限", section=SECTION, dimensions=(UNIT,),
    ),
    Figure(
        ANSWERED, "已答复的审查申请", "件", "3.4b",
        "签发了意见的,历年合计,结论不论;意见已撤销的不计。",
        "签发之日", section=SECTION, dimensions=(UNIT,),
    ),
)  # fmt: skip


def _url(actor: Actor, tab: str, as_of: date | None) -> str:
    """数字背后的清单;开不了清单的人没有。"""
    if not access.can_list(actor):
        return ""
    given = {"tab": tab} | ({"as_of": as_of.isoformat()} if as_of else {})
    return f"{reverse('evaluation:opinions')}?{urlencode(given)}"


def computing(today: Callable[[], date]) -> Callable[..., dict[str, Result]]:
    """`today` 给出「此刻」是哪一天(超期要问)。"""

    def compute(
        as_of: date | None, actor: Actor | None, names: frozenset[str]
    ) -> dict[str, Result]:
        who = actor or Actor.system()
        found = {}
        tallies = read.tallied(who, [TABS[name] for name in names], as_of, today())
        for name in names:
            told = tallies[TABS[name]]
            parts = [Part(code, unit, n, "", UNIT.key) for (code, unit), n in told.items()]
            total = sum(part.value or 0 for part in parts)
            found[name] = Result(total, parts, _url(who, TABS[name], as_of))
        return found

    return compute


def register(today: Callable[[], date]) -> None:
    """登记(由 wiring 调用,可重复)。"""
    register_group(FIGURES, computing(today))
