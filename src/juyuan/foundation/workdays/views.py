"""工作日历的门:谁都能看;系统管理员按通知录入一年。"""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import access, clock
from juyuan.foundation.workdays.actions import enter_notice
from juyuan.foundation.workdays.forms import NoticeForm
from juyuan.foundation.workdays.queries import calendar, year_days
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require


@require_http_methods(["GET", "POST"])
def year_view(request: HttpRequest) -> HttpResponse:
    """`/workdays/?year=`:某年的放假与调休;POST 录入一年。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NotFound
    may = access.can_enter_notice(actor)
    form = NoticeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(may)
        if form.is_valid():
            year = form.cleaned_data["year"]
            try:
                count = enter_notice(
                    actor=actor,
                    year=year,
                    days=form.days(),
                    notice=form.cleaned_data["notice"],
                    now=clock.now(),
                )
            except RuleBroken as broken:
                # 「日子」不是单独一栏(放假、上班各一栏),放在表单顶上
                days = [f.message for f in broken.findings if f.field == "days"]
                for message in days:
                    form.add_error(None, message)
                add_findings(form, [f for f in broken.findings if f.field != "days"])
            else:
                messages.success(request, f"{year} 年已录入 {count} 天，该年的期限不再暂定")
                return redirect(f"{reverse('workdays')}?year={year}")
    year = _year(request.GET.get("year", ""), clock.today())
    known = calendar()
    context = {
        "page_title": f"{year} 年工作日历",
        "year": year,
        "years": [year - 1, year + 1],
        "noticed": year in known.years,
        "days": year_days(year, known),
        "form": form if may else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workdays/year.html", context, status=status)


def _year(text: str, today: date) -> int:
    if text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2199:
        return int(text)
    return today.year
