"""线索的统计数字:登记的、在办的、转成项目的、转化率;按渠道、按承办单位,任何过去的一天都可重算。

过去某天的状态与承办单位由那天为止的最后一步得到(`queries.past`);各数按看得见的算,
明细网址打开的行数等于数字。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

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
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries import leads as read
from juyuan.rooms.outreach.queries.listing import NO_CHANNEL
from juyuan.rooms.outreach.queries.past import (
    REGISTERED,
    STATE_THEN,
    UNIT_THEN,
    leads_in,
    leads_on,
)
from juyuan.rooms.outreach.rules.leads import CLAUSE, UNDER_WAY, LeadState

SECTION = "线索"
CHANNEL = Dimension("channel", "按来源渠道")
HANDLER = Dimension("handler", "按承办单位", "还没有分办的不在任何一个单位之下")
STATES = {
    "leads_registered": REGISTERED,
    "leads_under_way": UNDER_WAY,
    "leads_converted": (LeadState.CONVERTED,),
}
ROWS = {
    "leads_registered": {"among": "registered"}, "leads_under_way": {"among": "under_way"},
    "leads_converted": {"state": "converted"}, "lead_conversion": {"among": "registered"},
}  # fmt: skip
CONVERSION = "lead_conversion"
Cells = Counter[tuple[str, int | None]]
"""(渠道, 承办单位) → 几条。"""
COUNTS_BY = "截止日终了时最后一步之后的状态;登记按登记那天"


def _figure(name: str, label: str, said: str, unit: str = "条") -> Figure:
    dimensions = (CHANNEL, HANDLER)
    return Figure(name, label, unit, CLAUSE, said, COUNTS_BY, section=SECTION, dimensions=dimensions)  # fmt: skip


FIGURES = (
    _figure("leads_registered", "登记的线索", "登记过、没有撤回的线索,历年合计;草稿不计。"),
    _figure("leads_under_way", "在办线索", "已登记、已分办、已研判、撞单待裁定的,还没有下文。"),
    _figure("leads_converted", "转成项目的线索", "转成项目的线索,历年合计。"),
    _figure(
        CONVERSION, "线索转化率", "转成项目的除以登记的;没有登记的为空。不采纳的、在办的都在分母里。", RATE,
    ),
)  # fmt: skip


def _seen(actor: Actor | None) -> QuerySet[Lead]:
    rows = Lead.objects.all() if actor is None else read.visible_to(actor)
    return rows.order_by()


def _url(as_of: date | None, **given: str) -> str:
    if as_of is not None:
        given["as_of"] = as_of.isoformat()
    return f"{reverse('outreach:list')}?{urlencode(given)}"


def _tallies(as_of: date | None, actor: Actor | None) -> dict[str, Cells]:
    """各数的 (渠道, 承办单位) → 几条;一条语句。"""
    state, unit = ("state", "unit_id") if as_of is None else (STATE_THEN, UNIT_THEN)
    rows: Any = leads_in(_seen(actor), REGISTERED, as_of)
    found: dict[str, Cells] = {name: Counter() for name in STATES}
    grouped = rows.values(state, "channel", unit).annotate(n=Count("pk"))
    for now, channel, pk, count in grouped.values_list(state, "channel", unit, "n"):
        for name, states in STATES.items():
            if now in states:
                found[name][channel, pk] += count
    return found


def register(today: Callable[[], date]) -> None:
    """登记(由 wiring 调用,可重复);`today` 给出「此刻」是哪一天。"""

    def compute(
        as_of: date | None, actor: Actor | None, names: frozenset[str]
    ) -> dict[str, Result]:
        tallies = _tallies(as_of, actor)
        pks = {pk for _, pk in tallies["leads_registered"] if pk is not None}
        units = {u.pk: u for u in Unit.objects.filter(pk__in=pks).order_by("order", "code")}
        channels = read.channels_of(params(as_of or today()))
        found = {}
        for name in names:
            top = tallies["leads_converted" if name == CONVERSION else name]
            base = tallies["leads_registered"] if name == CONVERSION else None
            found[name] = Result(
                _value(top, base), [*_parts(name, top, base, channels, units, as_of)],
                _url(as_of, **ROWS[name]),
            )  # fmt: skip
        return found

    def told(
        actor: Actor | None, ids: Collection[int], before: date, after: date | None
    ) -> dict[int, Told]:
        return tell(actor, ids, before, after or today())

    register_group(FIGURES, compute)
    register_explainer([figure.name for figure in FIGURES], Explainer(behind, told, "线索"))


def _value(top: Cells, base: Cells | None) -> int | None:
    if base is None:
        return top.total()
    return top.total() * 10_000 // base.total() if base.total() else None


def _parts(
    name: str, top: Cells, base: Cells | None, channels: dict[str, str], units: dict[int, Unit],
    as_of: date | None,
) -> Iterator[Part]:  # fmt: skip
    whole = top if base is None else base
    used = {channel for channel, _ in whole}
    known = [code for code in channels if code in used]
    for code in [*known, *sorted(used - set(known))]:
        key = code or NO_CHANNEL
        label = channels.get(code, code) if code else "没有写渠道"
        value = _value(_where(top, channel=code), _where(base, channel=code))
        yield Part(key, label, value, _url(as_of, **ROWS[name], channel=key), CHANNEL.key)
    for pk, unit in units.items():
        if any(one == pk for _, one in whole):
            value = _value(_where(top, unit=pk), _where(base, unit=pk))
            url = _url(as_of, **ROWS[name], unit=unit.code)
            yield Part(unit.code, str(unit), value, url, HANDLER.key)


def _where(cells: Cells | None, *, channel: str | None = None, unit: int | None = None) -> Any:
    """只留一个渠道(或单位)的;没有分母的仍没有。"""
    if cells is None:
        return None
    return Counter(
        {
            key: n
            for key, n in cells.items()
            if (channel is None or key[0] == channel) and (unit is None or key[1] == unit)
        }
    )


def behind(name: str, as_of: date | None, actor: Actor | None) -> Behind:
    """一个数由哪些线索组成,裁法与数字同一份。"""

    def those(wanted: str) -> dict[int, int]:
        rows = leads_in(_seen(actor), STATES[wanted], as_of)
        return dict.fromkeys(rows.values_list("pk", flat=True), 1)

    if name == CONVERSION:
        return Behind(those("leads_converted"), those("leads_registered"))
    return Behind(those(name))


def tell(actor: Actor | None, ids: Collection[int], before: date, after: date) -> dict[int, Told]:
    """各条的名称、网址与前后两天的状态。"""
    named = {lead.pk: lead for lead in _seen(actor).filter(pk__in=ids)}
    was, now = (
        dict(leads_on(Lead.objects.filter(pk__in=ids), day).values_list("pk", STATE_THEN))
        for day in (before, after)
    )
    return {
        pk: Told(
            named[pk].title, named[pk].code, reverse("outreach:detail", args=[named[pk].code]),
            _state(was.get(pk)), _state(now.get(pk)),
        )
        if pk in named
        else Told("现在看不见的线索")
        for pk in ids
    }  # fmt: skip


def _state(state: str | None) -> str:
    return LeadState(state).label if state else "还没有报"
