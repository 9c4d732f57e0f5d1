"""样例的照抄(tests/replay.py):与真造逐行相同;拿不准的一律真造。"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.storage import path_of
from juyuan.foundation.policy.queries import pinned
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.replay import SHELF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open() -> None:
    if not SHELF.ready:
        pytest.skip("连接没有所有者身份,或以 JUYUAN_TEST_REPLAY=0 关掉:一律真造,没有照抄可验")


def everything() -> dict[str, list[str]]:
    """全库逐行。"""
    found = {}
    with connection.cursor() as cursor:
        for table in SHELF.tables:
            cursor.execute(f"SELECT r::text FROM {table} AS r ORDER BY 1")
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def tried(make: Any) -> tuple[dict[str, list[str]], dict[str, Any], int]:
    """造一次再退回:(全库, 返回的项目, 照抄了几次)。"""
    before = SHELF.hits
    with transaction.atomic():
        project = make()
        rows, held = (
            everything(),
            {f.attname: getattr(project, f.attname) for f in Project._meta.fields},
        )
        transaction.set_rollback(True)
    return rows, held, SHELF.hits - before


def test_照抄与真造逐行相同_返回的也相同(cast: Any) -> None:
    def make() -> Project:
        return f.recognised(cast, Stage.LANDED, name="只在这里造的", total_investment=7 * f.YI)

    real, made, _ = tried(make)
    copied, again, hits = tried(make)
    assert hits == 1
    assert copied == real
    assert again == made
    assert sum(map(len, real.values())) - sum(map(len, everything().values())) > 100


def test_照抄之后接着走_与接着真造相同(cast: Any) -> None:
    """照抄的项目与别的一样能办事:编号不撞,版本对得上。"""
    f.at(cast, Stage.SIGNED, name="再走一步")
    with transaction.atomic():
        transaction.set_rollback(True)
    landed = f.recognised(cast, Stage.LANDED, name="另一个")
    assert Project.objects.get(pk=landed.pk).recognised_stage == "landed"
    assert Project.objects.values("pk").distinct().count() == 2


def test_库不同就真造(cast: Any) -> None:
    def make() -> Project:
        return f.planning(cast, name="库不同")

    tried(make)
    cast.add("xinlai", "longshan", "clerk")
    rows, _, hits = tried(make)
    assert hits == 0
    assert any("xinlai" in row for row in rows["people_account"])


def test_有替换的函数_钉住的参数_就真造(cast: Any, monkeypatch: Any) -> None:
    def make() -> Project:
        return f.planning(cast, name="不照抄")

    tried(make)
    with pinned():
        assert tried(make)[2] == 0
    monkeypatch.setattr(f, "WAN", 1)
    assert tried(make)[2] == 0
    monkeypatch.undo()
    assert tried(make)[2] == 1


def test_文件不在了就真造(cast: Any) -> None:
    def make() -> Project:
        return f.at(cast, Stage.INTENT, name="文件没了")

    with transaction.atomic():
        make()
        lost = path_of(StoredFile.objects.earliest("pk").sha256)
        transaction.set_rollback(True)
    lost.unlink()
    rows, _, _ = tried(make)
    assert lost.exists()
    assert rows["files_storedfile"]
