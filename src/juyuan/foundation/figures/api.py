"""接口:统计数字,按来人的可见范围;`as_of` 重算到某日。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from juyuan.foundation.apikit.shapes import READ
from juyuan.foundation.figures import access, queries, rules
from juyuan.foundation.figures.cli import as_rows
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require

router = Router(tags=["统计"])


class FigureOut(Schema):
    """一个数字。`value`:个数为整数,金额为万元十进制字符串,比率为百分数字符串,没有值为 null。"""

    name: str
    label: str
    unit: str
    clause: str
    value: int | str | None
    rows_url: str


@router.get("", response={200: list[FigureOut], **READ}, url_name="figures", summary="统计数字")
def list_figures(request: HttpRequest, as_of: date | None = None) -> list[dict[str, Any]]:
    """全部数字,只计看得见的;`as_of` 不给即此刻,不得晚于今天。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(access.can_see_values(actor))
    today = clock.today()
    if as_of is not None:
        finding = rules.as_of_finding(as_of, today)
        if finding is not None:
            raise RuleBroken([finding])
    return as_rows(queries.compute(None if as_of == today else as_of, actor))
