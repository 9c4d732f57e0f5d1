"""业务人员与三员打得开的每一个网址(取自权限矩阵):两种宽度都无障碍 0 违规、不横滚、控制台没有错。"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from juyuan.faces.web.matrix import BY_NAME, PAGES, urls
from juyuan.faces.web.matrixbase import IN
from tests.architecture.world import USERS, World
from tests.browser.conftest import Site
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
PREFERRED = ("verifier", "own", "own_head", "clerk", "sysadmin", "secadmin", "auditadmin")
NOT_PAGES = {
    "healthz", "readyz", "file_download", "exchange:template", "exchange:refused",
    "exchange:source", "exchange:export", "work:progress", "pipeline:suggest_investors", "pipeline:cell",
    "pipeline:monthly_book", "first_contact:paper", "papers:file", "figures_monthly_book", "council:materials",
}  # fmt: skip
"""下载、探针、只回一小块的。"""

QUERY = {"pipeline:move": "?to=landed"}


def viewer_of(name: str) -> str:
    """打得开这一页的第一个人。"""
    page = BY_NAME[name]
    return next((v for v in PREFERRED if page.expected(v) == page.get), "anonymous")


SHOWN = [p.name for p in PAGES if p.get == 200 and not p.name.startswith("api:")]
HTML = [name for name in SHOWN if name not in NOT_PAGES]


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    def world() -> World:
        with transaction.atomic():
            return World(Cast())

    return world


@pytest.fixture(scope="module")
def windows(module_site: Site) -> Callable[[str], Any]:
    """每人一扇窗,整个模块用着。"""
    opened: dict[str, Any] = {}

    def window(viewer: str) -> Any:
        if viewer not in opened:
            opened[viewer] = module_site.open(
                "/menu/" if viewer in USERS else "/login/", who=USERS.get(viewer, "")
            )
            module_site.contexts.clear()
        opened[viewer].faults.clear()
        return opened[viewer]

    return window


def address(world: World, name: str) -> str:
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", urls()[name])
    objects = world.kwargs(name) | {"position": world.batch.rows.earliest("position").position}
    return reverse(name, kwargs={key: objects[key] for key in wanted}) + QUERY.get(name, "")


@pytest.mark.parametrize("name", HTML)
def test_每一页都打得开_看得清_不横滚(site: Site, windows: Any, name: str) -> None:
    page = windows(viewer_of(name))
    answer = page.goto(site.url + address(site.city, name))
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert re.search(r"[\u4e00-\u9fff]", page.title()), page.title()
    site.both(page)


def test_不是整页的确实不是整页(site: Site) -> None:
    for name in sorted(NOT_PAGES):
        viewer = viewer_of(name)
        assert BY_NAME[name].expected(viewer) in (IN, 200)
        answer = site.city.client(viewer).get(address(site.city, name))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"<html" not in body[:2000].lower(), name
