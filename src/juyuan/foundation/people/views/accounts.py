"""人员与账号:列表、登记、一个人的全貌、改名、设口令、停用启用、撤令牌。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from juyuan.foundation.people import access, actions, directory
from juyuan.foundation.people.forms import EditPersonForm, NewPersonForm, ReasonForm, unit_choices
from juyuan.foundation.people.models import Person, Role
from juyuan.foundation.people.views.shared import actor_of, tabs
from juyuan.foundation.ui import render as ui
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import choose_order, clamp_limit, paginate
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require

STATES = [
    ("active", "可登录"), ("off", "停用或离任"), ("none", "没有账号"), ("must", "须改口令"),
    ("idle", "没有任职"),
]  # fmt: skip


def _columns() -> tuple[Column, ...]:
    today = clock.today()

    def light(person: Person) -> Any:
        return ui.light(*directory.state_of(person, today))

    def last_login(person: Person) -> Any:
        account = directory.account_of(person)
        return account.last_login if account else None

    return (
        Column("name", "姓名", second="code", href=lambda p: page_of(p.code), phone="full", fixed=True, sort="name"),
        Column("posts", "任职", value=lambda p: directory.posts_text(p, today), phone="wide"),
        Column("state", "账号", cell=light),
        Column("last_login", "上次登录", kind="datetime", value=last_login, sort="last_login"),
    )  # fmt: skip


def page_of(code: str) -> str:
    return reverse("people:person", args=[code])


def can(actor: Actor) -> dict[str, bool]:
    """页面上给谁看哪些按钮;动作自己仍会再判一次。"""
    return {
        "register": bool(access.can_register(actor)),
        "grant": bool(access.can_grant(actor)),
    }


@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    """`/admin/people/`。Raises: Denied。"""
    actor = actor_of(request)
    require(access.can_see_accounts(actor))
    given = request.GET
    order = choose_order(given.get("sort", ""), directory.ORDERS, "code")
    page = paginate(
        directory.people(directory.read_filter(given), clock.today()),
        order,
        cursor=given.get("cursor", ""),
        limit=clamp_limit(given.get("limit")),
    )
    table = Table(
        _columns(),
        page.items,
        params=given,
        sort=given.get("sort", ""),
        today=clock.today(),
        row_key="code",
        caption="人员与账号",
        empty="没有符合条件的人员",
    )
    filters = FilterBar(
        (
            Filter("unit", "单位", [(c, n.strip("　")) for c, n in unit_choices()[1:]]),
            Filter("role", "角色", Role.choices),
            Filter("state", "账号", STATES),
        ),
        given,
        search_name="q",
        search_label="姓名或账号",
    )
    context = {
        "page_title": "人员与账号",
        "tabs": tabs(request, "people:accounts"),
        "table": table,
        "page": page,
        "filters": filters,
        "can": can(actor),
        "export_url": table.export_url("accounts", {"name": ("name", "code")})
        if page.items
        else "",
    }
    return render(request, "people/accounts.html", context)


@sensitive_variables("password")
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """登记人员并建账号;初始口令只在这一页显示一次。Raises: Denied。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        username = form.cleaned_data["username"]
        password = actions.initial_password()
        now = clock.now()
        try:
            with transaction.atomic():
                person = actions.register_person(
                    actor=actor, name=form.cleaned_data["name"], code=username, now=now
                )
                actions.create_account(
                    actor=actor, person=person, username=username, password=password, now=now
                )
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            return show_password(request, person, password)
    context = {"page_title": "登记人员", "form": form, "tabs": tabs(request, "people:accounts")}
    return render(request, "people/new_person.html", context, status=_status(request))


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


@sensitive_variables("password")
def show_password(request: HttpRequest, person: Person, password: str) -> HttpResponse:
    context = {
        "page_title": "初始口令",
        "person": person,
        "password": password,
        "tabs": tabs(request, "people:accounts"),
    }
    return render(request, "people/password_once.html", context)


@require_GET
def person(request: HttpRequest, code: str) -> HttpResponse:
    """一个人的全貌。Raises: Denied、NotFound。"""
    actor = actor_of(request)
    require(access.can_see_accounts(actor))
    found = directory.person(code)
    posts = directory.posts_of(found)
    account = directory.account_of(found)
    light, word = directory.state_of(found, clock.today())
    context = {
        "page_title": found.name,
        "person": found,
        "account": account,
        "light": light,
        "word": word,
        "posts": posts,
        "tokens": directory.live_tokens(account, clock.now()),
        "history": directory.history(found, posts),
        "tabs": tabs(request, "people:accounts"),
        "can": can(actor),
        "self": found.pk == actor.person_id,
    }
    return render(request, "people/person.html", context)


@require_http_methods(["GET", "POST"])
def edit_person(request: HttpRequest, code: str) -> HttpResponse:
    """Raises: Denied、NotFound。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    found = directory.person(code)
    form = EditPersonForm(
        request.POST or None, initial={"name": found.name, "disabled_on": found.disabled_on}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_person(actor=actor, code=code, now=clock.now(), **form.cleaned_data)
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, "已保存")
            return HttpResponseRedirect(page_of(code))
    context = {
        "page_title": f"修改 {found.name}",
        "what": "修改姓名，或记离任",
        "form": form,
        "submit": "保存",
        "cancel_url": page_of(code),
    }
    return render(request, "ui/confirm.html", context, status=_status(request))


@sensitive_variables("password")
@require_http_methods(["GET", "POST"])
def reset_password(request: HttpRequest, code: str) -> HttpResponse:
    """重设口令:造一个初始口令,只显示这一次。Raises: Denied、NotFound。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    found = directory.person(code)
    account = directory.account_of(found)
    if request.method == "POST":
        password = actions.initial_password()
        now = clock.now()
        if account is None:
            actions.create_account(
                actor=actor, person=found, username=found.code, password=password, now=now
            )
        else:
            actions.set_password(actor=actor, username=account.username, password=password, now=now)
        return show_password(request, found, password)
    context = {
        "page_title": f"重设 {found.name} 的口令" if account else f"为 {found.name} 建账号",
        "what": "造一个新的初始口令",
        "consequences": [
            "新口令只显示一次，请当面或以安全的方式交给本人",
            "本人现有的登录全部失效，首次登录须改口令",
        ],
        "submit": "造初始口令",
        "cancel_url": page_of(code),
    }
    return render(request, "ui/confirm.html", context)


@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """停用或启用账号。Raises: Denied、NotFound。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    found = directory.person(code)
    account = directory.account_of(found)
    if account is None:
        raise NotFound
    form = ReasonForm(request.POST or None)
    act = actions.disable_account if account.is_active else actions.enable_account
    word = "停用" if account.is_active else "启用"
    if request.method == "POST" and form.is_valid():
        act(
            actor=actor,
            username=account.username,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        messages.success(request, f"已{word} {account.username}")
        return HttpResponseRedirect(page_of(code))
    consequences = (
        ["立即退出登录，接口令牌全部撤销", "任职不变，由安全管理员收回"]
        if account.is_active
        else ["可以再登录；撤销了的接口令牌不会恢复"]
    )
    context = {
        "page_title": f"{word}账号 {account.username}",
        "what": f"{word} {found.name} 的账号",
        "consequences": consequences,
        "form": form,
        "submit": f"{word}账号",
        "danger": account.is_active,
        "cancel_url": page_of(code),
    }
    return render(request, "ui/confirm.html", context, status=_status(request))


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """撤销接口令牌(本人或系统管理员)。Raises: Denied、NotFound。"""
    actor = actor_of(request)
    actions.revoke_token(actor=actor, token_id=token_id, now=clock.now())
    messages.success(request, "令牌已撤销")
    back = request.POST.get("person", "").replace("\x00", "")
    seen = access.can_see_accounts(actor) and Person.objects.filter(code=back).exists()
    return HttpResponseRedirect(page_of(back) if seen else "/")
