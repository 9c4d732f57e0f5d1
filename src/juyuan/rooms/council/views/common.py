"""各页共用:行动者、面包屑、确认页。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale
from juyuan.rooms.council.models import ActionItem, AgendaItem, Meeting, Problem

BOTH = ["GET", "HEAD", "POST"]


def actor_of(request: HttpRequest) -> Actor:
    """行动者;三员不进业务室。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or (actor.posts and all(p.role in ADMIN_ROLES for p in actor.posts)):
        raise NotFound
    return actor


def data_of(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def meeting_url(meeting: Meeting) -> str:
    return reverse("council:meeting", args=[meeting.code])


def agenda_url(item: AgendaItem) -> str:
    return reverse("council:agenda_item", args=[item.meeting.code, item.pk])


def action_url(item: ActionItem) -> str:
    return reverse("council:action", args=[item.code])


def problem_url(problem: Problem) -> str:
    return reverse("council:problem", args=[problem.code])


def crumbs(*parts: tuple[str, str]) -> list[dict[str, str]]:
    """面包屑:促进会议 / …;最后一项不给网址。"""
    return [
        {"label": "促进会议", "url": reverse("council:index")},
        *({"label": label, **({"url": url} if url else {})} for label, url in parts),
    ]


def confirmed(
    request: HttpRequest,
    form: forms.Form,
    run: Callable[[], str],
    *,
    done: str,
    back: str,
    title: str,
    what: str,
    submit: str,
    trail: list[dict[str, str]],
    consequences: tuple[str, ...] = (),
    clause: str = "1e",
    danger: bool = False,
    template: str = "council/act.html",
    **more: Any,
) -> HttpResponse:
    """确认页:收到有效的提交就办,办成去 `run()` 给的网址;不成的把缘由放回表单。"""
    if form.is_bound and form.is_valid():
        try:
            url = run()
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return respond(
                request, stale, what=f"{what}：没有办成", steps=[Step("看最新内容", back, True)]
            )
        else:
            messages.success(request, done)
            return HttpResponseRedirect(url)
    context = {
        "page_title": title, "form": form, "what": what, "consequences": consequences,
        "submit": submit, "danger": danger, "clause": clause, "cancel_url": back,
        "crumbs": [*trail, {"label": title}], **more,
    }  # fmt: skip
    return render(request, template, context, status=422 if form.is_bound else 200)
