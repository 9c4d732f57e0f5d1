"""履约:全市清单,项目「承诺与履约」。"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from juyuan.foundation.people.models import ADMIN_ROLES, Unit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, require
from juyuan.rooms.evaluation.models import Promise
from juyuan.rooms.evaluation.queries import letters as letters_read
from juyuan.rooms.evaluation.queries import promises as read
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.queries import trackingpages as pages
from juyuan.rooms.evaluation.rules.breaches import (
    OPEN_LETTERS,
    TITLES,
    BreachState,
    LetterLevel,
    LetterState,
)
from juyuan.rooms.evaluation.rules.promises import PromiseState
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import door as project_door
from juyuan.rooms.pipeline.rules.lights import PROMISED
from juyuan.rooms.pipeline.rules.stages import Stage

PAGE = 50


def actor_of(request: HttpRequest) -> Actor:
    """行动者;三员不进业务室。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or (actor.posts and all(p.role in ADMIN_ROLES for p in actor.posts)):
        raise NotFound
    return actor


def project_crumbs(project: Project) -> list[dict[str, str]]:
    """项目库 / 项目 / 承诺与履约。"""
    return [
        {"label": "项目库", "url": reverse("pipeline:list")},
        {"label": project.name, "url": reverse("pipeline:detail", args=[project.code])},
        {"label": "承诺与履约", "url": reverse("evaluation:promises", args=[project.code])},
    ]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/tracking/`:看得见的承诺,灯、偏差、政府欠着的、函。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    filters = pages.read_filters(request.GET)
    rows = pages.matching(actor, filters, today)
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1
    start = (max(page, 1) - 1) * PAGE
    kept = {"q": filters.q, "kind": filters.kind, "unit": filters.unit, "sort": filters.sort}
    kept = {k: v for k, v in kept.items() if v}
    leads = Project.objects.filter(
        pk__in=read.visible_to(actor).order_by().values("project_id")
    ).values("lead_unit_id")
    context = {
        "page_title": "履约跟踪",
        "filters": filters,
        "rows": rows[start : start + PAGE],
        "total": len(rows),
        "cut": pages.MAX_ROWS if pages.too_many(actor, filters) else 0,
        "first": start + 1,
        "last": min(start + PAGE, len(rows)),
        "sums": pages.sums(rows),
        "next_url": f"?{urlencode({**kept, 'tab': filters.tab, 'page': page + 1})}"
        if start + PAGE < len(rows)
        else "",
        "prev_url": f"?{urlencode({**kept, 'tab': filters.tab, 'page': page - 1})}"
        if page > 1
        else "",
        "tabs": [
            {
                "label": label,
                "url": f"?{urlencode({**kept, 'tab': key})}",
                "current": key == filters.tab,
            }
            for key, label in pages.TABS.items()
        ],
        "kinds": read.kinds(today).values(),
        "sorts": pages.SORTS.items(),
        "units": Unit.objects.filter(pk__in=leads).order_by("order", "id"),
        "export_url": f"{reverse('exchange:export', args=['promises'])}?"
        f"{urlencode({**kept, 'tab': filters.tab})}"
        if rows
        else "",
        "narrowed": bool(filters.q or filters.kind or filters.unit),
    }
    return render(request, "evaluation/tracking.html", context)


@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    """`/projects/<编号>/promises/`:一个项目的承诺与履约。"""
    actor, today = actor_of(request), clock.today()
    found = project_door(actor, code)
    rows = pages.of_project(found, today)
    acts = pages.may(actor, found)
    signed = found.stage_enum.order >= Stage.SIGNED.order
    actuals = pages.actuals_of(r.promise.pk for r in rows)
    context = {
        "page_title": "承诺与履约",
        "project": found,
        "signed": signed,
        "cards": [_card(actor, row, acts, actuals.get(row.promise.pk, [])) for row in rows],
        "may": acts,
        "fillable": signed and acts["keep"] and bool(fillable(found, rows)),
        "sums": pages.sums([r for r in rows if r.open]),
        "crumbs": [*project_crumbs(found)[:2], {"label": "承诺与履约"}],
    }
    return render(request, "evaluation/promises.html", context)


def fillable(project: Project, rows: list[pages.Row]) -> list[str]:
    """项目上写着承诺日子、还没有这一种承诺的节点。"""
    held = {
        r.promise.kind for r in rows if r.promise.state in (PromiseState.OPEN, PromiseState.MET)
    }
    return [
        node.value
        for node, column in PROMISED.items()
        if getattr(project, column) is not None and node.value not in held
    ]


def _card(
    actor: Actor, row: pages.Row, acts: dict[str, bool], actuals: list[Any]
) -> dict[str, Any]:
    promise = row.promise
    debts = [
        {
            "row": debt,
            "done": debt.done_on,
            "late": (clock.today() - debt.due_on).days if debt.done_on is None else 0,
            "may": row.open and debt.done_on is None and bool(access.can_settle_debt(actor, debt)),
        }
        for debt in row.tracked.debts
    ]
    today = clock.today()
    opened = {s.value for s in OPEN_LETTERS}
    busy = {
        x.breach_id for x in row.letters if x.state in opened and not letters_read.overdue(x, today)
    }
    return {
        "row": row,
        "promise": promise,
        "source": pages.source_said(promise),
        "target": pages.said_value(row.tracked.kind, promise.target) if promise.target else "",
        "debts": debts,
        "actuals": actuals,
        "letters": [
            {"row": x, "label": TITLES[LetterLevel(x.level)], "state": LetterState(x.state).label}
            for x in row.letters
        ],
        "confirmed": [
            {"row": b, "draftable": b.pk not in busy}
            for b in row.breaches
            if b.state == BreachState.CONFIRMED
        ],
        "closed": [b for b in row.breaches if b.state == "closed"],
        "pressable": acts["keep"]
        and row.open
        and any(not d.item_ref for d in row.tracked.debts if d.done_on is None),
        "acts": {name: ok and row.open for name, ok in acts.items()},
    }


def promise_of(request: HttpRequest, code: str) -> tuple[Actor, Promise]:
    """由编号进门。"""
    actor = actor_of(request)
    return actor, read.door(actor, code)
