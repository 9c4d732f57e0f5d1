"""仿真项目:同种子同内容,与动作所写的行同形,统计、检索、全库关系照常。"""

from __future__ import annotations

import pytest
from django.db import connection

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.invariants import check as invariants
from juyuan.foundation.search.grams import stored_grams
from juyuan.foundation.search.models import SearchRow
from juyuan.foundation.search.queries import find
from juyuan.kernel.names import key_text
from juyuan.kernel.near import near_keys
from juyuan.rooms.chains.tests.factories import make_chain
from juyuan.rooms.investors.models import Investor, MatchKey, NearKey
from juyuan.rooms.pipeline.actions import seed as seeding
from juyuan.rooms.pipeline.actions.common import refresh_search
from juyuan.rooms.pipeline.actions.seed import code_of, seed_projects
from juyuan.rooms.pipeline.actions.seedwords import grams
from juyuan.rooms.pipeline.models import Project, ProjectHost
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db

SCHEMA = (
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text ~ '^(pipeline|search)_'"
    " UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'f' ORDER BY 1"
)


def shape() -> list[tuple[object, ...]]:
    return list(
        Project.objects.order_by("id").values_list("name", "stage", "total_investment", "standing")
    )


def found_rows() -> set[str]:
    columns = ("object_id", "field", "weight", "text", "grams")
    return set(map(str, SearchRow.objects.filter(object_type="project").values_list(*columns)))


def schema() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def city(cast):
    f.parameters(cast)
    make_chain()
    return cast


def test_编号由主键定_一百万个也不撞() -> None:
    far = range(10**6, 2 * 10**6, 7)
    assert len({code_of(pk) for pk in far}) == len(far)
    assert code_of(1) != code_of(2) and len(code_of(1)) == 8


def test_同种子同内容_统计重演相等_检索得到(city) -> None:
    assert seed_projects(scale=60, seed=7, now=city.NOW) == 60
    first = shape()
    live = {r.name: r.value for r in compute()}
    replay = {r.name: r.value for r in compute(as_of=city.TODAY)}
    assert live == replay
    assert sum(
        live[f"{s}_projects"] for s in ("planning", "negotiation", "intent", "signed", "landed")
    ) == (Project.objects.filter(standing__in=["active", "paused"]).count())
    for project in Project.objects.all():
        hosts = ProjectHost.objects.filter(project=project)
        assert sum(h.share_bp for h in hosts) == 10000
        assert sum(h.total_part for h in hosts) == project.total_investment
    one = Project.objects.first()
    found = find(one.name[2:8], city.actor("heyan"))
    assert one.name in {hit.title for group in found.groups for hit in group.hits}
    seed_projects(scale=60, seed=7, now=city.NOW)
    assert shape()[60:] == first


def test_全库的关系都成立_检索行与动作所写的相同(city) -> None:
    seed_projects(scale=300, seed=3, now=city.NOW)
    assert invariants(city.TODAY) == []
    seeded = found_rows()
    for project in Project.objects.all():
        refresh_search(project)
    assert found_rows() == seeded


def test_名称键与逐个拆的相同(city) -> None:
    seed_projects(scale=1500, seed=5, now=city.NOW)
    assert all(p.name_key == project_key(p.name) for p in Project.objects.all())
    investors = Investor.objects.in_bulk()
    assert all(i.key == key_text(i.name) for i in investors.values())
    for key in MatchKey.objects.filter(object_type="investor", kind="name"):
        assert key.value == investors[key.object_id].key
    near = NearKey.objects.filter(object_type="investor", object_id__in=investors)
    assert len(near) == len(investors)
    assert all(tuple(row.keys) == near_keys(investors[row.object_id].name) for row in near)


def test_撤下的索引与外键原样建回_内容与逐行写的相同(city, monkeypatch) -> None:
    before = schema()
    seed_projects(scale=80, seed=9, now=city.NOW)
    plain = shape()
    monkeypatch.setattr(seeding, "BARE_FROM", 1)
    monkeypatch.setattr(seeding, "CHUNK", 80)
    seed_projects(scale=80, seed=9, now=city.NOW)
    assert schema() == before
    assert shape()[80:] == plain
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "juyuan_app"


def test_造到一半断了_什么也不留(city, monkeypatch) -> None:
    before = schema()
    monkeypatch.setattr(seeding, "BARE_FROM", 1)
    monkeypatch.setattr(seeding, "CHUNK", 20)

    def fail(done: int, total: int) -> None:
        if done > 20:
            raise RuntimeError("断了")

    with pytest.raises(RuntimeError, match="断了"):
        seed_projects(scale=60, seed=1, now=city.NOW, progress=fail)
    assert not Project.objects.exists()
    assert schema() == before


@pytest.mark.parametrize(
    "text", ["安澜年产12万件高端纱线生产基地项目", "hzalfzkj", "ly7k3m9qab", "甲乙"]
)
def test_切片与检索所存的相同(text) -> None:
    assert grams(text) == "{" + ",".join(stored_grams(text)) + "}"
