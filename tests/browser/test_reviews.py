"""评审的长路,桌面与手机各走一遍:从项目页送审;评审人声明、打分;有权的人作决定。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.tests import reviewfactories as r
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {1440: "云帆", 390: "飞廉"}
REVIEWERS = ("longshan_head", "longshan_shangwu")


class Town:
    """样例工厂要的人物,取自这座城市;核验人的账号不同。"""

    def __init__(self, city: Any) -> None:
        self.city, self.NOW, self.TODAY = city, city.NOW, city.TODAY

    def actor(self, name: str) -> Any:
        return self.city.actor({"heyan": "shangwuju_heyan", "chen": "shangwuju"}.get(name, name))

    def person(self, name: str) -> Any:
        return self.city.account(name).person

    def unit(self, code: str) -> Any:
        return self.city.unit(code)


def test_s3_4b_送审_声明_打分_决定(site: Site, width: int) -> None:
    town = Town(site.city)
    project = r.ready(town, name=f"{WORDS[width]}智能纱线项目")
    page = site.open(f"/projects/{project.code}/", who="gongxin", width=width)
    page.locator("#review").get_by_role("link", name="送审").click()
    page.wait_for_url("**/reviews/send/**")
    site.both(page)
    page.get_by_role("button", name="送审").click()  # 没填:逐项说
    page.locator(".jy-errors, [role=alert]").first.wait_for()
    for name, value in {"land_mu": "20", "energy_tce": "800", "city_funds": "0", "jobs": "120",
                        "annual_tax": "200", "annual_output": "8000", "build_months": "12"}.items():  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="送审").click()
    page.wait_for_url("**/reviews/PS-*/")
    page.get_by_text("不满 5,000 万元").first.wait_for()
    site.both(page)
    review = Review.objects.get(project=project)
    r.appointed(town, review, list(REVIEWERS))

    mine = site.open(f"/reviews/{review.code}/", who="longshan_head", width=width)
    mine.get_by_role("link", name="声明利害关系").click()
    mine.wait_for_url("**/declare/")
    mine.get_by_label("无利害关系，参加评审").check()
    mine.get_by_role("button", name="声明").click()
    mine.wait_for_url("**/score/")
    mine.get_by_text("算出 14.00 分").first.wait_for()
    site.both(mine)
    note = f"[name=note_{review.card['indicators'][0]['code']}]"
    mine.locator(note).fill("看到一半，先去开会")
    mine.wait_for_selector("[data-autosave-state]:has-text('已自动保存')")
    mine.reload()
    mine.get_by_text("已填回您").wait_for()
    assert mine.locator(note).input_value() == "看到一半，先去开会"
    site.both(mine)
    for one in review.card["indicators"]:
        mine.locator(f"[name=score_{one['code']}]").fill(str(one["weight"]))
        mine.locator(f"[name=evidence_{one['code']}]").fill("可研报告")
        mine.locator(f"[name=note_{one['code']}]").fill("与材料核对过")
    mine.get_by_role("button", name="保存评分").click()
    mine.wait_for_url(f"**/reviews/{review.code}/")
    mine.locator(".rv-scores").first.wait_for()
    site.both(mine)

    r.scores(town, r.fresh(review), REVIEWERS[1], 1)
    scoring.finish_scoring(actor=town.actor("longshan"), review=r.fresh(review), now=town.NOW)
    mine.goto(f"{site.url}/reviews/{review.code}/decide/")
    mine.get_by_text("100.00 分").first.wait_for()
    site.both(mine)
    mine.get_by_role("button", name="作决定").click()
    mine.wait_for_url(f"**/reviews/{review.code}/")
    mine.get_by_role("heading", name="县区决定：通过").wait_for()
    site.both(mine)
