"""看板:拖过去与「移到…」是同一件事;过不去的,拒绝写在目标列上,什么也没有动。条款 3.3b。"""

from __future__ import annotations

import pytest

from juyuan.rooms.pipeline.models import Project, StageMove
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)
BOARD = "/projects/board/"


def card(page, name: str):
    return page.locator(f"[data-move][data-name='{name}']")


def column(page, stage: str):
    return page.locator(f"[data-kanban] [data-col={stage}]")


def ready(site: Site, name: str) -> Project:
    """在谋划、进入洽谈的门槛已齐。"""
    project = f.planning(site.city, name=name)
    f.fill(site.city, project, Stage.PLANNING)
    f.fill(site.city, project, Stage.NEGOTIATION)
    return project


def refused(page, stage: str, name: str) -> None:
    box = column(page, stage).locator("[data-refusal] .jy-refuse")
    box.wait_for()
    assert "还不能进入" in box.locator(".what").inner_text()
    assert name in box.locator(".what").inner_text()
    assert box.locator(".why a").count() >= 1, "缺的每项写明条款"
    assert box.locator(".next a").count() >= 1, "说明去哪办"


def test_拖动_齐了就过去_不齐就说明缺什么(site: Site) -> None:
    good = ready(site, "门槛已齐的棉袜项目")
    bad = f.planning(site.city, name="什么都缺的纱线项目")
    page = site.open(BOARD, who="longshan")
    site.sound(page)

    before = StageMove.objects.count()
    card(page, bad.name).drag_to(column(page, "negotiation"))
    refused(page, "negotiation", bad.name)
    assert (
        card(page, bad.name).locator("xpath=ancestor::*[@data-col]").get_attribute("data-col")
        == "planning"
    )
    site.sound(page)
    bad.refresh_from_db()
    assert (bad.stage, StageMove.objects.count()) == ("planning", before)

    card(page, good.name).drag_to(column(page, "negotiation"))
    column(page, "negotiation").locator(f"[data-name='{good.name}']").wait_for()
    good.refresh_from_db()
    assert good.stage == "negotiation"
    site.sound(page)


def test_不用鼠标拖_移到选单办同一件事(site: Site, width: int) -> None:
    good = ready(site, f"选单移动的项目{width}")
    bad = f.planning(site.city, name=f"选单移不动的项目{width}")
    page = site.open(BOARD, who="longshan", width=width)
    for project, passes in ((bad, False), (good, True)):
        box = card(page, project.name)
        box.locator("summary").press("Enter")
        box.locator("select[name=to]").select_option("negotiation")
        box.get_by_role("button", name="移动").press("Enter")
        if passes:
            column(page, "negotiation").locator(f"[data-name='{project.name}']").wait_for()
        else:
            refused(page, "negotiation", project.name)
            site.sound(page)
        project.refresh_from_db()
        assert project.stage == ("negotiation" if passes else "planning")
    site.sound(page)


def test_别人先改过_不覆盖_说明请看最新内容(site: Site) -> None:
    project = ready(site, "两人都在拖的项目")
    page = site.open(BOARD, who="longshan")
    seen = int(card(page, project.name).get_attribute("data-version"))
    f.supply(site.city, project, "factor_needs", "gongxin")
    assert project.version > seen
    card(page, project.name).drag_to(column(page, "negotiation"))
    box = column(page, "negotiation").locator("[data-refusal] .jy-refuse")
    box.wait_for()
    assert "刚被他人改过" in box.inner_text()
    project.refresh_from_db()
    assert project.stage == "planning"
