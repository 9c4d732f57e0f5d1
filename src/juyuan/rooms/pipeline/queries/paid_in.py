"""到位资金的数与清单:本月、本年、累计(已认可)与待核验,任何一天、任何范围,同一个口径。

不存合计:每次由认可过的凭证(`VoucherCheck`)现算。截至某日,只算到账日与认可日都不晚于该日的;
项目的产业链、首谈单位、落点取那一天的样子。落点的金额逐笔按份额分(最大余额法),故各地、各月都分毫不差。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.timezone import localdate

from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.keyset import Order, Page, choose_order, ordering, paginate
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import split_money
from juyuan.kernel.period import end_of
from juyuan.rooms.pipeline.models import Project, ProjectHost, Voucher, VoucherCheck
from juyuan.rooms.pipeline.queries import past
from juyuan.rooms.pipeline.queries.criteria import MAX_Q, Criteria
from juyuan.rooms.pipeline.queries.criteria import apply as narrow
from juyuan.rooms.pipeline.queries.criteria import read as read_projects
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of, seen_whole, visible_to
from juyuan.rooms.pipeline.queries.vouchers import (
    ACCEPTED,
    COUNTED,
    IN_STATE,
    QUEUE,
    VoucherLine,
    kind_labels,
    line_of,
    with_details,
    with_standing,
)
from juyuan.rooms.pipeline.rules.vouchers import CountBy, Entry, Sums, VoucherState, sums

UNPLACED = "none"
PERIODS = {"month": "本月", "year": "本年", "total": "累计"}
STATES = {**{s.value: s.label for s in VoucherState}, "queue": "等核验"}
SORTS = {
    "id": Order("id"),
    "paid_on": Order("paid_on"),
    "checked_on": Order("checked_at", nullable=True),
    "amount": Order("signed_amount"),
    "recognised": Order("signed_recognised"),
}
NEWEST = "-id"
PAGE = 50
BATCH = 500
_CODE = re.compile(r"[A-Za-z0-9_-]{1,60}")


def count_by(on: date) -> CountBy:
    """某日有效的归期口径。"""
    return CountBy(params(on)["recognition.count_by"])


# ───────── 计数的各笔 ─────────


@dataclass(frozen=True)
class Counted:
    """认可过的一笔:哪个项目、什么种类、多少(冲回为负)。"""

    project_id: int
    kind: str
    entry: Entry


def counted(projects: QuerySet[Project] | Collection[int] | None, as_of: date) -> list[Counted]:
    """截至某日认可过的各笔(一条查询);`projects` 为 None 即不限。"""
    rows = VoucherCheck.objects.filter(
        verdict=ACCEPTED, recorded_at__lt=end_of(as_of), voucher__paid_on__lte=as_of
    )
    if projects is not None:
        wanted: Any = projects
        if isinstance(projects, QuerySet):
            wanted = projects.order_by().values("pk")
        rows = rows.filter(voucher__project__in=wanted)
    return [
        Counted(
            project, kind, Entry(sign * amount, paid_on, kept or localdate(recorded), historical)
        )
        for project, kind, sign, amount, paid_on, recorded, kept, historical in rows.order_by(
            "pk"
        ).values_list(
            "voucher__project_id", "voucher__kind", "voucher__sign", "recognised",
            "voucher__paid_on", "recorded_at", "voucher__counted_on", "voucher__historical",
        )
    ]  # fmt: skip


def paid_in_of(project_ids: Collection[int], on: date) -> dict[int, Sums]:
    """各项目截至某日的本月、本年、累计(元);没有凭证的是零。"""
    by = count_by(on)
    found: dict[int, list[Entry]] = defaultdict(list)
    for item in counted(list(project_ids), on):
        found[item.project_id].append(item.entry)
    return {pk: sums(found.get(pk, ()), on, by) for pk in project_ids}


# ───────── 项目那一天的样子 ─────────


@dataclass(frozen=True)
class Place:
    """项目某日的归属:产业链代码、首谈单位、落点(单位, 份额)。"""

    chain: str
    lead: int | None
    hosts: tuple[tuple[int, int], ...]

    def parts(self, amount: int) -> list[tuple[str, int]]:
        """这一笔在各落点的金额(元);没有落点的归「未定」。"""
        if not self.hosts:
            return [(UNPLACED, amount)]
        shares = split_money(amount, [share for _, share in self.hosts])
        return [(str(unit), part) for (unit, _), part in zip(self.hosts, shares, strict=True)]


def places(project_ids: Collection[int], as_of: date | None) -> dict[int, Place]:
    """各项目那一天的归属;那一天还没有的、已作废的不在内。至多两条查询。"""
    if as_of is not None:
        return {
            pk: Place(chain, lead, tuple(sorted((h["unit"], h["share_bp"]) for h in hosts)))
            for pk, chain, lead, hosts in past.snapshots(as_of)
            .filter(project_id__in=project_ids)
            .values_list("project_id", "chain_code", "lead_unit_id_at", "hosts")
        }
    hosts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pk, unit, share in ProjectHost.objects.filter(
        project_id__in=project_ids, actual=True
    ).values_list("project_id", "unit_id", "share_bp"):
        hosts[pk].append((unit, share))
    return {
        pk: Place(chain or "", lead, tuple(sorted(hosts.get(pk, ()))))
        for pk, chain, lead in Project.objects.filter(
            pk__in=project_ids, voided_at__isnull=True
        ).values_list("pk", "chain__code", "lead_unit_id")
    }


# ───────── 清单:条件 ─────────


@dataclass(frozen=True)
class VoucherCriteria:
    """清单的条件。`period` 给出即只看计数的,归期在本月、本年或累计;`state` 是核验状态。"""

    q: str = ""
    project: str = ""
    state: str = ""
    kind: str = ""
    period: str = ""
    projects: Criteria = field(default_factory=Criteria)
    problems: tuple[str, ...] = ()

    @property
    def as_of(self) -> date | None:
        return self.projects.as_of


def read(data: Mapping[str, str]) -> VoucherCriteria:
    """网址参数 → 条件;读不懂的不猜,说一句。"""
    kept = {
        name: data.get(name, "") for name in ("host_unit", "chain", "lead_unit", "as_of", "mine")
    }
    projects = read_projects({**kept, "standing": "all"})
    problems = list(projects.problems)

    def pick(name: str, label: str, allowed: Iterable[str]) -> str:
        said = data.get(name, "").strip()
        if said and said not in set(allowed):
            problems.append(f"{label}没有「{said[:20]}」这一项，已不作限制")
            return ""
        return said

    code = data.get("project", "").strip()
    kind = data.get("kind", "").strip()
    return VoucherCriteria(
        q=data.get("q", "").strip()[:MAX_Q].replace("\x00", ""),
        project=code if _CODE.fullmatch(code) else "",
        state=pick("state", "核验状态", STATES),
        kind=kind if _CODE.fullmatch(kind) else "",
        period=pick("period", "归期", PERIODS),
        projects=projects,
        problems=tuple(problems),
    )


def _first(period: str, day: date) -> date | None:
    if period == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if period == "year" else None


def _in_period(period: str, day: date, by: CountBy) -> Q:
    """归期在本月、本年或累计,且截至 `day` 已知。"""
    known = COUNTED & Q(paid_on__lte=day, check_row__recorded_at__lt=end_of(day))
    first = _first(period, day)
    if first is None:
        return known
    by_fact = Q(paid_on__gte=first)
    if by == CountBy.FACT_ON:
        return known & by_fact
    from_day = end_of(first - timedelta(days=1))
    return known & (
        Q(historical=True) & by_fact
        | Q(historical=False, counted_on__gte=first)
        | Q(historical=False, counted_on__isnull=True, check_row__recorded_at__gte=from_day)
    )


def matching(
    actor: Actor, found: VoucherCriteria, today: date, *, reach: Reach | None = None
) -> QuerySet[Voucher]:
    """看得见、合条件的凭证(已注状态列)。只许看认定事实的项目只有认可的,检索也只认项目名称、编号。"""
    reach = reach or reach_of(actor)
    own = reach.own_units
    criteria = replace(found.projects, q="")
    whole = narrow(seen_whole(actor, reach=reach, as_of=found.as_of), criteria, own_units=own)
    facts = narrow(visible_to(actor, reach=reach, as_of=found.as_of), criteria, own_units=own)
    end = end_of(found.as_of) if found.as_of else None
    rows = with_standing(Voucher.objects.all(), end)
    full = Q(project__in=whole.order_by().values("pk"))
    part = COUNTED & Q(project__in=facts.order_by().values("pk"))
    if found.q:
        named = Q(project__name__icontains=found.q) | Q(project__code__iexact=found.q)
        number = Q(number__icontains=found.q) | Q(payer_name__icontains=found.q)
        full &= named | number | Q(payer__name__icontains=found.q)
        part &= named
    rows = rows.filter(full | part)
    if found.project:
        rows = rows.filter(project__code=found.project)
    if found.kind:
        rows = rows.filter(kind=found.kind)
    if found.period:
        day = found.as_of or today
        rows = rows.filter(_in_period(found.period, day, count_by(day)))
    if found.state:
        rows = rows.filter(QUEUE if found.state == "queue" else IN_STATE[found.state])
    return rows


# ───────── 清单:行与合计 ─────────


@dataclass(frozen=True)
class Tally:
    """几笔、申报多少、可认可多少(元,冲回为负)。"""

    n: int = 0
    amount: int = 0
    recognised: int = 0


@dataclass
class VoucherListing:
    page: Page[Voucher]
    rows: list[VoucherLine]
    accepted: Tally
    waiting: Tally

    @property
    def total(self) -> int:
        return self.page.total or 0


def host_pk(found: VoucherCriteria) -> str:
    """按落点筛时那个单位的键(`none` 为未定);没有按落点筛为空串。"""
    code = found.projects.host_unit
    if not code:
        return ""
    if code in ("none", "unplaced"):
        return UNPLACED
    pk = Unit.objects.filter(code=code).values_list("pk", flat=True).first()
    return str(pk or 0)


def _tally(rows: QuerySet[Voucher], host: str, as_of: date | None) -> Tally:
    if not host:
        got = rows.order_by().aggregate(
            n=Count("pk"), amount=Sum(F("sign") * F("amount")),
            recognised=Sum(F("sign") * F("recognised")),
        )  # fmt: skip
        return Tally(got["n"], int(got["amount"] or 0), int(got["recognised"] or 0))
    lines = list(rows.order_by().values_list("project_id", "sign", "amount", "recognised"))
    where = places({pk for pk, *_ in lines}, as_of)
    amount = recognised = 0
    for pk, sign, claimed, known in lines:
        if pk in where:
            amount += dict(where[pk].parts(sign * claimed)).get(host, 0)
            recognised += dict(where[pk].parts(sign * known)).get(host, 0)
    return Tally(len(lines), amount, recognised)


def listing(
    actor: Actor,
    found: VoucherCriteria,
    today: date,
    *,
    sort: str = NEWEST,
    cursor: str = "",
    limit: int = PAGE,
) -> VoucherListing:
    """一页凭证,新的在前;合计分「已认可」与「待核验」,从不相加。按落点筛的只计该地份额。"""
    reach = reach_of(actor)
    rows = matching(actor, found, today, reach=reach)
    host = host_pk(found)
    page = paginate(_sortable(with_details(rows)), choose_order(sort, SORTS, NEWEST), cursor, limit)
    accepted = _tally(rows.filter(COUNTED), host, found.as_of)
    waiting = _tally(rows.filter(IN_STATE[VoucherState.WAITING.value]), host, found.as_of)
    page.total = rows.count()
    return VoucherListing(
        page, lines_of(page.items, actor, today, host, found.as_of, reach), accepted, waiting
    )


def _sortable(rows: QuerySet[Voucher]) -> QuerySet[Voucher]:
    """带上显示的数(冲回为负)与认定时刻,供排序。"""
    return rows.annotate(
        signed_amount=F("sign") * F("amount"),
        signed_recognised=F("sign") * F("recognised"),
        checked_at=F("check_row__recorded_at"),
    )


def lines_of(
    items: Collection[Voucher],
    actor: Actor,
    today: date,
    host: str,
    as_of: date | None,
    reach: Reach,
) -> list[VoucherLine]:
    """凭证 → 给人看的行;只许看认定事实的项目不带凭证号、付款人、文件。"""
    ids = {row.project_id for row in items}
    whole = set(
        seen_whole(actor, reach=reach, as_of=as_of).filter(pk__in=ids).values_list("pk", flat=True)
    )
    labels = kind_labels(today)
    where = places(ids, as_of) if host else {}
    found = []
    for row in items:
        line = line_of(row, labels, proofs=row.project_id in whole)
        if host and row.project_id in where:
            line = replace(
                line, share=dict(where[row.project_id].parts(line.recognised)).get(host, 0)
            )
        found.append(line)
    return found


def every_line(
    actor: Actor, found: VoucherCriteria, today: date, *, sort: str = NEWEST
) -> Iterator[VoucherLine]:
    """全部合条件的行(导出用),分批取。"""
    reach = reach_of(actor)
    host = host_pk(found)
    rows = matching(actor, found, today, reach=reach)
    order = ordering(choose_order(sort, SORTS, NEWEST))
    ids = list(_sortable(rows).order_by(*order).values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        batch = with_details(_sortable(rows.filter(pk__in=chunk))).order_by(*order)
        yield from lines_of(list(batch), actor, today, host, found.as_of, reach)


def waiting_count(actor: Actor, today: date) -> int:
    """看得见的、等核验的有几笔。"""
    return matching(
        actor, VoucherCriteria(state="queue", projects=Criteria(standing="all")), today
    ).count()
