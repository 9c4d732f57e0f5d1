"""网页与接口:列表、筛选、名称片段检索、深页、详情、接口一页,与地板相比。"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bench import floor
from bench.harness import Result, fresh, paired, statements, timed

AIM = "p95 ≤ 地板的 2 倍"
LIMIT = 2.0


def client() -> Any:
    """以商务主管部门经办登录的客户端(看得见一般与内部的项目)。"""
    from django.test import Client

    from juyuan.foundation.people.models import Account

    account = Account.objects.filter(
        person__posts__role="clerk", person__posts__unit__function="commerce"
    ).first()
    assert account is not None
    made = Client(raise_request_exception=True)
    made.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return made


def token(username: str) -> str:
    """接口令牌。"""
    from juyuan.faces.cli.manage_users import issue_token
    from juyuan.foundation.workdays.clock import now

    return issue_token(username=username, label="bench", now=now())


def addresses(browser: Any) -> dict[str, tuple[str, str]]:
    """名称 → (说明, 网址)。深页由列表的「下一页」走十次得来。"""
    from juyuan.rooms.pipeline.models import Project

    some = Project.objects.filter(source="registered").order_by("-id").first()
    assert some is not None
    part = some.name[2:8]
    found = {
        "list": ("项目列表第一页", "/projects/"),
        "filter": ("筛选:签约库", "/projects/?stage=signed"),
        "light": ("筛选:亮红灯的", "/projects/?light=bad"),
        "search": (f"名称片段检索「{part}」", f"/projects/?q={part}"),
        "detail": ("项目详情", f"/projects/{some.code}/"),
    }
    deep = _deep(browser, "/projects/", 10)
    if deep:
        found["deep"] = ("项目列表第十一页", deep)
    return found


def _deep(browser: Any, url: str, steps: int) -> str:
    for _ in range(steps):
        page = browser.get(url).content.decode()
        link = re.search(
            r'href="([^"]*(?:after|cursor)=[^"]+)"[^>]*>[^<]*(?:<[^>]+>[^<]*)*?下一页', page
        )
        if link is None:
            return ""
        target = link[1].replace("&amp;", "&")
        url = target if target.startswith("/") else urlsplit(url).path + target
    return url


def run(scale: int, wanted: Callable[[str], bool]) -> list[Result]:
    """网页各项,然后接口。"""
    browser = client()
    results = [
        _page(browser, name, label, url, scale)
        for name, (label, url) in addresses(browser).items()
        if wanted(name)
    ]
    if wanted("api"):
        results.append(_api(scale))
    if wanted("desk"):
        results.append(_counted("desk", "工作台整页", "/", browser, scale))
        results.append(_counted("board", "看板整页", "/projects/board/", browser, scale))
    return results


def _counted(name: str, label: str, url: str, browser: Any, scale: int) -> Result:
    """没有同样模板的地板可比的页:报 SQL 条数与数据库毫秒。"""
    assert browser.get(url).status_code == 200, url
    get = fresh(lambda: browser.get(url))
    sql, in_database = statements(get)
    p50, p95 = timed(get, rounds=10)
    return Result(
        name, label, scale, p50, p95, aim="数据库 ≤ 300 ms(100,000 个项目)",
        met=in_database <= 300 if scale >= 100_000 else None,
        more={"statements": sql, "database_ms": in_database},
    )  # fmt: skip


def _page(browser: Any, name: str, label: str, url: str, scale: int) -> Result:
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)  # 录一页的模板与上下文;计时之前拆掉
    try:
        shown = browser.get(url)
        assert shown.status_code == 200, (url, shown.status_code)
        template = shown.templates[0]
        context = shown.context[0] if isinstance(shown.context, list) else shown.context
        floor.record(template, context, None, _shown_ids(shown.content))
    finally:
        teardown_test_environment()
    return _judge(name, label, scale, lambda: browser.get(url), lambda: browser.get("/_floor/"))


def _api(scale: int) -> Result:
    from django.test import Client

    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token('shangwuju')}"}
    caller, url = Client(), "/api/v1/projects?limit=50"
    shown = caller.get(url, **bearer)
    assert shown.status_code == 200, shown.content
    body = json.loads(shown.content)
    floor.record(None, None, body, _ids([item["code"] for item in body["items"]]))
    result = _judge(
        "api",
        "接口一页 50 个",
        scale,
        lambda: caller.get(url, **bearer),
        lambda: caller.get("/api/_floor/page", **bearer),
    )
    _, bare = timed(lambda: caller.get("/api/_bare/"))
    result.more["bare_json_p95_ms"] = bare
    return result


def _judge(
    name: str, label: str, scale: int, act: Callable[[], Any], base: Callable[[], Any]
) -> Result:
    sql, in_database = statements(fresh(act))
    (p50, p95), (_, floor_p95) = paired(act, base)
    _, anew = timed(fresh(act), rounds=10)
    ratio = round(p95 / floor_p95, 2)
    more = {
        "statements": sql, "database_ms": in_database, "fresh_p95_ms": anew,
        "fresh_ratio": round(anew / floor_p95, 2),
    }  # fmt: skip
    return Result(name, label, scale, p50, p95, floor_p95, ratio, AIM, ratio <= LIMIT, more)


def _shown_ids(content: bytes) -> list[int]:
    return _ids(list(dict.fromkeys(re.findall(r"/projects/([A-Z0-9-]{6,})/", content.decode()))))


def _ids(codes: list[str]) -> list[int]:
    from juyuan.rooms.pipeline.models import Project

    return list(Project.objects.filter(code__in=codes).values_list("pk", flat=True))
