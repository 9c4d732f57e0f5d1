"""首谈接口的公共部分:路由、行动者、版本。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router

from juyuan.foundation.apikit.shapes import optional_match
from juyuan.foundation.figures.rules import as_of_finding
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale

router = Router(tags=["首谈"])


def entered(actor: Actor) -> Actor:
    """三员不进业务室,与网页同。

    Raises:
        NotFound: 任职都是三员。
    """
    if actor.posts and all(post.role in ADMIN_ROLES for post in actor.posts):
        raise NotFound
    return actor


def actor_of(request: HttpRequest) -> Actor:
    """令牌认出的行动者。"""
    return entered(request.actor)  # type: ignore[attr-defined]


def expect(request: HttpRequest, row: Any) -> None:
    """带了 If-Match 的,须是现在的版本。

    Raises:
        Stale: 不是;带上双方版本。
    """
    version = optional_match(request)
    if version is not None and version != row.version:
        raise Stale(mine={"version": version}, theirs={"version": row.version})


def day_of(given: date | None, today: date) -> date | None:
    """所问的那一天;今天即此刻(空)。

    Raises:
        RuleBroken: 还没有到,或太早。
    """
    if given is None:
        return None
    wrong = as_of_finding(given, today)
    if wrong is not None:
        raise RuleBroken([wrong])
    return None if given == today else given
