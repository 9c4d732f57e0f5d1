"""演示台账经向导进来:上传 → 对应列 → 预览 → 定下存疑的一行 → 提交 → 退回表下载。条款 3.3b。"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.exchange.reader import read_book
from juyuan.rooms.pipeline.models import Project
from tests.browser.conftest import Site
from tests.journeys.house import PACKS

pytestmark = pytest.mark.django_db(transaction=True)
LEDGER = PACKS / "liaoyuan" / "demo" / "ledger.xlsx"


def test_台账从上传到退回表(site: Site, tmp_path: Path) -> None:
    earlier = Project.objects.count()
    path = tmp_path / "台账.xlsx"
    shutil.copy(LEDGER, path)
    page = site.open("/imports/", who="shangwuju")
    site.both(page)
    page.get_by_role("link", name="导入台账").last.click()
    page.wait_for_url("**/imports/new/**")
    page.locator("[name=kind]").first.wait_for()
    kind = page.locator("[name=kind][value=projects]")
    if kind.count():
        kind.check(force=True)
    else:
        page.select_option("[name=kind]", "projects")
    page.set_input_files("input[name=file]", path)
    page.check("[name=clear]")
    site.both(page)
    page.get_by_role("button", name="上传并预览").click()
    page.wait_for_url(lambda url: "/new/" not in url)
    batch = ImportBatch.objects.get()

    # 对应列:看得见每一列对到了哪里,可以改
    page.goto(f"{site.url}/imports/{batch.pk}/columns/")
    assert page.locator("select[name^=c]").count() > 10
    site.both(page)
    page.get_by_role("button", name="预览").click()
    page.wait_for_url(f"**/imports/{batch.pk}/")
    assert Project.objects.count() == earlier, "提交之前什么也没有写"

    # 每一类一个页签,数字相符
    tabs = page.get_by_role("navigation", name="判定")
    for label, verdict in (
        ("新增", "new"),
        ("相同", "same"),
        ("存疑", "doubtful"),
        ("退回", "refused"),
    ):
        tab = tabs.get_by_role("link", name=label)
        count = batch.rows.filter(verdict=verdict).count()
        assert tab.inner_text().endswith(str(count))
        tab.click()
        page.wait_for_url(f"**?v={verdict}")
        assert page.locator(".jy-prev tbody tr").count() == min(count, 50)
    assert "晚于今天" in page.locator(".jy-prev").inner_text()
    site.both(page)

    # 存疑的一行在手机上定:并排看,选「同一个」
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{site.url}/imports/{batch.pk}/?v=doubtful")
    page.get_by_role("link", name="去选").click()
    page.wait_for_url("**/rows/**")
    site.both(page)
    page.locator("[name=choice][value^='same:']").first.check(force=True)
    page.get_by_role("button", name="记下选择").click()
    page.wait_for_url("**?v=doubtful")
    assert not batch.rows.filter(verdict="doubtful").exists()

    pending = batch.rows.filter(verdict="new").count()
    if pending:
        page.get_by_role("button", name="提交").click()
        page.get_by_text(f"已写入 {pending} 行").first.wait_for()
    assert Project.objects.count() == 59
    site.both(page)

    with page.expect_download() as found:
        page.get_by_role("link", name="退回表").first.click()
    saved = tmp_path / found.value.suggested_filename
    found.value.save_as(saved)
    book = read_book(saved.read_bytes(), saved.name)
    text = [str(v) for sheet in book.sheets for row in sheet.rows for v in row.values]
    assert any("晚于今天" in t for t in text)
    assert page.faults == []
