"""主要各屏装着演示数据:该有的都在,没有英文残留。`JUYUAN_SHOTS=1` 时把图存到 docs/user/img。"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from juyuan.rooms.pipeline.actions.recognise import recognise
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import PACKS, City

pytestmark = pytest.mark.django_db(transaction=True)
LEDGER = PACKS / "liaoyuan" / "demo" / "ledger.xlsx"
TALL = 1000
IMG = Path(__file__).resolve().parents[2] / "docs" / "user" / "img"

SCREENS: dict[str, tuple[str, str, str]] = {
    # 图名: (账号, 网址, 页面上一定有的话)
    "login": ("", "/login/", "登录"),
    "workbench": ("shangwuju_heyan", "/", "等我认定"),
    "workbench-county": ("longshan", "/", "龙山区"),
    "library": ("shangwuju", "/projects/", "登记项目"),
    "kanban": ("shangwuju", "/projects/board/", "签约库"),
    "project": ("longshan", "/projects/{signed}/", "出资各方"),
    "gate": ("longshan", "/projects/{talking}/", "还差"),
    "form": ("longshan", "/projects/new/", "是什么项目"),
    "evidence": ("longshan", "/projects/{talking}/evidence/?fact=written_will", "一份证据"),
    "recognise": ("shangwuju_heyan", "/projects/{signed}/recognise/signed/", "逐份核验"),
    "import": ("shangwuju", "/imports/new/", "上传并预览"),
    "preview": ("shangwuju", "/imports/{batch}/", "存疑"),
    "investors": ("shangwuju", "/investors/", "投资方"),
    "chains": ("shangwuju", "/chains/", "产业链"),
    "figures": ("shangwuju", "/figures/", "口径"),
    "policy": ("shangwuju", "/policy/", "条款"),
    "search": ("shangwuju", "/search/?q=袜", "袜"),
    "staff": ("longshan_head", "/staff/", "人员"),
    "admin": ("sysadmin", "/admin/people/", "人员"),
    "admin-home": ("sysadmin", "/", "工作台"),
    "audit": ("auditadmin", "/audit/", "审计"),
}


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def city() -> City:
        made = City()
        made.names = {"batch": made.import_file("shangwuju", LEDGER).pk}  # 只预览,不提交
        made.commit("shangwuju", made.import_file("shangwuju", LEDGER))
        talking = f.planning(made, name="年产3000万双无缝棉袜项目")
        f.fill(made, talking, Stage.PLANNING)
        f.fill(made, talking, Stage.NEGOTIATION)
        f.advance(made, talking, Stage.NEGOTIATION)
        signed = f.at(made, Stage.SIGNED, name="高性能纱线智能制造项目")
        done = f.at(made, Stage.SIGNED, name="袜机核心部件加工项目")
        recognise(
            actor=made.actor("shangwuju_heyan"), project=done, stage=Stage.SIGNED, now=made.now
        )
        made.names |= {"talking": talking.code, "signed": signed.code}
        return made

    return city


@pytest.mark.parametrize("name", SCREENS)
def test_主要各屏(site: Site, name: str) -> None:
    who, path, said = SCREENS[name]
    page = site.open(path.format(**site.city.names), who=who)
    assert said in page.inner_text("body")
    for word in ("None", "undefined", "NaN", "{{", "{%"):
        assert word not in page.inner_text("body"), word
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        site.sound(page)
        if os.environ.get("JUYUAN_SHOTS") == "1":
            IMG.mkdir(parents=True, exist_ok=True)
            tall = page.evaluate("document.documentElement.scrollHeight")
            # 照窗口拍:钉在底部的条才在底部
            page.set_viewport_size({"width": width, "height": min(tall, TALL)})
            page.screenshot(path=IMG / f"{name}-{width}.png")


def test_手机上五库条的字不截断_不盖住邻格(site: Site) -> None:
    page = site.open("/projects/", who="shangwuju", width=390)
    assert "另有待核实" in page.inner_text(".jy-strip").replace("\n", "")
    cut = page.evaluate(
        "[...document.querySelectorAll('.jy-strip > a')].flatMap(cell =>"
        " [...cell.querySelectorAll('span')].filter(part => part.scrollWidth > part.clientWidth + 1"
        " && getComputedStyle(part).display !== 'inline'"
        " || part.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1)"
        ".map(part => part.textContent))"
    )
    assert cut == []


def test_项目库印在A4纸上一列不少(site: Site) -> None:
    page = site.open("/projects/", who="shangwuju")
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 去掉左右边距
    page.emulate_media(media="print")
    over = page.evaluate(
        "(() => { const card = document.querySelector('.jy-lists').getBoundingClientRect().right;"
        " return [...document.querySelectorAll('.jy-lists thead th')].filter(head =>"
        " head.getBoundingClientRect().right > card + 1).map(head => head.textContent) })()"
    )
    assert over == []
    assert "打印人" in page.inner_text("footer.jy-foot")
