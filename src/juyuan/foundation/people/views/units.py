"""单位:树、登记、修改。"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.ledger.queries import timeline
from juyuan.foundation.people import access, actions, directory
from juyuan.foundation.people.actions.units import draft_of
from juyuan.foundation.people.directory import UnitLine
from juyuan.foundation.people.forms import UnitForm
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.views.accounts import can
from juyuan.foundation.people.views.shared import actor_of, tabs
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import RuleBroken, require


def page_of(code: str) -> str:
    return reverse("people:unit", args=[code])


def _name(line: UnitLine) -> Any:
    """名称前按层级缩进(全角空格,不靠样式)。"""
    return format_html(
        '{}<a class="jy-name" href="{}">{}</a><small>{}</small>',
        "　" * line.depth,
        page_of(line.unit.code),
        line.unit.name,
        line.unit.code,
    )


COLUMNS = (
    Column("name", "单位", cell=_name, phone="full", fixed=True),
    Column("kind", "类别", value=lambda r: r.unit.get_kind_display()),
    Column("function", "职能代码", value=lambda r: r.unit.function),
    Column("county", "承载地", value=lambda r: "是" if r.unit.is_county else ""),
    Column("people", "在任", kind="number"),
    Column(
        "state",
        "状态",
        cell=lambda r: ui.light("idle", "停用") if r.unit.disabled_on else ui.light("ok", "在用"),
    ),
)


@require_GET
def unit_list(request: HttpRequest) -> HttpResponse:
    """`/admin/units/`。Raises: Denied。"""
    actor = actor_of(request)
    require(access.can_see_accounts(actor))
    table = Table(
        COLUMNS,
        directory.unit_tree(clock.today()),
        params=request.GET,
        row_key=lambda r: r.unit.code,
        row_label=lambda r: r.unit.name,
        caption="单位",
        empty="还没有单位。请先导入单位表，或逐个登记",
    )
    context = {
        "page_title": "单位",
        "tabs": tabs(request, "people:units"),
        "table": table,
        "can": can(actor),
    }
    return render(request, "people/units.html", context)


@require_http_methods(["GET", "POST"])
def new_unit(request: HttpRequest) -> HttpResponse:
    """Raises: Denied。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unit = actions.create_unit(actor=actor, draft=form.draft(), now=clock.now())
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, f"已登记 {unit.name}")
            return HttpResponseRedirect(page_of(unit.code))
    return _form(request, form, "登记单位", None)


@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """一个单位;系统管理员可改,安全管理员只看。Raises: Denied、NotFound、Stale。"""
    actor = actor_of(request)
    require(access.can_see_accounts(actor))
    found = directory.unit(code)
    before = draft_of(found)
    initial = {**asdict(before), "aliases": "、".join(before.aliases)}
    form = UnitForm(request.POST or None, known=found, initial=initial)
    if request.method == "POST":
        require(access.can_register(actor))
    if request.method == "POST" and form.is_valid():
        draft = form.draft(code)
        changes = {k: v for k, v in asdict(draft).items() if k not in ("order", "origin", "code")}
        try:
            actions.edit_unit(
                actor=actor,
                code=code,
                version=_version(request),
                changes={**changes, "aliases": draft.aliases},
                now=clock.now(),
            )
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, "已保存")
            return HttpResponseRedirect(page_of(code))
    return _form(request, form, found.name, found)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _form(request: HttpRequest, form: UnitForm, title: str, found: Unit | None) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "page_title": title,
        "form": form,
        "unit": found,
        "tabs": tabs(request, "people:units"),
        "can": can(actor),
        "history": [directory.event_line(e) for e in timeline("unit", found.code, limit=20)]
        if found
        else [],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "people/unit.html", context, status=status)
