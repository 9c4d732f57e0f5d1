"""打开一个文件、改对应列、放弃。"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import BinaryIO

from django.db import transaction

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.actions.shared import (
    WRITTEN,
    OpeningPaper,
    Progress,
    judged,
    parse,
    refused_file,
    remember,
    report_of,
    save_rows,
    step,
)
from juyuan.foundation.exchange.kinds import ImportKind
from juyuan.foundation.exchange.layout import Choice
from juyuan.foundation.exchange.models import BatchState, ImportBatch
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.refusal import FileRefused
from juyuan.foundation.exchange.rows import Parsed
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, RuleBroken, Stale, require

Choices = Mapping[str, Mapping[int, Choice]]
LARGE = 2000
"""超过这么多行,有任务进程时走长任务。"""


def open_batch(
    *,
    actor: Actor,
    kind: str,
    name: str,
    stream: BinaryIO,
    now: datetime,
    today: date,
    paper: OpeningPaper | None = None,
    choices: Choices | None = None,
    progress: Progress | None = None,
    defer: Callable[[ImportBatch], None] | None = None,
) -> ImportBatch:
    """收一个文件、判全部行、存成预览。业务数据一行不动。

    列对不上时批次停在「待对列」。`paper` 给出则为期初批次。
    `defer`:行数超过 `LARGE` 时不在这里判,批次停在「判读中」,在同一事务里交给它排队(`judge_batch`)。
    Raises:
        NotFound: 没有这种导入。 Denied: 无权。 RuleBroken: 文件不收、期初已关闭、缺依据文件。
    """
    found = queries.kind_named(kind)
    require(found.may(actor))
    _check_opening(found, paper, today)
    caps = queries.caps_on(today)
    data = stream.read(caps.file_bytes + 1)
    unit_id = actor.post.unit_id if actor.post else None
    basis = queries.ColumnBasis(*queries.memory_for(found.name, unit_id), choices or {})
    try:
        # 坏文件、恶意文件当场退回,不排队
        book = read_book(data, name, caps)
        later = defer is not None and sum(len(sheet.rows) for sheet in book.sheets) > LARGE
        parsed = None
        if not later:
            parsed = parse(found, data, name, basis=basis, progress=progress, book=book)
    except FileRefused as error:
        raise refused_file(found, actor, name, error, now) from error
    with transaction.atomic():
        stored = store_file(actor=actor, name=name, stream=BytesIO(data), now=now)
        paper_file = None
        if paper is not None and paper.stream is not None:
            paper_file = store_file(actor=actor, name=paper.name, stream=paper.stream, now=now)
        sha256 = hashlib.sha256(data).hexdigest()
        batch = ImportBatch.objects.create(
            kind=found.name,
            kind_label=found.label,
            file=stored,
            file_name=stored.name,
            sha256=sha256,
            size=len(data),
            state=BatchState.READING if parsed is None else _state_after(parsed),
            account_id=actor.account_id,
            actor_name=actor.name,
            unit_id=unit_id,
            unit_name=actor.unit_name,
            via=actor.via,
            mapping=basis.as_json(),
            opening=paper is not None,
            paper_number=paper.number if paper else "",
            paper_date=paper.on if paper else None,
            paper_file=paper_file,
            repeat_of=queries.earlier_commit(found.name, sha256, actor),
            opened_at=now,
        )
        if parsed is not None:
            _judge_and_save(batch, found, parsed, actor, today, now)
            step(progress, 1, len(parsed.rows))
        elif defer is not None:
            defer(batch)
        record(
            event="exchange.batch.opened",
            actor=actor,
            obj_type="import_batch",
            obj_id=batch.pk,
            obj_label=str(batch),
            after={"sha256": sha256, "counts": batch.counts, "opening": batch.opening},
            now=now,
            group=batch.group,
        )
    return batch


def judge_batch(
    *,
    actor: Actor,
    batch_id: uuid.UUID,
    now: datetime,
    today: date,
    progress: Progress | None = None,
) -> ImportBatch:
    """把停在「判读中」的批次读完、判完,存成预览(长任务里做)。已经判过或放弃的不动,所以重做无害。

    Raises: NotFound Denied RuleBroken(原文件缺失)。
    """
    batch = queries.batch_door(actor, batch_id)
    _require_owner(actor, batch)
    kind = queries.kind_named(batch.kind)
    require(kind.may(actor))
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state != BatchState.READING:
            return batch
        parsed = _reparse(batch, kind, progress)
        batch.state = _state_after(parsed)
        _judge_and_save(batch, kind, parsed, actor, today, now)
        step(progress, WRITTEN, len(parsed.rows))
        record(
            event="exchange.batch.judged",
            actor=actor,
            obj_type="import_batch",
            obj_id=batch.pk,
            obj_label=str(batch),
            after={"sha256": batch.sha256, "counts": batch.counts},
            now=now,
            group=batch.group,
        )
        step(progress, 1, len(parsed.rows))
    return batch


def _state_after(parsed: Parsed) -> BatchState:
    return BatchState.MAPPING if parsed.problems else BatchState.PREVIEW


def remap(
    *,
    actor: Actor,
    batch_id: uuid.UUID,
    choices: Choices,
    now: datetime,
    today: date,
    remember_for_unit: bool = True,
) -> ImportBatch:
    """按人选的对应列重读、重判;记给本单位下次用。已提交的批次不能再改。

    Raises: NotFound Denied Stale(批次已不在预览) RuleBroken(选得不对)。
    """
    batch = queries.batch_door(actor, batch_id)
    kind = queries.kind_named(batch.kind)
    _require_owner(actor, batch)
    _check_choices(kind, choices)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state not in (BatchState.MAPPING, BatchState.PREVIEW):
            raise Stale("这个批次已经提交或放弃,不能再改对应列;请重新上传文件。")
        old = queries.mapping_of(batch)
        basis = queries.ColumnBasis(old.memory, old.units, {**old.choices, **choices})
        batch.mapping = basis.as_json()
        parsed = _reparse(batch, kind)
        batch.state = _state_after(parsed)
        if remember_for_unit and not parsed.problems:
            remember(batch, parsed, choices, now)
        _judge_and_save(batch, kind, parsed, actor, today, now)
        record(
            event="exchange.batch.remapped",
            actor=actor,
            obj_type="import_batch",
            obj_id=batch.pk,
            obj_label=str(batch),
            after={"mapping": batch.mapping, "counts": batch.counts},
            now=now,
            group=batch.group,
        )
    return batch


def abandon(*, actor: Actor, batch_id: uuid.UUID, now: datetime) -> ImportBatch:
    """放弃一个没有提交的批次(记录留着)。Raises: NotFound Denied Stale。"""
    batch = queries.batch_door(actor, batch_id)
    _require_owner(actor, batch)
    with transaction.atomic():
        changed = ImportBatch.objects.filter(
            pk=batch.pk, state__in=[BatchState.READING, BatchState.MAPPING, BatchState.PREVIEW]
        ).update(state=BatchState.ABANDONED, version=batch.version + 1)
        if not changed:
            raise Stale("这个批次已经提交或放弃。")
        record(
            event="exchange.batch.abandoned",
            actor=actor,
            obj_type="import_batch",
            obj_id=batch.pk,
            obj_label=str(batch),
            now=now,
            group=batch.group,
        )
    batch.refresh_from_db()
    return batch


def refresh(batch: ImportBatch, kind: ImportKind, actor: Actor, today: date, now: datetime) -> None:
    """情况变了:把预览重判一遍存下(自己的事务)。"""
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        parsed = _reparse(locked, kind)
        _judge_and_save(locked, kind, parsed, actor, today, now)


def _reparse(batch: ImportBatch, kind: ImportKind, progress: Progress | None = None) -> Parsed:
    _, readings = queries.settlements_of(batch)
    return parse(
        kind,
        queries.content_of(batch),
        batch.file_name,
        basis=queries.mapping_of(batch),
        readings=readings,
        progress=progress,
    )


def _judge_and_save(
    batch: ImportBatch, kind: ImportKind, parsed: Parsed, actor: Actor, today: date, now: datetime
) -> None:
    batch.report = report_of(parsed)
    if parsed.problems:
        batch.counts = {}
    else:
        settlements, _ = queries.settlements_of(batch)
        save_rows(batch, kind, judged(kind, parsed.rows, actor, today, settlements), now)
    batch.version += 1
    batch.save(update_fields=["report", "counts", "version", "mapping", "state"])


def _check_opening(kind: ImportKind, paper: OpeningPaper | None, today: date) -> None:
    if paper is None:
        if kind.paper_required:
            raise RuleBroken.one(
                "paper_number",
                "exchange.paper",
                f"导入{kind.label}必须写明依据文件的文号和日期。",
            )
        return
    if not kind.opening_allowed:
        raise RuleBroken.one("opening", "exchange.opening", f"{kind.label}不能作为期初批次导入。")
    barred = queries.opening_barred(today)
    if barred:
        raise RuleBroken.one(
            "opening", "exchange.opening_closed", f"{barred},不能再导入期初批次;请按日常办理。"
        )
    if not paper.number.strip() or paper.on is None:
        raise RuleBroken.one(
            "paper_number", "exchange.paper", "期初批次要写明依据文件的文号和日期。"
        )


def _check_choices(kind: ImportKind, choices: Choices) -> None:
    known = {c.field for c in kind.columns}
    for picks in choices.values():
        chosen = [pick.field for pick in picks.values() if pick.field]
        wrong = [name for name in chosen if name not in known]
        if wrong:
            raise RuleBroken.one("mapping", "exchange.mapping", f"没有“{wrong[0]}”这一列。")
        for name in set(chosen):
            if chosen.count(name) > 1:
                label = kind.column(name).label
                raise RuleBroken.one(
                    "mapping", "exchange.mapping", f"有两列都选了“{label}”,只能选一列。"
                )


def _require_owner(actor: Actor, batch: ImportBatch) -> None:
    if not queries.owns(actor, batch):
        raise Denied("只有导入人自己可以改这个批次。")
