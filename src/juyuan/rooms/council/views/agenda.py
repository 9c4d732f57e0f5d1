"""议程的添加、排次序、本次不议、放回来;一个议题的一页:材料、当场决定、记下、确认。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions import agenda as acts
from juyuan.rooms.council.actions import deciding
from juyuan.rooms.council.forms import DecisionForm, ItemForm, ReasonForm, VersionForm
from juyuan.rooms.council.forms.common import unit_choices
from juyuan.rooms.council.forms.deciding import FIRST, initial_of
from juyuan.rooms.council.models import ActionItem, AgendaItem, Meeting
from juyuan.rooms.council.queries import agenda, board
from juyuan.rooms.council.queries import meetings as read
from juyuan.rooms.council.queries.scope import door, item_door
from juyuan.rooms.council.queries.sheets import Sheet, sheets
from juyuan.rooms.council.rules.agenda import DecisionResult, ItemStatus, from_json
from juyuan.rooms.council.rules.meetings import MeetingState
from juyuan.rooms.council.views.common import (
    BOTH,
    actor_of,
    agenda_url,
    confirmed,
    crumbs,
    data_of,
    meeting_url,
)


def _trail(meeting: Meeting) -> list[dict[str, str]]:
    return crumbs((meeting.title, meeting_url(meeting)))


@require_http_methods(BOTH)
def add(request: HttpRequest, code: str) -> HttpResponse:
    """人工添加议题。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_prepare(actor))
    form = ItemForm(data_of(request), units=unit_choices())

    def run() -> str:
        data = form.cleaned_data
        unit = int(data["unit"]) if data["unit"] else None
        acts.add_item(
            actor=actor, meeting=meeting, now=clock.now(),
            draft=acts.ItemDraft(data["title"], data["why"], unit, data["minutes"] or 10),
        )  # fmt: skip
        return meeting_url(meeting)

    return confirmed(
        request, form, run, done="已添加议题", back=meeting_url(meeting), trail=_trail(meeting),
        title="添加议题", what=f"添加到{meeting.title}", submit="添加",
        consequences=("项目的难题请从项目页提出，会自动列入；这里添加的是不属于某一件的议题",),
    )  # fmt: skip


@require_http_methods(BOTH)
def order(request: HttpRequest, code: str) -> HttpResponse:
    """排次序:每项写一个数,小的在先。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_prepare(actor))
    lines = [
        x for x in agenda.lines(actor, meeting, clock.today()) if x.status == ItemStatus.LISTED
    ]  # fmt: skip
    form = VersionForm(data_of(request), initial={"version": meeting.version})
    given = [request.POST.get(f"at_{n}", "") for n in range(len(lines))]

    def run() -> str:
        ranks = [int(t) if t.isascii() and t.isdigit() and len(t) < 5 else 9999 for t in given]
        keys = [lines[n].key for n in sorted(range(len(lines)), key=lambda n: (ranks[n], n))]
        acts.reorder(
            actor=actor, meeting=meeting, keys=keys, version=form.cleaned_data["version"],
            now=clock.now(),
        )  # fmt: skip
        return meeting_url(meeting)

    return confirmed(
        request, form, run, done="次序已改", back=meeting_url(meeting), trail=_trail(meeting),
        title="排次序", what="议程的次序", submit="保存次序", template="council/order.html",
        rows=[{"n": n, "at": given[n] or n + 1, "line": x} for n, x in enumerate(lines)],
        consequences=("缺省的次序：终裁、评审、提级、难题，其后逾期的交办；每次改动都留痕",),
    )  # fmt: skip


@require_http_methods(BOTH)
def postpone(request: HttpRequest, code: str) -> HttpResponse:
    """本次不议;`?key=类别:编号`。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_run(actor, meeting))
    key = (request.POST.get("key") or request.GET.get("key", "")).replace("\x00", "")[:60]
    lines = agenda.lines(actor, meeting, clock.today())
    line = next((x for x in lines if x.key == key), None)
    form = ReasonForm(data_of(request))

    def run() -> str:
        acts.postpone_item(
            actor=actor, meeting=meeting, key=key, reason=form.cleaned_data["reason"],
            now=clock.now(),
        )  # fmt: skip
        return meeting_url(meeting)

    if line is None:
        if not form.is_bound:
            return HttpResponseRedirect(meeting_url(meeting))
        form.is_valid()
        form.add_error(None, "议程里没有这一件，请回到议程再选")
    return confirmed(
        request, form, run, done="已改为本次不议",
        back=meeting_url(meeting), trail=_trail(meeting), title="本次不议",
        what=f"本次不议：{line.item.title if line else ''}", submit="本次不议",
        template="council/postpone.html", key=key,
        consequences=("这一次不议，下一次会照样自动列入；人工添加的就此不议", "写明理由，留痕"),
    )  # fmt: skip


@require_POST
def restore(request: HttpRequest, code: str, item_id: int) -> HttpResponse:
    """把本次不议的放回来。"""
    actor = actor_of(request)
    item = item_door(actor, code, item_id)
    require(access.can_prepare(actor))
    try:
        acts.restore_item(actor=actor, meeting=item.meeting, item=item, now=clock.now())
    except (RuleBroken, Stale) as refusal:
        steps = [Step("回到议程", meeting_url(item.meeting), True)]
        return respond(request, refusal, what="没有放回来", steps=steps)
    messages.success(request, "已放回议程")
    return HttpResponseRedirect(meeting_url(item.meeting))


# ───────── 一个议题 ─────────


def _context(actor: Actor, item: AgendaItem) -> dict[str, Any]:
    """一页要的:议程、材料、人数、能办的。"""
    meeting, today = item.meeting, clock.today()
    lines = agenda.lines(actor, meeting, today)
    listed = [x for x in lines if x.status != ItemStatus.POSTPONED and x.row is not None]
    line = next((x for x in lines if x.row is not None and x.row.pk == item.pk), None)
    sheet = sheets(actor, [line], today).get(line.key, Sheet()) if line else Sheet()
    decision = line.decision if line else None
    actions = (
        list(board.joined(ActionItem.objects.filter(decision=decision)).order_by("id"))
        if decision
        else []
    )
    position = next((n for n, x in enumerate(listed) if x.row and x.row.pk == item.pk), 0)
    after = next((x for x in listed[position + 1 :] if x.status == ItemStatus.LISTED), None)
    return {
        "page_title": item.title,
        "meeting": meeting,
        "item": item,
        "kind": item.kind_enum,
        "status": ItemStatus(item.status),
        "line": line,
        "lines": listed,
        "position": position + 1,
        "sheet": sheet,
        "decision": decision,
        "actions": board.lines(actor, actions, today),
        "quorum": read.quorum_of(meeting),
        "running": meeting.state == MeetingState.RUNNING,
        "next_url": agenda_url(after.row) if after and after.row else "",
        "crumbs": crumbs((meeting.title, meeting_url(meeting)), (item.title, "")),
    }


@require_http_methods(BOTH)
@autosaved("council.decision", "code", "item_id")
def show(request: HttpRequest, code: str, item_id: int) -> HttpResponse:
    """`/council/meetings/<编号>/items/<议题>/`:材料;开会时主持的当场定,记录的记下。"""
    actor = actor_of(request)
    item = item_door(actor, code, item_id)
    context = _context(actor, item)
    meeting = item.meeting
    chairs, notes = access.chairs(actor, meeting), bool(access.can_prepare(actor))
    open_ = context["running"] and item.status == ItemStatus.LISTED
    if request.method == "POST":
        require(
            access.can_decide(actor, meeting) if chairs or not notes else access.can_prepare(actor)
        )
    draft = from_json(item.draft) if item.draft else None
    form = None
    if (open_ and (chairs or notes)) or request.method == "POST":
        lines = max(len(draft.actions), len(draft.conditions)) if draft else 0
        count = max(FIRST, lines, autosave_of(request).number("lines"))
        initial = {"version": item.version} | (initial_of(draft) if draft else {})
        form = DecisionForm(
            data_of(request), initial=initial, kind=item.kind_enum, units=unit_choices(),
            parties=context["sheet"].parties, count=count,
        )  # fmt: skip
        autosave_of(request).restore(form)
    else:
        autosave_of(request).idle()
    status = 200
    if request.method == "POST" and form is not None:
        if "more" in request.POST:
            form = _grown(request, form, item, context)
        else:
            status = 422
            if form.is_valid():
                act = deciding.decide_item if chairs else deciding.draft_decision
                try:
                    act(
                        actor=actor, item=item, draft=form.draft(),
                        version=form.cleaned_data["version"], now=clock.now(),
                    )  # fmt: skip
                except RuleBroken as broken:
                    add_findings(form, broken.findings)
                except Stale as stale:
                    steps = [Step("看最新内容", agenda_url(item), True)]
                    return respond(request, stale, what="没有办成", steps=steps)
                else:
                    done = "已决定，当即生效" if chairs else "已记下，等主持人确认"
                    messages.success(request, done)
                    return HttpResponseRedirect(agenda_url(item))
    context |= {
        "form": form,
        "draft": _said(draft) if draft else None,
        "chairs": chairs,
        "may_confirm": open_ and chairs and bool(item.draft),
        "may_discard": open_ and bool(item.draft) and (chairs or notes),
        "submit": "当场决定" if chairs else "记下，请主持人确认",
    }
    return render(request, "council/item.html", context, status=status)


def _said(draft: Any) -> dict[str, Any]:
    """草稿给人看的样子。"""
    result = draft.result
    return {
        "result": result.label if isinstance(result, DecisionResult) else "", "text": draft.text,
        "conditions": [c.text for c in draft.conditions],
        "actions": [{"text": a.text, "due_on": a.due_on} for a in draft.actions],
    }  # fmt: skip


def _grown(
    request: HttpRequest, form: DecisionForm, item: AgendaItem, context: dict[str, Any]
) -> DecisionForm:
    """再加几行:填过的都留着,还不判。"""
    kept = {name: value for name, value in request.POST.items() if name != "lines"}
    return DecisionForm(
        initial=kept, kind=item.kind_enum, units=unit_choices(), parties=context["sheet"].parties,
        count=form.grow(),
    )  # fmt: skip


@require_http_methods(BOTH)
def confirm(request: HttpRequest, code: str, item_id: int) -> HttpResponse:
    """主持的确认记下的决定。"""
    actor = actor_of(request)
    item = item_door(actor, code, item_id)
    require(access.can_decide(actor, item.meeting))
    form = VersionForm(data_of(request), initial={"version": item.version})

    def run() -> str:
        deciding.confirm_decision(
            actor=actor, item=item, version=form.cleaned_data["version"], now=clock.now()
        )
        return agenda_url(item)

    said = _said(from_json(item.draft)) if item.draft else {"result": "", "text": ""}
    return confirmed(
        request, form, run, done="已确认，当即生效", back=agenda_url(item),
        trail=_trail(item.meeting), title="确认决定", what=f"{item.title}：{said['result']}",
        submit="确认，当即生效",
        consequences=(f"{item.draft_by_name}记下：{said['result']}。{said['text']}", "确认之后当即落到对象上，交办随即开出"),
    )  # fmt: skip


@require_http_methods(BOTH)
def discard(request: HttpRequest, code: str, item_id: int) -> HttpResponse:
    """退回草稿。"""
    actor = actor_of(request)
    item = item_door(actor, code, item_id)
    require(access.can_run(actor, item.meeting))
    form = VersionForm(data_of(request), initial={"version": item.version})

    def run() -> str:
        deciding.discard_draft(
            actor=actor, item=item, version=form.cleaned_data["version"], now=clock.now()
        )
        return agenda_url(item)

    return confirmed(
        request, form, run, done="草稿已退回", back=agenda_url(item), trail=_trail(item.meeting),
        title="退回草稿", what=f"退回草稿：{item.title}", submit="退回",
        consequences=("记下的不算，请重新记或由主持的当场决定",),
    )  # fmt: skip
