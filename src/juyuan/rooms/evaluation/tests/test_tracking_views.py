"""履约各页:一步一步经网页走完一封函;看得见的、该看见的都在页上。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.work.models import TaskRun
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.evaluation.actions.letterbatch import queue_letters, run
from juyuan.rooms.evaluation.models import Breach, Letter, Promise
from juyuan.rooms.evaluation.queries import trackingpages
from juyuan.rooms.evaluation.queries.trackingexport import letter_rows, promise_rows
from juyuan.rooms.evaluation.tests import letters as steps
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def upload(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{text}.pdf", f.pdf(text), "application/pdf")


def at(settings: Any, cast: Any, days: int) -> Any:
    now = steps.moment(cast, days)
    settings.JUYUAN_NOW = now.isoformat()
    return now


def test_s3_4c_登记承诺_经网页_带政府先行事项(cast: Any, settings: Any) -> None:
    project = p.signed(cast)
    at(settings, cast, 0)
    client = cast.client("longshan")
    url = f"/projects/{project.code}/promises/"
    assert "还没有登记承诺" in client.get(url).content.decode()
    bad = client.post(f"{url}new/", {"kind": "paid_in", "text": "首期到位"})
    assert bad.status_code == 422 and "请写明何时前做到" in bad.content.decode()
    assert not Promise.objects.exists()
    done = client.post(
        f"{url}new/",
        {
            "kind": "paid_in", "text": "首期到位资金五千万元", "amount": "5,000",
            "due_on": "2027-06-30", "wanted": "进账单", "debt_kind": "land",
            "debt_text": "交付净地50亩", "debt_unit": cast.unit("ziran").pk,
            "debt_due_on": "2026-10-31",
        },
        follow=True,
    )  # fmt: skip
    page = done.content.decode()
    row = Promise.objects.get()
    assert row.target == 50_000_000 and row.debts.get().unit == cast.unit("ziran")
    assert "政府一侧先欠着，不追企业" in page and "已过20天" in page and "转为交办事项" in page
    listed = client.get("/tracking/?tab=owed").content.decode()
    assert "市自然资源局应于2026年10月31日前交付净地50亩" in listed
    assert "还没有承诺" in cast.client("dongfeng").get("/tracking/").content.decode()


def test_s3_4c_由项目的承诺日期登记_一次(cast: Any, settings: Any) -> None:
    project = p.signed(cast)
    f.edit(
        cast, project, "longshan", cast.NOW, promised_start_on=date(2027, 3, 1),
        promised_production_on=date(2028, 3, 1),
    )  # fmt: skip
    at(settings, cast, 0)
    client = cast.client("longshan")
    url = f"/projects/{project.code}/promises/"
    assert "由承诺日期登记" in client.get(url).content.decode()
    client.post(f"{url}fill/")
    assert sorted(Promise.objects.values_list("kind", flat=True)) == ["production", "start"]
    again = client.post(f"{url}fill/")
    assert again.status_code == 422 and Promise.objects.count() == 2


def test_s3_4c_认定_起草_看得见阶梯_经网页走到了结(cast: Any, settings: Any) -> None:
    project = p.signed(cast)
    row = p.promise(cast, project, "start", due_on=date(2026, 12, 1))
    now = at(settings, cast, 30)
    head, clerk = cast.client("longshan_head"), cast.client("longshan")
    page = head.get(f"/promises/{row.code}/breach/").content.decode()
    assert "逾期开工：逾期19天" in page
    head.post(
        f"/promises/{row.code}/breach/",
        {"test": "late_start", "verdict": "confirm", "reason": "现场核对"},
    )
    breach = Breach.objects.get()
    clerk.post(f"/breaches/{breach.code}/letter/")
    letter = Letter.objects.get()
    page = clerk.get(f"/letters/{letter.code}/").content.decode()
    assert "改话、送批" in page and "关于高性能纱线智能制造项目的履约提醒函" in page
    paper = f"/papers/{letter.document.code}/"
    words = {name: letter.document.words.get(name, "") for name in ("demand", "meeting", "follow")}
    clerk.post(
        f"{paper}words/",
        {**words, "contact": "何某", "version": letter.document.version},
    )
    clerk.post(f"{paper}submit/")
    assert clerk.post(f"{paper}approve/").status_code == 403
    head.post(f"{paper}approve/")
    clerk.post(f"{paper}issue/")
    letter.refresh_from_db()
    assert letter.state == "sent"
    assert "记送达" in clerk.get(f"/letters/{letter.code}/").content.decode()
    clerk.post(
        f"/letters/{letter.code}/deliver/",
        {"way": "hand", "receiver": "李某", "on": now.date().isoformat()},
    )
    month = (now.date() + timedelta(days=30)).strftime("%Y-%m")
    calendar = clerk.get(f"/letters/?month={month}").content.decode()
    assert "提醒函到期" in calendar
    at(settings, cast, 40)
    clerk.post(
        f"/letters/{letter.code}/reply/",
        {"on": "2026-12-30", "text": "申请延期", "file": upload("回执")},
    )
    letter.refresh_from_db()
    assert letter.state == "replied"
    clerk.post(
        f"/letters/{letter.code}/outcome/",
        {"outcome": "extend", "until": "2027-04-30", "reason": "冬季", "version": letter.version},
    )
    letter.refresh_from_db()
    head.post(f"/letters/{letter.code}/decide/", {"agree": "yes", "version": letter.version})
    page = clerk.get(f"/letters/{letter.code}/").content.decode()
    assert "已了结：延期" in page and "2027-04-30" in page


def test_s3_4c_版本旧了_412_什么也不改(cast: Any, settings: Any) -> None:
    letter = steps.sent(cast)
    steps.reply(cast, letter)
    at(settings, cast, 41)
    answer = cast.client("longshan").post(
        f"/letters/{letter.code}/outcome/", {"outcome": "exit", "reason": "退", "version": "1"}
    )
    assert answer.status_code == 412
    letter.refresh_from_db()
    assert letter.state == "replied"


def test_s3_4c_成批起草_一件任务_重做没有第二封(cast: Any, settings: Any) -> None:
    made = [steps.breach(cast, p.signed(cast, name=f"第{i}个纱线项目")) for i in ("一", "二", "三")]
    now = at(settings, cast, 30)
    client = cast.client("longshan")
    page = client.get("/tracking/?tab=confirmed").content.decode()
    assert all(breach.code in page for breach in made)
    assert client.post("/letters/batch/").status_code == 422
    client.post("/letters/batch/", {"pick": [b.code for b in made], "contact": "何某"})
    task = TaskRun.objects.get()
    assert (task.kind, task.label) == ("evaluation.draft_letters", "起草 3 封函")
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int, said: str = "") -> None:
        seen.append((done, total))

    actor = cast.actor("longshan")
    first = run(task.args, actor=actor, now=now, progress=progress)
    assert len(first["made"]) == 3 and seen == [(1, 3), (2, 3), (3, 3)]
    assert Letter.objects.count() == 3
    assert {x.document.words["contact"] for x in Letter.objects.all()} == {"何某"}
    codes = [*task.args["codes"], "WY-NONE"]
    again = run({"codes": codes}, actor=actor, now=now, progress=progress)
    assert again["made"] == [] and len(again["skipped"]) == 4 and seen[-1] == (4, 4)
    assert Letter.objects.count() == 3
    assert "已有函" in client.get("/tracking/?tab=confirmed").content.decode()
    with pytest.raises(RuleBroken, match="一次至多"):
        queue_letters(actor=cast.actor("longshan"), codes=[f"X{i}" for i in range(201)], now=now)


def test_s3_4c_导出与清单同_看不见的不出(cast: Any) -> None:
    letter = steps.sent(cast)
    today = steps.moment(cast).date()
    rows = list(promise_rows(cast.actor("longshan"), {"tab": "watch"}, today))
    assert [r["kind"] for r in rows] == ["开工"] and rows[0]["light"] == "偏差"
    sent = list(letter_rows(cast.actor("heyan"), {"tab": "waiting"}, today))
    assert [r["number"] for r in sent] == [letter.document.number]
    assert list(promise_rows(cast.actor("dongfeng"), {}, today)) == []
    assert list(letter_rows(cast.actor("dongfeng"), {}, today)) == []


def test_s3_4c_承诺太多_页上明说只算了多少_导出不限(
    cast: Any, settings: Any, monkeypatch: Any
) -> None:
    project = p.signed(cast)
    at(settings, cast, 0)
    for kind in ("paid_in", "start", "production"):
        p.promise(cast, project, kind)
    count = Promise.objects.count()
    client = cast.client("heyan")
    assert "承诺太多" not in client.get("/tracking/").content.decode()
    monkeypatch.setattr(trackingpages, "MAX_ROWS", count - 1)
    assert f"只算了期限最早的 {count - 1} 项" in client.get("/tracking/").content.decode()
    monkeypatch.setattr(trackingpages, "MAX_ROWS", count)
    assert "承诺太多" not in client.get("/tracking/").content.decode()
    assert len(list(promise_rows(cast.actor("heyan"), {}, cast.TODAY))) == count
