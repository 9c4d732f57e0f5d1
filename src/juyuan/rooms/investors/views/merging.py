"""合并与撤销、核对重合:先看计划,再问理由,再办。"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.investors import access, actions, queries
from juyuan.rooms.investors.actions.edit import draft_of
from juyuan.rooms.investors.forms import MergeForm, ReasonForm, SettleForm, TargetForm
from juyuan.rooms.investors.models import Case, Investor, MergeRecord
from juyuan.rooms.investors.queries.detail import open_cases
from juyuan.rooms.investors.rules.drafts import LABELS, said
from juyuan.rooms.investors.rules.merging import UNDO_DAYS, MergePlan
from juyuan.rooms.investors.views.pages import actor_of, crumbs, detail_url


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """合并:没选留下的一家先选;选了看计划;写了理由就办。"""
    actor = actor_of(request)
    source = queries.door(actor, code)
    require(access.can_merge(actor))
    chosen = (request.POST or request.GET).get("target", "").strip().upper()
    pick = TargetForm({"target": chosen} if chosen else None)
    target = None
    if chosen:
        try:
            target = queries.door(actor, chosen[:20])
        except NotFound:
            pick.is_valid()
            pick.add_error("target", f"没有编号为「{chosen[:20]}」的投资方,请核对")
    if target is None:
        return _page(request, source, pick, None, MergeForm(), 422 if chosen else 200)
    plan = actions.plan(actor=actor, source=source, target=target)
    initial = {
        "target": target.code,
        "source_version": source.version,
        "target_version": target.version,
    }
    form = MergeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.merge(
                actor=actor,
                source=source,
                target=target,
                versions=(data["source_version"], data["target_version"]),
                reason=data["reason"],
                now=clock.now(),
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            step = Step("重看合并计划", f"{request.path}?target={target.code}", True)
            return respond(request, stale, what="看计划之后有人改过其中一家,没有合并", steps=[step])
        else:
            messages.success(request, f"已并入「{target.name}」,{UNDO_DAYS} 天内可以撤销")
            return redirect(detail_url(target))
    return _page(request, source, pick, plan, form, 422 if request.method == "POST" else 200)


def _page(
    request: HttpRequest,
    source: Investor,
    pick: TargetForm,
    plan: MergePlan | None,
    form: MergeForm,
    status: int,
) -> HttpResponse:
    context = {
        "page_title": "合并投资方",
        "investor": source,
        "pick": pick,
        "plan": plan,
        "form": form,
        "undo_days": UNDO_DAYS,
        "crumbs": crumbs((source.name, detail_url(source)), ("合并",)),
        "cancel_url": detail_url(source),
    }
    return render(request, "investors/merge.html", context, status=status)


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销一次合并。"""
    actor = actor_of(request)
    require(access.can_merge(actor))
    entry = MergeRecord.objects.select_related("source", "target").filter(pk=pk).first()
    if entry is None:
        raise NotFound
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            back = actions.undo_merge(
                actor=actor, entry=entry, reason=form.cleaned_data["reason"], now=clock.now()
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, f"「{back.name}」已恢复,搬走的都放回了")
            return redirect(detail_url(back))
    context = {
        "page_title": "撤销合并",
        "what": f"把「{entry.source.name}」从「{entry.target.name}」里分出来",
        "clause": "2.5b",
        "consequences": [
            "搬走的别名、联系人、分支机构、项目放回原来的一家",
            "合并时补上的内容,此后没有再改的收回",
            "合并之后新添的留在现在这一家",
        ],
        "form": form,
        "submit": "撤销合并",
        "danger": True,
        "cancel_url": detail_url(entry.target),
    }
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """待核对的重合(商务主管部门)。"""
    actor = actor_of(request)
    require(access.can_settle(actor))
    context = {
        "page_title": "待核对的重合",
        "cases": list(open_cases()[:200]),
        "crumbs": crumbs(("待核对的重合",)),
    }
    return render(request, "investors/cases.html", context)


@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """核对一件:两边并排,写依据,下结论。"""
    actor = actor_of(request)
    require(access.can_settle(actor))
    case = (
        Case.objects.select_related("investor__group", "unit", "pending", "asked_by__person")
        .filter(pk=pk)
        .first()
    )
    if case is None:
        raise NotFound
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            found = actions.settle_case(
                actor=actor, case=case, same=data["same"], reason=data["reason"], now=clock.now()
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, f"已核对,申报单位今后用「{found.name}」")
            return redirect(reverse("investors:cases"))
    context = {
        "page_title": "核对重合",
        "case": case,
        "sides": _sides(case),
        "form": form,
        "crumbs": crumbs(("待核对的重合", reverse("investors:cases")), ("核对",)),
        "cancel_url": reverse("investors:cases"),
    }
    return render(request, "investors/settle.html", context, status=422 if form.errors else 200)


def _sides(case: Case) -> list[tuple[str, str, str, bool]]:
    """两边逐项:(名目, 申报单位所填, 已登记, 是否相同)。"""
    registered = draft_of(case.investor)
    found = []
    for name, label in LABELS.items():
        mine = said(name, case.typed.get(name))
        theirs = said(name, getattr(registered, name))
        if mine or theirs:
            found.append((label, mine, theirs, bool(mine) and mine == theirs))
    return found
