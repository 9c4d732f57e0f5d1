"""商务主管部门立的撞单:写明理由、两个单位、在办的;其后与查重立的一样办;谁也看不见谁,当事人看不见理由。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.rooms.first_contact import jobs
from juyuan.rooms.first_contact.actions.raising import raise_conflict
from juyuan.rooms.first_contact.actions.rights import end
from juyuan.rooms.first_contact.actions.ruling import dismiss, rule_conflict
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.rules.rulings import RulingDraft
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.investors.tests.factories import investor
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as projects

pytestmark = pytest.mark.django_db
WHY = "两处是同一实际控制人的同一条产线,工商登记可查"
OTHER = {
    "name": "宁波某某新材料有限公司",
    "project_name": "高性能纤维项目",
    "content": "年产纤维一万吨",
    "site": "",
}
URL = "/first-contacts/conflicts/new/"


def two(cast: Any) -> tuple[Claim, Claim]:
    """查重碰不上的两件,都受保护。"""
    first = f.register(cast).claim
    later = f.register(cast, "dongfeng", subject=OTHER, now=cast.NOW + timedelta(hours=1)).claim
    assert {first.state, later.state} == {"protected"} and not Conflict.objects.exists()
    return first, later


def raised(cast: Any, first: Any, second: Any, by: str = "heyan", reason: str = WHY) -> Conflict:
    now = cast.NOW + timedelta(hours=2)
    return raise_conflict(actor=cast.actor(by), first=first, second=second, reason=reason, now=now)


def rules_of(broken: pytest.ExceptionInfo[RuleBroken]) -> set[str]:
    return {finding.rule for finding in broken.value.findings}


def test_s3_2b_两件首谈立件_先登记的为先有_待办与通知都有(cast: Any) -> None:
    first, later = two(cast)
    conflict = raised(cast, later, first)
    assert (conflict.source, conflict.tier, conflict.note, conflict.project_id) == (
        "hand", 0, WHY, first.project_id
    )  # fmt: skip
    parties = {
        p.unit.code: (p.claim_id, p.incumbent) for p in conflict.parties.select_related("unit")
    }
    assert parties == {"longshan": (first.pk, True), "dongfeng": (later.pk, False)}
    duty = Duty.objects.get(kind="first_contact.ruling", object_id=conflict.pk)
    assert duty.unit == cast.unit("shangwuju") and duty.ended_at is None
    told = Notice.objects.filter(kind="first_contact.conflict_opened", object_id=conflict.pk)
    assert {n.recipient_id for n in told} >= {
        cast.person("longshan").pk,
        cast.person("dongfeng").pk,
    }
    assert not any(WHY in n.text or "东丰" in n.text or "安澜" in n.text for n in told)
    held = Project.objects.filter(pk__in=[first.project_id, later.project_id])
    assert set(held.values_list("contested", flat=True)) == {True}
    event = Event.objects.get(event="first_contact.conflict.opened")
    assert event.reason == WHY and event.clause == "3.2b"


def test_s3_2b_裁定之后输的一方退出_赢的照旧受保护(cast: Any) -> None:
    first, later = two(cast)
    conflict = raised(cast, first, later)
    units = {code: cast.unit(code).pk for code in ("longshan", "dongfeng")}
    draft = RulingDraft(
        units["dongfeng"], {units["dongfeng"]: 7000, units["longshan"]: 3000}, "凭据更早"
    )
    rule_conflict(actor=cast.actor("heyan"), conflict=conflict, draft=draft, now=cast.NOW + timedelta(hours=3))  # fmt: skip
    now = cast.NOW + timedelta(days=12)
    jobs.settle_rulings(today=now.date(), now=now)
    for row in (first, later, conflict):
        row.refresh_from_db()
    assert (first.state, later.state, conflict.state) == ("ended", "protected", "final")
    lost, won = Project.objects.get(pk=first.project_id), Project.objects.get(pk=later.project_id)
    assert (lost.lead_unit_id, won.lead_unit_id) == (None, units["dongfeng"])
    assert not lost.contested and not won.contested


def test_s3_2b_不是同一件的撤销_两边照旧(cast: Any) -> None:
    first, later = two(cast)
    conflict = raised(cast, first, later)
    dismiss(actor=cast.actor("heyan"), conflict=conflict, reason="核对下来是两条产线", now=cast.NOW + timedelta(hours=3))  # fmt: skip
    for row in (first, later):
        row.refresh_from_db()
        assert row.state == "protected" and not Project.objects.get(pk=row.project_id).contested
    again = raised(cast, first, later)
    assert again.pk != conflict.pk and again.state == "open"


def test_s3_2b_首谈与还没有登记首谈的项目(cast: Any) -> None:
    first, _ = two(cast)
    unit = cast.unit("xian").pk
    bare = projects.planning(cast, by="xian", name="西安的老项目", lead_unit_id=unit, hosts=())
    conflict = raised(cast, first, bare)
    parties = {
        p.unit.code: (p.claim_id, p.project_id) for p in conflict.parties.select_related("unit")
    }
    assert parties == {"longshan": (first.pk, first.project_id), "xian": (None, bare.pk)}
    bare.refresh_from_db()
    assert bare.contested


def test_s3_2b_有首谈的项目就是它的首谈_已在撞单里的并入(cast: Any) -> None:
    first, later = two(cast)
    conflict = raised(cast, first, Project.objects.get(pk=later.project_id))
    assert set(conflict.parties.values_list("claim_id", flat=True)) == {first.pk, later.pk}
    third = f.register(cast, "xian", subject={"name": "苏州某某科技有限公司", "project_name": "碳纤维制品项目",
                                              "content": "碳纤维制品两千吨", "site": ""}).claim  # fmt: skip
    joined = raised(cast, third, first)
    assert joined.pk == conflict.pk and conflict.parties.count() == 3
    assert Duty.objects.filter(kind="first_contact.ruling").count() == 1
    with pytest.raises(RuleBroken) as broken:
        raised(cast, third, later)
    assert rules_of(broken) == {"raise.pending"} and conflict.code in str(broken.value)


@pytest.mark.parametrize(
    "who", ["chen", "longshan", "dongfeng_head", "zongzhaoji", "guwen", "sysadmin", "kong"]
)
def test_s3_2b_只有商务主管部门负责人_核验人立得了(cast: Any, who: str) -> None:
    first, later = two(cast)
    with pytest.raises(Denied):
        raised(cast, first, later, by=who)
    assert not Conflict.objects.exists()


def test_s3_2b_没写理由_同一单位_已结束的不立_什么也不留(cast: Any) -> None:
    first, later = two(cast)
    mine = f.register(cast, subject={**OTHER, "name": "无锡某某科技有限公司"}).claim
    events = Event.objects.count()
    for second, reason, rule in (
        (later, " ", "raise.reason"),
        (mine, WHY, "raise.same"),
        (first, WHY, "raise.same"),
    ):
        with pytest.raises(RuleBroken) as broken:
            raised(cast, first, second, reason=reason)
        assert rules_of(broken) == {rule}
    assert Event.objects.count() == events
    end(actor=cast.actor("dongfeng"), claim=later, reason="不谈了", now=cast.NOW)
    with pytest.raises(RuleBroken) as broken:
        raised(cast, first, later)
    assert rules_of(broken) == {"raise.over"}
    assert not Conflict.objects.exists()
    assert not Project.objects.filter(contested=True).exists()


def test_s3_2b_网页立件_看不见与没有同一个答案_当事人看不见理由(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = (cast.NOW + timedelta(hours=2)).isoformat()
    first, later = two(cast)
    for who, status in (("chen", 403), ("longshan", 403), ("zongzhaoji", 403), ("sysadmin", 404)):
        assert cast.client(who).get(URL).status_code == status, who
    secret = f.register(cast, "xian", subject={"name": "限名单某某有限公司", "project_name": "限名单项目",
                                               "content": "不给看的内容"}, secrecy=Secrecy.RESTRICTED).claim  # fmt: skip
    head = cast.client("shangwuju_head")
    page = head.get(f"{URL}?first={first.code}").content.decode()
    assert f'value="{first.code}"' in page
    hidden = head.post(URL, {"first": first.code, "second": secret.code, "reason": WHY})
    none = head.post(URL, {"first": first.code, "second": "SQ-AAAAAAAA", "reason": WHY})
    assert hidden.status_code == none.status_code == 422
    said = "没有这个编号的首谈或项目"
    assert said in hidden.content.decode() and said in none.content.decode()
    assert not Conflict.objects.exists()
    done = head.post(URL, {"first": first.code, "second": f" {later.code} ", "reason": WHY})
    conflict = Conflict.objects.get()
    assert done.status_code == 302 and conflict.code in done["Location"]
    assert WHY in head.get(done["Location"]).content.decode()
    for who, other in (("longshan", later), ("dongfeng", first)):
        body = cast.client(who).get(done["Location"]).content.decode()
        assert WHY not in body and other.investor_name not in body and other.code not in body
    assert "立撞单" in head.get("/first-contacts/conflicts/").content.decode()
    assert "立撞单" in head.get(f"/first-contacts/{first.code}/").content.decode()
    assert (
        "立撞单"
        not in cast.client("longshan").get(f"/first-contacts/{first.code}/").content.decode()
    )


def test_s3_2b_投资方页与项目页登记首谈_已知的替他填好(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)
    row = investor(cast, controller="某某控股")
    client = cast.client("longshan")
    link = f"/first-contacts/new/?investor={row.code}"
    assert link in client.get(f"/investors/{row.code}/").content.decode()
    assert (
        "/first-contacts/new/"
        not in cast.client("zongzhaoji").get(f"/investors/{row.code}/").content.decode()
    )
    page = client.get(link).content.decode()
    assert f'value="{row.name}"' in page and 'value="某某控股"' in page
    hidden = cast.client("dongfeng").get(link)
    none = cast.client("dongfeng").get("/first-contacts/new/?investor=TZ-AAAAAAAA%00")
    assert (hidden.status_code, hidden.content) == (404, none.content)
    project = projects.planning(cast, name="安澜高端纱线项目", summary="年产三万吨高端纱线", location="纺织园A3地块",
                                lead_unit_id=cast.unit("longshan").pk)  # fmt: skip
    link = f"/first-contacts/new/?project={project.code}"
    assert link in client.get(f"/projects/{project.code}/").content.decode()
    page = client.get(link).content.decode()
    assert "年产三万吨高端纱线" in page and "纺织园A3地块" in page
