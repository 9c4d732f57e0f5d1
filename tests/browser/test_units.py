"""工作台上的各单位一块、变动清单:两种宽度、无障碍、点得开。`JUYUAN_SHOTS=1` 时存图。"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import City

pytestmark = pytest.mark.django_db(transaction=True)
IMG = Path(__file__).resolve().parents[2] / "docs" / "user" / "img"


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        f.at(made, Stage.SIGNED, name="高性能纱线智能制造项目")
        f.planning(made, name="年产3000万双无缝棉袜项目")
        return made

    return city


def test_打开工作台就看见各单位_点变动到清单(site: Site, width: int) -> None:
    page = site.open("/", who="zongzhaoji", width=width)
    panel = page.locator("#units")
    panel.wait_for()
    panel.get_by_role("link", name="新登记").first.click()
    page.wait_for_url("**/projects/changes/**")
    assert page.get_by_text("登记入库").first.is_visible()


@pytest.mark.parametrize("path", ["/", "/desk/units/", "/projects/changes/"])
def test_两种宽度都没有毛病(site: Site, path: str) -> None:
    page = site.open(path, who="zongzhaoji")
    if path == "/":
        page.locator("#units").wait_for()
    site.both(page)
    if os.environ.get("JUYUAN_SHOTS"):
        name = path.strip("/").replace("/", "-") or "workbench-units"
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=str(IMG / f"{name}-{width}.png"), full_page=False)
