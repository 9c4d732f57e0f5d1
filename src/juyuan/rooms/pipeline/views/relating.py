"""项目关系:待判定的清单、并排判定、项目页的一块。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.pipeline.actions.relations import (
    confirm_relation,
    dismiss_relation,
    may_settle,
    revoke_relation,
)
from juyuan.rooms.pipeline.forms.relations import CONFIRM, DISMISS, RelationForm
from juyuan.rooms.pipeline.models import Project, ProjectRelation
from juyuan.rooms.pipeline.queries import relations as read
from juyuan.rooms.pipeline.rules.relations import RelationKind, RelationState
from juyuan.rooms.pipeline.views.common import actor_of, may_browse
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm, stale_page

LIMIT = 500
PILLS = {"proposed": "wait", "confirmed": "yes", "dismissed": "no", "revoked": "no"}


def _shown(rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "pill": PILLS[row.state],
            "url": reverse("pipeline:relation", args=[row.pk])
            if row.state in (RelationState.PROPOSED, RelationState.CONFIRMED)
            else "",
        }
        for row in rows
    ]


@require_GET
def relations(request: HttpRequest) -> HttpResponse:
    """项目关系清单:缺省看待判定的;两边都看得见的才列。"""
    actor = actor_of(request)
    require(may_browse(actor))
    state = request.GET.get("state", "") or RelationState.PROPOSED.value
    labels = {**dict(RelationState.pairs()), "all": "全部"}
    if state not in labels:
        state = RelationState.PROPOSED.value
    rows = read.visible(actor).order_by("-id")
    if state != "all":
        rows = rows.filter(state=state)
    total = rows.count()
    context = {
        "page_title": "项目关系",
        "rows": _shown(rows[:LIMIT]),
        "total": total,
        "may": bool(may_settle(actor)),
        "tabs": [
            {"label": label, "url": f"?state={code}", "current": code == state, "count": None}
            for code, label in labels.items()
        ],
        "rules": counting(clock.today()),
    }
    return render(request, "pipeline/relations.html", context)


def counting(on: date) -> list[tuple[str, str]]:
    """各类关系怎样计数(参数 counting.relations)。"""
    row = params(on).row("counting.relations")
    return [
        (kind.label, row.labels.get(row.python[kind.value], row.python[kind.value]))
        for kind in RelationKind
    ]


def section(project: Project, actor: Actor) -> dict[str, Any]:
    """项目页的「项目关系」一块;看不见另一边的不列。"""
    return {
        "rows": _shown(read.relations_of(project, actor)),
        "may": bool(may_settle(actor)),
        "list_url": reverse("pipeline:relations"),
    }


@require_http_methods(BOTH)
def settle(request: HttpRequest, relation_id: int) -> HttpResponse:
    """并排看两个项目,判定。"""
    actor, now = actor_of(request), clock.now()
    require(may_browse(actor))
    require(may_settle(actor))
    row = read.relation_door(actor, relation_id)
    form = RelationForm(
        request.POST if request.method == "POST" else None,
        state=row.state,
        initial={"kind": row.kind},
    )
    home = reverse("pipeline:relations")
    if form.is_bound and form.is_valid():
        try:
            said = _act(form, row, actor, now)
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return stale_page(request, stale, row.later)
        else:
            messages.success(request, said)
            return HttpResponseRedirect(home)
    return confirm(
        request, row.later, form, title="判定项目关系",
        what=f"{row.earlier.name} → {row.later.name}：{row.get_kind_display()}",
        consequences=[
            "属实：自今天起各数按这一类的规则只计一次，少计多少写在数字的说明里；此前各日不变",
            "不属实：两个都计，这一对不再提出",
        ],
        submit="提交判定", undo="判错了可以撤销判定", template="pipeline/relation.html",
        row=row, sides=_sides(row), rules=counting(now.date()), cancel_url=home,
        crumbs=[{"label": "项目库", "url": reverse("pipeline:list")},
                {"label": "项目关系", "url": home}, {"label": "判定"}],
    )  # fmt: skip


def _act(form: RelationForm, row: ProjectRelation, actor: Actor, now: Any) -> str:
    data = form.cleaned_data
    if data["verdict"] == CONFIRM:
        kind = RelationKind(data.get("kind") or row.kind)
        confirm_relation(actor=actor, relation=row, kind=kind, reason=data["reason"], now=now)
        return f"已判定属实：{kind.label}"
    if data["verdict"] == DISMISS:
        dismiss_relation(actor=actor, relation=row, reason=data["reason"], now=now)
        return "已判定不属实，两个都计"
    revoke_relation(actor=actor, relation=row, reason=data["reason"], now=now)
    return "已撤销判定，自今天起两个都计"


def _sides(row: ProjectRelation) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "project": p,
            "parties": "、".join(x.investor.name for x in p.parties.select_related("investor")),
            "hosts": "、".join(str(h.unit) for h in p.hosts.select_related("unit") if h.actual),
        }
        for label, p in (("原项目", row.earlier), ("后项目", row.later))
    ]
