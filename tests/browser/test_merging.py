"""合并项目:看计划、勾选补上的、写理由、办;并掉的一个留下的一页;撤销。两种宽度都无障碍、不横滚。"""

from __future__ import annotations

import pytest

from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)


def test_看计划_合并_看并掉的一页_撤销(site: Site, width: int) -> None:
    city = site.city
    gone = f.planning(
        city, by="dongfeng", name=f"并掉的纱线{width}", lead_unit_id=None, hosts=(),
        location="东丰纺织园A1", benefit="年产值2亿元", total_investment=2 * f.YI,
        remark=f"来源:http://example.org/{'a' * 90}",  # 中间没有断处的长网址
    )  # fmt: skip
    f.evidence(city, gone, FactKey.CONTACT, by="dongfeng")
    kept = f.planning(city, name=f"留下的纱线{width}", total_investment=3 * f.YI,
                      remark=f"来源:http://example.org/{'b' * 90}")  # fmt: skip
    page = site.open(f"/projects/{gone.code}/merge/", who="shangwuju_head", width=width)
    site.sound(page)
    page.fill("[name=target]", kept.code)
    page.get_by_role("button", name="看合并计划").click()
    page.get_by_role("heading", name="两边并排").wait_for()
    site.sound(page)
    page.get_by_label("预期效益：年产值2亿元").check()
    page.fill("[name=reason]", "裁定为同一件")
    page.get_by_role("button", name=f"并入「{kept.name}」").click()
    page.wait_for_url(f"**/projects/{kept.code}/")
    assert "并进来的项目" in page.locator("#merges").inner_text()
    site.sound(page)
    page.goto(f"{site.url}/projects/{gone.code}/")
    assert "已并入" in page.locator(".jy-note--warn").inner_text()
    site.sound(page)
    page.get_by_role("link", name="撤销合并").click()
    page.fill("[name=reason]", "认错了")
    site.sound(page)
    page.get_by_role("button", name="撤销合并").click()
    page.wait_for_url(f"**/projects/{gone.code}/")
    assert not Project.objects.get(pk=gone.pk).is_merged
    assert Project.objects.get(pk=kept.pk).benefit == ""
