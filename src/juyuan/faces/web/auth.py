"""登录、退出、锁定、改口令、切换任职。登录成败、锁定、退出都记台账。"""

from __future__ import annotations

import time

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from juyuan.faces.web.doors import POST, SEEN, SINCE
from juyuan.faces.web.forms import LoginForm, PasswordForm
from juyuan.foundation.ledger.actions import record, refuse
from juyuan.foundation.people.actions import change_password as change
from juyuan.foundation.people.models import Account
from juyuan.foundation.people.queries import actor_for, has_left
from juyuan.foundation.people.rules import fold_username
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.views import safe_next
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, RuleBroken

# 账号不存在、口令不对、已停用说同一句话:外人不能据此探知有没有这个账号
WRONG = "账号或口令不对，或账号已停用"
LOCKED = "连续 5 次输错，已锁定 15 分钟。请稍后再试，或联系系统管理员"
TIMED_OUT = "离开太久或登录已满 12 小时，请重新登录"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login_view(request: HttpRequest) -> HttpResponse:
    """登录页。已登录者直接进工作台。"""
    target = safe_next(request)
    if request.method == "GET":
        if request.actor is not None:  # type: ignore[attr-defined]
            return HttpResponseRedirect(target)
        return _page(request, LoginForm(), target, timed_out="timed_out" in request.GET)
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _page(request, form, target, status=422)
    username = fold_username(form.cleaned_data["username"])
    account = authenticate(request, username=username, password=form.cleaned_data["password"])
    if not isinstance(account, Account) or has_left(account, clock.today()):
        _refused(request, username, "access.login_failed", "口令不对、账号停用或不存在")
        form.add_error(None, WRONG)
        return _page(request, form, target, status=422)
    _enter(request, account)
    return HttpResponseRedirect(target)


def _enter(request: HttpRequest, account: Account) -> None:
    """台账写不进去就不让登录。"""
    now = clock.now()
    with transaction.atomic():
        login(request, account)
        record(
            event="access.login",
            actor=actor_for(account, today=now.date(), request_id=_request_id(request)),
            obj_type="account",
            obj_id=account.username,
            obj_label=account.person.name,
            now=now,
        )
    moment = int(time.time())
    request.session[SINCE] = request.session[SEEN] = moment
    request.session.pop(POST, None)


def _page(
    request: HttpRequest,
    form: LoginForm,
    target: str,
    *,
    timed_out: bool = False,
    locked: bool = False,
    status: int = 200,
) -> HttpResponse:
    note = LOCKED if locked else TIMED_OUT if timed_out else ""
    context = {"page_title": "登录", "form": form, "next": target, "note": note, "locked": locked}
    return render(request, "web/login.html", context, status=status)


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, str] | None
) -> HttpResponse:
    """连续输错之后:同一句话,同样不说账号在不在。"""
    username = fold_username((credentials or {}).get("username", ""))
    _refused(request, username, "access.locked", "连续输错，账号在此地址锁定")
    form = LoginForm(request.POST or None)
    form.full_clean()
    return _page(request, form, safe_next(request), locked=True, status=429)


def _refused(request: HttpRequest, username: str, event: str, message: str) -> None:
    """输入的账号若不存在就不记原文:人们常把口令错填在账号栏里。"""
    account = Account.objects.filter(username=username).first()
    name = account.username if account else "未知账号"
    who = Actor(
        account_id=account.pk if account else None,
        username=name,
        name=account.person.name if account else name,
        request_id=_request_id(request),
    )
    refuse(
        event=event,
        actor=who,
        obj_type="account",
        obj_id=name,
        message=message,
        now=clock.now(),
    )


@require_POST
def logout_view(request: HttpRequest) -> HttpResponse:
    """退出:会话行删去,浏览器缓存清掉,后退看不到内容。"""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is not None:
        with transaction.atomic():
            record(
                event="access.logout",
                actor=actor,
                obj_type="account",
                obj_id=actor.username,
                now=clock.now(),
            )
            logout(request)
    return HttpResponseRedirect("/login/", headers={"Clear-Site-Data": '"cache"'})


@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "POST"])
def password_view(request: HttpRequest) -> HttpResponse:
    """本人改口令;改后其他地方的登录失效。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = change(
                actor=actor,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["password"],
                now=clock.now(),
            )
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            update_session_auth_hash(request, account)
            messages.success(request, "口令已改，其他地方的登录已失效")
            return HttpResponseRedirect("/")
    forced = request.user.must_change_password  # type: ignore[union-attr]
    context = {"page_title": "改口令", "form": form, "forced": forced}
    status = 422 if request.method == "POST" else 200
    return render(request, "web/password.html", context, status=status)


@require_POST
def switch_post(request: HttpRequest) -> HttpResponse:
    """身兼数职者选定以哪个任职行事(台账与页眉据此)。Raises: Denied(不是自己的在任职务)。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    wanted = request.POST.get("post", "")
    post = next((p for p in actor.posts if str(p.id) == wanted), None)
    if post is None:
        raise Denied("这不是您在任的职务")
    request.session[POST] = post.id
    messages.success(request, f"现在以「{post.unit_name}·{post.title}」行事")
    return HttpResponseRedirect(safe_next(request))


def _request_id(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")
