"""登录输错说得清,锁定说得清;三员的工作台没有一条业务。"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Site
from tests.journeys.house import PACKS, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
LEDGER = PACKS / "liaoyuan" / "demo" / "ledger.xlsx"


def enter(page, account: str, password: str) -> None:
    page.fill("[name=username]", account)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="登录").click()


def test_口令不对_说明哪里不对_账号留着_再输对就进去(site: Site, width: int) -> None:
    page = site.open("/projects/", width=width)
    page.wait_for_url("**/login/**")
    enter(page, "longshan", "Cuo-le-2026")
    page.get_by_text("账号或口令不对，或账号已停用").first.wait_for()
    assert page.input_value("[name=username]") == "longshan"
    assert page.input_value("[name=password]") == ""
    site.sound(page)
    enter(page, "longshan", PASSWORD)
    page.wait_for_url("**/projects/")
    site.sound(page)


def test_连续输错五次_说明锁多久找谁_口令对了也不放行(site: Site) -> None:
    page = site.open("/login/", width=390)
    for _ in range(5):
        enter(page, "dongliao", "Cuo-le-2026")
    page.get_by_text("连续 5 次输错，已锁定 15 分钟。请稍后再试，或联系系统管理员").wait_for()
    site.sound(page)
    enter(page, "dongliao", PASSWORD)
    page.get_by_text("已锁定 15 分钟").wait_for()


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditadmin"])
def test_三员的工作台没有业务(site: Site, who: str, width: int) -> None:
    city = site.city
    if not hasattr(city, "ledger"):
        city.ledger = city.commit("shangwuju", city.import_file("shangwuju", LEDGER))
    page = site.open("/", who=who, width=width)
    site.sound(page)
    text = page.inner_text("body")
    names = list(city.ledger.rows.filter(done=True).values_list("object_label", flat=True))
    assert len(names) == 59
    assert [name for name in names if name and name in text] == []
    assert "万元" not in page.inner_text("main") and "亿元" not in page.inner_text("main")
    for word in ("项目库", "投资方", "产业链"):
        assert page.get_by_role("link", name=word, exact=True).count() == 0
