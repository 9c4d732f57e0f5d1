"""Ctrl+K 检索:名称、拼音首字母,方向键选,回车进去;手机上从放大镜进。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from juyuan.rooms.pipeline.models import Project
from tests.browser.conftest import Site
from tests.journeys.house import PACKS, City

pytestmark = pytest.mark.django_db(transaction=True)
LEDGER = PACKS / "liaoyuan" / "demo" / "ledger.xlsx"


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        made.commit("shangwuju", made.import_file("shangwuju", LEDGER))
        return made

    return city


def test_按键检索_方向键选第二条_回车进到它的页(site: Site) -> None:
    page = site.open("/", who="shangwuju")
    page.keyboard.press("Control+k")
    page.wait_for_function("document.activeElement.id === 'jy-q'")
    page.keyboard.type("产业园")
    page.wait_for_selector("#jy-hit-2")
    site.sound(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.get_attribute("#jy-q", "aria-activedescendant")
    assert chosen == "jy-hit-2"
    title = page.inner_text(f"#{chosen} b")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/projects/" in url or "/investors/" in url or "/chains/" in url)
    assert title in page.inner_text("h1")
    site.sound(page)


def test_手机上从放大镜进检索_结果页可读(site: Site) -> None:
    page = site.open("/", who="shangwuju", width=390)
    page.locator("[data-find-open]").click()
    box = page.locator("input[name=q]:visible").first
    box.fill("袜")
    box.press("Enter")
    page.wait_for_url("**/search/?q=**")
    page.locator("main a", has_text="袜").first.wait_for()
    site.sound(page)


def test_县区检索不到与本单位无关的项目(site: Site) -> None:
    own = [site.city.unit("longshan").pk]
    outside = Project.objects.exclude(unit_ids__contains=own).first()
    assert outside is not None
    for who, seen in (("shangwuju", True), ("longshan", False)):
        page = site.open(f"/search/?q={outside.name}", who=who)
        page.locator("h1").wait_for()
        found = page.locator("main a", has_text=outside.name).count() > 0
        assert found is seen, who
