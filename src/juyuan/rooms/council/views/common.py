"""各页共用:行动者、面包屑、确认页。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.ui import confirming
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
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
    trail: list[dict[str, str]],
    consequences: tuple[str, ...] = (),
    clause: str = "1e",
    template: str = "council/act.html",
    **page: Any,
) -> HttpResponse:
    """促进会议的确认页。"""
    return confirming.confirmed(
        request, form, run, crumbs=trail, consequences=consequences, clause=clause,
        template=template, **page,
    )  # fmt: skip
