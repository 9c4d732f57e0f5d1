"""促进会议的待办与通知:开会、办理交办、核对销号、出纪要。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.timezone import localdate

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.foundation.notices.registry import MAIL, ROBOT, SMS, NoticeKind
from juyuan.foundation.people.models import Role
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.council import access
from juyuan.rooms.council.models import ActionItem, Meeting
from juyuan.rooms.council.queries.roster import bureau_unit
from juyuan.rooms.council.queries.scope import ACTION, MEETING
from juyuan.rooms.council.rules.items import LIVE, ActionState
from juyuan.rooms.council.rules.meetings import MeetingState, Span, span_of

PERIOD = "council_period"
HOLD, WORK, CLOSE, MINUTES = (
    "council.hold", "council.work", "council.close", "council.minutes",
)  # fmt: skip
KEYS = ("council.meeting_months", "council.close_workdays", "council.minutes_workdays")
"""每日核对的待办用到的参数。"""
BUREAU_STAFF = (Role.CLERK, Role.HEAD, Role.VERIFIER)


# ───────── 开会的期作为对象 ─────────


def period_of(day: date) -> Span:
    """那天所在的一期(参数 council.meeting_months)。"""
    return span_of(day, params(day)["council.meeting_months"])


def _span(key: int) -> Span | None:
    year, month = divmod(key, 100)
    return period_of(date(year, month, 1)) if 2000 <= year <= 2999 and 1 <= month <= 12 else None


def period_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    return set(ids) if access.oversees(actor) else set()


def present_periods(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{期: (名称, 网址)}。"""
    found = {}
    for key in period_ids(actor, ids):
        span = _span(key)
        if span is not None:
            found[key] = (f"{span.label}促进会议", "/council/")
    return found


# ───────── 应当开着的 ─────────


def held_in(span: Span) -> bool:
    rows = Meeting.objects.filter(held_on__range=(span.first, span.last))
    return rows.filter(state=MeetingState.ENDED.value).exists()


def hold_waiting(*, on: date) -> Iterator[Owed]:
    """这一期还没有开过会。"""
    unit = bureau_unit()
    span = period_of(on)
    if unit is None or held_in(span):
        return
    row = params(span.first).row("council.meeting_months")
    rule = DueRule(unit="fixed", fixed=span.last, said=f"参数 {row.key},{row.origin}")
    yield Owed(PERIOD, span.key, unit, span.first, rule, period=str(span.key))


def owed_work(item: ActionItem) -> Owed:
    """办理一件交办:期限就是交办的期限。"""
    rule = DueRule(unit="fixed", fixed=item.due_on, said="会议议定的期限")
    return Owed(
        ACTION, item.pk, item.unit_id, item.assigned_on, rule, item.person_id,
        period=f"{item.due_on.isoformat()}/{item.returned}",
    )  # fmt: skip


def work_waiting(*, on: date) -> Iterator[Owed]:
    for item in ActionItem.objects.filter(state__in=[s.value for s in LIVE]).order_by("pk"):
        yield owed_work(item)


def owed_close(item: ActionItem, unit: int | None = None) -> Owed | None:
    """核对一件报结的。"""
    unit = unit or bureau_unit()
    if unit is None or item.submitted_on is None:
        return None
    row = params(item.submitted_on).row("council.close_workdays")
    rule = DueRule(row.python, said=f"参数 {row.key},{row.origin}")
    return Owed(
        ACTION,
        item.pk,
        unit,
        item.submitted_on,
        rule,
        period=f"{item.submitted_on.isoformat()}/{item.returned}",
    )


def close_waiting(*, on: date) -> Iterator[Owed]:
    unit = bureau_unit()
    rows = ActionItem.objects.filter(state=ActionState.SUBMITTED.value).order_by("pk")
    for item in rows:
        owed = owed_close(item, unit)
        if owed is not None:
            yield owed


def owed_minutes(meeting: Meeting, unit: int | None = None) -> Owed | None:
    """散会之后出纪要。"""
    unit = unit or bureau_unit()
    if unit is None or meeting.ended_at is None:
        return None
    ended = localdate(meeting.ended_at)
    row = params(ended).row("council.minutes_workdays")
    rule = DueRule(row.python, said=f"参数 {row.key},{row.origin}")
    return Owed(MEETING, meeting.pk, unit, ended, rule)


def minutes_waiting(*, on: date) -> Iterator[Owed]:
    unit = bureau_unit()
    rows = Meeting.objects.filter(state=MeetingState.ENDED.value, minutes_issued_at__isnull=True)
    for meeting in rows.order_by("pk"):
        owed = owed_minutes(meeting, unit)
        if owed is not None:
            yield owed


def kinds() -> list[DutyKind]:
    """登记的待办。"""
    return [
        DutyKind(
            kind=HOLD, label="召开促进会议", clause="1e", ends_by="这一期开一次会并散会",
            url=lambda row: row.object_url, owed=hold_waiting, roles=BUREAU_STAFF,
        ),
        DutyKind(
            kind=WORK, label="办理交办事项", clause="3.5c", ends_by="报结并附凭据",
            url=lambda row: row.object_url, owed=work_waiting, roles=access.STAFF,
        ),
        DutyKind(
            kind=CLOSE, label="核对销号", clause="1e", ends_by="同意销号或退回再办",
            url=lambda row: row.object_url, owed=close_waiting, roles=BUREAU_STAFF,
        ),
        DutyKind(
            kind=MINUTES, label="印发会议纪要", clause="1e", ends_by="纪要经主持人批准并印发",
            url=lambda row: row.object_url, owed=minutes_waiting, roles=BUREAU_STAFF,
        ),
    ]  # fmt: skip


NOTICES = {
    "council.called": ("会议通知", (MAIL, ROBOT, SMS)),
    "council.recalled": ("会议改期", (MAIL, ROBOT, SMS)),
    "council.cancelled": ("会议取消", (MAIL, ROBOT, SMS)),
    "council.drafted": ("请确认会上的决定", (ROBOT,)),
    "council.decided": ("会议决定", (MAIL, ROBOT)),
    "council.problem_raised": ("提出难题", (MAIL,)),
    "council.problem_ended": ("难题了结", (MAIL,)),
    "council.assigned": ("交办事项", (MAIL, ROBOT)),
    "council.submitted": ("请核对销号", (MAIL,)),
    "council.returned": ("交办退回再办", (MAIL, ROBOT)),
    "council.closed": ("交办已销号", (MAIL,)),
    "council.extension_asked": ("申请延期", (MAIL,)),
    "council.extension_answered": ("延期答复", (MAIL, ROBOT)),
}


def notice_kinds() -> list[NoticeKind]:
    """登记的通知。"""
    return [NoticeKind(name, label, "1e", way) for name, (label, way) in NOTICES.items()]
