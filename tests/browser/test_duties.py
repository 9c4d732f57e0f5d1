"""待办、月历、通知、设置、离岗:两种宽度、无障碍、一步到动作。`JUYUAN_SHOTS=1` 时存图。"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.notices.jobs import climb
from juyuan.rooms.pipeline.actions.void import request_void
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import City

pytestmark = pytest.mark.django_db(transaction=True)
IMG = Path(__file__).resolve().parents[2] / "docs" / "user" / "img"
VERIFIER = "shangwuju_heyan"


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        signed = f.at(made, Stage.SIGNED, name="高性能纱线智能制造项目")
        other = f.planning(made, name="年产3000万双无缝棉袜项目")
        request_void(actor=made.actor("longshan"), project=other, reason="登记重了", now=made.NOW)
        reconcile(today=made.TODAY, now=made.NOW)
        from juyuan.foundation.duties.models import Duty

        # 一件已经逾期:到期日往前拨(起算早两周的样子)
        Duty.objects.filter(kind="pipeline.settle_void").update(due_on=made.TODAY.replace(day=16))
        climb(today=made.TODAY, now=made.NOW)
        made.names = {"signed": signed.code}
        return made

    return city


@pytest.mark.parametrize("path", ["/duties/", "/duties/?scope=all&when=late", "/duties/calendar/",
                                  "/notices/", "/notices/settings/", "/absences/"])  # fmt: skip
def test_各屏两种宽度都没有毛病(site: Site, path: str) -> None:
    page = site.open(path, who=VERIFIER)
    assert page.locator("h1").count() == 1
    site.both(page)
    if os.environ.get("JUYUAN_SHOTS"):
        name = path.split("?")[0].strip("/").replace("/", "-") + ("-late" if "?" in path else "")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=str(IMG / f"{name}-{width}.png"), full_page=False)


def test_一步到认定页_工作台上也有(site: Site, width: int) -> None:
    page = site.open("/", who=VERIFIER, width=width)
    assert page.get_by_text("到期的待办").is_visible()
    assert page.get_by_text("认定签约").first.is_visible()
    site.sound(page)
    page.goto(site.url + "/duties/")
    page.get_by_role("link", name=re.compile("去办.*高性能纱线智能制造项目")).click()
    page.wait_for_url("**/recognise/signed/")


def test_铃上有数_点去看就读过(site: Site, width: int) -> None:
    page = site.open("/notices/", who="shangwuju_head" if width < 1000 else VERIFIER, width=width)
    assert page.get_by_role("link", name="通知，未读").is_visible()
    site.sound(page)
    page.get_by_role("button", name="去看").first.click()
    page.wait_for_url("**/projects/voids/**")


def test_月历点日期到那一天(site: Site) -> None:
    page = site.open("/duties/calendar/", who=VERIFIER)
    page.get_by_role("link", name="11 月 16 日，1 件到期").click()
    page.wait_for_url("**/duties/?due=2026-11-16")
    assert page.get_by_text("年产3000万双无缝棉袜项目").first.is_visible()


def test_日历地址只显示一次_离岗登记(site: Site) -> None:
    page = site.open("/notices/settings/", who="longshan")
    page.get_by_role("button", name="生成地址").click()
    assert "/ical/" in page.get_by_label("日历地址").input_value()
    site.both(page)
    page.goto(site.url + "/notices/settings/")
    assert not page.get_by_label("日历地址").count()
