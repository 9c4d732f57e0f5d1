"""函:清单与到期月历,一封函。"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from juyuan.foundation.papers.models import Delivery
from juyuan.foundation.papers.queries import paper_of
from juyuan.foundation.papers.rules import pieces
from juyuan.foundation.papers.states import DocumentState
from juyuan.foundation.ui import months
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import add_months
from juyuan.kernel.verdict import require
from juyuan.rooms.evaluation.models import Letter
from juyuan.rooms.evaluation.queries import letterpages as pages
from juyuan.rooms.evaluation.queries import letters as read
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.rules.breaches import TITLES, LetterLevel, LetterState, Outcome
from juyuan.rooms.evaluation.views.tracking import actor_of, project_crumbs

PAGE = 50


def crumbs(letter: Letter) -> list[dict[str, str]]:
    return [
        {"label": "函", "url": reverse("evaluation:letters")},
        {"label": f"{letter.level_label} {letter.code}", "url": read.url_of(letter)},
    ]


def _month(text: str, today: date) -> date:
    """网址里的 2026-11;读不懂的是本月。"""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/letters/`:看得见的函,到期的在前;右边是到期的月历。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    tab = request.GET.get("tab", "open")
    tab = tab if tab in pages.TABS else "open"
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1
    rows = pages.listed(actor, tab, today)
    start = (max(page, 1) - 1) * PAGE
    shown = list(rows[start : start + PAGE + 1])
    month = _month(request.GET.get("month", ""), today)
    last = add_months(month, 1) - timedelta(days=1)
    due = pages.due_between(actor, month, last)
    context = {
        "page_title": "履约函",
        "lines": [pages.line_of(x, today) for x in shown[:PAGE]],
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab}
            for key, label in pages.TABS.items()
        ],
        "next_url": f"?tab={tab}&page={page + 1}" if len(shown) > PAGE else "",
        "prev_url": f"?tab={tab}&page={page - 1}" if page > 1 else "",
        "month": months.build(
            month.year, month.month, today=today,
            marks=[
                months.Mark(
                    x.reply_by, f"{x.level_label}到期", read.url_of(x),
                    "late" if x.reply_by < today else "key",
                )
                for x in due
                if x.reply_by is not None
            ],
        ),
        "due": [pages.line_of(x, today) for x in due],
        "earlier": f"?tab={tab}&month={add_months(month, -1):%Y-%m}",
        "later": f"?tab={tab}&month={add_months(month, 1):%Y-%m}",
        "export_url": f"{reverse('exchange:export', args=['letters'])}?tab={tab}"
        if shown
        else "",
    }  # fmt: skip
    return render(request, "evaluation/letters.html", context)


NEXT = {
    "reply": ("记投资方回复", "message"), "talk": ("记约谈", "users"),
    "outcome": ("提出结果", "checks"), "decide": ("批准结果", "check"),
}  # fmt: skip


def _acts(actor: Actor, letter: Letter, deliveries: list[Delivery], today: date) -> list[Any]:
    """此刻能办的,该办的一件在前。"""
    found: list[dict[str, Any]] = []
    document = letter.document
    handle = bool(read.can_handle(actor, letter))

    def add(label: str, icon: str, url: str, *, primary: bool = True) -> None:
        found.append({"label": label, "icon": icon, "url": url, "primary": primary and not found})

    def here(name: str) -> str:
        return reverse(f"evaluation:letter_{name}", args=[letter.code])

    if document is not None and letter.state == LetterState.PREPARING:
        labels = {
            DocumentState.DRAFT: "改话、送批", DocumentState.SUBMITTED: "看待批的文稿",
            DocumentState.APPROVED: "编号印发",
        }  # fmt: skip
        label = labels.get(DocumentState(document.state), "看公文")
        add(label, "file-text", reverse("papers:detail", args=[document.code]))
    if letter.state in (LetterState.SENT, LetterState.REPLIED) and handle:
        if letter.state == LetterState.SENT and not deliveries:
            add("记送达", "mail", here("deliver"))
        if letter.state == LetterState.SENT and read.overdue(letter, today):
            url = reverse("evaluation:letter_new", args=[letter.breach.code])
            add("到期未回复，起草下一封", "arrow-up", url)
        if letter.level == LetterLevel.TALK:
            add("记约谈", "users", here("talk"))
        if letter.state == LetterState.REPLIED:
            add("提出结果", "checks", here("outcome"))
        add("记投资方回复", "message", here("reply"))
    if letter.state == LetterState.PROPOSED and read.can_decide(actor, letter):
        add("批准结果", "check", here("decide"))
    return found


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/letters/<编号>/`:一封函走到哪一步、全文、送达、回复、结果。"""
    actor, today = actor_of(request), clock.today()
    letter = read.door(actor, code)
    promise = letter.breach.promise
    deliveries = list(
        Delivery.objects.filter(document=letter.document).order_by("delivered_on", "id")
        if letter.document
        else []
    )
    context = {
        "page_title": f"{TITLES[LetterLevel(letter.level)]}：{promise.project.name}",
        "letter": letter,
        "line": pages.line_of(letter, today),
        "promise": promise,
        "project": promise.project,
        "promises_url": reverse("evaluation:promises", args=[promise.project.code])
        + f"#{promise.code}",
        "steps": pages.steps(letter, deliveries),
        "acts": _acts(actor, letter, deliveries, today),
        "pieces": pieces(paper_of(letter.document)) if letter.document else (),
        "deliveries": deliveries,
        "replies": list(letter.replies.all()),
        "talks": list(letter.talks.all()),
        "outcome": Outcome(letter.outcome).label if letter.outcome else "",
        "others": [
            pages.line_of(x, today)
            for x in read.with_all(read.visible_to(actor)).filter(breach__promise=promise)
            if x.pk != letter.pk
        ],
        "overdue": read.overdue(letter, today),
        "crumbs": [*project_crumbs(promise.project)[1:], {"label": letter.level_label}],
    }  # fmt: skip
    return render(request, "evaluation/letter.html", context)
