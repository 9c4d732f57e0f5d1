"""匹配键与锁:各室的动作写自己对象的键;同一键上的登记排队,免得两处同时登记成两家。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from juyuan.foundation.copying import copy_values
from juyuan.foundation.search import actions as search
from juyuan.kernel.near import near_keys
from juyuan.rooms.investors.models import Investor, MatchKey, NearKey
from juyuan.rooms.investors.queries.matches import OBJ
from juyuan.rooms.investors.rules.keys import Key, keys_of

_ALL = 0x4A59_0001
"""整批登记的总锁号;逐个登记只在它上面取共享锁。"""
_MANY = 100
_LOCK_KEYS = """
SELECT pg_advisory_xact_lock(h) FROM (
    SELECT DISTINCT hashtextextended(k, 7) AS h FROM unnest(%s::text[]) AS k ORDER BY h
) AS wanted
"""


def write_match_keys(
    object_type: str, object_id: int, keys: Iterable[Key], names: Iterable[str] = ()
) -> None:
    """换上一个对象的全部匹配键与近似键(动作事务内)。"""
    write_match_keys_many([(object_type, object_id, keys)], {(object_type, object_id): names})


def write_match_keys_many(
    items: Iterable[tuple[str, int, Iterable[Key]]],
    names: Mapping[tuple[str, int], Iterable[str]] | None = None,
) -> int:
    """成批换上匹配键;`names` 是各对象要记近似键的名称(名称与别名)。返回匹配键的行数。

    Raises:
        RuntimeError: 不在事务内。
    """
    if not connection.in_atomic_block:
        raise RuntimeError("匹配键须与动作同一事务")
    wanted = {(object_type, object_id): list(keys) for object_type, object_id, keys in items}
    by_type: dict[str, list[int]] = {}
    for object_type, object_id in wanted:
        by_type.setdefault(object_type, []).append(object_id)
    for object_type, ids in by_type.items():
        for model in (MatchKey, NearKey):
            model._default_manager.filter(object_type=object_type, object_id__in=ids).delete()
    rows = [
        (kind, value, object_type, object_id)
        for (object_type, object_id), keys in wanted.items()
        for kind, value in dict.fromkeys(keys)
        if value
    ]
    copy_values(MatchKey, ("kind", "value", "object_type", "object_id"), rows)
    near = (
        (object_type, object_id, tuple(dict.fromkeys(k for name in said for k in near_keys(name))))
        for (object_type, object_id), said in (names or {}).items()
    )
    copy_values(NearKey, ("object_type", "object_id", "keys"), [row for row in near if row[2]])
    return len(rows)


def lock_keys(keys: Iterable[str]) -> None:
    """在这些键上排队至事务结束;次序固定,故不会互相等死。键多时改取总锁。"""
    wanted = sorted(set(keys))
    with connection.cursor() as cursor:
        if len(wanted) > _MANY:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALL])
            return
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_ALL])
        cursor.execute(_LOCK_KEYS, [wanted])


def refresh(rows: Sequence[Investor], *, new: bool = False) -> None:
    """按现在的内容重写投资方自己的匹配键与检索行(动作事务内);已并入别家的撤下。

    `new`:刚登记的,还没有别名与联系人,不必再查。
    """
    found: Iterable[Investor] = rows
    if not new:
        ids = [row.pk for row in rows]
        found = (
            Investor.objects.filter(pk__in=ids)
            .select_related("group")
            .prefetch_related("aliases", "contacts")
        )
    keys: list[tuple[str, int, list[Key]]] = []
    names: dict[tuple[str, int], list[str]] = {}
    texts: list[tuple[str, int, list[search.Row]]] = []
    gone: list[int] = []
    for row in found:
        if row.merged_into_id:
            gone.append(row.pk)
            keys.append((OBJ, row.pk, []))
            continue
        aliases = [] if new else [alias.name for alias in row.aliases.all()]
        contacts = [] if new else list(row.contacts.all())
        keys.append(
            (
                OBJ,
                row.pk,
                keys_of(
                    name=row.name,
                    uscc=row.uscc,
                    foreign_id=row.foreign_id,
                    controller=row.controller,
                    group=row.group.name if row.group_id and row.group else "",
                    aliases=aliases,
                    phones=[c.phone for c in contacts],
                    emails=[c.email for c in contacts],
                ),
            )
        )
        names[OBJ, row.pk] = [row.name, *aliases]
        texts.append(
            (
                OBJ,
                row.pk,
                [
                    ("name", 90, row.name),
                    ("code", 80, row.code),
                    ("uscc", 70, row.uscc),
                    *(("alias", 60, alias) for alias in aliases),
                ],
            )
        )
    write_match_keys_many(keys, names)
    search.put_many(texts)
    if gone:
        search.delete_many(OBJ, gone)


def fill_missing(chunk: int = 2000) -> int:
    """给还没有近似键的投资方补上(升级之前登记的);返回补了几家。可重复执行。"""
    done, after = 0, 0
    while True:
        known = NearKey.objects.filter(object_type=OBJ, object_id=OuterRef("pk"))
        found = list(
            Investor.objects.filter(~Exists(known), merged_into__isnull=True, pk__gt=after)
            .order_by("pk")
            .values_list("pk", flat=True)[:chunk]
        )
        if not found:
            return done
        with transaction.atomic():
            refresh([Investor(pk=pk) for pk in found])
        done, after = done + len(found), found[-1]
