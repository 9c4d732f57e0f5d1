"""评审的动作:每个成功的旁边是它的拒绝;拒绝之后没有行、没有台账、没有通知、没有待办。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.papers.models import Document
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.evaluation.actions import reviews as acts
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.actions import reviewsheets as sheets
from juyuan.rooms.evaluation.models import (
    ComplianceOpinion,
    Promise,
    Review,
    ReviewDecision,
    Reviewer,
    ReviewScore,
    ReviewStep,
)
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import DiligenceMark, OpinionAnswer
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.pipeline.actions.evidence import add_evidence
from juyuan.rooms.pipeline.models import Evidence
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def refused(run: Callable[[], Any], error: type[Exception], match: str | None = None) -> None:
    """拒绝,且什么也没有留下。"""
    tables = (
        Event, Notice, Duty, Review, ReviewStep, Reviewer, ReviewScore, ComplianceOpinion,
        ReviewDecision, Promise, Evidence, Document,
    )  # fmt: skip
    before = [table.objects.count() for table in tables]
    open_duties = Duty.objects.filter(ended_at__isnull=True).count()
    with pytest.raises(error, match=match):
        run()
    assert [table.objects.count() for table in tables] == before
    assert Duty.objects.filter(ended_at__isnull=True).count() == open_duties


def open_duties() -> set[tuple[str, str]]:
    rows = Duty.objects.filter(ended_at__isnull=True, object_type=read.OBJ)
    return {(kind.removeprefix("evaluation."), code) for kind, code in rows.values_list("kind", "unit__code")}  # fmt: skip


def rules(caught: pytest.ExceptionInfo[RuleBroken]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


def test_s3_4b_送审_分级与理由写在单上_承办单位得到待办(cast: Any) -> None:
    review = r.sent(cast)
    assert (review.state, review.level, review.round) == ("accepted", "county", 1)
    assert "4,900 万元" in review.level_reason and review.county == cast.unit("longshan")
    assert review.code.startswith("PS-") and review.unit == cast.unit("gongxin")
    assert review.diligence.count() == 8 and review.vetoes.count() == 7
    assert str(review.due_on) == "2026-12-11"  # 15 个工作日
    assert open_duties() == {("prepare", "longshan")}
    assert Notice.objects.filter(kind="evaluation.review_sent").exists()
    (event,) = Event.objects.filter(event="evaluation.review.send")
    assert event.after["level"] == "county" and event.clause == "3.4b"


def test_s3_4b_送审_材料不齐逐项说_没有关系的单位不准(cast: Any) -> None:
    project = f.planning(cast)
    actor = cast.actor("gongxin")
    with pytest.raises(RuleBroken) as caught:
        acts.send_for_review(
            actor=actor, project=project, draft=r.draft(land_mu=None, city_funds=None), now=cast.NOW
        )
    found = rules(caught)
    assert {"review.material.total", "review.material.fixed", "review.material.prereview",
            "review.material.due_diligence", "review.land", "review.funds"} <= found  # fmt: skip
    ready = r.ready(cast, name="另一个项目")
    refused(
        lambda: acts.send_for_review(
            actor=cast.actor("dongfeng"), project=ready, draft=r.draft(), now=cast.NOW
        ),
        Denied, "只有首谈单位",
    )  # fmt: skip
    f.edit(cast, ready, "longshan", cast.NOW, total_investment=None,
           total_investment_unknown="pending")  # fmt: skip
    refused(
        lambda: acts.send_for_review(
            actor=actor, project=ready, draft=r.draft(), now=cast.NOW
        ),
        RuleBroken, "总投资须写明数字",
    )  # fmt: skip


def test_s3_4b_一个项目同时只有一次评审(cast: Any) -> None:
    review = r.sent(cast)
    refused(
        lambda: acts.send_for_review(
            actor=cast.actor("gongxin"), project=review.project, draft=r.draft(), now=cast.NOW
        ),
        RuleBroken, review.code,
    )  # fmt: skip


def test_s3_4b_先核查主体_问过一票否决_才能指定评审人(cast: Any) -> None:
    review = r.sent(cast)
    person = cast.person("longshan_head").pk
    refused(
        lambda: scoring.appoint(
            actor=cast.actor("longshan"), review=review, person_ids=[person], now=cast.NOW
        ),
        RuleBroken, "主体核查单还有 8 项.*一票否决还有 7 项",
    )  # fmt: skip
    r.checked(cast, review)
    refused(
        lambda: scoring.appoint(
            actor=cast.actor("dongfeng"), review=review, person_ids=[person], now=cast.NOW
        ),
        Denied, "龙山区",
    )  # fmt: skip
    for stranger in ("dongfeng", "gongxin", "heyan"):  # 别的县区的、送审人、市级的
        refused(
            lambda who=stranger: scoring.appoint(
                actor=cast.actor("longshan"), review=review, person_ids=[cast.person(who).pk],
                now=cast.NOW,
            ),
            RuleBroken, "评审人须在决定这一级的各单位中选",
        )  # fmt: skip
    refused(
        lambda: scoring.appoint(
            actor=cast.actor("longshan"), review=review, person_ids=[], now=cast.NOW
        ),
        RuleBroken, "请选择评审人",
    )  # fmt: skip
    r.appointed(cast, review)
    assert review.state == "reviewing"
    assert open_duties() == {("score", "longshan"), ("score", "longshan_shangwu")}


def test_s3_4b_主体核查单_存疑的写明情况_别人先改了的不覆盖(cast: Any) -> None:
    review = r.sent(cast)
    by = cast.actor("longshan")

    def keep(actor: Any = by, row: Review = review, **items: Any) -> Review:
        return sheets.keep_diligence(actor=actor, review=row, items=items, now=cast.NOW)

    doubt = sheets.DiligenceDraft(DiligenceMark.DOUBTFUL)
    refused(lambda: keep(controller=doubt), RuleBroken, "存疑的，请写明情况")
    refused(lambda: keep(nothing=doubt), RuleBroken, "核查单里没有")
    refused(lambda: keep(cast.actor("dongfeng"), controller=doubt), Denied)
    refused(
        lambda: keep(controller=sheets.DiligenceDraft(DiligenceMark.NORMAL, file_id=987654321)),
        RuleBroken, "文件没有存好",
    )  # fmt: skip
    stale = r.fresh(review)
    file = f.stored(by, "征信报告", cast.NOW)
    keep(controller=sheets.DiligenceDraft(DiligenceMark.DOUBTFUL, "多层持股", file.pk))
    row = review.diligence.get(code="controller")
    assert (row.mark, row.note, row.file_name, row.by_name) == (
        "doubtful", "多层持股", "征信报告.pdf", "longshan经办",
    )  # fmt: skip
    refused(lambda: keep(row=stale, record=doubt.__class__(DiligenceMark.NORMAL)), Stale)
    ratio = review.diligence.get(code="capital").note
    assert "还没有登记注册资本" in ratio


def test_s3_4b_一票否决成立_不打分_只能否决(cast: Any) -> None:
    review = r.sent(cast)
    refused(
        lambda: sheets.check_vetoes(
            actor=cast.actor("longshan"), review=review, now=cast.NOW,
            answers={"safety": sheets.VetoDraft(True)},
        ),
        RuleBroken, "成立的，请写明依据",
    )  # fmt: skip
    refused(
        lambda: sheets.check_vetoes(
            actor=cast.actor("gongxin"), review=review, now=cast.NOW,
            answers={"safety": sheets.VetoDraft(False)},
        ),
        Denied, "送审人不能自己核对",
    )  # fmt: skip
    sheets.check_vetoes(
        actor=cast.actor("longshan"), review=review, now=cast.NOW,
        answers={"safety": sheets.VetoDraft(True, "重大危险源，距居民区 80 米")},
    )  # fmt: skip
    assert review.state == "deciding" and open_duties() == {("decide", "longshan")}
    refused(lambda: r.decide(cast, review, reasons="补链"), RuleBroken, "结果只能是否决")
    refused(
        lambda: r.decide(cast, review, ReviewResult.CONDITIONAL, reasons="x",
                         conditions=[r.condition(cast)]), RuleBroken, "结果只能是否决",
    )  # fmt: skip
    row = r.decide(cast, review, ReviewResult.REJECTED, reasons="触碰安全生产红线")
    assert (row.result, row.proposal, row.total) == ("rejected", "rejected", None)
    assert not Evidence.objects.filter(fact="review_passed").exists() and not open_duties()


def test_s3_4b_先声明再打分_回避的不打分_改了分原复核作废(cast: Any) -> None:
    review = r.appointed(cast, r.sent(cast))
    head, staff = cast.actor("longshan_head"), cast.actor("longshan_shangwu")
    refused(
        lambda: scoring.score(actor=head, review=review, marks=r.marks(review), now=cast.NOW),
        RuleBroken, "请先声明",
    )  # fmt: skip
    refused(
        lambda: scoring.score(
            actor=cast.actor("longshan"), review=review, marks=r.marks(review), now=cast.NOW
        ),
        Denied, "不是这次评审的评审人",
    )  # fmt: skip
    refused(
        lambda: scoring.declare(actor=head, review=review, interest=None, reason="", now=cast.NOW),
        RuleBroken, "请选择",
    )  # fmt: skip
    refused(
        lambda: scoring.declare(actor=head, review=review, interest=True, reason="", now=cast.NOW),
        RuleBroken, "是什么利害关系",
    )  # fmt: skip
    scoring.declare(actor=head, review=review, interest=False, reason="", now=cast.NOW)
    one = scoring.MarkDraft("chain_fit", Decimal("18.01"), "目录")
    refused(
        lambda: scoring.score(actor=head, review=review, marks=[one], now=cast.NOW),
        RuleBroken, "0 至 18",
    )  # fmt: skip
    refused(
        lambda: scoring.score(actor=head, review=review, marks=[], now=cast.NOW),
        RuleBroken, "至少打一项",
    )  # fmt: skip
    scoring.score(actor=head, review=review, marks=r.marks(review), now=cast.NOW)
    seat = review.reviewers.get(person=cast.person("longshan_head"))
    refused(
        lambda: scoring.recheck(
            actor=head, review=review, reviewer=seat, now=cast.NOW,
            marks=[scoring.MarkDraft("chain_fit", Decimal(10), note="高了")],
        ),
        Denied, "不能复核自己的分",
    )  # fmt: skip
    refused(
        lambda: scoring.recheck(
            actor=staff, review=review, reviewer=seat, now=cast.NOW,
            marks=[scoring.MarkDraft("chain_fit", Decimal(10))],
        ),
        RuleBroken, "与原来的评分 16.20 分不同",
    )  # fmt: skip
    refused(
        lambda: scoring.recheck(
            actor=cast.actor("gongxin"), review=review, reviewer=seat, now=cast.NOW,
            marks=[scoring.MarkDraft("chain_fit", Decimal(10), note="x")],
        ),
        Denied, "送审人不能复核",
    )  # fmt: skip
    scoring.recheck(
        actor=staff, review=review, reviewer=seat, now=cast.NOW,
        marks=[scoring.MarkDraft("chain_fit", Decimal(10), note="不是缺环")],
    )  # fmt: skip
    row = seat.scores.get(indicator="chain_fit")
    assert (row.score, row.rechecked, row.rechecked_by_name) == (Decimal("16.20"), Decimal(10), "龙山商务经办")  # fmt: skip
    scoring.score(
        actor=head, review=review, now=cast.NOW,
        marks=[scoring.MarkDraft("chain_fit", Decimal(12), "目录")],
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.score, row.rechecked, row.rechecked_by_name) == (Decimal(12), None, "")


def test_s3_4b_有利害关系的回避_分不计_结果不因他而变(cast: Any) -> None:
    plain = r.scored(cast, r.sent(cast))
    total = read.standing_of(plain)[1].total
    other = r.sent(cast, project=r.ready(cast, name="第二个项目"))
    cast.add("zhang", "longshan", "clerk", "张三")
    r.appointed(cast, other, ["longshan_head", "longshan_shangwu", "zhang"])
    for who in r.reviewers_of(other):
        r.scores(cast, other, who)
    r.scores(cast, other, "zhang", 0.1)  # 先打了很低的分,再发现有利害关系
    assert read.standing_of(other)[1].total != total
    scoring.declare(
        actor=cast.actor("zhang"), review=other, interest=True, reason="配偶任职于投资方",
        now=cast.NOW,
    )  # fmt: skip
    found = read.standing_of(other)[1]
    assert found.total == total and len(found.counted) == 2
    refused(
        lambda: scoring.score(
            actor=cast.actor("zhang"), review=other, marks=r.marks(other), now=cast.NOW
        ),
        RuleBroken, "回避这次评审",
    )  # fmt: skip
    refused(
        lambda: scoring.declare(
            actor=cast.actor("zhang"), review=other, interest=False, reason="", now=cast.NOW
        ),
        RuleBroken, "回避之后不再参加",
    )  # fmt: skip
    seat = other.reviewers.get(person=cast.person("zhang"))
    refused(
        lambda: scoring.recheck(
            actor=cast.actor("longshan_head"), review=other, reviewer=seat, now=cast.NOW,
            marks=[scoring.MarkDraft("chain_fit", Decimal(10), note="x")],
        ),
        RuleBroken, "已回避",
    )  # fmt: skip


def test_s3_4b_结束评分_人数不够的不能(cast: Any) -> None:
    review = r.appointed(cast, r.sent(cast))
    by = cast.actor("longshan")
    refused(
        lambda: scoring.finish_scoring(actor=by, review=review, now=cast.NOW),
        RuleBroken, "还没有声明.*计分的评审人 0 人，须不少于 2 人",
    )  # fmt: skip
    r.scores(cast, review, "longshan_head")
    scoring.declare(
        actor=cast.actor("longshan_shangwu"), review=review, interest=True, reason="曾任顾问",
        now=cast.NOW,
    )  # fmt: skip
    assert ("recheck", "longshan") in open_duties()
    refused(
        lambda: scoring.finish_scoring(actor=by, review=review, now=cast.NOW),
        RuleBroken, "计分的评审人 1 人",
    )  # fmt: skip
    cast.add("lisi", "longshan", "clerk", "李四")
    r.appointed(cast, review, ["lisi"])
    assert ("recheck", "longshan") not in open_duties()
    r.scores(cast, review, "lisi")
    sheets.check_vetoes(  # 核对过的又改回没有核对:不能结束
        actor=by, review=review, answers={"safety": sheets.VetoDraft(None)}, now=cast.NOW
    )
    refused(
        lambda: scoring.finish_scoring(actor=by, review=review, now=cast.NOW),
        RuleBroken, "一票否决还有 1 项没有核对",
    )  # fmt: skip
    sheets.check_vetoes(
        actor=by, review=review, answers={"safety": sheets.VetoDraft(False)}, now=cast.NOW
    )
    refused(
        lambda: scoring.finish_scoring(actor=cast.actor("dongfeng"), review=review, now=cast.NOW),
        Denied,
    )  # fmt: skip
    scoring.finish_scoring(actor=by, review=review, now=cast.NOW)
    assert review.state == "deciding" and open_duties() == {("decide", "longshan")}


def test_s3_4b_撤换评审人_他的分不再计(cast: Any) -> None:
    review = r.scored(cast, r.sent(cast))
    seat = review.reviewers.first()
    refused(
        lambda: scoring.dismiss(
            actor=cast.actor("longshan"), review=review, reviewer=seat, reason=" ", now=cast.NOW
        ),
        RuleBroken, "撤换的理由",
    )  # fmt: skip
    scoring.dismiss(
        actor=cast.actor("longshan"), review=review, reviewer=seat, reason="出差", now=cast.NOW
    )
    assert len(read.standing_of(review)[1].counted) == 1
    with pytest.raises(NotFound):
        scoring.seat_in(review, seat.pk)


def test_s3_4b_三亿的等市级合规意见_补充材料_不合规的不能引进(cast: Any) -> None:
    review = r.scored(cast, r.sent(cast, r.MIDDLE))
    scoring.finish_scoring(actor=cast.actor("longshan"), review=review, now=cast.NOW)
    assert review.state == "opinion" and open_duties() == {("compliance", "shangwuju")}
    (due,) = Duty.objects.filter(kind="evaluation.compliance")
    assert str(due.due_on) == "2026-11-27"  # 5 个工作日
    refused(lambda: r.decide(cast, review), RuleBroken, "待合规意见")

    def opine(by: str, answer: OpinionAnswer | None, reason: str = "") -> Any:
        return acts.give_opinion(
            actor=cast.actor(by), review=review, answer=answer, reason=reason, now=cast.NOW
        )

    refused(lambda: opine("chen", OpinionAnswer.COMPLIANT), Denied, "负责人或核验人")
    refused(lambda: opine("longshan_head", OpinionAnswer.COMPLIANT), Denied)
    refused(lambda: opine("heyan", None), RuleBroken, "请选择")
    refused(lambda: opine("heyan", OpinionAnswer.MORE), RuleBroken, "要补充什么材料")
    refused(lambda: opine("heyan", OpinionAnswer.NOT_COMPLIANT), RuleBroken, "不合规的理由")

    def supply(by: str = "longshan", note: str = "已补能评") -> Any:
        return acts.supply_material(
            actor=cast.actor(by), review=review, note=note, file_id=None, now=cast.NOW
        )

    refused(supply, RuleBroken, "没有要求补充材料")
    opine("heyan", OpinionAnswer.MORE, "缺能评")
    assert review.state == "opinion" and open_duties() == {("supply", "longshan")}
    refused(lambda: supply(note=" "), RuleBroken, "补充了什么")
    supply()
    assert open_duties() == {("compliance", "shangwuju")}
    refused(supply, RuleBroken, "没有要求补充材料")
    opine("shangwuju_head", OpinionAnswer.NOT_COMPLIANT, "用地不在园区")
    assert review.state == "deciding"
    refused(lambda: r.decide(cast, review, reasons="x"), RuleBroken, "合规意见为不合规")
    r.decide(cast, review, ReviewResult.REJECTED, reasons="按合规意见")
    assert review.state == "rejected" and not Evidence.objects.filter(fact="review_passed").exists()


def test_s3_4b_县区的决定_送审人不决定_只由承办县区主要负责同志(cast: Any) -> None:
    review = r.deciding(cast, r.sent(cast))
    for who in ("longshan", "dongfeng_head", "zhaoji", "shangwuju_head"):
        refused(lambda by=who: r.decide(cast, review, by=by), Denied)
    row = r.decide(cast, review)
    review.refresh_from_db()
    assert (row.result, row.proposal, row.total) == ("passed", "passed", Decimal("90.00"))
    assert review.filed_at == cast.NOW and review.decided_at == cast.NOW
    proof = Evidence.objects.get(fact="review_passed")
    assert (proof.source, proof.source_ref, proof.conclusion) == (
        "evaluation",
        review.code,
        "passed",
    )
    report = Document.objects.get(kind="evaluation.review_report")
    assert proof.number == report.number and proof.file_sha256 == report.pdf_sha256
    assert report.number.endswith("〔2026〕1号") and report.state == "issued"
    assert Notice.objects.filter(kind="evaluation.review_filed").count() == 3  # 市商务局三人
    refused(lambda: r.decide(cast, review), RuleBroken, "现在不能作决定")


def test_s3_4b_送审人是主要负责同志的_不能自己决定(cast: Any) -> None:
    project = r.ready(cast)
    review = r.sent(cast, by="longshan_head", project=project)
    cast.add("lisi", "longshan", "clerk", "李四")
    r.appointed(cast, review, ["longshan_shangwu", "lisi"])
    for who in ("longshan_shangwu", "lisi"):
        r.scores(cast, review, who)
    scoring.finish_scoring(actor=cast.actor("longshan"), review=review, now=cast.NOW)
    refused(lambda: r.decide(cast, review), Denied, "送审人不能自己作决定")


def test_s3_4b_有条件的_条件成为跟踪的承诺_与建议不同的写理由(cast: Any) -> None:
    review = r.deciding(cast, r.sent(cast), 0.7)
    assert read.standing_of(review)[0].proposal == ReviewResult.CONDITIONAL
    refused(lambda: r.decide(cast, review), RuleBroken, "评分建议「有条件通过」，决定「通过」")
    refused(
        lambda: r.decide(cast, review, ReviewResult.CONDITIONAL, reasons="须补环评"),
        RuleBroken, "至少写明一个条件",
    )  # fmt: skip
    row = r.decide(
        cast, review, ReviewResult.CONDITIONAL, reasons="须补环评",
        conditions=[r.condition(cast), r.condition(cast, "落实用地指标", 60)],
    )  # fmt: skip
    assert [c.text for c in row.conditions.all()] == ["签约前取得环评批复", "落实用地指标"]
    promises = Promise.objects.filter(project=review.project, source="condition").order_by("id")
    assert [(p.text, str(p.due_on), p.source_ref) for p in promises] == [
        ("签约前取得环评批复", "2026-12-20", review.code), ("落实用地指标", "2027-01-19", review.code),
    ]  # fmt: skip
    assert Evidence.objects.get(fact="review_passed").conclusion == "conditional"


def test_s3_4b_市级的由召集人决定_大额的写常务会议纪要(cast: Any) -> None:
    review = r.deciding(cast, r.sent(cast, 10 * r.YI))
    assert review.at_city and open_duties() == {("decide", "shizhengfu")}
    (waiting,) = read.waiting_for_city(cast.TODAY)
    assert (waiting.code, waiting.project, waiting.total) == (
        review.code, review.project.name, 10 * r.YI,
    )  # fmt: skip
    refused(lambda: r.decide(cast, review, by="longshan_head"), Denied)
    refused(lambda: r.decide(cast, review, by="shangwuju_head"), Denied)
    refused(lambda: r.decide(cast, review), RuleBroken, "常务会议纪要")
    row = r.decide(
        cast, review, minutes_number="市政府常务会议纪要〔2026〕12号", meeting_ref="HY-1"
    )
    assert row.at_city and row.meeting_ref == "HY-1" and review.filed_at is None
    assert read.waiting_for_city(cast.TODAY) == []
    (mine,) = read.decided_by(cast.actor("zhaoji"))
    assert (mine.code, mine.result, mine.conditions) == (review.code, "通过", 0)
    assert read.decided_by(cast.actor("zongzhaoji")) == []


def test_s3_4b_市级调取_证据收回_承诺解除_再由市级评审决定(cast: Any) -> None:
    review = r.deciding(cast, r.sent(cast, r.MIDDLE), 0.7)
    r.decide(
        cast, review, ReviewResult.CONDITIONAL, reasons="须补环评", conditions=[r.condition(cast)]
    )
    head = cast.actor("shangwuju_head")

    def call(actor: Any = head, reason: str = "涉及两县产业布局", days: int = 3) -> Any:
        return acts.call_up(
            actor=actor, review=review, reason=reason, now=cast.NOW + timedelta(days=days)
        )

    refused(lambda: call(cast.actor("heyan")), Denied, "负责人")
    refused(lambda: call(reason=" "), RuleBroken, "调取的理由")
    refused(lambda: call(days=15), RuleBroken, "到 2026-12-04）")  # 10 个工作日
    call(days=14)
    assert (review.state, review.level) == ("reviewing", "city") and review.called_up_at
    assert not Evidence.objects.filter(fact="review_passed", voided_at__isnull=True).exists()
    assert Promise.objects.get().state == "released"
    refused(lambda: call(days=14), RuleBroken, "只调取县区已作出")
    refused(
        lambda: acts.withdraw_review(
            actor=cast.actor("gongxin"), review=review, reason="不送了", now=cast.NOW
        ),
        RuleBroken, "不能撤回",
    )  # fmt: skip
    later = cast.NOW + timedelta(days=16)
    r.scored(cast, review, now=later)
    scoring.finish_scoring(actor=cast.actor("heyan"), review=review, now=later)
    row = r.decide(cast, review, now=later)
    assert row.at_city and row.total == Decimal("90.00")  # 只看市级评审人的分
    proof = Evidence.objects.get(fact="review_passed", voided_at__isnull=True)
    assert proof.source_ref == f"{review.code}-C"
    assert [d.result for d in review.decisions.all()] == ["conditional", "passed"]


def test_s3_4b_已认定的签约正凭着评审的_不能调取(cast: Any) -> None:
    later = cast.NOW + timedelta(days=1)  # 自这一天起登记的,评审在本系统办
    project = r.ready(cast, now=later)
    review = r.deciding(cast, r.sent(cast, project=project, now=later), now=later)
    r.decide(cast, review, now=later)
    f.fill(cast, project, f.Stage.SIGNED, now=later)
    f.advance(cast, project, f.Stage.SIGNED, now=later)
    f.recognise(actor=cast.actor("heyan"), project=project, stage=f.Stage.SIGNED, now=later)
    refused(
        lambda: acts.call_up(
            actor=cast.actor("shangwuju_head"), review=review, reason="再看看", now=later
        ),
        RuleBroken, "已认定的「签约」正凭着",
    )  # fmt: skip


def test_s3_4b_新项目的评审通过只来自评审_不能上传代替(cast: Any) -> None:
    later = cast.NOW + timedelta(days=1)
    project = r.ready(cast, now=later)
    file = f.stored(cast.actor("longshan"), "会议纪要", later)
    refused(
        lambda: add_evidence(
            actor=cast.actor("longshan"), project=project, now=later,
            draft=f.evidence_draft(cast, FactKey.REVIEW_PASSED, file.pk),
        ),
        RuleBroken, "送审",
    )  # fmt: skip


def test_s3_4b_否决之后改了再送_撤回的不算一次(cast: Any) -> None:
    review = r.deciding(cast, r.sent(cast), 0.3)
    assert read.standing_of(review)[0].proposal == ReviewResult.REJECTED
    refused(lambda: r.decide(cast, review, ReviewResult.REJECTED), RuleBroken, "请写明理由")
    r.decide(cast, review, ReviewResult.REJECTED, reasons="强度不足")
    refused(
        lambda: acts.send_for_review(
            actor=cast.actor("gongxin"), project=review.project, draft=r.draft(), now=cast.NOW
        ),
        RuleBroken, "改了什么",
    )  # fmt: skip
    again = acts.send_for_review(
        actor=cast.actor("gongxin"), project=review.project, now=cast.NOW,
        draft=r.draft(changed="用地减到 12 亩"),
    )  # fmt: skip
    assert (again.round, again.changed) == (2, "用地减到 12 亩")
    refused(
        lambda: acts.withdraw_review(
            actor=cast.actor("gongxin"), review=again, reason="", now=cast.NOW
        ),
        RuleBroken, "撤回的理由",
    )  # fmt: skip
    refused(
        lambda: acts.withdraw_review(
            actor=cast.actor("dongfeng"), review=again, reason="x", now=cast.NOW
        ),
        Denied,
    )  # fmt: skip
    acts.withdraw_review(
        actor=cast.actor("longshan"), review=again, reason="投资方再议", now=cast.NOW
    )
    assert again.state == "withdrawn" and not open_duties()
    assert read.latest_of(review.project) == review


def test_s3_4b_谁看得见评审_评审人只在任上看得见(cast: Any) -> None:
    review = r.appointed(cast, r.sent(cast, r.LARGE))
    for who in ("keji", "longshan", "gongxin", "chen", "zongzhaoji"):
        assert read.door(cast.actor(who), review.code) == review, who
    for who in ("dongfeng", "caizheng", "sysadmin", "kong"):
        with pytest.raises(NotFound):
            read.door(cast.actor(who), review.code)
    seat = review.reviewers.get(person=cast.person("keji"))
    scoring.dismiss(
        actor=cast.actor("heyan"), review=review, reviewer=seat, reason="换人", now=cast.NOW
    )
    with pytest.raises(NotFound):
        read.door(cast.actor("keji"), review.code)
    assert not access.can_handle(cast.actor("longshan"), review)  # 市级的,县区不承办
