"""评审:清单、一页、送审。"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import choose_order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.evaluation.actions.reviews import send_for_review
from juyuan.rooms.evaluation.forms.reviews import SendForm
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviewlisting as listing_
from juyuan.rooms.evaluation.queries import reviewoffers as offers
from juyuan.rooms.evaluation.queries import reviewpages as pages
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_routing import ReviewLevel
from juyuan.rooms.evaluation.rules.reviews import OPEN, ReviewState
from juyuan.rooms.evaluation.views.reviewacts import BOTH, actor_of
from juyuan.rooms.pipeline.queries.scope import seen_whole


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/reviews/`:看得见的评审;缺省只列在办的。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    found = listing_.read_criteria(request.GET.dict(), today)  # type: ignore[arg-type]
    order = choose_order(request.GET.get("sort", ""), listing_.ORDERS, listing_.DEFAULT_ORDER)
    page = paginate(
        listing_.listed(actor, found),
        order,
        request.GET.get("cursor", "")[:400],
        page_limit(request),
    )
    filters = FilterBar(
        (
            Filter("state", "状态", ReviewState.pairs()),
            Filter("level", "由哪一级", ReviewLevel.pairs()),
            Filter("unit", "承办县区", listing_.counties()),
            Filter("sort", "排序", SORTS, "新送审在前"),
        ),
        request.GET,
    )
    kept = {k: v for k, v in request.GET.items() if k in ("level", "unit", "sort", "as_of")}
    context = {
        "page_title": "评审",
        "page": page,
        "lines": listing_.lines(page.items),
        "filters": filters,
        "problems": found.problems,
        "as_of": found.as_of,
        "tab": found.tab,
        "tabs": [
            {"label": label, "url": _tab(key, kept), "current": key == found.tab}
            for key, label in listing_.TABS.items()
        ],
        "export_url": reverse("exchange:export", args=["reviews"])
        + querystring.replace(request.GET, limit=None, tab=found.tab)
        if page.items
        else "",
    }
    return render(request, "evaluation/reviews.html", context)


SORTS = [
    ("sent_at", "早送审在前"), ("-total", "总投资大的在前"), ("total", "总投资小的在前"),
    ("due_on", "期限近的在前"),
]  # fmt: skip


def _tab(key: str, kept: dict[str, Any]) -> str:
    return f"?{urlencode({'tab': key, **kept})}"


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/reviews/<编号>/`。"""
    actor, today = actor_of(request), clock.today()
    review = read.door(actor, code)
    return render(request, "evaluation/review.html", _context(actor, review, today))


def _context(actor: Actor, review: Review, today: Any) -> dict[str, Any]:
    card = read.card_of(review)
    everyone = read.all_seats(review)
    scores = read.scores_of(everyone)
    now_seats = [s for s in everyone if s.at_city == review.at_city]
    active = [s for s in now_seats if s.dismissed_at is None]
    mine = {s.pk for s in active}
    tally = read.tally_of(card, active, [s for s in scores if s.reviewer_id in mine])
    held = read.vetoed(review)
    shown = pages.shows_scores(actor, review)
    proposal = read.proposal_for(review, tally.total, held, review.sent_at.date())
    earlier = [s for s in everyone if s.at_city != review.at_city]
    seen = seen_whole(actor, merged=True).filter(pk=review.project_id).exists()
    url = reverse("pipeline:detail", args=[review.project.code]) if seen else ""
    acts = offers.offered(actor, review, today)
    return {
        "page_title": f"评审：{review.project.name}",
        "review": review,
        "state": review.state_enum,
        "signal": pages.SIGNALS[review.state_enum],
        "level": review.level_enum,
        "open": review.state_enum in OPEN,
        "next_said": offers.next_said(review),
        "steps": pages.steps_of(review),
        "acts": [
            {
                "label": offers.ACTS[name][0],
                "icon": offers.ACTS[name][1],
                "url": reverse(f"evaluation:review_{name}", args=[review.code]),
                "primary": index == 0 and name not in ("withdraw", "call_up"),
            }
            for index, name in enumerate(acts)
        ],
        "facts": pages.facts_of(review, project_url=url),
        "project_url": url,
        "diligence": pages.diligence_lines(review),
        "vetoes": pages.veto_lines(review),
        "held": held,
        "seats": pages.seat_lines(actor, review, now_seats, scores),
        "needed": read.needed_reviewers(review),
        "may_dismiss": review.state_enum == ReviewState.REVIEWING
        and bool(access.can_handle(actor, review)),
        "table": pages.score_table(review, card, now_seats, scores, tally, proposal)
        if now_seats and shown
        else None,
        "hidden_scores": bool(now_seats) and not shown,
        "earlier": pages.score_table(
            review, card, earlier, scores, read.tally_of(card, earlier, scores), None
        )
        if earlier
        else None,
        "opinions": pages.opinion_lines(review),
        "decisions": pages.decision_lines(review),
        "may_call_up": offers.may_be_called_up(review, today),
        "timeline": pages.timeline(review),
        "crumbs": [
            {"label": "评审", "url": reverse("evaluation:reviews")},
            {"label": review.project.name},
        ],
    }


@require_http_methods(BOTH)
@autosaved("evaluation.send")
def send(request: HttpRequest, code: str) -> HttpResponse:
    """`/reviews/send/<项目编号>/`:完备性齐了才有表单;正在评审、已通过的领到那次评审。"""
    actor, now = actor_of(request), clock.now()
    project = read.project_of(actor, code)
    require(access.can_send(actor, project))
    ready = read.readiness(project, clock.today())
    form = SendForm(request.POST if request.method == "POST" else None, again=ready.again)
    autosave_of(request).restore(form)
    if form.is_bound and form.is_valid():
        try:
            review = send_for_review(actor=actor, project=project, draft=form.draft(), now=now)
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            return HttpResponseRedirect(read.url_of(review.code))
    gate = {
        "title": "送审之前要齐的",
        "id": "lacks",
        "missing": len(ready.lacks),
        "met": 0,
        "total": 0,
        "rows": pages.lack_rows(project.code, ready.lacks),
        "clause": "3.4b",
        "suggested": True,
    }
    context = {
        "page_title": "送审",
        "project": project,
        "ready": ready,
        "gate": gate,
        "form": form,
        "last_url": read.url_of(ready.last.code) if ready.last else "",
        "project_url": reverse("pipeline:detail", args=[project.code]),
        "crumbs": [
            {"label": "项目库", "url": reverse("pipeline:list")},
            {"label": project.name, "url": reverse("pipeline:detail", args=[project.code])},
            {"label": "送审"},
        ],
    }
    return render(
        request, "evaluation/review_send.html", context, status=422 if form.is_bound else 200
    )
