"""两个项目并成一个:先看计划,再合并,留指针;撤销期内照明细原样放回,合并之后新添的留在留下的一个。

并入的一个如同作废退出各清单与各数(`voided_at`),另有指针 `merged_into`;它自己的行都不动。
留下的一个得到转入的证据与到位资金(`carrying`)、勾选补上的各栏、别名;首谈、线索由各自的房间搬(`movers`)。
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.duties.actions import end_duty
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import params
from juyuan.foundation.search import actions as search
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import carrying, escalation
from juyuan.rooms.pipeline.actions.common import (
    OBJ,
    derive,
    refresh_keys,
    refresh_search,
    save_state,
    update_if_current,
)
from juyuan.rooms.pipeline.actions.edit import draft_of
from juyuan.rooms.pipeline.actions.settle import lose_claim, settle_claim
from juyuan.rooms.pipeline.models import (
    Project,
    ProjectHost,
    ProjectMerge,
    ProjectParty,
    Recognition,
)
from juyuan.rooms.pipeline.movers import Act, movers
from juyuan.rooms.pipeline.queries import merging as read
from juyuan.rooms.pipeline.queries.duties import kinds
from juyuan.rooms.pipeline.rules.drafts import MONEY_FIELDS, judge
from juyuan.rooms.pipeline.rules.merging import (
    CLAUSE,
    FILLABLE,
    MergePlan,
    judge_fills,
    judge_reason,
    judge_undo,
    plan_merge,
)

DERIVED = ("is_chain_project", "committed_investment", "committed_outside_province", "unit_ids")


def columns_of(name: str) -> tuple[str, ...]:
    """一栏对应项目的哪几列(出资方、承载地是另外的表)。"""
    if name == "chain":
        return ("chain_id", "node_id")
    if name in ("parties", "hosts"):
        return ()
    return (name, f"{name}_unknown") if name in MONEY_FIELDS else (name,)


COLUMNS = tuple(column for name in FILLABLE for column in columns_of(name))


def plan(*, actor: Actor, source: Project, target: Project) -> MergePlan:
    """合并计划:搬什么、可以补什么、什么拦住。不写任何东西。

    Raises:
        Denied: 不是商务主管部门负责人或核验人。
    """
    require(access.can_merge(actor))
    return plan_merge(
        read.side_of(source), read.side_of(target), read.moves_of(source, target),
        read.held_by_rooms(source, target),
    )  # fmt: skip


def merge_projects(
    *,
    actor: Actor,
    source: Project,
    target: Project,
    versions: tuple[int, int],
    fills: Collection[str] = (),
    reason: str,
    now: datetime,
) -> ProjectMerge:
    """把 `source` 并入 `target`。`versions` 是看计划时(并入的, 留下的)的版本,`fills` 是勾选补上的各栏。

    Raises:
        Denied: 不是商务主管部门负责人或核验人。
        RuleBroken: 没写理由,计划里有拦住的,勾了不能补的,补上之后数字不合理。
        Stale: 看计划之后他人改过其中一个。
    """
    require(access.can_merge(actor))
    findings = judge_reason(reason, "为什么认定是同一个项目")
    if findings:
        raise RuleBroken(findings)
    reason = reason.strip()
    with transaction.atomic():
        rows = _locked(source.pk, target.pk)
        gone, kept = rows[source.pk], rows[target.pk]
        found = plan(actor=actor, source=gone, target=kept)
        findings = [*found.blocks, *judge_fills(found, fills)]
        if findings:
            raise RuleBroken(findings)
        _same_versions((gone, kept), versions)
        chosen = [fill.name for fill in found.fills if fill.name in fills]
        moved = _carry(gone, kept, chosen, actor=actor, now=now)
        moved["rooms"] = {
            mover.name: mover.move(gone.pk, kept.pk, Act(actor, now, reason)) for mover in movers()
        }
        _leave(gone, kept, actor=actor, now=now)
        kept = _project(kept.pk)
        kept.aliases = [*kept.aliases, *moved["aliases"]]
        _save(kept, now, aliases=kept.aliases)
        settle_claim(kept, actor=actor, now=now)
        escalation.refresh([kept.pk], actor=actor, now=now, reason=reason)
        entry = ProjectMerge.objects.create(
            source=gone, target=kept, plan=found.lines, moved=moved, reason=reason,
            by_id=actor.account_id, by_name=actor.name, at=now,
        )  # fmt: skip
        counts = {"evidence": len(moved["evidence"]), "vouchers": len(moved["vouchers"])}
        _record("merged", entry, actor, now, reason, counts)
    return entry


def undo_merge(*, actor: Actor, entry: ProjectMerge, reason: str, now: datetime) -> Project:
    """撤销一次合并:转入的作废、冲回,补上的(此后没再改的)收回,并入的一个恢复。返回恢复的一个。

    Raises:
        Denied: 不是商务主管部门负责人或核验人。
        RuleBroken: 没写理由、已撤销、超过期限,或留下的一个已经变得放不回去。
    """
    require(access.can_merge(actor))
    findings = judge_reason(reason, "为什么撤销")
    if findings:
        raise RuleBroken(findings)
    reason = reason.strip()
    with transaction.atomic():
        rows = _locked(entry.source_id, entry.target_id)
        live = ProjectMerge.objects.select_for_update(of=("self",)).filter(pk=entry.pk)
        fresh = live.select_related("source", "target").first()
        if fresh is None:
            raise NotFound
        back, kept = rows[fresh.source_id], rows[fresh.target_id]
        days = params(fresh.at.date()).row(read.UNDO_DAYS)
        findings = judge_undo(read.merged_now(fresh), days.value, now, days.effective_from)
        if findings:
            raise RuleBroken(findings)
        moved = fresh.moved
        for mover in reversed(movers()):
            if mover.name in moved["rooms"]:
                mover.undo(moved["rooms"][mover.name], back.pk, kept.pk, Act(actor, now, reason))
        _return(moved, _project(kept.pk), actor=actor, reason=reason, now=now)
        back = _project(back.pk)
        update_if_current(back, now=now, voided_at=None, merged_into_id=None)
        Project.objects.filter(pk__in=moved["under"], merged_into=kept).update(merged_into=back)
        save_state(back, now)
        refresh_search(back)
        ProjectMerge.objects.filter(pk=fresh.pk).update(
            undone_at=now, undone_by_name=actor.name, undo_reason=reason
        )
        _record("unmerged", fresh, actor, now, reason, {})
    return back


# ───────── 合并的几步 ─────────


def _locked(*ids: int) -> dict[int, Project]:
    """按编号次序加锁(与凭证、裁定同一次序,不会互等)。"""
    rows = Project.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    found = {row.pk: row for row in rows.select_related("chain", "node", "lead_unit")}
    if set(ids) - set(found):
        raise NotFound
    return found


def _project(pk: int) -> Project:
    return Project.objects.select_related("chain", "lead_unit").get(pk=pk)


def _same_versions(rows: tuple[Project, Project], seen: tuple[int, int]) -> None:
    now = (rows[0].version, rows[1].version)
    if now != tuple(seen):
        names = ("source", "target")
        raise Stale(
            mine=dict(zip(names, seen, strict=True)), theirs=dict(zip(names, now, strict=True))
        )


def _carry(
    gone: Project, kept: Project, chosen: list[str], *, actor: Actor, now: datetime
) -> dict[str, Any]:
    """搬到留下的一个,并记下明细(撤销时照此放回)。"""
    made: list[str] = []
    last = Recognition.objects.order_by("-pk").values_list("pk", flat=True).first()
    moved: dict[str, Any] = {"recognition": last or 0, "fills": _fill(gone, kept, chosen, now)}
    moved["evidence"] = carrying.carry_evidence(gone, kept, made, actor=actor, now=now)
    moved["vouchers"] = carrying.carry_vouchers(gone, kept, made, actor=actor, now=now)
    moved["keys"] = carrying.take_keys(gone, kept, moved["vouchers"])
    moved["uses"] = made
    moved["aliases"] = list(dict.fromkeys((gone.name, *gone.aliases)))
    moved["under"] = list(gone.absorbed.order_by("pk").values_list("pk", flat=True))
    return moved


def _fill(gone: Project, kept: Project, chosen: list[str], now: datetime) -> dict[str, Any]:
    """勾选的空栏补上;返回 {栏: 补上的值或新行的编号}。"""
    if not chosen:
        return {}
    filled: dict[str, Any] = {}
    for name in chosen:
        for column in columns_of(name):
            setattr(kept, column, getattr(gone, column))
        filled[name] = [carrying.plain(getattr(gone, column)) for column in columns_of(name)]
    if "parties" in chosen:
        filled["parties"] = [
            ProjectParty.objects.create(
                project=kept, investor_id=p.investor_id, share_bp=p.share_bp, origin=p.origin,
                fiscal=p.fiscal, order=p.order,
            ).pk
            for p in gone.parties.all()
        ]  # fmt: skip
    if "hosts" in chosen:
        filled["hosts"] = [
            ProjectHost.objects.create(
                project=kept, unit_id=h.unit_id, share_bp=h.share_bp, actual=h.actual
            ).pk
            for h in gone.hosts.all()
        ]
    findings = judge(draft_of(kept), now.date())
    if findings:
        raise RuleBroken(findings)
    _save(kept, now, **{column: getattr(kept, column) for column in COLUMNS})
    return filled


def _save(project: Project, now: datetime, **changes: Any) -> None:
    """写下改动与派生的各列、各地份额,留快照,重写检索行。"""
    hosts = list(project.hosts.all())
    derive(project, list(project.parties.all()), hosts, now)
    update_if_current(
        project, now=now, **changes, **{name: getattr(project, name) for name in DERIVED}
    )
    ProjectHost.objects.bulk_update(hosts, ["total_part", "contract_part", "committed_part"])
    fresh = _project(project.pk)
    save_state(fresh, now)
    refresh_search(fresh)


def _leave(gone: Project, kept: Project, *, actor: Actor, now: datetime) -> None:
    """并入的一个退出各清单与各数,留指针;先前并入它的,指针随之改指留下的一个。"""
    update_if_current(gone, now=now, voided_at=now, merged_into_id=kept.pk)
    Project.objects.filter(merged_into=gone).update(merged_into=kept)
    save_state(gone, now)
    search.delete(OBJ, gone.pk)
    refresh_keys([gone])
    for kind in kinds():  # 不再应当办的认定待办,撤去
        end_duty(
            kind=kind.kind, object_type=OBJ, object_id=gone.pk, act="pipeline.project.merged",
            actor=actor, now=now, cancelled=True,
        )  # fmt: skip


# ───────── 撤销的几步 ─────────


def _return(
    moved: dict[str, Any], kept: Project, *, actor: Actor, reason: str, now: datetime
) -> None:
    """转入的退出留下的一个,补上的收回,别名去掉。"""
    carrying.return_keys(moved["keys"])
    carrying.return_vouchers(moved["vouchers"], actor=actor, reason=reason, now=now)
    carrying.return_evidence(moved["evidence"], reason=reason, now=now)
    carrying.drop_uses(moved["uses"], actor=actor, reason=reason, now=now)
    for name, value in moved["fills"].items():
        _unfill(kept, name, value)
    for name in moved["aliases"]:
        if name in kept.aliases:
            kept.aliases.remove(name)
    _save(kept, now, aliases=kept.aliases, **{column: getattr(kept, column) for column in COLUMNS})
    kept = _project(kept.pk)
    lose_claim(kept, actor=actor, reason=f"撤销合并：{reason}", now=now)
    escalation.refresh([kept.pk], actor=actor, now=now, reason=reason)


def _unfill(kept: Project, name: str, value: Any) -> None:
    """补上的一栏收回;此后又改过的,保留后来的。"""
    if name in ("parties", "hosts"):
        model: Any = ProjectParty if name == "parties" else ProjectHost
        rows = model.objects.filter(project=kept)
        if set(rows.values_list("pk", flat=True)) == set(value):
            rows.delete()
        return
    columns = columns_of(name)
    if [carrying.plain(getattr(kept, column)) for column in columns] != value:
        return
    for column in columns:
        field = Project._meta.get_field(column.removesuffix("_id") if name == "chain" else column)
        setattr(kept, column, None if field.null else "")


def _record(
    verb: str, entry: ProjectMerge, actor: Actor, now: datetime, reason: str, more: dict[str, int]
) -> None:
    """两边的经过里都有;不写另一边的名称:看得见这边的人未必看得见那边。"""
    for project, side in ((entry.source, "source"), (entry.target, "target")):
        record(
            event=f"pipeline.project.{verb}", actor=actor, obj_type=OBJ, obj_id=project.code,
            obj_label=project.name, after={"merge": entry.pk, "side": side, **more},
            reason=reason, clause=CLAUSE, now=now,
        )  # fmt: skip
