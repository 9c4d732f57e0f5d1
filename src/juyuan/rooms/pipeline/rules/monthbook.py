"""月度更新表格(xlsx)传回来的判断:与网页填的同一个判断,逐行给出结论。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from juyuan.foundation.exchange.columns import NOTE, ParsedRow, RowFinding
from juyuan.foundation.exchange.columns import REFUSED as REFUSE
from juyuan.foundation.exchange.kinds import NEW, REFUSED, SAME, UPDATE, Judgement, ObjectRef
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.monthly import (
    CLAUSE,
    Content,
    UpdateDraft,
    content_of,
    judge_update,
    prefilled,
)
from juyuan.rooms.pipeline.rules.progress import EventDraft, Kinds, judge_event

LABELS = {
    "progress": "进展情况", "problem": "存在问题", "next_step": "下步打算",
    "invested_month": "本月完成投资", "no_change": "无变化原因", "no_change_note": "无变化说明",
}  # fmt: skip
EVENT_FIELDS = {"kind": "event_kind", "happened_on": "event_on"}


@dataclass(frozen=True)
class Known:
    """库里的一行:这个项目这一期现在的样子。`others` 为真即现行一稿是别人报的。"""

    ref: ObjectRef
    revision: int
    current: Content | None
    before: Content | None
    events: frozenset[str]
    event_keys: frozenset[tuple[str, date]]
    others: bool
    denied: str = ""


@dataclass(frozen=True)
class MonthInfo:
    """一期:是否已开始、是否锁账、起止、进展种类。"""

    month: date
    begun: bool
    closed: bool
    within: tuple[date, date]
    kinds: Kinds


@dataclass(frozen=True)
class BookLookups:
    """判断要的一切。`months` 以格子里写的「2026-11」为键。"""

    today: date
    months: Mapping[str, MonthInfo] = field(default_factory=dict)
    known: Mapping[tuple[date, str], Known] = field(default_factory=dict)


@dataclass(frozen=True)
class MonthCommand:
    """要写的一行。"""

    month: date
    ref: ObjectRef
    draft: UpdateDraft


def judge_book(rows: Sequence[ParsedRow], lookups: BookLookups) -> list[Judgement]:
    """逐行判断;同一期同一项目只收第一行。"""
    seen: set[tuple[date, str]] = set()
    return [_judge(row, lookups, seen) for row in rows]


def _refused(
    row: ParsedRow, reason: str, mend: str = "", name: str = "", rule: str = ""
) -> Judgement:
    found = row.finding(REFUSE, reason, mend, name, rule or "update.row", CLAUSE)
    return Judgement(REFUSED, (found,))


def _judge(row: ParsedRow, lookups: BookLookups, seen: set[tuple[date, str]]) -> Judgement:
    said = str(row.get("period") or "").strip()
    month = lookups.months.get(said)
    if month is None or not month.begun:
        return _refused(
            row, f"「{said}」不是已经开始的一期", "期写成 2026-11 的样子", "period", "update.period"
        )
    code = str(row.get("code") or "").strip()
    known = lookups.known.get((month.month, code))
    if known is None:
        return _refused(
            row, "这个编号不在本期应报的项目里（不归本单位报、本期还没有登记，或编号有误）",
            "请从系统重新下载本单位这一期的表", "code",
        )  # fmt: skip
    if known.denied:
        return _refused(row, known.denied, "", "code", "update.denied")
    if (month.month, code) in seen:
        return _refused(row, "同一个项目在表里出现了两次，只收第一行", "", "code", "update.twice")
    seen.add((month.month, code))
    return _compare(row, month, known, _draft(row, month, code), lookups.today)


def _draft(row: ParsedRow, month: MonthInfo, code: str) -> UpdateDraft:
    said, day = str(row.get("event_kind") or "").strip(), row.get("event_on")
    codes = {label: kind for kind, label in month.kinds.pairs()}
    events = (EventDraft(codes.get(said, said), day),) if said or day else ()
    return UpdateDraft(
        code=code,
        progress=row.get("progress") or "",
        problem=row.get("problem") or "",
        next_step=row.get("next_step") or "",
        invested_month=row.get("invested_month"),
        no_change=row.get("no_change") or "",
        no_change_note=row.get("no_change_note") or "",
        reason=row.get("reason") or "",
        events=events,
    )


def _compare(
    row: ParsedRow, month: MonthInfo, known: Known, draft: UpdateDraft, today: date
) -> Judgement:
    fresh = [e for e in draft.events if (e.kind, e.happened_on) not in known.event_keys]
    findings: list[Finding] = [
        Finding(EVENT_FIELDS.get(f.field, f.field), f.rule, f.clause, f.message)
        for event in fresh
        for f in judge_event(event, month.kinds, today, within=month.within)
    ]
    content = content_of(draft, known.events | {f"new:{i}" for i in range(len(fresh))})
    if content == known.current and not findings:
        return Judgement(SAME, target=known.ref)
    if known.current is None and content == prefilled(known.before) and not draft.reason:
        left = row.finding(
            NOTE, "这一行没有填，仍是待报", "确实没有变化的，请选「无变化原因」", "no_change",
            "update.left", CLAUSE,
        )  # fmt: skip
        return Judgement(SAME, (left,), target=known.ref)
    findings += judge_update(
        content, previous=known.before, current=known.current, closed=month.closed,
        reason=draft.reason,
    )  # fmt: skip
    if known.others and row.get("seen") is not None and row.get("seen") != known.revision:
        text = f"下载之后他人已报了第{known.revision}稿，请重新下载、核对后再交"
        findings.append(Finding("seen", "update.stale", CLAUSE, text))
    if findings or row.broken:
        return Judgement(REFUSED, tuple(_shown(row, f) for f in findings))
    command = MonthCommand(month.month, known.ref, draft)
    changes = tuple(
        (
            label,
            str(getattr(known.current or Content(), name) or ""),
            str(getattr(content, name) or ""),
        )
        for name, label in LABELS.items()
        if getattr(known.current or Content(), name) != getattr(content, name)
    )
    if known.current is None:
        return Judgement(NEW, command=command)
    return Judgement(UPDATE, command=command, target=known.ref, changes=changes)


def _shown(row: ParsedRow, found: Finding) -> RowFinding:
    return row.finding(REFUSE, found.message, "", found.field, found.rule, found.clause)
