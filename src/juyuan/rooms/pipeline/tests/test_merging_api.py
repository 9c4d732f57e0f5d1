"""合并项目的接口:计划、办、并进来的、撤销;次序 404、403、412、422;看不见的不漏。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.rooms.pipeline.models import Project, ProjectMerge
from juyuan.rooms.pipeline.tests.test_api import Caller
from juyuan.rooms.pipeline.tests.test_merging import fresh, pair

pytestmark = pytest.mark.django_db
URL = "/api/v1/projects"


@pytest.fixture(autouse=True)
def _today(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()


def rules_of(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content.decode()
    return [finding["rule"] for finding in answer.json()["findings"]]


def test_s3_3b_看计划_办_指针_撤销(cast: Any) -> None:
    gone, kept = pair(cast)
    by, url = Caller(cast, "heyan"), f"{URL}/{gone.code}/merge"
    assert by.get(url).json()["target"] is None
    assert rules_of(by.get(f"{url}?target=LY-NOSUCH1")) == ["merge.target"]
    plan = by.get(f"{url}?target={kept.code}").json()
    assert (plan["allowed"], plan["blocks"]) == (True, [])
    assert {m["label"]: m["count"] for m in plan["moves"]}["证据"] == 1
    assert "location" in {fill["name"] for fill in plan["fills"]}
    body = {"target": kept.code, "source_version": plan["source_version"],
            "target_version": plan["target_version"], "fills": ["location"],
            "reason": "裁定为同一件"}  # fmt: skip
    assert rules_of(by.post(url, body | {"reason": ""})) == ["merge.reason"]
    assert rules_of(by.post(url, body | {"fills": ["name"]})) == ["merge.fill"]
    stale = by.post(url, body | {"target_version": 99})
    assert stale.status_code == 412
    assert not ProjectMerge.objects.exists() and fresh(gone).merged_into_id is None
    made = by.post(url, body)
    assert made.status_code == 201, made.content.decode()
    assert fresh(gone).merged_into_id == kept.pk and fresh(kept).location == "东丰纺织园A1地块"
    assert by.get(f"{URL}/{gone.code}").status_code == 404
    (line,) = by.get(f"{URL}/{kept.code}/merges").json()["items"]
    assert (line["source"], line["target"], line["undone_at"]) == (gone.code, kept.code, None)
    undo = f"{URL}/merges/{line['id']}/undo"
    assert rules_of(by.post(undo, {"reason": ""})) == ["merge.reason"]
    back = by.post(undo, {"reason": "认错了"})
    assert back.status_code == 200 and back.json()["undone_at"]
    assert by.get(f"{URL}/{gone.code}").status_code == 200
    assert by.get(f"{URL}/{kept.code}/merges").json()["items"] == []


@pytest.mark.parametrize(("who", "status"), [("longshan", 403), ("chen", 403), ("shenji", 404)])
def test_谁办不了_什么也没有发生(cast: Any, who: str, status: int) -> None:
    gone, kept = pair(cast)
    by = Caller(cast, who)
    body = {"target": kept.code, "source_version": gone.version, "target_version": kept.version,
            "reason": "同一件"}  # fmt: skip
    for answer in (by.get(f"{URL}/{kept.code}/merge?target={gone.code}"),
                   by.post(f"{URL}/{kept.code}/merge", body | {"target": gone.code}),
                   by.post(f"{URL}/merges/1/undo", {"reason": "试"})):  # fmt: skip
        assert answer.status_code == (404 if "merges" in answer.request["PATH_INFO"] else status)
    assert by.post(f"{URL}/{kept.code}/merge", {"bad": 1}).status_code == status
    assert not ProjectMerge.objects.exists()
    assert Project.objects.filter(merged_into__isnull=False).count() == 0


def test_看不见的留下的一个与没有的_答得一样(cast: Any) -> None:
    gone, _ = pair(cast)
    hidden = Project.objects.create(
        code="LY-HIDDEN01", name="限名单的", name_key="限名单的", confidentiality="restricted",
        stage="planning", stage_since=cast.TODAY, created_at=cast.NOW, updated_at=cast.NOW,
    )  # fmt: skip
    by = Caller(cast, "shangwuju_head")
    said = {
        by.get(f"{URL}/{gone.code}/merge?target={code}").content.decode()
        for code in (hidden.code, "LY-NOSUCH1")
    }
    assert len(said) == 1
