"""历史认定的写入与整批撤回(依据文件在批次上,也可逐行写明)。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.exchange.kinds import ObjectRef, Opening
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import bureau, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial, Finding, RuleBroken
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import OBJ, save_state, update_if_current
from juyuan.rooms.pipeline.actions.recognise import live_stages, recognition_row, reverse_rows
from juyuan.rooms.pipeline.models import Project, Recognition
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.historical import Candidate, Lookups, RecogniseCommand
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.rules.recognition import BUREAU
from juyuan.rooms.pipeline.rules.stages import Stage, StageStatus


def may_recognise_history(actor: Actor) -> Access:
    """历史认定由商务主管部门负责人或核验人办理。"""
    if any(p.function == BUREAU and p.role in ("verifier", "head") for p in actor.posts):
        return Allowed()
    return Denial(f"历史认定由{bureau()}负责人或核验人办理", "3.3b")


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> Lookups:
    """按编号与名称取项目及其现行认定。"""
    keys = {row.key: project_key(row.get("name") or "") for row in rows}
    codes = {(row.get("code") or "").strip() for row in rows} - {""}
    seen = seen_whole(actor)
    projects = list(
        seen.filter(code__in=codes) | seen.filter(name_key__in=set(keys.values()) - {""})
    )
    live: dict[int, set[Stage]] = {}
    for project_id, stage in Recognition.objects.filter(
        project_id__in=[p.pk for p in projects], live=True, sign=1
    ).values_list("project_id", "stage"):
        live.setdefault(project_id, set()).add(Stage(stage))
    found = [
        Candidate(p.pk, p.code, p.name, Stage(p.stage), frozenset(live.get(p.pk, set())))
        for p in projects
    ]
    by_key: dict[str, list[Candidate]] = {}
    for candidate in found:
        by_key.setdefault(project_key(candidate.name), []).append(candidate)
    return Lookups(
        today=today,
        by_code={c.code: c for c in found},
        by_key={key: tuple(items) for key, items in by_key.items()},
        keys=keys,
    )


def commit_one(
    command: RecogniseCommand, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    """写一条历史认定,并核对提级。"""
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


def _write(
    command: RecogniseCommand, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    """写一条历史认定:数字按项目现状冻结,从事实日起计,标明历史与依据。"""
    project = Project.objects.select_related("chain", "lead_unit").get(pk=command.project_id)
    strategy = params(command.fact_on)["pipeline.committed_strategy"]
    with transaction.atomic():
        row = recognition_row(project, command.stage, command.fact_on, actor, now, strategy)
        row.historical = True
        row.batch_id = opening.batch_id
        row.paper = {
            "number": command.paper or opening.paper_number,
            "date": opening.paper_date.isoformat() if opening.paper_date else None,
        }
        row.save(force_insert=True)
        current = project.stage_enum
        held = Stage(project.recognised_stage) if project.recognised_stage else None
        best = command.stage if held is None or held.order < command.stage.order else held
        status = StageStatus.RECOGNISED if best == current else StageStatus.CLAIMED
        update_if_current(project, now=now, recognised_stage=best.value, stage_status=status.value)
        save_state(project, now)
        record(
            event="pipeline.project.recognised_historical",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=project.name,
            after={"stage": command.stage.value, "fact_on": command.fact_on.isoformat(),
                   "paper": row.paper["number"]},
            reason=f"历史认定 {row.paper['number']}".strip(),
            clause="3.3b",
            now=now,
            group=group,
        )  # fmt: skip
    return ObjectRef(OBJ, project.code, project.name, f"/projects/{project.code}/")


def commit_many(
    commands: Sequence[RecogniseCommand],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> list[ObjectRef]:
    """逐条写入(先签约后落地,次序同文件);提级一次核对。"""
    with transaction.atomic():
        refs = [_write(c, actor=actor, now=now, group=group, opening=opening) for c in commands]
        ids = {c.project_id for c in commands}
        escalation.refresh(ids, actor=actor, now=now, group=group)
    return refs


def reverse_batch(
    refs: Sequence[ObjectRef], *, actor: Actor, now: datetime, group: UUID, reason: str
) -> None:
    """整批撤回历史认定:逐个冲回,状态落回认定前。

    Raises:
        RuleBroken: 有项目在本批之后又有新的认定。
    """
    projects = Project.objects.filter(code__in={r.id for r in refs}).select_related("chain")
    later = [
        p for p in projects if p.recognitions.filter(live=True, sign=1, historical=False).exists()
    ]
    if later:
        raise RuleBroken(
            Finding("batch", "reverse.used", "3.3b",
                    f"「{p.name}」({p.code})此后另有认定,不能整批撤回,请单独撤回认定")
            for p in later
        )  # fmt: skip
    ids = [project.pk for project in projects]
    for project in projects:
        reverse_rows(project, live_stages(project), actor=actor, reason=reason, now=now)
        update_if_current(
            project, now=now, recognised_stage="", stage_status=StageStatus.CLAIMED.value
        )
        save_state(project, now)
        record(
            event="pipeline.project.recognition_withdrawn",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=project.name,
            reason=reason,
            clause="3.3b",
            now=now,
            group=group,
        )
    escalation.refresh(ids, actor=actor, now=now, reason=reason, group=group)
