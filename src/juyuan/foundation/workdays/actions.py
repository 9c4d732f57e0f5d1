"""写:按国务院办公厅通知录入一年的放假与调休。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from juyuan.foundation.ledger import actions as ledger
from juyuan.foundation.workdays import access, registry
from juyuan.foundation.workdays.models import DayKind, Holiday, NoticedYear
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require


@dataclass(frozen=True)
class DayDraft:
    """通知里的一天。"""

    date: date
    kind: DayKind
    holiday: str


def judge_notice(year: int, days: Sequence[DayDraft], notice: str) -> list[Finding]:
    """一年的安排是否说得通。"""
    found: list[Finding] = []
    if not notice.strip():
        found.append(Finding("notice", "notice.missing", "", "请填写所依据的通知文号"))
    if not any(day.kind == DayKind.OFF for day in days):
        found.append(Finding("days", "days.empty", "", "至少应有一个放假日"))
    seen: set[date] = set()
    for day in days:
        if day.date.year != year:
            found.append(Finding("days", "days.year", "", f"{day.date.isoformat()} 不在 {year} 年"))
        if day.date in seen:
            found.append(Finding("days", "days.twice", "", f"{day.date.isoformat()} 写了两次"))
        if day.kind == DayKind.MAKEUP and day.date.weekday() < 5:
            found.append(
                Finding(
                    "days", "days.makeup", "", f"{day.date.isoformat()} 本是工作日,不必调休上班"
                )
            )
        seen.add(day.date)
    return found


def enter_notice(
    *, actor: Actor, year: int, days: Sequence[DayDraft], notice: str, now: datetime
) -> int:
    """录入某年的全部安排(整年替换);此后该年的期限不再暂定。返回天数。

    Raises:
        Denied: 不是系统管理员。
        RuleBroken: 日期不在该年、重复、没有放假日或没有通知文号。
    """
    require(access.can_enter_notice(actor))
    findings = judge_notice(year, days, notice)
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        old = Holiday.objects.filter(date__year=year)
        before = [f"{h.date.isoformat()} {h.get_kind_display()}" for h in old]
        old.delete()
        Holiday.objects.bulk_create(
            [Holiday(date=d.date, kind=d.kind, holiday=d.holiday, notice=notice) for d in days]
        )
        NoticedYear.objects.update_or_create(year=year, defaults={"notice": notice})
        ledger.record(
            event="workdays.notice.entered",
            actor=actor,
            obj_type="holidays",
            obj_id=year,
            obj_label=f"{year}年放假安排",
            before=before,
            after=[f"{d.date.isoformat()} {d.kind.label}" for d in days],
            reason=notice,
            now=now,
        )
        for listener in registry.listeners():
            listener(actor=actor, now=now)
    return len(days)
