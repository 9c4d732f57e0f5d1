"""线索的故事:商会报来的成了项目,商会看得见下文;不采纳的理由到了报来的人手里。"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.notices.models import Notice
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.tests import factories as f

pytestmark = pytest.mark.django_db
TYPED = {
    "channel": "chamber", "investor_name": "浙江安澜纺织科技有限公司",
    "content": "年产三万吨高端纱线", "contact_phone": "0571-88886666", "amount": "30000",
    "energy_needs": "用电 8000 kVA", "urgency": "plain", "secrecy": "normal",
}  # fmt: skip


def post(cast: Any, who: str, url: str, **data: Any) -> int:
    return int(cast.client(who).post(url, data).status_code)


def reported(cast: Any) -> Lead:
    """商会先存半张,再登记;市商务局答复、分办,龙山区研判。"""
    f.parameters(cast)
    assert post(cast, "shanghui", "/leads/new/", investor_name="安澜", keep="1") == 302
    lead = Lead.objects.get()
    url = f"/leads/{lead.code}/"
    assert post(cast, "shanghui", f"{url}edit/", investor_name="安澜", submit="1") == 422
    lead.refresh_from_db()
    assert post(cast, "shanghui", f"{url}edit/", submit="1", **TYPED) == 302
    assert post(cast, "chen", f"{url}act/answer/", reason="已收到,小陈联系您") == 302
    assert post(cast, "chen", f"{url}act/assign/", unit="longshan") == 302
    marks = {f"mark_{m.code}": "yes" for m in f.marks(cast)}
    reasons = {f"reason_{m.code}": "内部核实过" for m in f.marks(cast)}
    assert post(cast, "longshan", f"{url}act/judge/", outcome="follow", reason="建议跟进", **marks) == 422  # fmt: skip
    assert post(cast, "longshan", f"{url}act/judge/", outcome="follow", reason="建议跟进", **marks, **reasons) == 302  # fmt: skip
    return f.fresh(lead)


def test_s2_5b_商会的线索成了项目_商会看得见下文(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    lead = reported(cast)
    url = f"/leads/{lead.code}/"
    file = SimpleUploadedFile("纪要.txt", "会议纪要".encode())
    said = {"proof": "minutes", "contacted_on": "2026-11-19", "evidence_on": "2026-11-19"}
    done = post(cast, "longshan", f"{url}act/convert/", project_name="安澜高端纱线项目", content="年产三万吨高端纱线", file=file, two_way="on", **said)  # fmt: skip
    assert done == 302
    lead = f.fresh(lead)
    assert lead.state == "converted" and lead.project is not None
    assert lead.project.total_investment == 300_000_000
    assert "8000 kVA" in lead.project.factor_needs
    seen = cast.client("shanghui").get(url).content.decode()
    assert "已转项目" in seen and "谋划" in seen
    assert "内部核实过" not in seen and lead.project.code not in seen
    assert Notice.objects.filter(kind="outreach.lead_converted", recipient=cast.person("shanghui"))
    assert "内部核实过" in cast.client("longshan").get(url).content.decode()
    listed = cast.client("shanghui").get("/leads/").content.decode()
    assert lead.code in listed and lead.code not in cast.client("guwen").get("/leads/").content.decode()  # fmt: skip


def test_s2_5b_不采纳的理由到了报来的人手里_别人看不见(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    lead = reported(cast)
    url = f"/leads/{lead.code}/"
    assert post(cast, "longshan", f"{url}act/refuse/", reason=" ") == 422
    assert post(cast, "longshan", f"{url}act/refuse/", reason="用能超出园区指标") == 302
    told = Notice.objects.get(kind="outreach.lead_refused")
    assert told.recipient == cast.person("shanghui") and "用能超出园区指标" in told.text
    assert "用能超出园区指标" in cast.client("shanghui").get(url).content.decode()
    hidden = cast.client("guwen").get(url)
    none = cast.client("guwen").get("/leads/XS-AAAAAAAA/")
    assert (hidden.status_code, hidden.content) == (404, none.content)
