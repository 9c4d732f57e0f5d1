"""作废与期初批次的接口:次序、两个人、整批撤回、关闭;拒绝之后什么也没有。"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from juyuan.foundation.exchange.models import ImportBatch, OpeningClosure
from juyuan.rooms.pipeline.models import Evidence, Project, VoidRequest
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.test_api import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast: Any) -> Project:
    f.parameters(cast)
    return f.planning(cast)


def test_s3_3b_project_is_voided_by_two(cast: Any, project: Project) -> None:
    url = f"/api/v1/projects/{project.code}"
    clerk, verifier = Caller(cast, "longshan"), Caller(cast, "heyan")
    refused = clerk.post(f"{url}/void", {"reason": " "})
    assert refused.status_code == 422 and not VoidRequest.objects.exists()
    sent = clerk.post(f"{url}/void", {"reason": "重复登记"}, idempotency_key="v1")
    assert sent.status_code == 201 and sent.json()["status"] == "requested"
    assert (
        clerk.post(f"{url}/void", {"reason": "重复登记"}, idempotency_key="v1").status_code == 201
    )
    assert VoidRequest.objects.count() == 1
    number = sent.json()["id"]
    assert clerk.post(f"{url}/voids/{number}/confirm", {}).status_code == 403
    assert [row["id"] for row in clerk.get(f"{url}/voids").json()] == [number]
    done = verifier.post(f"{url}/voids/{number}/confirm", {})
    assert done.status_code == 200 and done.json()["status"] == "confirmed"
    project.refresh_from_db()
    assert project.voided_at is not None


def test_s3_3b_evidence_is_voided_or_kept(cast: Any, project: Project) -> None:
    f.evidence(cast, project, FactKey.OTHER)
    row = Evidence.objects.get(project=project)
    url = f"/api/v1/projects/{project.code}"
    clerk, verifier = Caller(cast, "longshan"), Caller(cast, "heyan")
    number = clerk.post(f"{url}/evidence/{row.pk}/void", {"reason": "传错了"}).json()["id"]
    kept = verifier.post(f"{url}/voids/{number}/reject", {"note": "没有错"})
    assert kept.json()["status"] == "rejected"
    row.refresh_from_db()
    assert row.voided_at is None
    again = verifier.post(f"{url}/voids/{number}/confirm", {"bad": 1})
    assert again.status_code == 412  # 先答版本,再答格式


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("dongfeng", "/void", 404), ("longshan", "/void", 422),
        ("longshan", "/evidence/999999/void", 404), ("longshan", "/evidence/abc/void", 404),
        ("heyan", "/voids/999999/confirm", 404), ("dongfeng", "/voids/1/reject", 404),
    ],
)  # fmt: skip
def test_order_of_answers(cast: Any, project: Project, who: str, path: str, status: int) -> None:
    sent = Caller(cast, who).post(f"/api/v1/projects/{project.code}{path}", {"bad": 1})
    assert sent.status_code == status and not VoidRequest.objects.exists()


def upload(cast: Any, who: str, **form: Any) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    rows = "项目名称,所在库,总投资(万元)\n高性能纱线,洽谈,12000\n智能袜机,意向,8000\n"
    form["file"] = SimpleUploadedFile("台账.csv", rows.encode("utf-8-sig"), "text/csv")
    return Client().post(
        "/api/v1/imports", form, HTTP_AUTHORIZATION=f"Bearer {Caller(cast, who).token}"
    )


def test_s3_3b_opening_batch_is_committed_reversed_and_closed(cast: Any) -> None:
    f.parameters(cast)
    given = {"kind": "projects", "opening": "true", "paper_number": "商发〔2026〕1号",
             "paper_date": "2026-11-01"}  # fmt: skip
    bare = upload(cast, "chen", kind="projects", opening="true")
    assert bare.status_code == 422 and not ImportBatch.objects.exists()
    sent = upload(cast, "chen", **given)
    assert sent.status_code == 201, sent.content
    batch = sent.json()
    assert batch["opening"] and batch["state"] == "preview" and not Project.objects.exists()
    clerk = Caller(cast, "chen")
    url = f"/api/v1/imports/{batch['id']}"
    assert Caller(cast, "longshan").post(f"{url}/reverse", {"bad": 1}).status_code == 404
    done = clerk.post(f"{url}/commit", {})
    assert done.status_code == 200 and done.json()["state"] == "committed"
    assert Project.objects.count() == 2
    listed = clerk.get("/api/v1/imports?opening=true").json()
    assert [row["id"] for row in listed["items"]] == [batch["id"]]
    assert clerk.post(f"{url}/reverse", {"reason": " "}).status_code == 422
    assert clerk.post(f"{url}/reverse", {"reason": "重来"}).json()["state"] == "reversed"
    assert clerk.post(f"{url}/reverse", {"reason": "再来"}).status_code == 412
    other = Caller(cast, "longshan").post("/api/v1/opening/close", {"bad": 1})
    assert other.status_code == 403 and not OpeningClosure.objects.exists()
    bureau = Caller(cast, "heyan")
    assert bureau.get("/api/v1/opening").json()["closed_at"] is None
    assert bureau.post("/api/v1/opening/close", {"reason": "开账结束"}).status_code == 200
    assert bureau.post("/api/v1/opening/close", {"reason": "再关"}).status_code == 412
    assert "已经关闭" in bureau.get("/api/v1/opening").json()["barred"]
