"""审查意见的动作:申请、退回、补齐、拟稿、签发、撤回、撤销;每步的拒绝不留痕迹。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.files import registry as files
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.evaluation.actions import opinionmerging
from juyuan.rooms.evaluation.actions import opinions as acts
from juyuan.rooms.evaluation.models import OpinionRequest, OpinionStep
from juyuan.rooms.evaluation.queries import opinions as read
from juyuan.rooms.evaluation.queries.opinion_duty import ANSWER, MATERIAL, SIGN
from juyuan.rooms.evaluation.rules.opinions import AskDraft, OpinionKind, OpinionState
from juyuan.rooms.evaluation.tests import opinions as o
from juyuan.rooms.pipeline.actions.merge import merge_projects, undo_merge
from juyuan.rooms.pipeline.actions.recognise import recognise
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.rules.facts import Conclusion
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast):
    o.people(cast)
    return f.at(cast, Stage.INTENT, name="高性能纱线智能制造")


def traces() -> tuple[int, ...]:
    return tuple(
        model.objects.count()
        for model in (OpinionRequest, OpinionStep, Evidence, Event, Notice, Duty)
    )


def test_s3_4b_申请_问到司法部门_五个工作日_告诉它(cast, project) -> None:
    row = o.asked(cast, project)
    assert row.unit.function == "justice" and row.state == OpinionState.ASKED
    assert (row.clock_on, row.due_on) == (cast.TODAY, date(2026, 11, 27))
    duty = Duty.objects.get(kind=ANSWER)
    assert (duty.unit_id, duty.due_on) == (row.unit_id, row.due_on)
    told = set(
        Notice.objects.filter(kind="evaluation.opinion_asked").values_list(
            "recipient__name", flat=True
        )
    )
    assert told == {"sifa经办", "sifa负责人"}
    event = Event.objects.get(event="evaluation.opinion.ask")
    assert event.obj_id == row.code and event.clause == "3.4b"
    assert o.asked(cast, project, OpinionKind.FAIR_COMPETITION).unit.function == "market"


def test_s3_4b_申请的拒绝_没写齐_没文本_无权_已有一件(cast, project) -> None:
    o.asked(cast, project)
    before = traces()
    good = AskDraft(OpinionKind.FAIR_COMPETITION, "某", "问", None)
    cases = [
        ("longshan", replace(good, kind=OpinionKind.LEGALITY, file_id=1), RuleBroken),
        ("longshan", good, RuleBroken),  # 没有文本
        ("longshan", replace(good, drafter=True), RuleBroken),  # 本市由市场监管部门审
        ("sifa", good, Denied),
        ("dongfeng", good, Denied),
        ("guwen", good, Denied),
    ]
    for who, draft, error in cases:
        with pytest.raises(error):
            acts.ask(actor=cast.actor(who), project=project, draft=draft, now=cast.NOW)
        assert traces() == before
    file = o.agreement(cast)
    before = traces()
    with pytest.raises(RuleBroken) as again:
        acts.ask(
            actor=cast.actor("longshan"), project=project, now=cast.NOW,
            draft=AskDraft(OpinionKind.LEGALITY, "某", "问", file.pk),
        )  # fmt: skip
    assert again.value.findings[0].rule == "opinion.open" and traces() == before


def test_s3_4b_没另附文本的_用承诺审查里的现行文本(cast, project) -> None:
    record = o.text(cast, project)
    row = acts.ask(
        actor=cast.actor("longshan"), project=project, now=cast.NOW,
        draft=AskDraft(OpinionKind.LEGALITY, "某", "问"),
    )  # fmt: skip
    assert row.file_sha256 == record.text_sha256


def test_s3_4b_签发即记作凭据_出具单位是审查单位(cast, project) -> None:
    row = o.answered(cast, project)
    fact = Evidence.objects.get(project=project, fact="legality")
    assert (fact.issuer, fact.number, fact.conclusion) == ("市司法局", "司审〔2026〕1号", "passed")
    assert (fact.source, fact.source_ref) == ("evaluation", row.code)
    assert row.evidence_id == fact.pk and fact.file_sha256 == row.answer_sha256
    assert not Duty.objects.filter(ended_at__isnull=True, object_type=read.OBJ).exists()
    assert Notice.objects.filter(kind="evaluation.opinion_answered").exists()
    assert [s.verb for s in read.steps_of(row)] == ["ask", "draft", "sign"]


def test_s3_4b_不通过的如实记下_不作凭据_先前的凭据撤回(cast, project) -> None:
    first = o.answered(cast, project)
    second = o.answered(cast, project, conclusion=Conclusion.FAILED, number="司审〔2026〕2号")
    assert second.state == OpinionState.ANSWERED and second.evidence is None
    fact = Evidence.objects.get(pk=first.evidence_id)
    assert fact.voided_at is not None and "司审〔2026〕2号" in fact.void_reason


def test_s3_4b_拟稿人申请人都不能签发_无关的人不能拟(cast, project) -> None:
    row = o.drafted(cast, o.asked(cast, project))
    before = traces()
    for who in ("sifa", "longshan", "shichang_head", "heyan"):
        with pytest.raises(Denied):
            acts.sign(actor=cast.actor(who), request=row, now=cast.NOW)
    assert traces() == before
    row = o.drafted(cast, o.asked(cast, project, OpinionKind.FAIR_COMPETITION))
    file_draft = o.answer_draft(cast, "sifa", cast.NOW)
    before = traces()
    with pytest.raises(Denied):
        acts.draft_answer(actor=cast.actor("sifa"), request=row, draft=file_draft, now=cast.NOW)
    assert traces() == before


def test_s3_4b_负责人自己拟的_也须另一人签(cast, project) -> None:
    row = o.asked(cast, project)
    acts.draft_answer(
        actor=cast.actor("sifa_head"), request=row,
        draft=o.answer_draft(cast, "sifa_head", cast.NOW), now=cast.NOW,
    )  # fmt: skip
    with pytest.raises(Denied) as error:
        acts.sign(actor=cast.actor("sifa_head"), request=row, now=cast.NOW)
    assert "拟稿人" in str(error.value)


def test_s3_4b_意见没写齐_没附文件_状态不对_都不留(cast, project) -> None:
    row = o.asked(cast, project)
    good = o.answer_draft(cast, "sifa", cast.NOW)
    before = traces()
    for draft in (replace(good, number=""), replace(good, file_id=None), replace(good, text="")):
        with pytest.raises(RuleBroken):
            acts.draft_answer(actor=cast.actor("sifa"), request=row, draft=draft, now=cast.NOW)
        assert traces() == before
    with pytest.raises(RuleBroken) as error:
        acts.sign(actor=cast.actor("sifa_head"), request=row, now=cast.NOW)
    assert "待答复" in error.value.findings[0].message and traces() == before


def test_s3_4b_退回补材料_补齐再送_时限重新起算(cast, project) -> None:
    row = o.asked(cast, project)
    late = cast.NOW + timedelta(days=4)  # 星期二
    acts.return_request(actor=cast.actor("sifa"), request=row, reason="缺可研报告", now=late)
    assert row.state == OpinionState.RETURNED
    assert Duty.objects.get(kind=MATERIAL, ended_at__isnull=True).unit == cast.unit("longshan")
    assert not Duty.objects.filter(kind=ANSWER, ended_at__isnull=True).exists()
    again = late + timedelta(days=1)
    acts.resubmit(actor=cast.actor("longshan"), request=row, note="已补", now=again)
    assert (row.round, row.clock_on) == (2, localdate(again))
    assert row.due_on == date(2026, 12, 2)
    assert Duty.objects.get(kind=ANSWER, ended_at__isnull=True).due_on == row.due_on
    assert not Duty.objects.filter(kind=MATERIAL, ended_at__isnull=True).exists()
    assert [(s.verb, s.due_on) for s in read.steps_of(row)] == [
        ("ask", date(2026, 11, 27)), ("return", date(2026, 11, 27)), ("resubmit", date(2026, 12, 2)),
    ]  # fmt: skip


def test_s3_4b_退回与补齐的拒绝(cast, project) -> None:
    row = o.asked(cast, project)
    before = traces()
    with pytest.raises(RuleBroken):
        acts.return_request(actor=cast.actor("sifa"), request=row, reason=" ", now=cast.NOW)
    with pytest.raises(Denied):
        acts.return_request(actor=cast.actor("longshan"), request=row, reason="缺", now=cast.NOW)
    with pytest.raises(RuleBroken):
        acts.resubmit(actor=cast.actor("longshan"), request=row, note="补了", now=cast.NOW)
    assert traces() == before
    stale = OpinionRequest.objects.get(pk=row.pk)
    acts.return_request(actor=cast.actor("sifa"), request=row, reason="缺", now=cast.NOW)
    before = traces()
    with pytest.raises(Stale):
        acts.return_request(actor=cast.actor("sifa"), request=stale, reason="缺", now=cast.NOW)
    assert traces() == before


def test_s3_4b_退回重拟_再拟再签(cast, project) -> None:
    row = o.drafted(cast, o.asked(cast, project))
    acts.send_back(actor=cast.actor("sifa_head"), request=row, reason="补充第五条", now=cast.NOW)
    assert row.state == OpinionState.ASKED
    assert not Duty.objects.filter(kind=SIGN, ended_at__isnull=True).exists()
    row = o.drafted(cast, row, number="司审〔2026〕3号")
    assert Duty.objects.filter(kind=SIGN, ended_at__isnull=True).count() == 1
    acts.sign(actor=cast.actor("sifa_head"), request=row, now=cast.NOW)
    assert Evidence.objects.get(project=project, fact="legality").number == "司审〔2026〕3号"


def test_s3_4b_撤回申请_待办撤去_之后可以再申请(cast, project) -> None:
    row = o.asked(cast, project)
    before = traces()
    with pytest.raises(Denied):
        acts.withdraw(actor=cast.actor("sifa"), request=row, reason="不问了", now=cast.NOW)
    assert traces() == before
    acts.withdraw(actor=cast.actor("longshan"), request=row, reason="不问了", now=cast.NOW)
    assert Duty.objects.get(kind=ANSWER).cancelled
    assert o.asked(cast, project).pk != row.pk


def test_s3_4b_撤销意见_凭据一并撤回_签约已认定的不能撤(cast, settings) -> None:
    o.people(cast)
    project = f.at(cast, Stage.INTENT, name="甲")
    row = o.answered(cast, project)
    acts.revoke(actor=cast.actor("sifa_head"), request=row, reason="适用法条有误", now=cast.NOW)
    assert not Evidence.objects.filter(fact="legality", voided_at__isnull=True).exists()
    row = o.answered(cast, project)
    f.fill(cast, project, Stage.SIGNED)
    f.advance(cast, project, Stage.SIGNED)
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    before = traces()
    with pytest.raises(RuleBroken) as error:
        acts.revoke(actor=cast.actor("sifa_head"), request=row, reason="有误", now=cast.NOW)
    assert error.value.findings[0].rule == "evidence.rests" and traces() == before


def test_s3_4b_项目已作废的_签不出来(cast, project) -> None:
    row = o.drafted(cast, o.asked(cast, project))
    Project.objects.filter(pk=project.pk).update(voided_at=cast.NOW)
    before = traces()
    with pytest.raises(RuleBroken) as error:
        acts.sign(actor=cast.actor("sifa_head"), request=row, now=cast.NOW)
    assert error.value.findings[0].rule == "opinion.gone" and traces() == before


def test_s3_4b_只有有关的看得见_审查单位看不见项目(cast, project) -> None:
    row = o.asked(cast, project)
    for who, sees in {
        "sifa": True,
        "sifa_head": True,
        "shichang": False,
        "longshan": True,
        "dongfeng": False,
        "chen": True,
        "zongzhaoji": True,
        "shenji": False,
        "sysadmin": False,
        "kong": False,
    }.items():
        actor = cast.actor(who)
        assert bool(read.visible_ids(actor, [row.pk])) is sees, who
        assert files.can_see(actor, read.OBJ, str(row.pk)) is sees
        if not sees:
            with pytest.raises(NotFound):
                read.door(actor, row.code)
    assert not read.sees_project(cast.actor("sifa"), row)
    assert not files.can_see(cast.actor("sifa"), "project", str(project.pk))


def test_s3_4b_过去某天的样子由经过推出(cast, project) -> None:
    row = o.asked(cast, project)
    late = cast.NOW + timedelta(days=8)
    o.drafted(cast, row, now=late)
    acts.sign(actor=cast.actor("sifa_head"), request=row, now=late)
    actor = cast.actor("chen")
    for day, state, is_late in (
        (cast.TODAY, "asked", False), (date(2026, 11, 27), "asked", False),
        (date(2026, 11, 28), "answered", False),
    ):  # fmt: skip
        found = read.on_day(read.visible_to(actor), day).get()
        shown = read.line(found, day)
        assert (shown.state, shown.late) == (state, is_late), day
    assert not read.on_day(read.visible_to(actor), cast.TODAY - timedelta(days=1)).exists()


def test_s3_4b_合并_未了的申请随之搬_两边各有一件的先办完_撤销即放回(cast, project) -> None:
    kept = f.at(cast, Stage.INTENT, name="留下的")
    row = o.asked(cast, project)
    both = o.asked(cast, kept)
    assert opinionmerging.blocks(project.pk, kept.pk)
    acts.withdraw(actor=cast.actor("longshan"), request=both, reason="合并", now=cast.NOW)
    assert opinionmerging.blocks(project.pk, kept.pk) == []
    project.refresh_from_db()
    kept.refresh_from_db()
    made = merge_projects(
        actor=cast.actor("heyan"), source=project, target=kept, reason="同一件",
        versions=(project.version, kept.version), now=cast.NOW,
    )  # fmt: skip
    row.refresh_from_db()
    assert row.project_id == kept.pk
    row = o.drafted(cast, row)
    undo_merge(actor=cast.actor("heyan"), entry=made, reason="认错了", now=cast.NOW)
    row.refresh_from_db()
    assert row.project_id == project.pk and row.state == OpinionState.DRAFTED
    assert Event.objects.filter(event="evaluation.opinion.put_back").count() == 1
