"""日历订阅的内容:本人此刻看得见的、开着的待办。"""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from juyuan.foundation.duties import queries as duties
from juyuan.foundation.notices import ical, queries
from juyuan.foundation.policy.queries import pack

MOST = 500


def calendar_of(token: str, now: datetime, base: str) -> bytes | None:
    """`base` 是本站的根网址。秘密地址不认即空。"""
    actor = queries.actor_of_feed(token, now)
    if actor is None:
        return None
    root = base.rstrip("/")
    days = [
        ical.Day(
            uid=f"duty-{row.id}@juyuan",
            on=row.due_on,
            summary=duties.titled(row) + (f"(代 {row.for_name})" if row.for_name else ""),
            description="\n".join(
                part
                for part in (
                    f"办结:{row.ends_by}",
                    f"依据:{row.clause}" if row.clause else "",
                    row.said,
                )
                if part
            ),
            url=f"{root}/duties/{row.id}/",
            tentative=row.provisional,
        )
        for row in duties.mine(actor, localdate(now), limit=MOST)
    ]
    return ical.write(f"{pack().system_name}待办", days, now=now)
