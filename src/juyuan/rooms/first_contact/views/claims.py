"""首谈:清单、登记(旁边是即时的盲查重)、一件首谈、期初确认。"""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.exchange.queries import opening_barred
from juyuan.foundation.figures.rules import read_as_of
from juyuan.foundation.files.kept import receive
from juyuan.foundation.files.queries import files_of
from juyuan.foundation.policy.queries import bureau, params
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.raising import CLASHING
from juyuan.rooms.first_contact.actions.register import register_claim
from juyuan.rooms.first_contact.actions.rights import confirm_opening_claims
from juyuan.rooms.first_contact.forms import new_session
from juyuan.rooms.first_contact.forms.claims import ClaimForm, OpeningForm
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries import claims as read
from juyuan.rooms.first_contact.queries import opening as waiting
from juyuan.rooms.first_contact.queries import pages
from juyuan.rooms.first_contact.queries.offers import offered
from juyuan.rooms.first_contact.rules.rights import ClaimState
from juyuan.rooms.first_contact.views.acts import BOTH, claim_url, confirmed
from juyuan.rooms.first_contact.views.pages import actor_of, answer_context
from juyuan.rooms.investors.queries import door as investor_door
from juyuan.rooms.pipeline.queries.scope import door as project_door

ACTS = {
    "accept": ("答复移交", "check"), "found": ("登记项目", "plus"),
    "file": ("补交凭据", "upload"), "lapse": ("确认失去独占", "shield-x"), "extend": ("延长保护期", "calendar-plus"),
    "take_up": ("接手", "user-check"), "hand_over": ("移交", "transfer"), "end": ("终结", "circle-x"),
}  # fmt: skip


def _tabs(actor: Actor, tab: str, unit: str, as_of: date | None) -> list[dict[str, Any]]:
    shown = dict(pages.TABS)
    if not access.decides(actor):
        shown.pop("opening")
    more = (f"&unit={quote(unit)}" if unit else "") + (f"&as_of={as_of}" if as_of else "")
    return [
        {"label": label, "url": f"?tab={key}{more}", "current": key == tab}
        for key, label in shown.items()
    ]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/first-contacts/`:看得见的首谈;缺省只列在办的。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    tab, unit = pages.read_tab(request.GET.dict())
    as_of, problem = read_as_of(request.GET.get("as_of", ""), today)
    page = paginate(
        pages.listed(actor, tab, unit, as_of or today, as_of), Order("id", desc=True),
        request.GET.get("cursor", "")[:400], page_limit(request),
    )  # fmt: skip
    context = {
        "page_title": "首谈",
        "page": page,
        "lines": pages.lines(list(page.items), as_of or today),
        "as_of": as_of,
        "problem": problem,
        "tabs": _tabs(actor, tab, unit, as_of),
        "unit": unit,
        "tab": tab,
        "may_register": bool(access.can_register(actor)),
        "may_confirm": bool(access.can_decide(actor)),
        "export_url": reverse("exchange:export", args=["claims"])
        + querystring.replace(request.GET, limit=None, cursor=None, tab=tab)
        if page.items and as_of is None
        else "",
    }
    return render(request, "first_contact/list.html", context)


@require_http_methods(BOTH)
def register(request: HttpRequest) -> HttpResponse:
    """`/first-contacts/new/`:登记;`?project=编号` 登记在这个项目上,`?investor=编号` 从这一家登记。"""
    actor, now = actor_of(request), clock.now()
    require(access.can_register(actor))
    code = request.GET.get("project", "").replace("\x00", "")[:40]
    project = project_door(actor, code) if code else None
    party = request.GET.get("investor", "").replace("\x00", "")[:40]
    investor = investor_door(actor, party) if party else None
    window = not opening_barred(now.date())
    form = ClaimForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        on_project=project is not None, window=window,
        initial={"session": new_session(), **pages.prefill(actor, project, investor)},
    )  # fmt: skip
    kept = None
    if form.is_bound:
        valid = form.is_valid()
        try:
            kept = receive(request, actor, "file", now)
            if valid:
                made = register_claim(
                    actor=actor, draft=form.draft(kept.file_id if kept else None),
                    project=project, now=now,
                )  # fmt: skip
                _tell(request, made.claim)
                return HttpResponseRedirect(claim_url(made.claim))
        except RuleBroken as broken:
            add_findings(form, broken.findings)
    for name in ("contacted_on", "evidence_on"):
        form.fields[name].widget.attrs["max"] = now.date().isoformat()
    context = {
        "page_title": "首谈登记",
        "form": form,
        "kept": kept,
        "project": project,
        "days": params(now.date())["first_contact.register_workdays"],
        "crumbs": [{"label": "首谈", "url": reverse("first_contact:list")}, {"label": "登记"}],
        **answer_context(None),
    }
    return render(
        request, "first_contact/register.html", context, status=422 if form.is_bound else 200
    )


def _tell(request: HttpRequest, claim: Claim) -> None:
    if claim.state == ClaimState.DISPUTED:
        messages.warning(
            request, f"已登记。存在重合，由{bureau()}裁定；请补充接触的凭据，裁定之前不得承诺政策"
        )
    elif claim.state == ClaimState.REGISTERED:
        messages.success(request, f"已登记，等{bureau()}确认期初")
    else:
        messages.success(request, "已登记，自今天起受保护")


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/first-contacts/<编号>/`:一件首谈的内容、权利、能办的事。"""
    actor, today = actor_of(request), clock.today()
    claim = read.door(actor, code)
    seen = read.rights([claim], today)[claim.pk]
    line = pages.Line(claim, seen)
    conflicts = pages.conflicts_of(actor, claim)
    waiting = pages.pending_handover(claim)
    context = {
        "page_title": claim.project_name,
        "claim": claim,
        "line": line,
        "outlook": seen.outlook,
        "facts": pages.facts_of(claim),
        "files": files_of(read.OBJ, [claim.pk]).get(str(claim.pk), []),
        "timeline": pages.timeline(claim),
        "conflicts": conflicts,
        "handover": waiting,
        "project_url": pages.project_url(actor, claim),
        "acts": _acts(actor, claim, offered(actor, claim, seen, waiting, conflicts)),
        "crumbs": [{"label": "首谈", "url": reverse("first_contact:list")}, {"label": claim.code}],
    }
    return render(request, "first_contact/claim.html", context)


def _acts(actor: Actor, claim: Claim, names: list[str]) -> list[dict[str, Any]]:
    found = [
        {
            "label": ACTS[name][0], "icon": ACTS[name][1],
            "url": reverse(f"first_contact:{name}", args=[claim.code]),
            "primary": name in ("accept", "found", "file", "take_up"),
        }
        for name in names
    ]  # fmt: skip
    if claim.state in CLASHING and access.can_decide(actor):
        url = f"{reverse('first_contact:conflict_new')}?first={claim.code}"
        found.append({"label": "立撞单", "icon": "alert-triangle", "url": url, "primary": False})
    return found


@require_http_methods(BOTH)
def opening(request: HttpRequest) -> HttpResponse:
    """`/first-contacts/opening/`:期初补录的首谈成批确认;撞单的一并列出。"""
    actor = actor_of(request)
    require(access.can_decide(actor))
    found = waiting.sheet(actor)
    choices = [(row.code, row.project_name) for row in found.waiting]
    form = OpeningForm(request.POST if request.method == "POST" else None, waiting=choices)

    def run() -> str:
        picked = set(form.cleaned_data["picked"])
        chosen = [row for row in found.waiting if row.code in picked]
        if not chosen:
            raise RuleBroken.one("picked", "opening.none", "请勾选要确认的首谈", "3.2b")
        confirm_opening_claims(
            actor=actor, claims=chosen, reason=form.cleaned_data["reason"], now=clock.now()
        )
        return reverse("first_contact:list")

    return confirmed(
        request, form, run, done="已确认", back=reverse("first_contact:list"),
        crumbs=[{"label": "首谈", "url": reverse("first_contact:list")}],
        title="期初确认", what=f"期初补录的首谈：{len(found.waiting) + found.more} 件待确认", submit="确认",
        consequences=["功劳按凭据的日子，自今天起受保护", "撞单待裁定的只改功劳的时刻，仍由裁定定牵头"],
        template="first_contact/opening.html", sheet=found, picked=request.POST.getlist("picked"),
    )  # fmt: skip
