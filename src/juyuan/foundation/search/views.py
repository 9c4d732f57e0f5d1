"""检索的门:整页,或顶栏即时检索的一小块(同一查询、同一可见范围)。"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juyuan.foundation.search import queries
from juyuan.kernel.verdict import NotFound

PAGE_LIMIT = 50
QUICK_LIMIT = 8


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`/search/?q=`:按名称、名称的任一部分、编号、拼音首字母。"""
    actor = getattr(request, "actor", None)
    if actor is None:
        raise NotFound
    q = request.GET.get("q", "").strip()[: queries.MAX_QUERY * 4]
    if request.headers.get("HX-Target") == "jy-hits":
        found = queries.find(q, actor, QUICK_LIMIT)
        hits = [hit for group in found.groups for hit in group.hits][:QUICK_LIMIT]
        return render(request, "ui/components/hits.html", {"hits": hits, "all_url": _url(q)})
    found = queries.find(q, actor, PAGE_LIMIT)
    template = "search/_results.html" if request.headers.get("HX-Request") else "search/page.html"
    return render(request, template, {"page_title": "检索", "q": q, "found": found})


def _url(q: str) -> str:
    from urllib.parse import urlencode

    from django.urls import reverse

    return f"{reverse('search')}?{urlencode({'q': q})}"
