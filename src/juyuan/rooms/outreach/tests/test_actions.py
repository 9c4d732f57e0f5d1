"""线索的动作:谁报、谁办、谁看得见;待办由办事结束;不采纳的理由送到;转项目一个动作。"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.tests import factories as claims
from juyuan.rooms.outreach.actions.convert import convert_lead
from juyuan.rooms.outreach.actions.handle import (
    answer_lead,
    assign_lead,
    feed_back_lead,
    judge_lead,
    refuse_lead,
)
from juyuan.rooms.outreach.actions.keep import (
    register_lead,
    save_lead,
    submit_lead,
    withdraw_lead,
)
from juyuan.rooms.outreach.jobs import follow
from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.queries.leads import clocks_of, door, draft_of, inside, visible_to
from juyuan.rooms.outreach.rules.drafts import LeadDraft, LeadSecrecy
from juyuan.rooms.outreach.rules.leads import LeadClock, LeadOutcome
from juyuan.rooms.outreach.tests import factories as f
from juyuan.rooms.pipeline.models import Project

pytestmark = pytest.mark.django_db
EVERYBODY = (
    "chen", "heyan", "shangwuju_head", "fagai", "dongfeng", "longshan", "longshan_head", "xian",
    "longshan_shangwu", "gongxin", "zongzhaoji", "zhaoji2", "lianzhang", "mishu", "zhuanyuan",
    "guwen", "shanghui", "caizheng", "zuzhi", "shenji", "sysadmin", "secadmin", "auditadmin",
    "duo", "kong",
)  # fmt: skip


def seers(cast: Any, lead: Lead) -> set[str]:
    return {u for u in EVERYBODY if visible_to(cast.actor(u)).filter(pk=lead.pk).exists()}


def open_duties(lead: Lead) -> set[tuple[str, str, date]]:
    return {
        (d.kind, d.unit.code, d.due_on)
        for d in Duty.objects.filter(object_id=lead.pk, object_type="outreach_lead", ended_at=None)
    }


def days(cast: Any, n: int) -> datetime:
    return cast.NOW + timedelta(days=n)


def rules_of(broken: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [finding.rule for finding in broken.value.findings]


def test_s2_5b_没填完也能存_登记时才要求齐(cast: Any) -> None:
    f.parameters(cast)
    actor = cast.actor("shanghui")
    lead = register_lead(actor=actor, draft=LeadDraft(investor_name="某"), now=cast.NOW)
    assert (lead.state, lead.referrer_name, lead.channel) == ("draft", "商会联络人", "chamber")
    assert seers(cast, lead) == {"shanghui"} and not open_duties(lead)
    with pytest.raises(RuleBroken) as broken:
        submit_lead(actor=actor, lead=lead, now=cast.NOW)
    assert set(rules_of(broken)) == {"lead.needed"}
    assert Lead.objects.get().state == "draft" and LeadStep.objects.count() == 1
    save_lead(actor=actor, lead=lead, draft=f.draft(), version=1, now=cast.NOW)
    again = save_lead(actor=actor, lead=lead, draft=draft_of(lead), now=cast.NOW)
    assert again.version == 2
    with pytest.raises(Stale):
        save_lead(actor=actor, lead=lead, draft=f.draft(jobs=1), version=1, now=cast.NOW)
    submit_lead(actor=actor, lead=lead, version=2, now=cast.NOW)
    assert open_duties(lead) == {
        ("outreach.answer", "shangwuju", date(2026, 11, 23)),
        ("outreach.assign", "shangwuju", date(2026, 11, 23)),
    }  # fmt: skip
    with pytest.raises(RuleBroken):
        save_lead(actor=actor, lead=lead, draft=f.draft(jobs=9), now=cast.NOW)
    assert [e.event for e in Event.objects.filter(obj_id=lead.code).order_by("id")] == [
        "outreach.lead.register", "outreach.lead.save", "outreach.lead.submit",
    ]  # fmt: skip
    told = Notice.objects.filter(kind="outreach.lead_submitted")
    assert {n.recipient.code for n in told} == {"chen", "heyan", "shangwuju_head"}


@pytest.mark.parametrize("who", ["zongzhaoji", "caizheng", "lianzhang", "sysadmin", "kong"])
def test_s2_5b_查阅的人不报线索(cast: Any, who: str) -> None:
    f.parameters(cast)
    with pytest.raises(Denied):
        register_lead(actor=cast.actor(who), draft=f.draft(), now=cast.NOW)
    assert not Lead.objects.exists() and not Event.objects.filter(event__startswith="outreach").exists()  # fmt: skip


def test_s2_5b_谁看得见(cast: Any) -> None:
    desk = {"chen", "heyan", "shangwuju_head", "zongzhaoji", "zhaoji2"}
    lead = f.submitted(cast)
    assert seers(cast, lead) == desk | {"shanghui"}
    f.assigned(cast, lead)
    assert seers(cast, lead) == desk | {"shanghui", "longshan", "longshan_head", "duo"}
    own = f.submitted(cast, "gongxin")
    assert seers(cast, own) == desk | {"gongxin"}
    for who in ("dongfeng", "guwen", "caizheng", "sysadmin", "kong"):
        with pytest.raises(NotFound):
            door(cast.actor(who), lead.code)
    assert not inside(cast.actor("shanghui"), lead) and inside(cast.actor("longshan"), lead)


def test_s2_5b_限名单的只有报送人_承办人_核验人_召集人看得见(cast: Any) -> None:
    lead = f.submitted(cast, secrecy=LeadSecrecy.RESTRICTED)
    few = {"shanghui", "heyan", "zongzhaoji", "zhaoji2"}
    assert seers(cast, lead) == few
    told = Notice.objects.filter(kind="outreach.lead_submitted")
    assert {n.recipient.code for n in told} == {"heyan"}
    with pytest.raises(RuleBroken) as broken:
        assign_lead(actor=cast.actor("heyan"), lead=lead, unit=cast.unit("longshan"), now=cast.NOW)
    assert rules_of(broken) == ["lead.assignee"]
    f.assigned(cast, lead, person="longshan")
    assert seers(cast, lead) == few | {"longshan"}
    told = Notice.objects.filter(kind="outreach.lead_assigned")
    assert {n.recipient.code for n in told} == {"longshan"}


def test_s2_5b_分办只由商务主管部门_给有人办的单位(cast: Any) -> None:
    lead = f.submitted(cast)
    with pytest.raises(Denied):
        assign_lead(
            actor=cast.actor("shanghui"), lead=lead, unit=cast.unit("longshan"), now=cast.NOW
        )
    for unit, person in (("sifa", None), ("longshan", "dongfeng")):
        with pytest.raises(RuleBroken) as broken:
            assign_lead(
                actor=cast.actor("chen"), lead=lead, unit=cast.unit(unit),
                person=cast.person(person) if person else None, now=cast.NOW,
            )  # fmt: skip
        assert rules_of(broken) == ["lead.unit"]
    assert Lead.objects.get().state == "submitted"


def test_s2_5b_待办由办事结束_三个时限(cast: Any) -> None:
    lead = f.submitted(cast)
    answer_lead(actor=cast.actor("chen"), lead=lead, text="已收到,小陈联系您", now=cast.NOW)
    with pytest.raises(RuleBroken) as broken:
        answer_lead(actor=cast.actor("chen"), lead=lead, text="再答一次吧", now=cast.NOW)
    assert rules_of(broken) == ["lead.answered"]
    assert {k for k, *_ in open_duties(lead)} == {"outreach.assign"}
    lead = f.assigned(cast, lead, now=days(cast, 3))
    assert open_duties(lead) == {("outreach.judge", "longshan", date(2026, 11, 26))}
    with pytest.raises(Denied):
        judge_lead(
            actor=cast.actor("dongfeng"), lead=lead, marks=f.marks(cast),
            outcome=LeadOutcome.FOLLOW, reason="建议跟进", now=cast.NOW,
        )  # fmt: skip
    lead = f.judged(cast, lead, now=days(cast, 6))
    assert open_duties(lead) == {
        ("outreach.feed_back", "longshan", date(2026, 12, 3)),
        ("outreach.decide", "longshan", date(2026, 12, 24)),
    }  # fmt: skip
    feed_back_lead(
        actor=cast.actor("longshan"), lead=lead, text="已上门拜访,准备考察", now=days(cast, 20)
    )
    assert {k for k, *_ in open_duties(lead)} == {"outreach.decide"}
    faces = {c.clock: c.on_time(days(cast, 20).date()) for c in clocks_of([lead], days(cast, 20).date())[lead.pk]}  # fmt: skip
    assert faces == {LeadClock.ANSWER: True, LeadClock.JUDGE: True, LeadClock.FEED_BACK: False}
    assert {n.recipient.code for n in Notice.objects.filter(kind__in=("outreach.lead_fed_back", "outreach.lead_answered"))} == {"shanghui"}  # fmt: skip


def test_s2_5b_重大线索研判五个工作日(cast: Any) -> None:
    lead = f.assigned(cast, amount=500_000_000)
    assert ("outreach.judge", "longshan", date(2026, 11, 27)) in open_duties(lead)
    lead = f.assigned(cast, lead, to="dongfeng", now=days(cast, 3))
    assert {d for d in open_duties(lead) if d[0] == "outreach.judge"} == {
        ("outreach.judge", "dongfeng", date(2026, 11, 30))
    }
    assert "longshan" not in seers(cast, lead) and "dongfeng" in seers(cast, lead)


def test_s2_5b_不采纳的理由送到报来的人(cast: Any) -> None:
    lead = f.judged(cast, outcome=LeadOutcome.DROP)
    with pytest.raises(RuleBroken) as broken:
        refuse_lead(actor=cast.actor("longshan"), lead=lead, reason=" ", now=cast.NOW)
    assert rules_of(broken) == ["lead.reason"] and f.fresh(lead).state == "judged"
    refuse_lead(actor=cast.actor("longshan"), lead=lead, reason="用能超出园区指标", now=cast.NOW)
    told = Notice.objects.get(kind="outreach.lead_refused")
    assert told.recipient.code == "shanghui" and "用能超出园区指标" in told.text
    assert not open_duties(lead) and f.fresh(lead).fate == "用能超出园区指标"
    with pytest.raises(RuleBroken) as broken:
        f.converted(cast, f.fresh(lead))
    assert rules_of(broken) == ["lead.convert"]


def test_s2_5b_分办之前可以撤回(cast: Any) -> None:
    lead = f.submitted(cast)
    with pytest.raises(Denied):
        withdraw_lead(actor=cast.actor("chen"), lead=lead, reason="替他撤回", now=cast.NOW)
    withdraw_lead(actor=cast.actor("shanghui"), lead=lead, reason="企业改了主意", now=cast.NOW)
    assert not open_duties(lead) and f.fresh(lead).ended_on == cast.TODAY
    with pytest.raises(RuleBroken):
        f.assigned(cast, f.fresh(lead))


def test_s2_5b_转项目一个动作_已填的都带去(cast: Any) -> None:
    lead, made = f.converted(cast)
    project = lead.project
    assert made.conflict is None and project is not None
    assert (lead.state, made.claim.state, lead.claim_id) == (
        "converted",
        "protected",
        made.claim.pk,
    )
    assert (project.name, project.total_investment, project.location) == (
        "安澜高端纱线项目", 300_000_000, "纺织园A3地块",
    )  # fmt: skip
    assert "8000 kVA" in project.factor_needs and "排污指标" in project.factor_needs
    assert "50,000.00 万元" in project.benefit and "320" in project.benefit
    assert project.lead_unit == cast.unit("longshan") and not open_duties(lead)
    assert Notice.objects.get(kind="outreach.lead_converted").recipient.code == "shanghui"


def test_s2_5b_研判不跟进的不转_凭据不齐的什么也不留(cast: Any) -> None:
    lead = f.judged(cast, outcome=LeadOutcome.DROP)
    with pytest.raises(RuleBroken) as broken:
        f.converted(cast, lead)
    assert rules_of(broken) == ["lead.drop"]
    lead = f.judged(cast, investor_name="绍兴某某家纺集团", project_name="")
    with pytest.raises(RuleBroken) as broken:
        convert_lead(
            actor=cast.actor("longshan"), lead=lead, now=cast.NOW,
            proof=f.proof(cast, "longshan", cast.NOW, file_id=None),
        )  # fmt: skip
    assert set(rules_of(broken)) == {"claim.project_name", "claim.file"}
    assert not Project.objects.exists() and not Claim.objects.exists()
    assert f.fresh(lead).state == "judged"
    with pytest.raises(Denied):
        convert_lead(
            actor=cast.actor("duo", unit="dongfeng"), lead=lead, now=cast.NOW,
            proof=f.proof(cast, "duo", cast.NOW),
        )  # fmt: skip


def test_s2_5b_撞上别家的待裁定_线索留着_不给对方一个字节(cast: Any) -> None:
    claims.register(cast, "dongfeng")
    lead, made = f.converted(cast)
    assert made.conflict is not None and made.answer.ruled
    assert (lead.state, lead.project_id, lead.conflict_id) == ("contested", None, made.conflict.pk)
    assert {k for k, *_ in open_duties(lead)} == {"outreach.answer", "outreach.feed_back"}
    assert not Notice.objects.filter(kind="outreach.lead_converted").exists()
    with pytest.raises(Denied):
        refuse_lead(actor=cast.actor("longshan"), lead=lead, reason="不等裁定了", now=cast.NOW)
    assert follow(today=cast.TODAY, now=cast.NOW) == {"followed": 0}
    Claim.objects.filter(pk=made.claim.pk).update(state="ended")
    assert follow(today=cast.TODAY, now=cast.NOW) == {"followed": 1}
    lead = f.fresh(lead)
    assert lead.state == "refused" and not open_duties(lead)
    assert Notice.objects.get(kind="outreach.lead_refused").recipient.code == "shanghui"
    assert follow(today=cast.TODAY, now=cast.NOW) == {"followed": 0}


def test_s2_5b_裁定牵头的接着转项目(cast: Any) -> None:
    theirs = claims.register(cast, "dongfeng").claim
    lead, made = f.converted(cast)
    Claim.objects.filter(pk=theirs.pk).update(state="ended")
    Claim.objects.filter(pk=made.claim.pk).update(state="protected", project=theirs.project)
    follow(today=cast.TODAY, now=cast.NOW)
    lead = f.fresh(lead)
    assert (lead.state, lead.project_id) == ("converted", theirs.project_id)


def test_s2_5b_步骤只增(cast: Any) -> None:
    f.submitted(cast)
    row = LeadStep.objects.order_by("id").first()
    assert row is not None
    for spoil in (lambda: LeadStep.objects.filter(pk=row.pk).update(reason="改"), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()


def test_s2_5b_旧版本的一步不算(cast: Any) -> None:
    lead = f.submitted(cast)
    stale = f.fresh(lead)
    f.assigned(cast, lead)
    with pytest.raises((Stale, RuleBroken)):
        refuse_lead(actor=cast.actor("chen"), lead=stale, reason="来晚了一步", now=cast.NOW)
    assert f.fresh(lead).state == "assigned"
