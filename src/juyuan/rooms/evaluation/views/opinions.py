"""审查意见:我要答复的、清单、一件、申请、答复的各步。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.figures.rules import read_as_of
from juyuan.foundation.personal.autosave import autosaved
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import require
from juyuan.rooms.evaluation.actions import opinions as acts
from juyuan.rooms.evaluation.forms import opinions as forms_
from juyuan.rooms.evaluation.models import OpinionRequest
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import opinions as read
from juyuan.rooms.evaluation.queries import scrutiny
from juyuan.rooms.evaluation.rules.opinions import OpinionKind, OpinionState, OpinionVerb, Reviewer
from juyuan.rooms.evaluation.views.opinion_pages import (
    BOTH,
    actor_of,
    confirmed,
    data_of,
    kept_file,
    project_crumbs,
)
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import door as project_door
from juyuan.rooms.pipeline.rules.facts import Conclusion


def _url(row: OpinionRequest) -> str:
    return reverse("evaluation:opinion", args=[row.code])


def _crumbs(row: OpinionRequest) -> list[dict[str, str]]:
    return [
        {"label": "审查意见", "url": reverse("evaluation:opinions")},
        {"label": row.subject, "url": _url(row)},
    ]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/opinions/`:看得见的申请;审查单位的人缺省看问到本单位的。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    as_of, problem = read_as_of(request.GET.get("as_of", ""), today)
    mine = read.visible_to(actor).filter(unit_id__in=sorted(access.reviewing_units(actor))).exists()
    wanted = read.read_filters(request.GET, as_of, "mine" if mine else "open")
    rows = read.listed(actor, wanted, today).select_related("unit", "from_unit")
    page = paginate(rows, Order("id", desc=True), request.GET.get("cursor", "")[:400], page_limit(request))  # fmt: skip
    keep: dict[str, Any] = {"limit": None, "cursor": None}
    context = {
        "page_title": "审查意见",
        "page": page,
        "lines": [{"line": read.line(row, as_of or today), "url": _url(row)} for row in page.items],
        "as_of": as_of,
        "problem": problem,
        "tabs": [
            {
                "label": label,
                "url": querystring.replace(request.GET, tab=key, **keep),
                "current": key == wanted.tab,
            }
            for key, label in read.TABS.items()
        ],
        "kinds": [
            {
                "label": label,
                "url": querystring.replace(request.GET, kind=value or None, tab=wanted.tab, **keep),
                "current": value == wanted.kind,
            }
            for value, label in (("", "两种都看"), *OpinionKind.pairs())
        ],
        "tab": wanted.tab,
        "export_url": reverse("exchange:export", args=["opinions"])
        + querystring.replace(request.GET, tab=wanted.tab, **keep)
        if page.items and as_of is None
        else "",
    }
    return render(request, "evaluation/opinions.html", context)


# 各步:(动词, 网址名, 按钮, 图标, 主要)
OFFERS: tuple[tuple[OpinionVerb, str, str, str, bool], ...] = (
    (OpinionVerb.DRAFT, "opinion_draft", "拟意见", "pencil", True),
    (OpinionVerb.SIGN, "opinion_sign", "签发", "certificate", True),
    (OpinionVerb.RESUBMIT, "opinion_resubmit", "补齐再送", "send", True),
    (OpinionVerb.SEND_BACK, "opinion_send_back", "退回重拟", "arrow-back-up", False),
    (OpinionVerb.RETURN, "opinion_return", "退回补材料", "arrow-back-up", False),
    (OpinionVerb.WITHDRAW, "opinion_withdraw", "撤回申请", "x", False),
    (OpinionVerb.REVOKE, "opinion_revoke", "撤销意见", "x", False),
)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/opinions/<编号>/`。"""
    actor, today = actor_of(request), clock.today()
    row = read.door(actor, code)
    whole = read.sees_project(actor, row)
    verbs = read.offered(actor, row, whole=whole)
    sign_denied = ""
    if row.state == OpinionState.DRAFTED and OpinionVerb.SIGN not in verbs:
        allowed = access.can_sign(actor, row)
        sign_denied = "" if allowed or not access.reviews(actor, row) else str(allowed)
    context = {
        "page_title": str(row),
        "row": row,
        "line": read.line(row, today),
        "project_url": reverse("evaluation:scrutiny", args=[row.project.code]) if whole else "",
        "conclusion": Conclusion(row.conclusion).label if row.conclusion else "",
        "shows_answer": row.state in (OpinionState.ANSWERED, OpinionState.REVOKED)
        or (row.state == OpinionState.DRAFTED and access.reviews(actor, row)),
        "steps": [
            {
                "title": OpinionVerb(s.verb).label, "at": s.at, "text": s.reason,
                "who": f"{s.by_name} {s.unit_name}".strip(), "icon": "point", "kind": "key",
            }
            for s in read.steps_of(row)
        ],
        "acts": [
            {"label": label, "icon": icon, "primary": primary, "url": reverse(f"evaluation:{name}", args=[code])}
            for verb, name, label, icon, primary in OFFERS
            if verb in verbs
        ],
        "sign_denied": sign_denied,
        "crumbs": [*_crumbs(row)[:1], {"label": row.code}],
    }  # fmt: skip
    return render(request, "evaluation/opinion.html", context)


@require_http_methods(BOTH)
@autosaved("evaluation.opinion_ask")
def asking(request: HttpRequest, code: str) -> HttpResponse:
    """`/projects/<编号>/opinions/new/?kind=`:申请审查。"""
    actor, now = actor_of(request), clock.now()
    project = project_door(actor, code)
    require(access.can_ask(actor, project))
    record = scrutiny.record_of(project)
    kind = request.GET.get("kind", "")
    data, uploads = data_of(request)
    form = forms_.AskForm(
        data, uploads, text_name=record.text_name if record else "",
        choose=read.reviewer_rule(now.date()) == Reviewer.EITHER,
        initial={"kind": kind if kind in set(OpinionKind) else "", "subject": _subject(project)},
    )  # fmt: skip
    kept = kept_file(request, actor, form, now)
    days = read.days_of(now.date())

    def run() -> str:
        draft = form.draft(kept.file_id if kept else None)
        return _url(acts.ask(actor=actor, project=project, draft=draft, now=now))

    return confirmed(
        request, form, run, done="已申请，审查单位收到了待办", crumbs=project_crumbs(project),
        back=scrutiny.url_of(code), title="申请审查", what=f"申请审查：{project.name}",
        submit="提交申请", kept=kept,
        consequences=[
            f"审查单位收到待办，自次日起 {days} 个工作日内答复", "审查单位只看见这一件与所附的文本，看不见项目的其余",
            "答复为通过、有条件通过的，自动记作签约的凭据",
        ],
    )  # fmt: skip


def _subject(project: Project) -> str:
    """送审事项的缺省:限名单的不写名称。"""
    return "" if project.confidentiality == "restricted" else project.name


@require_http_methods(BOTH)
@autosaved("evaluation.opinion_draft")
def drafting(request: HttpRequest, code: str) -> HttpResponse:
    """审查单位拟意见。"""
    actor, now = actor_of(request), clock.now()
    row = read.door(actor, code)
    require(access.can_draft(actor, row))
    data, uploads = data_of(request)
    form = forms_.AnswerForm(
        data, uploads,
        initial={"number": row.number, "conclusion": row.conclusion, "text": row.text,
                 "dated_on": now.date()},
    )  # fmt: skip
    kept = kept_file(request, actor, form, now)

    def run() -> str:
        draft = form.draft(kept.file_id if kept else None)
        acts.draft_answer(actor=actor, request=row, draft=draft, now=now)
        return _url(row)

    return confirmed(
        request, form, run, done="已拟出意见，等另一位同志签发", back=_url(row), crumbs=_crumbs(row),
        title="拟意见", what=f"拟意见：{row}", submit="送签发", kept=kept,
        consequences=["本单位负责人或核验人签发之后才作数，拟稿人不能签发自己拟的", "不通过的也如实写，只是不作签约的凭据"],
    )  # fmt: skip


@require_http_methods(BOTH)
def signing(request: HttpRequest, code: str) -> HttpResponse:
    """签发。"""
    actor = actor_of(request)
    row = read.door(actor, code)
    require(access.can_sign(actor, row))
    form = forms_.ConfirmForm(data_of(request)[0], initial={"version": row.version})

    def run() -> str:
        acts.sign(actor=actor, request=row, version=form.cleaned_data["version"], now=clock.now())
        return _url(row)

    said = Conclusion(row.conclusion).label if row.conclusion else "还没有拟出意见"
    return confirmed(
        request, form, run, done="已签发，申请单位收到了通知", back=_url(row), crumbs=_crumbs(row),
        title="签发意见", what=f"签发：{row}", submit="签发",
        consequences=[
            f"结论「{said}」，文号 {row.number or '—'}，签发之后不再改",
            "通过、有条件通过的，自动记作项目签约的凭据；不通过的，先前的凭据不再作数",
        ],
    )  # fmt: skip


def _reasoned(
    request: HttpRequest, code: str, *, may: Any, act: Any, name: str, label: str, hint: str,
    done: str, consequences: list[str], submit: str, danger: bool = False,
) -> HttpResponse:  # fmt: skip
    """写一段话再办的几步。"""
    actor = actor_of(request)
    row = read.door(actor, code)
    require(may(actor, row))
    form = forms_.ReasonForm(
        data_of(request)[0], label=label, hint=hint, initial={"version": row.version}
    )

    def run() -> str:
        act(
            actor=actor, request=row, reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"], now=clock.now(),
        )  # fmt: skip
        return _url(row)

    return confirmed(
        request, form, run, done=done, back=_url(row), crumbs=_crumbs(row), title=name,
        what=f"{name}：{row}", submit=submit, consequences=consequences, danger=danger,
    )  # fmt: skip


@require_http_methods(BOTH)
def sending_back(request: HttpRequest, code: str) -> HttpResponse:
    """退回重拟。"""
    return _reasoned(
        request, code, may=access.can_sign, act=acts.send_back, name="退回重拟", label="哪里要改",
        hint="", done="已退回拟稿人", submit="退回", consequences=["回到待答复，时限照旧在走"],
    )  # fmt: skip


@require_http_methods(BOTH)
def returning(request: HttpRequest, code: str) -> HttpResponse:
    """退回补材料。"""
    return _reasoned(
        request, code, may=access.can_draft, act=acts.return_request, name="退回补材料",
        label="还缺什么", hint="逐项写明，申请单位照此补齐", done="已退回申请单位", submit="退回",
        consequences=["时限停下，补齐再送的重新起算", "退回与补齐都留在经过里"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.opinion_resubmit")
def resubmitting(request: HttpRequest, code: str) -> HttpResponse:
    """补齐再送。"""
    actor, now = actor_of(request), clock.now()
    row = read.door(actor, code)
    require(access.can_ask(actor, row.project))
    data, uploads = data_of(request)
    form = forms_.ResubmitForm(data, uploads, label="补了什么", initial={"version": row.version})
    kept = kept_file(request, actor, form, now)

    def run() -> str:
        acts.resubmit(
            actor=actor, request=row, note=form.cleaned_data["reason"],
            file_id=kept.file_id if kept else None, version=form.cleaned_data["version"], now=now,
        )  # fmt: skip
        return _url(row)

    return confirmed(
        request, form, run, done="已再送", back=_url(row), crumbs=_crumbs(row), title="补齐再送",
        what=f"补齐再送：{row}", submit="再送", kept=kept,
        consequences=["审查单位的时限自今日次日起重新算"],
    )  # fmt: skip


@require_http_methods(BOTH)
def withdrawing(request: HttpRequest, code: str) -> HttpResponse:
    """撤回申请。"""
    return _reasoned(
        request, code, may=lambda actor, row: access.can_ask(actor, row.project),
        act=acts.withdraw, name="撤回申请", label="为什么撤回", hint="", done="已撤回", submit="撤回",
        consequences=["审查单位不必再答复；之后可以重新申请"], danger=True,
    )  # fmt: skip


@require_http_methods(BOTH)
def revoking(request: HttpRequest, code: str) -> HttpResponse:
    """撤销意见。"""
    return _reasoned(
        request, code, may=access.can_revoke, act=acts.revoke, name="撤销意见", label="为什么撤销",
        hint="", done="已撤销，申请单位收到了通知", submit="撤销", danger=True,
        consequences=["记在项目上的凭据一并撤回，签约前须重新申请", "签约已认定的，须由核验人先撤回认定"],
    )  # fmt: skip
