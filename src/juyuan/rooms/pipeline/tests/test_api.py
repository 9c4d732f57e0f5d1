"""接口:次序(404、403、428/412、422)、版本、幂等、404 同字节、金额与引用。"""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import make_token
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.actions.move import move_project
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.rules.drafts import HostDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
URL = "/api/v1/projects"


class Caller:
    """带令牌的调用者。"""

    def __init__(self, cast: Any, who: str) -> None:
        self.token = make_token(actor=Actor.console(), username=who, now=cast.NOW)

    def call(self, method: str, url: str, body: Any = None, **headers: str) -> Any:
        extra = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in headers.items()}
        data = "" if body is None else json.dumps(body)
        return Client().generic(
            method, url, data, content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {self.token}", **extra,
        )  # fmt: skip

    def get(self, url: str) -> Any:
        return self.call("GET", url)

    def post(self, url: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", url, body if body is not None else {}, **headers)

    def patch(self, url: str, body: Any, **headers: str) -> Any:
        return self.call("PATCH", url, body, **headers)


@pytest.fixture
def longshan(cast) -> Caller:
    f.parameters(cast)
    return Caller(cast, "longshan")


def test_没有令牌或令牌不对_401(db) -> None:
    for headers in ({}, {"HTTP_AUTHORIZATION": "Bearer 假的"}):
        response = Client().get(URL, **headers)
        assert response.status_code == 401
        assert "令牌" in response.json()["detail"]


def test_登记_改_移_看_一路到底(cast, longshan) -> None:
    made = longshan.post(
        URL,
        {
            "name": "高性能纱线", "lead_unit": "gongxin", "host_units": [{"unit": "longshan", "share": "60"},
            {"unit": "xian", "share": "40"}], "total_investment": "60000.0001",
            "investors": [{"name": "浙江安澜纺织有限公司", "origin": "outside_province", "share": "100"}],
        },
    )  # fmt: skip
    assert made.status_code == 201, made.content.decode()
    body = made.json()
    assert (body["stage"], body["stage_status"]) == ("planning", "claimed")
    assert body["total_investment"] == "60000.0001"
    assert body["host_units"] == [
        {"unit": "longshan", "share": "60.00"},
        {"unit": "xian", "share": "40.00"},
    ]
    assert {m["rule"] for m in body["missing_for_next"]} == {"gate.negotiation.contact"}
    code, version = body["code"], body["version"]

    refused = longshan.post(f"{URL}/{code}/advance", {"to": "negotiation"})
    assert refused.status_code == 422
    [finding] = refused.json()["findings"]
    assert (finding["field"], finding["clause"]) == ("contact", "3.2b")
    assert "双向接触记录" in finding["message"]

    file = SimpleUploadedFile("来访.pdf", f.pdf("来访"), "application/pdf")
    sent = Client().post(
        f"{URL}/{code}/evidence",
        {
            "fact": "contact",
            "title": "来访",
            "dated_on": "2026-11-01",
            "two_way": "true",
            "file": file,
        },
        HTTP_AUTHORIZATION=f"Bearer {longshan.token}",
    )
    assert sent.status_code == 201, sent.content.decode()
    moved = longshan.post(f"{URL}/{code}/advance", {"to": "negotiation"})
    assert moved.status_code == 200
    assert (moved.json()["stage"], moved.json()["stage_status"]) == ("negotiation", "recognised")

    version = moved.json()["version"]
    patched = longshan.patch(f"{URL}/{code}", {"remark": "已对接"}, **{"If-Match": f'"{version}"'})
    assert patched.status_code == 200 and patched.json()["remark"] == "已对接"
    events = longshan.get(f"{URL}/{code}/timeline").json()["items"]
    assert [e["event"] for e in events][:2] == [
        "pipeline.project.edited",
        "pipeline.project.advance",
    ]
    assert Event.objects.filter(via="api", obj_id=code).count() == len(events)


def test_版本_没带428_旧的412带双方版本(cast, longshan) -> None:
    project = f.planning(cast)
    url = f"{URL}/{project.code}"
    assert longshan.patch(url, {"remark": "x"}).status_code == 428
    assert longshan.patch(url, {"remark": "x"}, **{"If-Match": '"abc"'}).status_code == 428
    stale = longshan.patch(url, {"remark": "x"}, **{"If-Match": '"99"'})
    assert stale.status_code == 412
    assert stale.json()["mine"] == {"remark": "x", "version": 99}
    assert stale.json()["theirs"] == {"remark": "", "version": project.version}
    project.refresh_from_db()
    assert project.remark == ""
    assert not Event.objects.filter(event="pipeline.project.edited").exists()


def test_他人先改了金额_412里双方的写法一样(cast, longshan) -> None:
    project = f.planning(cast, total_investment=520_000_000)
    stale = longshan.patch(
        f"{URL}/{project.code}", {"total_investment": "60000"}, **{"If-Match": '"99"'}
    )
    assert stale.json()["mine"]["total_investment"] == "60000"
    assert stale.json()["theirs"]["total_investment"] == "52000"


def test_次序_看不见先于不准_先于版本_先于格式(cast, longshan) -> None:
    project = f.planning(cast)
    url, bad = f"{URL}/{project.code}", {"remark": 5, "no_such": 1}
    assert Caller(cast, "dongfeng").patch(url, bad).status_code == 404
    assert Caller(cast, "zongzhaoji").patch(url, bad).status_code == 403
    assert longshan.patch(url, bad).status_code == 428
    assert longshan.patch(url, bad, **{"If-Match": '"99"'}).status_code == 412
    last = longshan.patch(url, bad, **{"If-Match": f'"{project.version}"'})
    assert last.status_code == 422
    assert {x["field"] for x in last.json()["findings"]} == {"remark", "no_such"}


def test_看不见与不存在_逐字节相同(cast, longshan) -> None:
    project = f.planning(cast, confidentiality="restricted")
    outsider = Caller(cast, "dongfeng")
    one, other = outsider.get(f"{URL}/{project.code}"), outsider.get(f"{URL}/LY-NOSUCH88")
    assert one.status_code == other.status_code == 404
    assert one.content == other.content
    assert dict(one.headers) == dict(other.headers)
    assert outsider.get(URL).json() == {"items": [], "next": None, "total": 0}
    assert Event.objects.filter(event="access.not_found", via="api").count() == 2


def test_幂等_同键同文一次_同键异文409_被拒后释放(cast, longshan) -> None:
    body = {"name": "幂等项目"}
    first = longshan.post(URL, body, **{"Idempotency-Key": "k1"})
    again = longshan.post(URL, body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["code"] == again.json()["code"]
    assert Project.objects.count() == 1
    assert longshan.post(URL, {"name": "另一个"}, **{"Idempotency-Key": "k1"}).status_code == 409
    refused = longshan.post(URL, {"name": " "}, **{"Idempotency-Key": "k2"})
    assert refused.status_code == 422
    assert longshan.post(URL, body, **{"Idempotency-Key": "k2"}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_八次同时提交是同一个动作(cast, longshan) -> None:
    results: list[tuple[int, str]] = []

    def submit() -> None:
        try:
            response = longshan.post(URL, {"name": "同时提交"}, **{"Idempotency-Key": "same"})
            results.append((response.status_code, response.json().get("code", "")))
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Project.objects.filter(name="同时提交").count() == 1
    assert {status for status, _ in results} == {201}
    assert len({code for _, code in results}) == 1


def test_翻页不重不漏_坏游标422(cast, longshan) -> None:
    for i in range(5):
        f.planning(cast, name=f"项目{i}")
    seen: list[str] = []
    cursor = ""
    while True:
        page = longshan.get(f"{URL}?limit=2&sort=-created_at&cursor={cursor}").json()
        seen += [item["name"] for item in page["items"]]
        assert page["total"] == 5
        cursor = page["next"]
        if not cursor:
            break
    assert sorted(seen) == [f"项目{i}" for i in range(5)]
    assert longshan.get(f"{URL}?cursor=坏的").status_code == 422
    assert longshan.get(f"{URL}?limit=9999").status_code == 422
    assert longshan.get(f"{URL}?stage=nosuch").status_code == 422


def test_列表的查询数与行数无关(cast, longshan, django_assert_max_num_queries) -> None:
    for i in range(12):
        f.planning(cast, name=f"项目{i}")
    with django_assert_max_num_queries(22):
        assert len(longshan.get(URL).json()["items"]) == 12


def test_不合格式与不合规则都是中文(cast, longshan) -> None:
    for body, field in (
        ({"name": 5}, "name"),
        ({"name": "x", "total_investment": "1e5"}, "total_investment"),
        ({"name": "x", "total_investment": "1.00001"}, "total_investment"),
        ({"name": "x", "lead_unit": "nosuch"}, "lead_unit"),
        ({"name": "x", "chain": "nosuch"}, "chain"),
        ({"name": "x", "investors": [{"name": "甲公司", "uscc": "123"}]}, "investors"),
        ({"name": "x", "host_units": [{"unit": "longshan", "share": "50"}]}, "host_units"),
    ):
        response = longshan.post(URL, body)
        assert response.status_code == 422, body
        found = response.json()["findings"]
        assert field in {x["field"].split(".")[0] for x in found}, found
        assert all(any("一" <= ch <= "鿿" for ch in x["message"]) for x in found)
    assert Project.objects.count() == 0
    assert Client().generic("POST", URL, "{坏", content_type="application/json",
                            HTTP_AUTHORIZATION=f"Bearer {longshan.token}").status_code == 400  # fmt: skip


def test_认定与撤回(cast, longshan) -> None:
    project = f.at(cast, Stage.SIGNED)
    url = f"{URL}/{project.code}"
    assert longshan.post(f"{url}/recognise", {"stage": "signed"}).status_code == 403
    verifier = Caller(cast, "heyan")
    done = verifier.post(f"{url}/recognise", {"stage": "signed"}).json()
    assert (done["recognised_stage"], done["committed_investment"]) == ("signed", "60000")
    assert verifier.post(f"{url}/withdraw-recognition", {"reason": ""}).status_code == 422
    back = verifier.post(f"{url}/withdraw-recognition", {"reason": "合同不实"}).json()
    assert (back["recognised_stage"], back["stage_status"]) == ("intent", "claimed")


def test_查阅者只见认定事实(cast, longshan) -> None:
    f.recognised(cast, Stage.SIGNED, name="已认定", confidentiality="restricted")
    f.planning(cast, name="未认定")
    reader = Caller(cast, "caizheng")
    page = reader.get(URL).json()
    assert [item["name"] for item in page["items"]] == ["已认定"]
    item = page["items"][0]
    assert (item["sight"], item["investors"], item["remark"], item["confidentiality"]) == (
        "facts",
        None,
        None,
        None,
    )
    assert reader.get(f"{URL}?total_min=1").status_code == 422  # 申报的金额不能用来筛
    assert reader.get(f"{URL}/{item['code']}").status_code == 200
    assert reader.get(f"{URL}/{item['code']}/timeline").status_code == 404


def test_三员在接口上什么也看不到(cast, longshan) -> None:
    project = f.planning(cast)
    for who in ("sysadmin", "secadmin", "auditadmin"):
        caller = Caller(cast, who)
        assert caller.get(URL).json()["total"] == 0
        assert caller.get(f"{URL}/{project.code}").status_code == 404
        assert caller.post(URL, {"name": "x"}).status_code == 403


def test_证据缺项逐条说明_不留半份(cast, longshan) -> None:
    project = f.planning(cast)
    sent = Client().post(
        f"{URL}/{project.code}/evidence",
        {"fact": "legality", "title": "合法性", "dated_on": "2026-11-01",
         "file": SimpleUploadedFile("意见.pdf", f.pdf("意见"), "application/pdf")},
        HTTP_AUTHORIZATION=f"Bearer {longshan.token}",
    )  # fmt: skip
    assert sent.status_code == 422
    assert {x["field"] for x in sent.json()["findings"]} == {"issuer", "number", "conclusion"}
    assert Evidence.objects.count() == 0


def test_描述文件完整(db) -> None:
    schema = Client().get("/api/v1/openapi.json").json()
    paths = schema["paths"]
    for path, methods in paths.items():
        for method, spec in methods.items():
            wanted = (
                {"200", "401", "403", "404", "422"}
                if method == "get"
                else {"401", "403", "404", "412", "422"}
            )
            assert wanted <= set(spec["responses"]), (path, method)
            assert spec["summary"], path
    assert {f"{URL}", f"{URL}/{{code}}/advance", "/api/v1/figures", "/api/v1/clauses",
            "/api/v1/parameters", "/api/v1/units", "/api/v1/chains"} <= set(paths)  # fmt: skip


def test_不认识的条件不装作筛过(cast, longshan) -> None:
    f.planning(cast)
    for query, field in (
        ("nosuch=1", "nosuch"),
        ("sort=foo", "sort"),
        ("as_of=2199-01-01", "as_of"),
        ("as_of=1999-12-31", "as_of"),
    ):
        refused = longshan.get(f"{URL}?{query}")
        assert refused.status_code == 422
        assert [x["field"] for x in refused.json()["findings"]] == [field]
    assert longshan.get(f"{URL}?stage=planning&sort=-updated_at").json()["total"] == 1


def test_截至某日_给那一天的样子_条数等于那一天的数字(cast, longshan, settings) -> None:
    settings.JUYUAN_NOW = f.later(cast, 9).isoformat()
    early, moved_at = cast.NOW, f.later(cast, 5)
    f.at(cast, Stage.NEGOTIATION, name="早项目", now=early, total_investment=2 * f.YI)
    moved = f.at(cast, Stage.NEGOTIATION, name="会前移的", now=early, total_investment=3 * f.YI)
    f.fill(cast, moved, Stage.INTENT, now=moved_at)
    move_project(actor=cast.actor("longshan"), project=moved, to=Stage.INTENT, now=moved_at)
    moved.refresh_from_db()
    f.edit(cast, moved, f.EDITOR, moved_at, total_investment=9 * f.YI,
           hosts=(HostDraft(cast.unit("xian").pk, 10000),))  # fmt: skip
    f.at(cast, Stage.NEGOTIATION, name="晚项目", now=moved_at)
    day = f.later(cast, 2).date()
    caller = Caller(cast, "longshan")

    def asked(query: str) -> Any:
        answer = caller.get(f"{URL}?{query}")
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    then = asked(f"stage=negotiation&as_of={day}&sort=-total_investment")
    assert [(x["name"], x["stage"], x["total_investment"]) for x in then["items"]] == [
        ("会前移的", "negotiation", "30000"), ("早项目", "negotiation", "20000"),
    ]  # fmt: skip
    assert then["items"][0]["host_units"] == [{"unit": "longshan", "share": "100.00"}]
    assert then["items"][0]["investors"] is None
    for stage in Stage:
        query = f"stage={stage.value}&as_of={day}&standing=active"
        [figure] = compute(
            as_of=day, actor=cast.actor("longshan"), names=[f"{stage.value}_projects"]
        )
        assert asked(query)["total"] == figure.value, stage
    assert asked(f"host_unit=xian&as_of={day}")["total"] == 0
    assert asked("host_unit=xian")["total"] == 1
    first = asked(f"as_of={day}&limit=1&sort=total_investment")
    second = asked(f"as_of={day}&limit=1&sort=total_investment&cursor={first['next']}")
    assert [x["items"][0]["name"] for x in (first, second)] == ["早项目", "会前移的"]
    assert second["next"] is None
    today = asked(f"as_of={f.later(cast, 9).date()}")
    assert today == asked("")


def test_截至某日_看不见的照旧看不见_查阅的人只得那一天已认定的(cast, longshan, settings) -> None:
    settings.JUYUAN_NOW = f.later(cast, 9).isoformat()
    early, late = cast.NOW, f.later(cast, 7)
    f.at(cast, Stage.NEGOTIATION, name="内部的", now=early, confidentiality="internal")
    f.recognised(cast, Stage.SIGNED, name="早认定的", now=early)
    f.recognised(cast, Stage.SIGNED, name="晚认定的", now=late)
    day = f.later(cast, 4).date()

    def seen(who: str) -> set[str]:
        items = Caller(cast, who).get(f"{URL}?as_of={day}").json()["items"]
        return {x["name"] for x in items}

    assert seen("longshan") == {"内部的", "早认定的"}
    assert seen("dongfeng") == set()
    assert seen("caizheng") == {"早认定的"}


def test_经过的金额是万元字符串_时刻带本地偏移(cast, longshan) -> None:
    project = f.planning(cast)
    sent = longshan.patch(
        f"{URL}/{project.code}",
        {"contract_amount": "12000"},
        **{"If-Match": f'"{project.version}"'},
    )
    assert sent.status_code == 200, sent.content
    assert sent.json()["updated_at"].endswith("+08:00")
    items = longshan.get(f"{URL}/{project.code}/timeline").json()["items"]
    edited = next(item for item in items if item["event"] == "pipeline.project.edited")
    assert edited["after"]["contract_amount"] == "12000"
    assert all(item["at"].endswith("+08:00") for item in items)
