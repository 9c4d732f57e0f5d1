"""在平板宽度(820)上开一次会:看议程、看材料、当场决定、下一项、散会;交办看板与手机宽度也没有毛病。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from juyuan.rooms.council.actions import deciding, meetings
from juyuan.rooms.council.actions.problems import raise_problem
from juyuan.rooms.council.models import Meeting
from juyuan.rooms.council.rules.agenda import ActionDraft, DecisionDraft, DecisionResult
from juyuan.rooms.council.rules.meetings import Attendance, MeetingDraft
from juyuan.rooms.council.rules.problems import ProblemDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import City

pytestmark = pytest.mark.django_db(transaction=True)
TABLET = 820
CLERK, CHAIR, VERIFIER = "shangwuju", "zhaoji", "shangwuju_heyan"


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        f.at(
            made, Stage.SIGNED, name="八亿高端装备项目", contract_amount=8 * f.YI,
            total_investment=8 * f.YI,
        )  # fmt: skip
        project = f.planning(made, name="缺地的项目")
        asked = ProblemDraft("land", "用地指标缺 40 亩", "请市里调剂指标")
        longshan = made.actor("longshan")
        raise_problem(actor=longshan, project=project, draft=asked, now=made.NOW)
        handed = raise_problem(actor=longshan, project=project, draft=asked, now=made.NOW)
        due = made.TODAY + timedelta(days=10)
        deciding.assign_problem(
            actor=made.actor(VERIFIER), problem=handed, now=made.NOW,
            draft=DecisionDraft(
                DecisionResult.ASSIGNED, actions=(ActionDraft("调剂指标", made.unit("ziran").pk, due),)
            ),
        )  # fmt: skip
        clerk = made.actor(CLERK)
        draft = MeetingDraft(
            made.TODAY, made.NOW.time(), "市政府三楼会议室", made.account(CHAIR).person_id,
            made.account(CLERK).person_id,
        )  # fmt: skip
        row = meetings.plan_meeting(actor=clerk, draft=draft, now=made.NOW)
        meetings.call_meeting(actor=clerk, meeting=row, now=made.NOW)
        marks = {
            seat.pk: meetings.Mark(Attendance.PRESENT, seat.name)
            for seat in row.seats.all()
            if seat.unit_id or seat.person_id == row.chair_id
        }
        meetings.mark_attendance(actor=clerk, meeting=row, marks=marks, now=made.NOW)
        made.meeting = row.code
        return made

    return city


def test_s1e_平板上开一次会_当场决定(site: Site) -> None:
    code = site.city.meeting
    page = site.open(f"/council/meetings/{code}/", who=CHAIR, width=TABLET)
    page.get_by_text("人数够").first.wait_for()
    site.sound(page)
    page.get_by_role("link", name="开会").click()
    page.wait_for_url("**/start/")
    page.get_by_role("button", name="开会").click()
    page.wait_for_url(f"**/council/meetings/{code}/")
    page.get_by_text("进行中").first.wait_for()
    page.locator(".cm-agenda a", has_text="八亿高端装备项目").click()
    page.wait_for_url("**/items/*/")
    page.locator(".cm-decide").wait_for()
    site.sound(page)
    page.locator(".cm-choice", has_text="结束提级").click()
    page.locator("[name=text]").fill("项目已落地，转入常态服务")
    page.locator("button[name=decide]").click()
    page.locator("#decision").wait_for()
    assert "结束提级" in page.locator("#decision").inner_text()
    page.get_by_role("link", name="下一项").click()
    page.locator(".cm-decide").wait_for()
    page.locator(".cm-choice", has_text="当场解决").click()
    page.locator("[name=text]").fill("当场调剂")
    page.locator("button[name=decide]").click()
    page.locator("#decision").wait_for()
    site.sound(page)
    page.goto(f"{site.url}/council/meetings/{code}/end/")
    page.get_by_role("button", name="散会").click()
    page.wait_for_url(f"**/council/meetings/{code}/")
    page.get_by_text("已结束").first.wait_for()
    assert Meeting.objects.get(code=code).state == "ended"


@pytest.mark.parametrize(
    "path",
    [
        "/council/",
        "/council/items/",
        "/council/items/?view=list",
        "/council/problems/",
        "/council/roster/",
    ],
)
def test_各屏两种宽度都没有毛病(site: Site, path: str) -> None:
    page = site.open(path, who=VERIFIER)
    assert page.locator("h1").count() == 1
    site.both(page)
