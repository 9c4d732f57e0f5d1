"""门:权限矩阵逐行真的去请求;没有列入的网址、多余的行都失败;看不见与不存在一模一样;坏参数不出 500。"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http.cookie import SimpleCookie
from django.test import override_settings
from django.urls import reverse

from juyuan.faces.web import matrix, matrixbase
from juyuan.faces.web.matrix import OBJECTS, PAGES, VIEWERS, Page
from tests.architecture.world import USERS, World
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]
QUERY = {"pipeline:move": "?to=landed"}
BODY = {"pipeline:move": "to=landed"}  # 没有去处就没有门可问
NASTY = (
    "cursor=%00&page=%00&after=%00", "cursor=AAAA&limit=-1&page=-1&offset=-1&after=-1",
    "cursor=eyJ4IjoxfQ&limit=99999999999999999999&page=9999999999999999999",
    "q=%00&name=%00&0-name=%00abc&key=%00", "q=%ff%fe%c3%28&stage=%ff&sort=%ff&kind=%ed%a0%80",
    "q=' OR 1=1 --&sort=name;DROP TABLE x&stage='&chain='\"&host_unit='&lead_unit='",
    "q=<script>alert(1)</script>&sort=-__class__&by=<b>&state=<b>&who=<b>&event=<b>",
    "as_of=0000-00-00&on=9999-99-99&since=99999-01-01&until=-1", "as_of=9999-12-31", "as_of=0001-01-01",
    "limit=abc&cursor=%F0%9F%98%80&page=1e9&view=[]&cols=%00,a&columns=%00,a&format=exe",
    "min=-99999999999999999999&max=99999999999999999999999&year=-1&month=13",
    "q=" + "长" * 3000, "to=%00&fact=%00&stage=..%2f..%2fetc&v=%00&from=%00&unit=%00&next=//evil.example",
    "sort=&sort=&q=&q=a&stage=signed&stage=landed&limit=0", "q=%25_%5C*()[]{}^$|&type=%00&obj=%00&refused=2",
    "_=%E2%80%AE&q=%E2%80%AE%E2%80%8B&timed_out=%00&all=%00",
)  # fmt: skip
GROUPS: dict[str, list[Page]] = {}
"""分组请求:每组一次布置,失败时一眼看出在哪一间。"""
for _page in PAGES:
    GROUPS.setdefault(_page.name.rpartition(":")[0] or "web", []).append(_page)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """一个模块一座城市,在一个事务里;每次请求写下的随即撤回(见 `call`),最后整个撤回。"""
    with (
        django_db_blocker.unblock(),
        override_settings(JUYUAN_NOW=Cast.NOW.isoformat()),
        transaction.atomic(),
    ):
        yield World(Cast())
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper() -> None:
    """盖掉 pytest-django 的逐测试事务:本模块一个事务(见 `world`)。"""


def url_of(world: World, page: Page, level: str = "normal") -> str:
    """按网址自己的参数名取样例对象。"""
    pattern = matrix.urls()[page.name]
    given = {k: v for k, v in world.kwargs(page.name, level).items() if f"{k}>" in pattern}
    return reverse(page.name, kwargs=given)


def call(world: World, viewer: str, page: Page, url: str, method: str = "GET") -> Any:
    """请求一次,写下的一切随即撤回;登录的 cookie 原样留着。"""
    client = world.client(viewer)
    kept = SimpleCookie(client.cookies.output(header="", sep=";"))
    client.raise_request_exception = False
    extra: dict[str, Any] = {"headers": world.headers(viewer)} if page.is_api else {}
    if page.is_api and method != "GET":
        extra |= {"data": "{}", "content_type": "application/json"}
    elif method != "GET":
        extra |= {
            "data": BODY.get(page.name, ""), "content_type": "application/x-www-form-urlencoded",
        }  # fmt: skip
    with transaction.atomic():
        response = client.generic(method, url, **extra)
        if not response.streaming:
            _ = response.content
        transaction.set_rollback(True)
    if "session" in kept:
        client.cookies["session"] = kept["session"].value
    return response


def test_每个网址都在矩阵里_矩阵没有多余的行() -> None:
    listed = [page.name for page in PAGES]
    assert len(listed) == len(set(listed))
    assert set(matrix.urls()) == set(listed)


def test_矩阵的每一行写全每个人() -> None:
    for row in matrix.rows():
        assert set(row) == set(matrixbase.HEADS)
        assert row["url"].startswith("/")
        assert all(row[viewer] for viewer in VIEWERS)
    assert set(VIEWERS) == {"anonymous", *USERS}


def test_匿名除公开的以外一律去登录() -> None:
    public = {
        page.name
        for page in PAGES
        for method in page.methods
        if page.expected("anonymous", method) not in (302, 401, 405)
    }
    assert public == {
        "healthz", "readyz", "login", "api:openapi-json", "api:openapi-view", "api:api-root",
        "notices:feed",
    }  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_逐行请求与矩阵逐格相同(world: World, group: str) -> None:
    wrong = []
    for page in GROUPS[group]:
        for target in OBJECTS if page.door.has_object else ("normal",):
            url = url_of(world, page, target) + QUERY.get(page.name, "")
            for method in dict.fromkeys(["GET", *page.methods]):
                for viewer in VIEWERS:
                    wanted = page.expected(viewer, method, target)
                    response = call(world, viewer, page, url, method)
                    if response.status_code != wanted:
                        wrong.append(
                            (page.name, target, method, viewer, wanted, response.status_code)
                        )
                    elif wanted == 302 and viewer == "anonymous":
                        assert response["Location"].startswith("/login/"), page.name
    assert not wrong, "\n".join(map(str, wrong))


def test_看不见与不存在逐字节相同(world: World) -> None:
    """同一个人:别处的限名单对象与根本没有的对象,正文与响应头(除 Date)全同。"""
    nowhere = {
        "code": "LY-NOSUCH",
        "use_id": uuid.UUID(int=7),
        "void_id": 987654321,
        "duty_id": 987654321,
    }
    for page in PAGES:
        if not page.door.has_object:
            continue
        pattern = matrix.urls()[page.name]
        known = {
            k: v for k, v in world.kwargs(page.name, "restricted").items() if f"{k}>" in pattern
        }
        absent = known | {k: v for k, v in nowhere.items() if k in known}
        if "code" in absent and not pattern.startswith(
            ("/projects", "/investors", "/api", "/first-contacts", "/leads")
        ):
            continue
        for viewer in VIEWERS:
            for method in page.methods:
                if viewer == "anonymous" or page.expected(viewer, method, "restricted") != 404:
                    continue
                answers = [
                    call(
                        world,
                        viewer,
                        page,
                        reverse(page.name, kwargs=given) + QUERY.get(page.name, ""),
                        method,
                    )
                    for given in (known, absent)
                ]
                seen, gone = (
                    (
                        r.status_code,
                        r.content,
                        {k: v for k, v in r.headers.items() if k not in ("Date", "Expires")},
                        r.cookies.output(),
                    )
                    for r in answers
                )
                assert seen == gone, (page.name, viewer, method)


def test_不存在的网址也是同样的页(world: World) -> None:
    hidden = world.client("other").get(f"/projects/{world.projects['restricted'].code}/")
    missing = world.client("other").get("/no/such/page/")
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert dict(hidden.headers) == dict(missing.headers)
    assert "X-Request-ID" not in hidden.headers


@pytest.mark.parametrize("group", GROUPS)
def test_坏参数不出500(world: World, group: str) -> None:
    """由一个进得去的人,对每个可 GET 的网址逐条试坏参数。"""
    broken = []
    for page in GROUPS[group]:
        inside = [viewer for viewer in VIEWERS if page.expected(viewer) == page.get]
        if page.get == 405 or not inside:
            continue
        viewer, url = inside[-1] if "verifier" not in inside else "verifier", url_of(world, page)
        for nasty in NASTY:
            response = call(world, viewer, page, f"{url}?{nasty}")
            if response.status_code >= 500:
                broken.append((page.name, nasty[:80], response.status_code))
    assert not broken, "\n".join(map(str, broken))
