"""命令以谁的身份行事:`--actor 用户名` 用那个账号在任的职务,不写即控制台。台账的途径都记「控制台」。"""

from __future__ import annotations

from datetime import date

from juyuan.foundation.people.models import Account
from juyuan.foundation.people.queries import actor_for
from juyuan.kernel.actor import Actor

from .launch.trouble import USAGE, Trouble


def actor_named(username: str, today: date) -> Actor:
    """`username` 为空即控制台;没有或已停用的账号按用法错误处理。"""
    if not username:
        return Actor.console()
    account = (
        Account.objects.select_related("person").filter(username=username, is_active=True).first()
    )
    if account is None:
        raise Trouble(f"没有账号「{username}」,或它已停用。请检查 --actor。", USAGE)
    return actor_for(account, today=today, via="console")
