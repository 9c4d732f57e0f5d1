"""线索台账的故事:一张不齐的表进来,好的登记、坏的附原因退回,在退回表里改好再导,与干净的文件一样;再导什么也不变。"""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.ledger.models import Event
from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.tests import factories as f

pytestmark = pytest.mark.django_db
HEADS = ["来源渠道", "投资方", "项目名称", "项目内容", "总投资(亿元)", "联系电话", "首次接触日期"]
GOOD = [
    "商会",
    "浙江安澜纺织科技有限公司",
    "安澜高端纱线项目",
    "年产三万吨高端纱线",
    3,
    "0571-88886666",
    "2026-11-02",
]
BAD = [
    ["商会", "江苏某某机械有限公司", "整机装配项目", "", 0.8, "0510-66668888", "2026-11-03"],
    ["天上", "山东某某食品有限公司", "速食生产线项目", "年产速食两万吨", 1.2, "", "2026-12-31"],
]
MENDED = [
    [
        "商会",
        "江苏某某机械有限公司",
        "整机装配项目",
        "年产两千台整机",
        0.8,
        "0510-66668888",
        "2026-11-03",
    ],
    [
        "展会活动",
        "山东某某食品有限公司",
        "速食生产线项目",
        "年产速食两万吨",
        1.2,
        "0531-55556666",
        "2026-11-04",
    ],
]


def book(*rows: Any) -> bytes:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    sheet = workbook.add_worksheet("线索")
    sheet.write_row(0, 0, HEADS)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    workbook.close()
    return stream.getvalue()


def upload(client: Any, content: bytes) -> str:
    """上传,返回批次的网址(预览)。"""
    file = SimpleUploadedFile("线索台账.xlsx", content)
    done = client.post("/imports/new/", {"kind": "leads", "file": file, "clear": "on"})
    assert done.status_code == 302, done.content.decode()[:2000]
    return str(done["Location"])


def confirm(client: Any, url: str) -> None:
    assert client.post(f"{url}commit/").status_code == 302


def kept() -> list[tuple[Any, ...]]:
    fields = ("channel", "investor_name", "project_name", "content", "amount", "contact_phone",
              "contacted_on", "state", "submitted_on", "referrer_name")  # fmt: skip
    return sorted(Lead.objects.values_list(*fields), key=str)


def test_s2_5b_退回的行改好再导_与干净的文件一样(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)
    client = cast.client("shanghui")
    url = upload(client, book(GOOD, *BAD))
    page = client.get(url).content.decode()
    assert "退回" in page and "天上" in page and "可填" in page
    assert not Lead.objects.exists(), "预览一行也不写"
    confirm(client, url)
    assert [lead.project_name for lead in Lead.objects.all()] == ["安澜高端纱线项目"]

    refused = client.get(f"{url}refused/")
    back = openpyxl.load_workbook(io.BytesIO(b"".join(refused.streaming_content)))
    sheet = back.worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert "整机装配项目" in str(rows) and "安澜高端纱线项目" not in str(rows)
    assert re.search("不能晚于今天", str(rows)) and "电话" in str(rows)
    head = next(n for n, row in enumerate(rows, 1) if "来源渠道" in row)
    first = rows[head - 1].index("来源渠道") + 1
    for number, row in enumerate(MENDED, start=head + 1):
        for column, value in enumerate(row, start=first):
            sheet.cell(number, column, value)
    mended = io.BytesIO()
    back.save(mended)
    confirm(client, upload(client, mended.getvalue()))
    found, steps, duties = kept(), LeadStep.objects.count(), Duty.objects.count()
    assert len(found) == 3 and steps == 6 and duties == 6

    events = Event.objects.filter(obj_type="outreach_lead").count()
    for content in (mended.getvalue(), book(GOOD, *MENDED)):
        again = upload(client, content)
        client.post(f"{again}commit/")
    assert kept() == found and LeadStep.objects.count() == steps
    assert Event.objects.filter(obj_type="outreach_lead").count() == events

    Duty.objects.all().delete()
    other = cast.client("guwen")
    confirm(other, upload(other, book(GOOD, *MENDED)))
    clean = sorted(
        Lead.objects.filter(by=cast.account("guwen")).values_list(
            "channel", "investor_name", "project_name", "content", "amount", "contact_phone",
            "contacted_on", "state", "submitted_on",
        ), key=str,
    )  # fmt: skip
    assert clean == [row[:-1] for row in found], "改好再导与干净的文件一样"


def test_s2_5b_别人的批次与线索谁也看不见(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)
    client = cast.client("shanghui")
    url = upload(client, book(GOOD))
    confirm(client, url)
    code = Lead.objects.get().code
    none = cast.client("guwen").get("/imports/00000000-0000-4000-8000-000000000000/")
    for who in ("guwen", "longshan", "caizheng"):
        other = cast.client(who)
        hidden = other.get(url)
        assert hidden.status_code == 404 == none.status_code
        assert code not in other.get("/leads/").content.decode()
        exported = b"".join(other.get("/exports/leads/?format=csv").streaming_content).decode()
        assert code not in exported and "安澜" not in exported
    own = b"".join(client.get("/exports/leads/?format=csv").streaming_content).decode()
    assert code in own and "0571-88886666" not in own
