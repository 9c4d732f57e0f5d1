"""到位资金的统计数字:本月、本年、累计(已认可),待核验另列;按县区、产业链、首谈单位、凭证种类分。

口径与 `paid_in` 的清单同一份:明细网址打开的合计等于数字。「此刻」的月与年由 `register` 时给的「今天」定。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from urllib.parse import urlencode

from juyuan.foundation.figures.registry import (
    MONEY,
    Dimension,
    Figure,
    Part,
    Result,
    register_group,
)
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.period import EARLIEST, FOREVER, end_of
from juyuan.rooms.pipeline.models import Voucher
from juyuan.rooms.pipeline.queries.figures import (
    CHAIN,
    COUNTY,
    FILTER_OF,
    LEAD,
    NO_CHAIN,
    Labels,
    View,
)
from juyuan.rooms.pipeline.queries.paid_in import Place, count_by, counted, places
from juyuan.rooms.pipeline.queries.vouchers import IN_STATE, kind_labels, with_standing
from juyuan.rooms.pipeline.rules.vouchers import CountBy, Entry, VoucherState, sums

KIND = Dimension("kind", "按凭证种类")
DIMENSIONS = (COUNTY, CHAIN, LEAD, KIND)
COUNTS_BY = "归期按参数「数字按认定日还是事实日归期」（建议值：认定日）；期初的历史凭证按到账日；冲回自认可冲回之日减去；随项目合并转入的归在原来的期"
SECTION = "到位资金"
PERIOD_OF = {"paid_in_month": "month", "paid_in_year": "year", "paid_in_total": "total"}
PENDING = "paid_in_pending"


def _figure(name: str, label: str, said: str, counts: str = COUNTS_BY) -> Figure:
    return Figure(name, label, MONEY, "3.3b", said, counts, section=SECTION, dimensions=DIMENSIONS)


FIGURES = [
    _figure(
        "paid_in_month", "本月到位资金",
        "归期在本（自然）月的、核验人已认可的凭证按种类比例认可的金额之和，减去已认可的冲回；财政资金计0。",
    ),
    _figure(
        "paid_in_year", "本年到位资金",
        "归期在本年的已认可金额之和；各月之和恒等于本年。",
    ),
    _figure(
        "paid_in_total", "累计到位资金",
        "全部已认可金额之和；各年之和恒等于累计。终止、退库的项目到过的钱仍在内，作废的不在内；项目合并的，凭证转到留下的一个，只计一次。",
    ),
    _figure(
        PENDING, "待核验到位资金",
        "已登记、核验人还没有认可或退回、没有冲回的凭证的可认可金额之和；不计入到位资金。",
        "录入日，即看即算",
    ),
]  # fmt: skip

Line = tuple[int, str, int]
"""(项目, 种类, 金额)。"""


def accepted_lines(
    view: View, day: date, by: CountBy
) -> tuple[dict[str, list[Line]], list[tuple[int, Entry]]]:
    """各归期的各笔(已认可),与(另一个日期口径也要用的)全部各笔连同项目。"""
    lines: dict[str, list[Line]] = {name: [] for name in PERIOD_OF}
    entries: list[tuple[int, Entry]] = []
    for item in counted(view.rows(full=False, as_of=day), day):
        entry, on = item.entry, item.entry.counted_on(by)
        line = (item.project_id, item.kind, entry.amount)
        lines["paid_in_total"].append(line)
        if on.year == day.year:
            lines["paid_in_year"].append(line)
            if on.month == day.month:
                lines["paid_in_month"].append(line)
        entries.append((item.project_id, entry))
    return lines, entries


def pending_lines(view: View, as_of: date | None) -> list[Line]:
    """待核验的各笔。"""
    rows = with_standing(Voucher.objects.all(), end_of(as_of) if as_of else None)
    rows = rows.filter(IN_STATE[VoucherState.WAITING.value])
    scope = view.rows(full=True, as_of=as_of)
    if scope is not None:
        rows = rows.filter(project__in=scope.order_by().values("pk"))
    return list(rows.values_list("project_id", "kind", "recognised"))


def rows_url(as_of: date | None, **filters: str) -> str:
    """数字背后的凭证清单。"""
    query = {k: v for k, v in filters.items() if v}
    if as_of is not None:
        query["as_of"] = as_of.isoformat()
    return f"/projects/paid-in/?{urlencode(query)}"


def _result(
    lines: Iterable[Line],
    where: Mapping[int, Place],
    labels: Labels,
    kinds: Mapping[str, str],
    as_of: date | None,
    base: dict[str, str],
    note: str = "",
) -> Result:
    total = 0
    cells: dict[str, dict[str, int]] = {d.key: defaultdict(int) for d in DIMENSIONS}
    for project, kind, amount in lines:
        place = where.get(project)
        if place is None:  # 那一天还没有这个项目,或已作废
            continue
        total += amount
        cells["chain"][place.chain or NO_CHAIN] += amount
        cells["lead"][str(place.lead) if place.lead else NO_CHAIN] += amount
        cells["kind"][kind] += amount
        for unit, part in place.parts(amount):
            cells["county"][unit] += part
    parts = []
    for dimension in DIMENSIONS:
        found = cells[dimension.key]
        if dimension is KIND:
            order = {code: i for i, code in enumerate(kinds)}
            for kind in sorted(found, key=lambda k: (order.get(k, len(order)), k)):
                url = rows_url(as_of, **base, kind=kind)
                parts.append(Part(kind, kinds.get(kind, kind), found[kind], url, "kind"))
            continue
        for key in sorted(found, key=partial(labels.rank, dimension.key)):
            code, label = labels.part(dimension.key, key)
            url = rows_url(as_of, **base, **{FILTER_OF[dimension.key]: code})
            parts.append(Part(code, label, found[key], url, dimension.key))
    return Result(total, parts, rows_url(as_of, **base), note)


def compute(
    as_of: date | None, actor: Actor | None, names: frozenset[str], *, today: Callable[[], date]
) -> dict[str, Result]:
    """一次求出要的几个数:凭证一条查询,项目归属至多两条,待核验一条,名称两条。"""
    if as_of is not None:
        as_of = min(max(as_of, EARLIEST), FOREVER)
    day = as_of or today()
    view, labels, kinds, by = View.of(actor), Labels.load(), kind_labels(day), count_by(day)
    lines: dict[str, list[Line]] = {}
    entries: list[tuple[int, Entry]] = []
    if names & set(PERIOD_OF):
        lines, entries = accepted_lines(view, day, by)
    if PENDING in names:
        lines[PENDING] = pending_lines(view, as_of)
    where = places({pk for found in lines.values() for pk, *_ in found}, as_of)
    other = CountBy.FACT_ON if by == CountBy.RECOGNISED_ON else CountBy.RECOGNISED_ON
    both = sums((entry for pk, entry in entries if pk in where), day, other)
    out = {}
    for name in names:
        if name == PENDING:
            base, note = {"state": VoucherState.WAITING.value}, "待核验的不计入到位资金"
        else:
            base = {"period": PERIOD_OF[name]}
            aside = getattr(both, PERIOD_OF[name])
            note = f"按{by.label}归期；按{other.label}为 {to_wan(aside)} 万元"
        out[name] = _result(lines[name], where, labels, kinds, as_of, base, note)
    return out


def register(today: Callable[[], date]) -> None:
    """登记到位资金的统计数字(由 wiring 调用,可重复);`today` 给出「此刻」是哪一天。"""
    register_group(FIGURES, partial(compute, today=today))
