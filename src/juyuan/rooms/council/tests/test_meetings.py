"""会议的动作:筹备、通知、到会、开会、决定、散会;每个成功旁边有它的拒绝。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.council.actions import agenda, deciding, items, meetings
from juyuan.rooms.council.models import ActionItem, AgendaItem, Decision, Meeting
from juyuan.rooms.council.queries import agenda as read
from juyuan.rooms.council.queries import duty, scope
from juyuan.rooms.council.queries.meetings import quorum_of
from juyuan.rooms.council.rules.agenda import (
    ActionDraft,
    AgendaKind,
    DecisionDraft,
    DecisionResult,
    ItemStatus,
)
from juyuan.rooms.council.rules.meetings import Attendance, MeetingState, SeatKind
from juyuan.rooms.council.rules.problems import ProblemState
from juyuan.rooms.council.tests import factories as c
from juyuan.rooms.pipeline.models import Escalation
from juyuan.rooms.pipeline.queries.escalations import open_of
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
R = DecisionResult


def left() -> tuple[int, ...]:
    """拒绝之后什么也不留。"""
    return tuple(
        m.objects.count() for m in (Event, Notice, Meeting, AgendaItem, Decision, ActionItem, Duty)
    )


def big(cast: Any, name: str = "八亿项目", amount: int = 8 * f.YI, **more: Any) -> Any:
    return f.at(
        cast, Stage.SIGNED, name=name, contract_amount=amount, total_investment=amount, **more
    )


# ───────── 筹备、通知 ─────────


def test_s1e_筹备_次数连着_取消的腾出来(cast: Any) -> None:
    one, two = c.meeting(cast), c.meeting(cast)
    assert [one.sequence, two.sequence] == [1, 2]
    assert one.title == "2026年第1次招商引资服务促进会议"
    meetings.cancel_meeting(actor=cast.actor("chen"), meeting=one, reason="冲突", now=cast.NOW)
    assert c.meeting(cast).sequence == 1


@pytest.mark.parametrize("who", ["longshan", "zhaoji", "caizheng", "guwen"])
def test_s1e_别的单位不能筹备(cast: Any, who: str) -> None:
    f.parameters(cast)
    before = left()
    with pytest.raises(Denied):
        meetings.plan_meeting(actor=cast.actor(who), draft=c.draft(cast), now=cast.NOW)
    assert left() == before


def test_s1b_主持的须是在任的召集人(cast: Any) -> None:
    f.parameters(cast)
    before = left()
    with pytest.raises(RuleBroken) as broken:
        c.meeting(cast, chair="longshan_head")
    assert broken.value.findings[0].field == "chair"
    assert left() == before


def test_s1e_通知_席位按任职来_各单位收到(cast: Any) -> None:
    row = c.call(cast, c.meeting(cast))
    assert row.state == MeetingState.CALLED
    kinds = list(row.seats.values_list("kind", flat=True))
    assert kinds.count(SeatKind.CONVENER) == 3
    assert kinds.count(SeatKind.MEMBER) == row.seats.filter(unit__isnull=False).count() > 8
    told = set(
        Notice.objects.filter(kind="council.called").values_list("recipient__code", flat=True)
    )
    assert {"zongzhaoji", "zhaoji", "longshan_head", "keji"} <= told
    with pytest.raises(Stale):
        meetings.call_meeting(actor=cast.actor("chen"), meeting=row, version=1, now=cast.NOW)


def test_s1e_筹备中的别的单位看不见_通知之后看得见(cast: Any) -> None:
    row = c.meeting(cast)
    with pytest.raises(NotFound):
        scope.door(cast.actor("longshan"), row.code)
    assert scope.door(cast.actor("zhaoji"), row.code) == row
    c.call(cast, row)
    assert scope.door(cast.actor("longshan"), row.code) == row
    for who in ("guwen", "caizheng", "kong"):
        with pytest.raises(NotFound):
            scope.door(cast.actor(who), row.code)


def test_s1e_改期_再通知_取消要写理由(cast: Any) -> None:
    row = c.call(cast, c.meeting(cast))
    moved = meetings.edit_meeting(
        actor=cast.actor("chen"),
        meeting=row,
        draft=c.draft(cast, cast.TODAY + timedelta(3)),
        now=cast.NOW,
    )
    assert moved.held_on == cast.TODAY + timedelta(3)
    assert Notice.objects.filter(kind="council.recalled").exists()
    before = left()
    with pytest.raises(RuleBroken):
        meetings.cancel_meeting(actor=cast.actor("chen"), meeting=moved, reason=" ", now=cast.NOW)
    with pytest.raises(Denied):
        meetings.cancel_meeting(
            actor=cast.actor("longshan"), meeting=moved, reason="x", now=cast.NOW
        )
    assert left() == before
    meetings.cancel_meeting(
        actor=cast.actor("chen"), meeting=moved, reason="另有安排", now=cast.NOW
    )
    assert Notice.objects.filter(kind="council.cancelled").exists()


# ───────── 人数 ─────────


def test_s1b_人数不够不能开_够了才开(cast: Any) -> None:
    row = c.call(cast, c.meeting(cast))
    needed = quorum_of(row).needed
    c.attend(cast, row, needed - 1)
    before = left()
    with pytest.raises(RuleBroken) as broken:
        c.start(cast, row)
    assert broken.value.findings[0].rule == "meeting.quorum"
    assert left() == before
    c.attend(cast, row, needed)
    c.start(cast, row)
    row.refresh_from_db()
    assert (row.state, row.quorum["present"]) == (MeetingState.RUNNING, needed)


def test_s1b_主持的没到不能开(cast: Any) -> None:
    row = c.call(cast, c.meeting(cast))
    c.attend(cast, row, chair=False)
    with pytest.raises(RuleBroken, match="召集人没有到会"):
        c.start(cast, row)


def test_s1b_召集人不能委托_委托写谁来_请假写事由(cast: Any) -> None:
    row = c.call(cast, c.meeting(cast))
    chair = row.seats.get(person_id=row.chair_id)
    member = row.seats.filter(kind=SeatKind.MEMBER).first()
    marks = {
        chair.pk: meetings.Mark(Attendance.DELEGATE, "某人"),
        member.pk: meetings.Mark(Attendance.DELEGATE),
    }
    before = left()
    with pytest.raises(RuleBroken) as broken:
        meetings.mark_attendance(actor=cast.actor("chen"), meeting=row, marks=marks, now=cast.NOW)
    assert len(broken.value.findings) == 2
    assert left() == before
    with pytest.raises(Denied):
        meetings.mark_attendance(actor=cast.actor("longshan"), meeting=row, marks={}, now=cast.NOW)


def test_s1e_没到日子不能开_没通知不能开(cast: Any) -> None:
    row = c.meeting(cast, cast.TODAY + timedelta(1))
    with pytest.raises(RuleBroken, match="不能「开会」"):
        c.start(cast, row)
    c.call(cast, row)
    c.attend(cast, row)
    with pytest.raises(RuleBroken, match="还没到日子"):
        c.start(cast, row)


# ───────── 议程 ─────────


def test_s3_3c_提级的自己上议程_开会时写定(cast: Any) -> None:
    project = big(cast)
    row = c.meeting(cast)
    (line,) = read.lines(cast.actor("chen"), row, cast.TODAY)
    assert (line.item.kind, line.item.project_id, line.row) == (
        AgendaKind.ESCALATION,
        project.pk,
        None,
    )
    assert AgendaItem.objects.count() == 0
    c.call(cast, row)
    c.attend(cast, row)
    c.start(cast, row)
    item = c.item_of(row, "escalation")
    assert (item.project_id, item.position, item.amount) == (project.pk, 1, 8 * f.YI)
    big(cast, name="后来的")  # 开会之后来的,留到下一次
    assert AgendaItem.objects.filter(meeting=row).count() == 1


def test_s3_3c_不够门槛的不上议程(cast: Any) -> None:
    big(cast, amount=5 * f.YI - 1)
    assert read.lines(cast.actor("chen"), c.meeting(cast), cast.TODAY) == []
    big(cast, name="恰好五亿", amount=5 * f.YI)
    assert len(read.proposals(cast.actor("chen"), cast.TODAY)) == 1


def test_s1e_排次序_添加_本次不议_放回来(cast: Any) -> None:
    big(cast, name="甲"), big(cast, name="乙", amount=9 * f.YI)
    row = c.meeting(cast)
    actor = cast.actor("chen")
    names = [x.item.title for x in read.lines(actor, row, cast.TODAY)]
    assert names == ["乙", "甲"]
    keys = [x.key for x in read.lines(actor, row, cast.TODAY)]
    agenda.reorder(actor=actor, meeting=row, keys=keys[::-1], now=cast.NOW)
    assert [x.item.title for x in read.lines(actor, row, cast.TODAY)] == ["甲", "乙"]
    agenda.add_item(actor=actor, meeting=row, draft=agenda.ItemDraft("通报情况"), now=cast.NOW)
    assert [x.item.title for x in read.lines(actor, row, cast.TODAY)][-1] == "通报情况"
    gone = agenda.postpone_item(
        actor=actor, meeting=row, key=keys[0], reason="材料不齐", now=cast.NOW
    )
    assert gone.status == ItemStatus.POSTPONED
    agenda.restore_item(actor=actor, meeting=row, item=gone, now=cast.NOW)
    assert gone.status == ItemStatus.LISTED


def test_s1e_议程的拒绝什么也不留(cast: Any) -> None:
    big(cast)
    row = c.meeting(cast)
    key = read.lines(cast.actor("chen"), row, cast.TODAY)[0].key
    before = left()
    with pytest.raises(RuleBroken):
        agenda.postpone_item(
            actor=cast.actor("chen"), meeting=row, key=key, reason="", now=cast.NOW
        )
    with pytest.raises(NotFound):
        agenda.postpone_item(
            actor=cast.actor("chen"), meeting=row, key="other:x", reason="x", now=cast.NOW
        )
    with pytest.raises(Denied):
        agenda.reorder(actor=cast.actor("longshan"), meeting=row, keys=[key], now=cast.NOW)
    with pytest.raises(RuleBroken):
        agenda.reorder(actor=cast.actor("chen"), meeting=row, keys=[key, key], now=cast.NOW)
    with pytest.raises(RuleBroken):
        agenda.add_item(
            actor=cast.actor("chen"), meeting=row, draft=agenda.ItemDraft(" "), now=cast.NOW
        )
    assert left() == before


def test_s1e_开会之后议程写定(cast: Any) -> None:
    row = c.running(cast)
    with pytest.raises(RuleBroken, match="已经写定"):
        agenda.add_item(
            actor=cast.actor("chen"), meeting=row, draft=agenda.ItemDraft("x"), now=cast.NOW
        )


def test_s1e_自动列入的归最近的一次会(cast: Any) -> None:
    big(cast)
    later, sooner = c.meeting(cast, cast.TODAY + timedelta(9)), c.meeting(cast)
    actor = cast.actor("chen")
    assert len(read.lines(actor, sooner, cast.TODAY)) == 1
    assert read.lines(actor, later, cast.TODAY) == []


def test_s1e_看不见的项目不在看得见的议程里(cast: Any) -> None:
    big(cast, name="机密", confidentiality="restricted")
    row = c.call(cast, c.meeting(cast))
    for who, seen in (("zhaoji", 1), ("heyan", 1), ("chen", 0), ("dongfeng", 0)):
        assert len(read.lines(cast.actor(who), row, cast.TODAY)) == seen, who
    c.attend(cast, row)
    c.start(cast, row)
    item = c.item_of(row, "escalation")  # 限名单的照样写定
    with pytest.raises(NotFound):
        scope.item_door(cast.actor("dongfeng"), row.code, item.pk)


# ───────── 当场决定 ─────────


def test_s3_3c_会上结束提级_当即生效(cast: Any) -> None:
    project = big(cast)
    row = c.running(cast)
    item = c.item_of(row, "escalation")
    made = deciding.decide_item(
        actor=cast.actor("zhaoji"), item=item, now=cast.NOW,
        draft=DecisionDraft(R.END, "已落地，转常态服务", actions=(c.handed(cast, "常态跟踪"),)),
    )  # fmt: skip
    held = Escalation.objects.get(project=project)
    assert (held.state, held.close_reason, held.closed_by_name) == (
        "closed",
        "已落地，转常态服务",
        "分管副市长",
    )
    assert made.chair_name == "分管副市长"
    (todo,) = ActionItem.objects.all()
    assert (todo.unit.code, todo.project_id, todo.decision_id) == ("keji", project.pk, made.pk)
    event = Event.objects.get(event="pipeline.escalation.closed")
    assert event.after["meeting"] == row.title
    assert Duty.objects.filter(kind=duty.WORK, object_id=todo.pk, ended_at=None).exists()
    item.refresh_from_db(fields=["status", "version"])
    with pytest.raises(RuleBroken, match="再上一次会"):
        deciding.decide_item(
            actor=cast.actor("zhaoji"), item=item, draft=DecisionDraft(R.END, "再"), now=cast.NOW
        )


def test_s3_3c_继续提级_议定过的不再自动上会(cast: Any) -> None:
    project = big(cast)
    row = c.running(cast)
    deciding.decide_item(
        actor=cast.actor("zhaoji"), item=c.item_of(row, "escalation"),
        draft=DecisionDraft(R.GO_ON, "每周调度"), now=cast.NOW,
    )  # fmt: skip
    assert open_of(project) is not None
    assert read.proposals(cast.actor("chen"), cast.TODAY) == []


def test_s3_3c_暂缓再议的下次照样上会(cast: Any) -> None:
    big(cast)
    row = c.running(cast)
    deciding.decide_item(
        actor=cast.actor("zhaoji"), item=c.item_of(row, "escalation"),
        draft=DecisionDraft(R.DEFERRED, "补材料"), now=cast.NOW,
    )  # fmt: skip
    meetings.end_meeting(actor=cast.actor("zhaoji"), meeting=row, now=cast.NOW)
    assert len(read.proposals(cast.actor("chen"), cast.TODAY)) == 1


@pytest.mark.parametrize("who", ["chen", "zongzhaoji", "zhaoji2", "longshan", "shangwuju_head"])
def test_s1e_不是主持的不能定(cast: Any, who: str) -> None:
    big(cast)
    item = c.item_of(c.running(cast), "escalation")
    before = left()
    with pytest.raises(Denied):
        deciding.decide_item(
            actor=cast.actor(who), item=item, draft=DecisionDraft(R.END, "x"), now=cast.NOW
        )
    assert left() == before


def test_s1e_记录的记下_主持的确认才生效(cast: Any) -> None:
    project = big(cast)
    item = c.item_of(c.running(cast), "escalation")
    deciding.draft_decision(
        actor=cast.actor("chen"), item=item, draft=DecisionDraft(R.END, "同意结束"), now=cast.NOW
    )
    assert open_of(project) is not None  # 还没有生效
    assert Notice.objects.filter(kind="council.drafted", recipient__code="zhaoji").exists()
    before = left()
    with pytest.raises(Denied):
        deciding.confirm_decision(actor=cast.actor("chen"), item=item, now=cast.NOW)
    assert left() == before
    with pytest.raises(RuleBroken, match="没有经主持人确认"):
        meetings.end_meeting(actor=cast.actor("chen"), meeting=item.meeting, now=cast.NOW)
    made = deciding.confirm_decision(actor=cast.actor("zhaoji"), item=item, now=cast.NOW)
    assert (made.recorded_by_name, made.chair_name) == ("小陈", "分管副市长")
    assert Escalation.objects.get(project=project).state == "closed"


def test_s1e_写到一半的决定_添了几行的也回得来(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    big(cast)
    item = c.item_of(c.running(cast), "escalation")
    url = f"/council/meetings/{item.meeting.code}/items/{item.pk}/"
    typed = {"_form": "council.decision", "_object": f"{item.meeting.code}.{item.pk}",
             "text": "议定的话", "lines": "4", "a4_text": "第四件交办"}  # fmt: skip
    client = cast.client("chen")
    assert client.post("/drafts/save/", typed).status_code == 200
    page = client.get(url).content.decode()
    assert (
        "议定的话" in page
        and "第四件交办" in page
        and f'href="{url}"' in client.get("/drafts/").content.decode()
    )


def test_s1e_主持的退回草稿(cast: Any) -> None:
    big(cast)
    item = c.item_of(c.running(cast), "escalation")
    deciding.draft_decision(
        actor=cast.actor("chen"), item=item, draft=DecisionDraft(R.END, "x"), now=cast.NOW
    )
    deciding.discard_draft(actor=cast.actor("zhaoji"), item=item, now=cast.NOW)
    with pytest.raises(RuleBroken, match="没有等确认"):
        deciding.confirm_decision(actor=cast.actor("zhaoji"), item=item, now=cast.NOW)
    assert Decision.objects.count() == 0


def test_s1b_会上人走了不够数_不能再定(cast: Any) -> None:
    big(cast)
    row = c.running(cast)
    item = c.item_of(row, "escalation")
    chair = row.seats.get(person_id=row.chair_id)
    meetings.mark_attendance(
        actor=cast.actor("chen"), meeting=row, now=cast.NOW,
        marks={chair.pk: meetings.Mark(Attendance.LEAVE, note="接访")},
    )  # fmt: skip
    before = left()
    with pytest.raises(RuleBroken) as broken:
        deciding.decide_item(
            actor=cast.actor("zhaoji"), item=item, draft=DecisionDraft(R.END, "x"), now=cast.NOW
        )
    assert broken.value.findings[0].rule == "meeting.quorum"
    assert left() == before


def test_s1e_落不到对象上_整个决定都不算(cast: Any) -> None:
    project = big(cast)
    item = c.item_of(c.running(cast), "escalation")
    Escalation.objects.filter(project=project).update(state="closed", closed_at=cast.NOW)
    before = left()
    with pytest.raises(RuleBroken, match="已不在等会上决定"):
        deciding.decide_item(
            actor=cast.actor("zhaoji"), item=item, now=cast.NOW,
            draft=DecisionDraft(R.END, "x", actions=(c.handed(cast),)),
        )  # fmt: skip
    assert left() == before
    item.refresh_from_db()
    assert item.status == ItemStatus.LISTED


def test_s1b_难题_会上交办_销号之后解决(cast: Any) -> None:
    project = f.planning(cast)
    trouble = c.problem(cast, project)
    row = c.running(cast)
    item = c.item_of(row, "problem", trouble.code)
    deciding.decide_item(
        actor=cast.actor("zhaoji"), item=item, now=cast.NOW,
        draft=DecisionDraft(R.ASSIGNED, actions=(c.handed(cast), c.handed(cast, "出证", "ziran"))),
    )  # fmt: skip
    trouble.refresh_from_db()
    assert trouble.state == ProblemState.ASSIGNED
    for todo in ActionItem.objects.filter(problem=trouble).select_related("unit", "problem"):
        by = todo.unit.code
        file = f.stored(cast.actor(by), f"批复{by}", cast.NOW)
        items.submit_item(
            actor=cast.actor(by), item=todo, text="办好了", file_id=file.pk, now=cast.NOW
        )
        items.close_item(actor=cast.actor("chen"), item=todo, now=cast.NOW)
    trouble.refresh_from_db()
    assert (trouble.state, trouble.outcome) == (ProblemState.SOLVED, "交办事项已全部销号")


def test_s1e_散会_没议的转下次_开出纪要的待办(cast: Any) -> None:
    big(cast)
    row = c.running(cast)
    meetings.end_meeting(actor=cast.actor("chen"), meeting=row, now=cast.NOW)
    assert c.item_of(row, "escalation").status == ItemStatus.CARRIED
    assert Duty.objects.filter(kind=duty.MINUTES, object_id=row.pk, ended_at=None).exists()
    assert len(read.proposals(cast.actor("chen"), cast.TODAY)) == 1
    with pytest.raises(RuleBroken):
        meetings.end_meeting(actor=cast.actor("chen"), meeting=row, now=cast.NOW)


def test_s3_5c_开会的待办_开过就没有(cast: Any) -> None:
    f.parameters(cast)
    (owed,) = duty.hold_waiting(on=cast.TODAY)
    assert (owed.object_id, owed.rule.fixed.isoformat()) == (202611, "2026-11-30")
    row = c.running(cast)
    meetings.end_meeting(actor=cast.actor("chen"), meeting=row, now=cast.NOW)
    assert list(duty.hold_waiting(on=cast.TODAY)) == []
    assert len(list(duty.hold_waiting(on=cast.TODAY + timedelta(20)))) == 1


def test_s1e_逾期的交办自动上会_会上准予延期(cast: Any) -> None:
    todo = c.action(cast, f.planning(cast), days=1)
    later = cast.NOW + timedelta(2)
    row = c.running(cast, now=later)
    item = c.item_of(row, "action", todo.code)
    deciding.decide_item(
        actor=cast.actor("zhaoji"), item=item, now=later,
        draft=DecisionDraft(R.EXTENDED, "准", due_on=cast.TODAY + timedelta(20)),
    )  # fmt: skip
    todo.refresh_from_db()
    assert (todo.due_on, todo.extended) == (cast.TODAY + timedelta(20), 1)
    assert Duty.objects.get(kind=duty.WORK, object_id=todo.pk, ended_at=None).due_on == todo.due_on


def test_s1e_交办要有单位与期限(cast: Any) -> None:
    big(cast)
    item = c.item_of(c.running(cast), "escalation")
    before = left()
    with pytest.raises(RuleBroken):
        deciding.decide_item(
            actor=cast.actor("zhaoji"), item=item, now=cast.NOW,
            draft=DecisionDraft(R.GO_ON, "x", actions=(ActionDraft("办", None, None),)),
        )  # fmt: skip
    assert left() == before
