"""查重的动作、接口、网页、记录:全市范围、限次、不漏一个字节。"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from juyuan.foundation.ledger.models import Event, Result
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.people.actions import make_token
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.rooms.first_contact.actions.check import run_check
from juyuan.rooms.first_contact.models import CheckLog
from juyuan.rooms.first_contact.queries import log
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.investors.actions import add_alias, add_contact, register_investor
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.investors.rules.drafts import ContactDraft, InvestorDraft
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import PartyDraft
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db

CODE = "91330100MA0000015D"
NAME = "金丝雀甲针织有限公司"
TOKENS = (
    "金丝雀甲",
    "金丝雀乙",
    "金丝雀丙",
    "金丝雀丁",
    "金丝雀戊",
    "金丝雀己",
    "金丝雀庚",
    "金丝雀辛",
)
API = "/api/v1/first-contacts/check"


@pytest.fixture
def secret(cast: Any) -> Project:
    """龙山区的限名单项目,每一项都埋了独一无二的字样。"""
    f.parameters(cast)
    actor = cast.actor("longshan")
    row = register_investor(
        actor=actor, now=cast.NOW,
        draft=InvestorDraft(name=NAME, controller="金丝雀乙控股有限公司", group="金丝雀丙集团", place="金丝雀丁", remark="金丝雀戊"),
    )  # fmt: skip
    add_alias(actor=actor, investor=row, name="金丝雀己实业", kind="former", now=cast.NOW)
    add_contact(
        actor=actor, investor=row, now=cast.NOW,
        draft=ContactDraft(name="金丝雀庚", phone="13912345678", email="li@jinsique.example"),
    )  # fmt: skip
    return f.planning(
        cast, name="金丝雀辛纱线项目", summary="金丝雀内容", location="金丝雀园A3地块",
        total_investment=3_141_592_600, confidentiality="restricted",
        parties=(PartyDraft(row.pk, 10000, Origin.OUTSIDE_PROVINCE),),
    )  # fmt: skip


ASKED = {
    2: Subject(name=NAME),
    3: Subject(phones=("139-1234-5678",)),
    4: Subject(name="杭州金丝雀甲针织有限公司"),
    0: Subject(name="毫不相干机械有限公司"),
}


def ask(cast: Any, subject: Subject, by: str = "dongfeng", **more: Any) -> Any:
    return run_check(actor=cast.actor(by), subject=subject, now=cast.NOW, **more)


@pytest.mark.parametrize("tier", sorted(ASKED))
def test_s3_2b_看不见的也查得到_答档与处数(cast: Any, secret: Project, tier: int) -> None:
    found = ask(cast, ASKED[tier])
    assert (found.tier, found.overlaps) == (tier, 1 if tier else 0)
    row = CheckLog.objects.get()
    assert (row.tier, row.unit_name, row.counted) == (tier, "东丰县人民政府", True)
    assert Event.objects.get(event="first_contact.check.run").obj_id == str(row.pk)
    assert Notice.objects.filter(kind="first_contact.overlap_found").exists() == (tier in (2, 3))


def test_s3_2b_代码_别名_控制人_地块_集团各有其档(cast: Any, secret: Project) -> None:
    assert ask(cast, Subject(name="金丝雀己实业有限公司")).tier == 2
    assert ask(cast, Subject(controller="金丝雀乙控股有限公司")).reasons == ("controller",)
    assert ask(cast, Subject(group="金丝雀丙集团有限公司")).reasons == ("group",)
    assert ask(cast, Subject(site="金丝雀园Ａ３地块")).reasons == ("site",)
    assert ask(cast, Subject(emails=("wang@jinsique.example",))).reasons == ("email",)
    assert ask(cast, Subject(project_name="金丝雀辛纱线")).tier == 4
    assert ask(cast, Subject(name="龙井市金丝雀甲针织有限公司长春分公司")).tier == 0


def test_s3_2b_本单位自己的不算重合_终止的照算_作废的不算(cast: Any, secret: Project) -> None:
    mine = ask(cast, ASKED[2], by="longshan")
    assert (mine.tier, mine.overlaps, mine.own) == (0, 0, 1)
    Project.objects.filter(pk=secret.pk).update(standing="ended")
    assert ask(cast, ASKED[2]).tier == 2
    Project.objects.filter(pk=secret.pk).update(confidentiality="normal")
    secret.refresh_from_db()
    void = request_void(actor=cast.actor("longshan"), project=secret, reason="重", now=cast.NOW)
    settle_void(actor=cast.actor("heyan"), request=void, agree=True, now=cast.NOW)
    assert ask(cast, Subject(project_name="金丝雀辛纱线")).tier == 0
    assert ask(cast, ASKED[2]).overlaps == 1  # 项目作废了,投资方仍登记着


def test_s3_2b_同一投资方另有项目_告知而不提请裁定(cast: Any, secret: Project) -> None:
    other = Subject(name=NAME, project_name="轴承", content="精密轴承生产线", site="开发区9号厂房")
    found = ask(cast, other)
    assert (found.tier, found.overlaps, found.others, found.ruled) == (2, 1, 1, False)
    assert not Notice.objects.filter(kind="first_contact.overlap_found").exists()


def test_s3_2b_命中太多的键弃用(cast: Any) -> None:
    f.parameters(cast)
    for number in range(21):
        row = register_investor(
            actor=cast.actor("longshan"), draft=InvestorDraft(name=f"第{number}号{chr(0x4E00 + number * 9)}岚有限公司"), now=cast.NOW
        )  # fmt: skip
        draft = ContactDraft(name="总机", phone="0437-3220000")
        add_contact(actor=cast.actor("longshan"), investor=row, draft=draft, now=cast.NOW)
        if number in (19, 20):
            found = ask(cast, Subject(phones=("04373220000",)))
            assert (found.tier, found.overlaps) == ((3, 20) if number == 19 else (0, 0))


def test_s3_2b_每人每日限次_超出即拒绝并上报_什么也不查(cast: Any, secret: Project) -> None:
    for number in range(30):
        ask(cast, Subject(name=f"第{number}家机械有限公司"))
    before = CheckLog.objects.count(), Event.objects.filter(result=Result.DONE).count()
    for _ in range(2):
        with pytest.raises(RuleBroken) as broken:
            ask(cast, ASKED[2])
        assert broken.value.findings[0].rule == "check.quota"
    after = CheckLog.objects.count(), Event.objects.filter(result=Result.DONE).count()
    assert before == after
    assert Event.objects.filter(event="first_contact.check.refused").count() == 2
    told = Notice.objects.filter(kind="first_contact.quota_exceeded")
    assert {n.recipient_id for n in told} == {
        cast.person(who).pk for who in ("chen", "heyan", "shangwuju_head")
    }
    assert told.count() == 3  # 一天一次
    assert ask(cast, ASKED[2], by="dongliao").tier == 2  # 别人不受影响


def test_s3_2b_同一张表接着填的算一次_换一家另算(cast: Any, secret: Project) -> None:
    for name in ("金丝雀甲", "金丝雀甲针织", NAME, NAME):
        ask(cast, Subject(name=name), session="s1")
    ask(cast, Subject(name=NAME, phones=("13912345678",)), session="s1")
    assert list(CheckLog.objects.order_by("id").values_list("counted", flat=True)) == [
        True, False, False, False, False,
    ]  # fmt: skip
    ask(cast, Subject(name="毫不相干机械有限公司"), session="s1")
    ask(cast, Subject(name=NAME), session="s2")
    assert CheckLog.objects.filter(counted=True).count() == 3
    assert Event.objects.filter(event="first_contact.check.run").count() == 3


def test_s3_2b_职务只能查阅的不能查_填得太少的不查(cast: Any, secret: Project) -> None:
    for who in ("caizheng", "guwen", "zongzhaoji"):
        with pytest.raises(Denied):
            ask(cast, ASKED[2], by=who)
    with pytest.raises(RuleBroken):
        ask(cast, Subject(name="金丝"))
    assert not CheckLog.objects.exists() and not Notice.objects.filter(kind__startswith="first_contact").exists()  # fmt: skip
    assert not Event.objects.filter(event__startswith="first_contact").exists()


def test_记录只增不改_不留电话原文(cast: Any, secret: Project) -> None:
    ask(cast, Subject(name=NAME, phones=("13912345678",), emails=("li@jinsique.example",)))
    row = CheckLog.objects.get()
    kept = json.dumps([row.asked, row.anchor, row.found], ensure_ascii=False)
    assert "13912345678" not in kept and "li@" not in kept and "139****5678" in kept
    with pytest.raises(DatabaseError), transaction.atomic():
        CheckLog.objects.update(tier=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        CheckLog.objects.all().delete()


def test_语句数与行数无关(cast: Any, secret: Project) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            ask(cast, Subject(name=NAME, phones=("13912345678",), project_name="金丝雀辛纱线"))
        return len(seen)

    ask(cast, ASKED[2])  # 参数等先取好
    first = count()
    backer = secret.parties.get().investor_id
    for number in range(6):
        f.planning(
            cast, name=f"别的{number}", parties=(PartyDraft(backer, 10000, Origin.OUTSIDE_CITY),)
        )
        add = ContactDraft(name="总机", phone="13912345678")
        row = f.investor(cast, name=f"共线{number}号{chr(0x5E00 + number * 7)}有限公司")
        add_contact(actor=cast.actor("longshan"), investor=Investor.objects.get(pk=row), draft=add, now=cast.NOW)  # fmt: skip
    assert count() == first
    assert CheckLog.objects.first().overlaps > 6


def bodies(cast: Any, secret: Project) -> list[tuple[int, str]]:
    """东丰县经办从接口与网页能得到的全部字节(含回应头、Cookie、通知),各档各一。"""
    token = make_token(actor=Actor.console(), username="dongfeng", now=cast.NOW)
    client = cast.client("dongfeng")
    found = []
    for tier, s in ASKED.items():
        phone = s.phones[0] if s.phones else ""
        api = client.post(
            API, {"investor": {"name": s.name, "phone": phone}}, content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        assert api.status_code == 200 and api.json()["tier"] == tier
        page = client.post("/first-contacts/check/", {"name": s.name, "phone": phone})
        live = client.post(
            "/first-contacts/check/", {"name": s.name, "phone": phone}, headers={"HX-Request": "true"}
        )  # fmt: skip
        for answer in (api, page, live):
            assert answer.status_code == 200
            found.append((tier, f"{answer.headers}{answer.cookies}{answer.content.decode()}"))
    inbox = client.get("/notices/").content.decode()
    return [*found, (0, inbox)]


def test_s3_2b_金丝雀_对方的任何一个字都不出现(cast: Any, secret: Project) -> None:
    own = "".join(f"{s.name}{s.phones}" for s in ASKED.values())
    hidden = [
        *(t for t in TOKENS if t not in own), "金丝雀内容", "金丝雀园", "jinsique", "13912345678", secret.code, "龙山",
        "3141592600", "314,159.26", "314159.26", "31.4", "longshan", "限名单",
        Investor.objects.get(name=NAME).code,
    ]  # fmt: skip
    for _, body in bodies(cast, secret):
        for token in hidden:
            assert token not in body, token


def test_s3_2b_回答不因对方是谁而不同(cast: Any, secret: Project) -> None:
    token = make_token(actor=Actor.console(), username="dongfeng", now=cast.NOW)
    f.planning(
        cast, by="dongliao", name="另一家的", lead_unit_id=cast.unit("dongliao").pk,
        hosts=(), parties=(PartyDraft(f.investor(cast, name="银杏针织有限公司", by="dongliao"), 10000, Origin.OUTSIDE_CITY),),
    )  # fmt: skip
    answers = {
        cast.client("dongfeng").post(
            API, {"investor": {"name": name}}, content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        ).content
        for name in (NAME, "银杏针织有限公司")
    }  # fmt: skip
    assert answers == {b'{"tier":2,"overlaps":1,"ruled_by":"shangwuju","reasons":["name"]}'}


def test_接口的拒绝_422写明哪一项(cast: Any, secret: Project) -> None:
    token = make_token(actor=Actor.console(), username="dongfeng", now=cast.NOW)
    client, auth = cast.client("dongfeng"), {"Authorization": f"Bearer {token}"}

    def post(body: Any) -> Any:
        return client.post(API, body, content_type="application/json", headers=auth)

    assert post({"investor": {}}).json()["findings"][0]["rule"] == "check.thin"
    assert post({"investor": {"name": NAME}, "amount": "-1"}).status_code == 422
    assert post({"investor": {"name": NAME}, "amount": 100}).status_code == 422
    assert post({"investor": {"name": NAME}, "extra": "1"}).status_code == 422
    full = {
        "investor": {"name": NAME, "uscc": "", "phone": "139 1234 5678", "controller": ""},
        "project_name": "金丝雀辛纱线", "amount": "314159.26", "site": "",
    }  # fmt: skip
    assert post(full).json() == {
        "tier": 2, "overlaps": 1, "ruled_by": "shangwuju", "reasons": ["name", "phone", "project_name"],
    }  # fmt: skip


def test_s3_2b_商务主管部门逐项对照_限名单的只有看得见的人打得开(
    cast: Any, secret: Project
) -> None:
    ask(
        cast, Subject(name=NAME, phones=("13912345678",), amount=100_000_000, site="金丝雀园A3地块")
    )
    row = CheckLog.objects.get()
    [side] = log.sides(cast.actor("heyan"), row)
    assert (side.tier, side.unit, side.label) == (2, "市工业和信息化局", "金丝雀辛纱线项目")
    lines = {line.label: line for line in side.lines}
    assert lines["投资方名称"].matched and lines["联系电话"].matched and lines["地点"].matched
    assert lines["联系电话"].theirs == lines["联系电话"].mine == "139****5678"
    assert not lines["金额(万元)"].matched
    page = cast.client("heyan").get(f"/first-contacts/checks/{row.pk}/")
    assert page.status_code == 200 and "金丝雀辛纱线项目" in page.content.decode()
    [closed] = log.sides(cast.actor("chen"), row)
    assert closed.hidden and closed.label == "" and not closed.lines
    shut = cast.client("chen").get(f"/first-contacts/checks/{row.pk}/").content.decode()
    assert "金丝雀辛" not in shut and secret.code not in shut
    assert cast.client("dongfeng").get(f"/first-contacts/checks/{row.pk}/").status_code == 403
    listing = cast.client("chen").get("/first-contacts/checks/").content.decode()
    assert NAME in listing and "第 2 档" in listing


def test_网页_没有脚本也能查_超次的话摆在右栏(cast: Any, secret: Project) -> None:
    client = cast.client("dongfeng")
    assert "填好投资方名称即可核对" in client.get("/first-contacts/check/").content.decode()
    page = client.post("/first-contacts/check/", {"name": NAME}).content.decode()
    assert "存在 1 处重合,由市商务局裁定" in page and "对方单位、项目与联系人不予显示" in page
    thin = client.post("/first-contacts/check/", {"name": "金"})
    assert thin.status_code == 422 and "四个字" in thin.content.decode()


def test_近似键只走索引_之后照旧(cast: Any, secret: Project) -> None:
    plans: list[str] = []

    def explained(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "investors_nearkey" in sql and sql.startswith("SELECT"):
            with context["connection"].connection.cursor() as raw:
                raw.execute("EXPLAIN " + sql, params)
                plans.extend(row[0] for row in raw.fetchall())
        return run(sql, params, many, context)

    with connection.execute_wrapper(explained):
        assert ask(cast, ASKED[4]).tier == 4
    assert any("near_key_any" in line for line in plans), plans
    assert not any("Seq Scan" in line for line in plans)
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)
