"""各屏共用:行动者、页签、办完之后的去处。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from juyuan.kernel.actor import Actor

# 页签:网址名、名称、谁看得见
TABS = (
    ("people:accounts", "人员与账号", ("sysadmin", "secadmin")),
    ("people:units", "单位", ("sysadmin", "secadmin")),
    ("admin_matrix", "权限矩阵", ("sysadmin", "secadmin", "auditadmin")),
    ("ledger:audit", "审计", ("secadmin", "auditadmin")),
    ("ledger:seals", "台账封存", ("auditadmin",)),
    ("admin_jobs", "运行", ("sysadmin",)),
    ("keeping:backups", "备份", ("sysadmin",)),
)


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """系统管理的页签,只列看得见的;左栏同时停在「系统管理」(审计页停在「审计」)。"""
    actor = actor_of(request)
    audits = current == "ledger:audit" or not actor.has_any("sysadmin", "secadmin")
    request.menu_key = "audit" if audits else "admin"  # type: ignore[attr-defined]
    shown = []
    for name, label, roles in TABS:
        if actor.has_any(*roles):
            try:
                url = reverse(name)
            except NoReverseMatch:
                continue
            shown.append({"label": label, "url": url, "current": name == current})
    return shown
