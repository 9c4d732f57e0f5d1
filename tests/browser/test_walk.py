"""一个项目在浏览器里走:登记、门槛拒绝、交证据、前移、核验人认定、撤回。条款 3.2b 3.3b。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)
VERIFIER = "shangwuju_heyan"


def register(page: Any, name: str) -> None:
    """填登记表(谋划的六项都填)。"""
    page.fill("[name=name]", name)
    page.locator("[name=node]").select_option(index=1)
    page.fill("[name=basis]", "本地袜业基础好")
    page.fill("[name=site_options]", "纺织园标准厂房")
    page.fill("[name=total_investment]", "1.2亿元")
    page.fill("[name=benefit]", "年产值2亿元")
    page.locator("[name=hosts-0-unit]").select_option("longshan")
    page.get_by_role("button", name="登记到谋划").click()
    page.wait_for_url(lambda url: not url.endswith("/new/"))


def test_登记_缺凭据过不去_清单写着条款_补齐就过去(site: Site, width: int, tmp_path: Path) -> None:
    name = f"高端棉袜智能工厂{width}"
    page = site.open("/projects/new/", who="longshan", width=width)
    site.sound(page)
    register(page, name)
    site.sound(page)
    project = Project.objects.get(name=name)
    assert (project.stage, project.total_investment) == ("planning", 120_000_000)
    detail = page.url

    # 门槛没齐:确认页先说,硬提交被拒,三段都在,项目没有动
    page.goto(f"{detail}move/?to=negotiation")
    page.get_by_role("button", name="前移到洽谈").click()
    refusal = page.locator(".jy-refuse").first
    refusal.wait_for()
    said = refusal.inner_text()
    assert "还不能进入洽谈库" in said and "还差 2 项" in said
    assert "真实投资方" in said and "双向接触记录" in said
    assert refusal.locator("a[href^='/policy/']").count() >= 2
    assert refusal.locator(".next a").count() >= 1
    site.sound(page)
    project.refresh_from_db()
    assert project.stage == "planning"

    page.goto(detail + "edit/")
    page.fill("[name=parties-0-name]", f"绍兴越都纺织{width}有限公司")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(lambda url: "/edit/" not in url)

    page.goto(detail + "evidence/?fact=contact")
    paper = tmp_path / "拜访记录.pdf"
    paper.write_bytes(f.pdf(f"拜访{width}"))
    page.fill("[name=title]", "11月12日赴绍兴拜访记录")
    page.fill("[name=dated_on]", "2026-11-12")
    page.check("[name=two_way]")
    page.set_input_files("input[type=file]", paper)
    site.sound(page)
    page.get_by_role("button", name="提交证据").click()
    page.wait_for_url(lambda url: "/evidence/" not in url)
    assert "11月12日赴绍兴拜访记录" in page.inner_text("#evidence")

    page.goto(f"{detail}move/?to=negotiation")
    site.sound(page)
    page.get_by_role("button", name="前移到洽谈").click()
    page.wait_for_url(detail)
    page.get_by_text(f"「{name}」已到「洽谈」库").first.wait_for()
    site.sound(page)
    project.refresh_from_db()
    assert project.stage == "negotiation"


def test_填错了的登记表_指出哪一栏_填过的还在(site: Site, width: int) -> None:
    page = site.open("/projects/new/", who="longshan", width=width)
    page.fill("[name=basis]", "这一句不能丢")
    page.fill("[name=total_investment]", "很多钱")
    page.get_by_role("button", name="登记到谋划").click()
    page.locator(".jy-field--bad").first.wait_for()
    assert page.input_value("[name=basis]") == "这一句不能丢"
    assert page.input_value("[name=total_investment]") == "很多钱"
    assert page.evaluate("document.activeElement.hasAttribute('data-focus')")
    site.sound(page)
    assert not Project.objects.filter(basis="这一句不能丢").exists()


def test_核验人认定_经手人认定不了_撤回留痕(site: Site, width: int) -> None:
    name = f"签约项目{width}"
    project = f.at(site.city, Stage.SIGNED, name=name)
    path = f"/projects/{project.code}/"

    clerk = site.open(f"{path}recognise/signed/", who="longshan", width=width)
    assert clerk.locator(".jy-refuse").inner_text().count("\n") >= 1
    assert clerk.get_by_role("button", name="认定签约").count() == 0
    site.sound(clerk)

    page = site.open(path, who=VERIFIER, width=width)
    site.sound(page)
    page.get_by_role("link", name="认定签约").first.click()
    page.wait_for_url("**/recognise/signed/")
    assert page.locator("[aria-label=逐份核验] a").count() >= 4
    site.sound(page)
    page.get_by_role("button", name="认定签约").click()
    page.get_by_text(f"已认定「{name}」的签约").first.wait_for()
    site.sound(page)
    project.refresh_from_db()
    assert project.stage_status == "recognised"

    page.goto(f"{site.url}{path}withdraw-recognition/")
    site.sound(page)
    page.fill("[name=reason]", "合同复印件缺签字页")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**{path}")
    assert "冲回" in page.inner_text("#recognitions")
    assert "合同复印件缺签字页" in page.inner_text("#recognitions")
    site.sound(page)
    project.refresh_from_db()
    assert project.stage_status == "claimed"
