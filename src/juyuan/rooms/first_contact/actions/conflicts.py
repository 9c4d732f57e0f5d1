"""撞单立件:登记时查重撞上的,商务主管部门提出的。先有的一方已在未定的撞单里的,并入那一件。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import open_many
from juyuan.foundation.duties.rules import DueRule, Opening, Owed
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import bureau, params
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.actions.steps import CLAUSE, tell_unit
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictParty
from juyuan.rooms.first_contact.queries.duty import CONFLICT as OBJ
from juyuan.rooms.first_contact.queries.duty import RULING
from juyuan.rooms.first_contact.queries.incumbents import Incumbent
from juyuan.rooms.first_contact.queries.ruling import ruling_unit
from juyuan.rooms.first_contact.rules.rulings import ConflictSource, ruling_due
from juyuan.rooms.pipeline.actions.common import new_code
from juyuan.rooms.pipeline.actions.leading import mark_contested
from juyuan.rooms.pipeline.models import Project

OPENED = "first_contact.conflict_opened"
PREFIX = "ZD"


def open_or_join(
    *, actor: Actor, claim: Claim, others: Sequence[Incumbent], now: datetime
) -> Conflict:
    """后来的一方登记时撞上(登记的事务内):立一件,或并入先有者已在的那一件。"""
    known = next((one.conflict for one in others if one.conflict is not None), None)
    strongest = others[0]
    conflict = known or open_conflict(
        actor=actor, source=ConflictSource.CHECK, project=strongest.project, now=now,
        tier=strongest.tier, reasons=strongest.reasons,
    )  # fmt: skip
    for one in others:
        add_party(
            conflict, one.unit_id, one.claim, one.project, incumbent=True, actor=actor, now=now
        )
    add_party(conflict, claim.unit_id, claim, claim.project, incumbent=False, actor=actor, now=now)
    return conflict


def open_conflict(
    *,
    actor: Actor,
    source: ConflictSource,
    project: Project | None,
    tier: int,
    reasons: Sequence[str],
    note: str = "",
    now: datetime,
) -> Conflict:
    """立一件(事务内),给商务主管部门开一件待办。"""
    today = localdate(now)
    days = params(today)["first_contact.ruling_workdays"]
    conflict = Conflict(
        code=new_code(PREFIX), project=project, source=source.value, tier=tier,
        reasons=list(reasons), note=note.strip(), opened_at=now,
        rule_by=ruling_due(today, days, calendar()).day,
    )  # fmt: skip
    conflict.save(force_insert=True)
    record(
        event="first_contact.conflict.opened", actor=actor, obj_type=OBJ, obj_id=conflict.code,
        obj_label=str(conflict), after={"tier": tier, "source": source.value}, reason=note.strip(),
        clause=CLAUSE, now=now,
    )  # fmt: skip
    code = ruling_unit()
    if code is not None:
        rule = DueRule(days, said="参数 first_contact.ruling_workdays，建议值")
        unit_id = Unit.objects.get(code=code).pk
        open_many([Opening(RULING, Owed(OBJ, conflict.pk, unit_id, today, rule))], actor=actor, now=now)  # fmt: skip
    return conflict


def add_party(
    conflict: Conflict,
    unit_id: int,
    claim: Claim | None,
    project: Project | None,
    *,
    incumbent: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """列入一方(事务内),告诉它;已在其中的什么也不做。"""
    _, created = ConflictParty.objects.get_or_create(
        conflict=conflict, unit_id=unit_id,
        defaults={"claim": claim, "project": project, "incumbent": incumbent, "joined_at": now},
    )  # fmt: skip
    if not created:
        return
    if project is not None:
        locked = Project.objects.select_for_update().get(pk=project.pk)
        mark_contested(actor=actor, project=locked, contested=True, now=now)
    record(
        event="first_contact.conflict.joined", actor=actor, obj_type=OBJ, obj_id=conflict.code,
        obj_label=str(conflict), after={"unit": Unit.objects.get(pk=unit_id).name}, clause=CLAUSE,
        now=now,
    )  # fmt: skip
    tell_unit(
        [unit_id], kind=OPENED, object_type=OBJ, object_id=conflict.pk, due_on=None,
        title=f"撞单待裁定：{conflict.code}",
        text=f"由{bureau()}裁定（{conflict.rule_by} 前）。请补充接触的凭据；裁定之前可以继续服务投资方，不得承诺政策",
        url=f"/first-contacts/conflicts/{conflict.code}/", now=now,
    )  # fmt: skip
