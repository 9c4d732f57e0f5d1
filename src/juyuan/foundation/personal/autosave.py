"""表单页的自动保存:视图加 `@autosaved("表单名")`,建好表单后 `request.autosave.fill(form)`,
模板的 `<form>` 里写 `{{ autosave.attrs }}`。其余(右上的「已自动保存 10:32」、草稿说明、丢弃)外壳自带。

有草稿而打开表单的,草稿作为初值填回;交成了(转去别处)就删去。没有脚本时什么也不存,表单照旧。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from juyuan.foundation.personal import queries
from juyuan.foundation.personal.actions import drafts as acts
from juyuan.foundation.personal.models import FormDraft
from juyuan.kernel.actor import Actor


def initial_from(fields: Mapping[str, forms.Field], data: QueryDict, prefix: str = "") -> Any:
    """草稿里的字 → 表单初值(文件除外)。没有经过校验,只供显示。"""
    return {
        name: field.widget.value_from_datadict(data, {}, f"{prefix}{name}")  # type: ignore[arg-type]
        for name, field in fields.items()
        if not isinstance(field, forms.FileField)
    }


class Autosave:
    """一次请求里这张表单的草稿。"""

    def __init__(self, request: HttpRequest, form: str, object_key: str = "") -> None:
        self._request = request
        self.form = form
        self.object_key = object_key
        self.version: int | None = None
        self.rows_only = False
        self.keep = False

    @property
    def actor(self) -> Actor:
        return self._request.actor  # type: ignore[attr-defined,no-any-return]

    @property
    def on(self) -> bool:
        """有任职的人才自动保存。"""
        return self.actor.post is not None and self.actor.person_id is not None

    @cached_property
    def draft(self) -> FormDraft | None:
        """打开表单时已有的草稿;提交时不取。"""
        if self._request.method == "POST":
            return None
        mine = queries.drafts_of(self.actor)
        return mine.filter(form=self.form, object_key=self.object_key).first()

    @cached_property
    def data(self) -> QueryDict | None:
        """草稿里的栏,写成提交的样子。"""
        if self.draft is None:
            return None
        made = QueryDict(mutable=True)
        for pair in self.draft.data:
            if isinstance(pair, list) and len(pair) == 2:
                made.appendlist(str(pair[0]), str(pair[1]))
        return made

    def number(self, name: str) -> int:
        """草稿里的一个数(表有几行);没有即 0。"""
        said = str(self.data.get(name, "")) if self.data is not None else ""
        return int(said) if said.isdigit() and len(said) < 4 else 0

    def restore(self, form: forms.BaseForm) -> None:
        """填回,版本用现在的:开始填之后对象又变过的,页上会说。"""
        self.version = (form.initial or {}).get("version")
        self.fill(form, skip=("version",))

    def fill(self, form: forms.BaseForm, *, skip: tuple[str, ...] = ()) -> None:
        """有草稿就填回(只改初值,表单仍是没有提交的)。`skip` 的栏用现在的。"""
        if self.data is None:
            return
        prefix = f"{form.prefix}-" if form.prefix else ""
        fields = {name: field for name, field in form.fields.items() if name not in skip}
        form.initial = {**(form.initial or {}), **initial_from(fields, self.data, prefix)}

    def idle(self) -> None:
        """这一页此刻没有表单可填:有草稿也不说已经填回。"""
        self.draft = None

    @property
    def moved(self) -> bool:
        """存下草稿之后,对象又被改过。"""
        held = self.draft.version if self.draft is not None else None
        return held is not None and self.version is not None and held != self.version

    @property
    def attrs(self) -> SafeString | str:
        """表单标签上的属性。"""
        if not self.on:
            return ""
        held = self.draft.version if self.draft is not None else None
        version = held if held is not None else self.version
        return format_html(
            'data-autosave="{}" data-autosave-form="{}" data-autosave-object="{}"'
            ' data-autosave-version="{}"{}',
            reverse("personal:draft_save"), self.form, self.object_key,
            "" if version is None else version, " data-autosave-rows" if self.rows_only else "",
        )  # fmt: skip

    def done(self) -> None:
        """交成了:草稿删去。"""
        acts.drop_draft(actor=self.actor, form=self.form, object_key=self.object_key)


def autosaved(form: str, *keys: str) -> Callable[..., Any]:
    """视图的装饰:挂上 `request.autosave`;交成了(3xx)删去草稿。

    `keys` 是网址里对象的参数名,缺省是编号;几个的,对象键写成「编号.另一个」。
    """
    names = keys or ("code",)

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            parts = [str(kwargs[name]) for name in names if name in kwargs]
            object_key = ".".join(parts) or str(args[0] if args else "")
            found = Autosave(request, form, object_key)
            request.autosave = found  # type: ignore[attr-defined]
            response = view(request, *args, **kwargs)
            if request.method == "POST" and 300 <= response.status_code < 400 and not found.keep:
                found.done()
            return response

        return inner

    return wrap


def autosave_of(request: HttpRequest) -> Autosave:
    """`@autosaved` 挂上的那一个。"""
    return request.autosave  # type: ignore[attr-defined,no-any-return]
