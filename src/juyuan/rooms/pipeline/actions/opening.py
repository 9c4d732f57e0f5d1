"""台账入库(单行与成批)与期初批次的整批撤回。

一份判断(`rules.ledger`)、两个执行者:`commit_one` 与 `commit_many` 走同一装配,结果相同(有测试)。
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from juyuan.foundation.exchange.kinds import ObjectRef, Opening
from juyuan.foundation.ledger.actions import Entry, record, record_many
from juyuan.foundation.search import actions as search
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken
from juyuan.rooms.investors import actions as investors
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import OBJ, refresh_keys, save_state
from juyuan.rooms.pipeline.actions.edit import _plain as plain
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.register import Intake, Names, build, insert
from juyuan.rooms.pipeline.models import Evidence, Project, Recognition, StageMove
from juyuan.rooms.pipeline.rules.ledger_reading import LedgerCommand
from juyuan.rooms.pipeline.rules.stages import MoveVerb

UPDATED = "pipeline.project.batch_updated"
STATUS = ("stage_status", "recognised_stage")


def _ref(project: Project) -> ObjectRef:
    return ObjectRef(OBJ, project.code, project.name, f"/projects/{project.code}/")


def commit_many(
    commands: Sequence[LedgerCommand],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> list[ObjectRef]:
    """成批写入:新项目集合式装配入库,更新逐个走编辑动作。次序与 `commands` 一致。"""
    fresh = [c for c in commands if c.target_id is None]
    names = list(dict.fromkeys(pair for c in fresh for pair in c.investors))
    ids = investors.ensure_investors(
        actor=actor, rows=names, now=now, group=group, batch_id=opening.batch_id
    )
    known = dict(zip(names, ids, strict=True))
    intakes = []
    for command in fresh:
        parties: dict[int, object] = {}
        for party, pair in zip(command.draft.parties, command.investors, strict=True):
            # 两种写法是同一家时只列一次
            parties.setdefault(known[pair], replace(party, investor_id=known[pair]))
        intakes.append(
            Intake(
                draft=replace(command.draft, parties=tuple(parties.values())),  # type: ignore[arg-type]
                stage=command.stage,
                verb=MoveVerb.IMPORT,
                fact_on=command.fact_on,
                claimed_word=command.word,
                standing=command.standing,
                standing_note=command.standing.label if command.standing != "active" else "",
                batch_id=opening.batch_id,
                reason=f"台账导入 {opening.paper_number}".strip(),
            )
        )
    lookup = Names.of([intake.draft for intake in intakes])
    built = [build(intake, actor=actor, now=now, names=lookup) for intake in intakes]
    made = iter(insert(built, actor=actor, now=now, names=lookup, group=group))
    refs = []
    for command in commands:
        if command.target_id is None:
            refs.append(_ref(next(made)))
            continue
        refs.append(_update(command, actor=actor, now=now, group=group, opening=opening))
    return refs


def _update(
    command: LedgerCommand, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    """改一个已有的项目。期初批次另记改前的值与改后的版本:关闭之前要能整批撤回。"""
    project = Project.objects.get(pk=command.target_id or 0)
    before = draft_of(project)
    kept = {name: plain(getattr(before, name)) for name in command.changes}
    kept |= {name: str(getattr(project, name)) for name in STATUS}
    edited = edit_project(
        actor=actor,
        project=project,
        draft=replace(before, **command.changes),
        reason="台账导入更新",
        now=now,
    )
    if opening.is_opening:
        record(
            event=UPDATED,
            actor=actor,
            obj_type=OBJ,
            obj_id=edited.code,
            obj_label=edited.name,
            before=kept,
            after={"version": edited.version},
            clause="3.3b",
            now=now,
            group=group,
        )
    return _ref(edited)


def commit_one(
    command: LedgerCommand, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    """写入一行。"""
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


def reverse_batch(
    refs: Sequence[ObjectRef], *, actor: Actor, now: datetime, group: UUID, reason: str
) -> None:
    """整批撤回期初批次:本批登记的项目一律作废(台账仍在)。

    Raises:
        RuleBroken: 有项目入库后已移动、已认定、已交证据、已修改,逐个指出。
    """
    projects = list(
        Project.objects.select_for_update()
        .filter(code__in=[r.id for r in refs], voided_at__isnull=True, source="ledger")
        .order_by("pk")
    )
    ids = [p.pk for p in projects]
    used = used_since_entry(ids) | {p.pk for p in projects if p.version > 1}
    if used:
        raise RuleBroken(
            Finding(
                "batch", "reverse.used", "3.3b",
                f"「{p.name}」({p.code})入库后已有改动、证据或认定,不能整批撤回,请单独作废",
            )
            for p in projects
            if p.pk in used
        )  # fmt: skip
    void_many(ids, actor=actor, now=now, group=group, reason=reason)


def used_since_entry(ids: Collection[int]) -> set[int]:
    """这些项目里,入库之后已有证据、认定、移动的。"""
    used = set(Evidence.objects.filter(project_id__in=ids).values_list("project_id", flat=True))
    used |= set(Recognition.objects.filter(project_id__in=ids).values_list("project_id", flat=True))
    used |= set(
        StageMove.objects.filter(project_id__in=ids)
        .exclude(verb__in=(MoveVerb.IMPORT, MoveVerb.ENTER))
        .values_list("project_id", flat=True)
    )
    return used


def void_many(ids: Sequence[int], *, actor: Actor, now: datetime, group: UUID, reason: str) -> None:
    """随整批撤回作废(台账仍在):退出统计、检索、查重。"""
    with transaction.atomic():
        Project.objects.filter(pk__in=ids).update(
            voided_at=now, updated_at=now, version=F("version") + 1
        )
        gone = list(Project.objects.filter(pk__in=ids).select_related("chain").order_by("pk"))
        for project in gone:
            save_state(project, now)
        search.delete_many(OBJ, list(ids))
        refresh_keys(gone)
        escalation.refresh(list(ids), actor=actor, now=now, reason=reason, group=group)
        record_many(
            [
                Entry("pipeline.batch.reversed", OBJ, p.code, p.name, reason=reason, clause="3.3b")
                for p in gone
            ],
            actor=actor,
            now=now,
            group=group,
        )
