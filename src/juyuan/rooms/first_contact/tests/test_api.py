"""首谈的接口:登记、清单、过去某天、各步、撞单各看一边;次序 404、403、412、422;看不见的不漏。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from juyuan.rooms.first_contact import jobs
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests.factories import pdf
from juyuan.rooms.pipeline.tests.test_api import Caller

pytestmark = pytest.mark.django_db
URL = "/api/v1/first-contacts"
TYPED = {
    "name": "浙江安澜纺织科技有限公司", "project_name": "安澜高端纱线项目",
    "content": "年产三万吨高端纱线", "amount": "30000", "site": "纺织园A3地块",
    "contacted_on": "2026-11-20", "proof": "minutes", "evidence_on": "2026-11-20",
    "two_way": "true",
}  # fmt: skip


class Callers(dict[str, Caller]):
    def __init__(self, cast: Any) -> None:
        self.cast = cast

    def __missing__(self, who: str) -> Caller:
        self[who] = Caller(self.cast, who)
        return self[who]


@pytest.fixture
def by(cast: Any, settings: Any) -> Callers:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)
    return Callers(cast)


def sent(caller: Caller, url: str, text: str = "会议纪要", key: str = "", **typed: Any) -> Any:
    """multipart 一份。"""
    more = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    file = SimpleUploadedFile("纪要.pdf", pdf(text), "application/pdf")
    return Client().post(
        url, {**typed, "file": file}, HTTP_AUTHORIZATION=f"Bearer {caller.token}", **more
    )


def rules_of(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content.decode()
    return [finding["rule"] for finding in answer.json()["findings"]]


def test_s3_2b_登记_查重_撞单_一路到终裁与移交(cast: Any, by: Callers, settings: Any) -> None:
    made = sent(by["longshan"], URL, **TYPED)
    assert made.status_code == 201, made.content.decode()
    body = made.json()
    assert (body["state"], body["days_left"], body["light"]) == ("protected", 90, "ok")
    assert body["check"] == {"tier": 0, "overlaps": 0, "ruled_by": None, "reasons": []}
    assert (body["conflict"], body["amount"], body["unit"]) == (None, "30000", "longshan")
    assert body["acts"] == ["hand_over", "end"]
    assert [row["verb"] for row in body["ledger"]] == ["register", "protect"]
    assert body["project"] == Project.objects.get().code
    assert by["longshan"].get(f"{URL}/{body['code']}").json()["files"][0]["name"] == "纪要.pdf"

    later = sent(by["dongfeng"], URL, "东丰的纪要", **TYPED).json()
    assert (later["state"], later["project"], later["check"]["tier"]) == ("disputed", None, 2)
    assert later["check"]["ruled_by"] == "shangwuju"
    clash = f"{URL}/conflicts/{later['conflict']}"
    assert by["dongfeng"].get(f"{URL}/{body['code']}").status_code == 404

    proved = sent(by["dongfeng"], f"{clash}/evidence", "东丰的来函", title="来函", dated_on="2026-11-01")  # fmt: skip
    assert proved.status_code == 201, proved.content.decode()
    mine, other, both = (by[who].get(clash).json() for who in ("dongfeng", "longshan", "heyan"))
    assert [side["unit"] for side in mine["sides"]] == ["dongfeng"]
    assert [side["unit"] for side in other["sides"]] == ["longshan"]
    assert [p["title"] for p in mine["sides"][0]["evidence"]] == ["来函"]
    assert other["sides"][0]["evidence"] == [] and other["version"] == both["version"]
    assert (mine["tier"], mine["reasons"], both["tier"]) == (None, None, 2)
    assert [(s["unit"], s["earliest"]) for s in both["sides"]] == [("longshan", True), ("dongfeng", False)]  # fmt: skip
    assert (mine["acts"], both["acts"]) == (["evidence"], ["rule", "dismiss"])

    halves = [{"unit": "longshan", "share": "60"}, {"unit": "dongfeng", "share": "40"}]
    ruled = by["heyan"].post(
        f"{clash}/rule", {"lead_unit": "longshan", "shares": halves, "reason": "先登记"}
    )
    assert ruled.status_code == 200, ruled.content.decode()
    assert by["dongfeng"].get(clash).json()["rulings"][0]["shares"] == [{"unit": "dongfeng", "share": "40.00"}]  # fmt: skip
    asked = by["dongfeng"].post(f"{clash}/appeal", {"reason": "去年即有来函"}).json()
    assert (asked["state"], asked["appeal_reason"]) == ("appealed", "去年即有来函")
    assert by["longshan"].get(clash).json()["appeal_reason"] is None
    final = (
        by["zhaoji"]
        .post(f"{clash}/rule", {"lead_unit": "longshan", "shares": halves, "reason": "维持"})
        .json()
    )
    assert (final["state"], [r["level"] for r in final["rulings"]]) == ("final", ["final", "first"])
    paper = by["dongfeng"].get(f"{clash}/papers/final/docx")
    assert paper.status_code == 200 and paper.content[:2] == b"PK"

    given = {"to_unit": "xian", "materials": "来函", "matters": "无", "share": "70", "reason": "划转"}  # fmt: skip
    offered = by["longshan"].post(f"{URL}/{body['code']}/hand-over", given).json()
    assert offered["handover"]["share"] == "70.00"
    taken = by["xian"].post(f"{URL}/{body['code']}/accept", {"accept": True}).json()
    assert (taken["unit"], taken["state"], taken["merit_at"]) == ("xian", "protected", body["merit_at"])  # fmt: skip
    assert by["longshan"].get(f"{URL}/{body['code']}").json()["state"] == "handed_over"


def test_s3_2b_过去某天的权利_由台账算_不看今天的状态(
    cast: Any, by: Callers, settings: Any
) -> None:
    claim = f.register(cast).claim
    settings.JUYUAN_NOW = (cast.NOW + timedelta(days=100)).isoformat()
    url = f"{URL}/{claim.code}"
    now = by["longshan"].get(url).json()
    assert (now["state"], now["days_left"], now["light"], now["proposals"]) == ("protected", -10, "bad", ["lapse"])  # fmt: skip
    assert by["longshan"].post(f"{url}/lapse", {"reason": "无进展"}).status_code == 403
    lapsed = by["heyan"].post(f"{url}/lapse", {"reason": "三个月无进展"}).json()
    assert (lapsed["state"], lapsed["acts"]) == ("lapsed", ["take_up", "end"])
    then = by["longshan"].get(f"{url}?on=2026-12-20").json()
    assert (then["state"], then["days_left"], len(then["ledger"])) == ("protected", 60, 2)
    assert then["on"] == "2026-12-20"
    before = by["longshan"].get(f"{url}?on=2026-11-19").json()
    assert (before["state"], before["ledger"]) == (None, [])
    assert rules_of(by["longshan"].get(f"{url}?on=2099-01-01")) == ["as_of_future"]
    for query, wanted in (("live=true", 0), ("live=true&as_of=2026-12-20", 1), ("state=lapsed", 1),
                          ("state=lapsed&as_of=2026-12-20", 0), ("as_of=2026-11-19", 0), ("", 1),
                          ("proposed=true&as_of=2027-02-27", 1), ("proposed=true", 0)):  # fmt: skip
        found = by["longshan"].get(f"{URL}?{query}").json()
        assert (len(found["items"]), found["total"]) == (wanted, wanted), query
    gone = by["heyan"].post(f"{url}/take-up", {"unit": "gaoxin", "reason": "投资方愿到高新区"})
    assert (gone.json()["unit"], gone.json()["state"]) == ("gaoxin", "protected")


def test_清单_游标_次序_不认识的条件说明(cast: Any, by: Callers) -> None:
    codes = [
        f.register(cast, subject={"name": f"浙江安澜{word}有限公司", "project_name": f"{word}项目基地"},
                   file_text=word).claim.code
        for word in ("轴承", "齿轮", "阀门")
    ]  # fmt: skip
    first = by["longshan"].get(f"{URL}?limit=2").json()
    assert [row["code"] for row in first["items"]] == codes[:0:-1] and first["total"] == 3
    rest = by["longshan"].get(f"{URL}?limit=2&cursor={first['next']}").json()
    assert ([row["code"] for row in rest["items"]], rest["next"]) == (codes[:1], None)
    up = by["longshan"].get(f"{URL}?sort=registered_at&q=项目基地&unit=longshan&late=false").json()
    assert [row["code"] for row in up["items"]] == codes
    assert by["longshan"].get(f"{URL}?q=%00齿轮&opening=false").json()["total"] == 1
    assert rules_of(by["longshan"].get(f"{URL}?sort=amount&stage=signed")) == ["filter.unknown", "filter.sort"]  # fmt: skip
    assert rules_of(by["longshan"].get(f"{URL}?cursor=AAAA")) == ["format.cursor"]
    assert by["dongfeng"].get(URL).json() == {"items": [], "next": None, "total": 0}
    assert by["caizheng"].get(URL).status_code == 403
    assert by["sysadmin"].get(URL).status_code == 404


def test_清单的语句数不随行数增加(cast: Any, by: Callers) -> None:
    counts = []
    for word in ("轴承", "齿轮", "阀门", "电机"):
        f.register(cast, subject={"name": f"浙江安澜{word}有限公司", "project_name": f"{word}项目基地"}, file_text=word)  # fmt: skip
        by["longshan"].get(URL)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            by["longshan"].get(URL)
        counts.append(len(seen))
    assert counts[0] == counts[-1], counts


def test_次序_看不见404_不准403_版本412_再问格式422(cast: Any, by: Callers) -> None:
    claim = f.register(cast).claim
    url = f"{URL}/{claim.code}"
    for bad in ({}, {"until": "很久"}, {"多余": 1}):
        hidden = by["dongfeng"].post(f"{url}/extend", bad)
        absent = by["dongfeng"].post(f"{URL}/SQ-NOSUCH/extend", bad)
        assert (hidden.status_code, hidden.content) == (404, absent.content)
        assert by["longshan"].post(f"{url}/extend", bad).status_code == 403
    stale = by["zhaoji"].post(f"{url}/extend", {"until": "很久"}, **{"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["mine"], stale.json()["theirs"]) == (412, {"version": 9}, {"version": 2})  # fmt: skip
    assert rules_of(by["zhaoji"].post(f"{url}/extend", {"until": "很久"})) == ["format.date_from_datetime_parsing"]  # fmt: skip
    assert rules_of(by["zhaoji"].post(f"{url}/extend", {"until": "2027-01-01", "reason": "大项目"})) == ["claim.shorter"]  # fmt: skip
    done = by["zhaoji"].post(f"{url}/extend", {"until": "2028-01-01", "reason": "大项目"}, **{"If-Match": '"2"'})  # fmt: skip
    assert (done.json()["until"], done.json()["version"]) == ("2028-01-01", 3)
    assert rules_of(sent(by["longshan"], URL, amount="三亿")) == ["format.value_error"]
    assert sent(by["caizheng"], URL, amount="三亿").status_code == 403
    assert sent(by["dongfeng"], URL, amount="三亿", project=claim.project.code).status_code == 404
    missing = by["longshan"].post(URL, {})
    assert missing.status_code == 422 and Claim.objects.count() == 1


def test_幂等_同一键只登记一次_拒绝之后键还能用(cast: Any, by: Callers) -> None:
    refused = sent(by["longshan"], URL, key="k1", **{**TYPED, "proof": ""})
    assert rules_of(refused) == ["claim.proof"] and not Claim.objects.exists()
    first = sent(by["longshan"], URL, key="k1", **TYPED)
    again = sent(by["longshan"], URL, key="k1", **TYPED)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and Claim.objects.count() == 1
    other = sent(by["longshan"], URL, key="k1", **{**TYPED, "project_name": "另一个项目"})
    assert other.status_code == 409
    assert rules_of(sent(by["longshan"], URL, key="k2", **TYPED)) == ["claim.twice"]


def test_裁定的份额只分给各方_不是一方的裁不了(cast: Any, by: Callers) -> None:
    f.register(cast)
    conflict = f.register(cast, "dongfeng").conflict
    assert conflict is not None
    url = f"{URL}/conflicts/{conflict.code}"
    wrong = {"lead_unit": "xian", "shares": [{"unit": "xian", "share": "50"}, {"unit": "无此", "share": "50"}],
             "reason": "试"}  # fmt: skip
    assert rules_of(by["heyan"].post(f"{url}/rule", wrong)) == ["ruling.lead", "ruling.party"]
    twice = {"lead_unit": "longshan", "shares": [{"unit": "longshan", "share": "50"}] * 2, "reason": "试"}  # fmt: skip
    assert rules_of(by["heyan"].post(f"{url}/rule", twice)) == ["ruling.twice"]
    for who, status in (
        ("chen", 403),
        ("longshan", 403),
        ("zhaoji", 403),
        ("xian", 404),
        ("keji", 404),
    ):
        assert by[who].post(f"{url}/rule", wrong).status_code == status, who
    assert by["chen"].post(f"{url}/appeal", {"reason": "试"}).status_code == 404
    assert rules_of(by["longshan"].post(f"{url}/appeal", {"reason": "不服"})) == ["appeal.closed"]
    listed = by["longshan"].get(f"{URL}/conflicts?pending=true").json()
    assert [row["code"] for row in listed["items"]] == [conflict.code]
    assert by["xian"].get(f"{URL}/conflicts").json()["items"] == []
    closed = by["heyan"].post(f"{url}/dismiss", {"reason": "不是一件"}).json()
    assert closed["state"] == "closed"
    claim = Claim.objects.get(unit__code="dongfeng")
    assert by["dongfeng"].get(f"{URL}/{claim.code}").json()["acts"] == ["found", "end"]
    assert by["dongfeng"].post(f"{URL}/{claim.code}/project").json()["state"] == "protected"


def test_撞单过去某天的状态_由裁定与时刻推出(cast: Any, by: Callers, settings: Any) -> None:
    f.register(cast)
    conflict = f.register(cast, "dongfeng").conflict
    assert conflict is not None
    url = f"{URL}/conflicts/{conflict.code}/rule"
    settings.JUYUAN_NOW = (cast.NOW + timedelta(days=3)).isoformat()
    shares = [{"unit": "longshan", "share": "100"}]
    by["heyan"].post(url, {"lead_unit": "longshan", "shares": shares, "reason": "先登记"})
    later = cast.NOW + timedelta(days=20)
    jobs.settle_rulings(today=later.date(), now=later)
    settings.JUYUAN_NOW = (later + timedelta(days=1)).isoformat()
    Conflict.objects.update(state="open")  # 冗余的状态列错了也不影响过去的样子
    seen = []
    for day in ("2026-11-19", "2026-11-20", "2026-11-23", "2026-12-10"):
        rows = by["heyan"].get(f"{URL}/conflicts?as_of={day}").json()["items"]
        seen.append([row["state"] for row in rows])
    assert seen == [[], ["open"], ["ruled"], ["final"]]
    for day, pending, ruled in (("2026-11-20", 1, 0), ("2026-11-23", 1, 1), ("2026-12-10", 0, 1)):
        for name, wanted in (("pending", pending), ("ruled", ruled)):
            found = by["heyan"].get(f"{URL}/conflicts?{name}=true&as_of={day}").json()
            assert found["total"] == wanted, (day, name)


def test_s3_2b_期初成批确认_有一件看不见的全都不办(cast: Any, by: Callers) -> None:
    url = f"{URL}/opening/confirm"
    claim = f.register(cast).claim
    assert by["chen"].post(url, {"codes": [claim.code], "reason": "核过"}).status_code == 403
    assert rules_of(by["heyan"].post(url, {"codes": [claim.code], "reason": "核过"})) == ["claim.not_opening"]  # fmt: skip
    assert rules_of(by["heyan"].post(url, {"reason": "核过"})) == ["claim.opening_none"]
    assert by["heyan"].post(url, {"codes": [claim.code, "SQ-NOSUCH"], "reason": "x"}).status_code == 404  # fmt: skip


def test_补交凭据_已有文件的不收_不是本单位的不准(cast: Any, by: Callers) -> None:
    claim = f.register(cast).claim
    url = f"{URL}/{claim.code}/file"
    assert rules_of(sent(by["longshan"], url)) == ["claim.filed"]
    assert sent(by["heyan"], url).status_code == 403
    assert sent(by["dongfeng"], url).status_code == 404
    Claim.objects.update(file_use_id=None, file_sha256="")  # 台账导来的只写了文件名
    done = sent(by["longshan"], url, "补交的纪要")
    assert done.status_code == 200, done.content.decode()
    names = [file["name"] for file in done.json()["files"]]  # 同一时刻交的,先后不定
    assert len(names) == 2 and "纪要.pdf" in names
    assert rules_of(sent(by["longshan"], url)) == ["claim.filed"]


def test_s3_2b_接口立撞单_商务主管部门_当事人不知理由(cast: Any, by: Callers) -> None:
    first = f.register(cast).claim
    other = {"name": "宁波某某新材料有限公司", "project_name": "高性能纤维项目",
             "content": "年产纤维一万吨", "site": ""}  # fmt: skip
    later = f.register(cast, "dongfeng", subject=other, now=cast.NOW + timedelta(hours=1)).claim
    body = {"first": first.code, "second": later.code, "reason": "同一实际控制人的同一条产线"}
    assert by["longshan"].post(f"{URL}/conflicts", body).status_code == 403
    assert by["sysadmin"].post(f"{URL}/conflicts", body).status_code == 404
    assert rules_of(by["heyan"].post(f"{URL}/conflicts", body | {"second": "SQ-NOSUCH"})) == [
        "raise.unknown"
    ]
    assert rules_of(by["heyan"].post(f"{URL}/conflicts", body | {"reason": " "})) == [
        "raise.reason"
    ]
    assert not Conflict.objects.exists()
    made = by["heyan"].post(f"{URL}/conflicts", body)
    assert made.status_code == 201, made.content.decode()
    assert (made.json()["source"], len(made.json()["sides"])) == ("hand", 2)
    seen = by["dongfeng"].get(f"{URL}/conflicts/{made.json()['code']}")
    assert seen.status_code == 200 and "实际控制人" not in seen.content.decode()
    assert rules_of(by["heyan"].post(f"{URL}/conflicts", body)) == ["raise.pending"]
