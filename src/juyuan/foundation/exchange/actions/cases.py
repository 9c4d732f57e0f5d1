"""核对看不见的重合:由监督这种导入的单位办。"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.actions.shared import recount
from juyuan.foundation.exchange.judging import AS_NEW, SKIP
from juyuan.foundation.exchange.kinds import NEW, SKIPPED
from juyuan.foundation.exchange.models import CaseState, CollisionCase, ImportBatch, ImportRow
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale


def resolve_case(
    *, actor: Actor, case_id: uuid.UUID, same: bool, note: str, now: datetime
) -> CollisionCase:
    """核对的结论:同一个(该行不再导入)或另一个(导入人可以提交它)。

    一行有几件的,全部核为「另一个」才放行。
    Raises: NotFound(看不见) Stale(已有结论) RuleBroken(没写意见)。
    """
    case = queries.case_door(actor, case_id)
    if not note.strip():
        raise RuleBroken.one("note", "exchange.note", "请写明核对的依据。")
    with transaction.atomic():
        changed = CollisionCase.objects.filter(pk=case.pk, state=CaseState.OPEN).update(
            state=CaseState.SAME if same else CaseState.DIFFERENT,
            note=note.strip(),
            closed_at=now,
            closed_by=actor.name,
        )
        if not changed:
            raise Stale("这一件已经有结论。")
        batch = ImportBatch.objects.select_for_update().get(rows=case.row_id)
        row = ImportRow.objects.get(pk=case.row_id)
        left = row.cases.filter(state=CaseState.OPEN).exists()
        # 结论直接落到行上;导入人提交时还会整个重判一遍
        if same:
            row.settled, row.verdict = SKIP, SKIPPED
        elif not left and not row.cases.filter(state=CaseState.SAME).exists():
            row.settled, row.verdict, row.held = AS_NEW, NEW, False
        row.save(update_fields=["settled", "verdict", "held"])
        recount(batch)
        batch.version += 1
        batch.save(update_fields=["counts", "version"])
        record(
            event="exchange.case.resolved",
            actor=actor,
            obj_type="collision_case",
            obj_id=case.pk,
            obj_label=str(row),
            after={"same": same, "hidden": f"{case.hidden_type}:{case.hidden_id}"},
            reason=note.strip(),
            now=now,
            group=batch.group,
        )
    case.refresh_from_db()
    return case
