"""人对存疑行的选择:同一个、另一个、略过,或选定一格的读法。"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.actions.preview import _require_owner
from juyuan.foundation.exchange.actions.shared import judged, parse, save_rows
from juyuan.foundation.exchange.judging import AS_NEW, SAME_AS, SKIP
from juyuan.foundation.exchange.kinds import DOUBTFUL
from juyuan.foundation.exchange.models import BatchState, ImportBatch, ImportRow
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, held_answer


@dataclass(frozen=True)
class Settlement:
    """一行的选择。`choice`:new | skip | same:<编号> | 空(撤回选择);`readings`:字段 → 读法。"""

    choice: str = ""
    readings: Mapping[str, str] = field(default_factory=dict)


def settle(
    *,
    actor: Actor,
    batch_id: uuid.UUID,
    settlements: Mapping[int, Settlement],
    now: datetime,
    today: date,
) -> ImportBatch:
    """按序号给若干行作选择,并重判全部行(一行的选择会影响同文件里的另一行)。

    Raises: NotFound(批次或行) Denied Stale RuleBroken(不在可选之内)。
    """
    batch = queries.batch_door(actor, batch_id)
    _require_owner(actor, batch)
    kind = queries.kind_named(batch.kind)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state not in (BatchState.PREVIEW, BatchState.COMMITTED):
            raise Stale("这个批次已不在预览,不能再选。")
        rows = {
            row.position: row
            for row in batch.rows.filter(position__in=list(settlements), done=False)
        }
        for position, settlement in settlements.items():
            row = rows.get(position)
            if row is None:
                raise NotFound
            _apply(row, settlement)
        ImportRow.objects.bulk_update(rows.values(), ["settled", "readings"], batch_size=500)
        found, readings = queries.settlements_of(batch)
        parsed = parse(
            kind,
            queries.content_of(batch),
            batch.file_name,
            basis=queries.mapping_of(batch),
            readings=readings,
        )
        save_rows(batch, kind, judged(kind, parsed.rows, actor, today, found), now)
        batch.version += 1
        batch.save(update_fields=["counts", "version"])
        record(
            event="exchange.rows.settled",
            actor=actor,
            obj_type="import_batch",
            obj_id=batch.pk,
            obj_label=str(batch),
            after={
                f"{rows[p].sheet}!{rows[p].number}": s.choice or dict(s.readings)
                for p, s in settlements.items()
            },
            now=now,
            group=batch.group,
        )
    return batch


def _apply(row: ImportRow, settlement: Settlement) -> None:
    settling = row.verdict == DOUBTFUL or row.settled or row.readings
    if not settling and settlement.choice != SKIP:
        raise RuleBroken.one("choice", "exchange.choice", f"{row}不是存疑行,不需要选择。")
    allowed = {"", SKIP, *(f"{SAME_AS}{c['id']}" for c in row.candidates)}
    if row.settled.startswith(SAME_AS):
        allowed.add(row.settled)
    if not row.held:
        allowed.add(AS_NEW)
    if settlement.choice not in allowed:
        if row.held and settlement.choice == AS_NEW:
            raise RuleBroken.one(
                "choice", "exchange.held", f"{row}:{held_answer(bureau())},核对之前不能新增。"
            )
        raise RuleBroken.one("choice", "exchange.choice", f"{row}没有这个选项,请从列出的里选。")
    for name, key in settlement.readings.items():
        offered = {r["key"] for r in row.doubts.get(name, [])} | {row.readings.get(name, "")}
        if key not in offered:
            raise RuleBroken.one("reading", "exchange.choice", f"{row}没有这种读法。")
    if settlement.readings:
        row.readings = {**row.readings, **settlement.readings}
    else:
        row.settled = settlement.choice
        if not settlement.choice:
            row.readings = {}
