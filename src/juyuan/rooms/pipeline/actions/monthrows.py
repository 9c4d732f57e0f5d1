"""月度更新各动作共用的几步:锁、装配一行、台账里写什么、随进展另成一稿、办结待办。"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from juyuan.foundation.duties.actions import end_duty
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.models import MonthlyUpdate, ProgressEvent, Project
from juyuan.rooms.pipeline.queries.monthduty import DUTY, OBJECT
from juyuan.rooms.pipeline.queries.monthly import SheetRow, just_after, rows_of, today_of
from juyuan.rooms.pipeline.queries.periods import Periods, closes, is_closed
from juyuan.rooms.pipeline.queries.tally import Where, tallies, tally_lines
from juyuan.rooms.pipeline.rules.monthly import (
    CLAUSE,
    Content,
    Period,
    fold,
    is_on_time,
    is_substantive,
)
from juyuan.rooms.pipeline.rules.progress import EventDraft

SUBMITTED, CORRECTED = "pipeline.update.submitted", "pipeline.update.corrected"
LOCK_CLASS = 330_302
CHUNK = 1000


def lock_month(period: Period, *, alone: bool = False) -> None:
    """锁账(`alone`)与填报互斥,填报之间不互等;到事务结束。"""
    name = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {name}(%s, %s)", [LOCK_CLASS, period.month.year * 100 + period.month.month]
        )


def lock_projects(codes: Collection[str]) -> None:
    """按编号次序锁住项目:一个项目的更新一稿接一稿。"""
    rows = Project.objects.select_for_update(no_key=True).filter(code__in=set(codes))
    list(rows.order_by("pk").values_list("pk", flat=True))


def build_event(
    project_id: int, draft: EventDraft, *, actor: Actor, now: datetime
) -> ProgressEvent:
    """由草稿装配一件进展(未存、未带文件)。"""
    return ProgressEvent(
        project_id=project_id,
        kind=draft.kind,
        happened_on=draft.happened_on or today_of(now),
        note=fold(draft.note),
        unit_id=actor.post.unit_id if actor.post else None,
        by_id=actor.account_id,
        by_name=actor.name,
        at=now,
    )


def event_shown(row: ProgressEvent) -> dict[str, Any]:
    """一件进展在台账里写的。"""
    return {
        "progress": row.pk,
        "kind": row.kind,
        "happened_on": row.happened_on.isoformat(),
        "note": row.note,
        "sha256": row.file_sha256,
    }


def known_events(
    project_ids: Sequence[int], drafts: Iterable[EventDraft]
) -> dict[tuple[int, str, date], ProgressEvent]:
    """已经填过、没有撤销的同种同日的进展(同一份表再交一次不重复记)。"""
    days = {d.happened_on for d in drafts if d.happened_on}
    if not days:
        return {}
    rows = ProgressEvent.objects.filter(
        project_id__in=project_ids, happened_on__in=days, withdraws__isnull=True,
        withdrawal__isnull=True,
    )  # fmt: skip
    return {(row.project_id, row.kind, row.happened_on): row for row in rows}


def build_update(
    row: SheetRow,
    content: Content,
    *,
    kinds: Iterable[str],
    substantive: Collection[str],
    period: Period,
    versions: dict[str, str],
    closed: bool,
    reason: str,
    batch_id: str,
    actor: Actor,
    now: datetime,
) -> MonthlyUpdate:
    """装配一稿(未存)。`kinds` 是所据各件进展的种类。"""
    return MonthlyUpdate(
        project_id=row.project_id,
        period=period.month,
        revision=row.revision + 1,
        unit_id=row.unit_id,
        stage=row.stage.value,
        progress=content.progress,
        problem=content.problem,
        next_step=content.next_step,
        invested_month=content.invested_month,
        no_change=content.no_change,
        no_change_note=content.no_change_note,
        substantive=is_substantive(kinds, substantive),
        events=sorted(content.events),
        on_time=is_on_time(now, period),
        after_close=closed,
        reason=fold(reason),
        parameters=versions,
        batch_id=batch_id,
        by_id=actor.account_id,
        by_name=actor.name,
        at=now,
    )


def entry_of(row: SheetRow, update: MonthlyUpdate, before: MonthlyUpdate | None) -> Entry:
    """一稿的台账行。`serves`:一次填报,两处用。"""
    return Entry(
        CORRECTED if update.after_close else SUBMITTED,
        OBJ,
        row.code,
        row.name,
        update_shown(before) if before else None,
        update_shown(update) | {"serves": ["3.3b", "3.2c"]},
        update.reason,
        CLAUSE,
    )


def update_shown(row: MonthlyUpdate) -> dict[str, Any]:
    """一稿在台账里写的。"""
    return {
        "period": f"{row.period:%Y-%m}",
        "revision": row.revision,
        "progress": row.progress,
        "problem": row.problem,
        "next_step": row.next_step,
        "invested_month": row.invested_month,
        "no_change": row.no_change,
        "no_change_note": row.no_change_note,
        "substantive": row.substantive,
        "events": row.events,
        "on_time": row.on_time,
    }


def refresh_updates(
    project_ids: Collection[int] | None,
    period: Period,
    *,
    actor: Actor,
    now: datetime,
    periods: Periods,
    group: UUID | None = None,
    reason: str = "报后又有进展,随之并入",
) -> int:
    """报过之后又有(或撤了)进展的:未锁账时,文字不动,随进展另成一稿。返回稿数。

    `project_ids` 不给即这一期报过的全部项目(锁账前最后并一次)。须在事务里。
    """
    if is_closed(period, now, closes([period.month])) and project_ids is not None:
        return 0
    told = MonthlyUpdate.objects.filter(period=period.month)
    if project_ids is not None:
        told = told.filter(project_id__in=project_ids)
    ids = sorted(set(told.order_by().values_list("project_id", flat=True)))
    if not ids:
        return 0
    kinds, end, count = periods.kinds(period), just_after(now), 0
    for start in range(0, len(ids), CHUNK):
        lines = tally_lines(period, end, Where(project_ids=tuple(ids[start : start + CHUNK])))
        made, entries = [], []
        for row in rows_of(lines, period, kinds, end):
            current, events = row.content, frozenset(h.id for h in row.happenings)
            if row.current is None or current is None or current.events == events:
                continue
            silent = "" if events else current.no_change
            content = Content(
                current.progress, current.problem, current.next_step, current.invested_month,
                silent, current.no_change_note if silent else "", events,
            )  # fmt: skip
            update = build_update(
                row, content, kinds=[h.kind for h in row.happenings],
                substantive=kinds.substantive, period=period, versions=periods.versions(period),
                closed=False, reason=reason, batch_id="", actor=actor, now=now,
            )  # fmt: skip
            made.append(update)
            entries.append(entry_of(row, update, row.current))
        MonthlyUpdate.objects.bulk_create(made, batch_size=500)
        record_many(entries, actor=actor, now=now, group=group)
        count += len(made)
    return count


def end_duties(period: Period, unit_ids: Iterable[int], *, actor: Actor, now: datetime) -> int:
    """这些单位里,这一期最后一个项目也报了的:待办由这次提交办结。"""
    wanted = tuple(sorted(set(unit_ids)))
    if not wanted:
        return 0
    counts = tallies([period], just_after(now), Where(unit_ids=wanted))[period.month]
    done = 0
    for unit_id in wanted:
        tally = counts.get(unit_id)
        if tally is not None and tally.missing == 0:
            done += end_duty(
                kind=DUTY, object_type=OBJECT, object_id=unit_id, unit_id=unit_id,
                period=period.key, act=SUBMITTED, actor=actor, now=now,
            )  # fmt: skip
    return done
