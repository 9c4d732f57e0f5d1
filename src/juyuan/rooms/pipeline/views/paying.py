"""到位资金(一个项目之内):登记凭证、核验、冲回、补交文件。"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.formats import amount as shown_amount
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.vouchers import (
    attach_file,
    check_voucher,
    record_voucher,
    reverse_voucher,
)
from juyuan.rooms.pipeline.forms.vouchers import AttachForm, CheckForm, ReverseForm, VoucherForm
from juyuan.rooms.pipeline.models import Project, Voucher
from juyuan.rooms.pipeline.queries import vouchers as read
from juyuan.rooms.pipeline.queries.paid_in import paid_in_of
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.vouchers import CheckVerdict, Sums, VoucherState
from juyuan.rooms.pipeline.views import keeping
from juyuan.rooms.pipeline.views.common import actor_of, detail_url
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm

PILLS = {
    VoucherState.WAITING: "wait", VoucherState.ACCEPTED: "yes", VoucherState.RETURNED: "no",
    VoucherState.REVERSING: "wait", VoucherState.REVERSED: "no",
}  # fmt: skip
ANCHOR = "#paid-in"


def _url(name: str, project: Project, *args: Any) -> str:
    return reverse(f"pipeline:{name}", args=[project.code, *args])


def _crumbs(project: Project, title: str) -> list[dict[str, str]]:
    return [
        {"label": "项目库", "url": reverse("pipeline:list")},
        {"label": project.name, "url": detail_url(project)},
        {"label": title},
    ]


@require_http_methods(BOTH)
@autosaved("pipeline.voucher")
def add(request: HttpRequest, code: str) -> HttpResponse:
    """登记一张凭证。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(access.can_edit(actor, project))
    payers = {pk: p.name for pk, p in read.payers_of([project.pk]).get(project.pk, {}).items()}
    form = VoucherForm(
        request.POST if request.method == "POST" else None,
        kinds=read.kind_labels(now.date()), payers=payers,
    )  # fmt: skip
    autosave_of(request).fill(form)
    kept = None
    if form.is_bound:
        valid = form.is_valid()
        try:
            kept = keeping.receive(request, actor, "file", now)
            if valid:
                row = record_voucher(
                    actor=actor, project=project, now=now,
                    draft=form.draft(kept.file_id if kept else None),
                )  # fmt: skip
                messages.success(request, f"已登记凭证「{row.number}」，核验人认可后计入到位资金")
                return HttpResponseRedirect(detail_url(project) + ANCHOR)
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return _moved(request, stale, project)
    for name in ("paid_on", "rate_on"):
        form.fields[name].widget.attrs["max"] = now.date().isoformat()
    context = {
        "page_title": "登记到位资金",
        "project": project,
        "form": form,
        "kept": kept,
        "foreign_open": form["currency"].value() not in (None, "", "CNY"),
        "cancel_url": detail_url(project) + ANCHOR,
        "crumbs": _crumbs(project, "登记到位资金"),
    }
    return render(
        request, "pipeline/voucher_form.html", context, status=422 if form.is_bound else 200
    )


def _moved(request: HttpRequest, stale: Stale, project: Project) -> HttpResponse:
    return respond(
        request, stale, what="这张凭证刚有变化，没有办成",
        steps=[Step("看最新情况", detail_url(project) + ANCHOR, True)],
    )  # fmt: skip


def _said(voucher: Voucher) -> str:
    sign = "冲回 " if voucher.sign < 0 else ""
    return f"{sign}凭证「{voucher.number}」{shown_amount(voucher.amount, 'wan')} 万元"


@require_http_methods(BOTH)
def check(request: HttpRequest, code: str, voucher_id: int) -> HttpResponse:
    """核验一张凭证或一笔冲回。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    voucher = read.voucher_of(project, voucher_id)
    require(read.checks(actor, project, read.makers_of(voucher), now.date()))
    form = CheckForm(request.POST if request.method == "POST" else None)
    form.marks = {"verdict": "必填", "reason": "退回必填"}  # type: ignore[attr-defined]
    back = request.GET.get("from", "")
    home = (
        reverse("pipeline:paid_in") + "?state=queue"
        if back == "queue"
        else detail_url(project) + ANCHOR
    )
    if form.is_bound and form.is_valid():
        verdict = CheckVerdict(form.cleaned_data["verdict"])
        try:
            check_voucher(
                actor=actor, voucher=voucher, verdict=verdict,
                reason=form.cleaned_data["reason"], now=now,
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return _moved(request, stale, project)
        else:
            messages.success(request, f"已{verdict.label}{_said(voucher)}")
            return HttpResponseRedirect(home)
    line = line_now(voucher, actor)
    reversal = voucher.sign < 0
    return confirm(
        request, project, form,
        title="核验冲回" if reversal else "核验凭证",
        what=f"核验{_said(voucher)}：{project.name}",
        consequences=[
            "认可冲回：自今天起的到位资金减去这一笔，此前各日的数不变"
            if reversal
            else "认可：自今天起计入到位资金，归期与比例按参数",
            "退回：不计数，提交单位看得到理由" if not reversal else "退回：原凭证仍计数",
            "您对核验结论负责，姓名与时间记入经过",
        ],
        submit="提交核验意见", undo="认可错了由提交单位或核验人冲回",
        template="pipeline/voucher_check.html", line=line, pill=PILLS[line.state],
        cancel_url=home,
    )  # fmt: skip


def line_now(voucher: Voucher, actor: Actor) -> read.VoucherLine:
    """这张凭证此刻的一行。"""
    rows = read.with_details(read.with_standing(Voucher.objects.filter(pk=voucher.pk)))
    return read.line_of(rows.get(), read.kind_labels(voucher.paid_on))


def may_reverse(actor: Actor, project: Project) -> Access:
    """冲回:能改这个项目的单位,或它的核验人。"""
    may = access.can_edit(actor, project)
    return Allowed() if may or read.checks(actor, project, (), clock.today()) else may


@require_http_methods(BOTH)
def reverse_one(request: HttpRequest, code: str, voucher_id: int) -> HttpResponse:
    """冲回一张凭证。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    voucher = read.voucher_of(project, voucher_id)
    require(may_reverse(actor, project))
    form = ReverseForm(request.POST if request.method == "POST" else None)
    form.marks = {"reason": "必填"}  # type: ignore[attr-defined]
    accepted = read.state_now(voucher) == VoucherState.ACCEPTED
    if form.is_bound and form.is_valid():
        try:
            reverse_voucher(
                actor=actor, voucher=voucher, reason=form.cleaned_data["reason"], now=now
            )
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            tail = "核验人认可后生效" if accepted else "已生效"
            messages.success(request, f"已提出冲回{_said(voucher)}，{tail}")
            return HttpResponseRedirect(detail_url(project) + ANCHOR)
    lines = ["另记一行，金额与原凭证相反；原凭证仍看得见"]
    lines += (
        [
            "这张凭证已认可：冲回须核验人认可才生效，之前仍计数",
            "生效后凭证号与文件放开，可以重新登记",
        ]
        if accepted
        else ["这张凭证还没有认可：冲回即刻生效，凭证号与文件放开，可以重新登记"]
    )
    return confirm(
        request, project, form,
        title="冲回凭证", what=f"冲回{_said(voucher)}", consequences=lines, submit="冲回",
        danger=True, cancel_url=detail_url(project) + ANCHOR,
    )  # fmt: skip


@require_http_methods(BOTH)
def attach(request: HttpRequest, code: str, voucher_id: int) -> HttpResponse:
    """给导入的凭证补交文件。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    voucher = read.voucher_of(project, voucher_id)
    require(access.can_edit(actor, project))
    form = AttachForm(request.POST if request.method == "POST" else None)
    form.marks = {"file": "必填"}  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        try:
            kept = keeping.receive(request, actor, "file", now)
            if kept is None:
                raise RuleBroken.one("file", "voucher.file", "请选择凭证文件", "3.3b")
            attach_file(actor=actor, voucher=voucher, file_id=kept.file_id, now=now)
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return _moved(request, stale, project)
        else:
            messages.success(request, f"已给{_said(voucher)}补交文件")
            return HttpResponseRedirect(detail_url(project) + ANCHOR)
    return confirm(
        request, project, form,
        title="补交凭证文件", what=f"给{_said(voucher)}补交文件",
        consequences=["核验人看过文件才能认可", "同一份文件不能再用在别的项目上"],
        submit="提交文件", cancel_url=detail_url(project) + ANCHOR,
    )  # fmt: skip


# ───────── 项目详情上的一栏 ─────────


def section(project: Project, actor: Actor, *, whole: bool = True) -> dict[str, Any]:
    """项目详情的「到位资金」:逐张凭证、累计、能办的事。只许看认定事实的人只有认可的。"""
    today = clock.today()
    lines = read.project_lines(project, today, whole=whole)
    edit = whole and bool(access.can_edit(actor, project))
    checker = whole and bool(read.checks(actor, project, (), today))
    total: Sums = paid_in_of([project.pk], today)[project.pk]
    waiting = [x for x in lines if x.state == VoucherState.WAITING]
    return {
        "rows": [
            {
                "line": x,
                "pill": PILLS[x.state],
                "acts": _acts(x, project, actor, edit=edit, checker=checker),
            }
            for x in reversed(lines)
        ],
        "sums": asdict(total),
        "claimed": sum(x.amount for x in waiting),
        "waiting": len(waiting),
        "add_url": _url("voucher_new", project) if edit else "",
        "list_url": reverse("pipeline:paid_in") + f"?project={project.code}",
        "whole": whole,
    }


def _acts(
    line: read.VoucherLine, project: Project, actor: Actor, *, edit: bool, checker: bool
) -> list[dict[str, str]]:
    found = []
    pending = line.state == VoucherState.WAITING or (
        line.sign < 0 and line.state == VoucherState.REVERSING
    )
    if checker and pending:
        found.append(
            {"label": "核验", "url": _url("voucher_check", project, line.id), "primary": "1"}
        )
    if edit and line.state == VoucherState.WAITING and not line.has_proof:
        found.append({"label": "补文件", "url": _url("voucher_file", project, line.id)})
    open_states = (VoucherState.WAITING, VoucherState.ACCEPTED, VoucherState.RETURNED)
    if (edit or checker) and line.sign > 0 and line.state in open_states:
        found.append({"label": "冲回", "url": _url("voucher_reverse", project, line.id)})
    return found
