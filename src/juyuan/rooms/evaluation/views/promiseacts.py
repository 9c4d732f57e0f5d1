"""一项承诺上办的事,都是一页确认:登记、预填、实况、认可、改约、解除、政府先行事项、违约。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.files.kept import Kept, receive
from juyuan.foundation.personal.autosave import autosaved
from juyuan.foundation.ui.confirming import confirmed
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.evaluation.actions import breaches as breach_acts
from juyuan.rooms.evaluation.actions import promises as acts
from juyuan.rooms.evaluation.actions.prefill import prefill_promises
from juyuan.rooms.evaluation.forms import tracking as forms_
from juyuan.rooms.evaluation.models import Promise
from juyuan.rooms.evaluation.queries import breaches as breach_read
from juyuan.rooms.evaluation.queries import promises as read
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.queries.cases import tracked
from juyuan.rooms.evaluation.rules.promises import CLAUSE
from juyuan.rooms.evaluation.views.tracking import actor_of, project_crumbs, promise_of
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import door as project_door

BOTH = ["GET", "HEAD", "POST"]


def data_of(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def files_of(request: HttpRequest) -> Any:
    return request.FILES if request.method == "POST" else None


def kept_of(request: HttpRequest, actor: Actor, form: forms.Form) -> Kept | None:
    """收下上传的文件;不合规的放回表单。"""
    if request.method != "POST":
        return None
    form.is_valid()
    try:
        return receive(request, actor, "file", clock.now())
    except RuleBroken as broken:
        add_findings(form, broken.findings)
    return None


def _back(project: Project, code: str = "") -> str:
    url = reverse("evaluation:promises", args=[project.code])
    return f"{url}#{code}" if code else url


def _page(
    request: HttpRequest, project: Project, form: forms.Form, run: Callable[[], Any], code: str = "",
    **page: Any,
) -> HttpResponse:  # fmt: skip
    back = _back(project, code)

    def go() -> str:
        run()
        return back

    return confirmed(
        request, form, go, back=back, clause=CLAUSE, crumbs=project_crumbs(project), **page
    )


@require_http_methods(BOTH)
@autosaved("evaluation.promise_new")
def new(request: HttpRequest, code: str) -> HttpResponse:
    """登记一项承诺。"""
    actor, today = actor_of(request), clock.today()
    project = project_door(actor, code)
    require(access.can_keep(actor, project))
    form = forms_.PromiseForm(
        data_of(request), kinds=read.kinds(today), debts=read.debt_kinds(today)
    )
    return _page(
        request, project, form, done="已登记承诺", title="登记承诺", what=f"登记「{project.name}」的承诺",
        submit="登记", consequences=["随项目跟踪：到期、偏差自动亮灯", "政府先要做的写清单位与期限，欠着就不追企业"],
        run=lambda: acts.add_promise(
            actor=actor, project=project, draft=form.draft(), now=clock.now()
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
def fill(request: HttpRequest, code: str) -> HttpResponse:
    """由项目上写的承诺日子预填。"""
    actor = actor_of(request)
    project = project_door(actor, code)
    require(access.can_keep(actor, project))
    return _page(
        request, project, forms_.PlainForm(data_of(request)), done="已由项目的承诺日期登记",
        title="由承诺日期登记", what=f"「{project.name}」的承诺日期登记成承诺", submit="登记",
        consequences=["拿地、开工、投产、达效：项目上写了日子而还没有登记的，各登记一项", "登记之后可以补写条款与政府先行事项"],
        run=lambda: prefill_promises(actor=actor, project=project, now=clock.now()),
    )  # fmt: skip


def _said(promise: Promise) -> str:
    return f"{promise.text[:60]}（{promise.due_on} 前）"


@require_http_methods(BOTH)
@autosaved("evaluation.actual")
def actual(request: HttpRequest, code: str) -> HttpResponse:
    """填实况。"""
    actor, promise = promise_of(request, code)
    require(access.can_report(actor, promise.project))
    kind = read.kinds(clock.today()).get(promise.kind)
    form = forms_.ActualForm(
        data_of(request), files_of(request), kind=kind, initial={"on": clock.today()}
    )
    kept = kept_of(request, actor, form)
    return _page(
        request, promise.project, form, code=code, kept=kept, done="已填实况", title="填实况",
        what=f"填实况：{_said(promise)}", submit="提交",
        consequences=["只增不改，最近的一条为准", "达到约定值的，由另一位同志认可兑现"],
        run=lambda: acts.report_actual(
            actor=actor, promise=promise, draft=form.draft(kept.file_id if kept else None),
            now=clock.now(),
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
def met(request: HttpRequest, code: str) -> HttpResponse:
    """认可兑现。"""
    actor, promise = promise_of(request, code)
    require(access.can_judge(actor, promise.project))
    form = forms_.MetForm(
        data_of(request), rows=promise.actuals.order_by("-on", "-id"),
        initial={"version": promise.version},
    )  # fmt: skip

    def run() -> None:
        chosen = form.cleaned_data["actual"]
        if chosen is None:
            raise RuleBroken.one("actual", "promise.actual", "请选择凭哪条实况", CLAUSE)
        acts.mark_met(
            actor=actor, promise=promise, actual=chosen, reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"], now=clock.now(),
        )  # fmt: skip

    return _page(
        request, promise.project, form, run, code, done="已认可兑现", title="认可兑现",
        what=f"认可兑现：{_said(promise)}", submit="认可兑现",
        consequences=["这项承诺了结，不再检验", "填实况的人不能自己认可"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.promise_change")
def change(request: HttpRequest, code: str) -> HttpResponse:
    """凭补充协议改约。"""
    actor, promise = promise_of(request, code)
    require(access.can_keep(actor, promise.project))
    kind = read.kinds(clock.today()).get(promise.kind)
    form = forms_.ChangeForm(
        data_of(request), kind=kind, rows=promise.project.supplements.order_by("-id"),
        initial={
            "amount": promise.target, "count": promise.target, "due_on": promise.due_on,
            "version": promise.version,
        },
    )  # fmt: skip

    def run() -> None:
        cleaned = form.cleaned_data
        if cleaned["supplement"] is None:
            raise RuleBroken.one("supplement", "promise.supplement", "请选择补充协议", CLAUSE)
        acts.change_by_supplement(
            actor=actor, promise=promise, supplement=cleaned["supplement"], now=clock.now(),
            target=form.value(kind.measure) if kind else promise.target, due_on=cleaned["due_on"],
            reason=cleaned["reason"], version=cleaned["version"],
        )  # fmt: skip

    return _page(
        request, promise.project, form, run, code, done="已改约", title="凭补充协议改约",
        what=f"改约：{_said(promise)}", submit="改约",
        consequences=["原来的一项记为「已改约」，仍可查", "新的一项接着跟踪，政府先行事项随它走"],
    )  # fmt: skip


@require_http_methods(BOTH)
def release(request: HttpRequest, code: str) -> HttpResponse:
    """解除承诺。"""
    actor, promise = promise_of(request, code)
    require(access.can_judge(actor, promise.project))
    form = forms_.ReasonForm(data_of(request), initial={"version": promise.version})
    return _page(
        request, promise.project, form, code=code, done="已解除", title="解除承诺", danger=True,
        what=f"解除：{_said(promise)}", submit="解除",
        consequences=["不再要求兑现，也不再检验", "登记的人不能自己解除；理由记入台账"],
        run=lambda: acts.release(
            actor=actor, promise=promise, reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"], now=clock.now(),
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.debt")
def debt(request: HttpRequest, code: str) -> HttpResponse:
    """登记政府先行事项。"""
    actor, promise = promise_of(request, code)
    require(access.can_keep(actor, promise.project))
    form = forms_.DebtForm(data_of(request), debts=read.debt_kinds(clock.today()))
    return _page(
        request, promise.project, form, code=code, done="已登记", title="登记政府先行事项",
        what=f"政府先要做什么：{_said(promise)}", submit="登记",
        consequences=["没有办到之前，不认定企业违约，也不发函", "晚办几天，企业的期限顺延几天"],
        run=lambda: acts.add_debt(
            actor=actor, promise=promise, draft=form.draft(), now=clock.now()
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
def settle(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """政府先行事项办到了。"""
    actor, promise = promise_of(request, code)
    row = read.debt_door(actor, pk)
    if row.promise_id != promise.pk:
        raise NotFound
    require(access.can_settle_debt(actor, row))
    form = forms_.DoneForm(data_of(request), files_of(request), initial={"version": row.version})
    kept = kept_of(request, actor, form)
    return _page(
        request, promise.project, form, code=code, kept=kept, done="已记办到", title="先行事项办到",
        what=f"办到：{row.text[:60]}", submit="提交",
        consequences=["企业的期限按晚办的天数顺延", "凭据留在承诺上，可以下载"],
        run=lambda: acts.settle_debt(
            actor=actor, debt=row, done_on=form.cleaned_data["done_on"],
            note=form.cleaned_data["note"], file_id=kept.file_id if kept else None,
            version=form.cleaned_data["version"], now=clock.now(),
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
def press(request: HttpRequest, code: str) -> HttpResponse:
    """政府欠着的转成交办事项。"""
    actor, promise = promise_of(request, code)
    require(access.can_keep(actor, promise.project))
    return _page(
        request, promise.project, forms_.PlainForm(data_of(request)), code=code,
        done="已转为交办事项，责任单位收到通知", title="转为交办事项", what=f"政府欠着的：{_said(promise)}",
        submit="转为交办事项", consequences=["责任单位收到通知，事项有人、有期限、有凭据才销号", "没有办到之前不向企业发函"],
        run=lambda: breach_acts.press_debts(actor=actor, promise=promise, now=clock.now()),
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.breach")
def breach(request: HttpRequest, code: str) -> HttpResponse:
    """规则提出的违约:认定或不认定。"""
    actor, promise = promise_of(request, code)
    require(access.can_judge(actor, promise.project))
    today = clock.today()
    rows = breach_read.proposals(tracked([promise], today), today).get(promise.pk, [])
    tests = [(p.hit.test.value, f"{p.hit.test.label}：{p.said.deviation}") for p in rows]
    form = forms_.BreachForm(data_of(request), tests=tests)

    def run() -> None:
        cleaned = form.cleaned_data
        act = {"confirm": breach_acts.confirm_breach, "dismiss": breach_acts.dismiss_breach}.get(
            cleaned["verdict"]
        )
        if act is None:
            raise RuleBroken.one("verdict", "breach.verdict", "请选择认定或不认定", CLAUSE)
        act(
            actor=actor, promise=promise, test=cleaned["test"], reason=cleaned["reason"],
            now=clock.now(),
        )  # fmt: skip

    facts = [f"{p.said.promised}；{p.said.actual}：{p.said.deviation}" for p in rows]
    debts = [f"政府一侧先欠着：{p.debt}，不能认定" for p in rows[:1] if p.debt]
    return _page(
        request, promise.project, form, run, code, done="已记下结论", title="认定违约",
        what=f"规则提出的：{_said(promise)}" if rows else "规则此刻没有提出违约", submit="提交",
        consequences=[*facts, *debts, "认定的可以起草履约提醒函；不认定的不再提出，除非更重"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.manual")
def manual(request: HttpRequest, code: str) -> HttpResponse:
    """人提出的违约。"""
    actor, promise = promise_of(request, code)
    require(access.can_judge(actor, promise.project))
    form = forms_.ManualForm(data_of(request))

    def run() -> None:
        cleaned = form.cleaned_data
        on: date | None = cleaned["on"]
        breach_acts.confirm_manual(
            actor=actor, promise=promise, reason=cleaned["reason"], now=clock.now(),
            draft=breach_acts.ManualDraft(
                cleaned["test"], cleaned["fact"], cleaned["evidence"], on
            ),
        )  # fmt: skip

    return _page(
        request, promise.project, form, run, code, done="已认定违约", title="人提出的违约",
        what=f"规则算不出的违约：{_said(promise)}", submit="认定",
        consequences=["改变用途、主体变更、失信、凭证异常，须写明事实与证据", "认定之后可以起草履约提醒函"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.breach_close")
def close(request: HttpRequest, code: str) -> HttpResponse:
    """了结违约。"""
    actor = actor_of(request)
    row = breach_read.door(actor, code)
    promise = row.promise
    require(access.can_judge(actor, promise.project))
    form = forms_.CloseForm(data_of(request), initial={"version": row.version})
    return _page(
        request, promise.project, form, code=promise.code, done="已了结", title="了结违约",
        what=f"了结：{row.test_label}，{promise.project.name}", submit="了结",
        consequences=["整改到位的了结；写了宽限的，到那一天之前规则不再提出"],
        run=lambda: breach_acts.close_breach(
            actor=actor, breach=row, reason=form.cleaned_data["reason"],
            quiet_until=form.cleaned_data["quiet_until"], version=form.cleaned_data["version"],
            now=clock.now(),
        ),
    )  # fmt: skip
