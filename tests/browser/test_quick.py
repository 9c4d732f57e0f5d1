"""表格里就地改一格:点铅笔、回车保存、Esc 不改了、两人同时改;手机上没有铅笔,去编辑页。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import City

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "甲纱线项目"
COLUMNS = "/projects/?v=all&q=甲纱线&c=lead,location,total,lack"


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        f.planning(made, name=NAME, location="甲地", total_investment=f.YI)
        return made

    return city


def project() -> Project:
    return Project.objects.get(name=NAME)


def back_on(page: Any, key: str) -> None:
    """焦点回到这一格(新的一行换上之后才移过去,要等)。"""
    page.wait_for_function(
        "key => document.activeElement.getAttribute('data-pen') === key", arg=key
    )


def test_改一格_回车保存_焦点回来_合计跟着变(site: Site) -> None:
    page = site.open(COLUMNS, who="longshan")
    code = project().code
    page.hover("tbody tr")
    page.click(f"[data-pen='{code}:total']")
    page.wait_for_selector("form.pl-quick input[name=total_investment]:focus")
    site.sound(page)
    page.keyboard.press("Control+A")
    page.keyboard.type("2.5亿元")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-quick-said]:has-text('总投资已保存')")
    back_on(page, f"{code}:total")
    assert not page.query_selector("form.pl-quick")
    page.wait_for_selector(".jy-tbl--lib tfoot:has-text('2.50')")
    assert project().total_investment == 250_000_000
    site.sound(page)
    page.focus(f"[data-pen='{code}:lead']")
    page.keyboard.press("Enter")
    page.wait_for_selector("form.pl-quick select:focus")
    page.select_option("form.pl-quick select", "longshan")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-quick-said]:has-text('首谈单位已保存')")
    back_on(page, f"{code}:lead")
    assert project().lead_unit.code == "longshan"


def test_Esc不改了_填错了留在那一格(site: Site) -> None:
    page = site.open(COLUMNS, who="longshan")
    before, code = project(), project().code
    page.focus(f"[data-pen='{code}:total']")
    page.keyboard.press("Enter")
    page.wait_for_selector("form.pl-quick input[name=total_investment]:focus")
    page.keyboard.type("很多")
    page.keyboard.press("Enter")
    page.wait_for_selector("form.pl-quick .jy-err")
    page.keyboard.press("Escape")
    page.wait_for_selector("form.pl-quick", state="detached")
    back_on(page, f"{code}:total")
    assert project().version == before.version


def test_两人同时改_两边并排_用我的或留他的(site: Site) -> None:
    code = project().code
    for button, kept in (("留他的", "他的乙地"), ("用我的", "我的丙地")):
        page = site.open(COLUMNS, who="longshan")
        page.focus(f"[data-pen='{code}:location']")
        page.keyboard.press("Enter")
        page.wait_for_selector("form.pl-quick input[name=location]:focus")
        edit_project(actor=site.city.actor("shangwuju"), project=project(), now=site.city.NOW,
                     draft=replace(draft_of(project()), location=f"{button}之前"))  # fmt: skip
        edit_project(actor=site.city.actor("shangwuju"), project=project(), now=site.city.NOW,
                     draft=replace(draft_of(project()), location="他的乙地"))  # fmt: skip
        page.fill("form.pl-quick input[name=location]", "我的丙地")
        page.keyboard.press("Enter")
        page.wait_for_selector("form.pl-quick .pl-sides")
        shown = page.inner_text("form.pl-quick")
        assert "他的乙地" in shown and "我的丙地" in shown and project().location == "他的乙地"
        page.faults.clear()  # 412 本身会记进控制台
        site.sound(page)
        page.click(f"form.pl-quick button:has-text('{button}')")
        page.wait_for_selector("form.pl-quick", state="detached")
        assert project().location == kept and kept in page.inner_text("tbody tr")
        back_on(page, f"{code}:location")


def test_手机上没有铅笔_去编辑页(site: Site) -> None:
    page = site.open(COLUMNS, who="longshan", width=390)
    code = project().code
    assert page.is_hidden(f"[data-pen='{code}:total']")
    link = page.query_selector("a.pl-edit")
    assert link.is_visible() and link.bounding_box()["height"] >= 44
    site.sound(page)
    link.click()
    page.wait_for_url(f"**/projects/{code}/edit/")
