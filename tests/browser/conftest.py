"""浏览器测试的夹具:一个模块一个浏览器、一台服务器、一座城市;模块完了一起清掉。

    def test_…(site):
        page = site.open("/projects/", who="longshan", width=390)
        site.sound(page)          # 无障碍 0 违规、不横滚、控制台没有错

模块要写 `pytestmark = pytest.mark.django_db(transaction=True)`(测试库由此建立)。
`site.city` 是按城市包装好的城市(tests/journeys/house.py);要别的样例的模块自己写 `furnish` 夹具。
系统相信现在是 2026-11-20 09:00(+08:00),与样例一致。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings

from juyuan.foundation.people.models import Account
from juyuan.foundation.ui.tests import browser as tools
from tests.journeys.house import NOW, City

WIDTHS = (1440, 390)


@dataclass
class Site:
    """开着的网站。"""

    url: str
    browser: Any
    city: Any
    contexts: list[Any] = field(default_factory=list)

    def open(self, path: str, who: str = "", width: int = 1440) -> Any:
        """新开一页(各有各的会话);`who` 是账号,不给就是没有登录。"""
        page = tools.open_page(self.browser, width)
        self.contexts.append(page.context)
        if who:
            client = Client()
            client.force_login(
                Account.objects.get(username=who),
                backend="django.contrib.auth.backends.ModelBackend",
            )
            tools.sign_in(page, self.url, client)
        page.goto(self.url + path)
        return page

    def sound(self, page: Any) -> None:
        """这一页:无障碍 0 违规、不必左右滚、脚本与内容安全策略没有报错。"""
        assert tools.axe(page) == [], page.url
        assert tools.sideways(page) == 0, page.url
        assert page.faults == [], page.url

    def both(self, page: Any) -> None:
        """同一页在手机与桌面两种宽度下都 `sound`;看完回到原来的宽度。"""
        before = page.viewport_size
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            self.sound(page)
        page.set_viewport_size(before)

    def close_pages(self) -> None:
        while self.contexts:
            self.contexts.pop().close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with tools.open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """一台真的服务器;结束时清空库(连只增的表)。"""
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock(), override_settings(JUYUAN_NOW=NOW.isoformat()):
        live = LiveServer("localhost")
        live._live_server_modified_settings.enable()
        try:
            yield live.url
        finally:
            live._live_server_modified_settings.disable()
            live.stop()
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


@pytest.fixture
def _django_db_helper(server: str) -> None:
    """盖掉 pytest-django 的逐测试清库:本目录一个模块清一次(见 `server`)。"""


@pytest.fixture(scope="module")
def furnish() -> Callable[[], Any]:
    """怎样布置这座城市;模块可以换成自己的。"""
    return City


@pytest.fixture(scope="module")
def module_site(server: str, browser: Any, furnish: Callable[[], Any]) -> Site:
    with transaction.atomic():
        city = furnish()
    return Site(server, browser, city)


@pytest.fixture
def site(module_site: Site) -> Iterator[Site]:
    yield module_site
    module_site.close_pages()


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> int:
    """桌面与手机各一遍。"""
    return int(request.param)
