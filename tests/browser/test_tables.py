"""表格与表单里干活:存视图、批量、自动保存、打印。真的浏览器,桌面与手机各看一遍。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from juyuan.foundation.personal.models import FormDraft, SavedView
from juyuan.rooms.pipeline.models import BulkRun, Project
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import City

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        for name in ("甲纱线项目", "乙袜机项目", "丙食品项目"):
            f.planning(made, name=name)
        return made

    return city


def test_存视图_下次一点就到(site: Site) -> None:
    page = site.open("/projects/?stage_status=recognised&sort=-total", who="longshan")
    page.click(".jy-views summary:has-text('存为视图')")
    site.sound(page)
    page.fill("#jy-view-name", "本区已认定")
    page.click(".jy-views form button:has-text('存为视图')")
    page.wait_for_selector(".jy-views a[aria-current=true]:has-text('本区已认定')")
    assert SavedView.objects.get().query == "sort=-total&stage_status=recognised"
    site.both(page)
    page.goto(site.url + "/views/")
    site.both(page)
    phone = site.open("/projects/?v=all", who="longshan", width=390)
    phone.click(".jy-views a:has-text('本区已认定')")
    phone.wait_for_selector(".jy-views a[aria-current=true]:has-text('本区已认定')")
    site.sound(phone)


def test_勾选_批量条顶替筛选条_先看再办(site: Site) -> None:
    page = site.open("/projects/?v=all", who="longshan")
    assert page.is_hidden(".jy-bulk") and page.is_visible("[data-filter]")
    page.check("[data-pick-all]")
    assert page.is_visible(".jy-bulk") and page.is_hidden("[data-filter]")
    site.sound(page)
    page.click(".jy-bulk button:has-text('改承诺日期')")
    page.fill("[name=promised_start_on]", "2027-05-01")
    site.both(page)
    page.click("text=先看会怎样")
    page.wait_for_selector("text=先看，还没有办")
    site.both(page)
    assert BulkRun.objects.count() == 0
    page.click("button[value=do]")
    page.wait_for_selector("h1:has-text('办成')")
    site.both(page)
    done = Project.objects.filter(promised_start_on="2027-05-01").count()
    assert done == BulkRun.objects.get().lines.filter(outcome="done").count() > 0


def test_填到一半离开_回来还在_丢弃(site: Site, width: int) -> None:
    page = site.open("/projects/new/", who="longshan", width=width)
    page.fill("[name=name]", "年产两万吨冻干食品项目")
    page.click("[data-add-row=parties]")
    page.fill("[name=parties-1-name]", "第二家集团")
    page.wait_for_selector("[data-autosave-state]:has-text('已自动保存')")
    site.sound(page)
    page.fill("[name=basis]", "刚写完就切走")
    page.goto(site.url + "/projects/?v=all")
    # 离开时才送出的最后几个字,机器忙的时候晚到片刻
    for _ in range(100):
        if "刚写完就切走" in str(FormDraft.objects.values_list("data", flat=True)[0]):
            break
        page.wait_for_timeout(100)
    page.goto(site.url + "/projects/new/")
    assert page.input_value("[name=name]") == "年产两万吨冻干食品项目"
    assert page.input_value("[name=basis]") == "刚写完就切走"
    names = [page.input_value(f"[name=parties-{at}-name]") for at in (0, 1)]
    assert "第二家集团" in names
    assert page.evaluate("Object.keys(localStorage).length") == 0
    site.sound(page)
    page.click("text=丢弃草稿")
    page.wait_for_selector("text=已丢弃草稿")
    assert page.input_value("[name=name]") == "" and FormDraft.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    ["/projects/?v=all", "/figures/", "/projects/monthly/?unit=gongxin",
     "/projects/escalations/?v=all", "/projects/{code}/"],
)  # fmt: skip
def test_印在A4纸上(site: Site, path: str) -> None:
    code = Project.objects.values_list("code", flat=True)[0]
    page = site.open(path.format(code=code), who="shangwuju")
    page.set_viewport_size({"width": 688, "height": 1000})
    page.emulate_media(media="print")
    foot = page.inner_text("footer.jy-foot")
    for word in ("打印人：", "打印时间：", "口径版本："):
        assert word in foot
    for gone in (".jy-top", ".jy-rail", ".jy-tabbar", ".jy-filter", ".jy-views", ".btn"):
        assert not any(x.is_visible() for x in page.query_selector_all(gone)), gone
    over = page.evaluate(
        "(() => { const page = document.querySelector('main').getBoundingClientRect().right + 1;"
        " return [...document.querySelectorAll('table th')].filter(head => head.offsetWidth &&"
        " head.getBoundingClientRect().right > page).map(head => head.textContent) })()"
    )
    assert over == []
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
