"""项目关系的读:候选(集合式,从不两两相比)、清单、某日生效的关系、各数因关系少计多少。"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.keyset import Order, choose_order
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import split_money
from juyuan.kernel.text import compact
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.pipeline.models import (
    Project,
    ProjectHost,
    ProjectParty,
    ProjectRelation,
    ProjectState,
    Recognition,
)
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.relations import (
    Deduction,
    Limits,
    Pair,
    RelationState,
    Subject,
    deductions,
)

CROWD = 40  # 一个键下的项目多于此,说明不了什么(如同一个大园区),不作候选
CHUNK = 10_000
# 键:投资方(集团)、实际控制人、具体地点、名称键;同一键下的项目两两成对
PAIRS = """
WITH keys AS (
    SELECT DISTINCT y.project_id AS id, 'o' || COALESCE('g' || i.group_id, 'i' || i.id) AS key
    FROM pipeline_projectparty y JOIN investors_investor i ON i.id = y.investor_id
    UNION
    SELECT DISTINCT y.project_id, 'c' || m.value
    FROM pipeline_projectparty y JOIN investors_matchkey m
      ON m.object_type = 'investor' AND m.object_id = y.investor_id AND m.kind = 'controller'
    UNION
    SELECT id, 'n' || name_key FROM pipeline_project WHERE name_key <> ''
    UNION
    SELECT p.id, 'l' || h.unit_id || ':' || p.location FROM pipeline_project p
    JOIN pipeline_projecthost h ON h.project_id = p.id AND h.actual WHERE p.location <> ''
),
live AS (
    SELECT k.id, k.key FROM keys k JOIN pipeline_project p ON p.id = k.id
    WHERE p.voided_at IS NULL AND p.standing IN ('active', 'paused')
),
useful AS (SELECT key FROM live GROUP BY key HAVING COUNT(*) BETWEEN 2 AND %s)
SELECT DISTINCT a.id, b.id FROM live a JOIN live b ON b.key = a.key AND b.id > a.id
WHERE a.key IN (SELECT key FROM useful)
  AND NOT EXISTS (
      SELECT 1 FROM pipeline_projectrelation r
      WHERE (r.earlier_id, r.later_id) IN ((a.id, b.id), (b.id, a.id))
  )
ORDER BY 1, 2
"""


def limits(on: date) -> Limits:
    """提出关系的尺度。"""
    book = params(on)
    return Limits(
        near_days=book["relations.near_days"],
        thresholds=tuple(v * 10_000 for v in book["relations.thresholds"]),
        band_bp=book["relations.band_bp"],
    )


def candidates() -> list[tuple[Subject, Subject]]:
    """还没有提出过的候选对:共用一个键的在库项目。"""
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, [CROWD])
        pairs = cursor.fetchall()
    known = subjects({pk for pair in pairs for pk in pair})
    return [(known[a], known[b]) for a, b in pairs if a in known and b in known]


def subjects(ids: Collection[int]) -> dict[int, Subject]:
    """项目 → 可供比对的几项;四条查询一批。"""
    found: dict[int, Subject] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), CHUNK):
        part = listed[start : start + CHUNK]
        owners: dict[int, set[str]] = {pk: set() for pk in part}
        parties = ProjectParty.objects.filter(project_id__in=part).values_list(
            "project_id", "investor_id", "investor__group_id", "investor__controller"
        )
        for pk, investor, group, controller in parties:
            owners[pk].add(f"g{group}" if group else f"i{investor}")
            if controller and len(controlled := compact(controller)) > 1:
                owners[pk].add(f"c{controlled}")
        hosts: dict[int, set[int]] = {pk: set() for pk in part}
        for pk, unit in ProjectHost.objects.filter(project_id__in=part, actual=True).values_list(
            "project_id", "unit_id"
        ):
            hosts[pk].add(unit)
        rows = Project.objects.filter(pk__in=part).values_list(
            "pk", "name", "total_investment", "contract_amount", "signed_on", "created_at",
            "location",
        )  # fmt: skip
        for pk, name, total, contract, signed, created, location in rows:
            found[pk] = Subject(
                pk, name, total if total is not None else contract, signed or created.date(),
                frozenset(owners[pk]), frozenset(hosts[pk]), compact(location) if location else "",
            )  # fmt: skip
    return found


# ───────── 清单 ─────────


def visible(actor: Actor) -> QuerySet[ProjectRelation]:
    """两边都看得见全貌的关系;看不见一边的人,不知道有这一条。"""
    ids = seen_whole(actor).order_by().values("pk")
    rows = ProjectRelation.objects.filter(earlier__in=ids, later__in=ids)
    return rows.select_related("earlier", "later", "earlier__lead_unit", "later__lead_unit")


ORDERS = {
    "proposed": Order("id"),  # 提出的先后就是编号的先后
    "settled": Order("settled_at", nullable=True),
    "kind": Order("kind"),
}
DEFAULT_SORT = "-proposed"


def order_of(sort: str) -> Order:
    """点了哪一列就按哪一列,没点的新提出的在前。"""
    return choose_order(sort, ORDERS, DEFAULT_SORT)


def relation_door(actor: Actor, pk: int) -> ProjectRelation:
    """Raises: NotFound(没有,或看不见其中一边)。"""
    row = visible(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def relations_of(project: Project, actor: Actor) -> list[ProjectRelation]:
    """一个项目的关系(此人看得见两边的)。"""
    return list(visible(actor).filter(Q(earlier=project) | Q(later=project)).order_by("id"))


# ───────── 只计一次 ─────────


def effective(end: datetime | None, day: date) -> list[Pair]:
    """那一刻之前判定属实、尚未撤销的关系(`end` 为 None 即此刻),各按当天的计数规则;都计的不在内。"""
    rows = ProjectRelation.objects.filter(
        state__in=(RelationState.CONFIRMED, RelationState.REVOKED), settled_at__isnull=False
    )
    if end is None:
        rows = rows.filter(state=RelationState.CONFIRMED)
    else:
        rows = rows.filter(settled_at__lt=end).filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gte=end)
        )
    found = list(rows.order_by("pk").values_list("earlier_id", "later_id", "kind"))
    if not found:
        return []
    book = params(day)["counting.relations"]
    return [Pair(a, b, book[kind]) for a, b, kind in found if book[kind] != "count_both"]


@dataclass(frozen=True)
class Placed:
    """一个项目在某个数里的一格:金额,归哪条链、哪个首谈单位、各落点多少。"""

    money: int
    chain: str
    lead: int | None
    hosts: tuple[tuple[int, int, int], ...]  # 单位、份额、金额

    def county_less(self, less: int) -> list[tuple[str | None, int]]:
        """少计 `less` 元,各落点各少多少(剩下的仍按份额分,各地之和恒等于全市)。"""
        if not self.hosts:
            return [(None, less)]
        left = split_money(self.money - less, [share for _, share, _ in self.hosts])
        return [
            (str(unit), was - now) for (unit, _, was), now in zip(self.hosts, left, strict=True)
        ]


def _placed(money: Any, chain: Any, lead: Any, hosts: Any, name: str) -> Placed:
    parts = tuple((h["unit"], h["share_bp"], h[name]) for h in hosts)
    return Placed(int(money or 0), chain or "", lead, parts)


def _frozen(row: Recognition, name: str) -> Placed:
    """认定当日冻结的一格。"""
    money = row.total_investment if name == "total" else row.committed_investment
    return _placed(money, row.chain_code, row.lead_unit_id, row.hosts, name)


@dataclass(frozen=True)
class Standings:
    """关系所涉的项目在那一刻的样子:(种类, 库) → {项目: 格};`net` 只用于签约、落地。"""

    cells: Mapping[tuple[str, str], Mapping[int, Placed]]


def standings(pairs: Iterable[Pair], end: datetime | None) -> Standings:
    """关系所涉的项目各在哪些数里(未裁可见范围)。此刻两条查询,某日一条,另认定一条。"""
    ids = {pk for pair in pairs for pk in (pair.earlier, pair.later)}
    cells: dict[tuple[str, str], dict[int, Placed]] = {}
    alive: set[int] = set()

    def put(kind: str, lib: str, pk: int, placed: Placed) -> None:
        if lib:
            cells.setdefault((kind, lib), {})[pk] = placed

    rows = Recognition.objects.filter(project_id__in=ids, sign=1)
    if end is None:
        rows = rows.filter(live=True)
    else:
        gone = Recognition.objects.filter(sign=-1, recorded_at__lt=end).values("reverses_id")
        rows = rows.filter(recorded_at__lt=end, fact_on__lt=end.date()).exclude(pk__in=gone)
    known = {(r.project_id, r.stage): r for r in rows}
    for row in _states(ids, end):
        if row["standing"] not in ("active", "paused"):
            continue
        pk, lib = row["project_id"], row["recognised_stage"]
        alive.add(pk)
        placed = _placed(row["total"], row["chain"], row["lead"], row["hosts"], "total")
        put("claimed", row["stage"], pk, placed)
        put(
            "recognised",
            lib,
            pk,
            _frozen(known[pk, lib], "total") if (pk, lib) in known else placed,
        )
    for (pk, lib), r in known.items():
        put("gross", lib, pk, _frozen(r, "committed"))
        if pk in alive:
            put("net", lib, pk, _frozen(r, "committed"))
    return Standings(cells)


def _states(ids: Collection[int], end: datetime | None) -> Iterable[dict[str, Any]]:
    if end is not None:
        latest = (
            ProjectState.objects.filter(project_id__in=ids, recorded_at__lt=end)
            .order_by("project_id", "-recorded_at", "-id")
            .distinct("project_id")
        )
        for s in latest:
            if not s.voided:
                yield {
                    "project_id": s.project_id, "stage": s.stage, "standing": s.standing,
                    "recognised_stage": s.recognised_stage, "total": s.total_investment,
                    "chain": s.chain_code, "lead": s.lead_unit_id_at, "hosts": s.hosts,
                }  # fmt: skip
        return
    hosts: dict[int, list[dict[str, int]]] = {}
    for h in ProjectHost.objects.filter(project_id__in=ids, actual=True).order_by("id"):
        part = {"unit": h.unit_id, "share_bp": h.share_bp, "total": h.total_part}
        hosts.setdefault(h.project_id, []).append(part)
    for p in Project.objects.filter(pk__in=ids, voided_at__isnull=True).select_related("chain"):
        yield {
            "project_id": p.pk, "stage": p.stage, "standing": p.standing,
            "recognised_stage": p.recognised_stage, "total": p.total_investment,
            "chain": p.chain.code if p.chain else "", "lead": p.lead_unit_id,
            "hosts": hosts.get(p.pk, []),
        }  # fmt: skip


def deducted(
    pairs: list[Pair], found: Standings, key: tuple[str, str], seen: Collection[int] | None = None
) -> dict[int, tuple[Deduction, Placed]]:
    """一个数里各项目少计多少;`seen` 给出即只看得见这些(看不见一边的,那条关系对他不起作用)。"""
    placed = {
        pk: cell for pk, cell in found.cells.get(key, {}).items() if seen is None or pk in seen
    }
    less = deductions(pairs, {pk: cell.money for pk, cell in placed.items()})
    return {pk: (less[pk], placed[pk]) for pk in sorted(less)}


def uncounted(
    key: tuple[str, str], end: datetime | None, day: date, seen: QuerySet[Project]
) -> set[int]:
    """一个数里因关系不计个数的项目(清单里随之略去,行数才等于数字)。"""
    pairs = effective(end, day)
    if not pairs:
        return set()
    ids = {pk for pair in pairs for pk in (pair.earlier, pair.later)}
    known = set(seen.filter(pk__in=ids).values_list("pk", flat=True))
    return set(deducted(pairs, standings(pairs, end), key, known))


def uncounted_anywhere(end: datetime | None, day: date, seen: QuerySet[Project] | None) -> set[int]:
    """申报各库里因关系不计个数的全部项目;`seen` 为空即全市。"""
    pairs = effective(end, day)
    if not pairs:
        return set()
    known = None
    if seen is not None:
        ids = {pk for pair in pairs for pk in (pair.earlier, pair.later)}
        known = set(seen.filter(pk__in=ids).values_list("pk", flat=True))
    found = standings(pairs, end)
    return {
        pk
        for kind, lib in found.cells
        if kind == "claimed"
        for pk in deducted(pairs, found, (kind, lib), known)
    }
