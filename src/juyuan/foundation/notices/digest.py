"""信与群消息的文字:送的那一刻照收件人的眼睛取,看不见的不写;群与短信不写对象的名称。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from juyuan.foundation.duties import queries as duties
from juyuan.foundation.duties.registry import DutyRow
from juyuan.foundation.notices import config, queries, registry
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.people.models import Person
from juyuan.foundation.policy.queries import pack
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.workdays import remaining_text

MOST = 30


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def letter(person: Person, *, since: datetime | None, now: datetime) -> Letter | None:
    """今天的汇总:到期的待办与上一封以来的通知;没有可说的即空。"""
    actor = queries.actor_of_person(person, now)
    if actor is None:
        return None
    today = localdate(now)
    desk = duties.desk(actor, today, limit=MOST)
    rows = [row for row in desk.rows if duties.bucket_of(row.due_on, today) != duties.LATER]
    fresh = queries.inbox(actor).filter(read_at__isnull=True)
    if since is not None:
        fresh = fresh.filter(created_at__gt=since)
    notices = queries.rows_of(actor, fresh.select_related("on_behalf").order_by("-id")[:MOST])
    if not rows and not notices:
        return None
    days = calendar()
    lines = [f"{person.name}:", ""]
    if rows:
        urgent = sum(desk.counts[name] for name in (duties.LATE, duties.TODAY, duties.WEEK))
        lines += [f"本周内要办的 {urgent} 件(已逾期 {desk.counts[duties.LATE]} 件):", ""]
        for row in rows:
            lines += _duty(row, remaining_text(row.due_on, today, days))
    if notices:
        lines += [f"新的通知 {len(notices)} 条:", ""]
        for notice in notices:
            behalf = f"(代 {notice.for_name} 收)" if notice.for_name else ""
            lines.append(f"· {notice.title}{behalf}")
            lines += [f"  {notice.text}"] if notice.text else []
            lines += [f"  {config.full_url(notice.url)}", ""] if notice.url else [""]
    lines += [
        f"全部待办:{config.full_url('/duties/')}",
        f"不想收:{config.full_url('/notices/settings/')}",
        "本信由系统自动发出,请勿回复。",
    ]
    counted = len(rows) + len(notices)
    return Letter(
        f"【{pack().system_name}】{today.isoformat()} 待办与通知 {counted} 件", "\n".join(lines)
    )


def _duty(row: DutyRow, left: str) -> list[str]:
    """待办一件,三行。"""
    who = f"(代 {row.for_name})" if row.for_name else ""
    tail = ",暂定" if row.provisional else ""
    clause = f" 依据 {row.clause}" if row.clause else ""
    return [
        f"· {duties.titled(row)}{who}",
        f"  {row.due_on.isoformat()} 到期{tail},{left}{clause}",
        f"  {config.full_url(duties.url_of(row))}",
        "",
    ]


def push_text(notice: Notice, person: Person, now: datetime, *, named: bool) -> str:
    """群与短信的一句:只说有一件什么、去哪看。对象已看不见(或人已离任)即空。"""
    actor = queries.actor_of_person(person, now)
    if actor is None or not queries.inbox(actor).filter(pk=notice.pk).exists():
        return ""
    label = registry.labels().get(notice.kind, "通知")
    who = f"{person.name}:" if named else ""
    due = f",{notice.due_on.isoformat()} 到期" if notice.due_on else ""
    return (
        f"【{pack().system_name}】{who}您有一条「{label}」{due},请登录查看 "
        f"{config.full_url('/notices/')}"
    )
