"""查一次:限次、查、记下、入台账;须裁定的报商务主管部门。一个事务。

边填边查的按表单算:同一张表里接着填的是一次,换了一家另算(rules.asking)。
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate, localtime

from juyuan.foundation.ledger.actions import record, refuse
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import bureau, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.text import compact
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.models import CheckLog
from juyuan.rooms.first_contact.queries.check import Checked, check
from juyuan.rooms.first_contact.rules.answering import Answer
from juyuan.rooms.first_contact.rules.asking import continues, extended, ready
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.investors.access import BUREAU, STAFF
from juyuan.rooms.investors.rules.keys import domain_key, mask_email, mask_phone, phone_key

OBJ = "first_contact_check"
CLAUSE = access.CLAUSE
EXCEEDED, OVERLAP = "first_contact.quota_exceeded", "first_contact.overlap_found"
KEPT = 100
"""一次至多留下这么多件供核对。"""
_LOCK = 0x4A59_0002


def run_check(
    *,
    actor: Actor,
    subject: Subject,
    now: datetime,
    session: str = "",
    binding: bool = False,
) -> Answer:
    """查重并记下;回答里没有对方的任何内容。

    Raises:
        Denied: 职务只能查阅。
        RuleBroken: 填得不够查;或超出每人每日次数(同时报商务主管部门)。
    """
    require(access.can_check(actor))
    if not ready(subject):
        raise RuleBroken.one(
            "name", "check.thin", "请至少填写投资方名称的四个字,或代码、电话、地点之一", CLAUSE
        )
    with transaction.atomic():
        row = _row(actor, subject, session, binding, now)
        quota = params(localdate(now))["first_contact.check_daily_quota"]
        over = row.counted and not actor.is_system and _today(actor, now) >= quota
        if over:
            _report(actor, now, quota)
        else:
            checked = check(actor, subject, localdate(now))
            _keep(row, checked, actor, now)
    if not over:
        return checked.answer
    message = f"今天已查重 {quota} 次,达到每人每日的次数;已报{bureau()}。确有需要的请与{bureau()}联系,或明天再查"
    refuse(
        event="first_contact.check.refused", actor=actor, obj_type=OBJ, obj_id="",
        message=message, clause=CLAUSE, now=now,
    )  # fmt: skip
    raise RuleBroken.one("", "check.quota", message, CLAUSE)


def keep_binding(
    *, actor: Actor, subject: Subject, checked: Checked, told: bool, now: datetime
) -> CheckLog:
    """登记时的那一次查重(登记的事务内):照样记下,不计次数;`told` 即撞单立件已另行告知。"""
    row = _row(actor, subject, "", True, now)
    row.counted = False
    _keep(row, checked, actor, now, tell=not told)
    return row


def _row(actor: Actor, subject: Subject, session: str, binding: bool, now: datetime) -> CheckLog:
    """备好一行(未存):算不算新的一次,由同一张表上一次查的内容定。先排队,免得并发多算少算。"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, actor.account_id or 0])
    last = None
    if session and not binding and actor.account_id is not None:
        last = (
            CheckLog.objects.filter(
                account_id=actor.account_id, session=session, at__gte=_dawn(now)
            )
            .order_by("-id")
            .first()
        )
    said = _anchor(subject)
    going_on = last is not None and continues(last.anchor, said)
    post = actor.post
    return CheckLog(
        at=now,
        account_id=actor.account_id,
        by_name=actor.name,
        post_label=post.title if post else "",
        unit_id=post.unit_id if post else None,
        unit_name=post.unit_name if post else "",
        via=actor.via,
        session=session,
        counted=not going_on,
        binding=binding,
        asked=_asked(subject),
        anchor=extended(last.anchor, said) if last is not None and going_on else said,
    )


def _anchor(subject: Subject) -> dict[str, str]:
    """认「还是不是同一家」所用:名称原样,其余只留摘要。"""
    found = {"name": compact(subject.name)}
    hashed = {
        "aliases": "|".join(sorted(compact(name) for name in subject.aliases)),
        "uscc": compact_uscc(subject.uscc),
        "foreign_id": compact(subject.foreign_id),
        "phone": "|".join(sorted(phone_key(phone) for phone in subject.phones)),
        "email": "|".join(sorted(domain_key(email) for email in subject.emails)),
        "controller": compact(subject.controller),
        "group": compact(subject.group),
        "site": compact(subject.site),
        "project_name": compact(subject.project_name),
    }
    return found | {name: _digest(name, value) for name, value in hashed.items() if value}


def _digest(name: str, value: str) -> str:
    return salted_hmac(f"juyuan.first_contact.{name}", value, algorithm="sha256").hexdigest()[:32]


def _asked(subject: Subject) -> dict[str, Any]:
    """供商务主管部门对照的所填:电话、邮箱只留掩码。"""
    said: dict[str, Any] = {name: value for name, value in asdict(subject).items() if value}
    if subject.phones:
        said["phones"] = [mask_phone(phone) for phone in subject.phones]
    if subject.emails:
        said["emails"] = [mask_email(email) for email in subject.emails]
    return said


def _dawn(now: datetime) -> datetime:
    return localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _counted(actor: Actor, now: datetime) -> Any:
    day = _dawn(now)
    assert actor.account_id is not None
    return CheckLog.objects.filter(
        account_id=actor.account_id, counted=True, at__gte=day, at__lt=day + timedelta(days=1)
    )


def _today(actor: Actor, now: datetime) -> int:
    return int(_counted(actor, now).count())


def _keep(
    row: CheckLog, checked: Checked, actor: Actor, now: datetime, *, tell: bool = True
) -> None:
    found = checked.answer
    row.tier, row.overlaps, row.ruled = found.tier, found.overlaps, found.ruled
    row.counts = {str(tier): count for tier, count in found.counts.items()}
    row.found = [
        {
            "type": one.object_type,
            "id": one.object_id,
            "investor": one.investor_id,
            "tier": one.met.overlap.tier,
            "reasons": list(one.met.overlap.reasons),
            "same": one.met.same.value,
            "mine": one.met.mine,
        }
        for one in checked.found[:KEPT]
    ]
    row.save(force_insert=True)
    if row.counted or row.binding:
        record(
            event="first_contact.check.run", actor=actor, obj_type=OBJ, obj_id=row.pk,
            after={"tier": row.tier, "overlaps": row.overlaps, "fields": sorted(row.asked)},
            clause=CLAUSE, now=now,
        )  # fmt: skip
    if found.ruled and tell:
        _tell(OVERLAP, row.pk, f"首谈查重有重合(第 {row.tier} 档)",
              f"{row.unit_name} {row.by_name} 查「{row.asked.get('name', '')}」,{row.overlaps} 处",
              f"/first-contacts/checks/{row.pk}/", now)  # fmt: skip


def _report(actor: Actor, now: datetime, quota: int) -> None:
    """超出次数:报商务主管部门,一人一天一次。"""
    first = _counted(actor, now).order_by("id").first()
    if first is not None:
        _tell(EXCEEDED, first.pk, "首谈查重超出每日次数",
              f"{first.unit_name} {actor.name} 今天已查 {quota} 次,还要再查",
              "/first-contacts/checks/", now)  # fmt: skip


def _tell(kind: str, pk: int, title: str, text: str, url: str, now: datetime) -> None:
    people = posts_on(localdate(now)).filter(unit__function=BUREAU, role__in=STAFF)
    notify(
        kind=kind, person_ids=sorted(set(people.values_list("person_id", flat=True))),
        object_type=OBJ, object_id=pk, due_on=None, title=title, text=text, url=url, now=now,
    )  # fmt: skip
