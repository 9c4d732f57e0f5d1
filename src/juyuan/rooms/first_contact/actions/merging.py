"""项目合并时首谈随之搬、牵头单位照裁定(经 wiring 登记给 pipeline);裁定之后的并案待办。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.access import CLAUSE
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.queries.claims import OBJ
from juyuan.rooms.first_contact.queries.duty import CONFLICT, MERGE
from juyuan.rooms.first_contact.queries.merging import (
    merging_unit,
    owed_for,
    ruled_lead,
    standing_alone,
)
from juyuan.rooms.first_contact.rules.rights import HOLDING, LIVE
from juyuan.rooms.first_contact.rules.rulings import ConflictState
from juyuan.rooms.pipeline.actions.leading import give_lead, return_lead
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.movers import Act, Mover


def count(project_id: int) -> int:
    """在办的首谈几件。"""
    return Claim.objects.filter(project_id=project_id, state__in=LIVE).count()


def blocks(source_id: int, target_id: int) -> list[str]:
    """一个项目至多一个首谈单位:两边各有的,先移交或终结一个。"""
    held = Claim.objects.filter(project_id__in=(source_id, target_id), state__in=HOLDING)
    rows = list(held.select_related("unit").order_by("pk"))
    if len(rows) < 2:
        return []
    return [
        f"两边各有一个首谈单位（{'、'.join(str(row.unit) for row in rows)}）："
        "请先裁定，或移交、终结其中一件首谈"
    ]


def move(source_id: int, target_id: int, act: Act) -> dict[str, Any]:
    """在办的首谈改指留下的一个;牵头单位照现有首谈,没有的照裁定。"""
    lead, ended = ruled_lead(source_id, target_id), _end_duties(source_id, target_id, act)
    rows = list(Claim.objects.filter(project_id=source_id, state__in=LIVE).order_by("pk"))
    Claim.objects.filter(pk__in=[row.pk for row in rows]).update(
        project_id=target_id, version=F("version") + 1
    )
    _note("carried", rows, act)
    kept = Project.objects.select_related("chain").get(pk=target_id)
    was = {
        "unit": kept.lead_unit_id, "claimed": kept.lead_claimed,
        "participants": list(kept.participant_unit_ids),
    }  # fmt: skip
    led = lead is not None and (kept.lead_unit_id, kept.lead_claimed) != (lead, True)
    if led:
        give_lead(actor=act.actor, project=kept, unit_id=lead, reason=act.reason, now=act.now)
    return {"claims": [row.pk for row in rows], "was": was if led else None, "lead": lead,
            "conflicts": ended}  # fmt: skip


def undo(detail: dict[str, Any], source_id: int, target_id: int, act: Act) -> None:
    """首谈放回;牵头单位此后没有再变的,也放回。"""
    rows = list(Claim.objects.filter(pk__in=detail["claims"], project_id=target_id).order_by("pk"))
    Claim.objects.filter(pk__in=[row.pk for row in rows]).update(
        project_id=source_id, version=F("version") + 1
    )
    _note("returned", rows, act)
    kept = Project.objects.select_related("chain").get(pk=target_id)
    if detail["was"] is not None and kept.lead_unit_id == detail["lead"]:
        return_lead(
            actor=act.actor, project=kept, unit_id=detail["was"]["unit"],
            claimed=detail["was"]["claimed"], participants=detail["was"]["participants"],
            reason=act.reason, now=act.now,
        )  # fmt: skip
    unit = merging_unit()
    if unit is not None and detail["conflicts"]:
        # 项目还没有恢复:照裁定时的样子再开一件
        again = Conflict.objects.filter(pk__in=detail["conflicts"], state=ConflictState.FINAL)
        _open(again, unit, act.actor, act.now)


def _end_duties(source_id: int, target_id: int, act: Act) -> list[int]:
    """并掉这一个之后再没有单独立着的,并案的待办办结;返回办结的各件。"""
    touched = Conflict.objects.filter(
        Q(project_id=source_id)
        | Q(parties__project_id=source_id)
        | Q(parties__claim__project_id=source_id)
    )
    ended = []
    for alone in standing_alone(set(touched.values_list("pk", flat=True))):
        if any(p.pk not in (source_id, target_id) for p in alone.others):
            continue
        done = end_duty(
            kind=MERGE, object_type=CONFLICT, object_id=alone.conflict.pk,
            act="pipeline.project.merged", actor=act.actor, now=act.now,
        )  # fmt: skip
        if done:
            ended.append(alone.conflict.pk)
    return ended


def open_merging(conflict: Conflict, *, actor: Actor, now: datetime) -> int:
    """裁定生效:不牵头的一方另有项目的,给商务主管部门开一件并案(事务内)。"""
    unit = merging_unit()
    if unit is None:
        return 0
    return _open([one.conflict for one in standing_alone([conflict.pk])], unit, actor, now)


def _open(conflicts: Iterable[Conflict], unit: int, actor: Actor, now: datetime) -> int:
    rows = [Opening(MERGE, owed_for(conflict, unit)) for conflict in conflicts]
    return open_many(rows, actor=actor, now=now)


def _note(verb: str, rows: list[Claim], act: Act) -> None:
    record_many(
        [
            Entry(
                f"first_contact.claim.{verb}", OBJ, row.code, row.project_name,
                reason=act.reason, clause=CLAUSE,
            )
            for row in rows
        ],
        actor=act.actor, now=act.now, group=None,
    )  # fmt: skip


MOVER = Mover("first_contact.claims", "首谈登记", count, move, undo, blocks)
