"""到位资金的门:项目页的一栏、登记、核验、冲回、清单、重合;接口与网页说同一句话。条款 3.3b。"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from juyuan.foundation.ledger.models import Event
from juyuan.rooms.pipeline.models import Voucher, VoucherCase, VoucherCheck
from juyuan.rooms.pipeline.queries.vouchers import state_now
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.vouchers import VoucherState
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.pages import get, pdf, post, url
from juyuan.rooms.pipeline.tests.test_api import Caller
from juyuan.rooms.pipeline.tests.vouchers import accepted, paid

pytestmark = pytest.mark.django_db
GOOD = {"kind": "capital", "paid_on": "2026-11-03", "amount": "1200", "number": "回单 88",
        "payer_name": "安澜纺织", "currency": "CNY", "origin": "outside_province"}  # fmt: skip


def test_登记到认可_网页一路到底(cast) -> None:
    project = f.planning(cast)
    page = url("voucher_new", project.code)
    assert "一张凭证" in get(cast, "longshan", page)
    text = post(cast, "longshan", page, {**GOOD, "amount": "", "file": pdf("回单")}, status=422)
    assert "请填写到账金额" in text and "已收下 凭据.pdf" in text
    kept = text.split('name="kept_file" value="')[1].split('"')[0]
    where = post(cast, "longshan", page, {**GOOD, "kept_file": kept})
    assert where.endswith("#paid-in")
    row = Voucher.objects.get()
    detail = get(cast, "longshan", url("detail", project.code))
    assert "回单 88" in detail and "待核验" in detail and f"/files/{row.file_use_id}/" in detail
    assert url("voucher_check", project.code, row.pk) not in detail
    assert url("voucher_check", project.code, row.pk) in get(
        cast, "heyan", url("detail", project.code)
    )
    check = url("voucher_check", project.code, row.pk)
    assert "回单 88" in get(cast, "heyan", check)
    assert "退回须写明理由" in post(cast, "heyan", check, {"verdict": "returned"}, status=422)
    post(cast, "heyan", check, {"verdict": "accepted"})
    assert state_now(row) == VoucherState.ACCEPTED
    assert "0.12" in get(cast, "longshan", url("paid_in") + "?state=accepted")
    post(cast, "longshan", url("voucher_reverse", project.code, row.pk), {"reason": "金额写错"})
    undo = Voucher.objects.get(sign=-1)
    post(cast, "heyan", url("voucher_check", project.code, undo.pk), {"verdict": "accepted"})
    assert state_now(row) == VoucherState.REVERSED
    said = get(cast, "longshan", url("detail", project.code) + "?all=1")
    for title in ("登记到位资金凭证", "认可到位资金凭证", "提出冲回凭证", "冲回已认可"):
        assert title in said


def test_外币_表单折算(cast) -> None:
    project = f.planning(cast)
    data = {**GOOD, "amount": "", "currency": "USD", "foreign_amount": "1000000.00", "rate": "7.0988",
            "rate_on": "2026-11-02", "rate_source": "中间价", "file": pdf("外币")}  # fmt: skip
    post(cast, "longshan", url("voucher_new", project.code), data)
    assert Voucher.objects.get().amount == 7_098_800
    text = post(cast, "longshan", url("voucher_new", project.code),
                {**data, "rate": "七块", "number": "2", "file": pdf("外币2")}, status=422)  # fmt: skip
    assert "汇率请填数字" in text


def test_清单_筛选在网址里_查阅的人只见认可的(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    accepted(cast, project, "认可的号", 3000 * f.WAN)
    paid(cast, project, "等核验的号", 70 * f.WAN)
    everyone = get(cast, "longshan", url("paid_in"))
    assert "认可的号" in everyone and "等核验的号" in everyone
    assert "认可的号" not in get(cast, "heyan", url("paid_in") + "?state=queue")
    reader = get(cast, "caizheng", url("paid_in"))
    assert "3,000.00" in reader or "0.30" in reader
    for hidden in ("认可的号", "等核验的号", "安澜纺织科技"):
        assert hidden not in reader
    assert "等核验的号" not in get(cast, "caizheng", url("detail", project.code))
    assert project.name not in get(cast, "dongfeng", url("paid_in"))
    assert "读不懂" in get(cast, "longshan", url("paid_in") + "?as_of=昨天")
    for query in ("?cursor=坏的", "?kind=%00", "?period=never", "?host_unit=nosuch", "?limit=x"):
        get(cast, "longshan", url("paid_in") + query)


def test_别的项目的凭证号_网址里换项目是404(cast) -> None:
    one, two = f.planning(cast), f.planning(cast, name="二期")
    row = paid(cast, one)
    for name in ("voucher_check", "voucher_reverse", "voucher_file"):
        who = "heyan" if name == "voucher_check" else "longshan"
        get(cast, who, url(name, two.code, row.pk), 404)
        get(cast, who, url(name, two.code, 10**12), 404)


def test_限名单_没有列名的处处看不见_字节相同(cast) -> None:
    project = f.planning(
        cast, confidentiality="restricted", listed_ids=(cast.person("longshan").pk,)
    )
    row = paid(cast, project, "机密号")
    for who in ("chen", "longshan_head", "dongfeng"):
        nothing = cast.client(who).get(url("detail", "LY-NOSUCH99")).content
        for page in (url("voucher_new", project.code), url("voucher_check", project.code, row.pk)):
            response = cast.client(who).get(page)
            assert (response.status_code, response.content) == (404, nothing), (who, page)
        assert "机密号" not in get(cast, who, url("paid_in"))
    api = Caller(cast, "dongfeng")
    missing = api.get("/api/v1/projects/LY-NOSUCH99/vouchers")
    hidden = api.get(f"/api/v1/projects/{project.code}/vouchers")
    assert (hidden.status_code, hidden.content) == (404, missing.content)


def test_重合_核验人核对(cast) -> None:
    hidden = f.planning(
        cast, confidentiality="restricted", listed_ids=(cast.person("longshan").pk,)
    )
    other = f.planning(
        cast, by="dongfeng", name="东丰", hosts=(f.HostDraft(cast.unit("dongfeng").pk),)
    )
    paid(cast, hidden, "回单 88")
    text = post(
        cast,
        "dongfeng",
        url("voucher_new", other.code),
        {**GOOD, "file": pdf("东丰扫描")},
        status=422,
    )
    assert "已登记" in text and hidden.name not in text
    case = VoucherCase.objects.get()
    assert other.name in get(cast, "heyan", url("voucher_cases"))
    page = get(cast, "heyan", url("voucher_case", case.pk))
    assert hidden.name in page and other.name in page
    get(cast, "chen", url("voucher_cases"), 403)
    post(cast, "heyan", url("voucher_case", case.pk), {"same": "0", "reason": "两家银行"})
    post(cast, "dongfeng", url("voucher_new", other.code), {**GOOD, "file": pdf("东丰扫描")})


class Multipart(Caller):
    """带文件的请求。"""

    def send(self, url: str, data: dict, content: str = "回单", **headers: str):
        extra = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in headers.items()}
        file = SimpleUploadedFile("回单.pdf", f.pdf(content), "application/pdf")
        return Client().post(
            url, {**data, "file": file}, HTTP_AUTHORIZATION=f"Bearer {self.token}", **extra
        )


API = {"kind": "capital", "paid_on": "2026-11-03", "amount": "1200.0001", "number": "回单88",
       "payer_name": "安澜纺织"}  # fmt: skip


def test_接口_登记_核验_冲回_项目记录里的数(cast, settings) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    project = f.planning(cast)
    own, checker = Multipart(cast, "longshan"), Caller(cast, "heyan")
    base = f"/api/v1/projects/{project.code}"
    made = own.send(f"{base}/vouchers", API)
    assert made.status_code == 201, made.content.decode()
    body = made.json()
    assert (body["state"], body["counted"], body["amount"], body["share"]) == (
        "waiting", False, "1200.0001", "100.00",
    )  # fmt: skip
    again = own.send(f"{base}/vouchers", API, "另一份")
    assert again.status_code == 422
    assert [x["rule"] for x in again.json()["findings"]] == ["voucher.twice"]
    one = f"{base}/vouchers/{body['id']}"
    assert own.post(f"{one}/check", {"verdict": "accepted"}).status_code == 403
    assert checker.post(f"{one}/check", {"verdict": "returned"}).status_code == 422
    done = checker.post(f"{one}/check", {"verdict": "accepted"})
    assert done.json()["counted"] is True
    assert checker.post(f"{one}/check", {"verdict": "accepted"}).status_code == 412
    record = own.get(base).json()
    assert (record["paid_in_year"], record["paid_in_total"]) == ("1200.0001", "1200.0001")
    undo = own.post(f"{one}/reverse", {"reason": "金额写错"})
    assert (undo.status_code, undo.json()["amount"]) == (201, "-1200.0001")
    checker.post(f"{base}/vouchers/{undo.json()['id']}/check", {"verdict": "accepted"})
    listed = own.get(f"{base}/vouchers").json()
    assert (len(listed["items"]), listed["paid_in_total"]) == (2, "0")
    assert VoucherCheck.objects.count() == 2


def test_接口_幂等键_拒绝与看不见(cast) -> None:
    project = f.planning(cast)
    own = Multipart(cast, "longshan")
    base = f"/api/v1/projects/{project.code}/vouchers"
    first = own.send(base, API, idempotency_key="k1")
    assert first.status_code == 201
    assert own.send(base, API, idempotency_key="k1").json() == first.json()
    assert own.send(base, API, "另一份", idempotency_key="k1").status_code == 409
    assert Voucher.objects.count() == 1
    row = first.json()["id"]
    for _ in range(2):
        undo = own.post(f"{base}/{row}/reverse", {"reason": "错"}, idempotency_key="k2")
        assert undo.status_code == 201
    assert Voucher.objects.count() == 2
    for body in ({}, {"reason": "x", "more": 1}):
        assert own.post(f"{base}/{row}/reverse", body).status_code == 422
    assert own.send(base, {**API, "paid_on": "昨天"}).status_code == 422
    assert own.send(base, {**API, "amount": "1e9"}).status_code == 422
    assert own.send(base, {**API, "payer": "没有这一家"}).json()["findings"][0]["field"] == "payer"
    assert own.post(f"{base}/99999999999999999999/check", {}).status_code in (404, 422)


def test_接口_带幂等键撞上看不见的_重合仍立件(cast) -> None:
    hidden = f.planning(
        cast, confidentiality="restricted", listed_ids=(cast.person("longshan").pk,)
    )
    other = f.planning(
        cast, by="dongfeng", name="东丰", hosts=(f.HostDraft(cast.unit("dongfeng").pk),)
    )
    paid(cast, hidden, "回单88")
    caller = Multipart(cast, "dongfeng")
    for key in ("a", "b"):
        refused = caller.send(f"/api/v1/projects/{other.code}/vouchers", API, idempotency_key=key)
        assert [x["rule"] for x in refused.json()["findings"]] == ["voucher.held"]
        assert hidden.code not in refused.content.decode()
    assert VoucherCase.objects.count() == 1
    assert Event.objects.filter(event="pipeline.voucher_case.opened").count() == 1


def test_接口列表的到位资金查询数与行数无关(cast, django_assert_max_num_queries) -> None:
    projects = [f.planning(cast, name=f"项目{i}") for i in range(4)]
    accepted(cast, projects[0], "甲", 5 * f.WAN)
    caller = Caller(cast, "longshan")
    with django_assert_max_num_queries(24):
        items = caller.get("/api/v1/projects").json()["items"]
    assert sorted(x["paid_in_total"] for x in items) == ["0", "0", "0", "5"]
