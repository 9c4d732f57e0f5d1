"""评审的接口:次序 404、403、412、422;与网页同一批动作;评审人只得到自己的分。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.foundation.people.actions import make_token
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.tests import reviewfactories as r

pytestmark = pytest.mark.django_db
BASE = "/api/v1/reviews"


@pytest.fixture(autouse=True)
def _now(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()


def call(cast: Any, who: str, method: str, path: str = "", data: Any = None, **headers: str) -> Any:
    token = make_token(actor=Actor.console(), username=who, now=cast.NOW)
    client = cast.client(who)
    headers = {"Authorization": f"Bearer {token}", **headers}
    if method == "GET":
        return client.get(f"{BASE}{path}", headers=headers)
    return client.post(
        f"{BASE}{path}", data or {}, content_type="application/json", headers=headers
    )


def test_s3_4b_送审_清单_一次(cast: Any) -> None:
    project = r.ready(cast)
    body = {"project": project.code, "land_mu": "20", "energy_tce": "800", "city_funds": "0",
            "annual_tax": "200", "annual_output": "8000", "jobs": 120, "build_months": 12}  # fmt: skip
    assert call(cast, "dongfeng", "POST", data=body).status_code == 404
    assert call(cast, "caizheng", "POST", data=body).status_code == 403
    assert call(cast, "gongxin", "POST", data={"project": project.code}).status_code == 422
    made = call(cast, "gongxin", "POST", data=body)
    assert made.status_code == 201, made.content
    got = made.json()
    assert (got["state"], got["level"], got["county"], got["total_investment"]) == (
        "accepted", "county", "longshan", "4900",
    )  # fmt: skip
    assert got["acts"] == ["diligence", "withdraw"] and len(got["card"]) == 10
    assert call(cast, "gongxin", "POST", data=body).json()["findings"][0]["rule"] == "review.open"
    page = call(cast, "chen", "GET", "?tab=open&count=exact").json()
    assert [row["code"] for row in page["items"]] == [got["code"]] and page["total"] == 1
    assert call(cast, "chen", "GET", "?state=nothing").status_code == 422
    assert call(cast, "dongfeng", "GET", f"/{got['code']}").status_code == 404
    assert call(cast, "dongfeng", "GET").json()["items"] == []


def test_s3_4b_声明_评分_复核_意见_决定_调取(cast: Any) -> None:
    review = r.appointed(cast, r.sent(cast, r.MIDDLE))
    at = f"/{review.code}"
    marks = [
        {"indicator": m.indicator, "score": str(m.score), "evidence": m.evidence, "note": m.note}
        for m in r.marks(review)
    ]
    assert call(cast, "gongxin", "POST", f"{at}/declare", {"interest": False}).status_code == 403
    for who in r.reviewers_of(review):
        assert call(cast, who, "POST", f"{at}/declare", {"interest": False}).status_code == 200
        got = call(cast, who, "POST", f"{at}/score", {"marks": marks})
        assert got.status_code == 200, got.content
    stale = call(
        cast, "longshan_head", "POST", f"{at}/score", {"marks": marks}, **{"If-Match": '"1"'}
    )
    assert stale.status_code == 412
    body = {"reviewer": "longshan_head",
            "marks": [{"indicator": "chain_fit", "score": "15", "note": "偏高"}]}  # fmt: skip
    assert call(cast, "longshan_head", "POST", f"{at}/recheck", body).status_code == 403
    got = call(cast, "longshan_shangwu", "POST", f"{at}/recheck", body)
    assert got.json()["card"][0]["final"] == "15.60"
    from juyuan.rooms.evaluation.actions.reviewscoring import finish_scoring

    finish_scoring(actor=cast.actor("longshan"), review=r.fresh(review), now=cast.NOW)
    assert call(cast, "chen", "POST", f"{at}/opinion", {"answer": "compliant"}).status_code == 403
    assert call(cast, "heyan", "POST", f"{at}/opinion", {"answer": "more"}).status_code == 422
    assert call(cast, "heyan", "POST", f"{at}/opinion", {"answer": "compliant"}).status_code == 200
    wrong = call(cast, "longshan_head", "POST", f"{at}/decide", {"result": "conditional"})
    assert {f["rule"] for f in wrong.json()["findings"]} == {"review.departs", "review.conditions"}
    body = {"result": "conditional", "reasons": "须补环评",
            "conditions": [{"text": "环评批复", "by": "2026-12-31", "evidence": "批复"}]}  # fmt: skip
    got = call(cast, "longshan_head", "POST", f"{at}/decide", body)
    assert got.status_code == 200, got.content
    (decision,) = got.json()["decisions"]
    assert (decision["result"], decision["total"], decision["paper"][:3]) == ("conditional", "89.40", "GW-")  # fmt: skip
    up = f"{at}/call-up"
    assert call(cast, "heyan", "POST", up, {"reason": "x"}).status_code == 403
    got = call(cast, "shangwuju_head", "POST", up, {"reason": "涉及布局"}).json()
    assert (got["state"], got["level"]) == ("reviewing", "city") and got["called_up_at"]
    assert Review.objects.get().state == "reviewing"


def test_s3_4b_评审人打分期间只得到自己的分(cast: Any) -> None:
    review = r.scored(cast, r.sent(cast, r.LARGE))
    got = call(cast, "keji", "GET", f"/{review.code}").json()
    seen = {seat["person"]: len(seat["scores"]) for seat in got["reviewers"]}
    assert seen == {"keji": 10, "ziran": 0, "fagai": 0} and got["total"] is None
    whole = call(cast, "heyan", "GET", f"/{review.code}").json()
    assert {len(seat["scores"]) for seat in whole["reviewers"]} == {10} and whole[
        "total"
    ] == "90.00"
