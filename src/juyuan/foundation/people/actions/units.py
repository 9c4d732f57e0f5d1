"""登记、修改单位。单位树的改动在一把咨询锁下进行,路径与上级始终一致。"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.models import Unit, UnitKind
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require

KINDS = frozenset(UnitKind.values)
FIELDS = (
    "name",
    "short_name",
    "kind",
    "function",
    "adcode",
    "is_county",
    "order",
    "origin",
    "disabled_on",
)
_TREE_LOCK = 0x6A79_0001  # 「单位树」;只在本模块与 load 使用


def lock_tree() -> None:
    """单位树的写锁,随事务释放。"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def draft_of(unit: Unit) -> rules.UnitDraft:
    return rules.UnitDraft(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        short_name=unit.short_name,
        function=unit.function,
        parent=unit.parent.code if unit.parent else "",
        adcode=unit.adcode,
        is_county=unit.is_county,
        order=unit.order,
        origin=unit.origin,
        aliases=tuple(unit.aliases),
        disabled_on=unit.disabled_on,
    )


def facts_of(draft: rules.UnitDraft) -> dict[str, Any]:
    """台账里的单位。"""
    return {
        **asdict(draft),
        "aliases": list(draft.aliases),
        "disabled_on": str(draft.disabled_on or ""),
    }


def create_unit(*, actor: Actor, draft: rules.UnitDraft, now: datetime) -> Unit:
    """登记一个单位。

    Raises:
        Denied: 不是系统管理员。
        RuleBroken: 代码重复、上级不存在、类别不合等。
    """
    require(access.can_register(actor))
    with transaction.atomic():
        lock_tree()
        parents = dict(Unit.objects.values_list("code", "path"))
        found = rules.unit_findings(draft, parents, KINDS)
        if draft.code in parents:
            found.append(Finding("code", "unit_code", "", f"单位代码「{draft.code}」已被使用"))
        if found:
            raise RuleBroken(found)
        unit = Unit.objects.create(
            code=draft.code,
            name=draft.name,
            short_name=draft.short_name,
            aliases=list(draft.aliases),
            kind=draft.kind,
            function=draft.function,
            parent=Unit.objects.filter(code=draft.parent).first() if draft.parent else None,
            path=rules.unit_path(draft.code, parents.get(draft.parent, "")),
            adcode=draft.adcode,
            is_county=draft.is_county,
            order=draft.order,
            origin=draft.origin,
            disabled_on=draft.disabled_on,
        )
        record(
            event="people.unit.created",
            actor=actor,
            obj_type="unit",
            obj_id=unit.code,
            obj_label=unit.name,
            after=facts_of(draft),
            now=now,
        )
    return unit


def edit_unit(
    *, actor: Actor, code: str, version: int, changes: dict[str, Any], now: datetime
) -> Unit:
    """修改单位;`changes` 为 `UnitDraft` 的若干字段(代码不可改),换上级时整棵子树随迁。

    Raises: Denied、NotFound、Stale(版本不符)、RuleBroken。
    """
    require(access.can_register(actor))
    with transaction.atomic():
        lock_tree()
        unit = Unit.objects.select_for_update(of=("self",)).filter(code=code).first()
        if unit is None:
            raise NotFound()
        before = draft_of(unit)
        if unit.version != version:
            raise Stale(mine={"version": version}, theirs={"version": unit.version})
        after = replace(before, **changes)
        if after.code != before.code:
            raise RuleBroken.one("code", "unit_code", "单位代码不可更改")
        parents = dict(Unit.objects.values_list("code", "path"))
        found = rules.unit_findings(after, parents, KINDS)
        if found:
            raise RuleBroken(found)
        if after == before:
            return unit
        old_path = unit.path
        _write(unit, after)
        unit.path = rules.unit_path(after.code, parents.get(after.parent, ""))
        unit.version = version + 1
        if unit.path != old_path:
            Unit.objects.filter(path__startswith=old_path).exclude(pk=unit.pk).update(
                path=Concat(Value(unit.path), Substr("path", len(old_path) + 1)),
                version=F("version") + 1,
            )
        unit.save()
        record(
            event="people.unit.edited",
            actor=actor,
            obj_type="unit",
            obj_id=unit.code,
            obj_label=unit.name,
            before=facts_of(before),
            after=facts_of(after),
            now=now,
        )
    return unit


def _write(unit: Unit, draft: rules.UnitDraft) -> None:
    for field in FIELDS:
        setattr(unit, field, getattr(draft, field))
    unit.aliases = list(draft.aliases)
    unit.parent = Unit.objects.filter(code=draft.parent).first() if draft.parent else None
