"""浏览器测试的公用件:在本机 Chromium 里开页、登录、跑 axe、收集控制台里的错。

用法(测试须带 `transactional_db` 与 `live_server`):

    with open_browser() as browser:
        page = open_page(browser, 1440)
        sign_in(page, live_server.url, cast.client("chen"))
        page.goto(live_server.url + "/menu/")
        assert axe(page) == []
        assert page.faults == []
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

ROOT = Path(__file__).resolve().parents[5]
AXE = next((ROOT / "tests" / "browser" / "vendor").glob("axe-core-*/axe.min.js"))
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str:
    """本机的 Chromium;没有就说怎么装。"""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError(
        "没有 Chromium:请运行 apt-get install -y chromium fonts-noto-cjk,或用 ./juyuan test"
    )


@contextmanager
def open_browser() -> Iterator[Any]:
    """开一个无头 Chromium,用完即关。"""
    from playwright.sync_api import sync_playwright

    _settle_after_clicks()
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=chromium(), args=list(FLAGS), downloads_path=tempfile.gettempdir()
            )
            try:
                yield browser
            finally:
                browser.close()
    finally:
        if before is None:
            os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


def _settle_after_clicks() -> None:
    """点完等新页装完:点击只等到新页开始装,紧接着数行、看焦点会落在半页上。没有换页的立即返回。"""
    from playwright.sync_api import Locator, Page

    if getattr(Locator.click, "settles", False):
        return
    for kind, page_of in ((Locator, lambda here: here.page), (Page, lambda here: here)):

        def click(
            self: Any, *args: Any, plain: Any = kind.click, page_of: Any = page_of, **more: Any
        ) -> None:
            plain(self, *args, **more)
            page = page_of(self)
            if not page.is_closed():
                page.wait_for_load_state("load")

        click.settles = True  # type: ignore[attr-defined]
        kind.click = click  # type: ignore[method-assign]


def open_page(browser: Any, width: int = 1440, *, script: bool = True) -> Any:
    """新开一页;`page.faults` 收集脚本错误、CSP 违规、404 的静态文件。"""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        java_script_enabled=script,
        reduced_motion="reduce",  # 平滑滚动、过渡的半路上量不准
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(f"脚本错误:{error}"))
    page.on("console", lambda line: _note(page, line))
    page.on(
        "response",
        lambda answer: (
            page.faults.append(f"{answer.status} {answer.url}")
            if answer.status >= 400 and "/static/" in answer.url
            else None
        ),
    )
    return page


def sign_in(page: Any, base: str, client: Client) -> None:
    """把测试客户端的会话交给浏览器。"""
    morsel = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": morsel.value, "url": base}]
    )


def axe(page: Any) -> list[str]:
    """跑 axe,返回违规(规则、说明、出处);空 = 没有。

    先等页面装完(装完之前还会再滚到 `#某处`),再回到页首:停在半路上,一排按钮会有一条边压在顶栏下面,
    被当成「点按区太小」。
    """
    page.wait_for_load_state("load")
    page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}})",
        RULES,
    )
    return [
        f"{item['id']}({item['impact']}):{item['help']} {node['html'][:160]}"
        for item in found["violations"]
        for node in item["nodes"]
    ]


def sideways(page: Any) -> int:
    """横向溢出的像素(0 = 不用左右滚)。"""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def _note(page: Any, line: Any) -> None:
    # 被拒绝的请求(403/412/422)浏览器也会写一行,那是预期的
    if line.type == "error" and "the server responded with a status of 4" not in line.text:
        page.faults.append(line.text)
