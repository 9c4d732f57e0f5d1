"""进展事件:填报、撤销。只增;撤销是新的一行。报过的本期更新随之另成一稿(未锁账时)。"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.actions.monthrows import (
    build_event,
    event_shown,
    known_events,
    lock_month,
    lock_projects,
    refresh_updates,
)
from juyuan.rooms.pipeline.models import ProgressEvent, Project
from juyuan.rooms.pipeline.queries.monthly import today_of
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.queries.scope import reach_of
from juyuan.rooms.pipeline.rules.monthly import fold
from juyuan.rooms.pipeline.rules.progress import CLAUSE, EventDraft, judge_event

REASON_LIMIT = 500


def add_progress_event(
    *, actor: Actor, project: Project, draft: EventDraft, now: datetime, group: UUID | None = None
) -> ProgressEvent:
    """给项目填一件进展(种类、发生日、可附材料)。同一种类同一天已经填过而没有新材料的,返回那一件。

    Raises:
        Denied: 不是经办、承载、参与单位或商务主管部门。
        RuleBroken: 种类不在清单、日期不对、文件没有存好。
    """
    require(access.can_add_evidence(actor, project))
    today, periods = today_of(now), Periods()
    period = periods.of(draft.happened_on or today)
    findings = judge_event(draft, periods.kinds(period), today)
    stored = uploaded(actor, draft.file_id)
    if draft.file_id is not None and stored is None:
        findings.append(Finding("file", "progress.file", CLAUSE, "文件没有存好，请重新上传"))
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        lock_month(period)
        lock_projects([project.code])
        day = draft.happened_on or today
        same = known_events([project.pk], [draft]).get((project.pk, draft.kind, day))
        if same is not None and stored is None:
            return same
        row = build_event(project.pk, draft, actor=actor, now=now)
        if stored is not None:
            use = files.use_file(
                actor=actor, file=stored, object_type=OBJ, object_id=project.pk,
                label=periods.kinds(period).label(draft.kind), now=now,
            )  # fmt: skip
            row.file_use_id, row.file_sha256, row.file_name = use.pk, stored.sha256, stored.name
        row.save(force_insert=True)
        record(
            event="pipeline.progress.reported", actor=actor, obj_type=OBJ, obj_id=project.code,
            obj_label=project.name, after=event_shown(row), clause=CLAUSE, now=now, group=group,
        )  # fmt: skip
        refresh_updates([project.pk], period, actor=actor, now=now, group=group, periods=periods)
    return row


def withdraw_progress_event(
    *, actor: Actor, event: ProgressEvent, reason: str, now: datetime
) -> ProgressEvent:
    """撤销一件填错的进展:新的一行,原行仍在。锁账的期不受影响,要改另行更正。

    Raises:
        Denied: 不是填报单位或商务主管部门。
        RuleBroken: 没写理由,或已经撤销、本身就是撤销。
    """
    project = event.project
    require(access.can_add_evidence(actor, project))
    own = reach_of(actor).own_units
    if not (actor.is_system or access.is_bureau(actor) or event.unit_id in own):
        raise Denied("进展由填报的单位撤销，商务主管部门可以代为撤销", CLAUSE)
    findings = []
    if not fold(reason):
        findings.append(Finding("reason", "progress.reason", CLAUSE, "请写明为什么撤销"))
    elif len(reason) > REASON_LIMIT:
        findings.append(Finding("reason", "progress.reason", CLAUSE, f"理由至多{REASON_LIMIT}字"))
    periods = Periods()
    period = periods.of(event.happened_on)
    with transaction.atomic():
        lock_month(period)
        lock_projects([project.code])
        if event.withdraws_id or ProgressEvent.objects.filter(withdraws=event).exists():
            findings.append(Finding("reason", "progress.gone", CLAUSE, "这件进展已经撤销"))
        if findings:
            raise RuleBroken(findings)
        draft = EventDraft(event.kind, event.happened_on, event.note)
        row = build_event(project.pk, draft, actor=actor, now=now)
        row.withdraws, row.reason = event, fold(reason)
        row.save(force_insert=True)
        record(
            event="pipeline.progress.retracted", actor=actor, obj_type=OBJ, obj_id=project.code,
            obj_label=project.name, before=event_shown(event), reason=row.reason, clause=CLAUSE,
            now=now,
        )  # fmt: skip
        refresh_updates([project.pk], period, actor=actor, now=now, periods=periods)
    return row
