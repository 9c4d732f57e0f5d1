"""每日核对:应当开着的开着,不再应当的撤销。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from juyuan.foundation.duties import registry
from juyuan.foundation.duties.actions import reconcile_kind
from juyuan.kernel.actor import Actor


def reconcile(*, today: date, now: datetime) -> dict[str, Any]:
    """各种类逐一核对;结果:{种类: [开, 撤]}。"""
    done = {}
    for kind in registry.kinds():
        if kind.owed is not None:
            done[kind.kind] = list(
                reconcile_kind(kind, on=today, actor=Actor.system("待办核对"), now=now)
            )
    return done
