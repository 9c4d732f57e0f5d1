"""送出去:到时候的邮件汇总、排着的群与短信。认领是条件更新;结果逐件了结。"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db.models import F, Q
from django.utils.timezone import localtime

from juyuan.foundation.notices import config, digest, rules
from juyuan.foundation.notices.channels import Rejected, Unclear, Undelivered, mail, robot, sms
from juyuan.foundation.notices.config import Channels
from juyuan.foundation.notices.models import Channel, Delivery, DeliveryState, NoticeSetting

log = logging.getLogger(__name__)
LIMIT = 500


def deliver_due(*, now: datetime, limit: int = LIMIT) -> dict[str, int]:
    """送到期的;返回各结果的件数。几个进程同时做、被杀之后再做,都不会把一件送两遍。"""
    ready = config.channels()
    tally: dict[str, int] = {}
    unclear = _give_up_stuck(now)
    if unclear:
        tally[DeliveryState.UNCLEAR] = unclear
    if ready.mail is not None:
        _open_digests(now)
    waiting = Delivery.objects.filter(
        state=DeliveryState.WAITING, next_at__lte=now, channel__in=ready.ready
    )
    for pk in list(waiting.order_by("next_at", "id").values_list("pk", flat=True)[:limit]):
        state = _deliver(pk, ready, now)
        if state:
            tally[state] = tally.get(state, 0) + 1
    return tally


def _give_up_stuck(now: datetime) -> int:
    """认领了却没有下文的:进程被杀。不知送没送到,不再送。"""
    return Delivery.objects.filter(
        state=DeliveryState.SENDING, claimed_at__lte=now - rules.STUCK
    ).update(
        state=DeliveryState.UNCLEAR, ended_at=now, error="送的时候进程停了,不知送没送到,不再送"
    )


def _open_digests(now: datetime) -> int:
    """到了各人定的钟点,今天的一封还没有排上的,排上。"""
    local = localtime(now)
    today = local.date()
    wanted = NoticeSetting.objects.filter(
        mail_on=True, mail_time__lte=local.time().replace(tzinfo=None)
    ).exclude(email="")
    have = Delivery.objects.filter(channel=Channel.MAIL, on=today).values("person_id")
    people = wanted.exclude(person_id__in=have).values_list("person_id", flat=True)
    rows = [
        Delivery(person_id=person, channel=Channel.MAIL, on=today, next_at=now) for person in people
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return len(rows)


def _claim(pk: int, now: datetime) -> Delivery | None:
    """认领:只有一个进程改得动这一行。"""
    mine = Delivery.objects.filter(pk=pk, state=DeliveryState.WAITING).update(
        state=DeliveryState.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    if not mine:
        return None
    return Delivery.objects.select_related("notice", "person").get(pk=pk)


def _deliver(pk: int, ready: Channels, now: datetime) -> str:
    row = _claim(pk, now)
    if row is None:
        return ""
    try:
        state, error = _send(row, ready, now), ""
    except Unclear as failure:
        state, error = DeliveryState.UNCLEAR, str(failure)
    except Rejected as failure:
        state, error = DeliveryState.FAILED, str(failure)
    except Undelivered as failure:
        return _again(row, str(failure), now)
    except Exception as failure:
        # 一件的内容拼不出来,不能挡住后面的;收件箱里还在
        log.exception("投递 %s 出错", row.pk)
        state, error = DeliveryState.FAILED, f"程序出错:{type(failure).__name__}"
    _settle(row, state, error, now)
    return state


def _settle(row: Delivery, state: str, error: str, now: datetime) -> None:
    Delivery.objects.filter(pk=row.pk, state=DeliveryState.SENDING).update(
        state=state, ended_at=now, error=error[:300]
    )


def _again(row: Delivery, error: str, now: datetime) -> str:
    wait = rules.wait_after(row.attempts)
    if wait is None:
        _settle(row, DeliveryState.FAILED, error, now)
        return DeliveryState.FAILED
    Delivery.objects.filter(pk=row.pk, state=DeliveryState.SENDING).update(
        state=DeliveryState.WAITING, next_at=now + wait, claimed_at=None, error=error[:300]
    )
    return DeliveryState.WAITING


def _send(row: Delivery, ready: Channels, now: datetime) -> str:
    """按渠道送;没有可送的(看不见了、设置改了)是 NOTHING。"""
    setting = NoticeSetting.objects.filter(person_id=row.person_id).first()
    if setting is None:
        return DeliveryState.NOTHING
    senders: dict[str, Callable[[], bool]] = {
        Channel.MAIL: lambda: _mail(row, setting, ready, now),
        Channel.ROBOT: lambda: _robot(row, setting, ready, now),
        Channel.SMS: lambda: _sms(row, setting, ready, now),
    }
    return DeliveryState.SENT if senders[row.channel]() else DeliveryState.NOTHING


def _mail(row: Delivery, setting: NoticeSetting, ready: Channels, now: datetime) -> bool:
    assert ready.mail is not None and row.on is not None
    if not (setting.mail_on and setting.email):
        return False
    since = (
        Delivery.objects.filter(
            Q(person_id=row.person_id, channel=Channel.MAIL, state=DeliveryState.SENT),
            on__lt=row.on,
        )
        .order_by("-on")
        .values_list("claimed_at", flat=True)
        .first()
    )
    letter = digest.letter(row.person, since=since, now=now)
    if letter is None:
        return False
    message = mail.compose(
        ready.mail, setting.email, letter.subject, letter.text, key=f"digest-{row.pk}", now=now
    )
    mail.send(ready.mail, message)
    return True


def _robot(row: Delivery, setting: NoticeSetting, ready: Channels, now: datetime) -> bool:
    assert ready.robot is not None and row.notice is not None
    text = digest.push_text(row.notice, row.person, now, named=True)
    if not (setting.robot_on and text):
        return False
    robot.send(ready.robot, text, setting.phone, now)
    return True


def _sms(row: Delivery, setting: NoticeSetting, ready: Channels, now: datetime) -> bool:
    assert ready.sms is not None and row.notice is not None
    text = digest.push_text(row.notice, row.person, now, named=False)
    if not (setting.sms_on and setting.phone and text):
        return False
    sms.send(ready.sms, f"delivery-{row.pk}", setting.phone, text, now)
    return True
