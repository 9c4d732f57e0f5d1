"""登记时与看不见的项目同名:照样登记,只答「已登记,由商务主管部门核对」,在那里立一件。条款 3.3b。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.rooms.pipeline.models import VoucherCase
from juyuan.rooms.pipeline.rules.clashes import KINDS, clash_of
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


def test_s3_3b_each_kind_of_clash_has_its_own_words(cast: Any) -> None:
    titles = {clash.title for clash in KINDS}
    assert len(titles) == len(KINDS)
    told = (("name", {}), ("number", {}), ("file", {"evidence": "合影"}), ("file", {}))
    assert {clash_of(kind, typed) for kind, typed in told} == set(KINDS)
    for clash in KINDS:
        assert clash.choose_same.startswith(clash.same)
        assert clash.choose_different.startswith(clash.different)
        assert ("凭证" in clash.title) == ("凭证" in clash.point)


def test_s3_3b_the_bureau_reads_same_name_not_voucher(cast: Any) -> None:
    f.parameters(cast)
    f.planning(cast, name=NAME, confidentiality="restricted")
    Caller(cast, "dongfeng").post("/api/v1/projects", {"name": NAME})
    case = VoucherCase.objects.get()
    client = cast.client("heyan")
    listed = client.get("/projects/voucher-cases/").content.decode()
    assert "项目同名" in listed and "待核对的重合" in listed
    there = f"/projects/voucher-cases/{case.pk}/"
    page = client.get(there).content.decode()
    assert "<h1>核对项目同名" in page.replace("\n", "") or "核对项目同名" in page
    assert "同一个项目，请申报单位作废" in page and "另一个项目，两边都保留" in page
    assert "同一张" not in page and "凭证号" not in page
    sent = client.post(there, {"same": "0", "reason": "两处不同的厂"})
    assert sent.status_code == 302
    listed = client.get("/projects/voucher-cases/").content.decode()
    assert "另一个项目" in listed and "不是同一张" not in listed
