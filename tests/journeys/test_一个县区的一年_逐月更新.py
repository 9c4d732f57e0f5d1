"""一个县区的一年:时钟逐月走,有按时的、迟报的、没报的、锁账后更正的;年底把每个月末的数重算一遍,与当时看到的相同。

条款 3.3b 3.2c;两座城市各走一遍(第二座的期、截止时刻、节假日顺延都不同)。
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.figures.queries import compute
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import SHANGHAI, month_bounds
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.pipeline.actions.monthly import close_month, submit_update, submit_updates
from juyuan.rooms.pipeline.actions.move import change_standing
from juyuan.rooms.pipeline.actions.progress import add_progress_event
from juyuan.rooms.pipeline.jobs import close_months, remind
from juyuan.rooms.pipeline.models import MonthClose, Project
from juyuan.rooms.pipeline.queries.monthduty import DUTY
from juyuan.rooms.pipeline.queries.monthly import Sheet, history, just_after, sheet
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.queries.tally import tallies
from juyuan.rooms.pipeline.rules.monthly import Period, UpdateDraft
from juyuan.rooms.pipeline.rules.progress import EventDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.journeys.house import City

pytestmark = pytest.mark.django_db
YEAR = 2026
NAMES = [
    "update_due", "update_on_time", "update_on_time_rate", "update_late", "update_missing",
    "update_empty", "planning_projects", "planning_total", "negotiation_projects",
]  # fmt: skip
CITIES = {
    "liaoyuan": {"by": "longshan", "lead": "gongxin", "host": "longshan"},
    "testcity": {"by": "qinghe", "lead": "gongye", "host": "qinghe"},
}


class Year:
    """一年:时钟往前走,每走一步城市也跟着。"""

    def __init__(self, city: City, by: str, settings: Any) -> None:
        self.city, self.by, self.settings = city, by, settings
        self.seen: dict[date, dict[str, Any]] = {}
        self.at(date(YEAR, 1, 2))

    def at(self, day: date, hour: int = 10) -> datetime:
        now = datetime.combine(day, time(hour), SHANGHAI)
        self.city.NOW = self.city.now = now
        self.city.TODAY = day
        self.settings.JUYUAN_NOW = now.isoformat()
        return now

    @property
    def now(self) -> datetime:
        return self.city.now

    def sheet(self, period: Period) -> Sheet:
        return sheet(
            self.city.actor(self.by), self.city.unit(self.by), period, periods=Periods(),
            now=self.now,
        )  # fmt: skip

    def send(self, period: Period, codes: set[str], reason: str = "") -> Any:
        drafts = []
        for row in self.sheet(period).rows:
            if row.code in codes:
                kept = row.prefill
                drafts.append(
                    UpdateDraft(
                        row.code,
                        problem=kept.problem,
                        next_step=kept.next_step,
                        reason=reason,
                        no_change="" if row.happenings else "steady",
                        seen=row.revision,
                    )
                )
        return submit_updates(
            actor=self.city.actor(self.by), period=period, drafts=drafts, now=self.now
        )

    def night(self, day: date) -> None:
        """当天的定期任务,各跑两遍(第二遍什么也不该变)。"""
        now = self.at(day, 1)
        for _ in range(2):
            close_months(today=day, now=now)
            reconcile(today=day, now=now)
            remind(today=day, now=now)

    def look(self, day: date) -> None:
        """月末看到的数。"""
        self.at(day, 23)
        self.seen[day] = {r.figure.name: r.value for r in compute(names=NAMES)}


@pytest.fixture(params=CITIES)
def year(request: Any, settings: Any, db: None) -> Year:
    settings.JUYUAN_PACK = request.param
    facts = CITIES[request.param]
    start = datetime(YEAR, 1, 2, 10, tzinfo=SHANGHAI)
    city = City(now=start, lead=facts["by"], host=facts["host"])
    return Year(city, facts["by"], settings)


def _month(year: Year, month: int, corrected: list[tuple[Period, str]]) -> None:
    city, periods = year.city, Periods()
    period = periods.at(date(YEAR, month, 1))
    year.at(date(YEAR, month, 3))
    fresh = f.planning(city, by=year.by, name=f"{month}月的项目")
    if month % 3 == 0:  # 每季有一个走进洽谈
        f.fill(city, fresh, Stage.PLANNING, year.by)
        f.fill(city, fresh, Stage.NEGOTIATION, year.by)
        f.advance(city, fresh, Stage.NEGOTIATION, year.by)
    if month == 6:
        first = Project.objects.order_by("pk")[0]
        change_standing(
            actor=city.actor(year.by), project=first, verb="end", reason_code="market",
            note="投资方退出", now=year.now,
        )  # fmt: skip
    year.night(period.report_on - timedelta(days=5))
    year.at(period.report_on - timedelta(days=2))
    rows = year.sheet(period).rows
    late = {row.code for i, row in enumerate(rows) if i % 3 == 2}
    add_progress_event(
        actor=city.actor(year.by), project=Project.objects.get(code=rows[-1].code),
        draft=EventDraft("site_survey", city.TODAY), now=year.now,
    )  # fmt: skip
    done = year.send(period, {row.code for row in rows} - late)
    assert not done.refused and len(done.saved) == len(rows) - len(late)
    year.at(period.report_on + timedelta(days=1))
    if month % 4:
        assert not year.send(period, late).refused
    year.night(period.close_on)
    assert MonthClose.objects.filter(period=period.month).count() == 1
    if month == 8:  # 锁账后补报,写了理由才收
        year.at(period.close_on + timedelta(days=1))
        code = sorted(late)[0]
        draft = UpdateDraft(code, "补报:投资方已来函")
        with pytest.raises(RuleBroken):
            submit_update(
                actor=city.actor(year.by), project=Project.objects.get(code=code), period=period,
                draft=draft, now=year.now,
            )  # fmt: skip
        assert len(year.send(period, {code}, "八月漏报").saved) == 1
        corrected.append((period, code))
    year.look(month_bounds(YEAR, month)[1])


def test_一年走下来_每个月末的数重算与当时相同(year: Year) -> None:
    corrected: list[tuple[Period, str]] = []
    for month in range(1, 13):
        _month(year, month, corrected)
    year.at(date(YEAR + 1, 1, 5))

    again = {day: {r.figure.name: r.value for r in compute(day, names=NAMES)} for day in year.seen}
    assert again == year.seen
    assert {seen["update_due"] for seen in year.seen.values()} > {1, 2, 3}, "一年里数是变的"
    assert any(seen["update_late"] for seen in year.seen.values())
    assert any(seen["update_missing"] for seen in year.seen.values())

    # 锁账时记下的数,今天照那一刻重算,一个不差
    periods = Periods()
    unit = year.city.unit(year.by)
    for close in MonthClose.objects.all():
        period = periods.at(close.period)
        then = tallies([period], just_after(close.closed_at))[period.month]
        assert then[unit.pk].as_json() == close.figures[unit.code], period.key
    assert MonthClose.objects.count() == 12

    # 更正过的那一期:锁账时的数与现在的数都看得见
    period, code = corrected[0]
    found = year.sheet(period)
    assert found.closed and found.then is not None
    assert found.tally.missing == found.then.missing - 1
    assert found.tally.late == found.then.late + 1
    project = Project.objects.get(code=code)
    line = next(
        x for x in history(project, periods=periods, kinds=found.kinds) if x.period == period
    )
    assert line.corrected and line.then is None and line.now.reason == "八月漏报"

    # 报齐的期,待办都由提交办结;没报齐的仍开着
    duties = {d.period: d for d in Duty.objects.filter(kind=DUTY, unit=unit)}
    assert duties[f"{YEAR}-05"].ended_act == "pipeline.update.submitted"
    assert duties[f"{YEAR}-04"].ended_at is None
    # 再锁一次什么也不变
    before = MonthClose.objects.get(period=period.month).figures
    again_row = close_month(actor=Actor.system("试"), period=period, now=year.now)
    assert again_row.figures == before
