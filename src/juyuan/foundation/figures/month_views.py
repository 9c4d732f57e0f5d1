"""月报:出过的各月,商务主管部门在这里出一个月的。"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.figures import access, monthly
from juyuan.foundation.figures.actions import publish_month
from juyuan.foundation.papers import queries as papers
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
def months(request: HttpRequest) -> HttpResponse:
    """`/figures/monthly/`:各月的 docx、pdf、xlsx;POST `month=2026-11` 出一个月的。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(access.can_see_values(actor))
    now = clock.now()
    problem = None
    if request.method == "POST":
        require(monthly.can_publish(actor))
        try:
            first = monthly.read_month(request.POST.get("month", "")[:20], now.date())
        except RuleBroken as broken:
            problem = broken.findings[0].message
        else:
            row = publish_month(actor=actor, first=first, now=now)
            messages.success(request, f"{row.title}已出，文号 {row.number}")
            return HttpResponseRedirect(reverse("figures_monthly"))
    page = paginate(
        monthly.published().order_by(), Order("id", desc=True),
        request.GET.get("cursor", "")[:400], page_limit(request),
    )  # fmt: skip
    last = now.date().replace(day=1) - timedelta(days=1)
    return render(request, "figures/monthly.html", {
        "page_title": "月报", "page": page, "rows": page.items, "problem": problem,
        "may_publish": bool(monthly.can_publish(actor)),
        "suggested_month": request.POST.get("month", "")[:20] or f"{last:%Y-%m}",
        "crumbs": [{"label": "统计口径", "url": reverse("figures")}, {"label": "月报"}],
    }, status=422 if problem else 200)  # fmt: skip


@require_safe
def book(request: HttpRequest, code: str) -> HttpResponse:
    """`/figures/monthly/<公文编号>.xlsx`。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    document = papers.door(actor, code)
    if document.kind != monthly.KIND:
        raise NotFound
    response = HttpResponse(monthly.workbook(document), content_type=MIME)
    name = quote(f"{document.number}.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
