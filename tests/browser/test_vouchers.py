"""到位资金:带文件登记、核验人看过文件再认可、累计与清单随之变;两种宽度都顺手。条款 3.3b。"""

from __future__ import annotations

from pathlib import Path

import pytest

from juyuan.rooms.pipeline.models import Voucher
from juyuan.rooms.pipeline.queries.vouchers import state_now
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.vouchers import VoucherState
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)
VERIFIER = "shangwuju_heyan"


def test_登记凭证_核验_累计(site: Site, width: int, tmp_path: Path) -> None:
    project = f.at(site.city, Stage.NEGOTIATION, name=f"智能袜机{width}")
    file = tmp_path / f"银行回单{width}.pdf"
    file.write_bytes(f.pdf(f"回单{width}"))

    page = site.open(f"/projects/{project.code}/", who="longshan", width=width)
    page.locator("#paid-in > header").get_by_role("link", name="登记凭证").click()
    site.sound(page)
    page.get_by_role("button", name="登记凭证").click()
    page.locator(".jy-errors, [role=alert]").first.wait_for()
    site.sound(page)

    page.get_by_label("凭证种类").select_option("capital")
    page.get_by_label("到账日").fill("2026-11-03")
    page.get_by_label("到账金额").fill("1200")
    page.get_by_label("凭证号").fill(f"NO.{width}")
    page.get_by_label("付款人").fill("浙江安澜纺织科技有限公司")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="登记凭证").click()
    page.wait_for_url(f"**/projects/{project.code}/**")
    row = Voucher.objects.get(project=project)
    box = page.locator("#paid-in")
    assert "待核验" in box.inner_text() and file.name in box.inner_text()
    site.sound(page)

    page = site.open("/projects/paid-in/?state=queue", who=VERIFIER, width=width)
    site.sound(page)
    page.locator(f"a[href*='/vouchers/{row.pk}/check/']").first.click()
    assert file.name in page.locator("main").inner_text()
    site.sound(page)
    page.get_by_label("认可", exact=True).check()
    page.get_by_role("button", name="提交核验意见").click()
    page.wait_for_url("**/projects/paid-in/**")
    assert state_now(row) == VoucherState.ACCEPTED

    page = site.open(f"/projects/paid-in/?project={project.code}", who="longshan", width=width)
    assert "0.12" in page.locator("main").inner_text()
    site.both(page)
