"""线索的填与办:登记一页、一步一页。"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from juyuan.foundation.files.actions import store_file
from juyuan.foundation.files.kept import receive
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.people.models import Person, Unit
from juyuan.foundation.people.queries import posts_on, unit_by_code
from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.first_contact.rules.claims import ContactProof
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.actions import convert, handle, keep
from juyuan.rooms.outreach.forms import (
    AssignForm,
    AttachForm,
    ConvertForm,
    JudgeForm,
    LeadForm,
    PlainForm,
    WordForm,
)
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries import leads
from juyuan.rooms.outreach.rules.leads import LeadState, LeadVerb
from juyuan.rooms.outreach.views.pages import actor_of, crumbs, detail_url


@require_http_methods(["GET", "POST"])
@autosaved("outreach.new")
def create(request: HttpRequest) -> HttpResponse:
    """报一条线索;按「先存着」只存草稿。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    form = LeadForm(request.POST or None, channels=leads.channels_of(params(clock.today())))
    if request.method == "POST" and not request.POST:
        form = LeadForm({}, channels=leads.channels_of(params(clock.today())))
    autosave_of(request).fill(form)
    return _fill(request, actor, form, None)


@require_http_methods(["GET", "POST"])
@autosaved("outreach.edit")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """接着填草稿;已登记的只看。"""
    actor = actor_of(request)
    lead = leads.door(actor, code)
    require(access.can_edit(actor, lead))
    if lead.state != LeadState.DRAFT:
        return redirect(detail_url(lead))
    initial = asdict(leads.draft_of(lead)) | {"version": lead.version}
    initial["public_pay"] = {True: "yes", False: "no", None: ""}[lead.public_pay]
    data = request.POST if request.method == "POST" else None
    form = LeadForm(data, initial=initial, channels=leads.channels_of(params(clock.today())))
    auto = autosave_of(request)
    auto.version = lead.version
    auto.fill(form, skip=("version",))
    return _fill(request, actor, form, lead)


def _fill(request: HttpRequest, actor: Actor, form: LeadForm, lead: Lead | None) -> HttpResponse:
    status, now = 200, clock.now()
    if request.method == "POST":
        status = 422
        if form.is_valid():
            submit = "submit" in request.POST
            try:
                if lead is None:
                    kept = keep.register_lead(
                        actor=actor, draft=form.draft(), submit=submit, now=now
                    )
                else:
                    version = form.cleaned_data["version"]
                    kept = keep.save_lead(
                        actor=actor, lead=lead, draft=form.draft(), version=version, now=now
                    )
                    if submit:
                        keep.submit_lead(actor=actor, lead=kept, now=now)
            except RuleBroken as broken:
                add_findings(form, broken.findings)
            else:
                messages.success(request, "已登记" if submit else "已存为草稿,可以随时接着填")
                return redirect(detail_url(kept))
    context = {
        "page_title": "报线索" if lead is None else f"接着填:{lead.title}",
        "form": form,
        "crumbs": crumbs(("报线索",)),
        "cancel_url": detail_url(lead) if lead else "/leads/",
    }
    return render(request, "outreach/form.html", context, status=status)


def _form(request: HttpRequest, lead: Lead, verb: LeadVerb) -> Form:
    data: Any = request.POST if request.method == "POST" else None
    files = request.FILES if request.method == "POST" else None
    initial: dict[str, Any] = {"version": lead.version}
    if verb == LeadVerb.SUBMIT:
        return PlainForm(data, initial=initial)
    if verb == LeadVerb.ASSIGN:
        posts = list(
            posts_on(clock.today()).filter(role__in=access.HANDLERS).select_related("unit", "person")
            .order_by("unit__order", "unit_id", "pk")
        )  # fmt: skip
        units = {p.unit.code: str(p.unit) for p in posts if p.unit.disabled_on is None}
        people = {str(p.person_id): f"{p.person.name}({p.unit})" for p in posts}
        return AssignForm(
            data, initial=initial, units=list(units.items()), people=list(people.items())
        )
    if verb == LeadVerb.JUDGE:
        dimensions = leads.dimensions_of(params(clock.today()))
        return JudgeForm(data, initial=initial, dimensions=dimensions)
    if verb == LeadVerb.CONVERT:
        initial |= {
            "project_name": lead.project_name, "content": lead.content,
            "contacted_on": lead.contacted_on,
        }  # fmt: skip
        return ConvertForm(data, files, initial=initial)
    return WordForm(data, initial=initial)


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """办一步。"""
    actor = actor_of(request)
    lead = leads.door(actor, code)
    if verb not in {v.value for v in LeadVerb} - {LeadVerb.REGISTER, LeadVerb.CONTEST}:
        raise NotFound
    what = LeadVerb(verb)
    require(access.may(actor, lead, what))
    form = _form(request, lead, what)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _do(actor, lead, what, form)
            except RuleBroken as broken:
                add_findings(form, broken.findings)
            else:
                done = "已登记首谈,撞单待裁定" if lead.state == LeadState.CONTESTED else what.label
                messages.success(request, f"已办:{done}")
                return redirect(detail_url(lead))
    context = {
        "page_title": f"{what.label}:{lead.title}",
        "what": what.label,
        "lead": lead,
        "form": form,
        "crumbs": crumbs((lead.title, detail_url(lead)), (what.label,)),
        "cancel_url": detail_url(lead),
    }
    return render(request, "outreach/act.html", context, status=status)


@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, code: str) -> HttpResponse:
    """交一份附件。"""
    actor, now = actor_of(request), clock.now()
    lead = leads.door(actor, code)
    require(access.can_attach(actor, lead))
    posted = request.method == "POST"
    form = AttachForm(request.POST if posted else None, request.FILES if posted else None)
    kept = None
    if posted:
        valid = form.is_valid()
        try:
            kept = receive(request, actor, "file", now)
            if valid:
                keep.attach_file(
                    actor=actor, lead=lead, title=form.cleaned_data["title"], now=now,
                    file=uploaded(actor, kept.file_id if kept else None),
                )  # fmt: skip
                messages.success(request, "附件已收下")
                return redirect(detail_url(lead))
        except RuleBroken as broken:
            add_findings(form, broken.findings)
    context = {
        "page_title": f"附件:{lead.title}",
        "what": "提交",
        "lead": lead,
        "form": form,
        "kept": kept,
        "crumbs": crumbs((lead.title, detail_url(lead)), ("附件",)),
        "cancel_url": detail_url(lead),
    }
    return render(request, "outreach/attach.html", context, status=422 if posted else 200)


def _do(actor: Actor, lead: Lead, verb: LeadVerb, form: Form) -> None:
    data, now = form.cleaned_data, clock.now()
    common: dict[str, Any] = {
        "actor": actor, "lead": lead, "version": data["version"], "now": now
    }  # fmt: skip
    if verb == LeadVerb.SUBMIT:
        keep.submit_lead(**common)
    elif verb == LeadVerb.WITHDRAW:
        keep.withdraw_lead(reason=data["reason"], **common)
    elif verb == LeadVerb.ANSWER:
        handle.answer_lead(text=data["reason"], **common)
    elif verb == LeadVerb.FEED_BACK:
        handle.feed_back_lead(text=data["reason"], **common)
    elif verb == LeadVerb.REFUSE:
        handle.refuse_lead(reason=data["reason"], **common)
    elif verb == LeadVerb.ASSIGN:
        unit: Unit | None = unit_by_code(data["unit"]) if data["unit"] else None
        if unit is None:
            raise RuleBroken.one("unit", "lead.unit", "请选择承办单位")
        person = Person.objects.get(pk=int(data["person"])) if data["person"] else None
        handle.assign_lead(unit=unit, person=person, reason=data["reason"], **common)
    elif verb == LeadVerb.JUDGE:
        assert isinstance(form, JudgeForm)
        handle.judge_lead(
            marks=form.given(), outcome=form.conclusion, reason=data["reason"], **common
        )
    else:
        file = data["file"]
        stored = store_file(actor=actor, name=file.name, stream=file, now=now) if file else None
        proof = convert.LeadProof(
            proof=ContactProof(data["proof"]) if data["proof"] else None,
            contacted_on=data["contacted_on"], evidence_on=data["evidence_on"],
            file_id=stored.pk if stored else None, two_way=data["two_way"],
            project_name=data["project_name"], content=data["content"],
        )  # fmt: skip
        convert.convert_lead(proof=proof, **common)
