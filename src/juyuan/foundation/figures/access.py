"""谁看得到数。口径(词句)人人可看;数值只给业务人员,三员不接触业务数据。"""

from __future__ import annotations

from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial


def can_see_values(actor: Actor) -> Access:
    if actor.is_system or any(post.role not in ADMIN_ROLES for post in actor.posts):
        return Allowed()
    return Denial("统计数只给在任的业务人员看;三员只看口径")
