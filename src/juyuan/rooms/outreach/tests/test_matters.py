"""线索是查重的一类:在办的算,草稿与了结了的不算;两边问的档一样;候选只从索引取;对方一个字也不露。"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.rooms.first_contact.actions.check import run_check
from juyuan.rooms.first_contact.models import CheckLog
from juyuan.rooms.first_contact.queries import log
from juyuan.rooms.first_contact.queries.check import check
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.first_contact.tests import factories as claims
from juyuan.rooms.investors.models import MatchKey, NearKey
from juyuan.rooms.outreach.actions.handle import refuse_lead
from juyuan.rooms.outreach.actions.keep import withdraw_lead
from juyuan.rooms.outreach.jobs import fill_keys
from juyuan.rooms.outreach.queries.matters import find
from juyuan.rooms.outreach.rules.drafts import TEXTS, LeadSecrecy
from juyuan.rooms.outreach.tests import factories as f

pytestmark = pytest.mark.django_db
CODE = "91330100MA0000015W"
NAME = "金丝雀甲针织有限公司"
OTHER = "毫不相干机械有限公司"
SECRET = {
    name: f"金丝雀{name}"
    for name in TEXTS
    if name not in ("investor_name", "uscc", "industry_code", "contact_phone", "referrer_phone")
} | {
    "investor_name": NAME, "uscc": CODE, "contact_phone": "13912345678", "site": "金丝雀园A3地块",
    "controller": "金丝雀乙控股有限公司", "amount": 3_141_592_600, "secrecy": LeadSecrecy.RESTRICTED,
}  # fmt: skip
ASKED = {
    1: Subject(name=OTHER, uscc=CODE),
    2: Subject(name=NAME),
    3: Subject(name=OTHER, phones=("139-1234-5678",)),
    4: Subject(name="杭州金丝雀甲针织有限公司"),
    0: Subject(name=OTHER),
}


def ask(cast: Any, subject: Subject, by: str = "dongfeng") -> Any:
    return run_check(actor=cast.actor(by), subject=subject, now=cast.NOW)


@pytest.mark.parametrize("tier", sorted(ASKED))
def test_s3_2b_别的单位的线索也查得到_答档与处数(cast: Any, tier: int) -> None:
    f.submitted(cast, "longshan", **SECRET)
    found = ask(cast, ASKED[tier])
    assert (found.tier, found.overlaps) == (tier, 1 if tier else 0)
    assert ask(cast, ASKED[tier], by="longshan").overlaps == 0, "本单位自己的不算"


def test_s3_2b_控制人与地块是第三档(cast: Any) -> None:
    f.submitted(cast, "longshan", **SECRET)
    assert ask(cast, Subject(controller="金丝雀乙控股有限公司")).reasons == ("controller",)
    assert ask(cast, Subject(site="金丝雀园Ａ３地块")).reasons == ("site",)


def test_s3_2b_草稿_撤回_不采纳的不算_转了首谈的只算一处(cast: Any) -> None:
    asked = Subject(name=f.DRAFT.investor_name)
    half = f.submitted(cast, "longshan", submit=False)
    assert ask(cast, asked).tier == 0 and not MatchKey.objects.filter(object_type="outreach_lead")
    gone = f.submitted(cast, "longshan", project_name="另一个项目甲")
    bad = f.submitted(cast, "shanghui", project_name="另一个项目乙")
    assert ask(cast, asked).overlaps == 2
    withdraw_lead(actor=cast.actor("longshan"), lead=gone, reason="报重了,撤回", now=cast.NOW)
    refuse_lead(actor=cast.actor("chen"), lead=bad, reason="用能超出指标", now=cast.NOW)
    assert ask(cast, asked).tier == 0
    assert not NearKey.objects.filter(object_type="outreach_lead").exists() and half.pk
    lead, _ = f.converted(cast, project_name="安澜高端纱线项目")
    assert lead.state == "converted"
    assert ask(cast, asked).overlaps == 1
    assert not MatchKey.objects.filter(object_type="outreach_lead").exists()


def test_s3_2b_两条线索互相问_档一样(cast: Any) -> None:
    """对称:甲问乙与乙问甲同档。"""
    said = [
        {"investor_name": NAME, "uscc": ""},
        {"investor_name": "金丝雀甲针织公司", "uscc": CODE},
        {"investor_name": OTHER, "uscc": CODE},
        {"investor_name": "杭州金丝雀甲针织有限公司", "contact_phone": "13912345678"},
        {"investor_name": OTHER, "contact_phone": "139 1234 5678", "site": ""},
    ]
    met = set()
    for mine, theirs in itertools.combinations(said, 2):
        tiers = []
        for first, second in ((mine, theirs), (theirs, mine)):
            lead = f.submitted(cast, "longshan", project_name="", **first)
            asked = f.submitted(cast, "dongfeng", project_name="", submit=False, **second)
            subject = Subject(
                name=asked.investor_name, uscc=asked.uscc, phones=(asked.contact_phone,),
                content=asked.content, amount=asked.amount, site=asked.site,
            )  # fmt: skip
            tiers.append(check(cast.actor("dongfeng"), subject, cast.TODAY).answer.tier)
            withdraw_lead(actor=cast.actor("longshan"), lead=lead, reason="试完撤回", now=cast.NOW)
        assert tiers[0] == tiers[1], (mine, theirs, tiers)
        met.add(tiers[0])
    assert met >= {1, 2, 3}, "各档都比到了"


def test_s3_2b_候选只从键与近似键取_没有键就没有(cast: Any) -> None:
    f.submitted(cast, "longshan", **SECRET)
    assert ask(cast, ASKED[1]).tier == 1
    MatchKey.objects.filter(object_type="outreach_lead").delete()
    assert ask(cast, ASKED[1]).tier == 0
    assert ask(cast, ASKED[4]).tier == 4
    NearKey.objects.filter(object_type="outreach_lead").delete()
    assert [ask(cast, ASKED[t]).tier for t in (1, 2, 3, 4)] == [0, 0, 0, 0]
    assert list(find([1, 2, 3], [])) == []


def test_s3_2b_查的语句数与线索数无关(cast: Any) -> None:
    counts = []
    for n in range(2):
        for more in range(1 + 8 * n):
            f.submitted(cast, "longshan", investor_name=NAME, project_name=f"第{n}{more}个项目")
        with CaptureQueriesContext(connection) as asked:
            found = check(cast.actor("dongfeng"), Subject(name=NAME), cast.TODAY)
        counts.append(len(asked))
        assert found.answer.overlaps == (1, 10)[n]
    assert counts[0] == counts[1]


def test_s3_2b_金丝雀_线索的任何一个字都不出现(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    lead = f.submitted(cast, "longshan", **SECRET)
    tokens = [*{v for v in SECRET.values() if isinstance(v, str) and v.startswith("金丝雀")}]
    tokens += [lead.code, "3141592600", "314,159.26", "314159.26"]
    client = cast.client("dongfeng")
    bodies = []
    for data in (
        {"uscc": CODE, "name": OTHER}, {"phone": "13912345678", "name": OTHER},
        {"name": "杭州甲针织有限公司", "site": "A3地块"},
    ):  # fmt: skip
        bodies.append(client.post("/first-contacts/check/", data).content.decode())
        bodies.append(
            client.post("/first-contacts/check/", data, HTTP_HX_REQUEST="true").content.decode()
        )
    bodies.append(client.get(f"/leads/{lead.code}/").content.decode())
    bodies.append(client.get("/leads/?q=金丝雀甲").content.decode().replace("金丝雀甲", ""))
    made = claims.register(cast, "dongfeng", subject={"name": OTHER, "uscc": CODE}, now=cast.NOW)
    assert made.answer.tier == 1 and made.conflict is None, "线索不是首谈,不立撞单"
    bodies.append(client.get(f"/first-contacts/{made.claim.code}/").content.decode())
    assert "存在 1 处重合" in bodies[0] and "存在 1 处疑似重合" in bodies[3]
    for body in bodies:
        plain = body.replace("13912345678", "").replace(CODE, "")
        assert [token for token in tokens if token in plain] == []


def test_s3_2b_商务主管部门逐项对照_限名单的只有核验人看得见(cast: Any) -> None:
    lead = f.submitted(cast, "longshan", **SECRET)
    ask(cast, ASKED[2])
    row = CheckLog.objects.get()
    (side,) = log.sides(cast.actor("heyan"), row)
    assert (side.kind, side.label, side.url) == ("线索", lead.title, f"/leads/{lead.code}/")
    assert {line.label for line in side.lines if line.matched} == {"投资方名称"}
    (hidden,) = log.sides(cast.actor("chen"), row)
    assert hidden.hidden and not hidden.label and not hidden.lines
    f.submitted(cast, "longshan", investor_name=OTHER)
    ask(cast, ASKED[0])
    (seen,) = log.sides(cast.actor("chen"), CheckLog.objects.latest("id"))
    assert seen.kind == "线索" and seen.unit == "龙山区"


def test_升级之前登记的线索由定期任务补上键_可重复(cast: Any) -> None:
    lead = f.submitted(cast, "longshan", **SECRET)
    f.submitted(cast, "longshan", submit=False)
    kept = set(MatchKey.objects.values_list("kind", "value", "object_id"))
    MatchKey.objects.filter(object_type="outreach_lead").delete()
    NearKey.objects.filter(object_type="outreach_lead").delete()
    assert fill_keys(today=cast.TODAY, now=cast.NOW) == {"filled": 1}
    assert fill_keys(today=cast.TODAY, now=cast.NOW) == {"filled": 0}
    assert set(MatchKey.objects.values_list("kind", "value", "object_id")) == kept
    assert NearKey.objects.get(object_type="outreach_lead").object_id == lead.pk
