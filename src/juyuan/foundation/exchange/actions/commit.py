"""提交:重读、重判、与预览核对,然后在一个事务里写完,或一行不写。"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.actions.preview import _require_owner, refresh
from juyuan.foundation.exchange.actions.shared import (
    JUDGED,
    WRITTEN,
    Progress,
    judged,
    parse,
    pending,
    step,
)
from juyuan.foundation.exchange.judging import Verdict
from juyuan.foundation.exchange.kinds import (
    DOUBTFUL,
    NEW,
    REFUSED,
    UPDATE,
    VERDICT_LABEL,
    ImportKind,
    ObjectRef,
    Opening,
)
from juyuan.foundation.exchange.models import BatchState, ImportBatch
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import pinned
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require


def commit(
    *,
    actor: Actor,
    batch_id: uuid.UUID,
    now: datetime,
    today: date,
    all_or_none: bool = False,
    one_by_one: bool = False,
    progress: Progress | None = None,
) -> ImportBatch:
    """写入全部合格行。再提交一次只写新合格的行;没有可写的就什么也不变。

    `all_or_none`:有一行退回或存疑就一行不写。`one_by_one` 用单行执行者(与成批的结果相同,测试为证)。
    Raises:
        Stale: 预览之后情况变了(预览已照新情况重判,请再核对)。
        RuleBroken: 全部或不写而有不合格行;列没有对好;期初已关闭。
    """
    batch = queries.batch_door(actor, batch_id)
    _require_owner(actor, batch)
    kind = queries.kind_named(batch.kind)
    require(kind.may(actor))
    try:
        # 参数在整批里固定:不逐行去看有没有新版,也不会一批之内前后不一
        with transaction.atomic(), pinned():
            return _commit(batch.pk, kind, actor, now, today, all_or_none, one_by_one, progress)
    except _Moved as moved:
        refresh(batch, kind, actor, today, now)
        raise Stale(str(moved)) from moved


class _Moved(Exception):
    """重判的结论与预览不同。"""


def _commit(
    batch_id: uuid.UUID,
    kind: ImportKind,
    actor: Actor,
    now: datetime,
    today: date,
    all_or_none: bool,
    one_by_one: bool,
    progress: Progress | None,
) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    _check_state(batch, today)
    settlements, readings = queries.settlements_of(batch)
    parsed = parse(
        kind,
        queries.content_of(batch),
        batch.file_name,
        basis=queries.mapping_of(batch),
        readings=readings,
        progress=progress,
    )
    rows = len(parsed.rows)
    verdicts = judged(kind, parsed.rows, actor, today, settlements)
    step(progress, JUDGED, rows)
    _check_unmoved(batch, verdicts)
    if all_or_none:
        _check_all_good(verdicts)
    writing = pending(verdicts)
    if not writing:
        return batch
    opening = Opening(batch.opening, batch.paper_number, batch.paper_date, str(batch.pk))
    commands = [v.command for v in writing]
    if one_by_one:
        refs: Sequence[ObjectRef] = [
            kind.commit_one(c, actor=actor, now=now, group=batch.group, opening=opening)
            for c in commands
        ]
    else:
        refs = kind.commit_many(commands, actor=actor, now=now, group=batch.group, opening=opening)
    if len(refs) != len(writing):
        raise RuntimeError(f"导入种类 {kind.name} 写入的对象数与命令数不符")
    step(progress, WRITTEN, rows)
    _mark_done(batch, writing, refs)
    if batch.committed_at is None:
        batch.committed_at = now
    batch.state = BatchState.COMMITTED
    batch.version += 1
    batch.save(update_fields=["state", "committed_at", "version"])
    record(
        event="exchange.batch.committed",
        actor=actor,
        obj_type="import_batch",
        obj_id=batch.pk,
        obj_label=str(batch),
        after={
            "sha256": batch.sha256,
            "new": sum(v.verdict == NEW for v in writing),
            "update": sum(v.verdict == UPDATE for v in writing),
            "counts": batch.counts,
            "opening": batch.opening,
            "paper": batch.paper_number,
        },
        now=now,
        group=batch.group,
    )
    step(progress, 1, rows)
    return batch


def _check_state(batch: ImportBatch, today: date) -> None:
    if batch.state == BatchState.READING:
        raise Stale("这个批次还没有判完,判完才能提交。")
    if batch.state == BatchState.MAPPING:
        problems = ";".join(batch.report.get("problems", []))
        raise RuleBroken.one("mapping", "exchange.mapping", problems or "还有列没有对好。")
    if batch.state in (BatchState.ABANDONED, BatchState.REVERSED):
        raise Stale(f"这个批次{batch.get_state_display()},不能再提交。")
    barred = queries.opening_barred(today) if batch.opening else ""
    if barred:
        raise RuleBroken.one("opening", "exchange.opening_closed", f"{barred},不能再提交期初批次。")


def _check_unmoved(batch: ImportBatch, verdicts: Sequence[Verdict]) -> None:
    """人看着点头的是预览;结论变了就请他再看。"""
    shown = {
        (sheet, number): (verdict, object_id, changes)
        for sheet, number, verdict, object_id, changes, done in batch.rows.values_list(
            "sheet", "number", "verdict", "object_id", "changes", "done"
        )
        if not done
    }
    moved = []
    for verdict in verdicts:
        before = shown.get((verdict.row.sheet, verdict.row.number))
        if before is None:
            continue
        target = verdict.target.id[:60] if verdict.target else ""
        changes = [list(change) for change in verdict.changes]
        if before != (verdict.verdict, target, changes):
            moved.append(verdict)
    if moved:
        first = moved[0]
        raise _Moved(
            f"预览之后情况有变:{len(moved)} 行的结论不同了(如“{first.row.sheet}”第 {first.row.number} 行"
            f"现为{VERDICT_LABEL[first.verdict]})。已照新情况重判,请核对后再提交。"
        )


def _check_all_good(verdicts: Sequence[Verdict]) -> None:
    refused = sum(v.verdict == REFUSED for v in verdicts)
    doubtful = sum(v.verdict == DOUBTFUL for v in verdicts)
    if refused or doubtful:
        raise RuleBroken.one(
            "batch",
            "exchange.all_or_none",
            f"选了“全部或一行不写”:还有 {refused} 行退回、{doubtful} 行存疑,一行也没有写。",
        )


def _mark_done(batch: ImportBatch, writing: Sequence[Verdict], refs: Sequence[ObjectRef]) -> None:
    """把写成的对象记到各行(一条语句)。"""
    document = json.dumps(
        [
            {
                "sheet": v.row.sheet,
                "number": v.row.number,
                "type": ref.type,
                "id": ref.id,
                "label": ref.label[:200],
                "url": ref.url[:200],
            }
            for v, ref in zip(writing, refs, strict=True)
        ],
        ensure_ascii=False,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE exchange_importrow AS r
               SET done = TRUE, object_type = n.type, object_id = n.id,
                   object_label = n.label, object_url = n.url
              FROM jsonb_to_recordset(%s::jsonb)
                   AS n(sheet text, number int, type text, id text, label text, url text)
             WHERE r.batch_id = %s AND r.sheet = n.sheet AND r.number = n.number
            """,
            [document, batch.pk],
        )
        if cursor.rowcount != len(writing):
            raise RuntimeError("导入行与写入的对象对不上")
