"""承诺的动作:登记、条件转入、改约、解除、实况、认可;每个成功旁边是它的拒绝,拒绝什么也不留。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.evaluation.actions.promises import (
    add_debt,
    change_by_supplement,
    mark_met,
    promise_from_condition,
    release,
    settle_debt,
)
from juyuan.rooms.evaluation.models import GovernmentDebt, Promise, PromiseActual
from juyuan.rooms.evaluation.queries import promises as read
from juyuan.rooms.evaluation.rules.promises import DebtDraft
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.pipeline.actions.supplements import add_supplement
from juyuan.rooms.pipeline.models import Project, Supplement
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.supplements import SupplementDraft
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast: Any) -> Project:
    return p.signed(cast)


def traces() -> tuple[int, ...]:
    """行数与本室台账的条数:拒绝之后应当不变。"""
    return (
        Promise.objects.count(), PromiseActual.objects.count(), GovernmentDebt.objects.count(),
        Event.objects.filter(event__startswith="evaluation.").count(),
    )  # fmt: skip


def rules_of(broken: pytest.ExceptionInfo[RuleBroken]) -> set[str]:
    return {finding.rule for finding in broken.value.findings}


def supplement(cast: Any, project: Project, days: int = 0) -> Supplement:
    file = f.stored(cast.actor("longshan"), f"补充协议{days}", cast.NOW)
    project.refresh_from_db()
    return add_supplement(
        actor=cast.actor("longshan"), project=project, now=cast.NOW,
        draft=SupplementDraft(
            "补充协议（一）", cast.TODAY,
            {"promised_start_on": cast.TODAY + timedelta(days=90 + days)}, "BC-1", "改期", file.pk,
        ),
    )  # fmt: skip


def test_s3_4c_登记承诺_连同政府先行事项与台账(cast: Any, project: Project) -> None:
    row = p.promise(cast, project, debts=(p.debt(cast),))
    assert (row.state, row.source, row.target, row.version) == ("open", "contract", 50_000_000, 1)
    assert [d.unit.code for d in row.debts.all()] == ["ziran"]
    event = Event.objects.get(event="evaluation.promise.added")
    assert (event.obj_id, event.clause) == (row.code, "3.4c")
    assert read.door(cast.actor("heyan"), row.code) == row
    for who in ("dongfeng", "sysadmin", "kong"):
        with pytest.raises(NotFound):
            read.door(cast.actor(who), row.code)


def test_s3_4c_登记承诺的拒绝不留痕迹(cast: Any, project: Project) -> None:
    early = f.at(cast, Stage.INTENT, name="还在意向的项目")
    before = traces()
    with pytest.raises(Denied):
        p.promise(cast, project, by="dongfeng")
    with pytest.raises(RuleBroken) as broken:
        p.promise(cast, early)
    assert rules_of(broken) == {"promise.stage"}
    with pytest.raises(RuleBroken) as broken:
        p.promise(cast, project, debts=(DebtDraft("land", "交地", 0, p.DUE),))
    assert rules_of(broken) == {"debt.unit"}
    assert traces() == before


def test_s3_4b_评审的条件转成承诺_未签约也可_只转一次(cast: Any) -> None:
    early = f.at(cast, Stage.INTENT)
    drafts = [p.draft("start", text="开工前取得节能审查意见"), p.draft("jobs", target=200)]
    done = promise_from_condition(
        actor=cast.actor("zhaoji"), project=early, review="PS-1", drafts=drafts, now=cast.NOW
    )
    assert [(r.kind, r.source, r.source_ref) for r in done] == [
        ("start", "condition", "PS-1"), ("jobs", "condition", "PS-1"),
    ]  # fmt: skip
    before = traces()
    again = promise_from_condition(
        actor=cast.actor("zhaoji"), project=early, review="PS-1", drafts=drafts, now=cast.NOW
    )
    assert again == done and traces() == before
    with pytest.raises(RuleBroken) as broken:
        promise_from_condition(
            actor=cast.actor("zhaoji"), project=early, review="PS-2", now=cast.NOW,
            drafts=[p.draft("start"), p.draft("jobs", target=1, due_on=None)],
        )  # fmt: skip
    assert rules_of(broken) == {"promise.due"} and traces() == before


def test_s3_4c_以补充协议改约_原行仍在_先行事项随新行(cast: Any, project: Project) -> None:
    row = p.promise(cast, project, debts=(p.debt(cast),))
    paper = supplement(cast, project)
    later = date(2027, 12, 31)
    fresh = change_by_supplement(
        actor=cast.actor("longshan"), promise=row, supplement=paper, target=row.target,
        due_on=later, reason="市场变化", version=1, now=cast.NOW,
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.due_on, row.version) == ("changed", p.DUE, 2)
    assert (fresh.state, fresh.due_on, fresh.source, fresh.replaces) == (
        "open", later, "supplement", row,
    )  # fmt: skip
    assert fresh.debts.count() == 1 and row.debts.count() == 0
    assert Event.objects.get(event="evaluation.promise.changed").obj_id == row.code


def test_s3_4c_改约的拒绝(cast: Any, project: Project) -> None:
    row = p.promise(cast, project)
    paper = supplement(cast, project)
    other = p.signed(cast, name="另一个项目")
    foreign = supplement(cast, other, 5)
    before = traces()

    def change(**more: Any) -> None:
        args = {
            "actor": cast.actor("longshan"), "promise": row, "supplement": paper,
            "target": row.target, "due_on": date(2027, 12, 31), "reason": "市场变化",
            "now": cast.NOW,
        }  # fmt: skip
        change_by_supplement(**(args | more))

    for more, kind in (
        ({"actor": cast.actor("dongfeng")}, Denied),
        ({"supplement": foreign}, RuleBroken),
        ({"due_on": row.due_on}, RuleBroken),
        ({"reason": " "}, RuleBroken),
        ({"due_on": None}, RuleBroken),
        ({"version": 9}, Stale),
    ):
        with pytest.raises(kind):
            change(**more)
    assert traces() == before


def test_s3_4c_解除须理由_须第二人(cast: Any, project: Project) -> None:
    row = p.promise(cast, project, by="longshan_head")
    before = traces()
    for who, reason, kind in (
        ("longshan", "不可抗力", Denied),
        ("longshan_head", "不可抗力", RuleBroken),
        ("heyan", "  ", RuleBroken),
    ):
        with pytest.raises(kind):
            release(actor=cast.actor(who), promise=row, reason=reason, now=cast.NOW)
    assert traces() == before
    release(actor=cast.actor("heyan"), promise=row, reason="不可抗力", now=cast.NOW)
    row.refresh_from_db()
    assert (row.state, row.closed_by_name, row.closed_on) == ("released", "何核验", cast.TODAY)
    with pytest.raises(RuleBroken):
        release(actor=cast.actor("heyan"), promise=row, reason="再来", now=cast.NOW)


def test_s3_4c_认可兑现由第二人_达到含本数(cast: Any, project: Project) -> None:
    row = p.promise(cast, project)
    short = p.actual(cast, row, 5_000 * p.WAN - 1)
    full = p.actual(cast, row, 5_000 * p.WAN, by="longshan_head")
    before = traces()
    for who, which, kind in (
        ("longshan", full, Denied),
        ("longshan_head", full, Denied),
        ("heyan", short, RuleBroken),
    ):
        with pytest.raises(kind):
            mark_met(actor=cast.actor(who), promise=row, actual=which, now=cast.NOW)
    with pytest.raises(Stale):
        mark_met(actor=cast.actor("heyan"), promise=row, actual=full, version=7, now=cast.NOW)
    assert traces() == before
    mark_met(actor=cast.actor("heyan"), promise=row, actual=full, version=1, now=cast.NOW)
    row.refresh_from_db()
    assert (row.state, row.closed_on, row.version) == ("met", cast.TODAY, 2)
    with pytest.raises(RuleBroken):
        p.actual(cast, row)


def test_s3_4c_政府先行事项由责任单位报办到(cast: Any, project: Project) -> None:
    row = p.promise(cast, project)
    debt = add_debt(actor=cast.actor("longshan"), promise=row, draft=p.debt(cast), now=cast.NOW)
    file = f.stored(cast.actor("ziran"), "交地确认书", cast.NOW)
    before = traces()

    def settle(**more: Any) -> GovernmentDebt:
        args = {
            "actor": cast.actor("ziran"), "debt": debt, "done_on": cast.TODAY,
            "note": "净地已交付", "file_id": file.pk, "now": cast.NOW,
        }  # fmt: skip
        return settle_debt(**(args | more))

    for more, kind in (
        ({"actor": cast.actor("dongfeng")}, Denied),
        ({"done_on": cast.TODAY + timedelta(days=1)}, RuleBroken),
        ({"note": ""}, RuleBroken),
        ({"file_id": None}, RuleBroken),
        ({"version": 3}, Stale),
    ):
        with pytest.raises(kind):
            settle(**more)
    assert traces() == before
    done = settle()
    assert (done.done_on, done.done_by_name, done.version) == (cast.TODAY, "任经办", 2)
    assert Event.objects.get(event="evaluation.debt.done").reason == "净地已交付"
    with pytest.raises(RuleBroken):
        settle()
