"""审查意见与承诺审查各页共用:行动者、确认页、收文件。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from juyuan.foundation.files.kept import Kept, receive
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.ui import confirming
from juyuan.foundation.ui.fields import add_findings
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken
from juyuan.rooms.evaluation.rules.opinions import CLAUSE
from juyuan.rooms.pipeline.models import Project

BOTH = ["GET", "HEAD", "POST"]
Run = Callable[[], str]


def actor_of(request: HttpRequest) -> Actor:
    """行动者;三员不进业务室。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or (actor.posts and all(p.role in ADMIN_ROLES for p in actor.posts)):
        raise NotFound
    return actor


def confirmed(request: HttpRequest, form: forms.Form, run: Run, **page: Any) -> HttpResponse:
    """确认页:依据 3.4b。"""
    return confirming.confirmed(request, form, run, **{"clause": CLAUSE, **page})


def data_of(request: HttpRequest) -> tuple[Any, Any]:
    """提交来的内容与文件;不是提交的为空。"""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def kept_file(request: HttpRequest, actor: Actor, form: forms.Form, now: datetime) -> Kept | None:
    """收下表单里的文件(先认一遍各栏,缘由放回表单)。"""
    if request.method != "POST":
        return None
    form.is_valid()
    try:
        return receive(request, actor, "file", now)
    except RuleBroken as broken:
        add_findings(form, broken.findings)
    return None


def project_crumbs(project: Project, *, page: bool = True) -> list[dict[str, str]]:
    found = [
        {"label": "项目库", "url": reverse("pipeline:list")},
        {"label": project.name, "url": reverse("pipeline:detail", args=[project.code])},
    ]
    if page:
        found.append(
            {"label": "审查与承诺", "url": reverse("evaluation:scrutiny", args=[project.code])}
        )
    return found
