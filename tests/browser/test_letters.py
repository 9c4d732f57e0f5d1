"""一封履约提醒函:起草、写联系人、送批、另一人批准、编号印发;两种宽度都顺手。条款 3.4c。"""

from __future__ import annotations

import pytest

from juyuan.rooms.evaluation.actions.breaches import ManualDraft, confirm_manual
from juyuan.rooms.evaluation.models import Letter
from juyuan.rooms.evaluation.tests import promises as p
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)
VERIFIER, CLERK, HEAD = "shangwuju_heyan", "shangwuju", "shangwuju_head"


def test_s3_4c_起草_送批_另一人批准_编号印发(site: Site, width: int) -> None:
    city = site.city
    project = p.signed(city, name=f"履约纱线{width}", verifier=VERIFIER)
    row = p.promise(city, project)
    confirm_manual(
        actor=city.actor(VERIFIER), promise=row, reason="现场查实", now=city.NOW,
        draft=ManualDraft("changed_use", "厂房整体转租给物流公司", "现场照片", city.TODAY),
    )  # fmt: skip

    page = site.open(f"/projects/{project.code}/promises/", who=CLERK, width=width)
    site.sound(page)
    page.get_by_role("link", name="起草函").click()
    page.wait_for_url("**/breaches/*/letter/")
    site.sound(page)
    page.get_by_role("button", name="起草").click()
    page.wait_for_url("**/letters/LH-*/")
    site.sound(page)
    page.get_by_role("link", name="改话、送批").click()
    page.wait_for_url("**/papers/GW-*/")
    page.get_by_label("联系人及电话").fill("何某，0437-1234567")
    page.get_by_role("button", name="存下并送批").click()
    page.wait_for_url("**/submit/")
    page.get_by_role("button", name="送批").click()
    page.wait_for_url("**/papers/GW-*/")
    letter = Letter.objects.select_related("document").get(breach__promise=row)
    paper = f"/papers/{letter.document.code}/"

    head = site.open(paper, who=HEAD, width=width)
    head.get_by_role("link", name="批准").click()
    head.wait_for_url("**/approve/")
    head.get_by_role("button", name="批准").click()
    head.wait_for_url(f"**{paper}")
    site.sound(head)

    page = site.open(f"/letters/{letter.code}/", who=CLERK, width=width)
    page.get_by_role("link", name="编号印发").click()
    page.wait_for_url(f"**{paper}")
    page.get_by_role("link", name="编号印发").click()
    page.wait_for_url("**/issue/")
    page.get_by_role("button", name="编号印发").click()
    page.wait_for_url(f"**{paper}")
    page.goto(f"{site.url}/letters/{letter.code}/")
    page.get_by_role("link", name="记送达").wait_for()
    shown = page.locator("main").inner_text()
    assert "〔2026〕" in shown and "厂房整体转租给物流公司" in shown
    site.sound(page)
    page.goto(f"{site.url}/letters/")
    page.get_by_text(f"履约纱线{width}").first.wait_for()
    site.both(page)
