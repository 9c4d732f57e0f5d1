"""月度更新的动作与读:一行与一表同样的行、幂等、锁账、更正、进展读出来、任何一天可重算。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.foundation.ledger.models import Event
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import SHANGHAI
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.pipeline.actions.monthly import close_month, submit_update, submit_updates
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.actions.progress import add_progress_event, withdraw_progress_event
from juyuan.rooms.pipeline.models import MonthClose, MonthlyUpdate, ProgressEvent, Project
from juyuan.rooms.pipeline.queries.figures import View
from juyuan.rooms.pipeline.queries.monthly import Sheet, history, overview, sheet
from juyuan.rooms.pipeline.queries.periods import Periods, read_month
from juyuan.rooms.pipeline.queries.tally import STATES, Where, tallies, tally_lines
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.monthly import NoChange, Tally, UpdateDraft, UpdateState
from juyuan.rooms.pipeline.rules.progress import EventDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
NOV, DEC = date(2026, 11, 1), date(2026, 12, 1)
UNIT = "gongxin"  # 样例项目的首谈单位


def at(day: int, hour: int = 10, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def projects(cast: Any, count: int = 3, **more: Any) -> list[Project]:
    return [f.planning(cast, name=f"纱线{i}号", now=at(1), **more) for i in range(count)]


def see(cast: Any, who: str = UNIT, month: date = NOV, now: datetime | None = None) -> Sheet:
    periods = Periods()
    return sheet(
        cast.actor(who), cast.unit(UNIT), periods.at(month), periods=periods, now=now or cast.NOW
    )


def quiet(project: Project, **more: Any) -> UpdateDraft:
    return UpdateDraft(project.code, no_change=NoChange.STEADY.value, **more)


def send(
    cast: Any, *drafts: UpdateDraft, who: str = UNIT, now: Any = None, month: date = NOV
) -> Any:
    return submit_updates(
        actor=cast.actor(who), period=Periods().at(month), drafts=drafts, now=now or cast.NOW
    )


def counts(month: date, day: date, unit: int, view: View | None = None) -> Tally:
    period = Periods().at(month)
    return tallies([period], day, Where(view or View(None, None)))[month].get(unit, Tally())


# ───────── 表 ─────────


def test_s3_3b_表上是归本单位报的在库项目_已发生的预填好(cast: Any) -> None:
    moved = f.at(cast, Stage.NEGOTIATION)
    f.planning(cast, name="龙山自己的", lead_unit_id=None, now=at(2))
    ended = f.planning(cast, name="已终止", now=at(2))
    change_standing(
        actor=cast.actor("longshan"), project=ended, verb="end", reason_code="market",
        note="不做了", now=at(3),
    )  # fmt: skip
    found = see(cast)
    assert [row.code for row in found.rows] == [moved.code]
    row = found.rows[0]
    assert {h.kind for h in row.happenings} == {"investor_visit", "stage_forward"}
    assert row.substantive and row.state == UpdateState.WAITING and not found.closed
    own = sheet(
        cast.actor("longshan"), cast.unit("longshan"), found.period, periods=Periods(), now=cast.NOW
    )
    assert [r.name for r in own.rows] == ["龙山自己的"]


def test_s3_3b_上期的问题与打算带到本期(cast: Any) -> None:
    (project,) = projects(cast, 1)
    send(cast, UpdateDraft(project.code, "已对接", "缺地", "选址"))
    row = see(cast, month=DEC, now=at(22)).rows[0]
    assert (row.prefill.progress, row.prefill.problem, row.prefill.next_step) == (
        "",
        "缺地",
        "选址",
    )
    refused = send(
        cast, UpdateDraft(project.code, "", "缺地", "选址"), now=at(22), month=DEC
    ).refused
    assert [x.rule for x in refused[0].findings] == ["update.silent"]


def test_s3_3b_退回与作废的证据不再算进展(cast: Any) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    move_project(
        actor=cast.actor("longshan"),
        project=project,
        to=Stage.PLANNING,
        reason="误操作",
        now=cast.NOW,
    )
    assert {h.kind for h in see(cast).rows[0].happenings} == {"investor_visit"}


def test_表的查询数不随项目数增加(cast: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            found = see(cast)
            assert found.tally.due == len(found.rows)
        return len(seen)

    first = projects(cast, 2)
    send(cast, *[quiet(p) for p in first])
    few = cost()
    more = projects(cast, 12)
    send(cast, *[quiet(p) for p in more[:6]])
    add_progress_event(
        actor=cast.actor(UNIT),
        project=more[0],
        draft=EventDraft("contact", cast.TODAY),
        now=cast.NOW,
    )
    assert cost() <= few


def test_提交一表的查询数不随行数增加(cast: Any) -> None:
    def cost(rows: list[Project]) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert len(send(cast, *[quiet(p) for p in rows]).saved) == len(rows)
        return len(seen)

    everything = projects(cast, 14)
    assert cost(everything[2:]) <= cost(everything[:2]) + 1


# ───────── 提交 ─────────


def test_s3_3b_一行与一表写出同样的行(cast: Any) -> None:
    one, two = projects(cast, 2)
    period = Periods().at(NOV)
    event = EventDraft("site_survey", date(2026, 11, 18), "看了两块地")

    def draft(project: Project) -> UpdateDraft:
        return UpdateDraft(
            project.code, "踏勘两处", "缺水", "签意向", 3_000_000, events=(event,), seen=0
        )

    submit_update(
        actor=cast.actor(UNIT), project=one, period=period, draft=draft(one), now=cast.NOW
    )
    send(cast, draft(two))

    def rows(model: Any, project: Project) -> list[dict[str, Any]]:
        skip = {"id", "project_id", "events"}
        return [
            {k: v for k, v in row.items() if k not in skip}
            for row in model.objects.filter(project=project).order_by("pk").values()
        ]

    for model in (MonthlyUpdate, ProgressEvent):
        assert rows(model, one) == rows(model, two) != []

    def told(project: Project) -> list[tuple[Any, ...]]:
        found = Event.objects.filter(obj_id=project.code).exclude(
            event="pipeline.project.registered"
        )
        return [
            (
                e.event,
                e.clause,
                e.actor_name,
                {k: v for k, v in e.after.items() if k not in ("progress", "events")},
            )
            for e in found.order_by("pk")
        ]

    assert told(one) == told(two) != []
    update = MonthlyUpdate.objects.get(project=one)
    assert update.substantive and update.on_time and update.unit_id == cast.unit(UNIT).pk
    assert update.events == [f"typed:{ProgressEvent.objects.get(project=one).pk}"]


def test_s3_3b_同样的内容再交一次_什么也不变(cast: Any) -> None:
    rows = projects(cast)
    drafts = [
        UpdateDraft(rows[0].code, "已对接", events=(EventDraft("signing", cast.TODAY),)),
        quiet(rows[1]),
        UpdateDraft(rows[2].code, problem="缺地"),
    ]
    first = send(cast, *drafts)
    before = (Event.objects.count(), MonthlyUpdate.objects.count(), ProgressEvent.objects.count())
    again = send(cast, *reversed(drafts))
    assert len(first.saved) == 3 and not again.saved and not again.refused
    assert set(again.same) == {p.code for p in rows}
    assert before == (
        Event.objects.count(), MonthlyUpdate.objects.count(), ProgressEvent.objects.count()
    )  # fmt: skip


def test_s3_3b_好的留下_不好的带位置退回(cast: Any) -> None:
    good, silent = projects(cast, 2)
    other = f.planning(cast, name="别人的", lead_unit_id=cast.unit("dongfeng").pk, now=at(1))
    done = send(
        cast, quiet(good), UpdateDraft(silent.code), quiet(good), quiet(other),
        UpdateDraft("LY-NOSUCH1"),
    )  # fmt: skip
    assert [u.project_id for u in done.saved] == [good.pk]
    assert [(r.position, r.findings[0].rule) for r in done.refused] == [
        (1, "update.silent"), (2, "update.twice"), (3, "update.row"), (4, "update.row"),
    ]  # fmt: skip
    # 别的单位的与不存在的,说的是同一句话
    assert done.refused[2].findings == done.refused[3].findings
    entries = Event.objects.filter(event="pipeline.update.submitted")
    assert [e.group for e in entries] == [done.group]
    assert entries[0].clause == "3.3b" and entries[0].after["serves"] == ["3.3b", "3.2c"]


def test_s3_2c_谁报_首谈单位与商务主管部门_承载地只能看(cast: Any) -> None:
    (project,) = projects(cast, 1)
    period = Periods().at(NOV)
    with pytest.raises(Denied):
        submit_update(
            actor=cast.actor("longshan"), project=project, period=period, draft=quiet(project),
            now=cast.NOW,
        )  # fmt: skip
    send(cast, quiet(project), who="chen")
    assert MonthlyUpdate.objects.get().by_name == "小陈"


def test_两人同时填_后交的看得见前一稿(cast: Any) -> None:
    (project,) = projects(cast, 1)
    send(cast, quiet(project, seen=0))
    period = Periods().at(NOV)
    draft = UpdateDraft(project.code, "我也报", seen=0)
    with pytest.raises(Stale):
        submit_update(
            actor=cast.actor(UNIT), project=project, period=period, draft=draft, now=cast.NOW
        )
    assert [x.rule for x in send(cast, draft).refused[0].findings] == ["update.stale"]
    assert MonthlyUpdate.objects.count() == 1


def test_没开始的一期不能报_不应报的是404(cast: Any) -> None:
    (project,) = projects(cast, 1)
    with pytest.raises(RuleBroken):
        send(cast, quiet(project), month=date(2027, 1, 1))
    late = f.planning(cast, name="期后才登记", now=at(21))
    with pytest.raises(NotFound):
        submit_update(
            actor=cast.actor(UNIT), project=late, period=Periods().at(NOV), draft=quiet(late),
            now=at(22),
        )  # fmt: skip


# ───────── 进展 ─────────


def test_s3_3b_报后又有进展_未锁账时随之另成一稿_撤销又改回(cast: Any) -> None:
    (project,) = projects(cast, 1)
    send(cast, quiet(project, no_change_note=""), now=at(10))
    event = add_progress_event(
        actor=cast.actor(UNIT), project=project, draft=EventDraft("signing", date(2026, 11, 12)),
        now=at(12),
    )  # fmt: skip
    row = see(cast, now=at(13)).rows[0]
    assert row.revision == 2 and row.substantive and row.current and not row.current.no_change
    withdraw_progress_event(actor=cast.actor(UNIT), event=event, reason="填错项目", now=at(13))
    row = see(cast, now=at(14)).rows[0]
    assert row.revision == 3 and not row.substantive and not row.happenings
    with pytest.raises(RuleBroken):
        withdraw_progress_event(actor=cast.actor(UNIT), event=event, reason="再来", now=at(14))


def test_s3_3b_电话往来记下_不算实质进展(cast: Any) -> None:
    (project,) = projects(cast, 1)
    send(cast, UpdateDraft(project.code, events=(EventDraft("contact", cast.TODAY),)))
    row = see(cast).rows[0]
    assert row.happenings and row.current and not row.substantive
    assert see(cast).tally.empty == 1


def test_同一种同一天的进展不重复记(cast: Any) -> None:
    (project,) = projects(cast, 1)
    draft = EventDraft("site_survey", cast.TODAY)
    one = add_progress_event(actor=cast.actor(UNIT), project=project, draft=draft, now=cast.NOW)
    two = add_progress_event(actor=cast.actor(UNIT), project=project, draft=draft, now=cast.NOW)
    assert one.pk == two.pk and ProgressEvent.objects.count() == 1


def test_进展带材料_记下文件的用途(cast: Any) -> None:
    (project,) = projects(cast, 1)
    stored = f.stored(cast.actor(UNIT), "踏勘照片", cast.NOW)
    row = add_progress_event(
        actor=cast.actor(UNIT), project=project,
        draft=EventDraft("site_survey", cast.TODAY, file_id=stored.pk), now=cast.NOW,
    )  # fmt: skip
    assert row.file_use_id and row.file_sha256 == stored.sha256
    assert see(cast).rows[0].happenings[0].file_use_id == str(row.file_use_id)


def test_证据按事实日归期(cast: Any) -> None:
    (project,) = projects(cast, 1)
    f.evidence(cast, project, FactKey.SITE_RIGHT, dated_on=date(2026, 10, 20))
    f.evidence(cast, project, FactKey.FILING_PERMIT, dated_on=date(2026, 11, 20))
    assert [h.kind for h in see(cast).rows[0].happenings] == ["permit"]
    assert [h.kind for h in see(cast, month=date(2026, 10, 1)).rows[:1] or []] == []


# ───────── 锁账与更正 ─────────


def test_s3_3b_锁账记下各单位的数_之后的更正另成一稿_两个数都在(cast: Any) -> None:
    told, silent = projects(cast, 2)
    unit = cast.unit(UNIT)
    send(cast, quiet(told), now=at(10))
    period = Periods().at(NOV)
    row = close_month(actor=Actor.system("定期任务"), period=period, now=at(25, 1))
    assert row.figures[UNIT] == {"due": 2, "on_time": 1, "late": 0, "missing": 1, "empty": 1}
    with pytest.raises(RuleBroken) as refused:
        submit_update(
            actor=cast.actor(UNIT), project=silent, period=period, draft=quiet(silent), now=at(26)
        )
    assert [x.rule for x in refused.value.findings] == ["update.closed"]
    send(cast, quiet(silent, reason="漏报"), now=at(26))
    send(cast, UpdateDraft(told.code, "其实签了意向", reason="补充"), now=at(26, 11))
    found = see(cast, now=at(27))
    assert found.closed and found.then == Tally(2, 1, 0, 1, 1)
    assert found.tally == Tally(2, 1, 1, 0, 2)
    line = history(told, periods=Periods(), kinds=found.kinds)[0]
    assert line.corrected and line.then and line.then.no_change == "steady"
    assert line.now.progress == "其实签了意向" and line.now.reason == "补充"
    # 锁账那天的数重算出来不变
    assert counts(NOV, date(2026, 11, 25), unit.pk) == Tally(2, 1, 0, 1, 1)
    assert counts(NOV, date(2026, 11, 26), unit.pk) == Tally(2, 1, 1, 0, 2)
    assert Event.objects.filter(event="pipeline.update.corrected").count() == 2


def test_s3_3b_再锁一次什么也不变_报后的进展锁账时并入(cast: Any) -> None:
    (project,) = projects(cast, 1)
    send(cast, quiet(project), now=at(5))
    f.evidence(cast, project, FactKey.SITE_RIGHT, dated_on=date(2026, 11, 12), now=at(12))
    assert see(cast, now=at(13)).rows[0].fresh
    period = Periods().at(NOV)
    one = close_month(actor=Actor.system("定期任务"), period=period, now=at(25, 1))
    before = Event.objects.count()
    two = close_month(actor=Actor.system("定期任务"), period=period, now=at(26, 1))
    assert one.pk == two.pk and two.closed_at == at(25, 1) and Event.objects.count() == before
    row = see(cast, now=at(27)).rows[0]
    assert row.revision == 2 and row.substantive and not row.fresh
    assert one.figures[UNIT]["empty"] == 0 and MonthClose.objects.count() == 1


def test_s3_3b_提前锁账_负责人办_报备截止之后_写理由(cast: Any) -> None:
    projects(cast, 1)
    period = Periods().at(NOV)
    with pytest.raises(Denied):
        close_month(actor=cast.actor("chen"), period=period, now=at(22), reason="赶月报")
    head = cast.actor("shangwuju_head")
    with pytest.raises(RuleBroken) as refused:
        close_month(actor=head, period=period, now=at(20, 23))
    assert {x.rule for x in refused.value.findings} == {"update.early", "update.reason"}
    assert close_month(actor=head, period=period, now=at(22), reason="赶月报").by_name == "沈局长"
    assert see(cast, now=at(23)).closed


def test_s3_3b_到了锁账日_任务没跑也照锁(cast: Any) -> None:
    (project,) = projects(cast, 1)
    assert not see(cast, now=at(24, 23)).closed and see(cast, now=at(25, 0)).closed
    assert send(cast, quiet(project), now=at(25, 0)).refused


# ───────── 数 ─────────


def test_s3_2c_按时_迟报_未报_行数等于数字_任何一天可重算(cast: Any) -> None:
    unit = cast.unit(UNIT)
    early, late, never = projects(cast, 3)
    send(cast, quiet(early), now=at(20, 23))
    send(cast, quiet(late), now=at(21, 0))
    change_standing(
        actor=cast.actor("longshan"), project=never, verb="end", reason_code="market", note="停",
        now=at(23),
    )  # fmt: skip
    assert counts(NOV, date(2026, 11, 19), unit.pk) == Tally(3, 0, 0, 3, 0)
    assert counts(NOV, date(2026, 11, 20), unit.pk) == Tally(3, 1, 0, 2, 1)
    for day in (date(2026, 11, 20), date(2026, 11, 21), date(2026, 12, 31)):
        tally = counts(NOV, day, unit.pk).as_json()
        for state in STATES:
            lines = tally_lines(Periods().at(NOV), day, Where(unit_ids=(unit.pk,)), state)
            assert len(lines) == tally[state], (day, state)
    assert counts(NOV, date(2026, 12, 31), unit.pk) == Tally(3, 1, 1, 1, 2)
    # 终止之后的下一期不再应报
    assert counts(DEC, date(2026, 12, 20), unit.pk).due == 2


def test_总览_各单位_连续几期(cast: Any) -> None:
    first, _ = projects(cast, 2)
    periods = Periods()
    september, october = periods.at(date(2026, 9, 1)), periods.at(date(2026, 10, 1))
    for period, month in ((september, 9), (october, 10)):
        MonthClose.objects.create(
            period=period.month, closed_at=at(25, month=month), by_name="定期任务",
            figures={UNIT: {"due": 2, "on_time": 1, "late": 0, "missing": 1, "empty": 1}},
        )  # fmt: skip
    send(cast, quiet(first), now=at(10))
    found = overview(cast.actor("chen"), periods.at(NOV), periods=periods, now=at(22))
    line = next(x for x in found.lines if x.unit.code == UNIT)
    assert line.tally == Tally(2, 1, 0, 1, 1)
    assert (line.late_streak, line.hollow_streak) == (3, 3)
    before = overview(cast.actor("chen"), periods.at(NOV), periods=periods, now=at(12))
    assert before.lines[0].late_streak == 2
    own = overview(cast.actor("dongfeng"), periods.at(NOV), periods=periods, now=at(22))
    assert own.lines == ()


def test_打开时先看哪一期() -> None:
    periods = Periods()
    assert periods.working(date(2026, 11, 20), []).month == NOV
    assert periods.working(date(2026, 11, 24), []).month == NOV
    assert periods.working(date(2026, 11, 24), [NOV]).month == DEC
    assert periods.working(date(2026, 11, 25), []).month == DEC
    assert periods.due(date(2026, 11, 19)).month == date(2026, 10, 1)
    assert periods.due(date(2026, 11, 20)).month == NOV
    assert read_month("2026-11") == NOV
    assert [read_month(x) for x in ("2026-13", "1-1", "", "2026-11-20", "9999-01")] == [None] * 5
