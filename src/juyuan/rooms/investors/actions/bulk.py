"""装配与入库:单个与成批走同一段,所以两个执行者写出的行相同。"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from juyuan.foundation.copying import copy_rows
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import key_text
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import Stale
from juyuan.rooms.investors.actions.keys import refresh
from juyuan.rooms.investors.models import Alias, AliasKind, Group, Investor
from juyuan.rooms.investors.queries.matches import OBJ
from juyuan.rooms.investors.rules.drafts import CLAUSE, FIELDS, InvestorDraft

# 编号随机而不连续:从编号看不出登记了多少家,也猜不到别家的
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MAX_KEY = 300


def new_code() -> str:
    number = secrets.randbits(40)  # 三十二个字,一字五位,八字
    return "TZ-" + "".join(_ALPHABET[number >> shift & 31] for shift in range(0, 40, 5))


def insert(
    drafts: Sequence[InvestorDraft],
    *,
    actor: Actor,
    now: datetime,
    group: UUID | None = None,
    batch_id: str = "",
    pending: frozenset[int] = frozenset(),
) -> list[Investor]:
    """把已判定放行的内容入库,连同匹配键、检索行、台账;`pending` 是待核对的下标。须在事务内。"""
    groups = _groups({d.group for d in drafts if d.group})
    unit_id = actor.post.unit_id if actor.post else None
    rows = [
        Investor(
            code=new_code(),
            owner_unit_id=unit_id,
            created_by_id=actor.account_id,
            created_at=now,
            updated_at=now,
            batch_id=batch_id,
            pending=index in pending,
            **columns(draft, groups),
        )
        for index, draft in enumerate(drafts)
    ]
    copy_rows(rows, keys=True)
    refresh(rows, new=True)
    record_many(
        [
            Entry(
                event="investors.investor.registered",
                obj_type=OBJ,
                obj_id=row.code,
                obj_label=row.name,
                after=shown(draft),
                clause=CLAUSE,
            )
            for row, draft in zip(rows, drafts, strict=True)
        ],
        actor=actor,
        now=now,
        group=group,
    )
    return rows


def columns(draft: InvestorDraft, groups: Mapping[str, Group]) -> dict[str, Any]:
    """内容 → 列值。"""
    found = {name: getattr(draft, name) for name in FIELDS if name not in ("group", "honours")}
    found["name"] = draft.name.strip()
    found["key"] = key_text(draft.name)[:MAX_KEY]
    found["uscc"] = compact_uscc(draft.uscc)
    found["honours"] = sorted(set(draft.honours))
    found["group"] = groups.get(group_key(draft.group)) if draft.group else None
    return found


def change(
    items: Sequence[tuple[int, int, Mapping[str, Any]]],
    *,
    actor: Actor,
    now: datetime,
    group: UUID | None = None,
    reason: str = "",
) -> list[Investor]:
    """改若干家:(编号, 所见版本, {字段: 新值})。改名的,旧名称留作曾用名。须在事务内。

    Raises:
        Stale: 某一家他人已先行修改(带双方版本)。
    """
    ids = [pk for pk, _, _ in items]
    rows = {
        row.pk: row
        for row in Investor.objects.select_for_update(of=("self",))
        .filter(pk__in=ids)
        .select_related("group")
        .order_by("pk")
    }
    groups = _groups({str(c["group"]) for _, _, c in items if c.get("group")})
    entries, former = [], []
    for pk, version, changes in items:
        row = rows[pk]
        if row.version != version:
            raise Stale(mine={"version": version}, theirs={"version": row.version})
        before = {name: _plain(_current(row, name)) for name in changes}
        if "name" in changes and key_text(row.name) != key_text(changes["name"]):
            former.append(
                Alias(
                    investor=row,
                    name=row.name,
                    key=row.key,
                    kind=AliasKind.FORMER,
                    created_at=now,
                )
            )
        _assign(row, changes, groups)
        row.version += 1
        row.updated_at = now
        entries.append(
            Entry(
                event="investors.investor.edited",
                obj_type=OBJ,
                obj_id=row.code,
                obj_label=row.name,
                before=before,
                after={name: _plain(value) for name, value in changes.items()},
                reason=reason,
                clause=CLAUSE,
            )
        )
    found = [rows[pk] for pk in ids]
    names = [name for name in FIELDS if name != "group"]
    Investor.objects.bulk_update(
        found, [*names, "group", "key", "version", "updated_at"], batch_size=200
    )
    Alias.objects.bulk_create(former, ignore_conflicts=True)
    refresh(found)
    record_many(entries, actor=actor, now=now, group=group)
    return found


def shown(draft: InvestorDraft) -> dict[str, Any]:
    """内容 → 台账里的样子(只记填了的)。"""
    found = {name: _plain(getattr(draft, name)) for name in FIELDS}
    return {name: value for name, value in found.items() if value not in ("", None, [], False)}


def group_key(name: str) -> str:
    return (key_text(name) or name.strip())[:MAX_KEY]


def _groups(names: Iterable[str]) -> dict[str, Group]:
    """按名称键取集团,没有的建上。"""
    wanted = {group_key(name): name.strip() for name in names}
    if not wanted:
        return {}
    Group.objects.bulk_create(
        [Group(name=name, key=key) for key, name in sorted(wanted.items())], ignore_conflicts=True
    )
    return {group.key: group for group in Group.objects.filter(key__in=wanted)}


def _assign(row: Investor, changes: Mapping[str, Any], groups: Mapping[str, Group]) -> None:
    for name, value in changes.items():
        if name == "group":
            row.group = groups.get(group_key(str(value))) if value else None
        elif name == "honours":
            row.honours = sorted(set(value))
        elif name == "uscc":
            row.uscc = compact_uscc(value)
        elif name == "name":
            row.name = value.strip()
            row.key = key_text(value)[:MAX_KEY]
        else:
            setattr(row, name, value)


def _current(row: Investor, name: str) -> Any:
    if name == "group":
        return row.group.name if row.group else ""
    return getattr(row, name)


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
