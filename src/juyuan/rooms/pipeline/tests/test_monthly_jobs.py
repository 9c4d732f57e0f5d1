"""月度更新的定期任务、待办、提醒、统计数字、接口。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.figures.queries import compute
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.period import SHANGHAI
from juyuan.rooms.pipeline.actions.monthly import submit_updates
from juyuan.rooms.pipeline.actions.monthrows import lock_month
from juyuan.rooms.pipeline.actions.move import change_standing
from juyuan.rooms.pipeline.jobs import close_months, remind
from juyuan.rooms.pipeline.models import MonthClose, MonthlyUpdate, ProgressEvent, Project
from juyuan.rooms.pipeline.queries.monthduty import DUTY, LATE, SOON
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.rules.monthly import NoChange, UpdateDraft
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.test_api import Caller

pytestmark = pytest.mark.django_db
UNIT = "gongxin"
NOV = date(2026, 11, 1)
API = "/api/v1/monthly-updates"


def at(day: int, hour: int = 10, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def projects(cast: Any, count: int = 2, now: datetime | None = None) -> list[Project]:
    return [f.planning(cast, name=f"纱线{i}号", now=now or at(1)) for i in range(count)]


def send(cast: Any, *rows: Project, now: datetime, month: date = NOV) -> Any:
    drafts = [UpdateDraft(p.code, no_change=NoChange.STEADY.value) for p in rows]
    return submit_updates(
        actor=cast.actor(UNIT), period=Periods().at(month), drafts=drafts, now=now
    )


# ───────── 锁账任务 ─────────


def test_s3_3b_锁账任务_到日子才锁_跑两次等于一次_停机之后补齐(cast: Any) -> None:
    projects(cast, 1, now=at(1, month=9))
    assert close_months(today=date(2026, 9, 24), now=at(24, month=9)) == {"closed": []}
    assert close_months(today=date(2026, 9, 25), now=at(25, month=9)) == {"closed": ["2026-09"]}
    assert close_months(today=date(2026, 9, 25), now=at(25, 12, 9)) == {"closed": []}
    assert close_months(today=date(2026, 11, 26), now=at(26)) == {"closed": ["2026-10", "2026-11"]}
    assert list(MonthClose.objects.order_by("period").values_list("period", flat=True)) == [
        date(2026, 9, 1), date(2026, 10, 1), NOV,
    ]  # fmt: skip
    assert MonthClose.objects.get(period=NOV).figures[UNIT]["missing"] == 1


def test_空库不锁账(db: Any) -> None:
    assert close_months(today=date(2026, 11, 26), now=at(26)) == {"closed": []}


# ───────── 待办 ─────────


def opened(period: str = "2026-11") -> Any:
    return Duty.objects.filter(kind=DUTY, period=period, ended_at__isnull=True)


def test_s3_2c_每个单位每期一件待办_报齐最后一个项目即办结(cast: Any) -> None:
    one, two = projects(cast, 2, now=at(15, month=10))
    reconcile(today=date(2026, 10, 22), now=at(22, month=10))
    duty = opened().get()
    assert (duty.unit_id, duty.due_on) == (cast.unit(UNIT).pk, date(2026, 11, 20))
    assert "first_contact.report_day" in duty.said and duty.clause == "3.2c"
    reconcile(today=date(2026, 10, 23), now=at(23, month=10))
    assert opened().count() == 1
    send(cast, one, now=at(10))
    assert opened().count() == 1
    send(cast, two, now=at(11))
    duty.refresh_from_db()
    assert duty.ended_at == at(11) and duty.ended_act == "pipeline.update.submitted"
    assert not duty.cancelled
    reconcile(today=date(2026, 11, 12), now=at(12))
    assert not opened().exists()


def test_期初还没开始的不开_项目终止后不再应报的撤销(cast: Any) -> None:
    (one,) = projects(cast, 1, now=at(15, month=10))
    reconcile(today=date(2026, 10, 21), now=at(21, month=10))
    assert not opened().exists(), "次日才开"
    reconcile(today=date(2026, 10, 22), now=at(22, month=10))
    change_standing(
        actor=cast.actor("longshan"), project=one, verb="end", reason_code="market", note="停",
        now=at(5),
    )  # fmt: skip
    reconcile(today=date(2026, 11, 6), now=at(6))
    assert not opened().exists() and Duty.objects.get(kind=DUTY, period="2026-11").cancelled


def test_锁账之后没报的待办仍开着_补报即办结(cast: Any) -> None:
    (one,) = projects(cast, 1)
    reconcile(today=date(2026, 11, 26), now=at(26))
    assert opened().count() == 1
    done = submit_updates(
        actor=cast.actor(UNIT), period=Periods().at(NOV), now=at(27),
        drafts=[UpdateDraft(one.code, no_change="steady", reason="补报")],
    )  # fmt: skip
    assert done.saved and not opened().exists()


def test_待办清单上看得到_一步到表(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    projects(cast, 1)
    reconcile(today=cast.TODAY, now=cast.NOW)
    page = cast.client(UNIT).get("/duties/")
    link = f"unit={UNIT}&amp;period=2026-11"
    assert page.status_code == 200 and link in page.text
    assert link not in cast.client("dongfeng").get("/duties/").text


# ───────── 提醒 ─────────


def test_s3_2c_前五个与前一个工作日_到期次日_提醒单位负责人(cast: Any) -> None:
    boss = cast.add("gongxin_head", UNIT, "head", "龚局长")
    one, two = projects(cast, 2)
    told = {}
    for day in range(10, 26):
        found = remind(today=date(2026, 11, day), now=at(day))["told"]
        if found:
            told[day] = found
    # 11月20日是星期五:前5个工作日是13日,前1个是19日
    assert told == {13: 1, 19: 1, 21: 1}
    rows = list(Notice.objects.filter(object_type="reporting_unit").order_by("pk"))
    assert [n.kind for n in rows] == [SOON[0], SOON[1], LATE]
    assert {n.recipient_id for n in rows} == {boss.person_id}
    assert "还有 2 个没报" in rows[0].text and rows[0].url.startswith("/projects/monthly/?unit=")
    assert remind(today=date(2026, 11, 13), now=at(13))["told"] == 0, "同一件只说一次"
    send(cast, one, two, now=at(14, month=12), month=date(2026, 12, 1))
    assert remind(today=date(2026, 12, 17), now=at(17, month=12))["told"] == 0, "报齐了不提醒"


def test_停机之后补做_过了期的快到期不再说(cast: Any) -> None:
    projects(cast, 1)
    assert remind(today=date(2026, 11, 13), now=at(23))["told"] == 0
    assert remind(today=date(2026, 11, 21), now=at(23))["told"] > 0


# ───────── 统计数字 ─────────

NAMES = [
    "update_due", "update_on_time", "update_on_time_rate", "update_late", "update_missing",
    "update_empty",
]  # fmt: skip


def figures(day: date, actor: Any = None) -> dict[str, Any]:
    return {r.figure.name: r for r in compute(day, actor, NAMES)}


def test_s3_2c_统计数字_任何一天_行数等于数字(cast: Any, settings: Any) -> None:
    one, two, _three = projects(cast, 3)
    send(cast, one, now=at(10))
    send(cast, two, now=at(22))
    seen = {}
    for day in (date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 22), date(2026, 12, 19)):
        seen[day] = [figures(day)[name].value for name in NAMES]
    assert seen[date(2026, 11, 19)] == [0, 0, None, 0, 0, 0], "11月的还没到期,看10月那一期"
    assert seen[date(2026, 11, 20)] == [3, 1, 3333, 0, 2, 1]
    assert seen[date(2026, 11, 22)] == seen[date(2026, 12, 19)] == [3, 1, 3333, 1, 1, 2]
    settings.JUYUAN_NOW = at(30, month=12).isoformat()
    for day in (date(2026, 11, 20), date(2026, 11, 22)):
        for name, result in figures(day).items():
            for url, value in [(result.rows_url, result.value)] + [
                (part.rows_url, part.value) for split in result.splits for part in split.parts
            ]:
                if name != "update_on_time_rate":
                    assert cast.client("zongzhaoji").get(url).context["count"] == value, url
    own = figures(date(2026, 11, 22), cast.actor("dongfeng"))
    assert own["update_due"].value == 0


# ───────── 接口 ─────────


def test_接口_取表_提交_再交_退回(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    one, two = projects(cast)
    api = Caller(cast, UNIT)
    sheet = api.get(f"{API}?period=2026-11").json()
    assert (sheet["unit"], sheet["report_on"], sheet["closed"]) == (UNIT, "2026-11-20", False)
    assert [row["code"] for row in sheet["rows"]] == [one.code, two.code]
    body = {
        "unit": UNIT, "period": "2026-11",
        "rows": [
            {"code": one.code, "progress": "已对接", "invested_month": "120.5", "seen": 0,
             "events": [{"kind": "site_survey", "happened_on": "2026-11-18"}]},
            {"code": two.code},
        ],
    }  # fmt: skip
    done = api.post(API, body)
    assert done.status_code == 200
    assert done.json()["saved"] == [
        {"code": one.code, "revision": 1, "substantive": True, "on_time": True}
    ]
    assert [(r["code"], r["position"]) for r in done.json()["refused"]] == [(two.code, 1)]
    again = api.post(API, body | {"rows": body["rows"][:1]}).json()
    assert again["same"] == [one.code] and MonthlyUpdate.objects.count() == 1
    bad = api.post(API, body | {"rows": body["rows"][1:]})
    assert bad.status_code == 422 and bad.json()["findings"][0]["field"] == "rows[0].no_change"
    shown = api.get(f"{API}?period=2026-11").json()["rows"][0]
    assert shown["invested_month"] == "120.5" and shown["happenings"][0]["kind"] == "site_survey"


def test_接口_进展与撤销_锁账_总览(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    (one,) = projects(cast, 1)
    api, bureau = Caller(cast, UNIT), Caller(cast, "chen")
    event = {"kind": "signing", "happened_on": "2026-11-18"}
    made = api.post(f"{API}/{one.code}/events", event)
    assert made.status_code == 201
    assert api.post(f"{API}/{one.code}/events", event).json()["id"] == made.json()["id"]
    assert ProgressEvent.objects.count() == 1
    url = f"{API}/{one.code}/events/{made.json()['id']}/withdraw"
    assert Caller(cast, "dongfeng").post(url, {"reason": "x"}).status_code == 404
    assert api.post(url, {"reason": "填错"}).json()["withdrawn"] is True
    assert api.post(url, {"reason": "填错"}).status_code == 422
    assert bureau.post(f"{API}/close", {"period": "2026-11"}).status_code == 403
    settings.JUYUAN_NOW = at(22).isoformat()
    head = Caller(cast, "shangwuju_head")
    assert head.post(f"{API}/close", {"period": "2026-11"}).status_code == 422
    closed = head.post(f"{API}/close", {"period": "2026-11", "reason": "赶月报"})
    assert closed.json()["figures"][UNIT]["missing"] == 1
    units = bureau.get(f"{API}/units?period=2026-11").json()
    assert units["closed"] and units["units"][0]["at_close"]["due"] == 1
    assert bureau.get(f"{API}?unit=nosuch").status_code == 404
    assert bureau.get(f"{API}?unit={UNIT}&period=2029-01").status_code == 404
    assert bureau.get(f"{API}?unit={UNIT}&period=xx").status_code == 422
    assert Caller(cast, "dongfeng").get(f"{API}?unit={UNIT}").status_code == 403


def test_锁账与提交互斥_同一事务之外不留半拉(cast: Any) -> None:
    """锁账拿独占锁:填报的事务没有结束,锁账不会插进来(共享锁与独占锁是同一把)。"""
    period = Periods().at(NOV)
    with transaction.atomic():
        lock_month(period)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND pid = pg_backend_pid()"
            )
            assert ("ShareLock",) in cursor.fetchall()
