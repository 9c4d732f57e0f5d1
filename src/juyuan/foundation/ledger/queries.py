"""读台账:一个对象的经过、审计查询、只增不改的核查。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.timezone import get_current_timezone, make_aware

from juyuan.foundation.ledger import APPEND_ONLY_TABLES, labels
from juyuan.foundation.ledger.models import Event, Result
from juyuan.foundation.ledger.roles import RUNTIME_ROLE, append_only_tables


def timeline(obj_type: str, obj_id: object, *, limit: int = 200) -> list[Event]:
    """一个对象做成的事,新的在前;被拒绝的访问不在内。是否可看由调用者先判定。"""
    found = Event.objects.filter(obj_type=obj_type, obj_id=str(obj_id), result=Result.DONE)
    return list(found.order_by("-id")[:limit])


def recent(event: str, limit: int = 1) -> list[Event]:
    """某个事项最近的几次(做成的),新的在前。是否可看由调用者先判定。"""
    return list(Event.objects.filter(event=event, result=Result.DONE).order_by("-id")[:limit])


@dataclass(frozen=True)
class AuditFilter:
    """审计的筛选条件;空 = 不限。日期含首尾两日。"""

    account_ids: tuple[int, ...] | None = None
    obj_type: str = ""
    obj_id: str = ""
    events: tuple[str, ...] | None = None
    refused: bool = False
    since: date | None = None
    until: date | None = None
    only_accounts: tuple[int, ...] | None = None


def audit(wanted: AuditFilter) -> QuerySet[Event]:
    """审计记录(未排序,供键集分页)。`only_accounts` 是查阅者的范围,与筛选相交。"""
    condition = Q()
    if wanted.only_accounts is not None:
        condition &= Q(actor_id__in=wanted.only_accounts)
    if wanted.account_ids is not None:
        condition &= Q(actor_id__in=wanted.account_ids)
    if wanted.obj_type:
        condition &= Q(obj_type=wanted.obj_type)
    if wanted.obj_id:
        condition &= Q(obj_id=wanted.obj_id)
    if wanted.events is not None:
        condition &= Q(event__in=wanted.events)
    if wanted.refused:
        condition &= Q(result=Result.REFUSED)
    if wanted.since:
        condition &= Q(at__gte=_midnight(wanted.since))
    if wanted.until:
        condition &= Q(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return Event.objects.filter(condition)


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min), get_current_timezone())


@dataclass(frozen=True)
class AuditRow:
    """给审计看的一行:谁、何时、做了什么、对哪个对象、结果。业务对象不带名称、理由、前后内容。"""

    id: int
    at: datetime
    who: str
    post: str
    event: str
    event_code: str
    obj_type: str
    obj_id: str
    obj_label: str
    refused: bool
    reason: str
    via: str
    request_id: str
    before: Any
    after: Any


def audit_row(event: Event) -> AuditRow:
    open_ = event.obj_type in labels.MANAGEMENT
    return AuditRow(
        id=event.pk,
        at=event.at,
        who=event.actor_name,
        post=" ".join(part for part in (event.unit_name, event.post_label) if part),
        event=labels.event_label(event.event),
        event_code=event.event,
        obj_type=labels.type_label(event.obj_type),
        obj_id=event.obj_id,
        obj_label=event.obj_label if open_ else "",
        refused=event.result == Result.REFUSED,
        reason=event.reason if open_ else "",
        via=VIA.get(event.via, event.via),
        request_id=event.request_id,
        before=event.before if open_ else None,
        after=event.after if open_ else None,
    )


VIA = {"web": "网页", "api": "接口", "console": "控制台", "job": "任务"}


def verify_append_only() -> list[str]:
    """核查只增表的触发器与运行角色的权限;没有毛病则为空,每条一句。"""
    found = []
    with connection.cursor() as cursor:
        guarded = append_only_tables(cursor)
        found += [f"表 {t} 没有只增触发器" for t in APPEND_ONLY_TABLES if t not in guarded]
        for table in guarded:
            cursor.execute(
                "SELECT tgenabled FROM pg_trigger WHERE tgname = 'append_only'"
                " AND tgrelid = %s::regclass",
                [table],
            )
            if cursor.fetchone() != ("A",):
                found.append(f"表 {table} 的只增触发器被停用")
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [RUNTIME_ROLE])
            if not cursor.fetchone():
                found.append(f"没有运行角色 {RUNTIME_ROLE}")
                continue
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)", [RUNTIME_ROLE, table, right]
                )
                if cursor.fetchone() == (True,):
                    found.append(f"运行角色对表 {table} 有 {right} 权")
    return found
