"""就地改一格:与编辑页同一个动作、同一套权限、版本、冻结、门槛;拒绝之后什么也不留。"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.foundation.ledger.models import Event
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.forms.quick import FIELDS
from juyuan.rooms.pipeline.rules.quick import (
    CELLS,
    FROZEN_BY_SIGNING,
    frozen_fields,
    open_cells,
)
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.pages import form_data, get, post, traces, url
from juyuan.rooms.pipeline.views.tables import EXPORTED, columns

HX = {"headers": {"HX-Request": "true"}}


@pytest.mark.parametrize("stage", ["", *STAGES])
def test_s3_3b_签约认定之后总投资那一格不开(stage: str) -> None:
    signed = stage in (Stage.SIGNED, Stage.LANDED)
    assert frozen_fields(stage) == (FROZEN_BY_SIGNING if signed else frozenset())
    assert CELLS.keys() - open_cells(stage) == ({"total"} if signed else set())


def test_能改的格都有列_有表单_能导出() -> None:
    keys = {column.key for column in columns("yi")}
    assert CELLS.keys() == FIELDS.keys() and CELLS.keys() <= keys
    assert keys == EXPORTED.keys()


db = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings: Any) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


def opened(cast: Any, project: Any, cell: str, who: str = "longshan") -> dict[str, Any]:
    return form_data(get(cast, who, url("cell", project.code, cell), **HX))


NEW = [
    ("location", {"location": "西安镇工业区A-03"}, "location", "西安镇工业区A-03"),
    ("total", {"total_investment": "1.5亿元"}, "total_investment", 150_000_000),
    ("promised_start", {"promised_start_on": "2027-03-01"}, "promised_start_on", "2027-03-01"),
    ("promised_production", {"promised_production_on": "2028-03-01"}, "promised_production_on",
     "2028-03-01"),
    ("promised_capacity", {"promised_capacity_on": "2029-03-01"}, "promised_capacity_on",
     "2029-03-01"),
]  # fmt: skip


@db
@pytest.mark.parametrize(("cell", "typed", "name", "value"), NEW)
def test_改一格_只动这一格_回新的一行_台账记下(cast, cell, typed, name, value) -> None:
    project = f.planning(cast)
    before = draft_of(project)
    response = cast.client("longshan").post(
        url("cell", project.code, cell), opened(cast, project, cell) | typed,
        headers={"HX-Request": "true", "HX-Current-URL": f"http://x/projects/?c={cell},stage"},
    )  # fmt: skip
    html = response.content.decode()
    assert response.status_code == 200, html
    project.refresh_from_db()
    assert str(getattr(project, name)) == str(value)
    after = draft_of(project)
    assert replace(after, **{n: getattr(before, n) for n in CELLS[cell]}) == before
    assert html.count("<tr>") == 2 and f'data-pen="{project.code}:{cell}"' in html
    assert response["HX-Retarget"] == "closest tr" and response["HX-Reselect"] == "tbody > tr"
    told = json.loads(response["HX-Trigger-After-Settle"])["jy:row"]
    assert told["said"].endswith("已保存") and told["sums"] is (cell == "total")
    event = Event.objects.filter(event="pipeline.project.edited").get()
    assert set(event.after) <= set(CELLS[cell])


@db
def test_改环节_产业链随之而定_改首谈单位(cast) -> None:
    project = f.planning(cast)
    chain, node = f.chain_and_node()
    post(cast, "longshan", url("cell", project.code, "node"),
         opened(cast, project, "node") | {"node": node.code}, 200, **HX)  # fmt: skip
    project.refresh_from_db()
    assert (project.node_id, project.chain_id) == (node.pk, chain.pk)
    post(cast, "longshan", url("cell", project.code, "lead"),
         opened(cast, project, "lead") | {"lead_unit": "longshan"}, 200, **HX)  # fmt: skip
    project.refresh_from_db()
    assert project.lead_unit.code == "longshan"


@db
def test_没有变化_什么也不写(cast) -> None:
    project = f.planning(cast)
    before = traces(project)
    data = opened(cast, project, "location")
    response = cast.client("longshan").post(url("cell", project.code, "location"), data, **HX)
    assert "没有改动" in json.loads(response["HX-Trigger-After-Settle"])["jy:row"]["said"]
    assert traces(project) == before


@db
def test_不合规则_留在那一格说为什么依据哪条_什么也不留(cast) -> None:
    project = f.at(cast, Stage.INTENT)
    data = opened(cast, project, "lead") | {"lead_unit": ""}
    before = traces(project)
    html = post(cast, "longshan", url("cell", project.code, "lead"), data, 422, **HX)
    assert "data-quick" in html and "首谈单位" in html and "jy-err" in html and "jy-cl" in html
    assert traces(project) == before
    bad = opened(cast, project, "total") | {"total_investment": "很多"}
    post(cast, "longshan", url("cell", project.code, "total"), bad, 422, **HX)
    both = opened(cast, project, "total") | {"total_investment_unknown": "pending"}
    post(cast, "longshan", url("cell", project.code, "total"), both, 422, **HX)
    post(cast, "longshan", url("cell", project.code, "location"), {}, 422, **HX)
    post(cast, "longshan", url("cell", project.code, "location"),
         {"version": project.version}, 422, **HX)  # fmt: skip
    assert traces(project) == before


@db
def test_s3_3b_冻结的一格_打不开也交不进(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    before = traces(project)
    assert "冻结" in get(cast, "longshan", url("cell", project.code, "total"), 422, **HX)
    data = {
        "version": project.version,
        "total_investment": "99亿元",
        "total_investment_unknown": "",
    }
    html = post(cast, "longshan", url("cell", project.code, "total"), data, 422, **HX)
    assert "冻结" in html and traces(project) == before
    listing = get(cast, "longshan", url("list", v="all"))
    assert f'data-pen="{project.code}:lead"' in listing
    assert f'data-pen="{project.code}:total"' not in listing


@db
def test_他人先改过同一格_两边并排_用我的_留他的(cast) -> None:
    project = f.planning(cast, location="甲地")
    data = opened(cast, project, "location") | {"location": "我的丙地"}
    edit_project(actor=cast.actor("chen"), project=project, now=cast.NOW,
                 draft=replace(draft_of(project), location="他的乙地"))  # fmt: skip
    before = traces(project)
    html = post(cast, "longshan", url("cell", project.code, "location"), data, 412, **HX)
    assert traces(project) == before
    for word in ("他的乙地", "我的丙地", "用我的", "留他的", "还没有保存"):
        assert word in html
    assert "改的不是这一格" not in html
    kept = cast.client("longshan").get(url("cell", project.code, "location", row=1), **HX)
    assert kept.status_code == 200 and traces(project) == before
    post(cast, "longshan", url("cell", project.code, "location"), form_data(html), 200, **HX)
    project.refresh_from_db()
    assert project.location == "我的丙地"


@db
def test_他人改的是别的栏_说明白_不冲掉他的(cast) -> None:
    project = f.planning(cast, location="甲地")
    data = opened(cast, project, "location") | {"location": "丙地"}
    edit_project(actor=cast.actor("chen"), project=project, now=cast.NOW,
                 draft=replace(draft_of(project), remark="他的备注"))  # fmt: skip
    html = post(cast, "longshan", url("cell", project.code, "location"), data, 412, **HX)
    assert "改的不是这一格" in html
    post(cast, "longshan", url("cell", project.code, "location"), form_data(html), 200, **HX)
    project.refresh_from_db()
    assert (project.location, project.remark) == ("丙地", "他的备注")


@db
@pytest.mark.parametrize(("who", "status"), [("keji", 403), ("dongfeng", 404), ("sysadmin", 404)])
def test_不准的人_看不见的人_不留痕迹(cast, who, status) -> None:
    project = f.planning(cast, participant_ids=(cast.unit("keji").pk,))
    before = traces(project)
    for name in ("location", "没有这一格"):
        get(cast, who, f"/projects/{project.code}/cell/location/", status, **HX)
        data = {"version": project.version, "location": "改"}
        post(cast, who, url("cell", project.code, "location"), data, status, **HX)
        assert name and traces(project) == before
    get(cast, "longshan", url("cell", project.code, "name"), 404, **HX)


@db
def test_看得见不能改的行没有铅笔_过去的日子没有铅笔(cast) -> None:
    project = f.planning(
        cast, now=cast.NOW - timedelta(days=9), participant_ids=(cast.unit("keji").pk,)
    )
    for who, seen in (("longshan", True), ("chen", True), ("keji", False)):
        html = get(cast, who, url("list", v="all"))
        assert project.code in html
        assert ("data-pen" in html) is seen and ("pl-edit" in html) is seen, who
    past = get(cast, "longshan", url("list", v="all", as_of="2026-11-19"))
    assert project.code in past and "data-pen" not in past
    html = get(cast, "longshan", url("list", v="all"))
    assert f'href="{url("edit", project.code)}#id_lead_unit"' in html


@db
def test_改了就看不见的_撤下这一行(cast) -> None:
    project = f.planning(
        cast, by="dongfeng", name="东丰登记", lead_unit_id=cast.unit("longshan").pk,
        hosts=(), confidentiality="internal",
    )  # fmt: skip
    data = opened(cast, project, "lead") | {"lead_unit": "dongfeng"}
    response = cast.client("longshan").post(url("cell", project.code, "lead"), data, **HX)
    assert (response.status_code, response["HX-Reswap"]) == (200, "delete")
    assert response.content == b""
    project.refresh_from_db()
    assert project.lead_unit.code == "dongfeng"


@db
def test_铅笔不逐行查询(cast) -> None:
    actor = cast.actor("longshan")
    many = [f.planning(cast, name=f"第{n}个") for n in range(6)]

    def cost(projects: list[Any]) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert len(access.pens(actor, projects)) == len(projects)
        return len(seen)

    assert cost(many[:1]) == cost(many)
