"""月度更新:提交(一行、一表)、锁账。只增;同样的内容再交一次什么也不变。

一份判断(`rules.monthly.judge_update`)、两个执行者:`submit_update` 一行,`submit_updates` 一表,
写出的行相同(有测试)。一表里好的留下,不好的各带位置退回。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from juyuan.foundation.ledger.actions import Entry, record, record_many
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.actions.monthrows import (
    build_event,
    build_update,
    end_duties,
    entry_of,
    event_shown,
    known_events,
    lock_month,
    lock_projects,
    refresh_updates,
)
from juyuan.rooms.pipeline.models import MonthClose, MonthlyUpdate, ProgressEvent, Project
from juyuan.rooms.pipeline.queries.monthly import (
    SheetRow,
    just_after,
    today_of,
    writable_rows,
)
from juyuan.rooms.pipeline.queries.periods import Periods, closes, is_closed
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of
from juyuan.rooms.pipeline.queries.tally import tallies
from juyuan.rooms.pipeline.rules.monthly import (
    CLAUSE,
    Content,
    Period,
    UpdateDraft,
    content_of,
    judge_update,
)
from juyuan.rooms.pipeline.rules.progress import EventDraft, judge_event

MONTH = "month"
EVENT_FIELDS = {"kind": "event_kind", "happened_on": "event_on", "note": "event_note"}


@dataclass(frozen=True)
class RowFindings:
    """一行退回的话:是哪个项目、第几行(自 0 起)、哪里不对。"""

    code: str
    position: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Submitted:
    """提交一表的结果:新成的稿、内容没变的、退回的。"""

    saved: tuple[MonthlyUpdate, ...]
    same: tuple[str, ...]
    refused: tuple[RowFindings, ...]
    group: UUID


@dataclass
class _Judged:
    """判断过的一行。`new` 是要写的进展,`known` 是同种同日已经填过的。"""

    position: int
    draft: UpdateDraft
    row: SheetRow | None
    content: Content
    new: tuple[EventDraft, ...]
    findings: list[Finding]
    stale: bool = False
    denied: bool = False

    @property
    def is_same(self) -> bool:
        return self.row is not None and not self.new and self.content == self.row.content


class _Sitting:
    """一次提交:锁住、取齐、逐行判断。须在事务里建。"""

    def __init__(
        self, actor: Actor, period: Period, drafts: Sequence[UpdateDraft], unit: Unit | None,
        periods: Periods, now: datetime,
    ) -> None:  # fmt: skip
        self.actor, self.period, self.periods, self.now = actor, period, periods, now
        self.kinds = periods.kinds(period)
        lock_month(period)
        codes = {d.code for d in drafts}
        lock_projects(codes)
        self.closed = is_closed(period, now, closes([period.month]))
        rows = writable_rows(actor, period, codes, periods=periods, now=now)
        events = [e for d in drafts for e in d.events]
        known = known_events([row.project_id for row in rows.values()], events)
        reach, seen = reach_of(actor), set[str]()
        self.judged = []
        for position, draft in enumerate(drafts):
            row = rows.get(draft.code)
            if row is not None and unit is not None and row.unit_id != unit.pk:
                row = None
            found = self._judge(position, draft, row, known, reach)
            if draft.code in seen and row is not None:
                found.findings = [
                    _finding("code", "twice", "同一个项目在表里出现了两次，只收第一行")
                ]
            seen.add(draft.code)
            self.judged.append(found)

    def _judge(
        self, position: int, draft: UpdateDraft, row: SheetRow | None, known: dict, reach: Reach
    ) -> _Judged:  # fmt: skip
        if row is None:
            text = "这个编号不在本期应报的项目里（不归本单位报、本期还没有登记，或编号有误）"
            return _Judged(position, draft, None, Content(), (), [_finding("code", "row", text)])
        may = access.can_report_month(self.actor, row.unit_id, reach)
        if not may:
            told = [_finding("code", "denied", getattr(may, "reason", ""))]
            return _Judged(position, draft, row, Content(), (), told, denied=True)
        fresh = tuple(
            e for e in draft.events if (row.project_id, e.kind, e.happened_on) not in known
        )
        findings = [
            replace(f, field=EVENT_FIELDS.get(f.field, f.field))
            for e in fresh
            for f in judge_event(
                e, self.kinds, today_of(self.now), within=(self.period.first, self.period.last)
            )
        ]
        ids = [h.id for h in row.happenings] + [f"new:{i}" for i in range(len(fresh))]
        content = content_of(draft, ids)
        findings += judge_update(
            content, previous=row.before, current=row.content, closed=self.closed,
            reason=draft.reason,
        )  # fmt: skip
        judged = _Judged(position, draft, row, content, fresh, findings)
        if draft.seen is not None and draft.seen != row.revision and not judged.is_same:
            who = row.current.by_name if row.current else ""
            judged.stale = True
            findings.append(
                _finding("seen", "stale", f"{who}已先报了第{row.revision}稿，请核对最新内容后再交")
            )
        return judged

    def update(
        self, item: _Judged, events: Sequence[ProgressEvent], batch_id: str
    ) -> MonthlyUpdate:
        """装配一稿:所据进展 = 系统里已有的 + 这次新填的。"""
        row = item.row
        if row is None:
            raise ValueError("没有这一行")
        ids = {h.id for h in row.happenings} | {f"typed:{e.pk}" for e in events}
        return build_update(
            row, replace(item.content, events=frozenset(ids)),
            kinds=[*(h.kind for h in row.happenings), *(e.kind for e in events)],
            substantive=self.kinds.substantive, period=self.period,
            versions=self.periods.versions(self.period), closed=self.closed,
            reason=item.draft.reason if self.closed else "", batch_id=batch_id, actor=self.actor,
            now=self.now,
        )  # fmt: skip

    def event_entry(self, row: SheetRow, event: ProgressEvent) -> Entry:
        return Entry(
            "pipeline.progress.reported", OBJ, row.code, row.name, None, event_shown(event), "",
            CLAUSE,
        )  # fmt: skip


def _finding(field: str, code: str, message: str) -> Finding:
    return Finding(field, f"update.{code}", CLAUSE, message)


def _begun(period: Period, now: datetime) -> None:
    if period.first > today_of(now):
        raise RuleBroken([_finding("period", "future", f"{period.label}这一期还没有开始")])


def submit_updates(
    *,
    actor: Actor,
    period: Period,
    drafts: Sequence[UpdateDraft],
    now: datetime,
    unit: Unit | None = None,
    batch_id: str = "",
    group: UUID | None = None,
    periods: Periods | None = None,
) -> Submitted:
    """提交一表:好的各成一稿,内容没变的不动,不好的带位置退回;整表一个台账组号。查询数与行数无关。

    `unit` 给出则只收归它报的行。

    Raises:
        RuleBroken: 这一期还没有开始。
    """
    _begun(period, now)
    periods, group = periods or Periods(), group or uuid4()
    with transaction.atomic():
        sitting = _Sitting(actor, period, drafts, unit, periods, now)
        good = [j for j in sitting.judged if not j.findings and not j.is_same and j.row]
        events = {
            id(item): [
                build_event(item.row.project_id, e, actor=actor, now=now)
                for e in item.new
                if item.row
            ]
            for item in good
        }
        ProgressEvent.objects.bulk_create([e for made in events.values() for e in made])
        saved, entries = [], []
        for item in good:
            if item.row is None:
                continue
            entries += [sitting.event_entry(item.row, e) for e in events[id(item)]]
            update = sitting.update(item, events[id(item)], batch_id)
            saved.append(update)
            entries.append(entry_of(item.row, update, item.row.current))
        MonthlyUpdate.objects.bulk_create(saved, batch_size=500)
        record_many(entries, actor=actor, now=now, group=group)
        first = {u.unit_id for u in saved if u.revision == 1 and u.unit_id}
        end_duties(period, first, actor=actor, now=now)
    return Submitted(
        saved=tuple(saved),
        same=tuple(j.draft.code for j in sitting.judged if not j.findings and j.is_same),
        refused=tuple(
            RowFindings(j.draft.code, j.position, tuple(j.findings))
            for j in sitting.judged
            if j.findings
        ),
        group=group,
    )


def submit_update(
    *, actor: Actor, project: Project, period: Period, draft: UpdateDraft, now: datetime
) -> MonthlyUpdate:
    """提交一个项目一期的更新。内容没变的返回现行一稿。

    Raises:
        NotFound: 这个项目不在本期应报之列(或看不见)。
        Denied: 不是归它报的单位或商务主管部门。
        Stale: 他人已先报了一稿。
        RuleBroken: 没有变化又没写原因、锁账后没写理由等,逐项。
    """
    _begun(period, now)
    periods, group = Periods(), uuid4()
    with transaction.atomic():
        sitting = _Sitting(actor, period, [replace(draft, code=project.code)], None, periods, now)
        item = sitting.judged[0]
        row = item.row
        if row is None:
            raise NotFound
        if item.denied:
            raise Denied(item.findings[0].message, "3.2c")
        if item.stale:
            raise Stale(
                item.findings[-1].message, {"revision": draft.seen}, {"revision": row.revision}
            )
        if item.findings:
            raise RuleBroken(item.findings)
        if item.is_same and row.current is not None:
            return row.current
        events = []
        for wanted in item.new:
            event = build_event(project.pk, wanted, actor=actor, now=now)
            event.save(force_insert=True)
            events.append(event)
        update = sitting.update(item, events, "")
        update.save(force_insert=True)
        entries = [sitting.event_entry(row, e) for e in events]
        for entry in [*entries, entry_of(row, update, row.current)]:
            record(
                event=entry.event, actor=actor, obj_type=entry.obj_type, obj_id=entry.obj_id,
                obj_label=entry.obj_label, before=entry.before, after=entry.after,
                reason=entry.reason, clause=entry.clause, now=now, group=group,
            )  # fmt: skip
        if update.revision == 1:
            end_duties(period, [row.unit_id], actor=actor, now=now)
    return update


def close_month(
    *, actor: Actor, period: Period, now: datetime, reason: str = "", periods: Periods | None = None
) -> MonthClose:
    """锁账:报后又有的进展并入最后一次,记下各单位当时的数。已锁的返回那一行,什么也不变。

    到了锁账日由任务办理;提前锁账由商务主管部门负责人办理,须在报备截止之后,写明理由。

    Raises:
        Denied: 不是商务主管部门负责人。
        RuleBroken: 报备还没有截止,或提前锁账没写理由。
    """
    require(access.can_close_month(actor))
    periods = periods or Periods()
    early = today_of(now) < period.close_on
    findings = []
    if now < period.deadline:
        findings.append(
            _finding(
                "period", "early", f"{period.label}的报备截止于 {period.report_on}，之前不能锁账"
            )
        )
    if early and not reason.strip():
        findings.append(_finding("reason", "reason", f"早于 {period.close_on} 锁账，请写明理由"))
    with transaction.atomic():
        lock_month(period, alone=True)
        held = MonthClose.objects.filter(period=period.month).first()
        if held is not None:
            return held
        if findings:
            raise RuleBroken(findings)
        refresh_updates(None, period, actor=actor, now=now, periods=periods)
        counts = tallies([period], just_after(now))[period.month]
        codes = dict(Unit.objects.filter(pk__in=counts).values_list("pk", "code"))
        figures = {codes[pk]: tally.as_json() for pk, tally in counts.items()}
        row = MonthClose(period=period.month, closed_at=now, by_name=actor.name, figures=figures)
        row.save(force_insert=True)
        record(
            event="pipeline.month.closed", actor=actor, obj_type=MONTH, obj_id=period.key,
            obj_label=period.label, after={"figures": figures, "early": early},
            reason=reason.strip(), clause=CLAUSE, now=now,
        )  # fmt: skip
    return row
