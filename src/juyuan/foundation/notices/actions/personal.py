"""本人的事:读过、设置、日历地址。"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices import queries
from juyuan.foundation.notices.models import NoticeSetting
from juyuan.foundation.people.models import Person
from juyuan.foundation.people.queries import token_digest
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, NotFound, RuleBroken


@dataclass(frozen=True)
class SettingDraft:
    """通知设置(日历地址另办)。"""

    email: str = ""
    mail_on: bool = False
    mail_time: time = time(8, 30)
    robot_on: bool = False
    phone: str = ""
    sms_on: bool = False


def mark_read(*, actor: Actor, notice_id: int, now: datetime) -> None:
    """读过一条。Raises: NotFound(没有、不是自己的、对象已看不见)。"""
    if not queries.inbox(actor).filter(pk=notice_id).exists():
        raise NotFound
    with transaction.atomic():
        queries.own(actor).filter(pk=notice_id, read_at__isnull=True).update(read_at=now)


def mark_all_read(*, actor: Actor, now: datetime) -> int:
    """看得见的全部读过;返回条数。"""
    ids = list(queries.inbox(actor).filter(read_at__isnull=True).values_list("pk", flat=True))
    with transaction.atomic():
        return queries.own(actor).filter(pk__in=ids, read_at__isnull=True).update(read_at=now)


def save_setting(*, actor: Actor, draft: SettingDraft, now: datetime) -> NoticeSetting:
    """存下本人的设置。Raises: Denied(没有本人)、RuleBroken(选用了渠道而没有写地址)。"""
    person = _person(actor)
    found = []
    if draft.mail_on and not draft.email:
        found.append(Finding("email", "notices.email", "", "要收邮件,请填写邮箱"))
    if draft.sms_on and not draft.phone:
        found.append(Finding("phone", "notices.phone", "", "要收短信,请填写手机号"))
    if draft.phone and not (draft.phone.isascii() and draft.phone.isdigit()):
        found.append(Finding("phone", "notices.phone", "", "手机号只写数字,如 13800000000"))
    if found:
        raise RuleBroken(found)
    with transaction.atomic():
        row, _ = NoticeSetting.objects.update_or_create(
            person=person,
            defaults={
                "email": draft.email,
                "mail_on": draft.mail_on,
                "mail_time": draft.mail_time,
                "robot_on": draft.robot_on,
                "phone": draft.phone,
                "sms_on": draft.sms_on,
            },
        )
        # 台账只记选用了什么,不抄邮箱与手机号
        _note("notices.setting.saved", actor, person, now, after={
            "mail": draft.mail_on, "robot": draft.robot_on, "sms": draft.sms_on,
        })  # fmt: skip
    return row


def make_feed(*, actor: Actor, now: datetime) -> str:
    """生成日历订阅的秘密地址(旧的即失效);明文只在此时给出一次。Raises: Denied。"""
    person = _person(actor)
    plain = secrets.token_urlsafe(32)
    with transaction.atomic():
        NoticeSetting.objects.update_or_create(
            person=person, defaults={"feed_digest": token_digest(plain), "feed_made_at": now}
        )
        _note("notices.feed.made", actor, person, now)
    return plain


def revoke_feed(*, actor: Actor, now: datetime) -> None:
    """撤销日历地址;没有就什么也不做。Raises: Denied。"""
    person = _person(actor)
    with transaction.atomic():
        gone = NoticeSetting.objects.filter(person=person, feed_digest__isnull=False).update(
            feed_digest=None, feed_made_at=None
        )
        if gone:
            _note("notices.feed.revoked", actor, person, now)


def _person(actor: Actor) -> Person:
    if actor.person_id is None:
        raise Denied("通知设置只属于登录的本人")
    return Person.objects.get(pk=actor.person_id)


def _note(
    event: str, actor: Actor, person: Person, now: datetime, after: dict[str, bool] | None = None
) -> None:
    record(
        event=event,
        actor=actor,
        obj_type="person",
        obj_id=person.code,
        obj_label=person.name,
        after=after,
        now=now,
    )
