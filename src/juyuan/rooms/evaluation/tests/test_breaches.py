"""违约的动作:规则提出、人认定;政府欠着的不追企业,转成交办事项。拒绝什么也不留。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.evaluation import hooks
from juyuan.rooms.evaluation.actions.breaches import (
    ManualDraft,
    close_breach,
    confirm_breach,
    confirm_manual,
    dismiss_breach,
    press_debts,
)
from juyuan.rooms.evaluation.models import Breach
from juyuan.rooms.evaluation.queries import breaches as read
from juyuan.rooms.evaluation.queries.cases import tracked
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.pipeline.actions.progress import add_progress_event
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.progress import EventDraft
from juyuan.rooms.pipeline.tests.vouchers import accepted, paid

pytestmark = pytest.mark.django_db
WHY = "现场核对，确未开工"


@pytest.fixture
def project(cast: Any) -> Project:
    return p.signed(cast)


@pytest.fixture
def opened() -> Iterator[list[dict[str, Any]]]:
    """记下转交办的,不真开事项。"""
    calls: list[dict[str, Any]] = []

    def opener(**call: Any) -> str:
        calls.append(call)
        return f"JB-{len(calls)}"

    before = hooks.debt_opener()
    hooks.register_debt_opener(opener)
    yield calls
    hooks._opener[:] = [before] if before else []


def late(cast: Any, project: Project, days: int = 20, **more: Any) -> Any:
    """三十天后看时已逾期 `days` 天的开工承诺。"""
    moment = cast.NOW + timedelta(days=30)
    row = p.promise(cast, project, "start", due_on=moment.date() - timedelta(days=days), **more)
    return row, moment


def traces() -> tuple[int, ...]:
    return (
        Breach.objects.count(), Notice.objects.count(),
        Event.objects.filter(event__startswith="evaluation.breach").count(),
    )  # fmt: skip


def rules_of(broken: pytest.ExceptionInfo[RuleBroken]) -> set[str]:
    return {finding.rule for finding in broken.value.findings}


def test_s3_4c_规则提出_由人认定_事实锁定(cast: Any, project: Project) -> None:
    row, moment = late(cast, project)
    found = read.proposal_of(row, "late_start", moment.date())
    assert found is not None and found.said.deviation == "逾期20天" and not found.debt
    breach = confirm_breach(
        actor=cast.actor("longshan_head"), promise=row, test="late_start", reason=WHY, now=moment
    )
    assert (breach.state, breach.light, breach.test_label) == ("confirmed", "warn", "逾期开工")
    assert breach.facts["actual"] == f"至{moment:%Y}年12月20日尚未开工"
    assert "合同约定：HT-2026-08 第三条第二款（第4页）" in breach.facts["evidence"]
    assert Event.objects.get(event="evaluation.breach.confirmed").reason == WHY
    assert read.proposal_of(row, "late_start", moment.date()) is None
    with pytest.raises(NotFound):
        read.door(cast.actor("dongfeng"), breach.code)


def test_s3_4c_认定的拒绝不留痕迹(cast: Any, project: Project) -> None:
    row, moment = late(cast, project)
    before = traces()
    for who, test, reason, kind in (
        ("longshan", "late_start", WHY, Denied),
        ("dongfeng_head", "late_start", WHY, Denied),
        ("heyan", "late_start", " ", RuleBroken),
        ("heyan", "late_production", WHY, RuleBroken),
    ):
        with pytest.raises(kind):
            confirm_breach(actor=cast.actor(who), promise=row, test=test, reason=reason, now=moment)
    with pytest.raises(RuleBroken):  # 还没有逾期
        confirm_breach(
            actor=cast.actor("heyan"), promise=row, test="late_start", reason=WHY, now=cast.NOW
        )
    assert traces() == before


def test_s3_4c_开工了就不再提(cast: Any, project: Project) -> None:
    row, moment = late(cast, project)
    add_progress_event(
        actor=cast.actor("longshan"), project=project, now=moment,
        draft=EventDraft("construction", moment.date(), "打桩"),
    )  # fmt: skip
    seen = tracked([row], moment.date())[0]
    assert seen.case.done_on == moment.date() and seen.judged.light == "ok"
    assert read.proposal_of(row, "late_start", moment.date()) is None


def test_s3_4c_到位资金只认认可的凭证(cast: Any, project: Project) -> None:
    row = p.promise(cast, project, target=100_000_000, due_on=cast.TODAY)
    day = cast.TODAY + timedelta(days=1)
    assert tracked([row], day)[0].case.value == 0
    paid(cast, project, "待核验", 100 * p.WAN)
    accepted(cast, project, "已认可", 9_500 * p.WAN)
    seen = tracked([row], day)[0]
    assert seen.case.value == 95_000_000
    assert [(h.test.value, h.gap_bp) for h in seen.judged.hits] == [("short", 500)]


def test_s3_4c_政府没有交地_不认定企业违约_转成交办事项(
    cast: Any, project: Project, opened: list[dict[str, Any]]
) -> None:
    row, moment = late(cast, project, debts=(p.debt(cast),))
    before = traces()
    with pytest.raises(RuleBroken) as broken:
        confirm_breach(
            actor=cast.actor("heyan"), promise=row, test="late_start", reason=WHY, now=moment
        )
    assert rules_of(broken) == {"breach.government"}
    message = broken.value.findings[0].message
    assert "市自然资源局应于2026年10月31日前交付净地50亩，已过50天" in message
    assert traces() == before and opened == []
    done = press_debts(actor=cast.actor("heyan"), promise=row, now=moment)
    assert [d.item_ref for d in done] == ["JB-1"]
    assert opened[0]["unit"] == cast.unit("ziran") and opened[0]["project"] == project
    assert opened[0]["due_on"] == moment.date()
    told = Notice.objects.filter(kind="evaluation.debt_owed")
    assert cast.person("ziran").pk in {n.recipient_id for n in told}
    assert press_debts(actor=cast.actor("heyan"), promise=row, now=moment) == []
    assert len(opened) == 1
    with pytest.raises(Denied):
        press_debts(actor=cast.actor("dongfeng"), promise=row, now=moment)


def test_s3_4c_不认定要理由_更重才再提(cast: Any, project: Project) -> None:
    row, moment = late(cast, project)
    with pytest.raises(RuleBroken):
        dismiss_breach(
            actor=cast.actor("heyan"), promise=row, test="late_start", reason="", now=moment
        )
    dismiss_breach(
        actor=cast.actor("heyan"), promise=row, test="late_start", reason="雨季", now=moment
    )
    assert read.proposal_of(row, "late_start", moment.date()) is None
    much_later = moment.date() + timedelta(days=40)
    again = read.proposal_of(row, "late_start", much_later)
    assert again is not None and again.hit.light == "bad"


def test_s3_4c_人提出的须写事实与证据(cast: Any, project: Project) -> None:
    row = p.promise(cast, project)
    good = ManualDraft("changed_use", "厂房转租给物流公司", "现场照片\n租赁合同", cast.TODAY)
    before = traces()
    for draft in (
        ManualDraft("late_start", good.fact, good.evidence, good.on),
        ManualDraft(good.test, " ", good.evidence, good.on),
        ManualDraft(good.test, good.fact, "", good.on),
        ManualDraft(good.test, good.fact, good.evidence, cast.TODAY + timedelta(days=1)),
        ManualDraft(good.test, good.fact, good.evidence, None),
    ):
        with pytest.raises(RuleBroken):
            confirm_manual(
                actor=cast.actor("heyan"), promise=row, draft=draft, reason=WHY, now=cast.NOW
            )
    assert traces() == before
    breach = confirm_manual(
        actor=cast.actor("heyan"), promise=row, draft=good, reason=WHY, now=cast.NOW
    )
    assert breach.facts["evidence"] == ["现场照片", "租赁合同"]
    with pytest.raises(RuleBroken) as broken:
        confirm_manual(actor=cast.actor("heyan"), promise=row, draft=good, reason=WHY, now=cast.NOW)
    assert rules_of(broken) == {"breach.open"}


def test_s3_4c_了结带宽限_宽限之后规则再提(cast: Any, project: Project) -> None:
    row, moment = late(cast, project)
    breach = confirm_breach(
        actor=cast.actor("heyan"), promise=row, test="late_start", reason=WHY, now=moment
    )
    until = date(2027, 2, 1)
    before = traces()
    with pytest.raises(Denied):
        close_breach(actor=cast.actor("longshan"), breach=breach, reason="已改", now=moment)
    with pytest.raises(Stale):
        close_breach(actor=cast.actor("heyan"), breach=breach, reason="已改", version=5, now=moment)
    assert traces() == before
    breach.refresh_from_db()
    close_breach(
        actor=cast.actor("heyan"), breach=breach, reason="同意延期", quiet_until=until, now=moment
    )
    assert read.proposal_of(row, "late_start", until) is None
    assert read.proposal_of(row, "late_start", until + timedelta(days=1)) is not None
    with pytest.raises(RuleBroken):
        close_breach(actor=cast.actor("heyan"), breach=breach, reason="再了结", now=moment)
