"""交办与难题的动作:报进展、报结、退回、销号、延期;难题的提出与了结;别室开的一件。"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.council.actions import deciding, items, problems
from juyuan.rooms.council.models import ActionItem, ActionStep, Problem
from juyuan.rooms.council.queries import agenda, duty, scope
from juyuan.rooms.council.rules.agenda import ConditionDraft, DecisionDraft, DecisionResult
from juyuan.rooms.council.rules.items import ActionState
from juyuan.rooms.council.rules.problems import ProblemState
from juyuan.rooms.council.tests import factories as c
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.first_contact.actions import ruling
from juyuan.rooms.first_contact.models import Conflict
from juyuan.rooms.first_contact.rules.rulings import RulingDraft
from juyuan.rooms.first_contact.tests import factories as talks
from juyuan.rooms.pipeline.actions.merge import merge_projects
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
R = DecisionResult


def left() -> tuple[int, ...]:
    return tuple(m.objects.count() for m in (Event, Notice, ActionItem, ActionStep, Problem, Duty))


def submit(cast: Any, todo: ActionItem, by: str = "keji", now: Any = None) -> ActionItem:
    now = now or cast.NOW
    file = f.stored(cast.actor(by), f"批复{todo.code}{todo.returned}", now)
    return items.submit_item(
        actor=cast.actor(by), item=todo, text="指标已批", file_id=file.pk, now=now
    )


def open_duties(todo: ActionItem) -> list[str]:
    rows = Duty.objects.filter(object_type=scope.ACTION, object_id=todo.pk, ended_at=None)
    return sorted(rows.values_list("kind", flat=True))


def test_s1e_交办_报进展_报结_退回_再报_销号(cast: Any) -> None:
    todo = c.action(cast, f.planning(cast))
    assert open_duties(todo) == [duty.WORK]
    items.report_progress(actor=cast.actor("keji"), item=todo, text="在办", now=cast.NOW)
    assert todo.state == ActionState.WORKING
    submit(cast, todo)
    assert open_duties(todo) == [duty.CLOSE]
    items.return_item(actor=cast.actor("chen"), item=todo, reason="缺红线图", now=cast.NOW)
    assert (todo.state, open_duties(todo)) == (ActionState.WORKING, [duty.WORK])
    submit(cast, todo)
    assert open_duties(todo) == [duty.CLOSE]
    reconcile(today=cast.TODAY, now=cast.NOW)
    assert open_duties(todo) == [duty.CLOSE]  # 每日核对得到同样的
    items.close_item(actor=cast.actor("chen"), item=todo, now=cast.NOW)
    assert (todo.state, todo.closed_on, open_duties(todo)) == ("closed", cast.TODAY, [])
    verbs = list(todo.steps.values_list("verb", flat=True))
    assert verbs == ["assign", "report", "submit", "return", "submit", "close"]
    todo.problem.refresh_from_db()
    assert todo.problem.state == ProblemState.SOLVED


def test_s1e_办理的拒绝什么也不留(cast: Any) -> None:
    todo = c.action(cast, f.planning(cast))
    before = left()
    for who in ("ziran", "chen", "zhaoji", "longshan"):
        with pytest.raises(Denied):
            items.report_progress(actor=cast.actor(who), item=todo, text="x", now=cast.NOW)
    with pytest.raises(RuleBroken):
        items.report_progress(actor=cast.actor("keji"), item=todo, text=" ", now=cast.NOW)
    with pytest.raises(RuleBroken) as broken:
        items.submit_item(
            actor=cast.actor("keji"), item=todo, text="好了", file_id=None, now=cast.NOW
        )
    assert broken.value.findings[0].rule == "action.evidence"
    with pytest.raises(RuleBroken, match="不能「同意销号」"):
        items.close_item(actor=cast.actor("chen"), item=todo, now=cast.NOW)
    with pytest.raises(Stale):
        items.report_progress(
            actor=cast.actor("keji"), item=todo, text="x", version=9, now=cast.NOW
        )
    assert left() == before


def test_s1e_销号的不是报结的人(cast: Any) -> None:
    todo = c.action(cast, f.planning(cast), unit="shangwuju")
    submit(cast, todo, by="chen")
    before = left()
    with pytest.raises(Denied, match="不能自己销号"):
        items.close_item(actor=cast.actor("chen"), item=todo, now=cast.NOW)
    with pytest.raises(Denied):
        items.close_item(actor=cast.actor("keji"), item=todo, now=cast.NOW)
    with pytest.raises(RuleBroken):
        items.return_item(actor=cast.actor("heyan"), item=todo, reason="", now=cast.NOW)
    assert left() == before
    items.close_item(actor=cast.actor("heyan"), item=todo, now=cast.NOW)


def test_s1e_延期_申请_同意_期限与待办都改(cast: Any) -> None:
    todo = c.action(cast, f.planning(cast))
    wanted = cast.TODAY + timedelta(30)
    items.ask_extension(
        actor=cast.actor("keji"), item=todo, due_on=wanted, reason="等上级", now=cast.NOW
    )
    assert todo.due_on == cast.TODAY + timedelta(10)  # 答复之前不变
    before = left()
    with pytest.raises(RuleBroken, match="请等答复"):
        items.ask_extension(
            actor=cast.actor("keji"), item=todo, due_on=wanted, reason="等", now=cast.NOW
        )
    for who in ("keji", "chen", "longshan"):
        with pytest.raises(Denied):
            items.answer_extension(actor=cast.actor(who), item=todo, grant=True, now=cast.NOW)
    assert left() == before
    items.answer_extension(actor=cast.actor("heyan"), item=todo, grant=True, now=cast.NOW)
    assert (todo.due_on, todo.first_due_on, todo.extended) == (
        wanted,
        cast.TODAY + timedelta(10),
        1,
    )
    assert Duty.objects.get(kind=duty.WORK, object_id=todo.pk, ended_at=None).due_on == wanted
    reconcile(today=cast.TODAY, now=cast.NOW)
    assert open_duties(todo) == [duty.WORK]


def test_s1e_延期_不同意要写理由_至多两次(cast: Any) -> None:
    todo = c.action(cast, f.planning(cast))

    def ask(days: int) -> None:
        items.ask_extension(
            actor=cast.actor("keji"), item=todo, due_on=cast.TODAY + timedelta(days), reason="等",
            now=cast.NOW,
        )  # fmt: skip

    ask(20)
    with pytest.raises(RuleBroken):
        items.answer_extension(actor=cast.actor("heyan"), item=todo, grant=False, now=cast.NOW)
    items.answer_extension(
        actor=cast.actor("zhaoji"), item=todo, grant=False, text="不等", now=cast.NOW
    )
    assert todo.due_on == cast.TODAY + timedelta(10)
    for days in (20, 30):
        ask(days)
        items.answer_extension(actor=cast.actor("heyan"), item=todo, grant=True, now=cast.NOW)
    with pytest.raises(RuleBroken, match="至多 2 次"):
        ask(40)


def test_s3_5c_别室开的一件_同一来源只开一次(cast: Any) -> None:
    project = f.planning(cast)
    made = [
        items.open_from_room(
            source="debt", source_ref="CN-1", project=project, unit=cast.unit("ziran"),
            text="交付土地", due_on=cast.TODAY + timedelta(30), actor=cast.actor("chen"), now=cast.NOW,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert made[0] == made[1]
    assert ActionItem.objects.count() == 1
    assert Notice.objects.filter(kind="council.assigned", recipient__code="ziran").count() == 1


# ───────── 难题 ─────────


def test_s1b_提难题_商务主管部门知道(cast: Any) -> None:
    row = c.problem(cast, f.planning(cast))
    assert (row.unit.code, row.state) == ("longshan", ProblemState.OPEN)
    assert Notice.objects.filter(kind="council.problem_raised", recipient__code="chen").exists()
    assert row.steps.count() == 1


def test_s1b_项目并入别的_难题照样上会(cast: Any) -> None:
    gone, kept = f.planning(cast, name="并掉的"), f.planning(cast, name="留下的")
    row = c.problem(cast, gone)
    merge_projects(
        actor=cast.actor("heyan"), source=gone, target=kept, reason="同一件",
        versions=(gone.version, kept.version), now=cast.NOW,
    )  # fmt: skip
    assert [x.item.ref for x in agenda.proposals(cast.actor("chen"), cast.TODAY)] == [row.code]


def test_s1b_提难题的拒绝(cast: Any) -> None:
    project = f.planning(cast)
    before = left()
    for who in ("dongfeng", "zhaoji", "guwen", "caizheng"):
        with pytest.raises(Denied):
            c.problem(cast, project, by=who)
    with pytest.raises(RuleBroken):
        c.problem(cast, project, kind="nothing")
    assert left() == before


def test_s1b_会外交办_只有负责人核验人(cast: Any) -> None:
    row = c.problem(cast, f.planning(cast))
    draft = DecisionDraft(R.ASSIGNED, actions=(c.handed(cast),))
    before = left()
    for who in ("chen", "longshan", "keji"):
        with pytest.raises(Denied):
            deciding.assign_problem(actor=cast.actor(who), problem=row, draft=draft, now=cast.NOW)
    with pytest.raises(RuleBroken):
        deciding.assign_problem(
            actor=cast.actor("heyan"), problem=row, draft=DecisionDraft(R.ASSIGNED), now=cast.NOW
        )
    assert left() == before


def test_s1b_不再需要_写理由_别的单位不能(cast: Any) -> None:
    row = c.problem(cast, f.planning(cast))
    before = left()
    with pytest.raises(Denied):
        problems.close_problem(actor=cast.actor("dongfeng"), problem=row, reason="x", now=cast.NOW)
    with pytest.raises(RuleBroken):
        problems.close_problem(actor=cast.actor("longshan"), problem=row, reason="", now=cast.NOW)
    assert left() == before
    problems.close_problem(actor=cast.actor("longshan"), problem=row, reason="已协调", now=cast.NOW)
    assert row.state == ProblemState.CLOSED
    with pytest.raises(RuleBroken):
        problems.close_problem(actor=cast.actor("longshan"), problem=row, reason="x", now=cast.NOW)


# ───────── 看得见谁的 ─────────


def test_s1e_承办单位看得见交给自己的事_看不见项目的名称(cast: Any) -> None:
    project = f.planning(cast)
    todo = c.action(cast, project, unit="ziran")
    ziran = cast.actor("ziran")
    assert scope.action_door(ziran, todo.code) == todo
    assert scope.project_named(ziran, [project.pk]) == {}
    for who in ("dongfeng", "keji", "guwen"):
        with pytest.raises(NotFound):
            scope.action_door(cast.actor(who), todo.code)


def test_s1e_限名单项目的交办_承办单位只有主要负责同志与指名的人(cast: Any) -> None:
    secret = f.planning(
        cast, confidentiality="restricted", listed_ids=(cast.person("longshan").pk,)
    )
    row = c.problem(cast, secret)
    actor = cast.actor("heyan")
    deciding.assign_problem(
        actor=actor, problem=row, now=cast.NOW,
        draft=DecisionDraft(R.ASSIGNED, actions=(c.handed(cast, unit="dongfeng"),)),
    )  # fmt: skip
    todo = ActionItem.objects.get()
    assert scope.action_door(cast.actor("dongfeng_head"), todo.code) == todo
    with pytest.raises(NotFound):
        scope.action_door(cast.actor("dongfeng"), todo.code)
    with pytest.raises(NotFound):
        scope.problem_door(cast.actor("chen"), row.code)
    assert scope.problem_door(cast.actor("zhaoji"), row.code) == row


def test_s3_2b_申诉上议程_主持的当场终裁(cast: Any) -> None:
    talks.register(cast)
    conflict = talks.register(cast, "dongfeng").conflict
    both = {cast.unit("longshan").pk: 6000, cast.unit("dongfeng").pk: 4000}
    draft = RulingDraft(cast.unit("longshan").pk, both, "先登记", "3.2b")
    ruling.rule_conflict(actor=cast.actor("heyan"), conflict=conflict, draft=draft, now=cast.NOW)
    ruling.appeal(actor=cast.actor("dongfeng"), conflict=conflict, reason="不服", now=cast.NOW)
    row = c.running(cast)
    item = c.item_of(row, "appeal", conflict.code)
    lead = cast.unit("dongfeng").pk
    wrong = DecisionDraft(R.RULED, "改判", lead_unit_id=lead, shares=((lead, 9000),))
    before = left()
    with pytest.raises(RuleBroken):
        deciding.decide_item(actor=cast.actor("zhaoji"), item=item, draft=wrong, now=cast.NOW)
    assert left() == before
    shares = tuple(sorted({cast.unit("longshan").pk: 3000, lead: 7000}.items()))
    deciding.decide_item(
        actor=cast.actor("zhaoji"), item=item, now=cast.NOW,
        draft=DecisionDraft(R.RULED, "改判", lead_unit_id=lead, shares=shares),
    )  # fmt: skip
    assert Conflict.objects.get(pk=conflict.pk).state == "final"


def test_s3_4b_待市级评审的上议程_会上定的就是评审的结果(cast: Any) -> None:
    review = r.deciding(cast, r.sent(cast, 10 * f.YI))
    row = c.running(cast)
    item = c.item_of(row, "review", review.code)
    condition = ConditionDraft("签约前取得环评批复", cast.TODAY + timedelta(30), "批复")
    draft = DecisionDraft(R.CONDITIONAL, "引进", conditions=(condition,))
    before = left()
    with pytest.raises(RuleBroken) as broken:  # 大额的要写政府常务会议纪要文号
        deciding.decide_item(actor=cast.actor("zhaoji"), item=item, draft=draft, now=cast.NOW)
    assert [x.field for x in broken.value.findings] == ["minutes_number"]
    assert left() == before
    full = replace(draft, minutes_number="2026第8次")
    deciding.decide_item(actor=cast.actor("zhaoji"), item=item, draft=full, now=cast.NOW)
    done = r.fresh(review)
    assert done.state == "conditional"
    decision = done.decisions.get()
    assert (decision.result, decision.by_name) == ("conditional", "分管副市长")
    assert row.code in str(
        Event.objects.filter(event__startswith="evaluation.review").latest("id").after
    )
