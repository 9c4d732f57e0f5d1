"""会议:首页(下次会与议题)、清单、一次会、筹备、通知、到会、开会、散会、取消、材料、名册。"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.papers import docx, pdf
from juyuan.foundation.papers.models import Document
from juyuan.foundation.personal.autosave import autosaved
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions import meetings as acts
from juyuan.rooms.council.actions import minutes
from juyuan.rooms.council.forms import AttendanceForm, MeetingForm, ReasonForm, VersionForm
from juyuan.rooms.council.models import Meeting
from juyuan.rooms.council.queries import agenda, board, duty, roster
from juyuan.rooms.council.queries import meetings as read
from juyuan.rooms.council.queries.minutes import within
from juyuan.rooms.council.queries.papers import pack
from juyuan.rooms.council.queries.scope import door
from juyuan.rooms.council.rules.agenda import ItemStatus
from juyuan.rooms.council.rules.meetings import (
    UPCOMING,
    Attendance,
    MeetingState,
    SeatKind,
    next_sequence,
)
from juyuan.rooms.council.views.common import (
    BOTH,
    actor_of,
    confirmed,
    crumbs,
    data_of,
    meeting_url,
)

FORMATS = {
    "docx": (
        docx.render,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "pdf": (pdf.render, "application/pdf"),
}
FEW = 8


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/council/`:正在开的会、下一次会、等着上会的、我的交办。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_enter(actor))
    running = agenda.current_meeting()
    upcoming = agenda.next_meeting()
    if upcoming is not None and upcoming.called_at is None and not access.oversees(actor):
        upcoming = None
    proposals = agenda.proposals(actor, today)
    mine = board.listed(actor, board.ActionCriteria(state="open", mine=True), today)
    span = duty.period_of(today)
    context = {
        "page_title": "促进会议",
        "running": running,
        "upcoming": upcoming,
        "proposals": proposals[: 3 * FEW],
        "more": max(0, len(proposals) - 3 * FEW),
        "mine": board.lines(actor, board.joined(mine).order_by("due_on", "id")[:FEW], today),
        "mine_total": mine.order_by().count(),
        "late_total": board.listed(actor, board.ActionCriteria(late=True), today).order_by().count(),
        "may_prepare": bool(access.can_prepare(actor)),
        "span": span,
        "held": duty.held_in(span),
    }  # fmt: skip
    return render(request, "council/index.html", context)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/council/meetings/`。"""
    actor = actor_of(request)
    require(access.can_enter(actor))
    tab = request.GET.get("tab", "")
    tab = tab if tab in read.TABS else "all"
    page = paginate(
        read.listed(actor, tab), Order("id", desc=True), request.GET.get("cursor", "")[:400],
        page_limit(request),
    )  # fmt: skip
    context = {
        "page_title": "会议",
        "page": page,
        "rows": [
            {"row": row, "url": meeting_url(row), "signal": read.SIGNALS[row.state_enum],
             "state": row.state_enum.label}
            for row in page.items
        ],
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab}
            for key, label in read.TABS.items()
        ],
        "may_prepare": bool(access.can_prepare(actor)),
        "crumbs": crumbs(("会议", "")),
    }  # fmt: skip
    return render(request, "council/meetings.html", context)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/council/meetings/<编号>/`:议程、到会、材料、纪要。"""
    actor, today = actor_of(request), clock.today()
    meeting = door(actor, code)
    lines = agenda.lines(actor, meeting, today)
    seats = read.seats_of(meeting)
    state = meeting.state_enum
    prepares, runs = bool(access.can_prepare(actor)), bool(access.can_run(actor, meeting))
    last = _last_actions(actor, meeting)
    context = {
        "page_title": meeting.title,
        "meeting": meeting,
        "state": state,
        "signal": read.SIGNALS[state],
        "quorum": read.quorum_of(meeting, seats),
        "agenda": [x for x in lines if x.status != ItemStatus.POSTPONED],
        "postponed": [x for x in lines if x.status == ItemStatus.POSTPONED],
        "decided": sum(x.status == ItemStatus.DECIDED for x in lines),
        "groups": _groups(seats),
        "may": {
            "edit": prepares and state in UPCOMING,
            "call": prepares and state in UPCOMING,
            "cancel": prepares and state in UPCOMING,
            "attend": prepares and state in (MeetingState.CALLED, MeetingState.RUNNING),
            "arrange": prepares and state in UPCOMING,
            "start": runs and state == MeetingState.CALLED,
            "end": runs and state == MeetingState.RUNNING,
            "minutes": prepares and state == MeetingState.ENDED,
        },
        "papers": _minutes(actor, meeting),
        "last": board.lines(actor, last, today),
        "crumbs": crumbs(("会议", reverse("council:meetings")), (meeting.title, "")),
    }  # fmt: skip
    return render(request, "council/meeting.html", context)


def _last_actions(actor: Actor, meeting: Meeting) -> list[Any]:
    """此前会上交办、还没有销号的(会上过一遍)。"""
    rows = board.listed(actor, board.ActionCriteria(state="open"), clock.today())
    rows = rows.filter(decision__isnull=False).exclude(decision__meeting=meeting)
    return list(board.joined(rows).order_by("due_on", "id")[:FEW])


def _minutes(actor: Actor, meeting: Meeting) -> Document | None:
    """看得见的纪要。"""
    row = minutes.current_minutes(meeting)
    if row is None or not within(actor).filter(pk=meeting.pk).exists():
        return None
    return row


def _groups(seats: list[Any]) -> list[dict[str, Any]]:
    """席位按类分组,带到会的词与信号。"""
    signals = {
        Attendance.PRESENT: "ok", Attendance.DELEGATE: "ok", Attendance.LEAVE: "warn",
        Attendance.ABSENT: "bad", Attendance.UNKNOWN: "idle",
    }  # fmt: skip
    found = []
    for kind in SeatKind:
        rows = [
            {
                "who": str(s.unit) if s.unit else s.name,
                "name": (s.attended_by or s.name) if s.unit else s.title,
                "attendance": Attendance(s.attendance).label,
                "signal": signals[Attendance(s.attendance)],
                "note": s.note,
            }
            for s in seats
            if s.kind == kind
        ]
        if rows:
            found.append({"label": kind.label, "rows": rows})
    return found


@require_safe
def papers(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """材料汇编,docx 或 pdf;按看的人裁。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    if form not in FORMATS:
        raise NotFound
    render_, mime = FORMATS[form]
    made = pack(actor, meeting, clock.today())
    response = HttpResponse(render_(made), content_type=mime)
    name = quote(f"{made.title}.{form}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """名册:召集人与成员单位,按任职来。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_enter(actor))
    context = {
        "page_title": "会议名册",
        "conveners": roster.conveners(today),
        "members": roster.members(today),
        "crumbs": crumbs(("名册", "")),
    }
    return render(request, "council/roster.html", context)


# ───────── 办会 ─────────


def _form(request: HttpRequest, initial: dict[str, Any]) -> MeetingForm:
    today = clock.today()
    chairs = [(c.person_id, f"{c.name}（{c.role}）") for c in roster.conveners(today)]
    return MeetingForm(data_of(request), initial=initial, chairs=chairs, staff=roster.staff(today))


@require_http_methods(BOTH)
@autosaved("council.meeting_new")
def create(request: HttpRequest) -> HttpResponse:
    """筹备一次会议。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_prepare(actor))
    taken = Meeting.objects.filter(year=today.year).exclude(state=MeetingState.CANCELLED.value)
    number = next_sequence(set(taken.values_list("sequence", flat=True)))
    initial = {"held_on": today, "starts_at": "14:00", "secretary": str(actor.person_id or "")}
    form = _form(request, initial)

    def run() -> str:
        return meeting_url(acts.plan_meeting(actor=actor, draft=form.draft(), now=clock.now()))

    return confirmed(
        request, form, run, done="已筹备，核对议程后发通知", back=reverse("council:index"),
        trail=crumbs(), title="筹备会议", what=f"{today.year}年第{number}次", submit="筹备",
        consequences=("等着上会的事自动列入议程，可以添加、排次序", "发通知之前只有办会的人与召集人看得见"),
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("council.meeting_edit")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """改时间、地点、主持。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_prepare(actor))
    initial = {
        "held_on": meeting.held_on, "starts_at": meeting.starts_at, "place": meeting.place,
        "chair": str(meeting.chair_id), "secretary": str(meeting.secretary_id or ""),
        "title": meeting.title, "version": meeting.version,
    }  # fmt: skip
    form = _form(request, initial)

    def run() -> str:
        acts.edit_meeting(
            actor=actor, meeting=meeting, draft=form.draft(),
            version=form.cleaned_data["version"], now=clock.now(),
        )  # fmt: skip
        return meeting_url(meeting)

    called = meeting.state == MeetingState.CALLED
    return confirmed(
        request, form, run, done="已改", back=meeting_url(meeting), trail=_trail(meeting),
        title="修改会议", what=meeting.title, submit="保存",
        consequences=("已经发过通知，改了再通知一遍各单位",) if called else (),
    )  # fmt: skip


def _trail(meeting: Meeting) -> list[dict[str, str]]:
    return crumbs((meeting.title, meeting_url(meeting)))


def _plain(request: HttpRequest, meeting: Meeting) -> VersionForm:
    return VersionForm(data_of(request), initial={"version": meeting.version})


@require_http_methods(BOTH)
def call(request: HttpRequest, code: str) -> HttpResponse:
    """发会议通知。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_prepare(actor))
    form = _plain(request, meeting)

    def run() -> str:
        acts.call_meeting(
            actor=actor, meeting=meeting, version=form.cleaned_data["version"], now=clock.now()
        )
        return meeting_url(meeting)

    on = meeting.held_on
    return confirmed(
        request, form, run, done="已发通知", back=meeting_url(meeting), trail=_trail(meeting),
        title="发会议通知", what=f"通知：{meeting.title}", submit="发通知",
        consequences=(
            f"通知 {len(roster.conveners(on))} 位召集人、{len(roster.members(on))} 家成员单位：{on} {meeting.starts_at:%H:%M}，{meeting.place}",
            "各单位自此看得见这次会，以及自己看得见的议题", "开会之前可以再改、再通知",
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """取消会议。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_prepare(actor))
    form = ReasonForm(data_of(request), initial={"version": meeting.version})

    def run() -> str:
        acts.cancel_meeting(
            actor=actor, meeting=meeting, reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"], now=clock.now(),
        )  # fmt: skip
        return reverse("council:index")

    return confirmed(
        request, form, run, done="已取消", back=meeting_url(meeting), trail=_trail(meeting),
        title="取消会议", what=f"取消：{meeting.title}", submit="取消这次会", danger=True,
        consequences=("发过通知的，告诉各单位不开了", "议题留到下一次会，次数腾出来"),
    )  # fmt: skip


@require_http_methods(BOTH)
def start(request: HttpRequest, code: str) -> HttpResponse:
    """开会:人数够了,议程写定。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_run(actor, meeting))
    form = _plain(request, meeting)

    def run() -> str:
        acts.start_meeting(
            actor=actor, meeting=meeting, version=form.cleaned_data["version"], now=clock.now()
        )
        return meeting_url(meeting)

    return confirmed(
        request, form, run, done="会议开始，议程已写定", back=meeting_url(meeting),
        trail=_trail(meeting), title="开会", what=f"开会：{meeting.title}", submit="开会", clause="1b",
        consequences=(
            read.quorum_of(meeting).said, "此刻的议程写定，之后来的事留到下一次",
            "决定由主持的召集人当场作出，或由记录的记下、主持的确认",
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
def end(request: HttpRequest, code: str) -> HttpResponse:
    """散会。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_run(actor, meeting))
    form = _plain(request, meeting)

    def run() -> str:
        acts.end_meeting(
            actor=actor, meeting=meeting, version=form.cleaned_data["version"], now=clock.now()
        )
        return meeting_url(meeting)

    found = read.progress(meeting)
    left = found.total - found.decided
    return confirmed(
        request, form, run, done="已散会，请起草纪要", back=meeting_url(meeting),
        trail=_trail(meeting), title="散会", what=f"散会：{meeting.title}", submit="散会",
        consequences=(
            f"已议定 {found.decided} 项" + (f"，还有 {left} 项没有议，转下一次会" if left else ""),
            "散会之后决定不能再改，要改再上一次会", "随后起草纪要，由主持的召集人批准",
        ),
    )  # fmt: skip


@require_http_methods(BOTH)
def attendance(request: HttpRequest, code: str) -> HttpResponse:
    """登记到会。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_prepare(actor))
    form = AttendanceForm(data_of(request), seats=read.seats_of(meeting))

    def run() -> str:
        acts.mark_attendance(
            actor=actor, meeting=meeting, marks=form.marks_given(), observers=form.observers(),
            now=clock.now(),
        )  # fmt: skip
        return meeting_url(meeting)

    return confirmed(
        request, form, run, done="到会已登记", back=meeting_url(meeting), trail=_trail(meeting),
        title="到会登记", what="到会登记", submit="保存", clause="1b",
        template="council/attendance.html", rows=form.rows(), meeting=meeting,
        quorum=read.quorum_of(meeting),
    )  # fmt: skip


@require_http_methods(BOTH)
def draft_minutes(request: HttpRequest, code: str) -> HttpResponse:
    """起草纪要,然后到公文的一页去改话、送批。"""
    actor = actor_of(request)
    meeting = door(actor, code)
    require(access.can_prepare(actor))
    known = minutes.current_minutes(meeting)
    if known is not None and request.method != "POST":
        return HttpResponseRedirect(reverse("papers:detail", args=[known.code]))
    form = VersionForm(data_of(request))

    def run() -> str:
        made = minutes.draft_minutes(actor=actor, meeting=meeting, now=clock.now())
        return reverse("papers:detail", args=[made.code])

    return confirmed(
        request, form, run, done="纪要已起草", back=meeting_url(meeting), trail=_trail(meeting),
        title="起草纪要", what=f"起草纪要：{meeting.title}", submit="起草",
        consequences=(
            "时间、地点、到会、逐项决定、交办取自会上记下的，不能改；开头、结尾的话可以改",
            f"送批之后由主持的{meeting.chair.name}批准，再编号印发",
        ),
    )  # fmt: skip
