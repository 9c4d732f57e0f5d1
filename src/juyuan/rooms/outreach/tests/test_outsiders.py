"""顾问、商会、工作站:只看得见自己报的线索与它的下文;清单、详情、检索、导出、件数、附件、草稿都一样。"""

from __future__ import annotations

import re
from typing import Any

import pytest

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.notices.models import Notice
from juyuan.rooms.outreach.actions.handle import answer_lead, feed_back_lead, refuse_lead
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries import duty
from juyuan.rooms.outreach.queries.leads import visible_ids, visible_to
from juyuan.rooms.outreach.tests import factories as f

pytestmark = pytest.mark.django_db
PAGES = (
    "/leads/", "/leads/?q=金丝雀", "/leads/?state=submitted", "/leads/?channel=chamber", "/leads/?late=1",
    "/leads/?sort=-amount", "/leads/new/", "/drafts/", "/duties/", "/notices/", "/search/?q=金丝雀", "/",
    "/menu/", "/imports/", "/exports/leads/?format=csv", "/exports/leads/?format=csv&q=金丝雀",
)  # fmt: skip


def told(client: Any, url: str) -> str:
    answer = client.get(url, follow=True)
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return (
        str(raw.decode("utf-8", "replace")).replace("?q=金丝雀", "").replace('value="金丝雀"', "")
    )


def tokened(cast: Any, by: str, mark: str, **more: Any) -> Lead:
    return f.submitted(
        cast, by, investor_name=f"金丝雀{mark}科技有限公司", project_name=f"金丝雀{mark}项目",
        content=f"金丝雀{mark}内容一二三", requests=f"金丝雀{mark}诉求", remark=f"金丝雀{mark}备注", **more,
    )  # fmt: skip


@pytest.fixture
def added(cast: Any) -> Any:
    """商会还有一个联络人(同一个商会):也看不见另一个人报的。"""
    cast.add("gongzuozhan", "shanghui", "chamber")
    return cast


@pytest.mark.parametrize("who", ["shanghui", "guwen", "gongzuozhan"])
def test_s2_5b_只看得见自己报的_每一处都一样(added: Any, settings: Any, who: str) -> None:
    cast = added
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    reporters = {"shanghui": "甲", "guwen": "乙", "gongzuozhan": "丙"}
    rows = {by: tokened(cast, by, mark) for by, mark in reporters.items()}
    rows["longshan"] = tokened(cast, "longshan", "丁")
    half = tokened(cast, "chen", "戊", submit=False)
    actor, client = cast.actor(who), cast.client(who)
    assert set(visible_to(actor)) == {rows[who]}
    assert visible_ids(actor, [row.pk for row in (*rows.values(), half)]) == {rows[who].pk}
    others = {by: row for by, row in rows.items() if by != who} | {"chen": half}
    marks = [
        mark for by, mark in (reporters | {"longshan": "丁", "chen": "戊"}).items() if by != who
    ]
    for url in PAGES:
        body = told(client, url)
        for mark in marks:
            assert f"金丝雀{mark}" not in body, url
        assert not any(row.code in body for row in others.values()), url
    assert rows[who].code in told(client, "/leads/") and rows[who].code in told(client, "/exports/leads/?format=csv")  # fmt: skip
    none = client.get("/leads/XS-AAAAAAAA/")
    for row in others.values():
        for end in ("", "edit/", "files/", "act/answer/", "act/withdraw/"):
            hidden = client.get(f"/leads/{row.code}/{end}")
            assert (hidden.status_code, hidden.content) == (404, none.content), end


@pytest.mark.parametrize("who", ["shanghui", "guwen"])
def test_s2_5b_件数只数自己的(cast: Any, settings: Any, who: str) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    for n in range(3):
        tokened(cast, "longshan", f"丁{n}")
    before = told(cast.client(who), "/leads/")
    assert "还没有您看得见的线索" in before
    tokened(cast, who, "甲")
    mine = told(cast.client(who), "/leads/")
    for n in range(4):
        tokened(cast, "dongfeng", f"己{n}")
    assert _counts(told(cast.client(who), "/leads/")) == _counts(mine)
    assert not Duty.objects.filter(unit=cast.unit("shanghui")).exists()


def _counts(body: str) -> list[str]:
    return re.findall(r"共?\s*[\d,]+\s*[条项件]", body)


@pytest.mark.parametrize("who", ["shanghui", "guwen"])
def test_s2_5b_看得见下文_看不见内部的步骤(cast: Any, settings: Any, who: str) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    lead = tokened(cast, who, "甲")
    answer_lead(actor=cast.actor("chen"), lead=lead, text="已收到,小陈联系您", now=cast.NOW)
    lead = f.judged(cast, f.assigned(cast, f.fresh(lead), to="longshan"), by="longshan")
    feed_back_lead(actor=cast.actor("longshan"), lead=lead, text="企业愿来考察", now=cast.NOW)
    page = told(cast.client(who), f"/leads/{lead.code}/")
    assert "已收到,小陈联系您" in page and "企业愿来考察" in page
    inner = told(cast.client("longshan"), f"/leads/{lead.code}/")
    for text in ("已电话核实过", "产业对路,建议跟进"):
        assert text in inner and text not in page
    refuse_lead(
        actor=cast.actor("longshan"), lead=f.fresh(lead), reason="用能超出园区指标", now=cast.NOW
    )
    assert "用能超出园区指标" in told(cast.client(who), f"/leads/{lead.code}/")
    notices = Notice.objects.filter(object_type=duty.OBJ, recipient=cast.person(who))
    assert {n.kind for n in notices} == {
        "outreach.lead_answered", "outreach.lead_fed_back", "outreach.lead_refused"
    }  # fmt: skip


@pytest.mark.parametrize("who", ["shanghui", "guwen"])
def test_s3_2b_首谈_撞单_查重都不是他们的(cast: Any, settings: Any, who: str) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    lead, made = f.converted(cast, f.judged(cast, f.assigned(cast, tokened(cast, who, "甲"))))
    client = cast.client(who)
    for url in ("/first-contacts/", "/first-contacts/check/", "/first-contacts/conflicts/",
                "/first-contacts/conflicts/new/", "/first-contacts/opening/", "/first-contacts/checks/"):  # fmt: skip
        assert client.get(url).status_code in (403, 404), url
    assert client.get(f"/first-contacts/{made.claim.code}/").status_code == 404
    assert client.get("/exports/claims/?format=csv").status_code == 403
    page = told(client, f"/leads/{lead.code}/")
    assert "已转项目" in page and made.claim.code not in page
