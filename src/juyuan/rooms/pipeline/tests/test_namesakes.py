"""登记时与看不见的项目同名:照样登记,只答「已登记,由商务主管部门核对」,在那里立一件。条款 3.3b。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.rooms.pipeline.models import VoucherCase
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.test_api import Caller
from juyuan.rooms.pipeline.tests.test_views_forms import ROWS

pytestmark = pytest.mark.django_db
NAME = "松原年产20万吨蛋氨酸项目"


def test_s3_3b_name_of_a_hidden_project_opens_a_case_and_tells_nothing(cast: Any) -> None:
    f.parameters(cast)
    hidden = f.planning(cast, name=NAME, confidentiality="restricted")
    sent = Caller(cast, "dongfeng").post("/api/v1/projects", {"name": NAME})
    assert sent.status_code == 201
    assert sent.json()["notice"] == "已登记,由市商务局核对"
    assert hidden.code not in sent.content.decode()
    case = VoucherCase.objects.get()
    assert (case.kind, case.held_id, case.project.code) == ("name", hidden.pk, sent.json()["code"])
    page = cast.client("heyan").get(f"/projects/voucher-cases/{case.pk}/")
    assert page.status_code == 200 and "名称相同" in page.content.decode()


def test_name_of_a_visible_project_opens_no_case(cast: Any) -> None:
    f.parameters(cast)
    f.planning(cast, name=NAME)
    sent = Caller(cast, "longshan").post("/api/v1/projects", {"name": NAME})
    assert sent.status_code == 201 and sent.json()["notice"] == ""
    assert not VoucherCase.objects.exists()


def test_other_name_opens_no_case(cast: Any) -> None:
    f.parameters(cast)
    f.planning(cast, name=NAME, confidentiality="restricted")
    assert (
        Caller(cast, "dongfeng").post("/api/v1/projects", {"name": "另一个项目"}).json()["notice"]
        == ""
    )
    assert not VoucherCase.objects.exists()


def test_web_registration_says_the_same_words(cast: Any) -> None:
    f.parameters(cast)
    hidden = f.planning(cast, name=NAME, confidentiality="restricted")
    form = ROWS | {"name": NAME, "stage": "planning", "confidentiality": "normal",
                   "category": "industry"}  # fmt: skip
    page = cast.client("dongfeng").post("/projects/new/", form, follow=True)
    text = page.content.decode()
    assert "已登记,由市商务局核对" in text and hidden.code not in text
