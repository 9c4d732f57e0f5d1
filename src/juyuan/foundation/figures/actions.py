"""出月报。"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.figures import monthly
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.papers.actions import record_issue
from juyuan.foundation.papers.models import Document
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require


def publish_month(*, actor: Actor, first: date, now: datetime) -> Document:
    """出一个月的月报:事实没有变就是已出的那一份,变了(事后更正)另出一稿,旧的仍在。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 名册里没有商务主管部门。
    """
    require(monthly.can_publish(actor))
    facts = monthly.facts_of(first, localdate(now))
    with transaction.atomic():
        # 两个人同时出同一月的,一个接一个
        unit = Unit.objects.select_for_update().filter(function="commerce").order_by("pk").first()
        if unit is None:
            raise RuleBroken.one("unit", "figures.unit", "名册里没有商务主管部门，先导入单位")
        earlier = list(monthly.published(first))
        same = next((row for row in earlier if row.facts == facts), None)
        if same is not None:
            return same
        again = f"（第{len(earlier) + 1}稿）" if earlier else ""
        row = record_issue(
            actor=actor, kind=monthly.KIND, object_type=monthly.OBJECT,
            object_id=monthly.key_of(first), unit_id=unit.pk, facts=facts, now=now,
            title=f"招商引资月报（{first.year}年{first.month}月）{again}",
        )  # fmt: skip
        record(
            event="figures.month.published", actor=actor, obj_type=monthly.OBJECT,
            obj_id=monthly.key_of(first), obj_label=row.title, clause="3.1b",
            after={"number": row.number, "check": row.check_code}, now=now,
        )  # fmt: skip
    return row
