"""成批装载单位。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID, uuid4

from django.db import transaction

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.actions.load.common import Judged, Loaded, refuse_if_any
from juyuan.foundation.people.actions.units import (
    FIELDS,
    KINDS,
    draft_of,
    facts_of,
    lock_tree,
)
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, require


def judge_units(rows: Sequence[rules.UnitDraft]) -> Judged:
    """逐行判定;同批之内可互为上下级,次序不限。"""
    return _judge(rows, dict(Unit.objects.values_list("code", "path")))


def _judge(rows: Sequence[rules.UnitDraft], existing: dict[str, str]) -> Judged:
    placed = rules.place_units(rows, existing)
    seen: set[str] = set()
    judged = []
    for row in rows:
        found = rules.unit_findings(row, placed, KINDS)
        if row.code in seen:
            found.append(Finding("code", "unit_code", "", f"同一批里单位代码「{row.code}」重复"))
        seen.add(row.code)
        judged.append(found)
    return judged


def load_units(
    rows: Sequence[rules.UnitDraft], *, actor: Actor, now: datetime, group: UUID | None = None
) -> Loaded:
    """装载单位;按代码认同一单位,不同则更新,换上级的连同子树改路径。

    Raises: Denied、RuleBroken(任一行不合则全部不装)。
    """
    require(access.can_register(actor))
    with transaction.atomic():
        lock_tree()
        existing = {u.code: u for u in Unit.objects.select_related("parent")}
        refuse_if_any(_judge(rows, {code: u.path for code, u in existing.items()}))
        before = {code: draft_of(unit) for code, unit in existing.items()}
        paths = _paths(rows, before)
        fresh = [row for row in rows if row.code not in existing]
        changed = [row for row in rows if row.code in existing and before[row.code] != row]
        _create(fresh, existing, paths)
        _update(changed, existing, paths)
        record_many(
            [
                *(_entry("people.unit.created", row, None) for row in fresh),
                *(_entry("people.unit.edited", row, before[row.code]) for row in changed),
            ],
            actor=actor,
            now=now,
            group=group or uuid4(),
        )
    return Loaded(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))


def _entry(event: str, row: rules.UnitDraft, before: rules.UnitDraft | None) -> Entry:
    return Entry(
        event,
        "unit",
        row.code,
        row.name,
        before=facts_of(before) if before else None,
        after=facts_of(row),
    )


def _paths(rows: Sequence[rules.UnitDraft], before: dict[str, rules.UnitDraft]) -> dict[str, str]:
    """装载之后全部单位的路径。"""
    parents = {code: draft.parent for code, draft in before.items()}
    parents |= {row.code: row.parent for row in rows}
    paths: dict[str, str] = {}

    def path(code: str) -> str:
        if code not in paths:
            paths[code] = rules.unit_path(code, path(parents[code]) if parents[code] else "")
        return paths[code]

    for code in parents:
        path(code)
    return paths


def _apply(unit: Unit, row: rules.UnitDraft, known: dict[str, Unit]) -> None:
    for field in FIELDS:
        setattr(unit, field, getattr(row, field))
    unit.aliases = list(row.aliases)
    unit.parent = known[row.parent] if row.parent else None


def _create(rows: Sequence[rules.UnitDraft], known: dict[str, Unit], paths: dict[str, str]) -> None:
    """自上而下一层一批,下一层才有上级可指。"""

    def depth(row: rules.UnitDraft) -> int:
        return paths[row.code].count("/")

    for _, level in groupby(sorted(rows, key=depth), key=depth):
        units = []
        for row in level:
            unit = Unit(code=row.code, path=paths[row.code])
            _apply(unit, row, known)
            units.append(unit)
        Unit.objects.bulk_create(units, batch_size=1000)
        known.update({unit.code: unit for unit in units})


def _update(rows: Sequence[rules.UnitDraft], known: dict[str, Unit], paths: dict[str, str]) -> None:
    touched = {}
    for row in rows:
        _apply(known[row.code], row, known)
        touched[row.code] = known[row.code]
    touched |= {code: unit for code, unit in known.items() if unit.path != paths[code]}
    for unit in touched.values():
        unit.path = paths[unit.code]
        unit.version += 1
    Unit.objects.bulk_update(
        touched.values(), [*FIELDS, "aliases", "parent", "path", "version"], batch_size=500
    )
