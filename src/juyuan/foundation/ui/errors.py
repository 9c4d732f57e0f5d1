"""错误页与拒绝的统一出口。

400/404/500 是写死的字节(没有外壳、令牌、请求号,也不复述请求);403 说明理由。
`respond` 把动作的四种拒绝变成网页:整页,或 htmx/看板要的一小块。
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html

from juyuan.foundation.ui.context import identity
from juyuan.kernel.verdict import Denied, Finding, NotFound, Refusal, RuleBroken, Stale

_FOLDER = Path(__file__).parent / "templates" / "ui" / "errors"
_HTML = "text/html; charset=utf-8"


_NOTE = "<!--演示说明-->"


@lru_cache(maxsize=16)
def _fixed(name: str, note: str) -> bytes:
    said = format_html('<p class="jy-fine">{}</p>', note) if note else ""
    return (_FOLDER / name).read_text(encoding="utf-8").replace(_NOTE, said).encode()


def fixed_page(name: str) -> bytes:
    """写死的错误页(400.html 404.html 500.html):不看请求,演示模式带演示说明。"""
    note = ""
    if settings.JUYUAN_MODE == "demo":
        try:
            note = identity().demo_note
        except Exception:  # 差错页自己不能再出差错(例如城市包读不出)
            note = ""
    return _fixed(name, note)


@dataclass(frozen=True)
class Step:
    """下一步:一个链接。"""

    label: str
    url: str
    primary: bool = False


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(fixed_page("404.html"), status=404, content_type=_HTML)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(fixed_page("400.html"), status=400, content_type=_HTML)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(fixed_page("500.html"), status=500, content_type=_HTML)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403:看得见但不准做。理由取自 `Denied` 或 `PermissionDenied`。"""
    if isinstance(exception, Denied):
        return respond(request, exception)
    reason = str(exception) if isinstance(exception, PermissionDenied) and str(exception) else ""
    return respond(request, Denied(reason or "您当前的任职没有这项权限"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """表单令牌失效:多半是页面开得太久或换了账号。"""
    return _page(
        request,
        403,
        title="页面已过期",
        what="这一页打开太久，或登录状态已经变化，没有提交成功",
        findings=[],
        steps=[Step("重新打开本页", request.path if request.method == "GET" else "/", True)],
    )


def respond(
    request: HttpRequest,
    refusal: Refusal,
    *,
    what: str = "",
    steps: Sequence[Step] = (),
) -> HttpResponse:
    """动作的拒绝 → 响应:NotFound 404 · Denied 403 · Stale 412 · RuleBroken 422。

    `what` 是「不能做什么」的一句(缺省按种类);`steps` 是下一步的链接。
    htmx 或看板的请求(HX-Request)只回拒绝框那一块。
    """
    if isinstance(refusal, NotFound):
        return not_found(request)
    if isinstance(refusal, Denied):
        findings = [Finding("", "", refusal.clause, refusal.reason)]
        return _page(
            request,
            403,
            title="不能办理",
            what=what or "您不能办理这件事",
            findings=findings,
            steps=steps,
        )
    if isinstance(refusal, Stale):
        return _page(
            request,
            412,
            title="他人已先行操作",
            what=what or str(refusal),
            findings=[],
            steps=steps,
            compare=_compare(refusal),
        )
    if isinstance(refusal, RuleBroken):
        return _page(
            request,
            422,
            title="还不能办理",
            what=what or "还不能办理",
            findings=list(refusal.findings),
            steps=steps,
        )
    raise refusal


def explain_method(request: HttpRequest, response: HttpResponse) -> None:
    """405 不留空白:接口答 JSON,网页答一页,都说能用什么方法。"""
    allowed = response.headers.get("Allow", "")
    said = f"这个网址不能用 {request.method}，可用：{allowed}"
    if request.path.startswith("/api/"):
        response.content = json.dumps({"detail": said}, ensure_ascii=False).encode()
        response.headers["Content-Type"] = "application/json; charset=utf-8"
    elif getattr(request, "actor", None) is None or request.method == "HEAD":
        response.content = said.encode()
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
    else:
        found = [Finding("", "", "", "多半是链接或程序用错了方法；系统没有做任何改动")]
        page = _page(request, 405, title="方法不对", what=said, findings=found, steps=())
        response.content = page.content
        response.headers["Content-Type"] = _HTML
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))


def _compare(stale: Stale) -> list[tuple[str, Any, Any]]:
    names = [*stale.mine, *(key for key in stale.theirs if key not in stale.mine)]
    return [(name, stale.mine.get(name), stale.theirs.get(name)) for name in names]


def _page(
    request: HttpRequest,
    status: int,
    *,
    title: str,
    what: str,
    findings: list[Finding],
    steps: Sequence[Step],
    compare: list[tuple[str, Any, Any]] | None = None,
) -> HttpResponse:
    context = {
        "page_title": title,
        "what": what,
        "findings": findings,
        "next_steps": list(steps),
        "compare": compare or [],
    }
    partial = request.headers.get("HX-Request") == "true"
    if not partial and not steps:
        # 拒绝总要有下一步:没有更近的去处,就回工作台
        context["next_steps"] = [Step("回工作台", "/")]
    template = "ui/components/refusal.html" if partial else "ui/errors/refused.html"
    html = render_to_string(template, {**context, "small": partial}, request=request)
    return HttpResponse(html, status=status, content_type=_HTML)
