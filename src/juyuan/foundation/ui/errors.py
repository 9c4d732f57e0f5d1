"""错误页与拒绝的统一出口。

400/404/500 是写死的字节(没有外壳、令牌、请求号,也不复述请求);403 说明理由。
`respond` 把动作的四种拒绝变成网页:整页,或 htmx/看板要的一小块。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from juyuan.kernel.verdict import Denied, Finding, NotFound, Refusal, RuleBroken, Stale

_FOLDER = Path(__file__).parent / "templates" / "ui" / "errors"
_HTML = "text/html; charset=utf-8"


def _fixed(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


BAD_REQUEST = _fixed("400.html")
NOT_FOUND = _fixed("404.html")
SERVER_ERROR = _fixed("500.html")


@dataclass(frozen=True)
class Step:
    """下一步:一个链接。"""

    label: str
    url: str
    primary: bool = False


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(NOT_FOUND, status=404, content_type=_HTML)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(BAD_REQUEST, status=400, content_type=_HTML)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(SERVER_ERROR, status=500, content_type=_HTML)


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
    template = "ui/components/refusal.html" if partial else "ui/errors/refused.html"
    html = render_to_string(template, {**context, "small": partial}, request=request)
    return HttpResponse(html, status=status, content_type=_HTML)
