"""视图的门:存、改、删、设为默认;我的视图。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from juyuan.foundation.personal import access, queries, registry
from juyuan.foundation.personal.actions import drafts as draft_acts
from juyuan.foundation.personal.actions import views as acts
from juyuan.foundation.personal.forms import ViewForm
from juyuan.foundation.personal.models import SavedView
from juyuan.foundation.personal.rules import canonical
from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _row(actor: Actor, view: SavedView) -> dict[str, Any]:
    known = registry.pages()
    return {
        "view": view,
        "page": known[view.page].label if view.page in known else view.page,
        "url": queries.url_of(view),
        "own": view.owner_id == actor.person_id,
        "by": view.owner.name,
        "default": view.is_default,  # type: ignore[attr-defined]
        "may": bool(access.can_change(actor, view)),
    }


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """我的视图:自己存的与本单位共享的,逐个改名、共享、设默认、删。"""
    actor = _actor(request)
    rows = [_row(actor, v) for v in queries.views_of(actor) if v.page in registry.pages()]
    return render(request, "personal/views.html", {"page_title": "我的视图", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """存为视图:页签旁的小框直接交到这里;名字不行就在这一页改。"""
    actor, now = _actor(request), clock.now()
    access.post_of(actor)
    data = request.POST if request.method == "POST" else request.GET
    wanted, query = data.get("page", ""), canonical(data.get("q", ""))
    if not wanted and request.method == "GET":
        return HttpResponseRedirect(reverse("personal:views"))
    form = ViewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and wanted not in registry.pages():
        broken = RuleBroken.one("page", "view.page", "没有说是哪个列表，请回到列表再存")
        return respond(request, broken, what="没有存成视图", steps=[Step("回工作台", "/", True)])
    page = registry.page_named(wanted)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            view = acts.save_view(
                actor=actor, page=page.url_name, name=values["name"], query=query,
                shared=values["shared"], default=values["default"], now=now,
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        else:
            messages.success(request, f"已存为视图「{view.name}」")
            return HttpResponseRedirect(queries.url_of(view))
    context = {
        "page_title": "存为视图",
        "form": form,
        "wanted": page,
        "query": query,
        "back": f"{reverse(page.url_name)}?{query}",
        "may_share": bool(access.can_share(actor)),
        "why_not": getattr(access.can_share(actor), "reason", ""),
    }
    status = 422 if form.is_bound else 200
    return render(request, "personal/view_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, view_id: int) -> HttpResponse:
    """改一个视图。`act`:save 改名与共享、default 设或取消默认、overwrite 换成现在的条件、delete 删。"""
    actor, now = _actor(request), clock.now()
    view = queries.view_door(actor, view_id)
    may = access.can_change(actor, view)
    initial = {
        "name": view.name, "shared": view.shared, "default": view.is_default,  # type: ignore[attr-defined]
        "version": view.version,
    }  # fmt: skip
    form = ViewForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            target = _do(request, actor, view, form, now)
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            steps = [Step("看最新内容", reverse("personal:view", args=[view.pk]), True)]
            return respond(
                request, stale, what=f"视图「{view.name}」刚被改过，没有办成", steps=steps
            )
        else:
            return HttpResponseRedirect(target)
    context = {
        "page_title": f"视图：{view.name}",
        "row": _row(actor, view),
        "form": form,
        "may": bool(may),
        "may_share": bool(access.can_share(actor)),
        "why_not": getattr(may, "reason", ""),
    }
    status = 422 if form.is_bound else 200
    return render(request, "personal/view.html", context, status=status)


def _do(request: HttpRequest, actor: Actor, view: SavedView, form: ViewForm, now: Any) -> str:
    act, values = request.POST.get("act", "save"), form.cleaned_data
    if act == "delete":
        acts.delete_view(actor=actor, view=view, now=now)
        messages.success(request, f"已删去视图「{view.name}」")
        return reverse("personal:views")
    if act == "overwrite":
        changed = acts.change_view(actor=actor, view=view, query=request.POST.get("q", ""), now=now)
        messages.success(request, f"视图「{view.name}」已换成现在的条件")
        return queries.url_of(changed)
    if act == "default":
        on = not view.is_default  # type: ignore[attr-defined]
        acts.set_default(actor=actor, view=view, on=on, now=now)
        said = "打开列表先看" if on else "打开列表不再先看"
        messages.success(request, f"{said}「{view.name}」")
        return reverse("personal:views")
    if act != "save":
        raise NotFound
    shared = values["shared"] if view.shared or access.can_share(actor) else None
    acts.change_view(
        actor=actor, view=view, name=values["name"], shared=shared,
        version=values["version"], now=now,
    )  # fmt: skip
    acts.set_default(
        actor=actor, view=queries.view_door(actor, view.pk), on=values["default"], now=now
    )
    messages.success(request, "已保存")
    return reverse("personal:views")


# ───────── 草稿 ─────────


@require_POST
def draft_save(request: HttpRequest) -> JsonResponse:
    """自动保存(脚本每停笔一会儿交一次)。答的是几点存的,或为什么没有存。"""
    actor, now = _actor(request), clock.now()
    version = request.POST.get("_version", "")
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    try:
        draft_acts.save_draft(
            actor=actor, form=request.POST.get("_form", ""), now=now, pairs=pairs,
            object_key=request.POST.get("_object", ""),
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 9
            else None,
        )  # fmt: skip
    except RuleBroken as broken:
        return JsonResponse({"error": broken.findings[0].message}, status=422)
    return JsonResponse({"saved": now.strftime("%H:%M")})


@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """我的草稿:没交的表单,接着填或丢弃。"""
    actor = _actor(request)
    known = registry.forms()
    mine = [d for d in queries.drafts_of(actor).order_by("-saved_at") if d.form in known]
    names: dict[tuple[str, str], str] = {}
    for form in {d.form for d in mine}:
        keys = [d.object_key for d in mine if d.form == form and d.object_key]
        if keys and known[form].names is not None:
            names |= {(form, k): v for k, v in known[form].names(actor, keys).items()}  # type: ignore[misc]
    rows = [
        {
            "draft": d,
            "label": known[d.form].label,
            "name": names.get((d.form, d.object_key), d.object_key),
            "url": known[d.form].url(d.object_key),
        }
        for d in mine
    ]
    return render(request, "personal/drafts.html", {"page_title": "我的草稿", "rows": rows})


@require_POST
def draft_discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """丢弃一份草稿,回到那张表单(或「我的草稿」)。"""
    actor = _actor(request)
    draft = queries.draft_door(actor, draft_id)
    known = registry.forms().get(draft.form)
    draft_acts.discard_draft(actor=actor, draft=draft)
    messages.success(request, "已丢弃草稿")
    if request.POST.get("back") == "list" or known is None:
        return HttpResponseRedirect(reverse("personal:drafts"))
    return HttpResponseRedirect(known.url(draft.object_key))
