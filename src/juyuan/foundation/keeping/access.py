"""谁看得见备份的近况。"""

from __future__ import annotations

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial


def can_see_backups(actor: Actor) -> Access:
    """系统管理员。"""
    return Allowed() if actor.has("sysadmin") else Denial("备份情况只供系统管理员查阅")
