"""线索的接口:报、办、转项目;过去某天;次序;报来的人看不见内部;别人看不见线索。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.rooms.first_contact.tests.test_api import Callers, rules_of, sent
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.tests import factories as f

pytestmark = pytest.mark.django_db
URL = "/api/v1/leads"
TYPED = {
    "channel": "chamber", "investor_name": "浙江安澜纺织科技有限公司", "amount": "30000",
    "content": "年产三万吨高端纱线", "contact_phone": "0571-88886666", "jobs": 320,
}  # fmt: skip
PROOF = {
    "project_name": "安澜高端纱线项目", "proof": "minutes", "contacted_on": "2026-11-20",
    "evidence_on": "2026-11-20", "two_way": "true",
}  # fmt: skip


@pytest.fixture
def by(cast: Any, settings: Any) -> Callers:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)
    return Callers(cast)


def marks(cast: Any) -> list[dict[str, str]]:
    return [{"code": m.code, "mark": "yes", "reason": "内部核实过"} for m in f.marks(cast)]


def test_s2_5b_商会从接口报来_一路到项目_内部的看不见(cast: Any, by: Callers) -> None:
    made = by["shanghui"].post(URL, {"investor_name": "安澜"})
    assert made.status_code == 201, made.content.decode()
    draft = made.json()
    url = f"{URL}/{draft['code']}"
    assert (draft["state"], draft["channel"], draft["referrer_kind"]) == ("draft", "chamber", "chamber")  # fmt: skip
    assert rules_of(by["shanghui"].post(f"{url}/submit")) == ["lead.needed"] * 3
    assert by["shanghui"].patch(url, TYPED).status_code == 428
    stale = by["shanghui"].patch(url, TYPED, **{"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["theirs"]) == (412, {"version": 1})
    kept = by["shanghui"].patch(url, TYPED, **{"If-Match": '"1"'}).json()
    assert (kept["amount"], kept["jobs"], kept["version"]) == ("30000", 320, 2)
    assert by["chen"].get(url).status_code == 404  # 草稿只有报送人看得见
    sent_in = by["shanghui"].post(f"{url}/submit").json()
    assert (sent_in["state"], sent_in["acts"]) == ("submitted", ["withdraw"])
    assert [(c["clock"], c["due_on"]) for c in sent_in["clocks"]] == [("answer", "2026-11-23")]
    assert rules_of(by["shanghui"].patch(url, {"remark": "再改"}, **{"If-Match": '"3"'})) == ["lead.fixed"]  # fmt: skip

    assert by["shanghui"].post(f"{url}/answer", {"reason": "自己答"}).status_code == 403
    assert by["chen"].post(f"{url}/answer", {"reason": "已收到,小陈联系您"}).status_code == 200
    assert rules_of(by["chen"].post(f"{url}/assign", {"unit": "无此"})) == ["lead.unit"]
    given = by["chen"].post(f"{url}/assign", {"unit": "longshan"}, **{"If-Match": '"4"'})
    assert given.json()["unit"] == "longshan", given.content.decode()
    assert by["dongfeng"].post(f"{url}/judge", {}).status_code == 404
    assert by["chen"].post(f"{url}/judge", {"outcome": "drop"}).status_code == 403
    judged = {"marks": marks(cast), "outcome": "follow", "reason": "建议跟进"}
    short = by["longshan"].post(f"{url}/judge", {**judged, "marks": judged["marks"][1:]})
    assert rules_of(short) == ["lead.mark", "lead.mark_reason"]
    assert by["longshan"].post(f"{url}/judge", judged).json()["state"] == "judged"
    done = sent(by["longshan"], f"{url}/convert", key="k1", **PROOF)
    again = sent(by["longshan"], f"{url}/convert", key="k1", **PROOF)
    assert done.status_code == 200 and again.json() == done.json(), done.content.decode()
    body = done.json()
    assert (body["state"], body["check"]["tier"]) == ("converted", 0)
    assert body["project"] and body["claim"] and body["stage"] == "planning"
    claim = by["longshan"].get(f"/api/v1/first-contacts/{body['claim']}").json()
    assert (claim["project"], claim["amount"]) == (body["project"], "30000")

    seen = by["shanghui"].get(url).json()
    assert [seen[name] for name in ("stage", "project", "claim", "conflict", "assignee")] == ["planning", None, None, None, None]  # fmt: skip
    assert [s["verb"] for s in seen["steps"]] == ["register", "submit", "answer", "convert"]
    assert "内部核实过" not in str(seen) and body["project"] not in str(seen)
    assert [s["verb"] for s in body["steps"]][3:] == ["assign", "judge", "convert"]
    assert body["steps"][4]["marks"][0]["reason"] == "内部核实过"


def test_s2_5b_撞上别的单位_只答由谁裁定_线索留着(cast: Any, by: Callers) -> None:
    from juyuan.rooms.first_contact.tests import factories as talks

    other = talks.register(cast, "dongfeng").claim
    lead = f.judged(cast)
    made = sent(by["longshan"], f"{URL}/{lead.code}/convert", **PROOF)
    assert made.status_code == 200, made.content.decode()
    body = made.json()
    assert (body["state"], body["project"], body["check"]["ruled_by"]) == ("contested", None, "shangwuju")  # fmt: skip
    assert body["conflict"] and other.code not in made.content.decode()
    assert other.project is not None and other.project.code not in made.content.decode()
    assert by["shanghui"].get(f"{URL}/{lead.code}").json()["conflict"] is None


def test_清单_条件_过去某天_看得见的才有(cast: Any, by: Callers, settings: Any) -> None:
    lead, other = f.submitted(cast), f.submitted(cast, "longshan", channel="department")
    later = cast.NOW + timedelta(days=5)
    f.judged(cast, f.assigned(cast, lead, now=later), now=later)
    settings.JUYUAN_NOW = later.isoformat()
    for query, wanted in (
        ("", [other.code, lead.code]), ("sort=created_at", [lead.code, other.code]),
        ("channel=department", [other.code]), ("state=judged", [lead.code]), ("unit=longshan", [lead.code]),
        ("state=judged&as_of=2026-11-21", []), ("state=submitted&as_of=2026-11-21", [other.code, lead.code]),
        ("among=under_way&as_of=2026-11-19", []), ("among=registered", [other.code, lead.code]),
        ("q=%00安澜&limit=1", [other.code]), ("late=true", [other.code, lead.code]),
    ):  # fmt: skip
        found = by["chen"].get(f"{URL}?{query}").json()
        assert [row["code"] for row in found["items"]] == wanted, query
    assert by["chen"].get(f"{URL}?state=submitted&as_of=2026-11-21").json()["items"][1]["state"] == "submitted"  # fmt: skip
    assert by["shanghui"].get(URL).json()["total"] == 1
    assert by["guwen"].get(URL).json()["items"] == []
    assert by["sysadmin"].get(URL).status_code == 404
    assert rules_of(by["chen"].get(f"{URL}?stage=x&sort=amount")) == ["filter.unknown", "filter.sort"]  # fmt: skip
    assert rules_of(by["chen"].get(f"{URL}?channel=没有")) == ["filter"]
    assert rules_of(by["chen"].get(f"{URL}?as_of=2099-01-01")) == ["as_of_future"]
    assert rules_of(by["chen"].get(f"{URL}?late=true&as_of=2026-11-21")) == ["filter"]
    assert rules_of(by["chen"].get(f"{URL}?cursor=AAAA")) == ["format.cursor"]


def test_清单的语句数不随行数增加(cast: Any, by: Callers) -> None:
    counts = []
    for _ in range(4):
        f.submitted(cast)
        by["chen"].get(URL)
        with CaptureQueriesContext(connection) as seen:
            by["chen"].get(URL)
        counts.append(len(seen))
    assert counts[0] == counts[-1], counts


def test_看不见与没有一个样_不准的先说不准_再问格式(cast: Any, by: Callers) -> None:
    lead = f.submitted(cast)
    for verb in ("answer", "assign", "judge", "refuse", "withdraw", "convert", "submit"):
        for bad in ({}, {"多余": 1}):
            hidden = by["guwen"].post(f"{URL}/{lead.code}/{verb}", bad)
            absent = by["guwen"].post(f"{URL}/XS-NOSUCH/{verb}", bad)
            assert (hidden.status_code, hidden.content) == (404, absent.content), verb
    assert by["shanghui"].post(f"{URL}/{lead.code}/assign", {"多余": 1}).status_code == 403
    stale = by["chen"].post(f"{URL}/{lead.code}/refuse", {"多余": 1}, **{"If-Match": '"9"'})
    assert stale.status_code == 412
    assert rules_of(by["chen"].post(f"{URL}/{lead.code}/refuse", {"reason": " "})) == ["lead.reason"]  # fmt: skip
    said = by["chen"].post(f"{URL}/{lead.code}/refuse", {"reason": "用能超出园区指标"}).json()
    assert (said["state"], said["fate"]) == ("refused", "用能超出园区指标")
    assert by["shanghui"].get(f"{URL}/{lead.code}").json()["fate"] == "用能超出园区指标"


def test_幂等_报两次只有一条_拒绝之后键还能用(cast: Any, by: Callers) -> None:
    body = {**TYPED, "submit": True}
    refused = by["shanghui"].post(URL, {**body, "content": ""}, **{"Idempotency-Key": "k"})
    assert rules_of(refused) == ["lead.needed"] and not Lead.objects.exists()
    first = by["shanghui"].post(URL, body, **{"Idempotency-Key": "k"})
    again = by["shanghui"].post(URL, body, **{"Idempotency-Key": "k"})
    assert (first.status_code, again.json()) == (201, first.json())
    assert Lead.objects.count() == 1
    assert by["shanghui"].post(URL, TYPED, **{"Idempotency-Key": "k"}).status_code == 409
    assert rules_of(by["shanghui"].post(URL, {})) == ["lead.nothing"]
    assert by["caizheng"].post(URL, {"amount": "很多"}).status_code == 403


def test_s2_5b_接口交附件_看得见线索的看得见附件(cast: Any, by: Callers) -> None:
    draft = by["shanghui"].post(URL, TYPED | {"submit": True}).json()
    url = f"{URL}/{draft['code']}"
    assert draft["files"] == []
    assert sent(by["longshan"], f"{url}/files", title="来函").status_code == 404
    assert rules_of(sent(by["shanghui"], f"{url}/files", title=" ")) == ["lead.file_title"]
    done = sent(by["shanghui"], f"{url}/files", title="来函", key="one")
    assert done.status_code == 201, done.content.decode()
    again = sent(by["shanghui"], f"{url}/files", title="来函", key="one")
    assert again.json() == done.json()
    (file,) = by["chen"].get(url).json()["files"]
    assert (file["title"], file["name"]) == ("来函", "纪要.pdf") and file["at"].endswith("+08:00")
