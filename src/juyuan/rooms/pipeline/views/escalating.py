"""提级:清单,与一个项目之内的召集人、专班、方案、报告、办结。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.personal import queries as saved
from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.render import pill
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import escalating
from juyuan.rooms.pipeline.forms import choices
from juyuan.rooms.pipeline.forms.escalation import (
    CloseForm,
    ConvenerForm,
    PlanForm,
    ReportForm,
    TeamForm,
)
from juyuan.rooms.pipeline.models import Escalation, Project
from juyuan.rooms.pipeline.queries import escalations as read
from juyuan.rooms.pipeline.queries import listing
from juyuan.rooms.pipeline.queries.escalations import DueLine, Line
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.escalation import EscalationState, Filing
from juyuan.rooms.pipeline.views import keeping
from juyuan.rooms.pipeline.views.common import actor_of, detail_url, may_browse
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm, stale_page

PILLS = {
    EscalationState.PENDING: "wait", EscalationState.CONFIRMED: "yes",
    EscalationState.CLOSED: "no", EscalationState.LAPSED: "no",
}  # fmt: skip
FILING_PILLS = {Filing.ON_TIME: "yes", Filing.LATE: "wait", Filing.MISSING: "no"}
ANCHOR = "#escalation"
LIMIT = 500


# ───────── 清单 ─────────


def _state_cell(row: Line) -> SafeString:
    said = f"{row.closed_by} {row.ended_on}：{row.close_reason}" if row.ended_on else ""
    found = pill(PILLS[row.state], row.state_label)
    return format_html('{}<small class="jy-2nd">{}</small>', found, said) if said else found


def _due_cell(row: Line) -> SafeString | str:
    if row.next_due is None:
        return "—"
    if row.late:
        return format_html("{} {}", row.next_due.isoformat(), pill("no", "逾期未报"))
    return row.next_due.isoformat()


def _filing_cell(row: DueLine) -> SafeString:
    return pill(FILING_PILLS[row.due.filing], row.due.filing.label)


def _href(row: Any) -> str:
    return reverse("pipeline:detail", args=[row.code]) + ANCHOR


ESCALATION_COLUMNS = (
    Column("name", "项目", second="code", fixed=True, clip=True, phone="full", href=_href),
    Column("state", "提级状态", cell=_state_cell, phone="signal"),
    Column("amount", "合同引资额", kind="money", sort="amount"),
    Column("convener", "召集人", value=lambda r: r.convener or "未定", phone="two"),
    Column("lead", "首谈单位", value=lambda r: r.lead or "未定", phone="two"),
    Column("next_due", "下期报告", cell=_due_cell, css="jy-nowrap", phone="two", sort="next_due"),
    Column("reports", "已报", kind="number", phone="two", sort="reports"),
    Column("has_plan", "方案", value=lambda r: "已交" if r.has_plan else "未交", phone="two"),
    Column("opened_on", "打开日", kind="date", css="jy-nowrap", phone="skip", sort="opened_on"),
)
DUE_COLUMNS = (
    Column("name", "项目", second="code", fixed=True, clip=True, phone="full", href=_href),
    Column("due_on", "应报日", value=lambda r: r.due.due_on, kind="date", phone="two"),
    Column("reported_on", "报告日", value=lambda r: r.due.reported_on, kind="date", phone="two"),
    Column("filing", "报没报上", cell=_filing_cell, phone="signal"),
    Column("lead", "首谈单位", value=lambda r: r.line.lead or "未定", phone="two"),
    Column("convener", "召集人", value=lambda r: r.line.convener or "未定", phone="two"),
)


@require_GET
def escalations(request: HttpRequest) -> HttpResponse:
    """提级清单:各次提级,或各期报告(`filing`)。条件全在网址里。"""
    actor, today, unit = actor_of(request), clock.today(), money_unit(request)
    require(may_browse(actor))
    kept = saved.strip(request, "pipeline:escalations")
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    found = read.read(request.GET)
    sort = request.GET.get("sort", "")
    rows = read.arranged(read.matching(actor, found, today), sort)
    dues = read.due_lines(rows, found.filing) if found.filing else []
    shown: list[Any] = (dues if found.filing else rows)[:LIMIT]
    total = len(dues) if found.filing else len(rows)
    sums = [(f"{total:,} 个", {"amount": sum(row.amount for row in rows)})]
    table = Table(
        columns=DUE_COLUMNS if found.filing else ESCALATION_COLUMNS,
        rows=shown,
        params=request.GET,
        sort=sort,
        money_unit=unit,
        today=today,
        sums=sums if rows and not found.filing else (),
        row_label="name",
        empty="没有符合条件的报告" if found.filing else "没有符合条件的提级项目",
    )
    context = {
        "page_title": "提级项目",
        "table": table,
        "found": found,
        "total": total,
        "capped": total > LIMIT,
        "tabs": _tabs(request, found),
        "filters": _filters(request),
        "saved": kept,
        "chips": [f"截至 {found.as_of.isoformat()} 终了时的样子"] if found.as_of else [],
        "measures": params(today)["escalation.measures"],
        "figures": _figures(actor, found),
        "export_url": reverse("exchange:export", args=["escalations"])
        + querystring.replace(request.GET)
        if rows
        else "",
    }
    return render(request, "pipeline/escalations.html", context)


def _tabs(request: HttpRequest, found: read.EscalationCriteria) -> list[dict[str, Any]]:
    wanted = [(state, "", label) for state, label in read.STATES.items()]
    wanted.append(("", "due", "各期报告"))
    return [
        {
            "label": label,
            "url": querystring.replace(request.GET, state=state or None, filing=filing or None)
            or request.path,
            "current": (
                bool(found.filing) if filing else not found.filing and found.state == state
            ),
            "count": None,
        }
        for state, filing, label in wanted
    ]


def _filters(request: HttpRequest) -> FilterBar:
    options = listing.options()
    undecided = ("none", "未定")
    return FilterBar(
        filters=(
            Filter("filing", "报告", tuple(read.FILINGS.items())),
            Filter("late", "逾期", (("1", "逾期未报"),)),
            Filter("host_unit", "落点", (*options.counties, undecided)),
            Filter("chain", "产业链", (*options.chains, undecided)),
            Filter("lead_unit", "首谈单位", (*options.leads, undecided)),
            Filter("as_of", "截至日期", type="date"),
        ),
        params=request.GET,
    )


def _figures(actor: Actor, found: read.EscalationCriteria) -> list[dict[str, Any]]:
    names = ("escalations_pending", "escalations_confirmed")
    return [
        {"label": r.label, "count": r.value, "value": r.value, "url": r.rows_url, "unit": "个"}
        for r in compute(as_of=found.as_of, actor=actor, names=names)
    ]


# ───────── 一个项目之内 ─────────


def section(project: Project, actor: Actor) -> dict[str, Any] | None:
    """详情页的「提级」一块;从没提级过的没有这一块。"""
    row = read.latest_of(project)
    if row is None:
        return None
    today = clock.today()
    line = next(x for x in read.lines(None, None, today, projects=[project.pk]) if x.id == row.pk)
    acts = []
    if line.open:
        runs = bool(access.can_run_escalation(actor, row))
        wanted = [
            ("report", "报告一期", runs),
            ("plan", "改方案" if row.plan else "交方案", runs),
            ("team", "专班", runs),
            ("convener", "换召集人" if row.convener_id else "定召集人",
             bool(access.can_assign_convener(actor))),
            ("close", "办结", bool(access.can_close_escalation(actor, row))),
        ]  # fmt: skip
        acts = [
            {"url": _url(name, project), "label": label, "primary": name == "report"}
            for name, label, may in wanted
            if may
        ]
    return {
        "line": line,
        "row": row,
        "pill": PILLS[line.state],
        "acts": acts,
        "team": list(row.team.select_related("unit", "person")),
        "reports": list(row.reports.select_related("unit").order_by("-id")),
        "plan_url": f"/files/{row.plan_file_use_id}/" if row.plan_file_use_id else "",
        "earlier": Escalation.objects.filter(project=project).exclude(pk=row.pk).count(),
        "rule": read.report_rule(line.opened_on),
        "list_url": reverse("pipeline:escalations"),
    }


def _url(name: str, project: Project) -> str:
    return reverse(f"pipeline:escalation_{name}", args=[project.code])


def _opened(actor: Actor, code: str) -> tuple[Project, Escalation]:
    project = door(actor, code)
    return project, read.open_of(project)


def _page(
    request: HttpRequest,
    project: Project,
    form: forms.Form,
    act: Any,
    *,
    title: str,
    done: str,
    consequences: list[str],
    **more: Any,
) -> HttpResponse:
    """各办事页的同一条路:填好就办,拒绝的落到字段。"""
    if form.is_bound:
        valid = form.is_valid()
        try:
            if act(valid):
                messages.success(request, done)
                return HttpResponseRedirect(detail_url(project) + ANCHOR)
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return stale_page(request, stale, project)
    return confirm(
        request, project, form, title=title, what=f"{title}：{project.name}",
        consequences=consequences, submit=title, clause="3.3c",
        cancel_url=detail_url(project) + ANCHOR, **more,
    )  # fmt: skip


@require_http_methods(BOTH)
def convener(request: HttpRequest, code: str) -> HttpResponse:
    """定召集人。"""
    actor, now = actor_of(request), clock.now()
    project, row = _opened(actor, code)
    require(access.can_assign_convener(actor))
    form = ConvenerForm(
        request.POST if request.method == "POST" else None,
        people=read.conveners(now.date()),
        initial={"convener": str(row.convener_id or "")},
    )

    def act(valid: bool) -> bool:
        if valid:
            escalating.assign_convener(
                actor=actor, escalation=row, person_id=int(form.cleaned_data["convener"]), now=now
            )
        return valid

    return _page(
        request, project, form, act, title="定召集人", done="已定召集人，并已告诉他",
        consequences=["召集人会收到通知；他可以组专班、报告、办结"],
    )  # fmt: skip


@require_http_methods(BOTH)
def team(request: HttpRequest, code: str) -> HttpResponse:
    """组专班:一次加一员,或去掉几员。"""
    actor, now = actor_of(request), clock.now()
    project, row = _opened(actor, code)
    require(access.can_run_escalation(actor, row))
    members = list(row.team.select_related("unit", "person"))
    known = choices.load(now.date())
    form = TeamForm(
        request.POST if request.method == "POST" else None,
        units=known.units,
        people=known.people,
        members=[(str(m.pk), read.member_text(m)) for m in members],
    )

    def act(valid: bool) -> bool:
        if not valid:
            return False
        data = form.cleaned_data
        gone = set(data.get("remove", ()))
        drafts = [
            escalating.MemberDraft(m.unit_id, m.person_id, m.task)
            for m in members
            if str(m.pk) not in gone
        ]
        if data["unit"]:
            person = int(data["person"]) if data["person"] else None
            drafts.append(
                escalating.MemberDraft(known.unit_ids[data["unit"]], person, data["task"])
            )
        escalating.set_team(actor=actor, escalation=row, members=drafts, now=now)
        return True

    return _page(
        request, project, form, act, title="改专班", done="专班已改",
        consequences=["专班成员单位的经办人员可以交方案、报告；前后都留在经过里"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("pipeline.escalation_plan")
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """交工作方案。"""
    actor, now = actor_of(request), clock.now()
    project, row = _opened(actor, code)
    require(access.can_run_escalation(actor, row))
    form = PlanForm(request.POST if request.method == "POST" else None, initial={"plan": row.plan})
    autosave_of(request).fill(form)
    kept: list[keeping.Kept] = []

    def act(valid: bool) -> bool:
        got = keeping.receive(request, actor, "file", now)
        if got:
            kept.append(got)
        if valid:
            escalating.hand_in_plan(
                actor=actor, escalation=row, text=form.cleaned_data["plan"],
                file_id=got.file_id if got else None, now=now,
            )  # fmt: skip
        return valid

    return _page(
        request, project, form, act, title="交工作方案", done="工作方案已交",
        consequences=["方案待办随之办结；以后还可以改，前后都留在经过里"],
        template="pipeline/escalation_plan.html", kept=kept,
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("pipeline.escalation_report")
def report(request: HttpRequest, code: str) -> HttpResponse:
    """报告一期。"""
    actor, now = actor_of(request), clock.now()
    project, row = _opened(actor, code)
    require(access.can_run_escalation(actor, row))
    form = ReportForm(request.POST if request.method == "POST" else None)
    autosave_of(request).fill(form)

    def act(valid: bool) -> bool:
        if valid:
            escalating.report(actor=actor, escalation=row, draft=form.draft(), now=now)
        return valid

    line = next(
        x for x in read.lines(None, None, now.date(), projects=[project.pk]) if x.id == row.pk
    )
    return _page(
        request, project, form, act, title="提交提级报告", done="已报告，下一期自今天起算",
        consequences=[
            f"答的是 {line.next_due} 应报的一期；交上之后不能改，要补充就再报一期",
            "问题写明要谁协调，报备对象都看得到",
        ],
    )  # fmt: skip


@require_http_methods(BOTH)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """办结提级。"""
    actor, now = actor_of(request), clock.now()
    project, row = _opened(actor, code)
    require(access.can_close_escalation(actor, row))
    form = CloseForm(request.POST if request.method == "POST" else None)
    form.marks = {"reason": "必填"}  # type: ignore[attr-defined]

    def act(valid: bool) -> bool:
        if valid:
            escalating.close_escalation(
                actor=actor, escalation=row, reason=form.cleaned_data["reason"], now=now
            )
        return valid

    return _page(
        request, project, form, act, title="办结提级", done="提级已办结",
        consequences=["不再要报告，离开提级清单；此前各日的数字不变", "同一次签约不会再自己打开"],
        danger=True,
    )  # fmt: skip
