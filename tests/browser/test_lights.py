"""看见黄灯,点一下就知道为什么,就地办完灯就转绿。条款 3.3b。

`JUYUAN_SHOTS=1` 时把图存到 docs/user/img。
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from juyuan.rooms.pipeline.models import Evidence, Project, StageMove
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import City

pytestmark = pytest.mark.django_db(transaction=True)
IMG = Path(__file__).resolve().parents[2] / "docs" / "user" / "img"
AGED = {"高端纱线智能制造": 75, "无缝棉袜产业园": 100, "梅花鹿制品加工": 5, "铝箔精深加工": 200}


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        for name, days in AGED.items():
            project = f.at(made, Stage.NEGOTIATION, name=name)
            day = made.TODAY - timedelta(days=days)
            StageMove.objects.filter(project=project).update(fact_on=day)
            Evidence.objects.filter(project=project).update(dated_on=day)
            Project.objects.filter(pk=project.pk).update(stage_since=day)
        return made

    return city


def shot(page: Any, name: str) -> None:
    if os.environ.get("JUYUAN_SHOTS") == "1":
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 1000})
            page.screenshot(path=IMG / f"{name}-{width}.png")
        page.set_viewport_size({"width": 1440, "height": 900})


def test_看见黄灯_一点就知道为什么_添一件进展就转绿(site: Site, width: int) -> None:
    page = site.open("/projects/", "longshan", width)
    site.sound(page)
    if width > 1000:
        shot(page, "lights")
    page.goto(site.url + "/projects/?light=bad")
    assert "铝箔精深加工" in page.inner_text("main") and "梅花鹿" not in page.inner_text("main")
    page.goto(site.url + "/projects/?light=warn")
    name = "高端纱线智能制造"
    page.locator(f"tr:has-text('{name}') a.jy-plain").first.click()
    panel = page.locator("#light")
    assert panel.is_visible() and page.url.endswith("#light")
    said = panel.inner_text()
    for words in ("2 个月没有实质进展", "满 2 个月亮黄灯", "转绿"):
        assert words in said
    site.sound(page)
    if width > 1000:
        shot(page, "light-why")
    panel.get_by_role("link", name="添一件进展").click()
    assert "progress" in page.url


def test_看板_月度更新_提请退库(site: Site, width: int) -> None:
    page = site.open("/projects/board/", "longshan", width)
    assert page.locator(".jy-kcard .jy-sig--warn").count() == 1
    site.sound(page)
    page = site.open("/projects/monthly/", "gongxin", width)
    assert page.locator("a.jy-plain").count() == 3
    site.sound(page)
    page.goto(site.url + "/projects/?light=withdraw")
    page.locator("a.jy-plain").first.click()
    assert "提请退库" in page.locator("#light").inner_text()
    site.sound(page)
