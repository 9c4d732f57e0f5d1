"""界面自己的几页:部件样张、金额单位切换、全部菜单。"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from juyuan.foundation.ui import formats, samples
from juyuan.foundation.ui.context import UNIT_COOKIE

_YEAR = 365 * 24 * 3600


def safe_next(request: HttpRequest, fallback: str = "/") -> str:
    """表单里的 `next`,只认本站地址。"""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return fallback


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """部件样张:每个部件的各种状态,开发与评审用。"""
    return render(request, "ui/components_page.html", samples.context(request))


@require_GET
def menu_page(request: HttpRequest) -> HttpResponse:
    """全部菜单(手机底栏第五格)。"""
    return render(request, "ui/menu.html", {"page_title": "全部"})


@require_POST
def choose_unit(request: HttpRequest) -> HttpResponse:
    """记住金额单位(万元/亿元),回到原页。"""
    response = HttpResponseRedirect(safe_next(request))
    unit = request.POST.get("unit", "")
    if unit in formats.UNIT_LABELS:
        response.set_cookie(
            UNIT_COOKIE,
            unit,
            max_age=_YEAR,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    return response
