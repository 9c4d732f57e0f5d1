"""查重的读:由所填内容一次取齐可能是同一家的已登记各家(含看不见的,判定后不外露)。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from juyuan.kernel.actor import Actor
from juyuan.kernel.names import lookup_keys
from juyuan.kernel.text import compact
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.investors.models import Investor, KeyKind, MatchKey
from juyuan.rooms.investors.queries.scope import visible_ids
from juyuan.rooms.investors.rules.book import Register
from juyuan.rooms.investors.rules.drafts import FIELDS, InvestorDraft
from juyuan.rooms.investors.rules.matching import Known

OBJ = "investor"
_NAMES = (KeyKind.NAME, KeyKind.ALIAS)


def register_for(
    drafts: Sequence[InvestorDraft], actor: Actor, *, exclude: int | None = None
) -> Register:
    """与这些内容有关的已登记各家,做成可查的摘录。"""
    return Register(k for k in known_near(drafts, actor) if k.id != exclude)


def known_near(
    drafts: Sequence[InvestorDraft], actor: Actor, codes: Iterable[str] = ()
) -> list[Known]:
    """取齐与这些内容有关的已登记各家(另按编号加取 `codes`)。查询次数与行数无关。"""
    wanted = {
        KeyKind.USCC: {compact_uscc(d.uscc) for d in drafts} - {""},
        KeyKind.FOREIGN_ID: {compact(d.foreign_id) for d in drafts} - {""},
    }
    names = {key for d in drafts for key in lookup_keys(d.name)}
    keys = MatchKey.objects.filter(object_type=OBJ)
    ids = set(keys.filter(kind__in=_NAMES, value__in=names).values_list("object_id", flat=True))
    for kind, values in wanted.items():
        if values:
            ids |= set(keys.filter(kind=kind, value__in=values).values_list("object_id", flat=True))
    asked = list(codes)
    if asked:
        ids |= set(Investor.objects.filter(code__in=asked).values_list("pk", flat=True))
    return known_by_id(ids, actor) if ids else []


def known_by_id(ids: Iterable[int], actor: Actor) -> list[Known]:
    """按编号取摘录(并入别家的不在内)。"""
    wanted = list(ids)
    rows = list(
        Investor.objects.filter(pk__in=wanted, merged_into__isnull=True).select_related("group")
    )
    visible = visible_ids(actor, [row.pk for row in rows])
    keys: defaultdict[int, set[str]] = defaultdict(set)
    for object_id, value in MatchKey.objects.filter(
        object_type=OBJ, object_id__in=wanted, kind__in=_NAMES
    ).values_list("object_id", "value"):
        keys[object_id].add(value)
    return [known_of(row, frozenset(keys[row.pk]), row.pk in visible) for row in rows]


def known_of(row: Investor, keys: frozenset[str], visible: bool) -> Known:
    """一行 → 摘录。"""
    values = {name: getattr(row, name) for name in FIELDS if name != "group"}
    values["group"] = row.group.name if row.group_id and row.group else ""
    values["honours"] = tuple(row.honours)
    return Known(
        id=row.pk,
        code=row.code,
        name=row.name,
        uscc=row.uscc,
        foreign_id=row.foreign_id,
        keys=keys,
        visible=visible,
        version=row.version,
        pending=row.pending,
        values=values,
    )
