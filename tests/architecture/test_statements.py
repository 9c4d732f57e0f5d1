"""每一页的 SQL 条数与行数无关:项目多到三倍,条数不变;也不超过 `bench/queries.json` 里记下的数。

条数确实要变的,把失败信息里的那几行改进 `bench/queries.json`,与改动一起提交。
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.faces.web import doors
from juyuan.faces.web.matrix import PAGES, Page
from juyuan.rooms.pipeline.actions.seed import seed_projects
from tests.architecture.test_doors import url_of
from tests.architecture.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]
BASELINE = Path(__file__).parents[2] / "bench" / "queries.json"
VIEWERS = ("verifier", "own", "sysadmin", "secadmin", "auditadmin")
EXTRA = {"pipeline:list": ("?stage=signed", "?q=高端", "?as_of=2026-01-01")}
ROWS = 120  # 少了有的单位、有的日子一行也没有,空表与有行的表条数本来不同


def pages(world: World) -> dict[str, tuple[str, str]]:
    """名称 → (看的人, 网址):逐页找一个打得开的人。"""
    found = {}
    for page in PAGES:
        if page.get != 200:
            continue
        for viewer in VIEWERS:
            url = _opens(world, viewer, page)
            if url:
                for more in ("", *EXTRA.get(page.name, ())):
                    found[page.name + more] = (viewer, url + more)
                break
    return found


def _opens(world: World, viewer: str, page: Page) -> str:
    url = url_of(world, page)
    return url if _get(world, viewer, url).status_code == 200 else ""


def _get(world: World, viewer: str, url: str) -> Any:
    client = world.client(viewer)
    client.raise_request_exception = False
    return client.get(url, headers=world.headers(viewer) if url.startswith("/api/") else {})


def counted(world: World, wanted: dict[str, tuple[str, str]]) -> dict[str, int]:
    """每页的条数(先打开一次,让按进程记住的都记住)。"""
    found = {}
    for name, (viewer, url) in wanted.items():
        _get(world, viewer, url)
        with CaptureQueriesContext(connection) as seen:
            assert _get(world, viewer, url).status_code == 200, url
        found[name] = len(seen)
    return found


def test_各页的条数与行数无关_不超过记下的(
    cast: Any, settings: Any, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    # 会话每分钟续记一次(三条):机器慢时会落在哪一页说不准,与行数无关,不在此数
    monkeypatch.setattr(doors, "TOUCH_SECONDS", doors.IDLE_SECONDS)
    caplog.set_level(logging.ERROR)
    world = World(cast)
    seed_projects(scale=ROWS, seed=1, now=cast.NOW)
    wanted = pages(world)
    once = counted(world, wanted)
    seed_projects(scale=2 * ROWS, seed=2, now=cast.NOW)
    thrice = counted(world, wanted)
    grown = {name: (n, thrice[name]) for name, n in once.items() if thrice[name] > n}
    assert not grown, f"条数随行数增加:{grown}"
    kept = json.loads(BASELINE.read_text(encoding="utf-8"))
    over = {name: n for name, n in thrice.items() if n > kept.get(name, 0)}
    assert not over, "比 bench/queries.json 多,或没有记下:\n" + json.dumps(
        over, ensure_ascii=False, indent=1
    )
    gone = sorted(kept.keys() - thrice.keys())
    assert not gone, f"bench/queries.json 里多出的页:{gone}"
