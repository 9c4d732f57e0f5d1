"""项目关系:待判定的清单、并排判定、项目页的一块。"""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.keyset import clamp_limit, paginate
from juyuan.foundation.ui.render import pill
from juyuan.foundation.ui.tables import Column, Table
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

SHANGHAI = ZoneInfo("Asia/Shanghai")
SETTLING = {RelationState.PROPOSED.value: "判定", RelationState.CONFIRMED.value: "撤销判定"}
EMPTY = {
    "proposed": "没有等判定的项目关系。系统每天比对一次，像是升格、增资、二期、拆分的会出现在这里",
}
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


def _verdict(row: ProjectRelation) -> SafeString:
    """判定:谁在哪天判的、凭什么;还没判的,哪天提出。"""
    said = f"{row.proposed_at.astimezone(SHANGHAI):%Y-%m-%d} 提出"
    if row.settled_at:
        day = f"{row.settled_at.astimezone(SHANGHAI):%Y-%m-%d}"
        said = f"{row.settled_by_name} {day}　{row.reason}"
    shown = pill(PILLS[row.state], row.get_state_display())
    return format_html('{}<small class="jy-2nd">{}</small>', shown, said)


def _side(name: str, label: str, phone: str) -> Column:
    return Column(
        name, label, value=f"{name}.name", second=f"{name}.code", phone=phone, fixed=True,
        href=lambda r: reverse("pipeline:detail", args=[getattr(r, name).code]),
    )  # fmt: skip


COLUMNS = (
    _side("earlier", "原项目", "full"),
    _side("later", "后项目", "wide"),
    Column("kind", "类别", value=lambda r: r.get_kind_display(), sort="kind"),
    Column("signs", "凭什么", value=lambda r: "；".join(r.signs), phone="wide"),
    Column(
        "proposed", "提出", value="proposed_at", kind="datetime", sort="proposed", default=False
    ),
    Column("verdict", "判定", cell=_verdict, phone="wide", sort="settled"),
)


def _act(row: ProjectRelation) -> SafeString | str:
    if row.state not in SETTLING:
        return ""
    return format_html(
        '<a class="btn btn-sm btn-act" href="{}">{}<span class="visually-hidden">：{}</span></a>',
        reverse("pipeline:relation", args=[row.pk]), SETTLING[row.state], row.later.name,
    )  # fmt: skip


@require_GET
def relations(request: HttpRequest) -> HttpResponse:
    """项目关系清单:缺省看待判定的;两边都看得见的才列。"""
    actor = actor_of(request)
    require(may_browse(actor))
    state = request.GET.get("state", "") or RelationState.PROPOSED.value
    labels = {**dict(RelationState.pairs()), "all": "全部"}
    if state not in labels:
        state = RelationState.PROPOSED.value
    rows = read.visible(actor)
    if state != "all":
        rows = rows.filter(state=state)
    sort = request.GET.get("sort", "")
    page = paginate(
        rows,
        read.order_of(sort),
        cursor=request.GET.get("cursor", ""),
        limit=clamp_limit(request.GET.get("limit")),
    )
    page.total = rows.count()
    context = {
        "page_title": "项目关系",
        "page": page,
        "table": Table(
            COLUMNS, page.items, params=request.GET, sort=sort or read.DEFAULT_SORT,
            today=clock.today(), row_label=lambda r: r.later.name, caption="各条关系",
            empty=EMPTY.get(state, "没有这样的项目关系"), act=_act if may_settle(actor) else None,
        ),
        "tabs": [
            {"label": label, "url": f"?state={code}", "current": code == state, "count": None}
            for code, label in labels.items()
        ],
        "rules": counting(clock.today()),
    }  # fmt: skip
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
            said = _settled(form, row, actor, now)
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


def _settled(form: RelationForm, row: ProjectRelation, actor: Actor, now: Any) -> str:
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
