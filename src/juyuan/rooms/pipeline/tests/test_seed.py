"""仿真项目:同种子同内容,与登记的项目同形,统计与检索照常。"""

from __future__ import annotations

import pytest

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.search.grams import stored_grams
from juyuan.foundation.search.queries import find
from juyuan.rooms.chains.tests.factories import make_chain
from juyuan.rooms.pipeline.actions.seed import _grams, seed_projects
from juyuan.rooms.pipeline.models import Project, ProjectHost
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def shape() -> list[tuple[object, ...]]:
    return list(
        Project.objects.order_by("id").values_list("name", "stage", "total_investment", "standing")
    )


def test_同种子同内容_统计重演相等_检索得到(cast) -> None:
    f.parameters(cast)
    make_chain()
    assert seed_projects(scale=60, seed=7, now=cast.NOW) == 60
    first = shape()
    live = {r.name: r.value for r in compute()}
    replay = {r.name: r.value for r in compute(as_of=cast.TODAY)}
    assert live == replay
    assert sum(
        live[f"{s}_projects"] for s in ("planning", "negotiation", "intent", "signed", "landed")
    ) == (Project.objects.filter(standing__in=["active", "paused"]).count())
    for project in Project.objects.all():
        hosts = ProjectHost.objects.filter(project=project)
        assert sum(h.share_bp for h in hosts) == 10000
        assert sum(h.total_part for h in hosts) == project.total_investment
    one = Project.objects.first()
    found = find(one.name[2:8], cast.actor("heyan"))
    assert one.name in {hit.title for group in found.groups for hit in group.hits}
    seed_projects(scale=60, seed=7, now=cast.NOW)
    assert shape()[60:] == first


@pytest.mark.parametrize(
    "text", ["安澜年产12万件高端纱线生产基地项目", "hzalfzkj", "ly7k3m9qab", "甲乙"]
)
def test_切片与检索所存的相同(text) -> None:
    assert _grams(text) == stored_grams(text)
