"""召集人的工作台:等我决定、提级、红灯、我定过的后来怎样;别人打开的仍是自己的工作台。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from juyuan.faces.web import leading
from juyuan.foundation.people.visibility import Confidentiality
from juyuan.foundation.workdays.queries import calendar
from juyuan.rooms.council.actions import deciding
from juyuan.rooms.council.rules.agenda import DecisionDraft, DecisionResult
from juyuan.rooms.council.tests import factories as c
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(settings: Any, cast: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()


def page(cast: Any, who: str) -> str:
    answer = cast.client(who).get("/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_s3_4b_待市级决定的评审在等我决定里_定了就到我定过的(cast: Any) -> None:
    review = r.deciding(cast, r.sent(cast, r.LARGE))
    shown = page(cast, "zhaoji")
    assert (
        "等我决定" in shown and review.project.name in shown and f"/reviews/{review.code}/" in shown
    )
    r.decide(cast, review, ReviewResult.PASSED, by="zhaoji")
    desk = leading.desk(cast.actor("zhaoji"), cast.TODAY, calendar())
    said = [item["text"] for group in desk["waiting"] for item in group["items"]]
    assert review.project.name not in said
    [mine] = desk["decided"]
    assert mine.what == f"评审：{review.project.name}" and mine.result == "通过"
    assert leading.decided(cast.actor("zongzhaoji"), cast.TODAY) == []  # 别人定的不算我定的


def test_s3_3c_提级与红灯_看得见的才有(cast: Any) -> None:
    project = f.recognised(cast, Stage.SIGNED, contract_amount=8 * f.YI)
    f.at(cast, Stage.NEGOTIATION, name="久无进展的")
    f.at(cast, Stage.NEGOTIATION, name="限名单的", confidentiality=Confidentiality.RESTRICTED)
    shown = page(cast, "zongzhaoji")
    assert "没有红灯项目" in shown and project.name in shown
    later = cast.TODAY + timedelta(days=150)
    desk = leading.desk(cast.actor("zongzhaoji"), later, calendar())
    assert [row.name for row in desk["escalations"]] == [project.name]
    assert desk["escalations_late"] == 1
    assert {"久无进展的", "限名单的"} <= {row.name for row in desk["red"]}
    assert desk["red_total"] == len(desk["red"]) and all(row.why for row in desk["red"])


def test_s1e_会上等我确认的在等我决定里_定了就到我定过的(cast: Any) -> None:
    trouble = c.problem(cast, f.planning(cast))
    item = c.item_of(c.running(cast), "problem", trouble.code)
    draft = DecisionDraft(DecisionResult.ASSIGNED, actions=(c.handed(cast, days=1),))
    deciding.draft_decision(actor=cast.actor("chen"), item=item, draft=draft, now=cast.NOW)
    shown = page(cast, "zhaoji")
    assert "会上等我的" in shown and "确认决定" in shown
    assert "会上等我的" not in page(cast, "zhaoji2")
    deciding.confirm_decision(actor=cast.actor("zhaoji"), item=item, now=cast.NOW)
    [mine] = leading.decided(cast.actor("zhaoji"), cast.TODAY + timedelta(2))
    assert (mine.result, mine.since) == ("交办", "交办 1 件，销号 0 件，逾期 1 件")


def test_别的人还是自己的工作台(cast: Any) -> None:
    f.planning(cast)
    for who in ("chen", "longshan", "longshan_head", "caizheng"):
        assert "等我决定" not in page(cast, who)
