"""审查意见与承诺审查的接口:与网页同一批动作;次序 404、403、412、422;看不见的不漏。"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from juyuan.rooms.evaluation.models import OpinionRequest, Privilege, PrivilegeFinding
from juyuan.rooms.evaluation.tests import opinions as o
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.test_api import Caller

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def project(cast: Any, settings: Any) -> Any:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    o.people(cast)
    return f.at(cast, Stage.INTENT, name="高性能纱线")


def call(cast: Any, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    token = Caller(cast, who).token
    kind = {} if body is None else {"content_type": "application/json"}
    return getattr(Client(), method)(
        API + path, body, HTTP_AUTHORIZATION=f"Bearer {token}", **kind, **headers
    )  # fmt: skip


def send(cast: Any, who: str, path: str, file: Any, **typed: Any) -> Any:
    token = Caller(cast, who).token
    more = {"file": file} if file is not None else {}
    return Client().post(API + path, {**typed, **more}, HTTP_AUTHORIZATION=f"Bearer {token}")


def agreement(text: str = o.CLEAN) -> SimpleUploadedFile:
    return SimpleUploadedFile("协议.docx", o.docx(text))


def test_s3_4b_申请到签发_审查单位得不到项目编号(cast, project) -> None:
    made = send(
        cast, "longshan", f"/projects/{project.code}/opinions", agreement(), kind="legality",
        subject="纱线协议", question="请审查第五条",
    )  # fmt: skip
    assert made.status_code == 201, made.content.decode()
    code = made.json()["code"]
    assert made.json()["project"] == project.code and made.json()["acts"] == ["withdraw"]
    seen = call(cast, "sifa", "get", f"/opinions/{code}").json()
    assert seen["project"] is None and seen["acts"] == ["draft", "return"]
    assert call(cast, "shichang", "get", f"/opinions/{code}").status_code == 404
    pdf = SimpleUploadedFile("意见.pdf", f.pdf("意见"))
    drafted = send(
        cast, "sifa", f"/opinions/{code}/draft", pdf, conclusion="passed", text="符合",
        number="司审〔2026〕1号", dated_on="2026-11-20",
    )  # fmt: skip
    assert drafted.status_code == 200 and drafted.json()["number"] == "司审〔2026〕1号"
    assert call(cast, "longshan", "get", f"/opinions/{code}").json()["number"] == ""
    assert call(cast, "sifa", "post", f"/opinions/{code}/sign").status_code == 403
    old = call(cast, "sifa_head", "post", f"/opinions/{code}/sign", HTTP_IF_MATCH='"1"')
    assert old.status_code == 412
    done = call(cast, "sifa_head", "post", f"/opinions/{code}/sign").json()
    assert done["state"] == "answered"
    assert [s["verb"] for s in done["steps"]] == ["ask", "draft", "sign"]
    listed = call(cast, "longshan", "get", "/opinions?tab=answered&count=exact").json()
    assert listed["total"] == 1 and listed["items"][0]["conclusion"] == "passed"
    assert call(cast, "dongfeng", "get", "/opinions").json()["items"] == []


def test_s3_4b_格式错的_先答看不见与不准(cast, project) -> None:
    row = o.asked(cast, project)
    for who, path, status in (
        ("dongfeng", f"/projects/{project.code}/opinions", 404),
        ("gongxin", f"/opinions/{row.code}/draft", 403),
        ("shichang", f"/opinions/{row.code}/sign", 404),
        ("sifa", f"/opinions/{row.code}/sign", 403),
        ("sifa", f"/opinions/{row.code}/draft", 422),
        ("longshan", f"/opinions/{row.code}/withdraw", 422),
        ("dongfeng", f"/projects/{project.code}/privileges", 404),
        ("longshan", f"/projects/{project.code}/privileges", 422),
        ("longshan", f"/projects/{project.code}/privileges/999999/remove", 404),
        ("longshan", f"/projects/{project.code}/doubts/999999", 404),
        ("longshan", f"/projects/{project.code}/scrutiny/close", 403),
    ):  # fmt: skip
        answer = call(cast, who, "post", path, {"x": 1})
        assert answer.status_code == status, (who, path, answer.content.decode())
    assert OpinionRequest.objects.get().state == "asked"


def test_s3_4b_列优惠_查文本_答复_签核(cast, project) -> None:
    base = f"/projects/{project.code}"
    assert call(cast, "longshan", "get", f"{base}/scrutiny").json()["state"] == ""
    given = {"kind": "fee", "content": "免收城市基础设施配套费", "amount": "12.5", "ratio": "50",
             "granter": "longshan", "period": "一次性"}  # fmt: skip
    made = call(cast, "longshan", "post", f"{base}/privileges", given).json()
    (row,) = made["privileges"]
    assert (row["amount"], row["ratio"], row["result"]) == ("12.5", "50.00", "疑似禁止")
    assert made["doubts"][0]["blocking"] and made["doubts"][0]["way"]
    assert Privilege.objects.get().amount == 125000
    changed = call(
        cast, "longshan", "put", f"{base}/privileges/{row['id']}",
        {**given, "kind": "service", "content": "代办手续"}, HTTP_IF_MATCH='"1"',
    )  # fmt: skip
    assert changed.status_code == 200 and changed.json()["doubts"][0]["answer"] == "fixed"
    again = call(
        cast, "longshan", "put", f"{base}/privileges/{row['id']}", given, HTTP_IF_MATCH='"1"'
    )
    assert again.status_code == 412
    scanned = send(cast, "longshan", f"{base}/agreement", agreement(f"{o.CLEAN}\n{o.FOUL}"))
    assert scanned.json()["paragraphs"] == 3
    assert call(cast, "longshan", "post", f"{base}/scrutiny/submit").status_code == 422
    for doubt in PrivilegeFinding.objects.filter(present=True, lesser=False):
        path = f"{base}/doubts/{doubt.pk}"
        blank = call(cast, "longshan", "post", path, {"answer": "lawful"})
        assert blank.status_code == 422
        assert (
            call(
                cast, "longshan", "post", path, {"answer": "lawful", "basis": "某法第三条"}
            ).status_code
            == 200
        )
    assert call(cast, "longshan", "post", f"{base}/scrutiny/submit").json()["state"] == "submitted"
    done = call(cast, "longshan_head", "post", f"{base}/scrutiny/close").json()
    assert done["state"] == "closed" and done["number"].startswith("龙山区承诺审查〔2026〕")
    assert call(cast, "dongfeng", "get", f"{base}/scrutiny").status_code == 404


def test_s3_4b_扫描件答422_说清为什么(cast, project) -> None:
    answer = send(cast, "longshan", f"/projects/{project.code}/agreement", agreement(" "))
    assert answer.status_code == 422
    (found,) = answer.json()["findings"]
    assert found["rule"] == "agreement.scan" and "没有可读的文字" in found["message"]
