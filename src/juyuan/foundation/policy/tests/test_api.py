"""改参数的接口:预览、提议、凭文件确认、确认与不同意;次序 404、403、412、422;拒绝之后什么也没有。"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import make_token
from juyuan.foundation.policy import queries
from juyuan.foundation.policy.actions import load_pack
from juyuan.foundation.policy.models import ParameterProposal, ParameterVersion
from juyuan.kernel.actor import Actor

pytestmark = pytest.mark.django_db
KEY = "lights.red_months"
URL = f"/api/v1/parameters/{KEY}"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CHANGE = {"text": "4", "effective_from": "2026-11-20"}


class Api:
    def __init__(self, cast: Any) -> None:
        self.cast = cast
        load_pack(now=cast.NOW)

    def bearer(self, who: str) -> str:
        token = make_token(actor=Actor.console(), username=who, now=self.cast.NOW)
        return f"Bearer {token}"

    def __call__(self, who: str, url: str, body: Any = None, **headers: str) -> Any:
        method = "GET" if body is None else "POST"
        data = "" if body is None else json.dumps(body)
        return Client().generic(
            method, url, data, content_type="application/json",
            HTTP_AUTHORIZATION=self.bearer(who), **headers,
        )  # fmt: skip


@pytest.fixture
def api(cast: Any) -> Api:
    return Api(cast)


def state() -> tuple[int, int]:
    return ParameterVersion.objects.count(), ParameterProposal.objects.count()


def propose(api: Api, who: str = "chen") -> int:
    sent = api(who, f"{URL}/proposals", CHANGE | {"reason": "偏紧"})
    assert sent.status_code == 201, sent.content
    return int(sent.json()["id"])


def test_preview_writes_nothing(api: Api) -> None:
    ours = Event.objects.filter(obj_type="parameter")
    before, events = state(), ours.count()
    sent = api("chen", f"{URL}/preview", CHANGE)
    assert sent.status_code == 200
    found = sent.json()
    assert (found["before"], found["after"], found["same"]) == (["3 月"], ["4 月"], False)
    assert state() == before and ours.count() == events


def test_propose_and_confirm_by_another(api: Api) -> None:
    number = propose(api)
    (waiting,) = api("heyan", "/api/v1/parameter-proposals").json()
    assert (waiting["id"], waiting["status"], waiting["shown"]) == (number, "open", ["4 月"])
    url = f"/api/v1/parameter-proposals/{number}"
    assert api("chen", f"{url}/confirm", {}).status_code == 403
    done = api("heyan", f"{url}/confirm", {"note": "同意"})
    assert done.status_code == 200 and done.json()["status"] == "confirmed"
    assert queries.params(api.cast.TODAY)[KEY] == 4
    assert api("shangwuju_head", f"{url}/confirm", {}).status_code == 412
    assert api("chen", url).json()["settled_by"] == "何核验"


def test_reject_needs_a_reason(api: Api) -> None:
    url = f"/api/v1/parameter-proposals/{propose(api)}/reject"
    refused = api("heyan", url, {})
    assert refused.status_code == 422 and refused.json()["findings"][0]["field"] == "note"
    assert api("heyan", url, {"note": "证据不足"}).json()["status"] == "rejected"
    assert queries.params(api.cast.TODAY)[KEY] == 3


def test_same_key_is_one_proposal_and_other_body_is_a_conflict(api: Api) -> None:
    body = CHANGE | {"reason": "偏紧"}
    one = api("chen", f"{URL}/proposals", body, HTTP_IDEMPOTENCY_KEY="k1")
    two = api("chen", f"{URL}/proposals", body, HTTP_IDEMPOTENCY_KEY="k1")
    assert one.json()["id"] == two.json()["id"] and ParameterProposal.objects.count() == 1
    other = api("chen", f"{URL}/proposals", body | {"text": "5"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("who", "url", "body", "status"),
    [
        ("chen", "/api/v1/parameters/no.such/proposals", {"bad": 1}, 404),
        ("longshan", f"{URL}/proposals", {"bad": 1}, 403),
        ("chen", f"{URL}/proposals", {"bad": 1}, 422),
        ("chen", f"{URL}/proposals", CHANGE | {"text": "很久", "reason": "x"}, 422),
        ("chen", "/api/v1/parameters/escalation.threshold/preview", CHANGE, 403),
        ("heyan", "/api/v1/parameter-proposals/999999/confirm", {"bad": 1}, 404),
        ("heyan", "/api/v1/parameter-proposals/abc/confirm", {"bad": 1}, 404),
        ("longshan", "/api/v1/parameter-proposals", None, 403),
    ],
)
def test_order_of_answers_and_nothing_left(
    api: Api, who: str, url: str, body: Any, status: int
) -> None:
    before = state()
    assert api(who, url, body).status_code == status
    assert state() == before


def test_present_value_is_confirmed_with_its_paper(api: Api) -> None:
    def send(**changes: Any) -> Any:
        form = {
            "paper_number": "商发〔2026〕12号",
            "paper_on": "2026-11-18",
            "reason": "局务会同意",
        }
        form["file"] = SimpleUploadedFile("纪要.pdf", PDF, "application/pdf")
        return Client().post(
            f"{URL}/confirmation", form | changes, HTTP_AUTHORIZATION=api.bearer("chen")
        )

    assert send(paper_on="2027-01-01").status_code == 422 and state()[1] == 0
    sent = send()
    assert sent.status_code == 201, sent.content
    number = sent.json()["id"]
    api("heyan", f"/api/v1/parameter-proposals/{number}/confirm", {})
    row = queries.params(api.cast.TODAY).row(KEY)
    assert (row.value, row.said_origin, row.paper_number) == (3, "已确认", "商发〔2026〕12号")
