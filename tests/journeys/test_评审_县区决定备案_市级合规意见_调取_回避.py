"""两级评审:4900万的县区决定并备案;3亿的先有市级合规意见;调取到市级;回避人的分不改结果。"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.papers.models import Document
from juyuan.rooms.evaluation.actions import reviews as acts
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.models import Promise
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import OpinionAnswer
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.pipeline.models import Evidence
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import Stage

pytestmark = pytest.mark.django_db


def lacks(project: Any, on: Any) -> set[str]:
    return {finding.field for finding in missing(facts_of(project), Stage.SIGNED, on)}


def test_s3_4b_四千九百万的_县区决定并报市级备案(cast: Any) -> None:
    new = cast.NOW + timedelta(days=1)  # 自这一天起登记的,评审在本系统办
    project = r.ready(cast, r.SMALL, now=new)
    assert "review_passed" in lacks(project, new.date())
    review = r.deciding(cast, r.sent(cast, project=project, now=new), now=new)
    assert review.level == "county" and not review.opinions.exists()
    r.decide(cast, review, now=new)
    assert review.state == "passed" and review.filed_at == new
    assert "review_passed" not in lacks(project, new.date())
    told = Notice.objects.filter(kind="evaluation.review_filed")
    assert {n.recipient.code for n in told} == {"chen", "heyan", "shangwuju_head"}
    report = Document.objects.get(kind="evaluation.review_report")
    assert report.unit == cast.unit("longshan") and report.facts["result"] == "通过"
    assert not Duty.objects.filter(object_type=read.OBJ, ended_at__isnull=True).exists()


def test_s3_4b_三亿的_县区决定之前须有市级合规意见_有条件的成为承诺(cast: Any) -> None:
    review = r.scored(cast, r.sent(cast, r.MIDDLE), 0.7)
    assert review.level == "county_opinion"
    scoring.finish_scoring(actor=cast.actor("longshan"), review=review, now=cast.NOW)
    assert review.state == "opinion"
    acts.give_opinion(
        actor=cast.actor("heyan"), review=review, answer=OpinionAnswer.COMPLIANT,
        reason="符合分工", now=cast.NOW + timedelta(days=3),
    )  # fmt: skip
    r.decide(
        cast, review, ReviewResult.CONDITIONAL, reasons="须补环评", conditions=[r.condition(cast)],
        now=cast.NOW + timedelta(days=4),
    )  # fmt: skip
    (promise,) = Promise.objects.filter(project=review.project)
    assert (promise.text, promise.source, promise.state) == (
        "签约前取得环评批复",
        "condition",
        "open",
    )


def test_s3_4b_三亿的_市级调取之后_由召集人决定(cast: Any) -> None:
    review = r.decided(cast, r.MIDDLE)
    up = cast.NOW + timedelta(days=5)
    acts.call_up(
        actor=cast.actor("shangwuju_head"), review=review, reason="与另一县区重复布局", now=up
    )
    assert not Evidence.objects.filter(fact="review_passed", voided_at__isnull=True).exists()
    r.scored(cast, review, 0.5, now=up)
    scoring.finish_scoring(actor=cast.actor("heyan"), review=review, now=up)
    (waiting,) = read.waiting_for_city(up.date())
    assert waiting.code == review.code
    r.decide(cast, review, ReviewResult.REJECTED, reasons="重复布局，不予引进", now=up)
    assert [(d.at_city, d.result) for d in review.decisions.all()] == [
        (False, "passed"), (True, "rejected"),
    ]  # fmt: skip
    assert not Evidence.objects.filter(fact="review_passed", voided_at__isnull=True).exists()


def test_s3_4b_有利害关系的评审人回避_结果与没有他一样(cast: Any) -> None:
    cast.add("zhang", "longshan", "clerk", "张三")
    review = r.sent(cast)
    r.appointed(cast, review, ["longshan_head", "longshan_shangwu", "zhang"])
    for who in r.reviewers_of(review):
        r.scores(cast, review, who, 0.85)
    r.scores(cast, review, "zhang", 0.0)  # 先给了零分
    assert read.standing_of(review)[0].proposal == ReviewResult.REJECTED
    scoring.declare(
        actor=cast.actor("zhang"), review=review, interest=True, reason="配偶任职于投资方",
        now=cast.NOW,
    )  # fmt: skip
    before, tally = read.standing_of(review)
    assert (before.proposal, tally.total) == (ReviewResult.PASSED, Decimal("85.00"))
    scoring.finish_scoring(actor=cast.actor("longshan"), review=review, now=cast.NOW)
    row = r.decide(cast, review)
    assert row.total == Decimal("85.00") and row.result == "passed"
