"""安全响应头。CSP 不许内联脚本与样式;404 的响应头固定为一组,不因对象存在与否而有别。"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FIXED = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
KEPT_ON_404 = ("Content-Type", "Content-Length")


class SecurityHeaders:
    """给每个响应加上同一组安全头;动态内容不进缓存。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 404 and isinstance(response, HttpResponse):
            # 不存在与不该看见逐字节相同:连会话、语言、变体等头也不留
            for name in list(response.headers):
                if name not in KEPT_ON_404:
                    del response.headers[name]
            response.cookies.clear()
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
