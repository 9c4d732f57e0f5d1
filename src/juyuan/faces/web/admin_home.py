"""三员的工作台:各人只看自己管的那一块,没有业务数据;每个数字链到它的行。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Count, Max, Q
from django.urls import reverse

from juyuan.foundation.ledger import labels
from juyuan.foundation.ledger.models import Event, Result
from juyuan.foundation.ledger.queries import AuditFilter, audit, verify_append_only
from juyuan.foundation.people.directory import PeopleFilter, event_line, people
from juyuan.foundation.people.models import Account, ApiToken, Person, Post, Unit
from juyuan.foundation.people.queries import admin_account_ids
from juyuan.foundation.work.models import JobRun
from juyuan.foundation.work.queries import workers_alive
from juyuan.foundation.work.registry import jobs
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.workdays import remaining_text

ENDING_DAYS = 30
"""任职多少天内到期算「快到期」(提醒,不是规则)。"""
WEEK_DAYS = 7
SHOWN = 6
NOTICE_MONTH = 11
"""从几月起提醒录入下一年的放假通知(通知通常在十一月前后发布)。"""


def home(actor: Actor, now: datetime, today: date) -> dict[str, Any]:
    """三员工作台的上下文:`figures` 数字、`groups` 要办的、`lists` 最近的记录、`state` 台账守护。"""
    if actor.has("sysadmin"):
        return {
            "subtitle": "登记人员、账号与单位，看系统是否在正常运行。任职由安全管理员授予。",
            "figures": _running_figures(today),
            "groups": [*_locked(now, today), *_accounts(today), *_upkeep(today)],
            "lists": [_changes("最近的人员与账号改动", ("people.person", "people.account"))],
        }
    if actor.has("secadmin"):
        return {
            "subtitle": "授予与终止任职，看谁能进哪一页。不登记账号，不看业务数据。",
            "figures": _post_figures(now, today),
            "groups": [*_locked(now, today), *_idle(today), *_ending(today)],
            "lists": [
                _changes("最近的权限变更", ("people.post", "people.token")),
                _refusals(now, today, tuple(admin_account_ids())),
            ],
        }
    return {
        "subtitle": "谁在何时对哪个对象做了什么。业务对象只见类别与编号，不见内容。",
        "figures": _audit_figures(now, today),
        "groups": [],
        "lists": [
            _refusals(now, today, None),
            _changes("最近的权限变更", ("people.post", "people.token", "people.account")),
        ],
        "faults": verify_append_only(),
        "state": True,
    }


def _figure(label: str, value: int, unit: str, url: str, note: str = "") -> dict[str, Any]:
    return {"label": label, "value": f"{value:,}", "unit": unit, "url": url, "note": note}


def _listed(state: str) -> str:
    return f"{reverse('people:accounts')}?{urlencode({'state': state})}"


def _count(state: str, today: date) -> int:
    return people(PeopleFilter(state=state), today).count()


def _running_figures(today: date) -> list[dict[str, Any]]:
    failed = JobRun.objects.exclude(error="").filter(on__gte=today - timedelta(WEEK_DAYS)).count()
    running = reverse("admin_jobs")
    return [
        _figure("人员", Person.objects.count(), "人", reverse("people:accounts")),
        _figure("可登录", _count("active", today), "人", _listed("active")),
        _figure("停用或离任", _count("off", today), "人", _listed("off")),
        _figure("单位", Unit.objects.count(), "个", reverse("people:units")),
        _figure("任务进程", workers_alive(), "个", running, f"近 7 日定期任务出错 {failed} 次"),
    ]


def _post_figures(now: datetime, today: date) -> list[dict[str, Any]]:
    live = Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    admins = audit(AuditFilter(refused=True, only_accounts=tuple(admin_account_ids())))
    since = today - timedelta(WEEK_DAYS)
    return [
        _figure("可登录", _count("active", today), "人", _listed("active")),
        _figure("没有任职", _count("idle", today), "人", _listed("idle"), "账号可登录，什么也看不见"),
        _figure(
            f"{ENDING_DAYS} 天内到期", _ending_posts(today).count(), "个任职", "#ending" if
            _ending_posts(today).exists() else ""
        ),
        _figure("在用的接口令牌", ApiToken.objects.filter(live).count(), "个", ""),
        _figure(
            "三员被拒", admins.filter(at__date__gte=since).count(), "次", _audit(since, refused=True),
            "近 7 日",
        ),
    ]  # fmt: skip


def _audit(since: date, *, refused: bool = False, event: str = "", who: str = "") -> str:
    given = {"since": since.isoformat(), "event": event, "who": who}
    query = {key: value for key, value in given.items() if value}
    return f"{reverse('ledger:audit')}?{urlencode(query | ({'refused': 1} if refused else {}))}"


def _audit_figures(now: datetime, today: date) -> list[dict[str, Any]]:
    since = today - timedelta(WEEK_DAYS)
    week = audit(AuditFilter(since=since))
    counted = week.aggregate(
        all=Count("id"),
        refused=Count("id", filter=Q(result=Result.REFUSED)),
        failed=Count("id", filter=Q(event="access.login_failed")),
        exported=Count("id", filter=Q(event="exchange.exported")),
        posts=Count("id", filter=Q(event__in=labels.events_named("任职"))),
    )
    return [
        _figure("全部记录", counted["all"], "条", _audit(since), "近 7 日"),
        _figure("被拒", counted["refused"], "次", _audit(since, refused=True), "近 7 日"),
        _figure("登录失败", counted["failed"], "次", _audit(since, event="登录失败"), "近 7 日"),
        _figure("任职变更", counted["posts"], "次", _audit(since, event="任职"), "近 7 日"),
        _figure(
            "导出", counted["exported"], "次", _audit(since, event="exchange.exported"), "近 7 日"
        ),
    ]


def _locked(now: datetime, today: date) -> list[dict[str, Any]]:
    """连续输错口令、正锁着的账号;到时自动解锁。"""
    cool = timedelta(hours=settings.AXES_COOLOFF_TIME)
    rows = (
        AccessAttempt.objects.filter(
            failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gt=now - cool
        )
        .order_by("-attempt_time")
        .values_list("username", "ip_address", "attempt_time")
    )
    held = list(rows[:SHOWN])
    if not held:
        return []
    known = {
        account.username: account.person
        for account in Account.objects.select_related("person").filter(
            username__in=[name for name, _, _ in held]
        )
    }
    items = [
        {
            "date": today,
            "due": "锁定中",
            "level": "late",
            "act": known[name].name if name in known else "没有这个账号",
            "text": str(name),
            "note": f"来自 {address}；{settings.AXES_FAILURE_LIMIT} 次输错，"
            f"{int(cool.total_seconds() // 60)} 分钟后自动解锁",
            "url": _person(known[name]) if name in known else "",
            "button": "看此人",
        }
        for name, address, _ in held
    ]
    return [{"light": "bad", "label": "登录锁定", "note": f"{rows.count()} 个", "items": items}]


def _person(person: Person) -> str:
    return reverse("people:person", args=[person.code])


def _accounts(today: date) -> list[dict[str, Any]]:
    """账号方面要系统管理员办的。"""
    found = []
    for state, act, text, note in (
        ("none", "建账号", "有人员还没有账号", "不需要登录的可以不建"),
        ("must", "催改口令", "初始口令或重设的口令还没有换", "换之前只能进改口令这一页"),
    ):
        count = _count(state, today)
        if count:
            found.append(
                {
                    "date": today, "due": f"{count} 人", "act": act, "text": text, "note": note,
                    "url": _listed(state), "button": "看名单",
                }
            )  # fmt: skip
    return [{"label": "账号", "note": "", "items": found}] if found else []


def _upkeep(today: date) -> list[dict[str, Any]]:
    """运行方面:没有任务进程、定期任务出错、下一年的放假通知。"""
    found = []
    if not workers_alive():
        found.append(
            {
                "date": today, "due": "现在", "level": "late", "act": "任务进程没有心跳",
                "text": "长任务在排队，定期任务不会执行", "note": "检查 ./juyuan serve 是否在运行",
                "url": reverse("admin_jobs"), "button": "看运行",
            }
        )  # fmt: skip
    names = {job.name: job.label for job in jobs()}
    for run in JobRun.objects.exclude(error="").filter(on__gte=today - timedelta(WEEK_DAYS))[:3]:
        found.append(
            {
                "date": run.on, "due": "出错", "level": "late", "act": names.get(run.name, run.name),
                "text": "这一次没有做完", "note": run.error[:120],
                "url": reverse("admin_jobs"), "button": "看运行",
            }
        )  # fmt: skip
    year = today.year + 1
    if today.month >= NOTICE_MONTH and year not in calendar().years:
        found.append(
            {
                "date": today, "due": "待录入", "act": "录入放假通知",
                "text": f"{year} 年的工作日历还没有录入",
                "note": "录入之前，跨年的期限一律标「暂定」",
                "url": f"{reverse('workdays')}?year={year}", "button": "去录入",
            }
        )  # fmt: skip
    return [{"label": "运行", "note": "", "items": found}] if found else []


def _idle(today: date) -> list[dict[str, Any]]:
    """账号可登录而没有任职的人:等安全管理员授予,或由系统管理员停用。"""
    waiting = people(PeopleFilter(state="idle"), today).order_by("code")
    total = waiting.count()
    if not total:
        return []
    items = [
        {
            "date": person.account.created_at,
            "due": "没有任职",
            "act": person.name,
            "text": person.code,
            "note": "账号可登录，授予任职之前什么也看不见",
            "url": reverse("people:grant", args=[person.code]),
            "button": "授予任职",
        }
        for person in waiting[:SHOWN]
    ]
    return [
        {
            "label": "等授予任职",
            "note": f"{total} 人",
            "items": items,
            "more": f"全部 {total} 人" if total > SHOWN else "",
            "more_url": _listed("idle") if total > SHOWN else "",
        }
    ]


def _ending_posts(today: date) -> Any:
    return Post.objects.filter(
        ends_on__gte=today, ends_on__lte=today + timedelta(ENDING_DAYS)
    ).select_related("person", "unit")


def _ending(today: date) -> list[dict[str, Any]]:
    rows = list(_ending_posts(today).order_by("ends_on", "id")[: SHOWN * 2])
    if not rows:
        return []
    days = calendar()
    items = [
        {
            "date": post.ends_on,
            "due": remaining_text(post.ends_on, today, days) if post.ends_on else "",
            "act": post.person.name,
            "text": f"{post.unit.short_name or post.unit.name}·"
            f"{post.title or post.get_role_display()}",
            "note": "到期之后这个任职不再管用；要续的另授予一个",
            "url": _person(post.person),
            "button": "看此人",
        }
        for post in rows
    ]
    return [{"label": "任职快到期", "note": f"{ENDING_DAYS} 天之内", "items": items}]


def _changes(title: str, starts: Iterable[str]) -> dict[str, Any]:
    """最近做成的管理事项(不含业务)。"""
    wanted = Q()
    for start in starts:
        wanted |= Q(event__startswith=f"{start}.")
    rows = Event.objects.filter(wanted, result=Result.DONE).order_by("-id")[:SHOWN]
    items = [
        event_line(event) | {"text": event.obj_label, "title": labels.event_label(event.event)}
        for event in rows
    ]
    return {"title": title, "items": items, "empty": "还没有改动。"}


def _refusals(now: datetime, today: date, only: tuple[int, ...] | None) -> dict[str, Any]:
    """近七日被拒的事,按人与事项归并,多的在前。"""
    since = today - timedelta(WEEK_DAYS)
    rows = (
        audit(AuditFilter(refused=True, since=since, only_accounts=only))
        .values("actor_name", "event")
        .annotate(n=Count("id"), last=Max("at"))
        .order_by("-n", "-last")[:SHOWN]
    )
    items = [
        {
            "icon": "ban",
            "title": labels.event_label(row["event"]),
            "text": f"{row['n']} 次",
            "who": row["actor_name"],
            "at": row["last"],
            "url": _audit(since, refused=True, event=labels.event_label(row["event"])),
        }
        for row in rows
    ]
    return {"title": "近 7 日被拒的访问", "items": items, "empty": "近 7 日没有被拒的访问。"}
