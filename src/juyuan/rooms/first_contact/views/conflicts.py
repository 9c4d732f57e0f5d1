"""撞单:清单、一件(各方只看自己的一边,商务主管部门、召集人并排看)、补证据、裁定、提请、不是同一件。"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.figures.rules import read_as_of
from juyuan.foundation.files.kept import receive
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.ui.paging import page_limit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions import ruling
from juyuan.rooms.first_contact.actions.raising import raise_conflict
from juyuan.rooms.first_contact.forms import claims as forms_
from juyuan.rooms.first_contact.models import Conflict
from juyuan.rooms.first_contact.queries import conflicts as read
from juyuan.rooms.first_contact.queries import merging, pages
from juyuan.rooms.first_contact.queries.claims import party_named
from juyuan.rooms.first_contact.queries.past import STATE_THEN
from juyuan.rooms.first_contact.rules.answering import TIER_LABELS
from juyuan.rooms.first_contact.rules.overlap import LABELS
from juyuan.rooms.first_contact.rules.rulings import ConflictState, appeal_open
from juyuan.rooms.first_contact.views.acts import BOTH, confirmed
from juyuan.rooms.first_contact.views.pages import actor_of


def _url(conflict: Conflict) -> str:
    return reverse("first_contact:conflict", args=[conflict.code])


def _crumbs(conflict: Conflict | None = None) -> list[dict[str, str]]:
    found = [
        {"label": "首谈", "url": reverse("first_contact:list")},
        {"label": "撞单", "url": reverse("first_contact:conflicts")},
    ]
    return [*found, {"label": conflict.code, "url": _url(conflict)}] if conflict else found


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/first-contacts/conflicts/`:看得见的撞单;缺省只列未定的。"""
    actor = actor_of(request)
    require(access.can_list(actor))
    tab = request.GET.get("tab", "")
    tab = tab if tab in pages.CONFLICT_TABS else "pending"
    as_of, problem = read_as_of(request.GET.get("as_of", ""), clock.today())
    page = paginate(
        pages.conflicts_listed(actor, tab, as_of), Order("id", desc=True),
        request.GET.get("cursor", "")[:400], page_limit(request),
    )  # fmt: skip
    more = f"&as_of={as_of}" if as_of else ""
    context = {
        "page_title": "撞单",
        "page": page,
        "tab": tab,
        "as_of": as_of,
        "problem": problem,
        "rows": [
            {"row": row, "state": state, "signal": pages.CONFLICT_SIGNALS[state], "url": _url(row)}
            for row in page.items
            for state in (ConflictState(getattr(row, STATE_THEN, row.state)),)
        ],
        "tabs": [
            {"label": label, "url": f"?tab={key}{more}", "current": key == tab}
            for key, label in pages.CONFLICT_TABS.items()
        ],
        "may_raise": bool(access.can_decide(actor)),
        "crumbs": [*_crumbs()[:1], {"label": "撞单"}],
    }
    return render(request, "first_contact/conflicts.html", context)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """`/first-contacts/conflicts/<编号>/`。"""
    actor, today = actor_of(request), clock.today()
    conflict = read.door(actor, code)
    both = read.sees_both(actor)
    mine = read.own_side(actor, conflict)
    may_ask = mine is not None and actor.has_any(*access.ASKERS)
    state = conflict.state_enum
    context = {
        "page_title": f"撞单 {conflict.code}",
        "conflict": conflict,
        "state": state,
        "signal": pages.CONFLICT_SIGNALS[state],
        "both": both,
        "tier_label": TIER_LABELS.get(conflict.tier, "") if both else "",
        "reasons": "、".join(LABELS[name] for name in conflict.reasons) if both else "",
        "sides": pages.sides(actor, conflict),
        "rulings": pages.rulings(actor, conflict),
        "unions": merging.unions(actor, conflict),
        "may_prove": may_ask and state in (ConflictState.OPEN, ConflictState.APPEALED),
        "may_appeal": may_ask and appeal_open(state, today, conflict.appeal_by),
        "may_rule": state in (ConflictState.OPEN, ConflictState.APPEALED)
        and bool(access.can_rule(actor, conflict)),
        "may_dismiss": state == ConflictState.OPEN and bool(access.can_rule(actor, conflict)),
        "crumbs": [*_crumbs()[:2], {"label": conflict.code}],
    }
    return render(request, "first_contact/conflict.html", context)


@require_http_methods(BOTH)
def raising(request: HttpRequest) -> HttpResponse:
    """`/first-contacts/conflicts/new/`:商务主管部门立撞单;`?first=编号` 先填好一方。"""
    actor = actor_of(request)
    require(access.can_decide(actor))
    first = request.GET.get("first", "").replace("\x00", "")[:40]
    form = forms_.RaiseForm(
        request.POST if request.method == "POST" else None, initial={"first": first}
    )
    back = reverse("first_contact:conflicts")

    def run() -> str:
        data = form.cleaned_data
        one, two = (party_named(actor, name, data[name]) for name in ("first", "second"))
        return _url(
            raise_conflict(
                actor=actor, first=one, second=two, reason=data["reason"], now=clock.now()
            )
        )

    return confirmed(
        request, form, run, done="已立撞单,已告知各方", back=back, crumbs=_crumbs(),
        title="立撞单", what="查重没有碰上、而看得出是同一件的", submit="立件",
        consequences=[
            "各方收到通知,各看各的一边,补交证据", "未定之前各方的项目不得签约,不得承诺政策",
            "按裁定的期限办,与登记时查重立的相同",
        ],
    )  # fmt: skip


def _party(actor: Actor, conflict: Conflict) -> None:
    if read.own_side(actor, conflict) is None:
        raise NotFound
    require(access.can_check(actor))


@require_http_methods(BOTH)
def prove(request: HttpRequest, code: str) -> HttpResponse:
    """一方补交证据。"""
    actor, now = actor_of(request), clock.now()
    conflict = read.door(actor, code)
    _party(actor, conflict)
    posted = request.method == "POST"
    form = forms_.ProofForm(request.POST if posted else None, request.FILES if posted else None)
    kept = None
    if posted:
        form.is_valid()
        try:
            kept = receive(request, actor, "file", now)
        except RuleBroken as broken:
            add_findings(form, broken.findings)

    def run() -> str:
        data = form.cleaned_data
        ruling.add_proof(
            actor=actor, conflict=conflict, now=now,
            draft=ruling.ProofDraft(
                data["title"], data["dated_on"], data["note"], kept.file_id if kept else None
            ),
        )  # fmt: skip
        return _url(conflict)

    return confirmed(
        request, form, run, done="已交证据", back=_url(conflict), crumbs=_crumbs(conflict),
        title="补交证据", what=f"补交证据：{conflict.code}", submit="提交", kept=kept,
        consequences=["对方看不见本单位的证据", "交了不能撤回，裁定之前可以再补"],
    )  # fmt: skip


@require_http_methods(BOTH)
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """裁定(待裁定的);提请了召集人的,由召集人终裁。"""
    actor, now = actor_of(request), clock.now()
    conflict = read.door(actor, code)
    require(access.can_rule(actor, conflict))
    final = conflict.state == ConflictState.APPEALED
    parties = list(conflict.parties.order_by("id").values_list("unit_id", "unit__name"))
    form = forms_.RulingForm(request.POST if request.method == "POST" else None, parties=parties)

    def run() -> str:
        act = ruling.decide_appeal if final else ruling.rule_conflict
        act(actor=actor, conflict=conflict, draft=form.draft(), now=now)
        return _url(conflict)

    name = "终裁" if final else "裁定"
    return confirmed(
        request, form, run, done=f"已{name}", back=_url(conflict), crumbs=_crumbs(conflict),
        title=name, what=f"{name}：{conflict.code}", submit=f"作出{name}",
        template="first_contact/ruling.html", sides=pages.sides(actor, conflict),
        consequences=[
            "牵头单位受保护，其余各方的首谈终结；功劳份额写入裁定，合计 100%",
            "终裁当即生效" if final else "告知各方；期限内没有人提请召集人的，过后生效",
        ],
    )  # fmt: skip


@require_http_methods(BOTH)
def appealing(request: HttpRequest, code: str) -> HttpResponse:
    """不服裁定,提请召集人。"""
    actor = actor_of(request)
    conflict = read.door(actor, code)
    _party(actor, conflict)
    form = forms_.ReasonForm(request.POST if request.method == "POST" else None)

    def run() -> str:
        ruling.appeal(
            actor=actor, conflict=conflict, reason=form.cleaned_data["reason"], now=clock.now()
        )
        return _url(conflict)

    return confirmed(
        request, form, run, done="已提请召集人", back=_url(conflict), crumbs=_crumbs(conflict),
        title="提请召集人", what=f"不服裁定：{conflict.code}", submit="提请",
        consequences=["一件只能提请一次，召集人的决定为终局", "终裁之前裁定不生效，可以再补证据"],
    )  # fmt: skip


@require_http_methods(BOTH)
def dismissing(request: HttpRequest, code: str) -> HttpResponse:
    """核对下来不是同一件。"""
    actor = actor_of(request)
    conflict = read.door(actor, code)
    require(access.can_rule(actor, conflict))
    form = forms_.ReasonForm(request.POST if request.method == "POST" else None)

    def run() -> str:
        ruling.dismiss(
            actor=actor, conflict=conflict, reason=form.cleaned_data["reason"], now=clock.now()
        )
        return _url(conflict)

    return confirmed(
        request, form, run, done="已撤销，各登各的", back=_url(conflict), crumbs=_crumbs(conflict),
        title="不是同一件", what=f"撤销撞单：{conflict.code}", submit="撤销",
        consequences=["各方各自牵头自己的一件", "还没有项目的一方，随后登记项目，功劳的时刻不变"],
    )  # fmt: skip
