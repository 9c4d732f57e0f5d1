"""接口:清单与一条链;与网页同样裁剪、同样拒绝。"""

import json

import pytest

from juyuan.foundation.people.actions import make_token
from juyuan.rooms.chains.tests.factories import make_chain


@pytest.fixture
def chain(cast, settings):
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"
    return make_chain("C9", lead_unit=cast.unit("gongxin"), lead=cast.person("lianzhang"))


@pytest.fixture
def ask(client, cast):
    def of(who, url):
        token = make_token(actor=cast.actor(who), username=who, now=cast.NOW)
        found = client.get(url, headers={"Authorization": f"Bearer {token}"})
        return found.status_code, json.loads(found.content)

    return of


def test_the_list_names_lead_unit_with_its_origin(ask, chain):
    status, body = ask("longshan", "/api/v1/chains")
    assert status == 200
    assert (body["total"], body["next"]) == (1, None)
    (row,) = body["items"]
    assert row["code"] == "C9"
    assert (row["lead_unit"], row["lead_unit_origin"]) == ("gongxin", "建议值")
    assert row["chain_lead"] == {
        "name": "链长",
        "unit": "市工业和信息化局",
        "starts_on": "2025-07-07",
    }
    assert row["secretary"] is None
    assert (row["segments"], row["gaps"], row["weak"]) == (4, 2, 1)


def test_a_chain_is_given_whole(ask, chain):
    status, body = ask("chen", "/api/v1/chains/C9")
    assert status == 200
    assert [node["position"] for node in body["nodes"]] == [
        "upstream",
        "midstream",
        "downstream",
        "lateral",
    ]
    weave = body["nodes"][1]
    assert (weave["supply"], weave["origin"]) == ("weak", "建议值")
    assert weave["enterprises"] == [
        {"name": "C9甲织造有限公司", "is_anchor": True, "origin": "建议值", "clause": ""}
    ]
    assert [s["clause"] for s in body["sentences"]] == ["4.1b", "4.1c"]
    assert [(c["level"], c["level_label"]) for c in body["catalogue"]] == [
        ("encouraged", "鼓励"),
        ("forbidden", "禁止"),
    ]
    assert body["responsible"] == [
        {"unit": "gongxin", "name": "市工业和信息化局", "is_lead": True, "lead_origin": "建议值"}
    ]


def test_an_unknown_chain_is_not_found(ask, chain):
    assert ask("chen", "/api/v1/chains/C0")[0] == 404


@pytest.mark.parametrize("who", ["sysadmin", "kong"])
@pytest.mark.parametrize("url", ["/api/v1/chains", "/api/v1/chains/C9"])
def test_those_without_a_business_post_are_told_why(ask, chain, who, url):
    status, body = ask(who, url)
    assert status == 403
    assert body["findings"][0]["clause"] == "4.0b"


def test_without_a_token_there_is_nothing(client, chain):
    assert client.get("/api/v1/chains").status_code == 401
