"""办事页共用:确认页、他人先行的说明、读库名。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, Stale
from juyuan.rooms.pipeline.forms.acts import today_limit
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.views.common import detail_url

BOTH = ["GET", "HEAD", "POST"]


def confirm(
    request: HttpRequest,
    project: Project,
    form: forms.Form,
    *,
    title: str,
    what: str,
    consequences: list[str],
    submit: str,
    undo: str = "",
    danger: bool = False,
    clause: str = "3.3b",
    template: str = "pipeline/confirm.html",
    **more: Any,
) -> HttpResponse:
    """确认页:办了以后会怎样、要什么理由。"""
    today_limit(form, clock.today())
    context = {
        "page_title": title,
        "project": project,
        "what": what,
        "consequences": consequences,
        "undo": undo,
        "form": form,
        "submit": submit,
        "danger": danger,
        "clause": clause,
        "cancel_url": detail_url(project),
        "crumbs": [
            {"label": "项目库", "url": reverse("pipeline:list")},
            {"label": project.name, "url": detail_url(project)},
            {"label": title},
        ],
        **more,
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def stale_page(request: HttpRequest, refusal: Stale, project: Project) -> HttpResponse:
    return respond(
        request,
        refusal,
        what=f"「{project.name}」刚被他人改过，没有办成",
        steps=[Step("看最新内容", detail_url(project), True)],
    )


def stage_of(text: str) -> Stage:
    if text not in set(Stage):
        raise NotFound
    return Stage(text)
