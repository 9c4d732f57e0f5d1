"""管理员的渠道设置(只读环境变量,见运行手册);写得不对时说明,不送也不崩。"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from juyuan.foundation.notices.channels import BadSetting, mail, robot, sms
from juyuan.foundation.notices.registry import MAIL, ROBOT, SMS


@dataclass(frozen=True)
class Channels:
    """配好了的渠道;`wrong` 是写得不对的:渠道 → 哪里不对。"""

    mail: mail.Server | None
    robot: robot.Robot | None
    sms: sms.Gateway | None
    wrong: dict[str, str]

    @property
    def ready(self) -> frozenset[str]:
        made = {MAIL: self.mail, ROBOT: self.robot, SMS: self.sms}
        return frozenset(name for name, value in made.items() if value is not None)


def channels() -> Channels:
    wrong: dict[str, str] = {}
    server = machine = gateway = None
    hosts = settings.JUYUAN_WEBHOOK_HOSTS
    try:
        server = mail.configured(settings.JUYUAN_SMTP_URL)
    except BadSetting as error:
        wrong[MAIL] = str(error)
    try:
        machine = robot.configured(
            settings.JUYUAN_WEBHOOK_FORM,
            settings.JUYUAN_WEBHOOK_URL,
            settings.JUYUAN_WEBHOOK_SECRET,
            hosts,
        )
    except BadSetting as error:
        wrong[ROBOT] = str(error)
    try:
        gateway = sms.configured(settings.JUYUAN_SMS_URL, settings.JUYUAN_SMS_SECRET, hosts)
    except BadSetting as error:
        wrong[SMS] = str(error)
    return Channels(server, machine, gateway, wrong)


def full_url(path: str) -> str:
    """给信与群消息用的完整网址;没有设置 JUYUAN_BASE_URL 就只有路径。"""
    base: str = settings.JUYUAN_BASE_URL
    return base.rstrip("/") + path if base else path
