"""通知的门:收件箱、读过、设置、日历订阅。"""

from __future__ import annotations

from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from juyuan.foundation.notices import actions, config, feeds, queries
from juyuan.foundation.notices.actions import SettingDraft
from juyuan.foundation.notices.forms import SettingForm
from juyuan.foundation.notices.models import Channel
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.keyset import Order, clamp_limit, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """`/notices/?unread=1`:看得见的,新的在前。"""
    actor = actor_of(request)
    rows = queries.inbox(actor)
    unread = rows.filter(read_at__isnull=True).count()
    only = request.GET.get("unread") == "1"
    page = paginate(
        (rows.filter(read_at__isnull=True) if only else rows).select_related("on_behalf"),
        Order("id", desc=True),
        cursor=request.GET.get("cursor", ""),
        limit=clamp_limit(request.GET.get("limit")),
    )
    context = {
        "page_title": "通知",
        "rows": queries.rows_of(actor, page.items),
        "page": page,
        "unread": unread,
        "tabs": [
            {"label": "全部", "url": "?", "current": not only},
            {"label": "未读", "url": "?unread=1", "current": only, "count": unread},
        ],
    }
    return render(request, "notices/inbox.html", context)


@require_POST
def open_one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """读过,并去它说的地方。Raises: NotFound。"""
    actor = actor_of(request)
    row = queries.inbox(actor).filter(pk=notice_id).first()
    if row is None:
        raise NotFound
    actions.mark_read(actor=actor, notice_id=notice_id, now=clock.now())
    inside = url_has_allowed_host_and_scheme(row.url, allowed_hosts=None)
    return HttpResponseRedirect(row.url if inside else reverse("notices:inbox"))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """看得见的全部读过。"""
    count = actions.mark_all_read(actor=actor_of(request), now=clock.now())
    messages.success(request, f"{count} 条标为读过" if count else "没有未读的通知")
    return HttpResponseRedirect(reverse("notices:inbox"))


@require_http_methods(["GET", "POST"])
def settings_view(request: HttpRequest) -> HttpResponse:
    """`/notices/settings/`:选用渠道。"""
    actor = actor_of(request)
    form = SettingForm(request.POST if request.method == "POST" else None, initial=_initial(actor))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data["mail_time"] = data["mail_time"] or time(8, 30)
        try:
            actions.save_setting(actor=actor, draft=SettingDraft(**data), now=clock.now())
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            messages.success(request, "通知设置已保存")
            return HttpResponseRedirect(reverse("notices:settings"))
    return _settings_page(request, actor, form, status=422 if request.method == "POST" else 200)


def _initial(actor: Actor) -> dict[str, Any]:
    row = queries.setting_of(actor)
    return {name: getattr(row, name) for name in SettingForm.base_fields}


def _settings_page(
    request: HttpRequest, actor: Actor, form: SettingForm, *, feed_url: str = "", status: int = 200
) -> HttpResponse:
    ready = config.channels()
    missing = [
        f"{Channel(name).label}：{ready.wrong.get(name, '管理员还没有配置')}"
        for name in Channel.values
        if name not in ready.ready
    ]
    context = {
        "page_title": "通知设置",
        "form": form,
        "missing": missing,
        "setting": queries.setting_of(actor),
        "feed_url": feed_url,
    }
    return render(request, "notices/settings.html", context, status=status)


@require_POST
def feed_settings(request: HttpRequest) -> HttpResponse:
    """生成(`act=make`)或撤销(`act=revoke`)日历地址;明文只在这一页给出一次。"""
    actor, now = actor_of(request), clock.now()
    if request.POST.get("act") == "revoke":
        actions.revoke_feed(actor=actor, now=now)
        messages.success(request, "日历地址已撤销，订阅它的日历不再更新")
        return HttpResponseRedirect(reverse("notices:settings"))
    token = actions.make_feed(actor=actor, now=now)
    url = request.build_absolute_uri(reverse("notices:feed", args=[token]))
    return _settings_page(request, actor, SettingForm(initial=_initial(actor)), feed_url=url)


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """日历订阅:本人此刻看得见的待办。地址不对、撤销了、账号停用,都与不存在逐字节相同。"""
    found = feeds.calendar_of(token, clock.now(), request.build_absolute_uri("/"))
    if found is None:
        raise NotFound
    response = HttpResponse(found, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = 'inline; filename="duties.ics"'
    return response
