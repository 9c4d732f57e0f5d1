"""交办事项:看板、清单、一件、办一步。"""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.files.kept import receive
from juyuan.foundation.personal import queries as saved
from juyuan.foundation.personal.autosave import autosaved
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.ui.render import light
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions import items as acts
from juyuan.rooms.council.forms import CloseForm, ExtensionForm, ReasonForm, ReportForm
from juyuan.rooms.council.queries import board
from juyuan.rooms.council.queries.scope import action_door, project_named
from juyuan.rooms.council.queries.sheets import limit_of
from juyuan.rooms.council.rules.items import ActionVerb, is_overdue
from juyuan.rooms.council.views.common import (
    BOTH,
    action_url,
    actor_of,
    confirmed,
    crumbs,
    data_of,
)

ORDERS = {"due_on": Order("due_on"), "assigned_on": Order("assigned_on")}
DEFAULT = "due_on"
DONE = {
    ActionVerb.REPORT: "进展已报", ActionVerb.SUBMIT: "已报结，等核对销号", ActionVerb.RETURN: "已退回再办",
    ActionVerb.CLOSE: "已销号", ActionVerb.ASK: "已申请延期，等答复", ActionVerb.GRANT: "已同意延期",
    ActionVerb.REFUSE: "已答复不同意",
}  # fmt: skip


def _name(row: board.ActionLine) -> SafeString:
    project = row.project[1] if row.project else ""
    return format_html(
        '<a class="jy-name" href="{}">{}</a><small>{} {}</small>', row.url, row.name,
        row.item.code, project,
    )  # fmt: skip


def _signal(row: board.ActionLine) -> SafeString:
    return light(row.signal, row.signal_label)


COLUMNS = (
    Column("name", "交办内容", cell=_name, fixed=True, clip=True, phone="full"),
    Column("state", "状态", cell=_signal, phone="signal"),
    Column("unit", "承办单位", value=lambda r: str(r.item.unit), phone="two"),
    Column("due_on", "期限", value=lambda r: r.item.due_on, kind="date", sort="due_on", css="jy-nowrap"),
    Column("assigned_on", "交办日期", value=lambda r: r.item.assigned_on, kind="date", sort="assigned_on", css="jy-nowrap", phone="skip"),
    Column("extended", "延期", value=lambda r: r.item.extended, kind="number", phone="skip"),
    Column("closed_on", "销号日期", value=lambda r: r.item.closed_on, kind="date", css="jy-nowrap", phone="skip"),
)  # fmt: skip


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/council/items/`:看板(缺省)或清单(`?view=list`)。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_enter(actor))
    kept = saved.strip(request, "council:actions")
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    wanted = board.read_criteria(request.GET.dict())
    as_list = request.GET.get("view") == "list"
    context: dict[str, Any] = {
        "page_title": "交办事项",
        "as_list": as_list,
        "saved": kept,
        "switch": [
            {"label": "看板", "url": querystring.replace(request.GET, view=None) or request.path,
             "current": not as_list, "icon": "layout-kanban"},
            {"label": "清单", "url": querystring.replace(request.GET, view="list"),
             "current": as_list, "icon": "layout-list"},
        ],
        "filters": FilterBar(
            filters=(
                Filter("unit", "承办单位", board.units_with(actor)),
                Filter("late", "逾期", (("1", "只看逾期"),)),
                Filter("mine", "本单位", (("1", "本单位的"),)),
                Filter("asked", "延期", (("1", "等答复延期"),)),
            ),
            params=request.GET, search_name="q", search_label="交办内容的任一部分，或编号",
        ),
        "is_empty": not board.listed(actor, board.ActionCriteria(), today).exists(),
        "crumbs": crumbs(("交办事项", "")),
    }  # fmt: skip
    if as_list:
        order = choose_order(request.GET.get("sort", DEFAULT), ORDERS, DEFAULT)
        rows = board.joined(board.listed(actor, wanted, today))
        page = paginate(rows, order, request.GET.get("cursor", "")[:400], page_limit(request))
        shown = board.lines(actor, page.items, today)
        table = Table(
            columns=COLUMNS, rows=shown, params=request.GET, sort=order.key, today=today,
            empty="没有符合条件的交办事项",
        )  # fmt: skip
        context |= {"page": page, "table": table}
        context["export_url"] = table.export_url("action_items", {}) if shown else ""
    else:
        columns = board.board(actor, wanted, today)
        context["columns"] = columns
        context["export_url"] = (
            reverse("exchange:export", args=["action_items"]) + querystring.replace(request.GET)
            if any(c.total for c in columns)
            else ""
        )
    return render(request, "council/board.html", context)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/council/items/<编号>/`。"""
    actor, today = actor_of(request), clock.today()
    item = action_door(actor, code)
    project = project_named(actor, [item.project_id]).get(item.project_id or 0)
    state = item.state_enum
    late = is_overdue(state, item.due_on, today)
    context = {
        "page_title": item.title[:60],
        "item": item,
        "state": state,
        "late": late,
        "signal": "bad" if late else board.SIGNALS[state],
        "signal_label": "逾期" if late else state.label,
        "project": project,
        "acts": [
            {"verb": v.value, "label": v.label, "primary": n == 0}
            for n, v in enumerate(board.acts(actor, item))
        ],
        "timeline": board.timeline(item),
        "limit": limit_of(item.assigned_on),
        "crumbs": crumbs(("交办事项", reverse("council:actions")), (item.code, "")),
    }
    return render(request, "council/action.html", context)


def _form(request: HttpRequest, verb: ActionVerb, version: int) -> django_forms.Form:
    data, initial = data_of(request), {"version": version}
    if verb in (ActionVerb.REPORT, ActionVerb.SUBMIT):
        files = request.FILES if request.method == "POST" else None
        return ReportForm(data, files, initial=initial, final=verb == ActionVerb.SUBMIT)
    if verb == ActionVerb.ASK:
        return ExtensionForm(data, initial=initial)
    if verb in (ActionVerb.RETURN, ActionVerb.REFUSE):
        return ReasonForm(data, initial=initial)
    return CloseForm(data, initial=initial)


def _may(actor: Any, item: Any, verb: ActionVerb) -> None:
    if verb in (ActionVerb.CLOSE, ActionVerb.RETURN):
        require(access.can_close(actor, item))
    elif verb in (ActionVerb.GRANT, ActionVerb.REFUSE):
        require(access.can_answer(actor, item))
    else:
        require(access.can_work(actor, item))


SAID: dict[ActionVerb, tuple[str, ...]] = {
    ActionVerb.REPORT: ("进展只增不改，看得见这件事的都看得见",),
    ActionVerb.SUBMIT: ("请商务主管部门另一位同志核对凭据", "凭据不足的退回再办，期限不变"),
    ActionVerb.RETURN: ("退回承办单位再办，期限不变",),
    ActionVerb.CLOSE: ("销号之后不再办理；难题的交办都销了号，难题随之解决",),
    ActionVerb.ASK: ("答复之前期限不变，到期照样提醒",),
    ActionVerb.GRANT: ("期限改为申请的那一天，待办与提醒随之改",),
    ActionVerb.REFUSE: ("期限不变，告诉承办单位",),
}


@require_http_methods(BOTH)
@autosaved("council.item_act", "code", "verb")
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """办一步。"""
    actor = actor_of(request)
    item = action_door(actor, code)
    if verb not in set(ActionVerb) - {ActionVerb.ASSIGN}:
        raise NotFound
    what = ActionVerb(verb)
    _may(actor, item, what)
    form, kept = _form(request, what, item.version), None
    now = clock.now()
    if request.method == "POST" and isinstance(form, ReportForm):
        form.is_valid()
        try:
            kept = receive(request, actor, "file", now)
        except RuleBroken as broken:
            add_findings(form, broken.findings)

    def run() -> str:
        data = form.cleaned_data
        common = {"actor": actor, "item": item, "version": data["version"], "now": now}
        file_id = kept.file_id if kept else None
        if what == ActionVerb.REPORT:
            acts.report_progress(text=data["text"], file_id=file_id, **common)
        elif what == ActionVerb.SUBMIT:
            acts.submit_item(text=data["text"], file_id=file_id, **common)
        elif what == ActionVerb.RETURN:
            acts.return_item(reason=data["reason"], **common)
        elif what == ActionVerb.CLOSE:
            acts.close_item(text=data["text"], **common)
        elif what == ActionVerb.ASK:
            acts.ask_extension(due_on=data["due_on"], reason=data["reason"], **common)
        else:
            grant = what == ActionVerb.GRANT
            text = data["text"] if grant else data["reason"]
            acts.answer_extension(grant=grant, text=text, **common)
        return action_url(item)

    consequences = SAID[what]
    if what in (ActionVerb.GRANT, ActionVerb.REFUSE) and item.asked_due_on:
        consequences = (
            f"申请由 {item.due_on} 延到 {item.asked_due_on}：{item.asked_reason}",
            *consequences,
        )
    return confirmed(
        request, form, run, done=DONE[what], back=action_url(item), kept=kept,
        trail=crumbs(("交办事项", reverse("council:actions")), (item.code, action_url(item))),
        title=what.label, what=f"{what.label}：{item.title[:80]}", submit=what.label,
        consequences=consequences,
    )  # fmt: skip
