"""评审的决定:合规意见、决定、备案与调取、再送;拒绝之后什么也没有留下。"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.papers.models import Document
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken
from juyuan.rooms.evaluation.actions import reviews as acts
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.models import (
    Promise,
)
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import OpinionAnswer
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.evaluation.tests.test_review_actions import open_duties, refused
from juyuan.rooms.pipeline.actions.evidence import add_evidence
from juyuan.rooms.pipeline.models import Evidence
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


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
