"""五亿元的项目由市里有条件通过,签约之后一项条件没做到:提醒函、回复、延期、了结;政府没有交地的,不发函,交办给责任单位。

条款 3.4b 3.4c 1e。
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.papers.rules import lines_of
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.council.models import ActionItem
from juyuan.rooms.evaluation import jobs
from juyuan.rooms.evaluation.actions.breaches import confirm_breach
from juyuan.rooms.evaluation.actions.letters import (
    decide_outcome,
    draft_letter,
    propose_outcome,
)
from juyuan.rooms.evaluation.actions.promises import add_debt, mark_met, settle_debt
from juyuan.rooms.evaluation.models import Breach, GovernmentDebt, Letter, Promise
from juyuan.rooms.evaluation.queries import breaches as read
from juyuan.rooms.evaluation.queries.letters import build_paper
from juyuan.rooms.evaluation.rules.breaches import OutcomeDraft
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.tests import letters as steps
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.evaluation.tests import reviewfactories as reviews
from juyuan.rooms.pipeline.actions.recognise import recognise
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def signed_with_conditions(cast: Any) -> Project:
    """5 亿元,市里有条件通过,签约并认定。"""
    review = reviews.deciding(cast, reviews.sent(cast, reviews.LARGE))
    assert review.at_city
    reviews.decide(
        cast, review, ReviewResult.CONDITIONAL, reasons="有两项要先落实",
        conditions=(
            reviews.condition(cast, "取得环评批复"), reviews.condition(cast, "落实用工计划"),
        ),
    )  # fmt: skip
    project = Project.objects.get(pk=review.project_id)
    f.fill(cast, project, Stage.SIGNED)
    f.advance(cast, project, Stage.SIGNED)
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    project.refresh_from_db()
    return project


def later(cast: Any, settings: Any, days: int) -> datetime:
    now: datetime = cast.NOW + timedelta(days=days)
    settings.JUYUAN_NOW = now.isoformat()
    return now


def test_有条件通过的项目_一项没做到_发函_回复_延期_了结(cast: Any, settings: Any) -> None:
    project = signed_with_conditions(cast)
    permit, staff = Promise.objects.filter(project=project).order_by("id")
    assert (permit.source, staff.text) == ("condition", "落实用工计划")
    now = later(cast, settings, 20)
    done = p.actual(cast, staff, None, now=now)
    mark_met(actor=cast.actor("heyan"), promise=staff, actual=done, now=now)

    now = later(cast, settings, 45)  # 期限三十天,逾期十五天
    reconcile(today=now.date(), now=now)
    duty = Duty.objects.get(kind="evaluation.confirm_breach", object_id=permit.pk, ended_at=None)
    assert duty.unit == cast.unit("gongxin")  # 首谈单位
    breach = confirm_breach(
        actor=cast.actor("heyan"), promise=permit, test="late_other", reason="批复未取得", now=now
    )
    reconcile(today=now.date(), now=now)
    duty.refresh_from_db()
    assert duty.ended_at is not None
    letter = draft_letter(
        actor=cast.actor("chen"), breach=breach, words={"contact": "陈某，0437-1234567"}, now=now
    )
    steps.issued(cast, letter, by="chen", head="heyan", now=now)
    letter.refresh_from_db()
    assert letter.state == "sent" and letter.document.number.endswith("〔2027〕1号")
    text = "\n".join(lines_of(build_paper(letter.document)))
    assert "取得环评批复" in text and "逾期15天" in text and "三（四）" in text
    assert build_paper(letter.document) == build_paper(letter.document)

    now = later(cast, settings, 50)
    steps.reply(cast, letter, by="chen", now=now)
    until = now.date() + timedelta(days=60)
    propose_outcome(
        actor=cast.actor("chen"), letter=letter, draft=OutcomeDraft("extend", "评审排期", until),
        now=now,
    )  # fmt: skip
    decide_outcome(actor=cast.actor("shangwuju_head"), letter=letter, agree=True, now=now)
    letter.refresh_from_db()
    breach.refresh_from_db()
    assert (letter.state, letter.outcome, breach.state) == ("closed", "extend", "closed")
    assert read.proposal_of(permit, "late_other", until) is None

    now = later(cast, settings, 100)
    done = p.actual(cast, permit, None, now=now)
    mark_met(actor=cast.actor("heyan"), promise=permit, actual=done, now=now)
    assert not Promise.objects.filter(project=project, state="open").exists()


def test_政府没有交地_不发函_开一件交办给责任单位(cast: Any, settings: Any) -> None:
    project = p.signed(cast)
    now = later(cast, settings, 40)
    row = p.promise(cast, project, "start", due_on=now.date() - timedelta(days=10))
    add_debt(
        actor=cast.actor("longshan"), promise=row, draft=p.debt(cast), now=now - timedelta(days=9)
    )
    jobs.track(today=now.date(), now=now)
    jobs.track(today=now.date(), now=now)
    item = ActionItem.objects.get()
    assert item.unit == cast.unit("ziran") and item.project == project
    assert GovernmentDebt.objects.get().item_ref == item.code
    with pytest.raises(RuleBroken, match="政府一侧先欠着"):
        confirm_breach(
            actor=cast.actor("heyan"), promise=row, test="late_start", reason="未开工", now=now
        )
    assert not Letter.objects.exists() and not Breach.objects.exists()

    file = f.stored(cast.actor("ziran"), "交地确认书", now)
    settle_debt(
        actor=cast.actor("ziran"), debt=GovernmentDebt.objects.get(), done_on=now.date(),
        note="净地已交", file_id=file.pk, now=now,
    )  # fmt: skip
    # 政府晚了六十天,企业的期限顺延六十天
    assert read.proposal_of(row, "late_start", now.date()) is None
    assert read.proposal_of(row, "late_start", now.date() + timedelta(days=51)) is not None
