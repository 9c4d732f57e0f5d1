"""一件首谈上办的事:延长、失去独占、接手、终结、移交、接收、登记项目。都是一页确认。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.files.kept import receive
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ui import confirming
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions import handover, ledger, rights, settle
from juyuan.rooms.first_contact.forms import claims as forms_
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries import claims as read
from juyuan.rooms.first_contact.queries.pages import pending_handover
from juyuan.rooms.first_contact.views.pages import actor_of
from juyuan.rooms.investors.queries import own_units

BOTH = ["GET", "HEAD", "POST"]


def claim_url(claim: Claim) -> str:
    return reverse("first_contact:claim", args=[claim.code])


def confirmed(
    request: HttpRequest, form: forms.Form, run: Callable[[], str], **page: Any
) -> HttpResponse:
    """首谈的确认页:依据 3.2b。"""
    return confirming.confirmed(request, form, run, **{"clause": "3.2b", **page})


def _crumbs(claim: Claim) -> list[dict[str, str]]:
    return [
        {"label": "首谈", "url": reverse("first_contact:list")},
        {"label": claim.project_name, "url": claim_url(claim)},
    ]


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _open(request: HttpRequest, code: str) -> tuple[Actor, Claim]:
    actor = actor_of(request)
    return actor, read.door(actor, code)


@require_http_methods(BOTH)
def extending(request: HttpRequest, code: str) -> HttpResponse:
    """召集人延长保护期。"""
    actor, claim = _open(request, code)
    require(access.can_extend(actor))
    form = forms_.ExtendForm(_data(request))

    def run() -> str:
        rights.extend(
            actor=actor, claim=claim, until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"], now=clock.now(),
        )  # fmt: skip
        return claim_url(claim)

    return confirmed(
        request, form, run, done="已延长保护期", back=claim_url(claim), crumbs=_crumbs(claim),
        title="延长保护期", what=f"延长「{claim.project_name}」的首谈保护", submit="延长",
        consequences=["保护到所写的那一天，不受封顶限制", "延长只能更长，记入权利台账"],
    )  # fmt: skip


@require_http_methods(BOTH)
def lapsing(request: HttpRequest, code: str) -> HttpResponse:
    """商务主管部门确认失去独占。"""
    actor, claim = _open(request, code)
    require(access.can_decide(actor))
    form = forms_.ReasonForm(_data(request))

    def run() -> str:
        rights.confirm_lapse(
            actor=actor, claim=claim, reason=form.cleaned_data["reason"], now=clock.now()
        )
        return claim_url(claim)

    return confirmed(
        request, form, run, done="已确认失去独占", back=claim_url(claim), crumbs=_crumbs(claim),
        title="确认失去独占", what=f"「{claim.project_name}」失去首谈独占", submit="确认", danger=True,
        consequences=["项目暂缺首谈单位，签约等步骤不能前移", "别的单位可以接手；原单位的功劳留在台账", "告知首谈单位"],
    )  # fmt: skip


@require_http_methods(BOTH)
def taking_up(request: HttpRequest, code: str) -> HttpResponse:
    """接手失去独占的首谈。"""
    actor, claim = _open(request, code)
    require(access.can_take_up(actor, claim))
    names = access.decides(actor)
    form = forms_.TakeUpForm(_data(request), names_unit=names)

    def run() -> str:
        unit = form.cleaned_data.get("unit")
        if names and unit is None:
            raise RuleBroken.one("unit", "claim.unit", "请选择接手单位", "3.2b")
        row = rights.take_up(
            actor=actor, claim=claim, unit_id=unit.pk if unit else None,
            reason=form.cleaned_data["reason"], now=clock.now(),
        )  # fmt: skip
        return claim_url(row)

    return confirmed(
        request, form, run, done="已接手", back=claim_url(claim), crumbs=_crumbs(claim),
        title="接手", what=f"接手「{claim.project_name}」", submit="接手",
        consequences=["接手单位成为首谈单位，自今天起受保护", "功劳的时刻自今天算起"],
    )  # fmt: skip


@require_http_methods(BOTH)
def ending(request: HttpRequest, code: str) -> HttpResponse:
    """终结一件首谈。"""
    actor, claim = _open(request, code)
    require(access.can_end(actor, claim, own_units(actor)))
    form = forms_.ReasonForm(_data(request))

    def run() -> str:
        rights.end(actor=actor, claim=claim, reason=form.cleaned_data["reason"], now=clock.now())
        return claim_url(claim)

    return confirmed(
        request, form, run, done="已终结", back=claim_url(claim), crumbs=_crumbs(claim),
        title="终结首谈", what=f"终结「{claim.project_name}」的首谈", submit="终结", danger=True,
        consequences=["不再是首谈单位，项目暂缺首谈单位", "记录留着，不能恢复；要再谈的重新登记"],
    )  # fmt: skip


@require_http_methods(BOTH)
def handing_over(request: HttpRequest, code: str) -> HttpResponse:
    """提出移交。"""
    actor, claim = _open(request, code)
    require(access.can_hand_over(actor, claim))
    form = forms_.HandoverForm(_data(request))

    def run() -> str:
        handover.propose_handover(actor=actor, claim=claim, draft=form.draft(), now=clock.now())
        return claim_url(claim)

    return confirmed(
        request, form, run, done="已提出移交，等接收单位确认", back=claim_url(claim),
        crumbs=_crumbs(claim), title="移交首谈", what=f"移交「{claim.project_name}」", submit="提出移交",
        consequences=["接收单位确认之后才换首谈单位", "功劳的时刻随首谈走，本单位的份额写在移交单上"],
    )  # fmt: skip


@require_http_methods(BOTH)
def accepting(request: HttpRequest, code: str) -> HttpResponse:
    """接收单位答复。"""
    actor, claim = _open(request, code)
    row = pending_handover(claim)
    if row is None or actor.post is None or actor.post.unit_id != row.to_unit_id:
        raise NotFound
    require(access.can_register(actor))
    form = forms_.AnswerForm(_data(request))

    def run() -> str:
        found = handover.answer_handover(
            actor=actor, handover=row, accept=form.cleaned_data["accept"] == "yes",
            answer=form.cleaned_data["answer"], now=clock.now(),
        )  # fmt: skip
        if found.successor is not None:
            return claim_url(found.successor)
        return reverse("first_contact:list")

    return confirmed(
        request, form, run, done="已答复", back=claim_url(claim), crumbs=_crumbs(claim),
        title="接收首谈", what=f"{claim.unit.name}移交「{claim.project_name}」", submit="答复",
        consequences=[
            f"移交材料：{row.materials}", f"未了事项：{row.matters}",
            f"交出单位保留功劳份额 {row.share_bp / 100:g}%", "接收之后由本单位牵头洽谈、签约、落地",
        ],
    )  # fmt: skip


@require_http_methods(BOTH)
def founding(request: HttpRequest, code: str) -> HttpResponse:
    """核对下来不是同一件的,登记成项目。"""
    actor, claim = _open(request, code)
    require(access.can_found(actor, claim))
    form = forms_.ConfirmForm(_data(request))

    def run() -> str:
        settle.found_project(actor=actor, claim=claim, now=clock.now())
        return claim_url(claim)

    return confirmed(
        request, form, run, done="已登记项目，受保护", back=claim_url(claim), crumbs=_crumbs(claim),
        title="登记项目", what=f"把「{claim.project_name}」登记成项目", submit="登记项目",
        consequences=["进入谋划库，本单位为首谈单位", "功劳的时刻仍是当初登记的"],
    )  # fmt: skip


@require_http_methods(BOTH)
def filing(request: HttpRequest, code: str) -> HttpResponse:
    """台账来的首谈,补交凭据的文件。"""
    actor, claim = _open(request, code)
    require(access.can_found(actor, claim))
    now, posted = clock.now(), request.method == "POST"
    form = forms_.FileForm(_data(request), request.FILES if posted else None)
    kept = None
    if posted:
        form.is_valid()
        try:
            kept = receive(request, actor, "file", now)
        except RuleBroken as broken:
            add_findings(form, broken.findings)

    def run() -> str:
        file = uploaded(actor, kept.file_id if kept else None)
        ledger.add_claim_file(actor=actor, claim=claim, file=file, now=now)
        return claim_url(claim)

    return confirmed(
        request, form, run, done="已补交凭据", back=claim_url(claim), crumbs=_crumbs(claim),
        title="补交凭据", what=f"补交「{claim.project_name}」的接触凭据", submit="提交", kept=kept,
        consequences=[
            f"登记时写的是：{claim.get_proof_display()} {claim.evidence_on}" + (f"，{claim.file_name}" if claim.file_name else ""),
            "交了不能换，有别的证据的请在项目页提交",
        ],
    )  # fmt: skip
