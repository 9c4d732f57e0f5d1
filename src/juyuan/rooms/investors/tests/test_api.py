"""接口:次序(404、403、428/412、422)、版本、幂等、金额写法、404 同字节。"""

import json

import pytest
from django.test import Client

from juyuan.foundation.people.actions import make_token
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import held_answer
from juyuan.rooms.investors.models import Case, Investor, MergeRecord
from juyuan.rooms.investors.tests.factories import CODE, NAME, investor

pytestmark = pytest.mark.django_db
URL = "/api/v1/investors"


class Caller:
    def __init__(self, cast, who):
        self.token = make_token(actor=Actor.console(), username=who, now=cast.NOW)

    def __call__(self, method, path="", body=None, **headers):
        extra = {f"HTTP_{k.upper()}": v for k, v in headers.items()}
        return Client().generic(
            method,
            URL + path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {self.token}",
            **extra,
        )


def messages(response):
    return [f["message"] for f in response.json()["findings"]]


def test_register_read_edit(cast):
    call = Caller(cast, "longshan")
    body = {"name": NAME, "uscc": CODE, "registered_capital": "1234.5678", "honours": ["listed"]}
    made = call("POST", "", body)
    assert made.status_code == 201
    code = made.json()["code"]
    assert made.json()["registered_capital"] == "1234.5678"
    assert made.json()["owner_unit"] == "longshan"
    path = f"/{code}"
    assert call("PATCH", path, {"place": "杭州"}).status_code == 428
    stale = call("PATCH", path, {"place": "杭州"}, if_match='"9"')
    assert (stale.status_code, stale.json()["theirs"]) == (412, {"version": 1})
    edited = call("PATCH", path, {"place": "杭州", "registered_capital": None}, if_match='"1"')
    assert edited.status_code == 200
    assert edited.json()["version"] == 2
    assert edited.json()["registered_capital"] is None
    assert edited.json()["uscc"] == CODE
    page = call("GET", "?kind=enterprise&honour=listed&is_key=false&sort=name&limit=1").json()
    assert [row["code"] for row in page["items"]] == [code]
    assert (page["next"], page["total"]) == (None, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "有限公司"}, "name"),
        ({"name": NAME, "uscc": "1"}, "uscc"),
        ({"name": NAME, "registered_capital": "1e5"}, "payload.registered_capital"),
        ({"name": NAME, "registered_capital": 5}, "payload.registered_capital"),
        ({"name": NAME, "honours": ["best"]}, "payload.honours.0"),
        ({"name": NAME, "unknown": 1}, "payload.unknown"),
        ({"name": "a\x00b公司"}, "name"),
    ],
)
def test_nonsense_is_422_and_leaves_nothing(cast, body, field):
    answer = Caller(cast, "longshan")("POST", "", body)
    assert answer.status_code == 422
    assert answer.json()["findings"][0]["field"].removeprefix("payload.") == field.removeprefix(
        "payload."
    )
    assert not Investor.objects.exists()


def test_out_of_sight_is_the_same_bytes_as_nothing(cast):
    row = investor(cast)
    call = Caller(cast, "dongfeng")
    never = call("GET", "/TZ-NEVERWAS").content
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"place": "x"}),
        ("PATCH", "", {"nonsense": 1}),
        ("POST", "/aliases", {"name": "别名"}),
        ("POST", "/contacts", {}),
        ("GET", "/merge-plan", None),
        ("POST", "/merge", {}),
    ):
        answer = call(method, f"/{row.code}{path}", body)
        assert (answer.status_code, answer.content) == (404, never), (method, path)
    assert call("GET", "/%00").content == never
    assert call("GET", "/..%2f").status_code == 404


def test_visible_but_not_allowed_is_403_before_the_body_is_judged(cast):
    row = investor(cast, by="chen")
    Investor.objects.filter(pk=row.pk).update(owner_unit=cast.unit("gongxin"))
    call = Caller(cast, "chen")
    assert call("POST", f"/{row.code}/merge", {}).status_code == 403
    assert Caller(cast, "caizheng")("POST", "", {"x": 1}).status_code == 403
    assert Caller(cast, "longshan")("GET", "/cases").status_code == 403
    assert Caller(cast, "longshan")("POST", "/cases/1/settle", {}).status_code == 403
    assert Caller(cast, "longshan")("POST", "/merges/1/undo", {}).status_code == 403


def test_a_hidden_collision_tells_nothing_and_leaves_one_case_even_with_a_key(cast):
    row = investor(cast, uscc=CODE)
    call = Caller(cast, "dongfeng")
    for headers in ({}, {"idempotency_key": "k1"}, {"idempotency_key": "k1"}):
        answer = call("POST", "", {"name": NAME}, **headers)
        assert answer.status_code == 422
        assert messages(answer) == [held_answer("市商务局")]
        assert row.code not in answer.content.decode()
        assert CODE not in answer.content.decode()
    assert Case.objects.count() == 1
    bureau = Caller(cast, "chen")
    (case,) = bureau("GET", "/cases").json()["items"]
    assert (case["unit"], case["investor"]) == ("dongfeng", row.code)
    settled = bureau("POST", f"/cases/{case['id']}/settle", {"same": True, "reason": "相符"})
    assert settled.json()["code"] == row.code
    assert call("GET", f"/{row.code}").status_code == 200
    assert (
        bureau("POST", f"/cases/{case['id']}/settle", {"same": True, "reason": "x"}).status_code
        == 422
    )
    assert bureau(
        "POST", "/cases/99999999999999999999/settle", {"same": True, "reason": "x"}
    ).status_code in (404, 422)


def test_a_retried_registration_is_one_act(cast):
    call = Caller(cast, "longshan")
    first = call("POST", "", {"name": NAME}, idempotency_key="k")
    again = call("POST", "", {"name": NAME}, idempotency_key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["code"] == again.json()["code"]
    assert call("POST", "", {"name": "别的公司"}, idempotency_key="k").status_code == 409
    assert Investor.objects.count() == 1


def test_contacts_are_for_those_who_wrote_them(cast):
    call = Caller(cast, "longshan")
    code = call("POST", "", {"name": NAME}).json()["code"]
    made = call("POST", f"/{code}/contacts", {"name": "李经理", "phone": "13812345678"})
    assert made.status_code == 201
    assert made.json()["contacts"][0]["phone"] == "13812345678"
    assert (
        call("POST", f"/{code}/aliases", {"name": "宏图"}).json()["aliases"][0]["kind"] == "short"
    )


def test_merge_and_undo(cast):
    gone, kept = investor(cast, name="宏图针织有限公司"), investor(cast)
    call = Caller(cast, "heyan")
    plan = call("GET", f"/{gone.code}/merge-plan?target={kept.code}").json()
    assert plan["allowed"]
    body = {k: plan[k] for k in ("target", "source_version", "target_version")}
    stale = call("POST", f"/{gone.code}/merge", {**body, "target_version": 7, "reason": "x"})
    assert stale.status_code == 412
    done = call("POST", f"/{gone.code}/merge", {**body, "reason": "同一家"})
    assert done.status_code == 200
    assert call("GET", f"/{gone.code}").json()["code"] == kept.code
    back = call("POST", f"/merges/{done.json()['id']}/undo", {"reason": "认错了"})
    assert back.json()["code"] == gone.code
    assert MergeRecord.objects.get().undone_at is not None


@pytest.mark.parametrize(
    "query", ["?cursor=bad", "?kind=x", "?limit=0", "?limit=x", "?count=all", "?is_key=maybe"]
)
def test_bad_questions_are_422(cast, query):
    assert Caller(cast, "longshan")("GET", query).status_code == 422


def test_pages_follow_each_other_without_gap_or_double(cast):
    names = {f"第{i}号公司" for i in range(7)}
    for name in names:
        investor(cast, name=name)
    call, seen, cursor = Caller(cast, "longshan"), [], ""
    while True:
        page = call("GET", f"?limit=3&sort=name&cursor={cursor}").json()
        seen += [row["name"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == 7
    assert set(seen) == names
