"""读:我的、本单位的、全市的待办。起点只有 `visible`:看不见对象的,既不列也不数。

查询数不随件数增加:对象多的房间给出子查询(`within`),其余的每类对象多两条查询。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from juyuan.foundation.duties import registry
from juyuan.foundation.duties.access import MINE, UNIT, scopes
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.duties.registry import DutyKind, DutyRow
from juyuan.foundation.people.absences import covered_by, led_units
from juyuan.foundation.people.queries import posts_on
from juyuan.kernel.actor import Actor

LATE, TODAY, WEEK, LATER = "late", "today", "week", "later"
BUCKETS = {LATE: "已逾期", TODAY: "今天到期", WEEK: "本周到期", LATER: "以后到期"}


def bucket_of(due_on: date, on: date) -> str:
    """到期日落在哪一段;本周到星期日为止。"""
    if due_on < on:
        return LATE
    if due_on == on:
        return TODAY
    return WEEK if due_on <= sunday(on) else LATER


def sunday(on: date) -> date:
    return on + timedelta(days=7 - on.isoweekday())


def in_bucket(bucket: str, on: date) -> Q:
    """与 `bucket_of` 同义(有测试)。"""
    return {
        LATE: Q(due_on__lt=on),
        TODAY: Q(due_on=on),
        WEEK: Q(due_on__gt=on, due_on__lte=sunday(on)),
        LATER: Q(due_on__gt=sunday(on)),
    }[bucket]


# ───────── 看得见的 ─────────


FEW = 500


def visible(actor: Actor | None, rows: QuerySet[Duty], *, few: bool = False) -> QuerySet[Duty]:
    """对象看得见的。`actor` 为 None 或系统即全部(命令行、全市公布数)。

    `few` 即只有几件(铃、一件的页):先取出对象的编号,只在这几个里问,不拿看得见的全部来比。
    """
    if actor is None or actor.is_system:
        return rows
    known = registry.doors()
    seen = Q(pk__in=[])
    listed = [name for name, door in known.items() if few or door.within is None]
    ids = _ids_by_type(rows, listed) if listed else {}
    for name, door in known.items():
        if door.within is not None and (not few or ids.get(name)):
            among = door.within(actor)
            among = among.filter(pk__in=ids[name]) if few else among
            seen |= Q(object_type=name, object_id__in=among)
        elif ids.get(name):
            seen |= Q(object_type=name, object_id__in=door.visible_ids(actor, ids[name]))
    return rows.filter(seen)


def _ids_by_type(rows: QuerySet[Duty], names: list[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    pairs = rows.filter(object_type__in=names).order_by().values_list("object_type", "object_id")
    for name, pk in pairs.distinct():
        found.setdefault(name, set()).add(pk)
    return found


# ───────── 谁的 ─────────


def in_scope(actor: Actor, scope: str, rows: QuerySet[Duty], on: date) -> QuerySet[Duty]:
    """`mine` 我的(含代理的)、`unit` 本单位及下级、`all` 全市;未裁可见范围。"""
    if scope == UNIT:
        return rows.filter(unit_id__in=led_units(actor))
    return _mine(actor, rows, on) if scope == MINE else rows


def _mine(actor: Actor, rows: QuerySet[Duty], on: date) -> QuerySet[Duty]:
    covered = covered_by(actor.person_id, on)
    held = {(p.role, p.unit_id) for p in actor.posts}
    if covered:
        posts = posts_on(on).filter(person_id__in=covered, unit__disabled_on__isnull=True)
        held |= set(posts.values_list("role", "unit_id"))
    people = {actor.person_id, *covered} - {None}
    condition = Q(person_id__in=people)
    for kinds, units in _by_roles(held):
        condition |= Q(person__isnull=True, unit_id__in=units, kind__in=kinds)
    for kind in registry.kinds():
        if kind.not_mine is not None:
            condition &= ~Q(kind=kind.kind, object_id__in=kind.not_mine(actor))
    return rows.filter(condition)


def _by_roles(held: Iterable[tuple[str, int]]) -> list[tuple[list[str], set[int]]]:
    """(种类, 单位):没有指名到人的,任相应角色的人才算他的。"""
    found: dict[tuple[str, ...], list[str]] = {}
    for kind in registry.kinds():
        found.setdefault(kind.roles, []).append(kind.kind)
    pairs = [
        (names, {unit for role, unit in held if role in roles}) for roles, names in found.items()
    ]
    return [(names, units) for names, units in pairs if units]


def open_duties(actor: Actor, scope: str, on: date) -> QuerySet[Duty]:
    """开着的、看得见的(未排序)。只认登记了的种类。"""
    rows = Duty.objects.filter(ended_at__isnull=True, kind__in=_known())
    return visible(actor, in_scope(actor, scope, rows, on))


def _known() -> list[str]:
    return [kind.kind for kind in registry.kinds()]


def mine(actor: Actor, on: date, limit: int = 200) -> list[DutyRow]:
    """我的(含代理的),到期早的在前。"""
    return rows_of(actor, open_duties(actor, MINE, on).order_by("due_on", "id")[:limit], on)


def of_units(
    actor: Actor, on: date, unit_ids: Iterable[int] | None = None, limit: int = 200
) -> list[DutyRow]:
    """本单位(或全市)的;`unit_ids` 再限到这些单位。"""
    rows = open_duties(actor, scopes(actor)[-1], on)
    if unit_ids is not None:
        rows = rows.filter(unit_id__in=list(unit_ids))
    return rows_of(actor, rows.order_by("due_on", "id")[:limit], on)


@dataclass(frozen=True)
class Desk:
    """工作台的一摊:各段的件数,与最急的几件。"""

    counts: Mapping[str, int]
    rows: tuple[DutyRow, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def desk(actor: Actor, on: date, scope: str = MINE, limit: int = 8) -> Desk:
    """已逾期、今天、本周、以后各几件,最急的几件。"""
    rows = open_duties(actor, scope, on)
    return Desk(counts(rows, on), tuple(rows_of(actor, rows.order_by("due_on", "id")[:limit], on)))


def counts(rows: QuerySet[Duty], on: date) -> dict[str, int]:
    """各段的件数,一条查询。"""
    return rows.order_by().aggregate(
        **{name: Count("pk", filter=in_bucket(name, on)) for name in BUCKETS}
    )


# ───────── 给人看的一行 ─────────


def rows_of(actor: Actor, duties: Iterable[Duty] | QuerySet[Duty], on: date) -> list[DutyRow]:
    """带上名称(经对象的门取)与网址;传进来的须已裁过可见范围。"""
    if isinstance(duties, QuerySet):
        duties = duties.select_related("unit", "person")
    found = list(duties)
    titles = _titles(actor, found)
    kinds = {kind.kind: kind for kind in registry.kinds()}
    covered = covered_by(actor.person_id, on) if found else {}
    return [
        _row(duty, kinds[duty.kind], titles.get((duty.object_type, duty.object_id)), covered)
        for duty in found
        if duty.kind in kinds
    ]


def _titles(actor: Actor, duties: list[Duty]) -> dict[tuple[str, int], tuple[str, str]]:
    wanted: dict[str, set[int]] = {}
    for duty in duties:
        wanted.setdefault(duty.object_type, set()).add(duty.object_id)
    doors = registry.doors()
    return {
        (name, pk): said
        for name, ids in wanted.items()
        if name in doors
        for pk, said in doors[name].present(actor, ids).items()
    }


def _row(
    duty: Duty, kind: DutyKind, said: tuple[str, str] | None, covered: Mapping[int, str]
) -> DutyRow:
    title, url = said or ("", "")
    return DutyRow(
        id=duty.pk,
        kind=kind.kind,
        label=kind.label,
        clause=duty.clause,
        ends_by=kind.ends_by,
        object_type=duty.object_type,
        object_id=duty.object_id,
        title=title,
        object_url=url,
        unit_id=duty.unit_id,
        unit_code=duty.unit.code,
        unit_name=duty.unit.short_name or duty.unit.name,
        person_id=duty.person_id,
        person_name=duty.person.name if duty.person else "",
        for_name=covered.get(duty.person_id, "") if duty.person_id else "",
        basis_on=duty.basis_on,
        due_on=duty.due_on,
        provisional=duty.provisional,
        said=duty.said,
        period=duty.period,
        opened_at=duty.opened_at,
        ended_at=duty.ended_at,
        ended_act=duty.ended_act,
        cancelled=duty.cancelled,
    )


def url_of(row: DutyRow) -> str:
    """一步到那个动作。"""
    return registry.kind_of(row.kind).url(row)


# ───────── 待办作为对象(通知经它裁可见范围)─────────


def visible_duty_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    wanted = list(ids)
    rows = visible(actor, Duty.objects.filter(pk__in=wanted), few=len(wanted) <= FEW)
    return set(rows.values_list("pk", flat=True))


def present_duties(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{待办: (「认定签约：某项目」, 办的网址)}。"""
    duties = Duty.objects.filter(pk__in=list(ids))
    shown = rows_of(actor, duties, date.min)
    return {row.id: (titled(row), url_of(row)) for row in shown}


def titled(row: DutyRow) -> str:
    return f"{row.label}：{row.title}" if row.title else row.label


def known_kinds() -> list[tuple[str, str]]:
    return [(kind.kind, kind.label) for kind in registry.kinds()]


def holders(unit_roles: Iterable[tuple[int, tuple[str, ...]]], on: date) -> dict[Any, list[int]]:
    """{(单位, 角色组): [在任的人]},一次查询。"""
    wanted = set(unit_roles)
    rows = posts_on(on).filter(
        unit_id__in={unit for unit, _ in wanted}, person__disabled_on__isnull=True
    )
    found: dict[Any, list[int]] = {pair: [] for pair in wanted}
    for unit, role, person in rows.order_by("id").values_list("unit_id", "role", "person_id"):
        for pair in wanted:
            if pair[0] == unit and role in pair[1] and person not in found[pair]:
                found[pair].append(person)
    return found
