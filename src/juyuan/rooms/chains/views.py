"""产业链的网页:八条链、链页、登记与移出本地企业、任命链长与服务秘书。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.people.models import Post
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui import vocab
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.keyset import Page, clamp_limit
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.chains import access, actions, queries
from juyuan.rooms.chains.forms import AppointForm, EnterpriseForm, RetireForm
from juyuan.rooms.chains.models import Chain
from juyuan.rooms.chains.queries import NODE_LINES
from juyuan.rooms.chains.rules import PostKind


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


@require_safe
def chain_list(request: HttpRequest) -> HttpResponse:
    """`/chains/`:各条链的链长、断链弱链、在库项目。"""
    actor = _actor(request)
    require(access.can_view(actor))
    rows = queries.chain_rows(actor, clock.today())
    stages = list(vocab.values("stage"))
    return render(
        request,
        "chains/list.html",
        {
            "page_title": "产业链",
            "stages": stages,
            "lines": [(row, row.at(stages)) for row in rows],
            "stage_totals": [
                sum(cell.count for row in rows for cell in row.at([stage]) if cell)
                for stage in stages
            ],
            "rows": rows,
            "total_projects": sum(row.projects for row in rows),
            "total_amount": sum(row.amount for row in rows),
            "total_gaps": sum(row.gaps for row in rows),
            "total_weak": sum(row.weak for row in rows),
        },
    )


@require_safe
def chain_detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/chains/<代码>/`:链图、龙头、断链、项目、目录、文件原文、责任单位。"""
    actor = _actor(request)
    require(access.can_view(actor))
    today = clock.today()
    page = queries.chain_page(code, actor, today)
    listed = queries.project_page(
        actor, page.chain.pk, request.GET.get("sort", ""), request.GET.get("cursor", ""),
        clamp_limit(request.GET.get("limit")),
    )  # fmt: skip
    return render(
        request,
        "chains/detail.html",
        {
            "page_title": page.chain.name,
            "page": page,
            "chain": page.chain,
            "node_lines": NODE_LINES,
            "listed": listed,
            "listed_pager": Page[Any](
                listed.lines, listed.next, listed.prev, listed.limit, total=page.projects
            ),
            "table": _projects(request, page, listed, today),
            "may_keep": bool(access.can_keep(actor, page.keepers)),
            "may_appoint": bool(access.can_appoint(actor, page.keepers)),
            "crumbs": [{"label": "产业链", "url": "/chains/"}, {"label": page.chain.short_name}],
        },
    )


def _projects(request: HttpRequest, page: Any, listed: queries.ProjectPage, today: date) -> Table:
    """本链项目:次序同项目库,键集翻页。"""
    nodes = {card.node.pk: card.node.name for card in page.cards}

    def state(line: queries.ProjectLine) -> SafeString:
        said = "" if line.recognised else ui.pill("wait")
        return format_html("{} {}", ui.badge("stage", line.stage), said)

    columns = (
        Column("name", "项目", second="code", href="url", fixed=True, phone="full"),
        Column("node", "环节", value=lambda r: nodes.get(r.node_id, "未归入"), phone="two"),
        Column("stage", "所在库", cell=state, phone="signal"),
        Column("amount", "总投资", kind="money", sort="total"),
        Column("unit", "首谈单位", phone="two"),
        Column("updated_at", "更新", kind="datetime", sort="updated", phone="skip"),
    )
    return Table(
        columns, listed.lines, params=request.GET, sort=listed.sort,
        money_unit=money_unit(request), today=today, row_key="code", caption="各个项目",
        empty="这条链还没有您看得见的在库项目。登记项目时选上产业链与环节，就会列在这里",
    )  # fmt: skip


def _chain(request: HttpRequest, code: str) -> Chain:
    require(access.can_view(_actor(request)))
    chain = queries.chain_by_code(code)
    if chain is None:
        raise NotFound()
    return chain


def _crumbs(chain: Chain, last: str) -> list[dict[str, str]]:
    return [
        {"label": "产业链", "url": "/chains/"},
        {"label": chain.short_name, "url": f"/chains/{chain.code}/"},
        {"label": last},
    ]


@require_http_methods(["GET", "POST"])
def enterprise_new(request: HttpRequest, code: str) -> HttpResponse:
    """登记一家本地企业;`?node=` 预选环节。"""
    chain = _chain(request, code)
    actor, now = _actor(request), clock.now()
    require(access.can_keep(actor, queries.keepers_of(chain.pk, now.date())))
    nodes = queries.node_choices(chain.code)
    form = EnterpriseForm(nodes, request.POST or None, initial={"node": request.GET.get("node")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = actions.register_enterprise(
                actor=actor,
                chain_code=chain.code,
                node_code=data["node"],
                name=data["name"],
                is_anchor=data["is_anchor"],
                note=data["note"],
                now=now,
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, f"已登记「{row.name}」")
            return redirect("chains:detail", code=chain.code)
    return _form(request, chain, form, "登记本地企业", "登记企业", "4.0b")


@require_http_methods(["GET", "POST"])
def enterprise_retire(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """移出一家本地企业(确认页,问理由)。"""
    chain = _chain(request, code)
    actor, now = _actor(request), clock.now()
    require(access.can_keep(actor, queries.keepers_of(chain.pk, now.date())))
    firm = queries.enterprise(chain.pk, pk)
    form = RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.retire_enterprise(
                actor=actor,
                chain_code=chain.code,
                enterprise_id=pk,
                reason=form.cleaned_data["reason"],
                now=now,
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, f"已移出「{row.name}」")
            return redirect("chains:detail", code=chain.code)
    return render(
        request,
        "chains/confirm.html",
        {
            "page_title": "移出本地企业",
            "what": f"把「{firm.name}」移出{chain.name}",
            "clause": "4.0b",
            "consequences": [
                "不再计入这个环节的本地企业，断链、弱链随之重算",
                "登记与移出都留在台账里",
            ],
            "undo": "移错了可以重新登记",
            "form": form,
            "submit": "移出",
            "danger": True,
            "cancel_url": f"/chains/{chain.code}/",
            "crumbs": _crumbs(chain, "移出本地企业"),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, code: str) -> HttpResponse:
    """任命链长、服务秘书;`?kind=` 预选职务。"""
    chain = _chain(request, code)
    actor, now = _actor(request), clock.now()
    require(access.can_appoint(actor, queries.keepers_of(chain.pk, now.date())))
    candidates = queries.appointable(chain.pk, now.date())
    form = AppointForm(
        [(str(post.pk), f"{post.person.name}·{post.unit}·{_title(post)}") for post in candidates],
        request.POST or None,
        initial={"kind": request.GET.get("kind"), "starts_on": now.date()},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        post = next(post for post in candidates if str(post.pk) == data["post"])
        kind = PostKind(data["kind"])
        try:
            actions.appoint(
                actor=actor,
                chain_code=chain.code,
                kind=kind,
                person=post.person,
                unit=post.unit,
                starts_on=data["starts_on"],
                now=now,
            )
        except RuleBroken as broken:
            for finding in broken.findings:
                place = "post" if finding.field in ("person", "unit") else finding.field
                form.add_error(place if place in form.fields else None, finding.message)
        else:
            messages.success(
                request, f"已任命{kind.label} {post.person.name}；系统角色由安全管理员另行授予"
            )
            return redirect("chains:detail", code=chain.code)
    return _form(request, chain, form, "任命链长与服务秘书", "任命", "4.0c")


def _title(post: Post) -> str:
    return post.title or post.get_role_display()


def _form(
    request: HttpRequest, chain: Chain, form: Any, title: str, submit: str, clause: str
) -> HttpResponse:
    return render(
        request,
        "chains/form.html",
        {
            "page_title": title,
            "chain": chain,
            "form": form,
            "submit": submit,
            "clause": clause,
            "crumbs": _crumbs(chain, title),
        },
        status=422 if form.errors else 200,
    )
