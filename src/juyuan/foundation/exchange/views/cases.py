"""看不见的重合:由监督这种导入的单位核对。"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.exchange import actions, queries
from juyuan.foundation.exchange.forms import CaseForm
from juyuan.foundation.exchange.models import CaseState
from juyuan.foundation.exchange.views.flow import actor_of
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, RuleBroken


@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """待核对与核对过的件。"""
    actor = actor_of(request)
    if not queries.overseen_kinds(actor):
        raise NotFound
    found = queries.visible_cases(actor)
    return render(
        request,
        "exchange/cases.html",
        {
            "page_title": "重合核对",
            "waiting": found.filter(state=CaseState.OPEN)[:100],
            "closed": found.exclude(state=CaseState.OPEN).order_by("-closed_at")[:50],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """一件:导入的行与对方,核对结论与依据。"""
    actor = actor_of(request)
    found = queries.case_door(actor, case_id)
    kind = queries.kind_named(found.kind)
    posted = request.method == "POST"
    form = CaseForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            actions.resolve_case(
                actor=actor,
                case_id=found.pk,
                same=form.cleaned_data["same"] == "yes",
                note=form.cleaned_data["note"],
                now=clock.now(),
            )
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, "已记下核对结论。")
            return redirect("exchange:cases")
    labels = {c.field: c.label for c in kind.columns}
    return render(
        request,
        "exchange/case.html",
        {
            "page_title": "重合核对",
            "crumbs": [
                {"label": "导入台账", "url": reverse("exchange:batches")},
                {"label": "重合核对", "url": reverse("exchange:cases")},
                {"label": str(found.row)},
            ],
            "case": found,
            "row": found.row,
            "batch": found.row.batch,
            "items": [
                {"label": labels.get(name, name), "value": text}
                for name, text in found.row.shown.items()
                if text
            ],
            "form": form if found.state == CaseState.OPEN else None,
        },
        status=422 if posted else 200,
    )
