"""时钟:只有视图、命令、定时任务从这里读现在;规则与动作的时间一律是参数。

演示模式可用 JUYUAN_NOW(带时区的 ISO 时间)或 JUYUAN_TODAY(日期)改变系统相信的时间。
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from juyuan.kernel.period import SHANGHAI


def machine() -> datetime:
    """机器的钟(Asia/Shanghai);只有这一处读它。"""
    return datetime.now(SHANGHAI)


def now() -> datetime:
    """现在(Asia/Shanghai)。"""
    told = getattr(settings, "JUYUAN_NOW", "")
    if told:
        return _told_time(told)
    real = machine()
    day = getattr(settings, "JUYUAN_TODAY", "")
    return datetime.combine(_told_day(day), real.time(), SHANGHAI) if day else real


def today() -> date:
    """今天(Asia/Shanghai 的日期)。"""
    return now().date()


def _told_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ImproperlyConfigured(
            f"JUYUAN_NOW 应为带时区的时间,如 2026-03-20T23:59:59+08:00,现在是 {text!r}"
        )
    return moment.astimezone(SHANGHAI)


def _told_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ImproperlyConfigured(f"JUYUAN_TODAY 应为日期,如 2026-03-20,现在是 {text!r}") from None
