"""期初的故事:两个县区各导一份旧首谈,撞在一起,也撞上在办的;市商务局在一页上并排看、确认、裁定;功劳按凭据的日子。"""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.tests import factories as f

pytestmark = pytest.mark.django_db
HEADS = [
    "投资方",
    "项目名称",
    "项目内容",
    "接触日期",
    "凭据种类",
    "凭据日期",
    "凭据文件",
    "意向地点",
]
SHARED = ["浙江安澜纺织科技有限公司", "安澜高端纱线项目", "年产三万吨高端纱线"]
LIVE = {
    "name": "江苏某某机械有限公司",
    "project_name": "整机装配项目",
    "content": "年产两千台整机",
    "site": "装备园B1地块",
}
ALONE = [
    "山东某某食品有限公司",
    "速食生产线项目",
    "年产速食两万吨",
    "2025-06-01",
    "来函",
    "2025-06-02",
    "意向函.pdf",
    "",
]
OPENING = "/first-contacts/opening/"


def book(*rows: list[Any]) -> bytes:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    sheet = workbook.add_worksheet("首谈登记簿")
    sheet.write_row(0, 0, HEADS)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    workbook.close()
    return stream.getvalue()


def imported(cast: Any, who: str, *rows: list[Any]) -> str:
    """作期初批次导入并提交;返回提交之后的那一页。"""
    client = cast.client(who)
    done = client.post(
        "/imports/new/",
        {
            "kind": "claims", "file": SimpleUploadedFile("首谈.xlsx", book(*rows)), "clear": "on",
            "opening": "on", "paper_number": "辽商函〔2026〕8号", "paper_date": "2026-11-01",
            "paper_file": SimpleUploadedFile("登记簿扫描件.txt", f"登记簿{who}".encode()),
        },
    )  # fmt: skip
    assert done.status_code == 302, done.content.decode()[:3000]
    preview = client.get(done["Location"]).content.decode()
    assert "退回" in preview and "提交时逐件查重" in preview
    return str(client.post(f"{done['Location']}commit/", follow=True).content.decode())


def test_s3_2b_期初补录_撞在一起的并排看_确认_裁定(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)
    f.register(cast, "dongfeng", subject=LIVE)
    mine = [*SHARED, "2025-03-10", "会议纪要", "2025-03-12", "龙山纪要.pdf", "纺织园A3地块"]
    theirs = [*SHARED, "2025-02-01", "来函", "2025-02-03", "东辽来函.pdf", "纺织园A3地块"]
    also = [*list(LIVE.values())[:3], "2025-01-05", "签到", "2025-01-05", "", LIVE["site"]]
    first = imported(cast, "longshan", mine, ALONE)
    second = imported(cast, "dongliao", theirs, also)
    assert "东辽" not in first and "龙山" not in second.replace("龙山区", "", 0).split("<main")[1]
    claims = {(c.unit.code, c.project_name): c for c in Claim.objects.select_related("unit")}
    early, late = claims["dongliao", SHARED[1]], claims["longshan", SHARED[1]]
    lone, live = claims["longshan", ALONE[1]], claims["dongfeng", LIVE["project_name"]]
    assert (late.state, early.state, lone.state, live.state) == (
        "registered", "disputed", "registered", "protected"
    )  # fmt: skip
    assert early.merit_at == late.merit_at == cast.NOW, "确认之前不按凭据"
    assert Conflict.objects.count() == 2

    for who in ("longshan", "dongliao", "chen", "zongzhaoji"):
        assert cast.client(who).get(OPENING).status_code == 403
    bureau = cast.client("heyan")
    page = bureau.get(OPENING).content.decode()
    for text in (
        "浙江安澜",
        "东辽县",
        "龙山区",
        "东丰县",
        "2025-02-03",
        "2025-03-12",
        "凭据待补",
        "没有撞上的",
    ):
        assert text in page, text
    clash = page[page.index(f"撞单 {Conflict.objects.earliest('id').code}") :]
    assert clash.index("东辽县") and "最早" in clash
    picked = re.findall(r'name="picked" value="([^"]+)"', page)
    assert sorted(picked) == sorted(c.code for c in claims.values() if c.opening)
    assert live.code not in picked
    assert bureau.post(OPENING, {"picked": picked, "reason": ""}).status_code == 422
    assert bureau.post(OPENING, {"picked": [live.code], "reason": "核对"}).status_code == 422
    assert (
        bureau.post(OPENING, {"picked": picked, "reason": "逐件核对了登记簿原件"}).status_code
        == 302
    )
    early.refresh_from_db()
    late.refresh_from_db()
    assert early.merit_at < late.merit_at < cast.NOW and late.state == "protected"
    assert [e.verb for e in early.events.order_by("id")] == ["contest", "confirm"]
    assert not re.findall('name="picked"', bureau.get(OPENING).content.decode())

    fight = Conflict.objects.get(parties__claim=early)
    ours = {str(p.unit_id): p.unit.code for p in fight.parties.select_related("unit")}
    shares = {f"share_{pk}": "70" if code == "dongliao" else "30" for pk, code in ours.items()}
    lead = next(pk for pk, code in ours.items() if code == "dongliao")
    ruled = bureau.post(
        f"/first-contacts/conflicts/{fight.code}/ruling/",
        {"lead_unit": lead, "reason": "东辽县来函早于龙山区纪要", **shares},
    )
    assert ruled.status_code == 302, ruled.content.decode()[:3000]

    url = f"/first-contacts/{late.code}/"
    assert "文件待补" in cast.client("longshan").get(url).content.decode()
    file = SimpleUploadedFile("龙山纪要.txt", "会谈纪要原件".encode())
    assert cast.client("dongliao").post(f"{url}file/", {"file": file}).status_code == 404
    file = SimpleUploadedFile("龙山纪要.txt", "会谈纪要原件".encode())
    assert cast.client("longshan").post(f"{url}file/", {"file": file}).status_code == 302
    late.refresh_from_db()
    assert late.file_name == "龙山纪要.txt" and late.file_use_id is not None
    assert "文件待补" not in cast.client("longshan").get(url).content.decode()
