"""履约的接口:清单、一项、登记、认定、函与结果;次序 404、403、412、422。"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from juyuan.foundation.people.actions import make_token
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Breach, Letter, Promise
from juyuan.rooms.evaluation.tests import letters as steps
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def call(cast: Any, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    token = make_token(actor=Actor.console(), username=who, now=cast.NOW)
    given: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}", **headers}}
    if method == "post":
        given |= {"data": json.dumps(body or {}), "content_type": "application/json"}
    return getattr(Client(), method)(f"/api/v1{path}", **given)


def test_s3_4c_接口_登记承诺_看今天的样子(cast: Any, settings: Any) -> None:
    project = p.signed(cast)
    settings.JUYUAN_NOW = steps.moment(cast).isoformat()
    path = f"/projects/{project.code}/promises"
    body = {
        "kind": "start", "text": "开工", "due_on": "2026-12-01", "wanted": "开工照片",
        "debts": [
            {"kind": "land", "text": "交付净地", "unit": "ziran", "due_on": "2026-10-31"}
        ],
    }  # fmt: skip
    assert call(cast, "dongfeng", "post", path, body).status_code == 404
    assert call(cast, "keji", "post", path, body).status_code in (403, 404)
    wrong = call(cast, "longshan", "post", path, {**body, "target": 5})
    assert wrong.status_code == 422 and not Promise.objects.exists()
    made = call(cast, "longshan", "post", path, body)
    assert made.status_code == 201, made.content
    seen = made.json()
    assert seen["light"] == "warn" and seen["proposals"][0]["debt"].startswith("市自然资源局应于")
    listed = call(cast, "heyan", "get", "/promises?kind=start").json()
    assert [r["code"] for r in listed["items"]] == [seen["code"]]
    assert call(cast, "dongfeng", "get", "/promises").json()["items"] == []
    judged = f"/promises/{seen['code']}/breach"
    body = {"test": "late_start", "verdict": "confirm", "reason": "核对"}
    assert call(cast, "heyan", "post", judged, {}).status_code == 422
    stale = call(cast, "heyan", "post", judged, body, **{"If-Match": '"9"'})
    assert stale.status_code == 412
    blocked = call(cast, "heyan", "post", judged, body, **{"If-Match": '"1"'})
    assert blocked.status_code == 422 and not Breach.objects.exists()
    pressed = call(
        cast, "heyan", "post", f"/promises/{seen['code']}/press", None, **{"If-Match": '"1"'}
    )
    assert pressed.status_code == 200 and pressed.json()["debts"][0]["item"]


def test_s3_4c_接口_函_提出与批准结果(cast: Any, settings: Any) -> None:
    breach = steps.breach(cast)
    settings.JUYUAN_NOW = steps.moment(cast).isoformat()
    path = f"/breaches/{breach.code}/letter"
    assert call(cast, "dongfeng", "post", path).status_code == 404
    made = call(cast, "longshan", "post", path, {"words": {"contact": "何某"}})
    assert made.status_code == 201 and made.json()["state"] == "preparing"
    assert call(cast, "longshan", "post", path).status_code == 422
    letter = Letter.objects.get()
    steps.sent(cast, letter)
    steps.reply(cast, letter)
    settings.JUYUAN_NOW = steps.moment(cast, 41).isoformat()
    body = {"outcome": "extend", "reason": "冬季", "until": date(2027, 4, 30).isoformat()}
    match = {"If-Match": f'"{letter.version}"'}
    done = call(cast, "longshan", "post", f"/letters/{letter.code}/outcome", body, **match)
    assert done.status_code == 200 and done.json()["state"] == "proposed"
    match = {"If-Match": f'"{done.json()["version"]}"'}
    decide = f"/letters/{letter.code}/decide"
    assert call(cast, "longshan", "post", decide, {"agree": True}, **match).status_code == 403
    closed = call(cast, "longshan_head", "post", decide, {"agree": True}, **match)
    assert closed.json()["state"] == "closed" and closed.json()["outcome"] == "extend"
    listed = call(cast, "heyan", "get", "/letters?state=closed").json()
    assert [r["code"] for r in listed["items"]] == [letter.code]


def send(cast: Any, who: str, path: str, data: dict[str, Any], text: str = "") -> Any:
    """multipart;`text` 给出即附一份 pdf。"""
    token = make_token(actor=Actor.console(), username=who, now=cast.NOW)
    if text:
        data = data | {"file": SimpleUploadedFile(f"{text}.pdf", f.pdf(text), "application/pdf")}
    return Client().post(f"/api/v1{path}", data, headers={"Authorization": f"Bearer {token}"})


def test_s3_4c_接口_金额写万元_填实况_政府的事办到了(cast: Any, settings: Any) -> None:
    project = p.signed(cast)
    settings.JUYUAN_NOW = steps.moment(cast).isoformat()
    body = {
        "kind": "paid_in", "text": "首期到位", "due_on": "2027-06-30", "wanted": "进账单",
        "target": "5000.0001",
        "debts": [{"kind": "land", "text": "交付净地", "unit": "ziran", "due_on": "2026-10-31"}],
    }  # fmt: skip
    path = f"/projects/{project.code}/promises"
    for bad in ("五千", "5,000", "-1", "1.00001"):
        assert call(cast, "longshan", "post", path, body | {"target": bad}).status_code == 422
    assert not Promise.objects.exists()
    made = call(cast, "longshan", "post", path, body)
    assert made.status_code == 201 and made.json()["target"] == "5000.0001", made.content
    row = Promise.objects.get()
    assert row.target == 50_000_001
    jobs = body | {"kind": "jobs", "target": "120", "debts": []}
    assert call(cast, "longshan", "post", path, jobs).json()["target"] == "120"
    assert call(cast, "longshan", "post", path, jobs | {"target": "1.5"}).status_code == 422
    actuals = f"/promises/{row.code}/actuals"
    told = {"on": "2026-12-10", "value": "1200", "note": "第一笔"}
    assert send(cast, "longshan", actuals, told).status_code == 422  # 没有凭据
    assert send(cast, "dongfeng", actuals, told, "甲").status_code == 404
    done = send(cast, "longshan", actuals, told, "进账单")
    assert done.status_code == 200, done.content
    assert row.actuals.get().value == 12_000_000
    debt = row.debts.get()
    settled = f"/promises/{row.code}/debts/{debt.pk}"
    assert send(cast, "longshan", f"{settled}9", {"done_on": "2026-12-01"}, "乙").status_code == 404
    handed = {"done_on": "2026-12-01", "note": "净地已交"}
    given = send(cast, "longshan", settled, handed, "交地")
    assert given.status_code == 200, given.content.decode()
    debt.refresh_from_db()
    assert str(debt.done_on) == "2026-12-01"


def test_s3_4c_接口_送达_回复_约谈只对约谈通知书(cast: Any, settings: Any) -> None:
    letter = steps.issued(cast)
    settings.JUYUAN_NOW = steps.moment(cast).isoformat()
    path = f"/letters/{letter.code}"
    day = steps.moment(cast).date().isoformat()
    said = {"way": "hand", "receiver": "办公室", "on": day}
    assert call(cast, "dongfeng", "post", f"{path}/deliver", said).status_code == 404
    assert call(cast, "heyan", "post", f"{path}/deliver", said).status_code == 403
    assert (
        call(cast, "longshan", "post", f"{path}/deliver", said | {"way": "鸽"}).status_code == 422
    )
    done = call(cast, "longshan", "post", f"{path}/deliver", said)
    assert done.status_code == 200 and done.json()["reply_by"]
    answer = {"on": day, "text": "即日起加快建设"}
    assert send(cast, "longshan", f"{path}/reply", answer).status_code == 422
    talked = {"on": day, "place": "会议室", "people": "甲、乙", "result": "承诺开工"}
    refused = send(cast, "longshan", f"{path}/talk", talked, "约谈记录")
    assert refused.status_code == 422 and "约谈通知书才记约谈" in refused.content.decode()
    replied = send(cast, "longshan", f"{path}/reply", answer, "回执")
    assert replied.status_code == 200 and replied.json()["state"] == "replied"
