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
from juyuan.rooms.investors.rules.drafts import FIELDS, InvestorDraft
from juyuan.rooms.investors.rules.matching import Known

OBJ = "investor"
_NAMES = (KeyKind.NAME, KeyKind.ALIAS)


class Register:
    """已登记各家的一份摘录,按代码与名称键可查;新登记的可随时添入(同一批里的先来后到)。"""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._by_key: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
        for one in known:
            self.add(one)

    def add(self, one: Known) -> None:
        for key in one.keys:
            self._by_key["name", key].append(one)
        if one.uscc:
            self._by_key["uscc", one.uscc].append(one)
        if one.foreign_id:
            self._by_key["foreign_id", compact(one.foreign_id)].append(one)

    def near(self, draft: InvestorDraft) -> list[Known]:
        """与所填有任何一处吻合的各家,去重。"""
        wanted = [("name", key) for key in lookup_keys(draft.name)]
        wanted.append(("uscc", compact_uscc(draft.uscc)))
        wanted.append(("foreign_id", compact(draft.foreign_id)))
        found = (one for key in wanted if key[1] for one in self._by_key.get(key, ()))
        return list({one.id: one for one in found}.values())


def register_for(
    drafts: Sequence[InvestorDraft], actor: Actor, *, exclude: int | None = None
) -> Register:
    """取齐与这些内容有关的已登记各家。查询次数与行数无关。"""
    names = {key for d in drafts for key in lookup_keys(d.name)}
    codes = {compact_uscc(d.uscc) for d in drafts} - {""}
    foreign = {compact(d.foreign_id) for d in drafts} - {""}
    keys = MatchKey.objects.filter(object_type=OBJ)
    ids = set(keys.filter(kind__in=_NAMES, value__in=names).values_list("object_id", flat=True))
    if codes:
        ids |= set(
            keys.filter(kind=KeyKind.USCC, value__in=codes).values_list("object_id", flat=True)
        )
    if foreign:
        ids |= set(
            keys.filter(kind=KeyKind.FOREIGN_ID, value__in=foreign).values_list(
                "object_id", flat=True
            )
        )
    ids.discard(exclude or 0)
    return Register(known_by_id(ids, actor)) if ids else Register()


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
