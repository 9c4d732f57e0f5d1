"""三个故事,一律从网页走:八亿元的项目自己上议程,人数不够开不成、够了才开,当场结束提级、交办随即开出;
难题从提出到交办、报结、销号、解决;延期与逾期。

条款 1b 1e 3.3c 3.5c。
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.papers.models import Document
from juyuan.rooms.council.models import ActionItem, AgendaItem, Meeting, Problem
from juyuan.rooms.council.queries import duty
from juyuan.rooms.council.rules.meetings import SeatKind
from juyuan.rooms.pipeline.models import Escalation
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


class Hall:
    """会场:时钟、几位同志、到会表。"""

    def __init__(self, cast: Any, settings: Any) -> None:
        self.cast, self.settings = cast, settings
        self.to(0)

    def to(self, days: int) -> datetime:
        now: datetime = self.cast.NOW + timedelta(days)
        self.settings.JUYUAN_NOW = now.isoformat()
        reconcile(today=now.date(), now=now)
        return now

    def post(self, who: str, url: str, data: dict[str, Any] | None = None) -> Any:
        return self.cast.client(who).post(url, data or {})

    def plan(self, on: date) -> Meeting:
        chair = str(self.cast.person("zhaoji").pk)
        data = {"held_on": on.isoformat(), "starts_at": "14:00", "place": "三楼", "chair": chair}
        assert self.post("chen", "/council/meetings/new/", data).status_code == 302
        return Meeting.objects.latest("id")

    def attend(self, row: Meeting, members: int) -> None:
        data, count = {"observer_name": "", "observer_title": ""}, 0
        for seat in row.seats.order_by("order", "id"):
            here = seat.person_id == row.chair_id
            if seat.kind == SeatKind.MEMBER and count < members:
                here, count = True, count + 1
            data |= {
                f"seat_{seat.pk}": "present" if here else "unknown", f"by_{seat.pk}": "某人",
                f"note_{seat.pk}": "",
            }  # fmt: skip
        assert (
            self.post("chen", f"/council/meetings/{row.code}/attendance/", data).status_code == 302
        )


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", f.pdf(name), "application/pdf")


def test_s3_3c_八亿项目自己上会_人数够了才开_当场结束(cast: Any, settings: Any) -> None:
    hall = Hall(cast, settings)
    project = f.at(
        cast, Stage.SIGNED, name="八亿高端装备", contract_amount=8 * f.YI, total_investment=8 * f.YI
    )
    assert "八亿高端装备" in cast.client("chen").get("/council/").content.decode()
    row = hall.plan(cast.TODAY)
    page = f"/council/meetings/{row.code}/"
    assert "八亿高端装备" in cast.client("zhaoji").get(page).content.decode()
    assert hall.post("chen", f"{page}call/").status_code == 302
    row.refresh_from_db()
    members = row.seats.filter(kind=SeatKind.MEMBER).count()
    hall.attend(row, members // 2)  # 恰好一半,不过半
    refused = hall.post("chen", f"{page}start/")
    assert refused.status_code == 422
    assert "人数不够" in refused.content.decode()
    hall.attend(row, members // 2 + 1)
    assert hall.post("chen", f"{page}start/").status_code == 302
    item = AgendaItem.objects.get(meeting=row, project=project)
    url = f"{page}items/{item.pk}/"
    unit = str(cast.unit("keji").pk)
    data = {
        "result": "end", "text": "转入常态服务", "lines": "2", "a1_text": "每月报一次进展",
        "a1_unit": unit, "a1_due": (cast.TODAY + timedelta(20)).isoformat(),
    }  # fmt: skip
    assert hall.post("chen", url, data).status_code == 302  # 记录的记下
    assert Escalation.objects.get(project=project).state == "pending"
    assert hall.post("chen", f"{url}confirm/").status_code == 403
    assert hall.post("zhaoji", f"{url}confirm/").status_code == 302
    assert Escalation.objects.get(project=project).state == "closed"
    todo = ActionItem.objects.get(project=project)
    assert todo.title == "每月报一次进展"
    assert "结束提级" in cast.client("gongxin").get(f"/projects/{project.code}/").content.decode()
    assert hall.post("zhaoji", f"{page}end/").status_code == 302

    minutes = hall.post("chen", f"{page}minutes/")
    document = Document.objects.get(kind="council.minutes")
    assert minutes["Location"] == f"/papers/{document.code}/"
    paper = f"/papers/{document.code}"

    def version() -> dict[str, Any]:
        return {"version": Document.objects.get(pk=document.pk).version}

    assert hall.post("chen", f"{paper}/submit/", version()).status_code == 302
    assert hall.post("zhaoji", f"{paper}/approve/", version()).status_code == 302
    assert hall.post("chen", f"{paper}/issue/", version()).status_code == 302
    row.refresh_from_db()
    assert row.minutes_code == document.code
    assert not Duty.objects.filter(kind=duty.MINUTES, ended_at=None).exists()


def test_s3_5c_难题_交办_延期_报结_退回_销号(cast: Any, settings: Any) -> None:
    hall = Hall(cast, settings)
    project = f.planning(cast, name="缺地的项目")
    asked = {"kind": "land", "text": "缺 40 亩指标", "wanted": "调剂指标"}
    new = f"/council/problems/new/{project.code}/"
    assert hall.post("longshan", new, asked).status_code == 302
    assert hall.post("dongfeng", new, asked).status_code == 404
    trouble = Problem.objects.get()
    due = cast.TODAY + timedelta(5)
    data = {
        "lines": "1", "a1_text": "调剂指标", "a1_unit": str(cast.unit("ziran").pk),
        "a1_due": due.isoformat(),
    }  # fmt: skip
    assert hall.post("heyan", f"/council/problems/{trouble.code}/assign/", data).status_code == 302
    todo = ActionItem.objects.get()
    page = f"/council/items/{todo.code}"
    later = (due + timedelta(10)).isoformat()
    assert (
        hall.post("ziran", f"{page}/ask/", {"due_on": later, "reason": "等省里"}).status_code == 302
    )
    assert hall.post("heyan", f"{page}/grant/").status_code == 302
    hall.to(16)  # 新的期限又过了一天:逾期,自动列入下一次会
    assert "调剂指标" in cast.client("chen").get("/council/").content.decode()
    assert hall.post("ziran", f"{page}/submit/", {"text": "批了"}).status_code == 422  # 没有凭据
    sent = {"text": "批了", "file": pdf("批复")}
    assert hall.post("ziran", f"{page}/submit/", sent).status_code == 302
    assert hall.post("chen", f"{page}/return/", {"reason": "缺红线图"}).status_code == 302
    sent = {"text": "补了红线图", "file": pdf("红线图")}
    assert hall.post("ziran", f"{page}/submit/", sent).status_code == 302
    assert hall.post("ziran", f"{page}/close/").status_code == 403
    assert hall.post("chen", f"{page}/close/").status_code == 302
    trouble.refresh_from_db()
    assert trouble.state == "solved"
    shown = cast.client("longshan").get(f"/projects/{project.code}/").content.decode()
    assert "已解决" in shown
