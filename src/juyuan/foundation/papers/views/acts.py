"""一份公文上办的事,都是一页确认;改话就在公文页上。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from juyuan.foundation.files.kept import receive
from juyuan.foundation.papers import actions
from juyuan.foundation.papers import queries as read
from juyuan.foundation.papers.actions.numbers import numbering
from juyuan.foundation.papers.actions.sending import DeliveryDraft
from juyuan.foundation.papers.forms import (
    DeliveryForm,
    NumberForm,
    PlainForm,
    ReasonForm,
    ScanForm,
    WordsForm,
)
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import kind_of
from juyuan.foundation.papers.states import Numbering
from juyuan.foundation.papers.views.pages import actor_of
from juyuan.foundation.personal.autosave import autosaved
from juyuan.foundation.ui.confirming import confirmed
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Refusal, RuleBroken, Stale, require

BOTH = ["GET", "HEAD", "POST"]


def _url(document: Document) -> str:
    return reverse("papers:detail", args=[document.code])


def _open(request: HttpRequest, code: str, may: str) -> tuple[Actor, Document]:
    actor = actor_of(request)
    document = read.door(actor, code)
    kind = kind_of(document.kind)
    checks: dict[str, Callable[[Actor, Document], Access]] = {
        "prepare": kind.can_prepare, "approve": kind.can_approve,
    }  # fmt: skip
    require(checks[may](actor, document))
    return actor, document


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _files(request: HttpRequest) -> Any:
    return request.FILES if request.method == "POST" else None


def _page(
    request: HttpRequest, document: Document, form: forms.Form, run: Callable[[], None], **page: Any
) -> HttpResponse:
    def go() -> str:
        run()
        return _url(document)

    return confirmed(
        request, form, go, back=_url(document), clause=kind_of(document.kind).clause,
        crumbs=[{"label": "公文", "url": reverse("papers:list")},
                {"label": document.number or document.title, "url": _url(document)}],
        **page,
    )  # fmt: skip


@require_POST
@autosaved("papers.words")
def words(request: HttpRequest, code: str) -> HttpResponse:
    """存下改的话;`then=submit` 存了就去送批。"""
    actor, document = _open(request, code, "prepare")
    form = WordsForm(request.POST, document=document)
    if form.is_valid():
        try:
            actions.revise_paper(
                actor=actor, document=document, words=form.words(),
                version=form.cleaned_data["version"], now=clock.now(),
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return _refused(request, document, stale)
        else:
            messages.success(request, "已存下")
            then = "papers:submit" if request.POST.get("then") == "submit" else "papers:detail"
            return HttpResponseRedirect(reverse(then, args=[document.code]))
    return confirmed(
        request, form, lambda: _url(document), done="", back=_url(document), title="改稿",
        what=f"改稿：{document.title}", submit="存下", crumbs=[], consequences=["事实由系统带出，不能改"],
        clause=kind_of(document.kind).clause,
    )  # fmt: skip


def _refused(request: HttpRequest, document: Document, refusal: Refusal) -> HttpResponse:
    return respond(
        request, refusal, what=f"{document.title}：没有办成",
        steps=[Step("看最新内容", _url(document), True)],
    )  # fmt: skip


@require_http_methods(BOTH)
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """送批。"""
    actor, document = _open(request, code, "prepare")
    return _page(
        request, document, PlainForm(_data(request)),
        lambda: _done(actions.submit_paper(actor=actor, document=document, now=clock.now())),
        done="已送批", title="送批", what=f"送批：{document.title}", submit="送批",
        consequences=["批准人收到待办；送批之后不能再改，要改请批准人退回", "起草、改稿的人不能批"],
    )  # fmt: skip


def _done(document: Document) -> None:
    """办成了,没有别的要做。"""


@require_http_methods(BOTH)
def approve(request: HttpRequest, code: str) -> HttpResponse:
    """批准。"""
    actor, document = _open(request, code, "approve")
    return _page(
        request, document, PlainForm(_data(request)),
        lambda: _done(actions.approve_paper(actor=actor, document=document, now=clock.now())),
        done="已批准", title="批准", what=f"批准：{document.title}", submit="批准",
        consequences=["起草单位收到印发的待办", "批准留名留时，不能批自己起草、改过的"],
    )  # fmt: skip


@require_http_methods(BOTH)
def send_back(request: HttpRequest, code: str) -> HttpResponse:
    """退回改稿。"""
    actor, document = _open(request, code, "approve")
    form = ReasonForm(_data(request))
    return _page(
        request, document, form,
        lambda: _done(actions.return_paper(
            actor=actor, document=document, reason=form.cleaned_data["reason"], now=clock.now()
        )),
        done="已退回", title="退回改稿", what=f"退回：{document.title}", submit="退回",
        consequences=["回到草拟，起草人看得见理由"],
    )  # fmt: skip


@require_http_methods(BOTH)
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """编号印发。"""
    actor, document = _open(request, code, "prepare")
    typed = numbering(clock.today()) == Numbering.OFFICE
    form = NumberForm(_data(request), typed=typed)
    return _page(
        request, document, form,
        lambda: _done(actions.issue_paper(
            actor=actor, document=document, number=form.cleaned_data.get("number", ""),
            now=clock.now(),
        )),
        done="已编号印发", title="编号印发", what=f"印发：{document.title}", submit="编号印发",
        consequences=[
            "照抄办公系统的文号" if typed else "从本单位的登记簿取下一号，号不能退",
            "成文日期是今天；docx 与 pdf 存档，末面印核验码", "盖章之后请上传盖章件，再记送达",
        ],
    )  # fmt: skip


@require_http_methods(BOTH)
def void(request: HttpRequest, code: str) -> HttpResponse:
    """作废。"""
    actor = actor_of(request)
    document = read.door(actor, code)
    kind = kind_of(document.kind)
    may = kind.can_approve(actor, document)
    require(may if may or document.number else kind.can_prepare(actor, document))
    form = ReasonForm(_data(request))
    return _page(
        request, document, form,
        lambda: _done(actions.void_paper(
            actor=actor, document=document, reason=form.cleaned_data["reason"], now=clock.now()
        )),
        done="已作废", title="作废", what=f"作废：{document.title}", submit="作废", danger=True,
        consequences=["已编的号不再用，登记簿上写明作废", "作废之后不能恢复，要发请重新起草"],
    )  # fmt: skip


def _kept(request: HttpRequest, actor: Actor, form: forms.Form) -> Any:
    if request.method != "POST":
        return None
    form.is_valid()
    try:
        return receive(request, actor, "file", clock.now())
    except RuleBroken as broken:
        add_findings(form, broken.findings)
        return None


@require_http_methods(BOTH)
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """上传盖章件。"""
    actor, document = _open(request, code, "prepare")
    form = ScanForm(_data(request), _files(request))
    kept = _kept(request, actor, form)
    return _page(
        request, document, form,
        lambda: _done(actions.upload_scan(
            actor=actor, document=document, file_id=kept.file_id if kept else None, now=clock.now()
        )),
        done="已上传盖章件", title="上传盖章件", what=f"盖章件：{document.number}", submit="上传",
        kept=kept, consequences=["对外的一份以盖章件为准", "传错了可以再传，先前的仍留底"],
    )  # fmt: skip


@require_http_methods(BOTH)
def deliver(request: HttpRequest, code: str) -> HttpResponse:
    """记下一次送达。"""
    actor, document = _open(request, code, "prepare")
    form = DeliveryForm(_data(request), _files(request))
    kept = _kept(request, actor, form)

    def run() -> None:
        data = form.cleaned_data
        actions.record_delivery(
            actor=actor, document=document, now=clock.now(),
            draft=DeliveryDraft(
                data["way"], data["receiver"], data["on"], data["note"],
                kept.file_id if kept else None,
            ),
        )  # fmt: skip

    return _page(
        request, document, form, run, done="已记送达", title="记录送达",
        what=f"送达：{document.number}", submit="记下", kept=kept,
        consequences=["对方的期限从送达之日起算", "记下不能改；又送一次就再记一次"],
    )  # fmt: skip
