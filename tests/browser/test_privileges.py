"""承诺审查:列一条优惠,上传有禁止写法的协议,逐处答复,改后换文本,第二人签核办结。两种宽度。"""

from __future__ import annotations

import re

import pytest

from juyuan.rooms.evaluation.tests.opinions import docx
from juyuan.rooms.pipeline.models import Evidence
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = "第一条 项目总投资6亿元。\n第二条 甲方免收城市基础设施配套费。\n第三条 乙方设备五年内不得迁出厂区。"
MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def upload(page, text: str, name: str) -> None:
    page.set_input_files("[name=file]", {"name": name, "mimeType": MIME, "buffer": docx(text)})
    page.get_by_role("button", name="上传并查找").click()
    page.wait_for_url(re.compile(r"/scrutiny/(#text)?$"))
    page.wait_for_selector("#text .jy-break")


def test_列优惠_查文本_答复_签核(site: Site, width: int) -> None:
    project = f.at(site.city, Stage.INTENT, name=f"纱线{width}")
    where = f"/projects/{project.code}/scrutiny/"
    page = site.open(where, who="longshan", width=width)
    site.sound(page)
    page.get_by_role("link", name="列一条").click()
    page.wait_for_selector("[name=content]")
    site.sound(page)
    page.select_option("[name=kind]", "service")
    page.fill("[name=content]", "指派专人代办手续")
    page.fill("[name=period]", "项目建设期")
    page.select_option("[name=granter]", index=1)
    page.get_by_role("button", name="列入").click()
    page.wait_for_selector("#privileges tbody tr")
    assert "未见问题" in page.locator("#privileges tbody").inner_text()
    page.goto(f"{site.url}{where}text/")
    upload(page, FIRST, "初稿.docx")
    assert page.locator("#text mark").count() == 2
    site.sound(page)
    page.get_by_role("link", name=re.compile("答复.*限制迁出")).click()
    page.wait_for_selector("[name=answer]")
    site.sound(page)
    page.get_by_label("不属于这种情形").check()
    page.fill("[name=basis]", "指设备不搬离厂区，不限制企业迁出")
    page.get_by_role("button", name="答复").click()
    page.wait_for_selector("#doubts")
    page.goto(f"{site.url}{where}submit/")
    page.get_by_role("button", name="送签核").click()
    page.wait_for_selector("[role=alert], .jy-errors")
    assert "还没有答复" in page.locator("main").inner_text()
    page.goto(f"{site.url}{where}text/")
    upload(page, FIRST.replace("免收", "代收代缴"), "二稿.docx")
    page.wait_for_function("document.querySelectorAll('#text mark').length === 1")
    page.get_by_role("link", name="送签核").click()
    page.get_by_role("button", name="送签核").click()
    page.wait_for_url(re.compile(r"/scrutiny/(#record)?$"))
    head = site.open(where, who="longshan_head", width=width)
    head.get_by_role("link", name="签核办结").click()
    head.get_by_role("button", name="签核办结").click()
    head.wait_for_url(re.compile(r"/scrutiny/(#record)?$"))
    head.wait_for_selector("text=已记作签约的凭据")
    site.sound(head)
    assert Evidence.objects.filter(project=project, fact="promise_check", voided_at=None).exists()
