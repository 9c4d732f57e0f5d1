"""首谈查重,与商务主管部门的查重记录。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.policy.queries import bureau, params
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.check import run_check
from juyuan.rooms.first_contact.forms import CheckForm, new_session
from juyuan.rooms.first_contact.queries import log
from juyuan.rooms.first_contact.rules.answering import TIER_LABELS, Answer, said
from juyuan.rooms.first_contact.rules.overlap import LIKE, TIERS


def actor_of(request: HttpRequest) -> Actor:
    """行动者;三员不进业务室。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or (actor.posts and all(p.role in ADMIN_ROLES for p in actor.posts)):
        raise NotFound
    return actor


def answer_context(found: Answer | None) -> dict[str, Any]:
    """回答的显示:结论、四档、下一步。"""
    days = params(clock.today())["first_contact.ruling_workdays"]
    tiers = [
        {
            "no": tier,
            "label": TIER_LABELS[tier],
            "count": found.counts.get(tier, 0) if found else None,
            "said": f"{found.counts.get(tier, 0)} 处" if found else "",
            "hit": bool(found and found.counts.get(tier)),
            "hint": tier == LIKE,
        }
        for tier in TIERS
    ]
    words = said(found, bureau(), days) if found else None
    return {"answer": found, "said": words, "tiers": tiers}


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """`/first-contacts/check/`:填了就查;有脚本时边填边查(只换右栏),没有脚本时是普通的表单。"""
    actor = actor_of(request)
    require(access.can_check(actor))
    live = request.headers.get("HX-Request") == "true"
    form = CheckForm(request.POST or None, initial={"session": new_session()})
    found: Answer | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = run_check(
                    actor=actor,
                    subject=form.subject(),
                    session=form.cleaned_data["session"],
                    now=clock.now(),
                )
                status = 200
            except RuleBroken as broken:
                add_findings(form, broken.findings)
    context = {
        "page_title": "首谈查重",
        "form": form,
        "may_read_log": bool(access.can_read_log(actor)),
        "quota": params(clock.today())["first_contact.check_daily_quota"],
        **answer_context(found),
    }
    template = "first_contact/parts/answer.html" if live else "first_contact/check.html"
    return render(request, template, context, status=200 if live else status)


@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """`/first-contacts/checks/`:查重记录,缺省只列须裁定、核对的。"""
    actor = actor_of(request)
    require(access.can_read_log(actor))
    ruled = request.GET.get("all") != "1"
    page = paginate(
        log.listed(actor, ruled=ruled), Order("id", desc=True),
        request.GET.get("cursor", "")[:400], page_limit(request),
    )  # fmt: skip
    context = {"page_title": "查重记录", "page": page, "ruled": ruled}
    return render(request, "first_contact/checks.html", context)


@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """`/first-contacts/checks/<编号>/`:逐项对照两边。"""
    actor = actor_of(request)
    require(access.can_read_log(actor))
    row = log.door(actor, pk)
    crumbs = [{"label": "查重记录", "url": reverse("first_contact:checks")}, {"label": "对照"}]
    context = {
        "page_title": f"对照「{row.title}」",
        "row": row,
        "sides": log.sides(actor, row),
        "crumbs": crumbs,
    }
    return render(request, "first_contact/compare.html", context)
