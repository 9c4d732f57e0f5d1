"""项目的匹配键:登记、修改、作废各写各的;升级之前登记的由任务补齐,重复执行不再写。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.rooms.investors.jobs import fill_keys as fill_investors
from juyuan.rooms.investors.models import Investor, MatchKey, NearKey
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.jobs import fill_keys
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def keys(project: Project) -> set[tuple[str, str]]:
    rows = MatchKey.objects.filter(object_type="project", object_id=project.pk)
    return set(rows.values_list("kind", "value"))


def test_登记即有名称与地块键_改名随之而改_作废即撤(cast: Any) -> None:
    project = f.planning(cast, name="年产三万吨轴承项目", location="龙山区工业集中区A3地块")
    assert keys(project) == {("name", "三万吨轴承"), ("parcel", "工业集中区a3地块")}
    f.edit(cast, project, "longshan", cast.NOW, name="精密轴承基地项目", location="工业集中区")
    assert keys(project) == {("name", "精密轴承基地")}  # 只说哪个园区,不成地块键
    request = request_void(actor=cast.actor("longshan"), project=project, reason="重", now=cast.NOW)
    settle_void(actor=cast.actor("heyan"), request=request, agree=True, now=cast.NOW)
    assert keys(project) == set()


def test_补齐升级之前的_已有的不动_再跑一次什么也不写(cast: Any) -> None:
    f.planning(cast, name="精密轴承")
    backer = f.investor(cast, name="宁波市联诚轴承有限公司")
    near = NearKey.objects.get(object_type="investor", object_id=backer).keys
    rows = set(MatchKey.objects.values_list("kind", "value", "object_type", "object_id"))
    MatchKey.objects.filter(object_type="project").delete()
    NearKey.objects.all().delete()
    when = {"today": cast.TODAY, "now": cast.NOW}
    assert fill_keys(**when)["filled"] == Project.objects.count() == 1
    assert fill_investors(**when)["filled"] == Investor.objects.count()
    assert NearKey.objects.get(object_type="investor", object_id=backer).keys == near
    assert set(MatchKey.objects.values_list("kind", "value", "object_type", "object_id")) == rows
    assert fill_keys(**when)["filled"] == fill_investors(**when)["filled"] == 0
