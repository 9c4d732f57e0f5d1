"""接口令牌:明文只返回一次,库里只有摘要。"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people import access
from juyuan.foundation.people.models import Account, ApiToken
from juyuan.foundation.people.queries import token_digest
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require

LIFETIME_DAYS = 180  # 建议值


def make_token(
    *, actor: Actor, username: str, label: str = "", days: int = LIFETIME_DAYS, now: datetime
) -> str:
    """为账号建令牌,返回明文。

    `days`: 有效天数(自然日),1 至 366。
    Raises: Denied、NotFound(账号不存在或已停用)、RuleBroken。
    """
    account = Account.objects.select_related("person").filter(username=username).first()
    if account is None or not account.is_active:
        raise NotFound()
    require(access.can_make_token(actor, account.pk))
    if not 1 <= days <= 366:
        raise RuleBroken.one("days", "token_days", "令牌有效期为 1 至 366 天")
    plain = secrets.token_urlsafe(32)
    expires = now + timedelta(days=days)
    with transaction.atomic():
        token = ApiToken.objects.create(
            account=account,
            digest=token_digest(plain),
            label=label[:60],
            created_at=now,
            expires_at=expires,
        )
        record(
            event="people.token.made",
            actor=actor,
            obj_type="token",
            obj_id=token.pk,
            obj_label=f"{account.username} {label}".strip(),
            after={"account": account.username, "expires_at": expires.isoformat()},
            now=now,
        )
    return plain


def revoke_token(*, actor: Actor, token_id: int, now: datetime) -> None:
    """撤销令牌;已撤销的再撤销不变。Raises: Denied、NotFound。"""
    with transaction.atomic():
        token = (
            ApiToken.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(pk=token_id)
            .first()
        )
        if token is None:
            raise NotFound()
        require(access.can_revoke_token(actor, token.account_id))
        if token.revoked_at is not None:
            return
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(
            event="people.token.revoked",
            actor=actor,
            obj_type="token",
            obj_id=token.pk,
            obj_label=token.account.username,
            now=now,
        )
