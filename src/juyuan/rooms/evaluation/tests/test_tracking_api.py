"""履约的接口:清单、一项、登记、认定、函与结果;次序 404、403、412、422。"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from juyuan.foundation.people.actions import make_token
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Breach, Letter, Promise
from juyuan.rooms.evaluation.tests import letters as steps
from juyuan.rooms.evaluation.tests import promises as p

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
