"""改一个数的两页:提议(先看影响)、办结(看影响,确认或不同意)。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.files import kept
from juyuan.foundation.policy import access, effects, pages, queries
from juyuan.foundation.policy.actions import (
    Proposed,
    confirm_parameter,
    propose_parameter,
    read_proposal,
    reject_parameter,
)
from juyuan.foundation.policy.forms import ProposeForm
from juyuan.foundation.policy.models import ParameterProposal, ProposalStatus
from juyuan.foundation.policy.rulebook import naming
from juyuan.foundation.policy.timeline import ParameterRow
from juyuan.foundation.policy.values import shown_lines
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require

BOTH = ["GET", "HEAD", "POST"]


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


@require_http_methods(BOTH)
def parameter_propose(request: HttpRequest, key: str) -> HttpResponse:
    """`/policy/parameters/<键>/propose/`:先看影响(现值 → 新值、项目、待办、数字),再提交;另一人确认后生效。"""
    actor, now, pack = _actor(request), clock.now(), queries.pack()
    row = pages.parameter_row(key, now.date())
    if row is None:
        raise NotFound
    require(access.can_propose(actor, row, pack.bureau))
    if request.method != "POST":
        start = {"text": pages.start_text(row), "effective_from": now.date()}
        return _propose_page(request, row, ProposeForm(row, initial=start))
    form = ProposeForm(row, request.POST, request.FILES)
    valid = form.is_valid()
    file: kept.Kept | None = None
    known: Proposed | None = None
    try:
        file = kept.receive(request, actor, "paper_file", now)
        if valid:
            given = form.cleaned_data
            common = {"key": key, "text": given["text"], "effective_from": given["effective_from"]}
            known = read_proposal(actor=actor, now=now, **common)
            if request.POST.get("step") == "submit":
                propose_parameter(
                    actor=actor, now=now, reason=given["reason"],
                    paper=form.paper(file.file_id if file else None), **common,
                )  # fmt: skip
                messages.success(
                    request,
                    f"已提议修改「{row.label}」，等{pack.bureau}另一位核验人或负责人确认",
                )
                return redirect(pages.home(row))
    except RuleBroken as error:
        add_findings(form, error.findings)
    seen = known is not None and not form.errors
    return _propose_page(request, row, form, known=known, file=file, status=200 if seen else 422)


def _propose_page(
    request: HttpRequest,
    row: ParameterRow,
    form: ProposeForm,
    *,
    known: Proposed | None = None,
    file: kept.Kept | None = None,
    status: int = 200,
) -> HttpResponse:
    who, today = naming(queries.pack()), clock.today()
    context: dict[str, Any] = {
        "page_title": f"修改「{row.label}」",
        "row": row,
        "form": form,
        "kept": file,
        "home": pages.home(row),
        "before": shown_lines(row, who),
        "previewed": known is not None,
        "bureau": queries.pack().bureau,
        "crumbs": _crumbs(row, "修改"),
    }
    form.fields["paper_on"].widget.attrs["max"] = today.isoformat()
    if known is not None:
        day = form.cleaned_data["effective_from"]
        context |= _change(_actor(request), known.row, known.value, day, today)
    return render(request, "policy/propose.html", context, status=status)


def _change(
    actor: Actor, row: ParameterRow, value: Any, effective_from: date, today: date
) -> dict[str, Any]:
    """现值 → 新值,与它的影响。"""
    who = naming(queries.pack())
    change = pages.difference(shown_lines(row, who), shown_lines(replace(row, value=value), who))
    return {
        "change": change,
        "past": effective_from < today,
        "future": effective_from > today,
        "effective_from": effective_from,
        "effects": None
        if change.same
        else effects.preview(
            actor=actor, key=row.key, value=value, effective_from=effective_from, today=today
        ),
    }


def _crumbs(row: ParameterRow, last: str) -> list[dict[str, str]]:
    return [
        {"label": "条款与参数", "url": reverse("policy")},
        {"label": row.label, "url": pages.home(row)},
        {"label": last},
    ]


@require_http_methods(BOTH)
def parameter_proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """`/policy/proposals/<号>/`:现值 → 新值、理由、依据文件、影响;确认,或不同意(须写理由)。"""
    actor, now = _actor(request), clock.now()
    require(access.can_view_proposals(actor, queries.bureau()))
    proposal = queries.proposal(proposal_id)
    finding = ""
    if request.method == "POST":
        note = request.POST.get("note", "")[:1000]
        try:
            return _settle(request, actor, proposal, note)
        except RuleBroken as error:
            finding = error.findings[0].message
    row = queries.params(max(proposal.effective_from, now.date())).row(proposal.key)
    open_now = proposal.status == ProposalStatus.OPEN
    context = {
        "page_title": f"确认「{row.label}」" if open_now else f"提议：{row.label}",
        "proposal": proposal,
        "row": row,
        "home": pages.home(row),
        "open": open_now,
        "paper": pages.paper_of(proposal),
        "may_settle": access.can_settle(actor, proposal.proposed_by_id_at, queries.bureau()),
        "bureau": queries.bureau(),
        "finding": finding,
        "note": request.POST.get("note", ""),
        "crumbs": _crumbs(row, "确认" if open_now else "提议"),
    }
    if open_now:
        context |= _change(actor, row, proposal.value, proposal.effective_from, now.date())
    else:
        context["value"] = shown_lines(replace(row, value=proposal.value), naming(queries.pack()))
    return render(request, "policy/proposal.html", context, status=422 if finding else 200)


def _settle(
    request: HttpRequest, actor: Actor, proposal: ParameterProposal, note: str
) -> HttpResponse:
    now = clock.now()
    if request.POST.get("decision") == "confirm":
        version = confirm_parameter(actor=actor, proposal_id=proposal.pk, note=note, now=now)
        messages.success(
            request, f"已确认「{version.label}」，自 {version.effective_from} 起按新值"
        )
    else:
        reject_parameter(actor=actor, proposal_id=proposal.pk, note=note, now=now)
        messages.info(request, "已记为不同意，参数不变")
    row = pages.parameter_row(proposal.key, now.date())
    return redirect(pages.home(row) if row else reverse("policy"))
