"""登记处:哪些列表可以存视图,哪些表单自动保存草稿。房间的名称只在 wiring 里写。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound

EVENTS = {
    "personal.view.saved": "存视图",
    "personal.view.changed": "改视图",
    "personal.view.deleted": "删视图",
    "personal.view.default_set": "设默认视图",
    "personal.view.default_unset": "取消默认视图",
    "personal.view.handed_over": "视图移交",
    "personal.drafts.expired": "清除过期草稿",
    "personal.drafts.handed_over": "草稿移交",
}
"""本应用的台账事件的中文名;由 wiring 一并登记。"""


@dataclass(frozen=True)
class ListPage:
    """一个可以存视图的列表:`url_name` 就是它的代号。"""

    url_name: str
    label: str


Names = Callable[[Actor, Sequence[str]], Mapping[str, str]]


def code_of(object_key: str) -> str:
    """对象键(编号,或「编号.第几件」)里的编号。"""
    return object_key.partition(".")[0]


def named(seen: Callable[[Actor], QuerySet[Any]], path: str) -> Names:
    """由编号经 `path` 取名称,从看得见的里取;看不见的不给。"""

    def names(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
        rows = seen(actor).filter(code__in=[code_of(key) for key in keys]).order_by()
        known = dict(rows.values_list("code", path))
        return {key: known[code_of(key)] for key in keys if code_of(key) in known}

    return names


@dataclass(frozen=True)
class DraftForm:
    """一张自动保存的表单。`url_name` 是表单页;有对象的,对象键就是网址里的编号(几段以点相连)。

    `names(行动者, 各键)` 给出看得见的对象的名称;`link` 自己拼网址(键不是网址参数的)。
    """

    name: str
    label: str
    url_name: str
    has_object: bool = True
    names: Names | None = None
    link: Callable[[str], str] | None = None

    def url(self, object_key: str) -> str:
        """接着填的网址。"""
        if self.link is not None:
            return self.link(object_key)
        return reverse(self.url_name, args=object_key.split(".") if object_key else [])


_pages: dict[str, ListPage] = {}
_forms: dict[str, DraftForm] = {}


def register_page(url_name: str, label: str) -> None:
    """登记一个列表;重复登记即替换。"""
    _pages[url_name] = ListPage(url_name, label)


def register_form(form: DraftForm) -> None:
    """登记一张表单;重复登记即替换。"""
    _forms[form.name] = form


def page_named(url_name: str) -> ListPage:
    """Raises: NotFound: 没有登记这个列表。"""
    if url_name not in _pages:
        raise NotFound
    return _pages[url_name]


def form_named(name: str) -> DraftForm:
    """Raises: NotFound: 没有登记这张表单。"""
    if name not in _forms:
        raise NotFound
    return _forms[name]


def pages() -> dict[str, ListPage]:
    return dict(_pages)


def forms() -> dict[str, DraftForm]:
    return dict(_forms)
