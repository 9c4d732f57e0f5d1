"""首谈与线索的几条长路,桌面与手机各走一遍:登记时边填边查;商务主管部门并排看两边作裁定;报线索、研判、转项目。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from juyuan.foundation.policy.queries import params
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.tests import factories as talks
from juyuan.rooms.outreach.actions.handle import assign_lead
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.leads import dimensions_of
from juyuan.rooms.pipeline.tests.factories import pdf
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)
VERIFIER = "shangwuju_heyan"
WORDS = {1440: ("云帆", "星槎"), 390: ("飞廉", "英招")}
"""两种宽度各用各的名字,免得互相撞上。"""


def minutes(folder: Path, word: str) -> Path:
    file = folder / f"会议纪要{word}.pdf"
    file.write_bytes(pdf(f"会议纪要{word}"))
    return file


def fill(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)


def filled(page: Any, word: str, file: Path) -> None:
    """首谈登记的其余各栏。"""
    fill(page, project_name=f"{word}生产基地", content="年产三万吨高端纱线", amount="30000",
         site="纺织园A3地块", contacted_on="2026-11-19", evidence_on="2026-11-19")  # fmt: skip
    page.locator("[name=proof]").select_option("minutes")
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=two_way]").check()


def test_s3_2b_登记首谈_边填边查_撞上的看得见档_看不见对方(
    site: Site, width: int, tmp_path: Path
) -> None:
    word = WORDS[width][0]
    name = f"江苏{word}机械有限公司"
    page = site.open("/first-contacts/", who="longshan", width=width)
    page.get_by_role("link", name="登记首谈").first.click()
    answer = page.locator("#jy-answer")
    site.both(page)
    page.locator("[name=name]").press_sequentially(name)
    answer.get_by_text("没有发现重合").wait_for()
    site.sound(page)
    page.get_by_role("button", name="登记首谈").click()  # 没填完:逐项说,填了的还在
    page.locator(".jy-errors, [role=alert]").first.wait_for()
    assert page.input_value("[name=name]") == name
    site.both(page)
    filled(page, word, minutes(tmp_path, word))
    page.get_by_role("button", name="登记首谈").click()
    page.wait_for_url("**/first-contacts/SQ-*/")
    claim = Claim.objects.get(investor_name=name)
    said = page.locator("main").inner_text()
    assert "受保护" in said and "90" in said and claim.state == "protected"
    site.both(page)

    other = site.open("/first-contacts/new/", who="dongfeng", width=width)
    other.locator("[name=name]").press_sequentially(f"江苏{word}机械(有限公司)")
    other.locator("#jy-answer").get_by_text("由市商务局裁定").first.wait_for()
    shown = other.locator("main").inner_text()
    assert "名称或曾用名相同" in shown and "投资方名称" in shown
    assert "龙山" not in shown and claim.code not in other.content()
    site.both(other)
    filled(other, word, minutes(tmp_path, f"{word}东丰"))
    other.get_by_role("button", name="登记首谈").click()
    other.wait_for_url("**/first-contacts/SQ-*/")
    assert "待裁定" in other.locator("main").inner_text()
    other.get_by_role("link", name="ZD-").first.click()
    assert "只显示贵单位的一边" in other.locator("main").inner_text()
    assert "龙山区" not in other.locator("main").inner_text()
    site.both(other)
    assert other.goto(f"{site.url}/first-contacts/{claim.code}/").status == 404


def test_s3_2b_商务主管部门并排看两边_裁定_各方看到自己的份额(site: Site, width: int) -> None:
    said = {
        "name": f"山东{WORDS[width][1]}轴承有限公司",
        "project_name": f"{WORDS[width][1]}轴承基地",
    }
    talks.register(site.city, subject=said)
    conflict = talks.register(site.city, "dongfeng", subject=said).conflict
    assert conflict is not None
    page = site.open("/first-contacts/conflicts/", who=VERIFIER, width=width)
    page.get_by_role("link", name=conflict.code).click()
    sides = page.locator(".fc-sides > section")
    assert sides.count() == 2
    first, second = (sides.nth(n).bounding_box() for n in range(2))
    if width == 1440:  # 并排:同一高度,互不相叠
        assert abs(first["y"] - second["y"]) < 2 and first["x"] + first["width"] <= second["x"]
    else:  # 手机:先后排列
        assert first["y"] + first["height"] <= second["y"]
    assert "功劳时刻最早" in sides.first.inner_text() and "龙山区" in sides.first.inner_text()
    site.both(page)
    page.get_by_role("link", name="裁定", exact=True).click()
    assert page.locator(".fc-sides > section").count() == 2
    site.both(page)
    page.get_by_role("button", name="作出裁定").click()
    page.locator(".jy-errors, [role=alert]").first.wait_for()
    site.both(page)
    longshan, dongfeng = (site.city.unit(code).pk for code in ("longshan", "dongfeng"))
    page.locator("[name=lead_unit]").select_option(str(longshan))
    fill(
        page,
        **{f"share_{longshan}": "70", f"share_{dongfeng}": "30", "reason": "龙山区先有会议纪要"},
    )
    page.get_by_role("button", name="作出裁定").click()
    page.wait_for_url(f"**/conflicts/{conflict.code}/")
    whole = page.locator("main").inner_text()
    assert "由龙山区人民政府牵头" in whole or "由龙山区" in whole
    assert "70" in whole and "30" in whole
    site.both(page)
    assert Conflict.objects.get(pk=conflict.pk).state == "ruled"
    loser = site.open(f"/first-contacts/conflicts/{conflict.code}/", who="dongfeng", width=width)
    seen = loser.locator("main").inner_text()
    assert "30" in seen and "70%" not in seen and "提请召集人" in seen
    site.both(loser)


def test_s2_5b_报线索_研判_转项目(site: Site, width: int, tmp_path: Path) -> None:
    word = WORDS[width][0]
    page = site.open("/leads/", who="shanghui", width=width)
    page.get_by_role("link", name="报线索").first.click()
    site.both(page)
    page.get_by_role("button", name="登记", exact=True).click()
    page.locator(".jy-errors, [role=alert]").first.wait_for()
    site.both(page)
    fill(page, investor_name=f"福建{word}纺织有限公司", content="年产五万吨纱线",
         contact_phone="0591-88886666", amount="52000", requests="希望两年内拿到排污指标")  # fmt: skip
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/leads/XS-*/")
    lead = Lead.objects.get(investor_name__contains=word)
    assert lead.state == "submitted" and "答复" in page.locator("main").inner_text()
    site.both(page)
    assign_lead(
        actor=site.city.actor("shangwuju"), lead=lead, unit=site.city.unit("longshan"),
        now=site.city.NOW,
    )  # fmt: skip

    page = site.open(f"/leads/{lead.code}/", who="longshan", width=width)
    page.get_by_role("link", name="研判").click()
    site.both(page)
    for code in dimensions_of(params(site.city.TODAY)):
        page.locator(f"[name=mark_{code}]").select_option("yes")
        page.locator(f"[name=reason_{code}]").fill("电话核实过")
    page.locator("[name=outcome]").select_option("follow")
    fill(page, reason="产业对路,建议跟进")
    page.get_by_role("button", name="研判").click()
    page.wait_for_url(f"**/leads/{lead.code}/")
    site.both(page)
    page.get_by_role("link", name="转项目").click()
    site.both(page)
    assert page.input_value("[name=content]") == "年产五万吨纱线"  # 线索里填过的不再填第二遍
    fill(page, project_name=f"{word}高端纱线项目", contacted_on="2026-11-19", evidence_on="2026-11-19")  # fmt: skip
    page.locator("[name=proof]").select_option("minutes")
    page.locator("[name=file]").set_input_files(minutes(tmp_path, f"线索{word}"))
    page.get_by_role("button", name="转项目").click()
    page.wait_for_url(f"**/leads/{lead.code}/")
    lead.refresh_from_db()
    assert lead.state == "converted" and lead.project is not None
    assert (lead.project.name, lead.project.total_investment) == (
        f"{word}高端纱线项目",
        520_000_000,
    )
    page.get_by_role("link", name="看项目").click()
    assert f"{word}高端纱线项目" in page.locator("main").inner_text()

    page = site.open(f"/leads/{lead.code}/", who="shanghui", width=width)
    said = page.locator("main").inner_text()
    assert "谋划" in said and "电话核实过" not in said
    site.both(page)
