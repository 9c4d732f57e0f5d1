"""合并:先看计划,再合并,留指针;撤销期内照明细原样放回,合并之后新添的留在留下的一家。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import key_text
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.investors import access
from juyuan.rooms.investors.actions.bulk import MAX_KEY
from juyuan.rooms.investors.actions.keys import refresh
from juyuan.rooms.investors.models import (
    Alias,
    AliasKind,
    Case,
    Contact,
    Grant,
    Group,
    Investor,
    MergeRecord,
)
from juyuan.rooms.investors.movers import Act, movers
from juyuan.rooms.investors.queries.matches import OBJ
from juyuan.rooms.investors.rules.drafts import CLAUSE
from juyuan.rooms.investors.rules.merging import (
    FILLABLE,
    MergePlan,
    Side,
    judge_undo,
    plan_merge,
)

_EMPTY: dict[str, Any] = {"group": None, "registered_capital": None, "founded_on": None}


def plan(*, actor: Actor, source: Investor, target: Investor) -> MergePlan:
    """合并计划:搬什么、补什么、什么拦住。不写任何东西。

    Raises:
        Denied: 不是商务主管部门负责人或核验人。
    """
    require(access.can_merge(actor))
    moves = [
        ("别名", source.aliases.count()),
        ("联系人", source.contacts.count()),
        ("分支机构", source.branches.count()),
        ("准用单位", source.grants.count()),
        *((mover.label, mover.count(source.pk)) for mover in movers()),
    ]
    held = [said for mover in movers() for said in mover.blocks(source.pk, target.pk)]
    return plan_merge(_side(source), _side(target), moves, held)


def merge(
    *,
    actor: Actor,
    source: Investor,
    target: Investor,
    versions: tuple[int, int],
    reason: str,
    now: datetime,
) -> MergeRecord:
    """把 `source` 并入 `target`。`versions` 是看计划时(并入者, 留下者)的版本。

    Raises:
        Denied: 不是商务主管部门负责人或核验人。
        RuleBroken: 没写理由,或计划里有拦住的。
        Stale: 看计划之后他人改过其中一家。
    """
    require(access.can_merge(actor))
    if not reason.strip():
        raise RuleBroken.one("reason", "merge.reason", "请写明为什么认定是同一家", CLAUSE)
    with transaction.atomic():
        rows = _locked(source.pk, target.pk)
        gone, kept = rows[source.pk], rows[target.pk]
        found = plan(actor=actor, source=gone, target=kept)
        if found.blocks:
            raise RuleBroken(found.blocks)
        seen = (gone.version, kept.version)
        if seen != versions:
            raise Stale(
                mine={"source": versions[0], "target": versions[1]},
                theirs={"source": seen[0], "target": seen[1]},
            )
        moved = _move(gone, kept, found, Act(actor, now, reason.strip()))
        gone.merged_into = kept
        _save(gone, now, ["merged_into"])
        _save(kept, now, [*FILLABLE, "honours", "is_key", "pending"])
        entry = MergeRecord.objects.create(
            source=gone,
            target=kept,
            moved=moved,
            reason=reason.strip(),
            merged_by_id=actor.account_id,
            merged_at=now,
        )
        refresh([gone, kept])
        for row in (gone, kept):
            _record("investors.investor.merged", actor, row, now, reason, {"into": kept.code})
    return entry


def undo_merge(*, actor: Actor, entry: MergeRecord, reason: str, now: datetime) -> Investor:
    """撤销一次合并:搬走的放回,补上的(此后没再改的)收回,并入者恢复。返回恢复的一家。

    Raises:
        Denied: 不是商务主管部门负责人或核验人。
        RuleBroken: 没写理由、已撤销、超过期限,或留下的一家后来又并入别家。
    """
    require(access.can_merge(actor))
    if not reason.strip():
        raise RuleBroken.one("reason", "merge.reason", "请写明为什么撤销", CLAUSE)
    with transaction.atomic():
        live = MergeRecord.objects.select_for_update().filter(pk=entry.pk).first()
        if live is None:
            raise NotFound
        rows = _locked(live.source_id, live.target_id)
        back, kept = rows[live.source_id], rows[live.target_id]
        findings = judge_undo(
            live.merged_at, live.undone_at is not None, kept.merged_into_id is not None, now
        )
        findings += _code_taken(live, back, kept)
        if findings:
            raise RuleBroken(findings)
        _restore(live.moved, back, kept, Act(actor, now, reason.strip()))
        back.merged_into = None
        _save(kept, now, [*FILLABLE, "honours", "is_key", "pending"])
        _save(back, now, ["merged_into"])
        MergeRecord.objects.filter(pk=live.pk).update(
            undone_at=now, undone_by_id=actor.account_id, undo_reason=reason.strip()
        )
        refresh([back, kept])
        for row in (back, kept):
            _record("investors.investor.unmerged", actor, row, now, reason, {"from": kept.code})
    return back


def _move(gone: Investor, kept: Investor, found: MergePlan, act: Act) -> dict[str, Any]:
    """搬,并记下明细(撤销时照此放回)。"""
    names = {kept.name, *kept.aliases.values_list("name", flat=True)}
    aliases = _take(Alias.objects.filter(investor=gone).exclude(name__in=names), kept)
    added = None
    if gone.name not in names:
        added = Alias.objects.create(
            investor=kept,
            name=gone.name,
            key=key_text(gone.name)[:MAX_KEY],
            kind=AliasKind.OTHER,
            created_at=act.now,
        ).pk
    units = set(kept.grants.values_list("unit_id", flat=True))
    moved: dict[str, Any] = {
        "aliases": aliases,
        "name_alias": added,
        "contacts": _take(Contact.objects.filter(investor=gone), kept),
        "grants": _take(Grant.objects.filter(investor=gone).exclude(unit_id__in=units), kept),
        "cases": _take(Case.objects.filter(investor=gone).exclude(state="open"), kept),
        "branches": list(gone.branches.values_list("pk", flat=True)),
        "fills": {name: _plain(getattr(gone, name)) for name, _ in found.fills},
        "honours": sorted(set(gone.honours) - set(kept.honours)),
        "is_key": gone.is_key and not kept.is_key,
        "pending": kept.pending and not gone.pending,
        "rooms": {mover.name: mover.move(gone.pk, kept.pk, act) for mover in movers()},
    }
    Investor.objects.filter(pk__in=moved["branches"]).update(parent=kept)
    for name, _ in found.fills:
        setattr(kept, name, getattr(gone, name))
    kept.honours = sorted({*kept.honours, *gone.honours})
    kept.is_key = kept.is_key or gone.is_key
    # 留下的一家与一家核对过的合而为一,就不再是待核对
    kept.pending = kept.pending and gone.pending
    return moved


def _restore(moved: dict[str, Any], back: Investor, kept: Investor, act: Act) -> None:
    """照明细放回;补上的值此后又改过的,保留后来的。"""
    for model, name in (
        (Alias, "aliases"),
        (Contact, "contacts"),
        (Grant, "grants"),
        (Case, "cases"),
    ):
        model.objects.filter(pk__in=moved[name], investor=kept).update(investor=back)  # type: ignore[attr-defined]
    if moved["name_alias"]:
        Alias.objects.filter(pk=moved["name_alias"], investor=kept).delete()
    Investor.objects.filter(pk__in=moved["branches"], parent=kept).update(parent=back)
    for name, value in moved["fills"].items():
        if _plain(getattr(kept, name)) == value:
            setattr(kept, name, _EMPTY.get(name, ""))
    kept.honours = [h for h in kept.honours if h not in moved["honours"]]
    kept.is_key = kept.is_key and not moved["is_key"]
    kept.pending = kept.pending or moved["pending"]
    for mover in reversed(movers()):
        if mover.name in moved["rooms"]:
            mover.undo(moved["rooms"][mover.name], back.pk, kept.pk, act)


def _code_taken(entry: MergeRecord, back: Investor, kept: Investor) -> list[Finding]:
    """恢复后代码会不会与别家相撞(合并之后又有人登记了同一代码)。"""
    if not back.uscc or back.pending:
        return []
    filled = entry.moved["fills"].get("uscc") == kept.uscc
    others = Investor.objects.filter(uscc=back.uscc, merged_into__isnull=True, pending=False)
    others = others.exclude(pk=back.pk)
    if filled:
        others = others.exclude(pk=kept.pk)
    if others.exists():
        return [
            Finding(
                "",
                "merge.code",
                CLAUSE,
                "并入者的统一社会信用代码现在已属另一家,请先更正代码再撤销",
            )
        ]
    return []


def _take(rows: Any, kept: Investor) -> list[int]:
    ids = list(rows.values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=ids).update(investor=kept)
    return ids


def _locked(*ids: int) -> dict[int, Investor]:
    """按编号次序加锁(次序固定,两人对合不会互等)。"""
    rows = Investor.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows.select_related("group")}


def _side(row: Investor) -> Side:
    values = {name: getattr(row, name) for name in FILLABLE}
    values["group"] = row.group.name if row.group else ""
    return Side(
        id=row.pk,
        code=row.code,
        name=row.name,
        merged=row.merged_into_id is not None,
        parent_id=row.parent_id,
        values=values,
        honours=tuple(row.honours),
        is_key=row.is_key,
    )


def _save(row: Investor, now: datetime, names: Iterable[str]) -> None:
    row.version += 1
    row.updated_at = now
    row.save(update_fields=[*names, "version", "updated_at"])


def _plain(value: Any) -> Any:
    if isinstance(value, Group):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def _record(
    event: str, actor: Actor, row: Investor, now: datetime, reason: str, after: dict[str, str]
) -> None:
    record(
        event=event,
        actor=actor,
        obj_type=OBJ,
        obj_id=row.code,
        obj_label=row.name,
        after=after,
        reason=reason.strip(),
        clause=CLAUSE,
        now=now,
    )
