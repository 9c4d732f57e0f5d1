"""谁可以查台账:审计管理员看全部(不含业务内容);安全管理员只看三员的作为。"""

from __future__ import annotations

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial


def can_read_audit(actor: Actor) -> Access:
    if actor.has_any("auditadmin", "secadmin"):
        return Allowed()
    return Denial("审计记录只供审计管理员查阅")


def sees_everything(actor: Actor) -> bool:
    """审计管理员看全部;安全管理员只看三员(审计管理员自己的作为由安全管理员看)。"""
    return actor.has("auditadmin")


def can_keep_anchors(actor: Actor) -> Access:
    """封存、核验、锚点只归审计管理员。"""
    if actor.has("auditadmin"):
        return Allowed()
    return Denial("台账封存只供审计管理员查阅")
