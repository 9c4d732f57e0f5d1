"""离岗的门:本人登记,主要负责同志可以替本单位的人登记;撤销。"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from juyuan.foundation.people import absences, actions, directory
from juyuan.foundation.people.models import Person
from juyuan.foundation.people.views.shared import actor_of
from juyuan.foundation.ui.fields import add_findings, date_field
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken


class AbsenceForm(forms.Form):
    """离岗人只有主要负责同志可选;代理人是同单位在任的人。"""

    marks = dict.fromkeys(("person", "deputy", "starts_on", "ends_on", "reason"), "必填")
    person = forms.ChoiceField(label="谁离岗")
    deputy = forms.ChoiceField(
        label="代理人", help_text="同时收到待办与通知；能不能办仍看他自己的任职"
    )
    starts_on = date_field(label="起")
    ends_on = date_field(label="止", help_text="含当日")
    reason = forms.CharField(label="事由", max_length=100, help_text="如 出差、休假")


@require_http_methods(["GET", "POST"])
def absence_list(request: HttpRequest) -> HttpResponse:
    """`/absences/`:自己的、代理的、本单位的;POST 登记。"""
    actor, today = actor_of(request), clock.today()
    people = _people(actor)
    others = _others(people)
    form = AbsenceForm(
        request.POST if request.method == "POST" else None,
        initial={"person": people[0].code if people else "", "starts_on": today, "ends_on": today},
    )
    form.fields["person"].choices = [(p.code, p.name) for p in people]  # type: ignore[attr-defined]
    form.fields["deputy"].choices = [("", "请选择"), *((p.code, p.name) for p in others)]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data["person"] = directory.person(data["person"])
        data["deputy"] = directory.person(data["deputy"])
        try:
            row = actions.set_absence(actor=actor, now=clock.now(), **data)
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(
                request, f"已登记：{row.person.name}离岗期间，{row.deputy.name}同时收到待办与通知"
            )
            return HttpResponseRedirect(reverse("people:absences"))
    rows = [
        {
            "row": row,
            "now": row.starts_on <= today,
            "mine": bool(absences.can_keep(actor, row.person, today)),
        }
        for row in absences.visible_absences(actor, today)
    ]
    context = {
        "page_title": "离岗与代理",
        "form": form if others else None,
        "rows": rows,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "people/absences.html", context, status=status)


@require_POST
def cancel(request: HttpRequest, absence_id: int) -> HttpResponse:
    """撤销(提前回来)。Raises: NotFound、Denied、Stale。"""
    actions.cancel_absence(actor=actor_of(request), absence_id=absence_id, now=clock.now())
    messages.success(request, "离岗已撤销")
    return HttpResponseRedirect(reverse("people:absences"))


def _people(actor: Actor) -> list[Person]:
    """可以替谁登记:本人在前,主要负责同志另有本单位的人。"""
    me = list(Person.objects.filter(pk=actor.person_id or 0)) if actor.posts else []
    led = absences.led_units(actor)
    staff = directory.colleagues(led, clock.today()) if led else []
    return [*me, *(p for p in staff if p.pk != actor.person_id)]


def _others(people: list[Person]) -> list[Person]:
    """可选的代理人:这些人的同单位的人(逐人是否同单位由动作判)。"""
    units = {unit for person in people for unit in absences.units_of(person, clock.today())}
    return directory.colleagues(units, clock.today()) if units else []
