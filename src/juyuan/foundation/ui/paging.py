"""视图用:这一页多少行,取自参数与 ?limit=。"""

from __future__ import annotations

from django.http import HttpRequest

from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.keyset import clamp_limit
from juyuan.foundation.workdays import clock


def page_limit(request: HttpRequest) -> int:
    """列表一页的行数:网址里给了就用(不超过 ui.page_size_max),没给取 ui.page_size。"""
    book = params(clock.today())
    return clamp_limit(request.GET.get("limit"), book["ui.page_size"], book["ui.page_size_max"])
