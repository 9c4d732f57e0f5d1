"""登记、修改、别名、联系人。"""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.investors import access, actions, queries
from juyuan.rooms.investors.actions.edit import draft_of
from juyuan.rooms.investors.forms import AliasForm, ContactForm, InvestorForm
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.investors.rules.drafts import FIELDS
from juyuan.rooms.investors.views.pages import actor_of, crumbs, detail_url


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """登记一家投资方。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    form = InvestorForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = actions.register_investor(actor=actor, draft=form.draft(), now=clock.now())
            except RuleBroken as broken:
                add_findings(form, broken.findings)
            else:
                messages.success(request, f"已登记「{row.name}」")
                return redirect("investors:detail", code=row.code)
    context = {
        "page_title": "登记投资方",
        "form": form,
        "submit": "登记投资方",
        "cancel_url": "/investors/",
        "crumbs": crumbs(("登记",)),
    }
    return render(request, "investors/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """修改;他人先改过的,摆出现在的内容请核对后再提交,所填的不丢。"""
    actor = actor_of(request)
    investor = queries.door(actor, code)
    require(access.can_edit(actor, investor, queries.own_units(actor)))
    before = draft_of(investor)
    initial = {name: getattr(before, name) for name in FIELDS} | {"version": investor.version}
    form = InvestorForm(request.POST or None, initial=initial)
    status, stale = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.edit_investor(
                    actor=actor,
                    investor=investor,
                    draft=form.draft(),
                    version=form.cleaned_data["version"] or 0,
                    now=clock.now(),
                )
            except RuleBroken as broken:
                add_findings(form, broken.findings)
            except Stale:
                status, stale = 412, True
                # 所填的留着,版本换成现在的:核对之后再点一次保存即可
                kept = request.POST.copy()
                kept["version"] = str(investor.version)
                form = InvestorForm(kept, initial=initial)
            else:
                messages.success(request, "已保存")
                return redirect(detail_url(investor))
    context = {
        "page_title": f"修改 {investor.name}",
        "form": form,
        "submit": "保存修改",
        "cancel_url": detail_url(investor),
        "crumbs": crumbs((investor.name, detail_url(investor)), ("修改",)),
        "stale": stale,
        "current": before,
    }
    return render(request, "investors/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def alias_new(request: HttpRequest, code: str) -> HttpResponse:
    """加一个别名。"""
    actor = actor_of(request)
    investor = queries.door(actor, code)
    require(access.can_edit(actor, investor, queries.own_units(actor)))
    form = AliasForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_alias(
                actor=actor,
                investor=investor,
                name=form.cleaned_data["name"],
                kind=form.cleaned_data["kind"],
                now=clock.now(),
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, "别名已加上,检索与查重都认得")
            return redirect(detail_url(investor))
    return _small(request, investor, form, "加一个别名", "加上别名")


@require_http_methods(["GET", "POST"])
def contact_new(request: HttpRequest, code: str) -> HttpResponse:
    """登记一位联系人。"""
    actor = actor_of(request)
    investor = queries.door(actor, code)
    require(access.can_add_contact(actor))
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_contact(actor=actor, investor=investor, draft=form.draft(), now=clock.now())
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, "联系人已登记")
            return redirect(detail_url(investor))
    return _small(request, investor, form, "登记联系人", "登记联系人")


@require_POST
def alias_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """去掉一个别名。"""
    actor = actor_of(request)
    investor = queries.door(actor, code)
    actions.remove_alias(actor=actor, investor=investor, alias_id=pk, now=clock.now())
    messages.success(request, "别名已去掉")
    return redirect(detail_url(investor))


@require_POST
def contact_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """去掉一位联系人。"""
    actor = actor_of(request)
    investor = queries.door(actor, code)
    actions.remove_contact(actor=actor, investor=investor, contact_id=pk, now=clock.now())
    messages.success(request, "联系人已去掉")
    return redirect(detail_url(investor))


def _small(
    request: HttpRequest, investor: Investor, form: Form, title: str, submit: str
) -> HttpResponse:
    context = {
        "page_title": title,
        "form": form,
        "submit": submit,
        "cancel_url": detail_url(investor),
        "crumbs": crumbs((investor.name, detail_url(investor)), (title,)),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "investors/small_form.html", context, status=status)
