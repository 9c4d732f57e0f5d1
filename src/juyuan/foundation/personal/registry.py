"""登记处:哪些列表可以存视图,哪些表单自动保存草稿。房间的名称只在 wiring 里写。"""

from __future__ import annotations

from dataclasses import dataclass

from juyuan.kernel.verdict import NotFound

EVENTS = {
    "personal.view.saved": "存视图",
    "personal.view.changed": "改视图",
    "personal.view.deleted": "删视图",
    "personal.view.default_set": "设默认视图",
    "personal.view.default_unset": "取消默认视图",
    "personal.view.handed_over": "视图移交",
}
"""本应用的台账事件的中文名;由 wiring 一并登记。"""


@dataclass(frozen=True)
class ListPage:
    """一个可以存视图的列表:`url_name` 就是它的代号。"""

    url_name: str
    label: str


@dataclass(frozen=True)
class DraftForm:
    """一张自动保存的表单。`url_name` 是表单页;有对象的,对象键就是网址里的编号。"""

    name: str
    label: str
    url_name: str
    has_object: bool = True


_pages: dict[str, ListPage] = {}
_forms: dict[str, DraftForm] = {}


def register_page(url_name: str, label: str) -> None:
    """登记一个列表;重复登记即替换。"""
    _pages[url_name] = ListPage(url_name, label)


def register_form(name: str, label: str, url_name: str, *, has_object: bool = True) -> None:
    """登记一张表单;重复登记即替换。"""
    _forms[name] = DraftForm(name, label, url_name, has_object)


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
