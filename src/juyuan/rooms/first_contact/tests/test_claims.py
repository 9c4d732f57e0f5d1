"""首谈登记与权利:一个项目一个持有;撞上先有者的待裁定,不给对方一个字节;每一步都留在台账里。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken
from juyuan.rooms.first_contact.actions.rights import (
    confirm_lapse,
    confirm_opening_claims,
    end,
    extend,
    take_up,
)
from juyuan.rooms.first_contact.models import CheckLog, Claim, ClaimEvent, Conflict, ConflictParty
from juyuan.rooms.first_contact.queries import claims as read
from juyuan.rooms.first_contact.queries import conflicts
from juyuan.rooms.first_contact.rules.claims import ContactProof, Secrecy, judge_claim
from juyuan.rooms.first_contact.rules.rights import ClaimState
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.progress import add_progress_event
from juyuan.rooms.pipeline.models import MonthlyUpdate, Project
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.progress import EventDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as projects

pytestmark = pytest.mark.django_db


def rules_of(broken: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [finding.rule for finding in broken.value.findings]


def days(cast: Any, number: int) -> datetime:
    return cast.NOW + timedelta(days=number)


def state(claim: Claim) -> str:
    return str(Claim.objects.get(pk=claim.pk).state)


def test_s3_2b_登记即受保护_项目与首谈单位一并而来(cast: Any) -> None:
    made = f.register(cast)
    claim, project = made.claim, made.claim.project
    assert (claim.state, made.conflict, made.answer.tier) == ("protected", None, 0)
    assert project is not None and project.name == "安澜高端纱线项目"
    project.refresh_from_db()
    assert (project.lead_unit, project.lead_claimed, project.total_investment) == (
        cast.unit("longshan"), True, 300_000_000,
    )  # fmt: skip
    assert project.evidence.get().fact == "contact" and project.parties.count() == 1
    assert (claim.merit_at, claim.late) == (cast.NOW, False)
    assert [e.verb for e in claim.events.all()] == ["register", "protect"]
    assert all(e.clause == "3.2b" and e.parameters["first_contact.protection_days"] for e in claim.events.all())  # fmt: skip
    assert [e.event for e in Event.objects.filter(obj_id=claim.code).order_by("id")] == [
        "first_contact.claim.register", "first_contact.claim.protect",
    ]  # fmt: skip
    log = CheckLog.objects.get()
    assert (log.binding, log.counted, log.tier) == (True, False, 0)


def test_s3_2b_后来的一方待裁定_不另立项目_不给对方一个字节(cast: Any) -> None:
    first = f.register(cast).claim
    later = f.register(
        cast, "dongfeng", now=days(cast, 1), subject={"name": "浙江安澜纺织科技（筹）"}
    )
    assert (later.claim.state, later.claim.project_id) == ("disputed", None)
    assert (later.answer.tier, later.answer.ruled, later.answer.overlaps) == (2, True, 1)
    assert Project.objects.count() == 1 and state(first) == "protected"
    conflict = later.conflict
    assert conflict is not None and conflict.state == "open" and conflict.tier == 2
    assert conflict.rule_by == date(2026, 11, 27)
    assert {(p.unit.code, p.incumbent) for p in conflict.parties.all()} == {
        ("longshan", True), ("dongfeng", False),
    }  # fmt: skip
    duty = Duty.objects.get(kind="first_contact.ruling")
    assert (duty.unit.code, duty.due_on, duty.object_id) == ("shangwuju", date(2026, 11, 27), conflict.pk)  # fmt: skip
    told = Notice.objects.filter(kind="first_contact.conflict_opened")
    assert {n.recipient.code for n in told} == {"longshan", "longshan_head", "dongfeng", "dongfeng_head", "duo"}  # fmt: skip
    assert not any("龙山" in n.title + n.text or "东丰" in n.title + n.text for n in told)
    for by in ("longshan", "dongfeng"):
        actor = cast.actor(by)
        assert read.visible_to(actor).count() == 1 and conflicts.door(actor, conflict.code)
        side = conflicts.own_side(actor, conflict)
        assert side is not None and side.unit.code == by
    for by in ("xian", "gongxin", "caizheng", "guwen", "sysadmin"):
        assert not read.visible_to(cast.actor(by)).exists()
        with pytest.raises(NotFound):
            conflicts.door(cast.actor(by), conflict.code)
    assert read.visible_to(cast.actor("chen")).count() == 2


def test_s3_2b_第三家并入同一件_查重也看得见还没有项目的首谈(cast: Any) -> None:
    f.register(cast)
    f.register(cast, "dongfeng")
    third = f.register(cast, "dongliao")
    assert Conflict.objects.count() == 1 and third.answer.overlaps == 2
    assert (
        ConflictParty.objects.count() == 3 and Claim.objects.filter(state="protected").count() == 1
    )
    assert Notice.objects.filter(kind="first_contact.conflict_opened", recipient__code="longshan").count() == 1  # fmt: skip


def test_s3_2b_同一投资方另有项目_各登各的(cast: Any) -> None:
    f.register(cast)
    other = f.register(
        cast, "dongfeng",
        subject={"project_name": "精密轴承基地", "content": "精密轴承生产线", "site": "开发区9号厂房",
                 "amount": 8_000_000},
    )  # fmt: skip
    assert (other.claim.state, other.conflict, other.answer.others) == ("protected", None, 1)
    assert not Conflict.objects.exists()


def test_s3_2b_倒签的凭据赢不了_迟登的标明(cast: Any) -> None:
    first = f.register(cast).claim
    later = f.register(
        cast, "dongfeng", now=days(cast, 3),
        evidence_on=cast.TODAY - timedelta(days=300), contacted_on=cast.TODAY - timedelta(days=300),
    ).claim  # fmt: skip
    assert later.late and later.merit_at == days(cast, 3) > first.merit_at
    assert later.state == "disputed" and state(first) == "protected"


def test_s3_2b_登记在已有的项目上(cast: Any) -> None:
    f.parameters(cast)
    plain = projects.planning(cast, lead_unit_id=None)
    claim = f.register(cast, on=plain).claim
    plain.refresh_from_db()
    assert (claim.state, claim.project, plain.lead_unit) == ("protected", plain, cast.unit("longshan"))  # fmt: skip
    with pytest.raises(RuleBroken) as broken:
        f.register(cast, on=plain)
    assert rules_of(broken) == ["claim.twice"] and Claim.objects.count() == 1
    led = projects.planning(cast, name="别家牵头的项目")  # 市工信局首谈,龙山区承载
    made = f.register(cast, on=led, subject={"name": "江苏海门针织有限公司"})
    assert made.claim.state == "disputed" and made.claim.project == led
    assert {p.unit.code for p in made.conflict.parties.all()} == {"gongxin", "longshan"}
    stranger = projects.planning(cast, name="与东丰无关的项目")
    with pytest.raises(Denied):
        f.register(cast, "dongfeng", on=stranger)


def test_s3_2b_本单位已有同一件的_说是哪一个(cast: Any) -> None:
    claim = f.register(cast).claim
    for subject in ({}, {"project_name": "安澜高端纱线"}):
        with pytest.raises(RuleBroken) as broken:
            f.register(cast, subject=subject)
        assert rules_of(broken) == ["claim.twice"] and claim.code in str(broken.value)
    assert Claim.objects.count() == Project.objects.count() == 1


def test_s3_2b_一个项目只有一个持有_数据库也不许(cast: Any) -> None:
    claim = f.register(cast).claim
    other = f.register(cast, "dongfeng").claim
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=other.pk).update(state="protected", project=claim.project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=other.pk).update(state="protected")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE first_contact_claimevent SET reason = '改'")


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"subject": {"name": "三个字"}}, ["claim.name"]),
        ({"subject": {"project_name": ""}}, ["claim.project_name"]),
        ({"subject": {"content": " "}}, ["claim.content"]),
        ({"subject": {"amount": -1}}, ["claim.amount"]),
        ({"subject": {"site": "长" * 201}}, ["claim.length"]),
        ({"contacted_on": None}, ["claim.date"]),
        ({"evidence_on": date(2026, 11, 21)}, ["claim.date"]),
        ({"evidence_on": date(1999, 12, 31)}, ["claim.date"]),
        ({"proof": None}, ["claim.proof"]),
        ({"file_id": None}, ["claim.file"]),
        ({"file_id": 10**9}, ["claim.file"]),
    ],
)  # fmt: skip
def test_s3_2b_所填不全的拒绝_什么也不留下(cast: Any, changes: dict, rules: list[str]) -> None:
    with pytest.raises(RuleBroken) as broken:
        f.register(cast, **changes)
    assert rules_of(broken) == rules
    assert not (Claim.objects.exists() or Project.objects.exists() or ClaimEvent.objects.exists())
    assert not CheckLog.objects.exists()


def test_s3_2b_开账窗口之外不能补录(cast: Any) -> None:
    with pytest.raises(RuleBroken) as broken:
        f.register(cast, now=days(cast, 500), opening=True)
    assert rules_of(broken) == ["claim.opening"] and "开账窗口" in str(broken.value)


def test_s3_2b_登记在项目上的不必再写项目内容(cast: Any) -> None:
    f.parameters(cast)
    bare = f.draft(cast, "longshan", cast.NOW, subject={"project_name": "", "content": ""})
    assert judge_claim(bare, cast.TODAY, has_project=True) == []
    assert len(judge_claim(bare, cast.TODAY)) == 2
    assert {p.label for p in ContactProof} >= {"会议纪要", "来函", "签到"}


@pytest.mark.parametrize("by", ["caizheng", "guwen", "zhaoji", "lianzhang"])
def test_s3_2b_只能查阅的不登记(cast: Any, by: str) -> None:
    with pytest.raises(Denied):
        f.register(cast, by)


def test_s3_2b_限名单的首谈_本单位的旁人也看不见(cast: Any) -> None:
    claim = f.register(cast, secrecy=Secrecy.RESTRICTED).claim
    seen = {by: read.visible_to(cast.actor(by)).exists() for by in
            ("longshan", "longshan_head", "chen", "heyan", "zhaoji", "dongfeng")}  # fmt: skip
    assert seen == {
        "longshan": True, "longshan_head": False, "chen": False, "heyan": True, "zhaoji": True,
        "dongfeng": False,
    }  # fmt: skip
    later = f.register(cast, "dongfeng")
    assert later.claim.state == "disputed" and later.answer.tier == 2
    assert conflicts.visible_to(cast.actor("dongfeng")).exists()
    assert not conflicts.visible_to(cast.actor("chen")).exists()
    assert not conflicts.visible_to(cast.actor("longshan_head")).exists()
    assert claim.project is not None and claim.project.confidentiality == "restricted"


def test_s3_2b_撞单未定不得签约_首谈单位不能在项目里改(cast: Any) -> None:
    claim = f.register(cast).claim
    f.register(cast, "dongfeng")
    project = Project.objects.get(pk=claim.project_id)
    assert project.contested
    lacks = {x.field for x in missing(facts_of(project), Stage.SIGNED, cast.TODAY)}
    assert "uncontested" in lacks
    assert "uncontested" not in {x.field for x in missing(facts_of(project), Stage.INTENT, cast.TODAY)}  # fmt: skip
    with pytest.raises(RuleBroken) as broken:
        edit_project(
            actor=cast.actor("longshan"), project=project, now=cast.NOW,
            draft=replace(draft_of(project), lead_unit_id=cast.unit("gongxin").pk),
        )  # fmt: skip
    assert rules_of(broken) == ["lead.claimed"]


def opened(cast: Any, by: str, evidence_on: date, **more: Any) -> Any:
    return f.register(cast, by, opening=True, evidence_on=evidence_on,
                      contacted_on=evidence_on, **more)  # fmt: skip


def test_s3_2b_期初补录的_确认之后功劳按凭据(cast: Any) -> None:
    early = opened(cast, "longshan", date(2025, 3, 1)).claim
    earlier = opened(cast, "dongfeng", date(2025, 1, 5)).claim
    assert (early.state, earlier.state, early.late) == ("registered", "disputed", False)
    assert early.merit_at == earlier.merit_at == cast.NOW
    now = cast.NOW + timedelta(days=2)
    both = list(Claim.objects.order_by("id"))
    for by in ("chen", "longshan"):
        with pytest.raises(Denied):
            confirm_opening_claims(actor=cast.actor(by), claims=both, reason="核对过", now=now)
    with pytest.raises(RuleBroken):
        confirm_opening_claims(actor=cast.actor("heyan"), claims=both, reason=" ", now=now)
    confirm_opening_claims(actor=cast.actor("heyan"), claims=both, reason="核对过原件", now=now)
    early.refresh_from_db()
    earlier.refresh_from_db()
    assert (early.state, earlier.state) == ("protected", "disputed")
    assert earlier.merit_at < early.merit_at < cast.NOW
    assert read.rights([early], now.date())[early.pk].outlook.until == cast.TODAY + timedelta(
        days=92
    )
    with pytest.raises(RuleBroken) as broken:
        confirm_opening_claims(actor=cast.actor("heyan"), claims=[early], reason="再来", now=now)
    assert rules_of(broken) == ["claim.not_opening"]


def test_s3_2b_过去任何一天的权利_报备续期(cast: Any) -> None:
    claim = f.register(cast).claim
    project = claim.project
    seen = read.rights([claim], cast.TODAY)[claim.pk]
    assert seen.outlook is not None and seen.outlook.until == cast.TODAY + timedelta(days=90)
    assert read.rights([claim], cast.TODAY - timedelta(days=1))[claim.pk].state is None
    add_progress_event(
        actor=cast.actor("longshan"), project=project, now=days(cast, 20),
        draft=EventDraft("investor_visit", (cast.TODAY + timedelta(days=20)), "来访"),
    )  # fmt: skip
    MonthlyUpdate.objects.create(
        project=project, period=date(2026, 12, 1), substantive=True, at=days(cast, 25),
        by_name="经办",
    )  # fmt: skip
    after = read.rights([claim], cast.TODAY + timedelta(days=30))[claim.pk].outlook
    assert after is not None and after.until == cast.TODAY + timedelta(days=120)
    assert (after.light.value, after.months) == ("ok", 0)
    before = read.rights([claim], cast.TODAY + timedelta(days=24))[claim.pk].outlook
    assert before is not None and before.until == cast.TODAY + timedelta(days=90)


def test_s3_2b_召集人才能延长_只能更长(cast: Any) -> None:
    claim = f.register(cast).claim
    until = cast.TODAY + timedelta(days=500)
    with pytest.raises(Denied):
        extend(actor=cast.actor("heyan"), claim=claim, until=until, reason="大项目", now=cast.NOW)
    for wrong in (None, cast.TODAY + timedelta(days=90)):
        with pytest.raises(RuleBroken) as broken:
            extend(actor=cast.actor("zhaoji"), claim=claim, until=wrong, reason="大", now=cast.NOW)
        assert rules_of(broken) == ["claim.shorter"]
    extend(actor=cast.actor("zhaoji"), claim=claim, until=until, reason="大项目", now=cast.NOW)
    seen = read.rights([claim], cast.TODAY)[claim.pk].outlook
    assert seen is not None and seen.until == until
    assert claim.events.last().until == until


def test_s3_2b_失去独占由系统提请_商务局确认_别的单位接手(cast: Any) -> None:
    claim = f.register(cast).claim
    with pytest.raises(RuleBroken) as broken:
        confirm_lapse(actor=cast.actor("heyan"), claim=claim, reason="无进展", now=days(cast, 60))
    assert rules_of(broken) == ["claim.not_due"]
    with pytest.raises(Denied):
        confirm_lapse(actor=cast.actor("chen"), claim=claim, reason="无进展", now=days(cast, 100))
    confirm_lapse(
        actor=cast.actor("heyan"), claim=claim, reason="三个月无进展", now=days(cast, 100)
    )
    project = Project.objects.get(pk=claim.project_id)
    assert (claim.state, project.lead_unit_id) == ("lapsed", None)
    assert Notice.objects.filter(
        kind="first_contact.claim_lapsed", recipient__code="longshan"
    ).exists()
    why = {"reason": "投资方愿来东丰", "now": days(cast, 101)}
    with pytest.raises(Denied):
        take_up(actor=cast.actor("dongfeng"), claim=claim, **why)
    with pytest.raises(RuleBroken) as broken:
        take_up(actor=cast.actor("longshan"), claim=claim, **why)
    assert rules_of(broken) == ["claim.same_unit"]
    taken = take_up(actor=cast.actor("heyan"), claim=claim, unit_id=cast.unit("dongfeng").pk, **why)
    project.refresh_from_db()
    assert (taken.state, project.lead_unit) == ("protected", cast.unit("dongfeng"))
    # 看得全这个项目的,前一家失去的那件也看得见
    assert set(read.visible_to(cast.actor("dongfeng"))) == {claim, taken}
    with pytest.raises(RuleBroken) as broken:
        take_up(actor=cast.actor("heyan"), claim=claim, unit_id=cast.unit("xian").pk, **why)
    assert rules_of(broken) == ["claim.taken"]
    day = read.rights([claim], cast.TODAY + timedelta(days=50))[claim.pk].state
    assert day == ClaimState.PROTECTED
    assert cast.unit("longshan").pk in project.unit_ids  # 登记过、承载着的,照样看得见


def test_s3_2b_失去独占之后别家登记同一件_立件定份额(cast: Any) -> None:
    claim = f.register(cast).claim
    confirm_lapse(actor=cast.actor("heyan"), claim=claim, reason="无进展", now=days(cast, 100))
    made = f.register(cast, "dongfeng", now=days(cast, 101))
    assert made.claim.state == "disputed" and made.conflict is not None


def test_s3_2b_终结由登记的单位_写明理由(cast: Any) -> None:
    claim = f.register(cast).claim
    with pytest.raises(Denied):
        end(actor=cast.actor("dongfeng"), claim=claim, reason="不谈了", now=cast.NOW)
    with pytest.raises(RuleBroken):
        end(actor=cast.actor("longshan"), claim=claim, reason="", now=cast.NOW)
    end(actor=cast.actor("longshan"), claim=claim, reason="投资方放弃", now=cast.NOW)
    assert claim.state == "ended" and Project.objects.get().lead_unit_id is None
    with pytest.raises(RuleBroken) as broken:
        end(actor=cast.actor("longshan"), claim=claim, reason="再来", now=cast.NOW)
    assert rules_of(broken) == ["claim.end"]
