"""首谈与撞单的统计数字:在办首谈(逐单位)、未定与裁定过的撞单、裁定用了几天;任何过去的一天都可重算。

过去某天的状态由权利台账、裁定与时刻推出(`queries.past`),不看冗余的「状态」列;各数按看得见的算,
明细网址打开的行数等于数字。每月 20 日按时报备的数在「月度更新」一节,不另算一遍。
撞单不按单位分:一方由此看得出另一方是谁。
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from statistics import median_low
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from juyuan.foundation.figures.registry import (
    Behind,
    Explainer,
    Figure,
    Part,
    Result,
    Told,
    register_explainer,
    register_group,
)
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.workdays import workdays_between
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.queries import claims as claims_read
from juyuan.rooms.first_contact.queries import conflicts as conflicts_read
from juyuan.rooms.first_contact.queries.past import (
    STATE_THEN,
    claims_in,
    claims_on,
    conflicts_first_ruled,
    conflicts_in,
    conflicts_on,
    conflicts_ruled,
)
from juyuan.rooms.first_contact.rules.rights import LIVE, ClaimState
from juyuan.rooms.first_contact.rules.rulings import PENDING, ConflictState
from juyuan.rooms.pipeline.queries.figures import LEAD

SECTION = "首谈"
LIVE_CLAIMS, OPEN, RULED, DAYS = "claims_live", "conflicts_open", "conflicts_ruled", "ruling_days"
FIGURES = (
    Figure(
        LIVE_CLAIMS, "在办首谈", "件", "3.2b",
        "待确认、受保护、待裁定的首谈登记;失去独占、已移交、已终结的不计。",
        "截止日终了时权利台账的最后一步", section=SECTION, dimensions=(LEAD,),
    ),
    Figure(
        OPEN, "未定撞单", "件", "3.2b",
        "待裁定、已裁定而还可以提请、已提请召集人的撞单;只计您看得见的,不按单位分。",
        "立件时刻;裁定生效、终裁、撤销之日离开", section=SECTION,
    ),
    Figure(
        RULED, "裁定过的撞单", "件", "3.2b",
        "作出过第一次裁定的撞单,历年合计;撤销的(不是同一件)不计。",
        "第一次裁定的时刻", section=SECTION,
    ),
    Figure(
        DAYS, "裁定用的工作日(中位)", "个工作日", "3.2b",
        "「裁定过的撞单」自立件次日到第一次裁定(含)用了几个工作日,取中位数(偶数件取较小的);没有裁定过的为空。",
        "第一次裁定的时刻", section=SECTION,
    ),
)  # fmt: skip


def _claims(actor: Actor | None) -> QuerySet[Claim]:
    rows = Claim.objects.all() if actor is None else claims_read.visible_to(actor)
    return rows.order_by()


def _conflicts(actor: Actor | None) -> QuerySet[Conflict]:
    rows = Conflict.objects.all() if actor is None else conflicts_read.visible_to(actor)
    return rows.order_by()


def _url(actor: Actor | None, name: str, as_of: date | None, **given: str) -> str:
    """数字背后的清单;开不了清单的人没有。"""
    if actor is not None and not access.can_list(actor):
        return ""
    if as_of is not None:
        given["as_of"] = as_of.isoformat()
    return f"{reverse(f'first_contact:{name}')}?{urlencode(given)}"


def compute(as_of: date | None, actor: Actor | None, names: frozenset[str]) -> dict[str, Result]:
    """一次求出要的几个数。"""
    found: dict[str, Result] = {}
    if LIVE_CLAIMS in names:
        found[LIVE_CLAIMS] = _live(as_of, actor)
    if names & {OPEN, RULED, DAYS}:
        rows: Any = _conflicts(actor)
        rows = rows if as_of is None else conflicts_on(rows, as_of)
        state = "state" if as_of is None else STATE_THEN
        told = list(conflicts_first_ruled(rows, as_of).values_list(state, "opened_at", "ruled_at"))
        open_now = sum(ConflictState(one) in PENDING for one, _, _ in told)
        found[OPEN] = Result(open_now, rows_url=_url(actor, "conflicts", as_of, tab="pending"))
        days = _days([(opened, ruled) for _, opened, ruled in told if ruled is not None])
        url = _url(actor, "conflicts", as_of, tab="ruled")
        found[RULED] = Result(len(days), rows_url=url)
        found[DAYS] = Result(median_low(days) if days else None, rows_url=url)
    return {name: found[name] for name in names}


def _live(as_of: date | None, actor: Actor | None) -> Result:
    names = ("unit__order", "unit__code", "unit__short_name", "unit__name")
    rows = claims_in(_claims(actor), LIVE, as_of).values(*names).annotate(n=Count("pk"))
    parts, total = [], 0
    for _, code, short, name, count in rows.values_list(*names, "n").order_by(*names):
        url = _url(actor, "list", as_of, tab="live", unit=code)
        parts.append(Part(code, short or name, count, url, LEAD.key))
        total += count
    return Result(total, parts, _url(actor, "list", as_of, tab="live"))


def _days(spans: Sequence[tuple[datetime, datetime]]) -> list[int]:
    """各件用了几个工作日;没有就不取日历。"""
    known = calendar() if spans else None
    return [
        workdays_between(localdate(opened), localdate(ruled), known)
        for opened, ruled in spans
        if known is not None
    ]


def behind(name: str, as_of: date | None, actor: Actor | None) -> Behind:
    """一个数由哪些件组成,裁法与数字同一份。"""
    if name == LIVE_CLAIMS:
        rows: QuerySet[Claim] | QuerySet[Conflict] = claims_in(_claims(actor), LIVE, as_of)
    elif name == OPEN:
        rows = conflicts_in(_conflicts(actor), PENDING, as_of)
    else:
        rows = conflicts_ruled(_conflicts(actor), as_of)
    return Behind(dict.fromkeys(rows.values_list("pk", flat=True), 1))


def _tell_claims(
    actor: Actor | None, ids: Collection[int], before: date, after: date
) -> dict[int, Told]:
    shown = {
        pk: (name, code)
        for pk, name, code in _claims(actor).filter(pk__in=ids).values_list("pk", "project_name", "code")
    }  # fmt: skip
    was, now = (
        dict(claims_on(Claim.objects.filter(pk__in=ids), day).values_list("pk", STATE_THEN))
        for day in (before, after)
    )
    return {
        pk: Told(
            *shown[pk], reverse("first_contact:claim", args=[shown[pk][1]]),
            _claim_state(was.get(pk)), _claim_state(now.get(pk)),
        )
        if pk in shown
        else Told("现在看不见的首谈")
        for pk in ids
    }  # fmt: skip


def _claim_state(state: str | None) -> str:
    return ClaimState(state).label if state else "还没有登记"


def _tell_conflicts(
    actor: Actor | None, ids: Collection[int], before: date, after: date
) -> dict[int, Told]:
    shown = dict(_conflicts(actor).filter(pk__in=ids).values_list("pk", "code"))
    was, now = (
        dict(conflicts_on(Conflict.objects.filter(pk__in=ids), day).values_list("pk", STATE_THEN))
        for day in (before, after)
    )
    return {
        pk: Told(
            f"撞单 {shown[pk]}", shown[pk], reverse("first_contact:conflict", args=[shown[pk]]),
            _conflict_state(was.get(pk)), _conflict_state(now.get(pk)),
        )
        if pk in shown
        else Told("现在看不见的撞单")
        for pk in ids
    }  # fmt: skip


def _conflict_state(state: str | None) -> str:
    return ConflictState(state).label if state else "还没有立件"


TELLS: Mapping[str, tuple[Callable[..., dict[int, Told]], str]] = {
    LIVE_CLAIMS: (_tell_claims, "首谈"),
    OPEN: (_tell_conflicts, "撞单"),
    RULED: (_tell_conflicts, "撞单"),
}


def register(today: Callable[[], date]) -> None:
    """登记(由 wiring 调用,可重复);`today` 给出「此刻」是哪一天。"""
    register_group(FIGURES, compute)
    for name, (tell, noun) in TELLS.items():

        def told(
            actor: Actor | None, ids: Collection[int], before: date, after: date | None,
            tell: Callable[..., dict[int, Told]] = tell,
        ) -> dict[int, Told]:  # fmt: skip
            return tell(actor, ids, before, after or today())

        register_explainer([name], Explainer(behind, told, noun))
