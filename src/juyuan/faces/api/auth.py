"""令牌:`Authorization: Bearer TOKEN` → 行动者。"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from juyuan.foundation.people.queries import account_for_token, actor_for
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor


class Token(HttpBearer):
    """认令牌;认得即把行动者放进请求,返回它。"""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        now = clock.now()
        account = account_for_token(token, now)
        if account is None:
            return None
        actor = actor_for(
            account,
            today=clock.today(),
            via="api",
            request_id=getattr(request, "request_id", "") or uuid.uuid4().hex,
        )
        request.actor = actor  # type: ignore[attr-defined]
        request.api_account = account  # type: ignore[attr-defined]
        return actor


def actor_of(request: HttpRequest) -> Actor:
    """本次请求的行动者(令牌已认过)。"""
    return request.actor  # type: ignore[attr-defined,no-any-return]
