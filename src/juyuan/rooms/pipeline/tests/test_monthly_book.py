"""月度更新的表格:下载、填好传回;锁住的列;同一份传两次;别的单位的行退回。"""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from juyuan.foundation.exchange import actions as exchange
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.period import SHANGHAI
from juyuan.rooms.pipeline.models import MonthlyUpdate, ProgressEvent, Project
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
UNIT = "gongxin"


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 10, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _now(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()


def download(cast: Any, who: str = UNIT, unit: str = UNIT) -> Any:
    response = cast.client(who).get(f"/projects/monthly/book/?unit={unit}&period=2026-11")
    assert response.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(response.content))


def heads(page: Any) -> dict[str, int]:
    return {cell.value: cell.column for cell in page[3] if cell.value}


def fill(page: Any, code: str, **values: Any) -> None:
    """按表头写一行能填的格。"""
    columns = heads(page)
    for row in page.iter_rows(min_row=4):
        if row[columns["项目编号"] - 1].value == code:
            for label, value in values.items():
                cell = row[columns[label] - 1]
                assert not cell.protection.locked, label
                cell.value = value
            return
    raise AssertionError(f"表里没有 {code}")


def upload(cast: Any, book: Any, who: str = UNIT, name: str = "月度更新.xlsx") -> Any:
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return exchange.open_batch(
        actor=cast.actor(who), kind="monthly", name=name, stream=stream, now=cast.NOW,
        today=cast.TODAY,
    )  # fmt: skip


def commit(cast: Any, batch: Any, who: str = UNIT) -> Any:
    return exchange.commit(actor=cast.actor(who), batch_id=batch.pk, now=cast.NOW, today=cast.TODAY)


def verdicts(batch: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for verdict in batch.rows.values_list("verdict", flat=True):
        found[verdict] = found.get(verdict, 0) + 1
    return found


def projects(cast: Any, count: int) -> list[Project]:
    return [f.planning(cast, name=f"纱线{i}号", now=at(1)) for i in range(count)]


def test_s3_3b_下载_填好_传回_与网页填的一样_再传一次什么也不变(cast: Any) -> None:
    one, two, three, four = projects(cast, 4)
    book = download(cast)
    page = book["月度更新"]
    assert page.protection.sheet and page.cell(4, heads(page)["项目编号"]).protection.locked
    fill(
        page, one.code, **{"进展情况": "已对接", "本月完成投资(万元)": 120.5, "下步打算": "签意向"}
    )
    fill(page, two.code, 无变化原因="按计划正常推进")
    fill(page, three.code, 新增进展="选址踏勘", 新增进展发生日=date(2026, 11, 18))
    batch = upload(cast, book)
    assert verdicts(batch) == {"new": 3, "same": 1}
    left = batch.rows.get(verdict="same")
    assert "仍是待报" in left.findings[0]["reason"] and four.code in str(left.shown)
    commit(cast, batch)
    rows = {u.project_id: u for u in MonthlyUpdate.objects.all()}
    assert set(rows) == {one.pk, two.pk, three.pk}
    assert rows[one.pk].invested_month == 1_205_000 and rows[one.pk].next_step == "签意向"
    assert rows[two.pk].no_change == "steady" and rows[three.pk].substantive
    assert {u.batch_id for u in rows.values()} == {str(batch.pk)}
    groups = set(
        Event.objects.filter(event="pipeline.update.submitted").values_list("group", flat=True)
    )
    assert len(groups) == 1
    before = (MonthlyUpdate.objects.count(), ProgressEvent.objects.count())
    again = upload(cast, book, name="再传.xlsx")
    assert verdicts(again) == {"same": 4}
    assert before == (MonthlyUpdate.objects.count(), ProgressEvent.objects.count())
    # 重新下载的带着刚报的内容,原样传回也什么都不变
    fresh = upload(cast, download(cast), name="新下载.xlsx")
    assert verdicts(fresh) == {"same": 4}
    assert not MonthlyUpdate.objects.filter(project=four).exists()


def test_s3_3b_空着的行仍是待报_带着上期的问题也一样_删掉问题才是填了(cast: Any) -> None:
    one, two, three = projects(cast, 3)
    before = {"问题": "缺电", "下步": "增容"}
    for row in (two, three):
        MonthlyUpdate.objects.create(
            project=row, period=date(2026, 10, 1), revision=1, problem=before["问题"],
            next_step=before["下步"], progress="上期", substantive=False, at=at(1), by_name="某",
        )  # fmt: skip
    book = download(cast)
    page = book["月度更新"]
    at_problem = heads(page)["存在问题"] - 1
    problems = {row[heads(page)["项目编号"] - 1].value: row[at_problem].value
                for row in page.iter_rows(min_row=4)}  # fmt: skip
    assert problems == {one.code: None, two.code: "缺电", three.code: "缺电"}
    fill(page, three.code, 存在问题=None)
    batch = upload(cast, book)
    assert verdicts(batch) == {"same": 2, "new": 1}
    commit(cast, batch)
    now = MonthlyUpdate.objects.filter(period=date(2026, 11, 1))
    assert [(u.project_id, u.problem, u.next_step) for u in now] == [(three.pk, "", "增容")]
    assert {r.shown["code"] for r in batch.rows.filter(verdict="same")} == {one.code, two.code}


def test_自己改了再传_是更新_别人先报了的退回(cast: Any) -> None:
    (one,) = projects(cast, 1)
    book = download(cast)
    fill(book["月度更新"], one.code, 进展情况="甲")
    commit(cast, upload(cast, book))
    fill(book["月度更新"], one.code, 进展情况="甲乙")
    batch = upload(cast, book, name="改.xlsx")
    assert verdicts(batch) == {"update": 1}
    commit(cast, batch)
    assert MonthlyUpdate.objects.filter(project=one).count() == 2
    late = upload(cast, book, who="chen", name="市局.xlsx")
    assert verdicts(late) == {"same": 1}
    fill(book["月度更新"], one.code, 进展情况="市局改")
    stale = upload(cast, book, who="chen", name="市局改.xlsx")
    assert verdicts(stale) == {"refused": 1}
    assert "他人已报" in stale.rows.get().findings[0]["reason"]


def test_别的单位的行_看不见的行_写错的期_都退回(cast: Any) -> None:
    (mine,) = projects(cast, 1)
    other = f.planning(
        cast, name="东丰的", lead_unit_id=cast.unit("dongfeng").pk, by="dongfeng", now=at(1)
    )
    hidden = f.planning(cast, name="限名单", confidentiality="restricted", now=at(1))
    book = download(cast)
    page = book["月度更新"]
    columns = heads(page)
    for offset, (code, period) in enumerate(
        [(other.code, "2026-11"), (hidden.code, "2026-11"), ("LY-NOSUCH1", "2026-11"), (mine.code, "2027-09"), (mine.code, "十一月")]
    ):  # fmt: skip
        page.cell(5 + offset, columns["期"]).value = period
        page.cell(5 + offset, columns["项目编号"]).value = code
        page.cell(5 + offset, columns["进展情况"]).value = "有进展"
    fill(page, mine.code, 进展情况="有进展")
    batch = upload(cast, book)
    assert verdicts(batch) == {"new": 1, "refused": 5}
    told = [
        row.findings[0]["reason"]
        for row in batch.rows.filter(verdict="refused").order_by("position")
    ]
    assert told[0] == told[1] == told[2], "别人的、看不见的、没有的,说同一句话"
    assert "不是已经开始的一期" in told[3] and "十一月" in told[4]
    commit(cast, batch)
    assert MonthlyUpdate.objects.get().project_id == mine.pk


def test_下载只给本单位的人_先记台账(cast: Any) -> None:
    projects(cast, 1)
    assert cast.client("dongfeng").get(f"/projects/monthly/book/?unit={UNIT}").status_code == 403
    download(cast, who="chen")
    assert Event.objects.filter(event="exchange.exported", obj_id="monthly").count() == 1


def test_文字不会变成公式(cast: Any) -> None:
    (one,) = projects(cast, 1)
    book = download(cast)
    fill(book["月度更新"], one.code, 进展情况="-5%，较上月")
    commit(cast, upload(cast, book))
    page = download(cast)["月度更新"]
    cell = page.cell(4, heads(page)["进展情况"])
    assert cell.data_type == "s" and cell.value == "-5%，较上月"


def test_一个单位两千个项目的表_一次交得上(cast: Any) -> None:
    (one,) = projects(cast, 1)
    cells = {f"LY-NONE{n:04d}.{name}": "" for n in range(2000) for name in (
        "progress", "problem", "next_step", "invested_month", "no_change", "no_change_note",
        "event_kind", "event_on", "seen",
    )}  # fmt: skip
    typed = {"unit": UNIT, "period": "2026-11", "save": "all", f"{one.code}.progress": "已对接",
             f"{one.code}.seen": "0"}  # fmt: skip
    answer = cast.client(UNIT).post("/projects/monthly/", cells | typed)
    assert answer.status_code == 302
    assert MonthlyUpdate.objects.get().project_id == one.pk
