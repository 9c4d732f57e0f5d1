"""公文的清单、登记簿、核验、一份公文。"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from juyuan.foundation.papers import queries as read
from juyuan.foundation.papers.actions.numbers import numbering
from juyuan.foundation.papers.forms import CheckForm, WordsForm
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import kind_of
from juyuan.foundation.papers.states import DocumentState, Numbering
from juyuan.foundation.people.models import ADMIN_ROLES, Unit
from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound

SIGNALS = {
    DocumentState.DRAFT: "idle", DocumentState.SUBMITTED: "warn", DocumentState.APPROVED: "warn",
    DocumentState.ISSUED: "ok", DocumentState.VOIDED: "bad",
}  # fmt: skip
TABS = {
    "open": ("在办", ("draft", "submitted", "approved")),
    "submitted": ("待批", ("submitted",)),
    "approved": ("待印发", ("approved",)),
    "issued": ("已印发", ("issued",)),
    "all": ("全部", ()),
}
MIMES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
STEPS = (
    ("起草", "pencil"), ("送批", "send"), ("批准", "check"), ("编号印发", "file-text"),
    ("送达", "mail"),
)  # fmt: skip


def actor_of(request: HttpRequest) -> Actor:
    """行动者;三员不看公文。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or (actor.posts and all(p.role in ADMIN_ROLES for p in actor.posts)):
        raise NotFound
    return actor


def listed(actor: Actor, tab: str) -> QuerySet[Document]:
    """清单的行。"""
    rows = read.visible_to(actor).select_related("unit")
    states = TABS[tab][1]
    return rows.filter(state__in=states) if states else rows


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/papers/`:看得见的公文,缺省只列在办的。"""
    actor = actor_of(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "open"
    page = paginate(
        listed(actor, tab), Order("id", desc=True), request.GET.get("cursor", "")[:400],
        page_limit(request),
    )  # fmt: skip
    return render(request, "papers/list.html", {
        "page_title": "公文", "page": page, "tab": tab,
        "rows": [line(row) for row in page.items],
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab}
            for key, (label, _) in TABS.items()
        ],
    })  # fmt: skip


def line(row: Document) -> dict[str, Any]:
    """清单的一行。"""
    state = DocumentState(row.state)
    return {
        "row": row, "state": state, "signal": SIGNALS[state], "kind": kind_of(row.kind).label,
        "url": reverse("papers:detail", args=[row.code]),
    }  # fmt: skip


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """`/papers/register/`:发文登记簿,只列看得见的;号连续,看不见的只留号。"""
    actor = actor_of(request)
    books = _books(actor)
    chosen = request.GET.get("book", "")
    key = next((k for k in books if "|".join(map(str, k)) == chosen), next(iter(books), None))
    page, rows = None, []
    if key is not None:
        unit_id, series, year = key
        queryset = read.visible_to(actor).filter(
            unit_id=unit_id, series=series, year=year, sequence__isnull=False
        )
        page = paginate(
            queryset, Order("id", desc=True), request.GET.get("cursor", "")[:400],
            page_limit(request),
        )  # fmt: skip
        rows = [line(row) for row in page.items]
    return render(request, "papers/register.html", {
        "page_title": "发文登记簿", "page": page, "rows": rows,
        "books": [
            {"label": label, "url": f"?book={quote('|'.join(map(str, k)))}", "current": k == key}
            for k, label in books.items()
        ],
        "crumbs": [{"label": "公文", "url": reverse("papers:list")}, {"label": "发文登记簿"}],
    })  # fmt: skip


def _books(actor: Actor) -> dict[tuple[int, str, int], str]:
    keys = (
        read.visible_to(actor)
        .filter(sequence__isnull=False)
        .order_by("-year", "unit_id", "series")
        .values_list("unit_id", "series", "year")
        .distinct()
    )
    names = dict(Unit.objects.values_list("pk", "name"))
    return {
        (unit, series, year or 0): f"{names[unit]}　{series}　{year} 年"
        for unit, series, year in keys
    }


@require_safe
def checking(request: HttpRequest) -> HttpResponse:
    """`/papers/check/`:凭文号与核验码核对;只答是不是本系统印发的原文。"""
    asked = "number" in request.GET or "code" in request.GET
    data = {name: request.GET.get(name, "").replace("\x00", "")[:60] for name in ("number", "code")}
    form = CheckForm(data if asked else None)
    found = None
    if asked and form.is_valid():
        if all(text.strip() for text in data.values()):
            found = read.checked(data["number"], data["code"])
        else:
            form.add_error(None, "文号与核验码都要填")
    return render(request, "papers/check.html", {
        "page_title": "公文核验", "form": form, "found": found, "asked": asked,
    })  # fmt: skip


@require_safe
@autosaved("papers.words")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/papers/<编号>/`:写了什么、走到哪一步、下一步。"""
    actor = actor_of(request)
    document = read.door(actor, code)
    kind = kind_of(document.kind)
    state = DocumentState(document.state)
    prepares = bool(kind.can_prepare(actor, document))
    approves = bool(kind.can_approve(actor, document))
    own = actor.account_id in (document.prepared_by_id, document.revised_by_id)
    issued = state == DocumentState.ISSUED
    deliveries = list(document.deliveries.all())
    form = None
    if prepares and state == DocumentState.DRAFT and kind.word_fields:
        form = WordsForm(document=document)
        autosave_of(request).restore(form)
    else:
        autosave_of(request).idle()
    return render(request, "papers/detail.html", {
        "page_title": document.title, "document": document, "kind": kind, "state": state,
        "signal": SIGNALS[state], "steps": _steps(document, bool(deliveries)),
        "pieces": read.shown(document), "deliveries": deliveries,
        "object_url": kind.url(document),
        "form": form,
        "may_submit": prepares and state == DocumentState.DRAFT and kind.needs_approval,
        "may_approve": approves and not own and state == DocumentState.SUBMITTED,
        "own_waiting": own and approves and state == DocumentState.SUBMITTED,
        "may_return": approves and state in (DocumentState.SUBMITTED, DocumentState.APPROVED),
        "may_issue": prepares and state == DocumentState.APPROVED,
        "may_scan": prepares and issued and kind.delivers,
        "may_deliver": prepares and issued and kind.delivers,
        "may_void": state != DocumentState.VOIDED and (approves or (prepares and not issued)),
        "typed": numbering(clock.today()) == Numbering.OFFICE,
        "scan_url": f"/files/{document.scan_use_id}/" if document.scan_use_id else "",
        "crumbs": [{"label": "公文", "url": reverse("papers:list")},
                   {"label": document.number or document.title}],
    })  # fmt: skip


def _steps(document: Document, delivered: bool) -> list[dict[str, Any]]:
    kind = kind_of(document.kind)
    dates = [
        document.prepared_at, document.submitted_at, document.approved_at, document.issued_at, None,
    ]  # fmt: skip
    who = [document.prepared_by_name, "", document.approved_by_name, document.issued_by_name, ""]
    reached = {
        DocumentState.DRAFT: 1, DocumentState.SUBMITTED: 2, DocumentState.APPROVED: 3,
        DocumentState.ISSUED: 4, DocumentState.VOIDED: 0,
    }[DocumentState(document.state)] + (1 if delivered else 0)  # fmt: skip
    steps = []
    for index, ((label, icon), at, name) in enumerate(zip(STEPS, dates, who, strict=True)):
        if index == len(STEPS) - 1 and not kind.delivers:
            continue
        if index in (1, 2) and not kind.needs_approval:
            continue
        if reached == 0:
            state = "done" if at else "todo"
        else:
            state = "done" if index < reached else "now" if index == reached else "todo"
        said = f"{localtime(at):%Y-%m-%d}" if at else ""
        steps.append(
            {"label": label, "icon": icon, "state": state, "current": state == "now",
             "note": " ".join(part for part in (name, said) if part)}
        )  # fmt: skip
    return steps


@require_safe
def download(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """`/papers/<编号>/file.<docx|pdf>`:此刻的样子;已印发的与存档逐字相同。"""
    return sent(read.door(actor_of(request), code), form)


def sent(document: Document, form: str) -> HttpResponse:
    """文件的字节;网页与接口同一份。

    Raises: NotFound(没有这种文件)。
    """
    if form not in MIMES:
        raise NotFound
    response = HttpResponse(read.rendered(document, form), content_type=MIMES[form])
    name = f"{document.number or document.title}.{form}"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
