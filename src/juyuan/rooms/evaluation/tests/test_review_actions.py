"""评审的动作:每个成功的旁边是它的拒绝;拒绝之后没有行、没有台账、没有通知、没有待办。"""

from __future__ import annotations

from collections.abc import Callable
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
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import DiligenceMark
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.pipeline.models import Evidence
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
