"""由谁裁定。"""

from __future__ import annotations

from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import bureau
from juyuan.rooms.investors.access import BUREAU


def ruling_unit() -> str | None:
    """裁定撞单的单位(代码):城市包写明的商务主管部门。"""
    rows = Unit.objects.filter(function=BUREAU, disabled_on__isnull=True)
    named = rows.filter(name=bureau()).first() or rows.order_by("pk").first()
    return named.code if named else None
