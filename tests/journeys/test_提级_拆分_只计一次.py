"""两个故事:一个大项目的提级从打开、报告到办结;一个拆成三份、每份四千九百万的项目被找出来,只计一次。

条款 3.3c 3.3b;一律从网页走,时钟逐日走,待办由每日核对与动作自己开、自己结。
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.figures.queries import compute
from juyuan.foundation.notices.models import Notice
from juyuan.rooms.pipeline.jobs import find_relations
from juyuan.rooms.pipeline.models import Escalation, Project, ProjectRelation
from juyuan.rooms.pipeline.queries.escalations import PLAN, REPORT
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import PartyDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


class Days:
    """一天一天走;每天早上核对待办。"""

    def __init__(self, cast: Any, settings: Any) -> None:
        self.cast, self.settings = cast, settings

    def to(self, days: int) -> datetime:
        now: datetime = self.cast.NOW + timedelta(days)
        self.settings.JUYUAN_NOW = now.isoformat()
        reconcile(today=now.date(), now=now)
        return now


def signed(cast: Any, name: str, amount: int) -> Project:
    party = PartyDraft(f.investor(cast), 10000, Origin.OUTSIDE_PROVINCE)
    return f.at(cast, Stage.SIGNED, name=name, total_investment=amount, contract_amount=amount,
                parties=(party,))  # fmt: skip


def value(name: str, day: Any = None) -> Any:
    return compute(as_of=day, names=[name])[0].value


def test_s3_3c_提级_打开_报告_逾期_办结(cast: Any, settings: Any) -> None:
    days = Days(cast, settings)
    days.to(0)
    project = signed(cast, "大项目", 5 * f.YI)
    base = f"/projects/{project.code}"
    told = Notice.objects.filter(kind="pipeline.escalation_opened").values_list(
        "recipient__code", flat=True
    )
    assert {"zongzhaoji", "zhaoji", "shangwuju_head"} <= set(told)
    assert (value("escalations_pending"), value("escalations_confirmed")) == (1, 0)

    days.to(1)
    page = cast.client("heyan").post(f"{base}/recognise/signed/", {"stage": "signed"})
    assert page.status_code == 302
    assert (value("escalations_pending"), value("escalations_confirmed")) == (0, 1)
    person = str(cast.person("zhaoji").pk)
    clerk, convener = cast.client("chen"), cast.client("zhaoji")
    assert clerk.post(f"{base}/escalation/convener/", {"convener": person}).status_code == 302

    unit = cast.client("gongxin")  # 首谈单位
    kinds = set(
        Duty.objects.filter(ended_at=None, unit__code="gongxin").values_list("kind", flat=True)
    )
    assert {REPORT, PLAN} <= kinds
    assert unit.post(f"{base}/escalation/plan/", {"plan": "三个月内开工"}).status_code == 302
    days.to(14)
    assert unit.post(f"{base}/escalation/report/", {"progress": "拿到土地"}).status_code == 302
    assert value("escalation_reports_on_time") == 10000

    now = days.to(29)  # 第二期 28 日到期,没有报
    assert "逾期未报" in cast.client("zhaoji").get("/projects/escalations/?late=1").content.decode()
    assert value("escalation_reports_on_time", now.date()) == 5000
    assert unit.post(f"{base}/escalation/report/", {"progress": "开工"}).status_code == 302
    assert value("escalation_reports_on_time", now.date()) == 5000

    days.to(40)
    assert unit.get(f"{base}/escalation/close/").status_code == 403
    assert convener.post(f"{base}/escalation/close/", {"reason": "已开工"}).status_code == 302
    assert Escalation.objects.get().state == "closed"
    assert not Duty.objects.filter(kind__in=(REPORT, PLAN), ended_at=None).exists()
    days.to(60)
    assert not Duty.objects.filter(kind__in=(REPORT, PLAN), ended_at=None).exists()
    assert value("escalations_confirmed") == 0
    assert value("escalations_confirmed", cast.TODAY + timedelta(39)) == 1


def test_s3_3b_三份四千九百万_找出来_判定_只计一份(cast: Any, settings: Any) -> None:
    days = Days(cast, settings)
    now = days.to(0)
    each = 4900 * f.WAN
    for name in ("纺纱车间", "织造车间", "印染厂房"):
        signed(cast, name, each)
    assert (value("signed_projects"), value("signed_total")) == (3, 3 * each)
    find_relations(today=now.date(), now=now)
    find_relations(today=now.date(), now=now)
    rows = list(ProjectRelation.objects.order_by("earlier_id", "later_id"))
    assert [row.kind for row in rows] == ["split"] * 3
    verifier = cast.client("heyan")
    assert "印染厂房" in verifier.get("/projects/relations/").content.decode()
    days.to(3)
    for row in rows[:2]:  # 第一份是原项目,后两份都是它拆出来的
        answer = verifier.post(
            f"/projects/relations/{row.pk}/", {"verdict": "confirm", "kind": "split"}
        )
        assert answer.status_code == 302
    assert (value("signed_projects"), value("signed_total")) == (1, each)
    assert value("signed_projects", cast.TODAY + timedelta(2)) == 3
    shown = compute(names=["signed_total"])[0]
    assert "少计 9800 万元" in shown.note
    assert Project.objects.count() == 3
