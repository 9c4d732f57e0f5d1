"""评审的样例:一步一步走真正的动作。

ready(cast)                      材料齐、可以送审的项目(意向库)
sent(cast)                       已送审
scored(cast)                     评审人都打完了分
deciding(cast)                   待决定(县区的;3亿的先出了合规意见)
decided(cast)                    已决定通过
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from juyuan.rooms.evaluation.actions import reviews as acts
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.actions import reviewsheets as sheets
from juyuan.rooms.evaluation.models import Review, ReviewDecision
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_material import ReviewDraft
from juyuan.rooms.evaluation.rules.review_routing import ReviewLevel
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import (
    ConditionDraft,
    DiligenceMark,
    OpinionAnswer,
)
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.replay import replayed

WAN, YI = f.WAN, f.YI
SMALL, MIDDLE, LARGE = 4900 * WAN, 3 * YI, 5 * YI
SENDER, COUNTY_STAFF, COUNTY_HEAD = "gongxin", "longshan", "longshan_head"


def ready(cast: Any, total: int = SMALL, *, now: datetime | None = None, **more: Any) -> Project:
    """意向库里材料齐的项目:龙山区承载,市工信局首谈。"""
    project = f.at(cast, Stage.INTENT, now=now, **more)
    f.edit(
        cast, project, f.EDITOR, now or cast.NOW, total_investment=total,
        fixed_investment=total * 8 // 10,
    )  # fmt: skip
    return project


def draft(**more: Any) -> ReviewDraft:
    """送审所填:20 亩、800 吨标准煤、不用市级资金。"""
    given: dict[str, Any] = {
        "land_mu": Decimal(20), "energy_tce": Decimal(800), "city_funds": 0,
        "annual_tax": 200 * WAN, "annual_output": 8000 * WAN, "jobs": 120, "build_months": 12,
    }  # fmt: skip
    return ReviewDraft(**(given | more))


@replayed
def sent(
    cast: Any, total: int = SMALL, *, by: str = SENDER, now: datetime | None = None,
    project: Project | None = None, **more: Any,
) -> Review:  # fmt: skip
    project = project or ready(cast, total, now=now)
    return acts.send_for_review(
        actor=cast.actor(by), project=project, draft=draft(**more), now=now or cast.NOW
    )


def staff_of(review: Review) -> str:
    """承办单位的人。"""
    return "heyan" if review.at_city else COUNTY_STAFF


def reviewers_of(review: Review) -> list[str]:
    """哪一级用哪几个评审人。"""
    return ["keji", "ziran", "fagai"] if review.at_city else ["longshan_head", "longshan_shangwu"]


def checked(cast: Any, review: Review, *, now: datetime | None = None) -> Review:
    """主体核查单填好,一票否决都不成立。"""
    now = now or cast.NOW
    left, unasked = sheets.sheets_left(review)
    by = cast.actor(staff_of(review))
    if left:
        sheets.keep_diligence(
            actor=by, review=review, now=now,
            items={
                row.code: sheets.DiligenceDraft(DiligenceMark.NORMAL, row.note or "已查")
                for row in review.diligence.all()
            },
        )  # fmt: skip
    if unasked:
        sheets.check_vetoes(
            actor=by, review=review, now=now,
            answers={row.code: sheets.VetoDraft(False) for row in review.vetoes.all()},
        )  # fmt: skip
    return review


def appointed(
    cast: Any, review: Review, people: list[str] | None = None, *, now: datetime | None = None
) -> Review:
    """指定评审人。"""
    checked(cast, review, now=now)
    names = people if people is not None else reviewers_of(review)
    scoring.appoint(
        actor=cast.actor(staff_of(review)), review=review, now=now or cast.NOW,
        person_ids=[cast.person(name).pk for name in names],
    )  # fmt: skip
    return review


def marks(review: Review, share: float = 0.9) -> list[scoring.MarkDraft]:
    """各项都打满分的 `share`。"""
    return [
        scoring.MarkDraft(
            one["code"], (Decimal(one["weight"]) * Decimal(str(share))).quantize(Decimal("0.01")),
            "可研报告", "与数据核对过",
        )
        for one in review.card["indicators"]
    ]  # fmt: skip


def scores(
    cast: Any, review: Review, who: str, share: float = 0.9, *, now: datetime | None = None
) -> None:
    """声明没有利害关系,打分。"""
    actor, now = cast.actor(who), now or cast.NOW
    scoring.declare(actor=actor, review=review, interest=False, reason="", now=now)
    scoring.score(actor=actor, review=review, marks=marks(review, share), now=now)


def scored(cast: Any, review: Review, share: float = 0.9, *, now: datetime | None = None) -> Review:
    """都打完了分。"""
    appointed(cast, review, now=now)
    for who in reviewers_of(review):
        scores(cast, review, who, share, now=now)
    return review


def deciding(
    cast: Any, review: Review, share: float = 0.9, *, now: datetime | None = None
) -> Review:
    """待决定。"""
    now = now or cast.NOW
    scored(cast, review, share, now=now)
    scoring.finish_scoring(actor=cast.actor(staff_of(review)), review=review, now=now)
    if review.level == ReviewLevel.COUNTY_OPINION:
        acts.give_opinion(
            actor=cast.actor("heyan"), review=review, answer=OpinionAnswer.COMPLIANT, reason="",
            now=now,
        )  # fmt: skip
    return review


def condition(cast: Any, text: str = "签约前取得环评批复", days: int = 30) -> ConditionDraft:
    """一个条件。"""
    return ConditionDraft(text, cast.TODAY + timedelta(days=days), "批复文件")


def decide(
    cast: Any, review: Review, result: ReviewResult = ReviewResult.PASSED, *,
    by: str | None = None, now: datetime | None = None, **more: Any,
) -> ReviewDecision:  # fmt: skip
    """有权的人作决定。"""
    by = by or ("zhaoji" if review.at_city else COUNTY_HEAD)
    return acts.decide_review(
        actor=cast.actor(by), review=review, result=result, now=now or cast.NOW,
        **({"reasons": ""} | more),
    )  # fmt: skip


def decided(cast: Any, total: int = SMALL, *, now: datetime | None = None, **more: Any) -> Review:
    """已决定通过的一次评审。"""
    review = deciding(cast, sent(cast, total, now=now), now=now)
    decide(cast, review, now=now, **more)
    return review


def fresh(review: Review) -> Review:
    """再取一遍。"""
    return Review.objects.select_related("project", "county", "unit").get(pk=review.pk)


def day(cast: Any, days: int) -> date:
    """几天之后。"""
    found: date = cast.TODAY + timedelta(days=days)
    return found


__all__ = ["read"]
