"""只许看认定事实的人,处处得到认定当日冻结的内容,不是项目此刻的。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.rooms.pipeline.actions.recognise import withdraw_recognition
from juyuan.rooms.pipeline.exchange import export_rows
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.detail import facts_page
from juyuan.rooms.pipeline.queries.frozen import frozen_of
from juyuan.rooms.pipeline.queries.records import records, with_related
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
NOW_TOTAL, NOW_CONTRACT = 73_194 * f.YI, 68_531 * f.YI


@pytest.fixture
def changed(cast: Any, as_owner: Any) -> tuple[Project, Any]:
    """签约已认定,此后项目表里的内容变了(补充协议一类的路;此处直接改表)。"""
    project = f.recognised(cast, Stage.SIGNED)
    was = frozen_of([project])[project.pk]
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE pipeline_project SET total_investment = %s, contract_amount = %s,"
            " committed_investment = %s, lead_unit_id = NULL, chain_id = NULL, node_id = NULL"
            " WHERE id = %s",
            [NOW_TOTAL, NOW_CONTRACT, NOW_CONTRACT, project.pk],
        )
        cursor.execute(
            "UPDATE pipeline_projecthost SET share_bp = 1 WHERE project_id = %s", [project.pk]
        )
    project.refresh_from_db()
    assert was.total != NOW_TOTAL and was.lead and was.chain and was.hosts
    return project, was


def test_接口的列表与单个_给冻结的(cast: Any, changed: Any) -> None:
    project, was = changed
    rows = list(with_related(Project.objects.filter(pk=project.pk)))
    [limited] = records(rows, cast.actor("caizheng"), TODAY)
    assert limited["sight"] == "facts"
    assert limited["total_investment"] == f"{was.total // f.WAN}"
    assert limited["contract_amount"] == f"{was.contract // f.WAN}"
    assert limited["committed_investment"] == f"{was.committed // f.WAN}"
    assert (limited["lead_unit"], limited["chain"]) == (was.lead[0], was.chain[0])
    assert limited["host_units"] == [{"unit": was.hosts[0][0], "share": "100.00"}]
    [full] = records(rows, cast.actor("heyan"), TODAY)
    assert (full["sight"], full["total_investment"]) == ("full", f"{NOW_TOTAL // f.WAN}")
    assert full["lead_unit"] is None


@pytest.mark.parametrize("who", ["caizheng", "shenji"])
def test_导出给冻结的_申报内容一格也没有(cast: Any, changed: Any, who: str) -> None:
    project, was = changed
    [row] = export_rows(cast.actor(who), {}, TODAY)
    shown = {name: value for name, value in row.items() if value not in ("", None)}
    assert shown == {
        "code": project.code,
        "name": project.name,
        "lead_unit": was.lead[1],
        "host_units": was.hosts[0][1],
        "chain": was.chain[1],
        "stage": "签约",
        "status": "已认定",
        "standing": "推进",
        "total_investment": was.total,
        "contract_amount": was.contract,
        "committed_investment": was.committed,
        "updated_at": was.recorded_at,
    }
    [full] = export_rows(cast.actor("heyan"), {}, TODAY)
    assert full["total_investment"] == NOW_TOTAL


def test_网页的清单与详情给冻结的(cast: Any, changed: Any) -> None:
    project, was = changed
    page = facts_page(project)
    assert (page.lead, page.chain) == (was.lead[1], was.chain[1])
    assert page.hosts == tuple((label, share) for _, label, share in was.hosts)
    client = cast.client("caizheng")
    for url in ("/projects/", f"/projects/{project.code}/"):
        text = client.get(url, {"unit": "yi"}).content.decode()
        for now in ("73194", "73,194", "68531", "68,531"):
            assert now not in text
        assert f"{was.total // f.YI}" in text


def test_过去某日还没有认定的_导出里没有这一行(cast: Any, changed: Any) -> None:
    project, _ = changed
    assert frozen_of([project], TODAY.replace(year=2025)) == {}
    assert list(export_rows(cast.actor("caizheng"), {"as_of": "2025-01-01"}, TODAY)) == []


def test_认定撤回之后_此刻没有_那一日还有(cast: Any, changed: Any) -> None:
    project, was = changed
    fresh = Project.objects.get(pk=project.pk)
    withdraw_recognition(
        actor=cast.actor("heyan"), project=fresh, reason="不实", now=NOW.replace(year=NOW.year + 1)
    )
    assert frozen_of([project]) == {}
    assert frozen_of([project], TODAY)[project.pk].total == was.total
