"""审计管理员的台账封存、系统管理员的备份:两种宽度都看得清,锚点下得下来。"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from juyuan.foundation.keeping.actions import take
from juyuan.foundation.ledger import keys
from juyuan.foundation.ledger.jobs import keep
from juyuan.kernel.actor import Actor
from tests.browser.conftest import WIDTHS, Site
from tests.journeys.house import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def shot(page: Any, name: str) -> None:
    """`JUYUAN_SHOTS_TO=文件夹` 时存一张图。"""
    if folder := os.environ.get("JUYUAN_SHOTS_TO"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_台账封存_看得见上次核验_下载锚点(site: Site, width: int) -> None:
    keys.ring(keys.AUDIT, make=True)
    keep(today=NOW.date(), now=NOW)
    page = site.open("/audit/seals/", who="auditadmin", width=width)
    assert page.get_by_text("封存正常").is_visible()
    site.sound(page)
    shot(page, f"seals-{width}")
    with page.expect_download() as given:
        page.get_by_role("button", name="封存并下载锚点").click()
    anchor = json.loads(Path(given.value.path()).read_text(encoding="utf-8"))
    assert given.value.suggested_filename == f"anchor-{anchor['no']}.json"
    assert anchor["rows"] > 0


@pytest.mark.parametrize("width", WIDTHS)
def test_备份_看得见最近一份(site: Site, tmp_path: Path, width: int) -> None:
    take(tmp_path / "b", actor=Actor.console(), now=NOW, today=NOW.date())
    page = site.open("/admin/backups/", who="sysadmin", width=width)
    assert page.get_by_text("最近一份已核对").is_visible()
    site.sound(page)
    shot(page, f"backups-{width}")
