"""一封函上办的事,都是一页确认:起草、成批起草、送达、回复、约谈、结果。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from juyuan.foundation.papers.actions.sending import DeliveryDraft
from juyuan.foundation.papers.forms import DeliveryForm
from juyuan.foundation.personal.autosave import autosaved
from juyuan.foundation.ui.confirming import confirmed
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.evaluation.actions import letters as acts
from juyuan.rooms.evaluation.actions.letterbatch import queue_letters
from juyuan.rooms.evaluation.forms import tracking as forms_
from juyuan.rooms.evaluation.models import Letter
from juyuan.rooms.evaluation.queries import breaches as breach_read
from juyuan.rooms.evaluation.queries import letters as read
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.rules.breaches import TITLES
from juyuan.rooms.evaluation.rules.promises import CLAUSE
from juyuan.rooms.evaluation.views.letters import crumbs
from juyuan.rooms.evaluation.views.promiseacts import BOTH, data_of, files_of, kept_of
from juyuan.rooms.evaluation.views.tracking import actor_of, project_crumbs


@require_http_methods(BOTH)
def new(request: HttpRequest, code: str) -> HttpResponse:
    """起草阶梯上的下一封。"""
    actor = actor_of(request)
    breach = breach_read.door(actor, code)
    require(read.can_draft(actor, breach))
    project = breach.promise.project
    back = reverse("evaluation:promises", args=[project.code]) + f"#{breach.promise.code}"
    level = read.level_for(breach)
    return confirmed(
        request, forms_.PlainForm(data_of(request)),
        lambda: read.url_of(acts.draft_letter(actor=actor, breach=breach, now=clock.now())),
        done="已起草，请核对文稿、写明联系人，再送批", back=back, title="起草函", clause=CLAUSE,
        what=f"起草{TITLES[level]}：{project.name}", submit="起草", crumbs=project_crumbs(project),
        consequences=[
            f"{breach.test_label}：{breach.facts['promised']}；{breach.facts['actual']}，{breach.facts['deviation']}",
            "约定、事实、偏差、证据由系统带出，不能改；整改要求、后续措施、联系人可以改",
            "起草人不能批自己的函；批准之后编号、印发、盖章、送达",
        ],
    )  # fmt: skip


@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """选中的已认定违约,成批起草。"""
    actor = actor_of(request)
    require(access.can_list(actor))
    codes = [code[:40] for code in request.POST.getlist("pick")]
    try:
        run = queue_letters(
            actor=actor, codes=codes, contact=request.POST.get("contact", ""), now=clock.now()
        )
    except RuleBroken as broken:
        back = reverse("evaluation:tracking") + "?tab=confirmed"
        return respond(request, broken, what="没有起草", steps=[Step("回去选", back, True)])
    messages.success(request, "已排上队，办完可以看结果")
    return HttpResponseRedirect(reverse("work:task", args=[run.pk]))


def _page(
    request: HttpRequest, letter: Letter, form: forms.Form, run: Callable[[], Any], **page: Any
) -> HttpResponse:
    back = read.url_of(letter)

    def go() -> str:
        run()
        return back

    return confirmed(request, form, go, back=back, clause=CLAUSE, crumbs=crumbs(letter), **page)


def _name(letter: Letter) -> str:
    return f"{letter.level_label}，{letter.breach.promise.project.name}"


@require_http_methods(BOTH)
def deliver(request: HttpRequest, code: str) -> HttpResponse:
    """记送达。"""
    actor = actor_of(request)
    letter = read.door(actor, code)
    require(read.can_handle(actor, letter))
    form = DeliveryForm(data_of(request), files_of(request))
    kept = kept_of(request, actor, form)

    def run() -> None:
        data = form.cleaned_data
        acts.deliver_letter(
            actor=actor, letter=letter, now=clock.now(),
            draft=DeliveryDraft(
                data["way"], data["receiver"], data["on"], data["note"],
                kept.file_id if kept else None,
            ),
        )  # fmt: skip

    return _page(
        request, letter, form, run, kept=kept, done="已记送达", title="记送达",
        what=f"送达：{_name(letter)}", submit="记下",
        consequences=[f"回复期限自送达之日起算，{letter.days} 日以内", "送达记录只增不改"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.letter_reply")
def reply(request: HttpRequest, code: str) -> HttpResponse:
    """记投资方的回复。"""
    actor = actor_of(request)
    letter = read.door(actor, code)
    require(read.can_handle(actor, letter))
    form = forms_.ReplyForm(data_of(request), files_of(request))
    kept = kept_of(request, actor, form)
    return _page(
        request, letter, form, kept=kept, done="已记回复", title="记投资方回复",
        what=f"回复：{_name(letter)}", submit="记下",
        consequences=["记下之后提出结果：加快建设、调整投资计划、延期或协商退出"],
        run=lambda: acts.record_reply(
            actor=actor, letter=letter, on=form.cleaned_data["on"], text=form.cleaned_data["text"],
            file_id=kept.file_id if kept else None, now=clock.now(),
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.letter_talk")
def talk(request: HttpRequest, code: str) -> HttpResponse:
    """记约谈。"""
    actor = actor_of(request)
    letter = read.door(actor, code)
    require(read.can_handle(actor, letter))
    form = forms_.TalkForm(data_of(request), files_of(request))
    kept = kept_of(request, actor, form)

    def run() -> None:
        data = form.cleaned_data
        acts.record_talk(
            actor=actor, letter=letter, on=data["on"], place=data["place"], people=data["people"],
            result=data["result"], file_id=kept.file_id if kept else None, now=clock.now(),
        )  # fmt: skip

    return _page(
        request, letter, form, run, kept=kept, done="已记约谈", title="记约谈",
        what=f"约谈：{_name(letter)}", submit="记下",
        consequences=["双方签字的记录作凭据", "记下之后提出结果"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.letter_outcome")
def outcome(request: HttpRequest, code: str) -> HttpResponse:
    """提出结果。"""
    actor = actor_of(request)
    letter = read.door(actor, code)
    require(read.can_handle(actor, letter))
    form = forms_.OutcomeForm(data_of(request), initial={"version": letter.version})
    return _page(
        request, letter, form, done="已提出结果，等负责人批准", title="提出结果",
        what=f"结果：{_name(letter)}", submit="提出",
        consequences=["由发函单位负责人批准，提出的人不能自己批", "调整投资计划须先凭补充协议改约"],
        run=lambda: acts.propose_outcome(
            actor=actor, letter=letter, draft=form.draft(), version=form.cleaned_data["version"],
            now=clock.now(),
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """批准结果。"""
    actor = actor_of(request)
    letter = read.door(actor, code)
    require(read.can_decide(actor, letter))
    form = forms_.DecideForm(data_of(request), initial={"version": letter.version})
    until = f"，到 {letter.until}" if letter.until else ""
    return _page(
        request, letter, form, done="已记下意见", title="批准结果",
        what=f"{letter.get_outcome_display() or '结果'}{until}：{_name(letter)}", submit="提交",
        consequences=[
            f"提出的理由：{letter.outcome_reason}" if letter.outcome_reason else "还没有提出结果",
            "同意的，函与违约随之了结，宽限到所写的日子；不同意的退回再提",
        ],
        run=lambda: acts.decide_outcome(
            actor=actor, letter=letter, agree=form.cleaned_data["agree"] == "yes",
            reason=form.cleaned_data["reason"], version=form.cleaned_data["version"],
            now=clock.now(),
        ),
    )  # fmt: skip
