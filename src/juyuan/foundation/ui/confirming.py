"""确认页的一套走法:收到有效的提交就办,办成去该去的地方;不成的把缘由放回表单。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.ui.fields import add_findings
from juyuan.kernel.verdict import RuleBroken, Stale


def confirmed(
    request: HttpRequest,
    form: forms.Form,
    run: Callable[[], str],
    *,
    done: str,
    back: str,
    title: str,
    what: str,
    consequences: Sequence[str],
    submit: str,
    crumbs: Sequence[dict[str, str]],
    clause: str = "",
    danger: bool = False,
    template: str = "ui/act.html",
    **more: Any,
) -> HttpResponse:
    """一页确认。`run()` 办事并给出办成之后的网址;`clause` 是依据的机制号。

    视图挂了自动保存的,没交的草稿填回。
    """
    if not form.is_bound and (autosave := getattr(request, "autosave", None)) is not None:
        autosave.restore(form)
    if form.is_bound and form.is_valid():
        try:
            url = run()
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return respond(
                request, stale, what=f"{what}：没有办成", steps=[Step("看最新内容", back, True)]
            )
        else:
            messages.success(request, done)
            return HttpResponseRedirect(url)
    context = {
        "page_title": title, "form": form, "what": what, "consequences": consequences,
        "submit": submit, "danger": danger, "clause": clause, "cancel_url": back,
        "crumbs": [*crumbs, {"label": title}], **more,
    }  # fmt: skip
    return render(request, template, context, status=422 if form.is_bound else 200)
