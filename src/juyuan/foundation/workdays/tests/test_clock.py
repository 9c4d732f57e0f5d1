"""时钟:平时是真的现在;演示可以指定日期或时刻;说不清的设置不猜。"""

from datetime import date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured

from juyuan.foundation.workdays import clock
from juyuan.kernel.period import SHANGHAI


def test_now_is_shanghai_time(settings, real_clock):
    settings.JUYUAN_NOW = settings.JUYUAN_TODAY = ""
    before = datetime.now(SHANGHAI)
    told = clock.now()
    assert before <= told <= datetime.now(SHANGHAI)
    assert told.tzinfo is SHANGHAI


def test_a_told_moment_is_believed_in_any_offset(settings):
    settings.JUYUAN_NOW = "2026-03-20T16:30:00+00:00"
    assert clock.now() == datetime(2026, 3, 21, 0, 30, tzinfo=SHANGHAI)
    assert clock.today() == date(2026, 3, 21)


def test_a_told_day_keeps_the_time_of_day_running(settings):
    settings.JUYUAN_NOW, settings.JUYUAN_TODAY = "", "2026-03-20"
    assert clock.today() == date(2026, 3, 20)
    assert clock.now() <= clock.now()


@pytest.mark.parametrize("text", ["2026-03-20T16:30:00", "明天", "2026-03-20"])
def test_an_unclear_moment_is_refused(settings, text):
    settings.JUYUAN_NOW = text
    with pytest.raises(ImproperlyConfigured, match="JUYUAN_NOW"):
        clock.now()


def test_an_unclear_day_is_refused(settings):
    settings.JUYUAN_NOW, settings.JUYUAN_TODAY = "", "3月20日"
    with pytest.raises(ImproperlyConfigured, match="JUYUAN_TODAY"):
        clock.today()
