"""接口描述逐个操作核对:请求头、拒绝的状态与正文;写着的与实际的相同。"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from juyuan.foundation.people.actions import make_token
from juyuan.kernel.actor import Actor

pytestmark = pytest.mark.django_db
REFUSALS = {
    "401": "Message", "403": "Findings", "404": "Missing", "409": "Message", "412": "Conflict",
    "422": "Findings", "428": "Message",
}  # fmt: skip
OURS = "/api/v1"
MAY_MATCH = {
    "/projects": ("advance", "recognise", "withdraw-recognition", "standing"),
    "/first-contacts": (
        "extend",
        "lapse",
        "take-up",
        "end",
        "hand-over",
        "accept",
        "project",
        "file",
    ),
    "/first-contacts/conflicts": ("evidence", "rule", "appeal", "dismiss"),
    "/leads": (
        "submit",
        "withdraw",
        "answer",
        "assign",
        "judge",
        "feed-back",
        "refuse",
        "convert",
    ),
    "/reviews": ("call-up", "decide", "declare", "opinion", "recheck", "score"),
    "/opinions": ("draft", "resubmit", "return", "revoke", "send-back", "sign", "withdraw"),
    "/promises": ("breach", "press", "release", "actuals", "debts/{debt_id}"),
    "/letters": ("decide", "outcome", "deliver", "reply", "talk"),
    "/meetings": (
        "call", "end", "start", "items/{item_id}/confirm", "items/{item_id}/decide",
    ),
    "/problems": ("close",),
    "/action-items": ("close", "extension", "extension/answer", "report", "return", "submit"),
}  # fmt: skip
"""这些操作的 If-Match 可带可不带。"""
SCRUTINY = (
    "doubts/{pk}",
    "privileges/{pk}/remove",
    "scrutiny/close",
    "scrutiny/return",
    "scrutiny/submit",
)
PAPERS = ("words", "submit", "approve", "return", "issue", "void", "deliveries")
"""公文的每一步都须带 If-Match。"""


@pytest.fixture
def schema() -> dict[str, Any]:
    found: dict[str, Any] = Client().get(f"{OURS}/openapi.json").json()
    return found


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(p, m, op) for p, methods in schema["paths"].items() for m, op in methods.items()]


def headers(operation: dict[str, Any]) -> dict[str, bool]:
    return {p["name"]: p["required"] for p in operation["parameters"] if p["in"] == "header"}


def test_every_operation_declares_its_refusals_with_their_shapes(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        answers = operation["responses"]
        wanted = {"401", "403", "404", "422"} | (set() if method == "get" else {"412"})
        assert wanted <= set(answers), (path, method)
        for status in set(answers) & set(REFUSALS):
            ref = answers[status]["content"]["application/json"]["schema"]["$ref"]
            assert ref.endswith(f"/{REFUSALS[status]}"), (path, method, status)
        assert operation["operationId"] and operation["summary"] and operation["tags"]


def test_headers_stand_where_they_are_read_and_nowhere_else(schema: dict[str, Any]) -> None:
    found = {(p.removeprefix(OURS), m): headers(op) for p, m, op in operations(schema)}
    must = {key for key, names in found.items() if names.get("If-Match")}
    assert must == {
        (f"/{what}/{{code}}", "patch") for what in ("projects", "investors", "leads")
    } | {(f"/papers/{{code}}/{verb}", "post") for verb in PAPERS}
    may = {key for key, names in found.items() if names.get("If-Match") is False}
    assert may == {
        (f"{start}/{{code}}/{verb}", "post") for start, verbs in MAY_MATCH.items() for verb in verbs
    } | {("/projects/{code}/privileges/{pk}", "put")} | {
        (f"/projects/{{code}}/{verb}", "post") for verb in SCRUTINY
    }  # fmt: skip
    once = {key[0] for key, names in found.items() if "Idempotency-Key" in names}
    assert {
        "/projects", "/investors", "/imports", "/projects/{code}/vouchers", "/projects/{code}/void",
        "/parameters/{key}/proposals", "/projects/{code}/escalation/report",
        "/projects/{code}/supplements", "/leads", "/leads/{code}/convert", "/first-contacts", "/first-contacts/conflicts/{code}/evidence",
    } <= once  # fmt: skip
    for path, method, operation in operations(schema):
        names = headers(operation)
        assert ("428" in operation["responses"]) == ("If-Match" in names), (path, method)
        assert ("409" in operation["responses"]) == ("Idempotency-Key" in names), (path, method)


def test_identifiers_are_unique_and_references_resolve(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    ids = [op["operationId"] for _, _, op in operations(schema)]
    assert len(ids) == len(set(ids))
    known = schema["components"]["schemas"]

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            ref = node.get("$ref")
            if isinstance(ref, str):
                assert ref.rsplit("/", 1)[-1] in known, ref
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(schema)
    for path, _, operation in operations(schema):
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path


def test_wrong_method_answers_in_words(cast: Any) -> None:
    token = make_token(actor=Actor.console(), username="longshan", now=cast.NOW)
    answer = Client().delete(f"{OURS}/projects", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer.status_code == 405 and set(answer["Allow"].split(", ")) >= {"GET", "POST"}
    body = json.loads(answer.content)
    assert "不能用 DELETE" in body["detail"] and "GET" in body["detail"]
    page = cast.client("longshan").delete("/figures/")
    assert page.status_code == 405 and "不能用 DELETE" in page.content.decode()
    assert "text/html" in page["Content-Type"]
