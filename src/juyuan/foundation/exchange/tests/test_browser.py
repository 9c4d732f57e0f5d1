"""导入向导在真的浏览器里:桌面与手机各走一遍,无障碍 0 违规,不必左右滚。"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from juyuan.foundation.exchange.tests.toy import store
from juyuan.foundation.ui.tests import browser as tools
from tests.files.dirty import formatted

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ["项目名称", "投资方", "总投资(万元)", "承载地", "盘子"]
ROWS = [
    HEAD,
    ["甲项目", "甲科技有限公司", 1000, "甲县", 1],
    ["乙项目", "乙材料有限公司", "约五百", "乙区", 2],
    ["甲项目(一期)", "甲科技有限公司", 1000, "甲县", 3],
    ["丙项目", "丙新能源有限公司", 3.5, "甲县", 4],
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with tools.open_browser() as browser:
        yield browser


def sound(page: Any, name: str) -> None:
    shots = os.environ.get("EXCHANGE_SHOTS")
    if shots:
        page.screenshot(path=f"{shots}/{name}-{page.viewport_size['width']}.png", full_page=True)
    assert tools.axe(page) == [], name
    assert tools.sideways(page) == 0, name
    assert page.faults == [], name


@pytest.mark.parametrize("width", [1440, 390])
def test_the_wizard_is_walked_from_upload_to_result(
    chromium: Any, live_server: Any, cast: Any, tmp_path: Path, width: int
) -> None:
    file = tmp_path / "台账.xlsx"
    file.write_bytes(formatted(ROWS, {(4, 2): '0.00"亿元"'}))
    page = tools.open_page(chromium, width)
    tools.sign_in(page, live_server.url, cast.client("longshan"))
    page.goto(live_server.url + "/imports/")
    sound(page, "批次空")
    page.locator("a.btn-primary", has_text="导入台账").first.click()
    sound(page, "上传")
    page.select_option("#id_kind", "toys")
    page.set_input_files("#id_file", str(file))
    page.check("#id_clear")
    page.click("button:has-text('上传并预览')")
    page.wait_for_selector(".jy-prev")
    assert "2" in page.inner_text(".jy-tabs a[aria-current]")
    sound(page, "预览存疑")
    page.click(".jy-tabs a:has-text('退回')")
    assert "约五百" in page.inner_text(".jy-prev")
    sound(page, "预览退回")
    page.goto(page.url.split("?")[0] + "columns/")
    sound(page, "对应列")
    page.click("button:has-text('预览')")
    page.wait_for_selector(".jy-prev")
    page.click("a:has-text('去选') >> nth=0")
    sound(page, "并排")
    page.check("input[name=choice][value=new]")
    page.click("button:has-text('记下选择')")
    page.click("a:has-text('去选')")
    page.check("input[name=reading_total][value=format]")
    page.click("button:has-text('记下选择')")
    page.click("button:has-text('提交 3 行')")
    page.wait_for_selector("text=已写入 3 行")
    sound(page, "结果")
    assert store()["丙项目"]["total"] == "350000000"
    page.goto(live_server.url + "/imports/")
    sound(page, "批次")
