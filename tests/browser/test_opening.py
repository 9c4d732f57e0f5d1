"""期初确认的一页:撞在一起的并排、逐件勾选、写明依据才确认;宽窄两种屏都看得清。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.tests import factories as f
from tests.browser.conftest import Site
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = {
    "name": "江苏某某机械有限公司",
    "project_name": "整机装配项目",
    "content": "年产两千台整机",
    "site": "",
}


@pytest.fixture(scope="module")
def furnish() -> Any:
    return Cast


def test_期初确认_撞在一起的并排_勾了才确认(site: Site) -> None:
    claims = [
        f.register(site.city, "longshan", opening=True).claim,
        f.register(site.city, "dongfeng", opening=True).claim,
        f.register(site.city, "xian", opening=True, subject=OTHER).claim,
    ]
    page = site.open("/first-contacts/opening/", who="heyan")
    site.both(page)
    clash = page.locator("section", has_text="撞单 ZD-").first
    assert clash.locator("tbody tr").count() == 2
    assert "最早" in clash.inner_text() and "第 2 档" in clash.inner_text()
    assert page.locator("section[aria-label=没有撞上的] tbody tr").count() == 1
    assert page.locator("input[name=picked]").count() == 3

    page.get_by_role("button", name="确认").click()
    page.locator(".jy-errors, [role=alert]").first.wait_for()
    page.get_by_label("确认 东丰县人民政府的 安澜高端纱线项目").check()
    page.fill("[name=reason]", "核对了登记簿原件")
    page.get_by_role("button", name="确认").click()
    page.wait_for_url(lambda url: url.endswith("/first-contacts/"))
    merits = {c.unit.code: c.merit_at < c.registered_at for c in Claim.objects.filter(pk__in=[c.pk for c in claims]).select_related("unit")}  # fmt: skip
    assert merits == {"longshan": False, "dongfeng": True, "xian": False}
    again = site.open("/first-contacts/opening/", who="heyan")
    assert again.locator("input[name=picked]").count() == 2
