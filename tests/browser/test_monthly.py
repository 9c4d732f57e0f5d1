"""月度更新的表:键盘填一行、整表交、退回留在原处、手机上是卡片;各单位总览。条款 3.3b、3.2c。

`JUYUAN_SHOTS=1` 时把图存到 docs/user/img。
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from juyuan.rooms.pipeline.actions.monthly import submit_updates
from juyuan.rooms.pipeline.models import MonthlyUpdate, Project
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.rules.monthly import UpdateDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import City

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/projects/monthly/"
IMG = Path(__file__).resolve().parents[2] / "docs" / "user" / "img"
NAMES = ("高端纱线智能制造", "无缝棉袜产业园", "梅花鹿制品加工", "铝箔精深加工", "预制菜加工中心")


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        before = made.now - timedelta(days=10)
        for name in NAMES:
            f.planning(made, name=name, now=before)
        f.at(made, Stage.NEGOTIATION, name="智能袜机研发制造")
        submit_updates(
            actor=made.actor("gongxin"), period=Periods().of(made.TODAY), now=made.now,
            drafts=[
                UpdateDraft(p.code, problem="用地指标没有落实", no_change="", progress="两次电话沟通")
                for p in _of(NAMES[4])
            ],
        )  # fmt: skip
        return made

    return city


def _of(name: str) -> Any:
    return Project.objects.filter(name=name)


def row(page: Any, name: str) -> Any:
    return page.locator(f"[data-row]:has(a.pm-name:text-is('{name}'))")


def shot(page: Any, name: str) -> None:
    if os.environ.get("JUYUAN_SHOTS") == "1":
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 1000})
            page.screenshot(path=IMG / f"{name}-{width}.png")
        page.set_viewport_size({"width": 1440, "height": 900})


def test_表_总览_行_单页_添进展都合用(site: Site, width: int) -> None:
    code = _of(NAMES[0]).get().code
    for who, path, said in (
        ("gongxin", URL, "已报"),
        ("shangwuju", URL, "各单位"),
        ("shangwuju", "/projects/monthly/rows/?state=missing", NAMES[0]),
        ("gongxin", f"/projects/{code}/monthly/", "填报2026年11月"),
        ("gongxin", f"/projects/{code}/progress/", "一件进展"),
        ("gongxin", f"/projects/{code}/", "月度更新"),
    ):
        page = site.open(path, who=who, width=width)
        assert said in page.inner_text("main"), path
        for word in ("None", "undefined", "{{", "{%"):
            assert word not in page.inner_text("body"), (path, word)
        site.sound(page)


def test_键盘填一行_控制键加回车只交这一行(site: Site) -> None:
    page = site.open(URL, who="gongxin")
    shot(page, "monthly")
    here = row(page, NAMES[1])
    here.locator("textarea").first.focus()
    page.keyboard.type("已就选址再次会商")
    assert "on" in (here.get_attribute("class") or "")
    page.keyboard.press("Alt+ArrowDown")
    assert page.evaluate("document.activeElement.name").endswith(".progress")
    page.keyboard.press("Alt+ArrowUp")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert MonthlyUpdate.objects.filter(project__name=NAMES[1]).count() == 1
    assert "第 1 稿" in row(page, NAMES[1]).inner_text()
    site.sound(page)


def test_不好的行留在原处_焦点到说明_改好再交(site: Site) -> None:
    page = site.open(URL, who="gongxin")
    here, other = row(page, NAMES[2]), row(page, NAMES[3])
    here.locator("select[name$=no_change]").select_option("other")
    other.locator("textarea").first.fill("签了保密协议")
    with page.expect_navigation():
        page.click("button[value=all]")
    assert page.evaluate("document.activeElement.id") == "wrong"
    assert "写明是什么情况" in row(page, NAMES[2]).inner_text()
    assert MonthlyUpdate.objects.filter(project__name=NAMES[3]).exists()
    site.both(page)
    row(page, NAMES[2]).locator("input[name$=no_change_note]").fill("等投资方年度预算")
    with page.expect_navigation():
        page.click("button[value=all]")
    assert MonthlyUpdate.objects.get(project__name=NAMES[2]).no_change == "other"


def test_手机上是卡片_没有脚本也能交(site: Site) -> None:
    page = site.open(URL, who="gongxin", width=390)
    box = row(page, NAMES[0]).bounding_box()
    assert box and box["width"] < 390 and box["height"] > 200
    site.sound(page)
    code = _of(NAMES[0]).get().code
    plain = site.browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    still = plain.new_page()
    still.goto(site.url + URL)
    still.fill(f"textarea[name='{code}.progress']", "没有脚本也填")
    still.click(f"button[value='{code}']")
    assert "已收下 1 个项目" in still.inner_text("body")
    plain.close()


def test_总览点开单位(site: Site) -> None:
    page = site.open(URL, who="shangwuju")
    shot(page, "monthly-units")
    with page.expect_navigation():
        page.click("main table a.jy-name")
    assert "已报" in page.inner_text("main")
    with page.expect_navigation():
        page.select_option("select[name=unit]", "")
    assert "各单位" in page.inner_text("h1")


def test_打印出来是字_没有框与按钮_横排(site: Site) -> None:
    page = site.open(URL, who="gongxin")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1016, "height": 700})
    told = row(page, NAMES[4])
    assert "用地指标没有落实" in told.inner_text() and "两次电话沟通" in told.inner_text()
    for gone in ("input", "textarea", "select", "button", ".btn", "summary"):
        left = [x for x in page.query_selector_all(f".pm-form {gone}") if x.is_visible()]
        assert not left, gone
    main = page.locator("main").bounding_box()
    sheet = page.locator(".pm-sheet").bounding_box()
    assert sheet["x"] + sheet["width"] <= main["x"] + main["width"] + 1
    shown = page.pdf(prefer_css_page_size=True)
    found = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", shown)
    assert found is not None and float(found[1]) > float(found[2])
    page.emulate_media(media="screen")
