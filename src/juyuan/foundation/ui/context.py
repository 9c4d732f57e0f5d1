"""模板上下文:外壳要的一切(城市名、演示说明、菜单、行动者、金额单位、今天)。

一切惰性求值:不用外壳的页面(404、登录)不为它花一次查询。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from juyuan.foundation.ui import formats, menu
from juyuan.kernel.actor import Actor

UNIT_COOKIE = "jy_unit"


@dataclass(frozen=True)
class Identity:
    """这是哪座城市的系统。`title` 是页眉里的全名;`confirmer` 是「建议值,待……确认」的那个单位。"""

    city: str
    product: str
    title: str
    confirmer: str
    bureau: str = ""  # 市级商务主管部门的称呼
    demo_note: str = ""


_identity: list[Callable[[], Identity]] = []


def register_identity(source: Callable[[], Identity]) -> None:
    """由 wiring 登记(取自城市包)。"""
    _identity[:] = [source]


def identity() -> Identity:
    if _identity:
        return _identity[0]()
    from juyuan.foundation.policy import queries

    pack = queries.pack()
    return Identity(
        city=pack.name,
        product=pack.system_name,
        title=f"{pack.name}工作系统",
        confirmer=pack.confirmer,
        bureau=pack.bureau,
        demo_note=pack.notice,
    )


_bell: list[tuple[Callable[[Actor], int], str]] = []


def register_bell(count: Callable[[Actor], int], url_name: str) -> None:
    """登记顶栏的铃:`count(行动者)` 给出未读条数,`url_name` 是收件箱。由 wiring 登记。"""
    _bell[:] = [(count, url_name)]


def money_unit(request: HttpRequest) -> str:
    """记住的金额单位 yi | wan。"""
    chosen = request.COOKIES.get(UNIT_COOKIE, "")
    return chosen if chosen in formats.UNIT_LABELS else formats.DEFAULT_UNIT


class Shell:
    """外壳数据,属性按需求值。"""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.money_unit = money_unit(request)

    @cached_property
    def identity(self) -> Identity:
        return identity()

    @property
    def city(self) -> str:
        return self.identity.city

    @property
    def product(self) -> str:
        return self.identity.product

    @property
    def title(self) -> str:
        return self.identity.title

    @cached_property
    def demo_note(self) -> str:
        """演示模式每页必有的一句;其他模式为空。"""
        if settings.JUYUAN_MODE != "demo":
            return ""
        return getattr(settings, "JUYUAN_DEMO_NOTE", "") or self.identity.demo_note

    @cached_property
    def actor(self) -> Actor | None:
        return getattr(self._request, "actor", None)

    @cached_property
    def now(self) -> datetime:
        from juyuan.foundation.workdays import clock

        return clock.now()

    @cached_property
    def today(self) -> date:
        from juyuan.foundation.workdays import clock

        return clock.today()

    @property
    def edition(self) -> str:
        """口径版本(印在脚上)。"""
        from juyuan.foundation.policy import queries

        return queries.edition(self.today)

    @property
    def money_label(self) -> str:
        return formats.UNIT_LABELS[self.money_unit]

    @cached_property
    def entries(self) -> tuple[menu.Entry, ...]:
        current = getattr(self._request, "menu_key", "")
        return menu.entries(self.actor, self._request.path, current)

    @cached_property
    def groups(self) -> tuple[menu.Group, ...]:
        return menu.groups(self.entries)

    @cached_property
    def phone(self) -> tuple[menu.Entry, ...]:
        return menu.phone_entries(self.entries)

    @property
    def figures_url(self) -> str:
        """「统计口径」的地址;该屏未接通或此人看不到时为空。"""
        return next((entry.url for entry in self.entries if entry.key == "figures"), "")

    @cached_property
    def bell(self) -> dict[str, Any] | None:
        """顶栏的铃:{url, unread};没有登记收件箱或没有登录即空。"""
        if not _bell or self.actor is None:
            return None
        count, url_name = _bell[0]
        return {"url": reverse(url_name), "unread": count(self.actor)}

    @property
    def on_menu(self) -> bool:
        return self._request.path == "/menu/"

    @property
    def path(self) -> str:
        return self._request.get_full_path()


def shell(request: HttpRequest) -> dict[str, Any]:
    """上下文处理器。放进模板的名字:`shell`、`actor`、`money_unit`、`money_label`、`today`(惰性)。"""
    made = Shell(request)
    return {
        "shell": made,
        "actor": made.actor,
        "money_unit": made.money_unit,
        "money_label": made.money_label,
        "today": _Lazy(made),
        "autosave": getattr(request, "autosave", None),
    }


class _Lazy:
    """可调用对象:模板里取 `today` 时才问时钟。"""

    def __init__(self, made: Shell) -> None:
        self._made = made

    def __call__(self) -> date:
        return self._made.today
