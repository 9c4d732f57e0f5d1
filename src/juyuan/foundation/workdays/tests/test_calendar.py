"""日历:2025、2026 两年逐日与国务院办公厅通知一致;管理员的增补优先;没有通知的年份是暂定。"""

from datetime import date, datetime, timedelta

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.workdays.actions import DayDraft, enter_notice
from juyuan.foundation.workdays.models import DayKind, Holiday, NoticedYear
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor, PostRef
from juyuan.kernel.period import SHANGHAI
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.kernel.workdays import add_workdays

# 按通知原文的写法:放假自某日至某日,哪几天上班
# 2025:国办发明电〔2024〕12号;2026:国务院办公厅关于2026年部分节假日安排的通知(2025-11-04)
NOTICES = {
    2025: {
        "元旦": ("01-01", "01-01", ()),
        "春节": ("01-28", "02-04", ("01-26", "02-08")),
        "清明节": ("04-04", "04-06", ()),
        "劳动节": ("05-01", "05-05", ("04-27",)),
        "端午节": ("05-31", "06-02", ()),
        "国庆节、中秋节": ("10-01", "10-08", ("09-28", "10-11")),
    },
    2026: {
        "元旦": ("01-01", "01-03", ("01-04",)),
        "春节": ("02-15", "02-23", ("02-14", "02-28")),
        "清明节": ("04-04", "04-06", ()),
        "劳动节": ("05-01", "05-05", ("05-09",)),
        "端午节": ("06-19", "06-21", ()),
        "中秋节": ("09-25", "09-27", ()),
        "国庆节": ("10-01", "10-07", ("09-20", "10-10")),
    },
}
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
ADMIN = Actor(
    account_id=1,
    username="sysadmin",
    name="系统管理员",
    posts=(PostRef(1, 1, "it", "信息中心", "/it/", "", "sysadmin"),),
)
CLERK = Actor(
    account_id=2,
    username="clerk",
    name="经办",
    posts=(PostRef(2, 2, "commerce", "商务局", "/commerce/", "commerce", "clerk"),),
)
NOTICE_2027 = [
    DayDraft(date(2027, 1, 1), DayKind.OFF, "元旦"),
    DayDraft(date(2027, 1, 2), DayKind.OFF, "元旦"),
    DayDraft(date(2027, 1, 3), DayKind.MAKEUP, "元旦"),
]


def by_notice(year):
    """某年每一天是否工作日,由通知写法展开。"""
    off, makeup = set(), set()
    for first, last, worked in NOTICES[year].values():
        day = date.fromisoformat(f"{year}-{first}")
        while day <= date.fromisoformat(f"{year}-{last}"):
            off.add(day)
            day += timedelta(days=1)
        makeup |= {date.fromisoformat(f"{year}-{d}") for d in worked}
    day = date(year, 1, 1)
    while day.year == year:
        yield day, day in makeup or (day not in off and day.weekday() < 5)
        day += timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_of_the_year_is_as_the_notice_says(year):
    known = calendar()
    days = list(by_notice(year))
    assert len(days) == 365
    assert [day for day, works in days if known.is_workday(day) != works] == []
    assert year in known.years


@pytest.mark.django_db
def test_without_a_notice_the_due_date_is_provisional_until_it_is_entered():
    last = date(2026, 12, 31)
    assert add_workdays(last, 1, calendar()).provisional
    entered = enter_notice(
        actor=ADMIN, year=2027, days=NOTICE_2027, notice="国办发明电〔2026〕1号", now=NOW
    )
    assert entered == 3
    due = add_workdays(last, 1, calendar())
    assert (due.day, due.provisional) == (date(2027, 1, 3), False)
    event = Event.objects.get(event="workdays.notice.entered")
    assert (event.obj_id, event.reason) == ("2027", "国办发明电〔2026〕1号")


@pytest.mark.django_db
def test_entering_a_year_again_replaces_it_whole():
    enter_notice(actor=ADMIN, year=2027, days=NOTICE_2027, notice="甲", now=NOW)
    enter_notice(actor=ADMIN, year=2027, days=NOTICE_2027[:1], notice="乙", now=NOW)
    assert list(Holiday.objects.values_list("date", "notice")) == [(date(2027, 1, 1), "乙")]
    assert calendar().is_workday(date(2027, 1, 3)) is False


@pytest.mark.django_db
def test_an_entered_day_overrides_the_carried_calendar():
    Holiday.objects.create(date=date(2026, 5, 5), kind=DayKind.MAKEUP, holiday="试", notice="试")
    assert calendar().is_workday(date(2026, 5, 5))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "notice", "said"),
    [
        (NOTICE_2027, " ", "通知文号"),
        ([], "甲", "至少应有一个放假日"),
        ([DayDraft(date(2026, 1, 1), DayKind.OFF, "元旦")], "甲", "不在 2027 年"),
        ([NOTICE_2027[0], NOTICE_2027[0]], "甲", "写了两次"),
        (
            [NOTICE_2027[0], DayDraft(date(2027, 1, 4), DayKind.MAKEUP, "元旦")],
            "甲",
            "本是工作日",
        ),
    ],
)
def test_a_notice_that_makes_no_sense_is_refused_and_nothing_stays(days, notice, said):
    with pytest.raises(RuleBroken, match=said):
        enter_notice(actor=ADMIN, year=2027, days=days, notice=notice, now=NOW)
    assert not Holiday.objects.exists()
    assert not NoticedYear.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_only_the_system_administrator_enters_notices():
    with pytest.raises(Denied, match="系统管理员"):
        enter_notice(actor=CLERK, year=2027, days=NOTICE_2027, notice="甲", now=NOW)
    assert not Holiday.objects.exists()
