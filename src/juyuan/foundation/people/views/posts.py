"""授予、终止任职(安全管理员);人员调离(主要负责同志、安全管理员)。"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.people import access, actions, directory, handover
from juyuan.foundation.people.forms import EndPostForm, GrantForm, LeaveForm
from juyuan.foundation.people.models import Person, Post, Unit
from juyuan.foundation.people.queries import units_under
from juyuan.foundation.people.views.accounts import page_of
from juyuan.foundation.people.views.shared import actor_of
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.keyset import choose_order, clamp_limit, paginate
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound, RuleBroken, require


@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, code: str) -> HttpResponse:
    """Raises: Denied、NotFound。"""
    actor = actor_of(request)
    found = directory.person(code)
    account = directory.account_of(found)
    require(access.can_grant(actor, account.pk if account else None))
    form = GrantForm(request.POST or None, initial={"starts_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data["unit"] = Unit.objects.get(code=data["unit"])
        try:
            post = actions.grant_post(actor=actor, person=found, now=clock.now(), **data)
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, f"已授予：{post.unit.name}·{post.get_role_display()}")
            return HttpResponseRedirect(page_of(code))
    context = {
        "page_title": f"授予 {found.name} 任职",
        "what": "在一个单位任一个角色",
        "consequences": [
            "自起任日起，可见范围与办事权限随角色而定",
            "三员不得互兼，也不得兼业务角色",
        ],
        "form": form,
        "submit": "授予任职",
        "cancel_url": page_of(code),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/confirm.html", context, status=status)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, post_id: int) -> HttpResponse:
    """Raises: Denied、NotFound。"""
    actor = actor_of(request)
    require(access.can_grant(actor))
    post = Post.objects.select_related("person", "unit").filter(pk=post_id).first()
    if post is None:
        raise NotFound
    form = EndPostForm(request.POST or None, initial={"ends_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_post(actor=actor, post_id=post.pk, now=clock.now(), **form.cleaned_data)
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, "任职已终止")
            return HttpResponseRedirect(page_of(post.person.code))
    context = {
        "page_title": f"终止任职：{post}",
        "what": f"终止 {post.unit.name}·{post.get_role_display()}",
        "consequences": [
            "止任日次日起不再有这个角色的权限",
            "手上的项目、待办不会自动移交；要移交请由主要负责同志办「调离」",
        ],
        "form": form,
        "submit": "终止任职",
        "danger": True,
        "cancel_url": page_of(post.person.code),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/confirm.html", context, status=status)


# ───────── 本单位人员与调离 ─────────


@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    """本单位(含下级)人员。Raises: Denied(不是主要负责同志)。"""
    actor, given = actor_of(request), request.GET
    require(access.can_see_staff(actor))
    today = clock.today()
    units = directory.led_units(actor)
    inside = {unit.code: units_under([unit.pk]) for unit in units}
    rows = directory.staff({pk for below in inside.values() for pk in below}, today)
    sort = given.get("sort", "")
    page = paginate(
        rows,
        choose_order(sort, directory.ORDERS, "code"),
        cursor=given.get("cursor", ""),
        limit=clamp_limit(request.GET.get("limit")),
    )
    page.total = rows.count()

    def leave_url(person: Person) -> str:
        """调离从哪个单位办:他在其下任职的、行动者负责的头一个单位。"""
        if person.pk == actor.person_id:
            return ""
        held = {p.unit_id for p in person.posts.all() if p.ends_on is None or p.ends_on >= today}
        code = next(code for code, below in inside.items() if held & below)
        return reverse("people:leave", args=[code, person.code])

    columns = (
        Column("name", "姓名", second="code", phone="full", fixed=True, sort="name"),
        Column("posts", "任职", value=lambda p: directory.posts_text(p, today), phone="wide"),
        Column("last_login", "上次登录", kind="datetime", sort="last_login",
               value=lambda p: getattr(directory.account_of(p), "last_login", None)),
        Column("act", "办理", value=lambda p: "调离移交" if leave_url(p) else "", href=leave_url),
    )  # fmt: skip
    table = Table(
        columns, page.items, params=given, sort=sort, today=today, row_key="code",
        caption="本单位人员", empty="本单位还没有在任人员。新到任的请系统管理员登记、安全管理员授予职务",
    )  # fmt: skip
    context = {
        "page_title": "本单位人员",
        "table": table,
        "page": page,
        "units": units,
        "export_url": table.export_url("staff", {"name": ("name", "code"), "act": ()})
        if page.items
        else "",
    }
    return render(request, "people/staff.html", context)


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, unit_code: str, code: str) -> HttpResponse:
    """调离:事项一次交清,任职同时终止。Raises: Denied、NotFound。"""
    actor = actor_of(request)
    unit, leaver = directory.unit(unit_code), directory.person(code)
    inside = units_under([unit.pk])
    if not leaver.posts.filter(unit_id__in=inside).exists():
        raise NotFound
    require(access.can_hand_over(actor, unit.path, leaver.pk))
    others = [p for p in directory.colleagues(inside, clock.today()) if p.pk != leaver.pk]
    form = LeaveForm(request.POST or None, colleagues=others, initial={"on": clock.today()})
    back = page_of(code) if access.can_see_accounts(actor) else reverse("people:staff")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = actions.hand_over(
                actor=actor,
                leaver=leaver,
                successor=directory.person(data["successor"]),
                unit=unit,
                on=data["on"],
                reason=data["reason"],
                now=clock.now(),
            )
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            moved = "、".join(f"{label} {n} 件" for label, n in done.moved.items() if n)
            messages.success(
                request, f"已调离：终止任职 {done.posts} 段" + (f"，移交 {moved}" if moved else "")
            )
            return HttpResponseRedirect(back)
    kinds = "、".join(handing.label for handing in handover.registered())
    context = {
        "page_title": f"{leaver.name} 调离",
        "what": f"{leaver.name} 离开 {unit.name}",
        "consequences": [
            f"在{unit.name}及下级单位的任职到止任日为止",
            f"手上的{kinds}一次交给接手人" if kinds else "目前没有须移交的事项种类",
            "任一项交不出去，整个调离不成立",
        ],
        "form": form,
        "submit": "办理调离",
        "danger": True,
        "cancel_url": back,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/confirm.html", context, status=status)
