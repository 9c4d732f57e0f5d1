"""投资方一侧的证据:候选从索引取(匹配键、近似键),内容按编号取;语句数固定,从不扫描。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from juyuan.kernel.names import lookup_keys
from juyuan.kernel.near import near_keys
from juyuan.kernel.text import compact
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.first_contact.rules.overlap import Subject, shared_keys
from juyuan.rooms.investors.models import Alias, Investor, KeyKind, MatchKey
from juyuan.rooms.investors.rules.keys import Key
from juyuan.rooms.pipeline.rules.naming import project_key

PARTY = "investor"
MANY = 200
"""名称、近似键至多取这么多候选:再多已不成其为提示。"""
_HITS = """
SELECT w.kind, w.value, m.object_type, m.object_id
  FROM unnest(%s::text[], %s::text[], %s::int[]) AS w(kind, value, cap)
 CROSS JOIN LATERAL (
       SELECT k.object_type, k.object_id FROM investors_matchkey k
        WHERE k.kind = w.kind AND k.value = w.value LIMIT w.cap) AS m
"""
_NEAR = "SELECT object_type, object_id FROM investors_nearkey WHERE keys && %s::bigint[] LIMIT %s"


@dataclass(frozen=True)
class Hits:
    """键命中的:各类对象的编号,与命中太多、不作证据的键。"""

    ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    crowded: frozenset[Key] = frozenset()


def candidates(subject: Subject, max_hits: int) -> Hits:
    """与所填共有一个键的各对象(两条查询)。第 3 档的键命中超过 `max_hits` 个对象的,不作证据。"""
    names = [name for name in (subject.name, *subject.aliases) if name]
    wanted: dict[Key, int] = {}
    for name in names:
        for value in lookup_keys(name):
            wanted |= {(KeyKind.NAME, value): MANY, (KeyKind.ALIAS, value): MANY}
    codes: tuple[Key, ...] = (
        (KeyKind.USCC, compact_uscc(subject.uscc)),
        (KeyKind.FOREIGN_ID, compact(subject.foreign_id)),
        (KeyKind.NAME, project_key(subject.project_name)),
    )
    wanted |= {key: MANY for key in codes if key[1]}
    discriminating = {one.key for one in shared_keys(subject)}
    wanted |= dict.fromkeys(discriminating, max_hits + 1)
    hits: dict[Key, list[tuple[str, int]]] = defaultdict(list)
    ids: dict[str, set[int]] = defaultdict(set)
    with transaction.atomic(), connection.cursor() as cursor:
        if wanted:
            kinds, values = zip(*wanted, strict=True)
            cursor.execute(_HITS, [[str(k) for k in kinds], list(values), list(wanted.values())])
            for kind, value, object_type, object_id in cursor.fetchall():
                hits[kind, value].append((object_type, object_id))
        near = sorted({key for name in names for key in near_keys(name)})
        if near:
            for object_type, object_id in _by_near(cursor, near):
                ids[object_type].add(object_id)
    crowded = {key for key in discriminating if len(hits[key]) > max_hits}
    for key, found in hits.items():
        if key not in crowded:
            for object_type, object_id in found:
                ids[object_type].add(object_id)
    return Hits(ids, frozenset(crowded))


def _by_near(cursor: Any, near: list[int]) -> list[tuple[str, int]]:
    """近似键相交的对象。数组相交的行数规划器估得太多,会去扫全表;这一句只许走索引。"""
    cursor.execute("SET LOCAL enable_seqscan = off")
    cursor.execute(_NEAR, [near, MANY])
    found = cursor.fetchall()
    cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
    return list(found)


@dataclass(frozen=True)
class Party:
    """一家投资方:它的内容,登记它的单位。"""

    id: int
    code: str
    owner_unit_id: int | None
    subject: Subject


def parties(ids: Collection[int]) -> dict[int, Party]:
    """按编号取各家的内容(三条语句);并入别家的不在内。"""
    if not ids:
        return {}
    aliases: defaultdict[int, list[str]] = defaultdict(list)
    for pk, name in Alias.objects.filter(investor_id__in=ids).values_list("investor_id", "name"):
        aliases[pk].append(name)
    phones: defaultdict[int, list[str]] = defaultdict(list)
    domains: defaultdict[int, list[str]] = defaultdict(list)
    keys = MatchKey.objects.filter(
        object_type=PARTY, object_id__in=ids, kind__in=(KeyKind.PHONE, KeyKind.DOMAIN)
    )
    for kind, value, pk in keys.values_list("kind", "value", "object_id"):
        (phones if kind == KeyKind.PHONE else domains)[pk].append(value)
    rows = Investor.objects.filter(pk__in=ids, merged_into__isnull=True).values_list(
        "pk", "code", "owner_unit_id", "name", "uscc", "foreign_id", "controller", "group__name"
    )
    return {
        pk: Party(
            pk,
            code,
            owner,
            Subject(
                name=name,
                aliases=tuple(sorted(aliases[pk])),
                uscc=uscc,
                foreign_id=foreign,
                phones=tuple(sorted(phones[pk])),
                emails=_mails(domains[pk]),
                controller=controller,
                group=group or "",
            ),
        )
        for pk, code, owner, name, uscc, foreign, controller, group in rows
    }


def _mails(domains: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"@{domain}" for domain in sorted(domains))
