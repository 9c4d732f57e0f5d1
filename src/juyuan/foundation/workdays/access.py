"""谁可以录入放假通知。"""

from __future__ import annotations

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial


def can_enter_notice(actor: Actor) -> Access:
    """录入放假通知:系统管理员,或命令行。"""
    if actor.has("sysadmin") or (actor.is_system and actor.via == "console"):
        return Allowed()
    return Denial("放假通知由系统管理员录入")
