"""人员与任职的规则:三员互斥、任职起止、单位树、账号名与口令。纯函数,不碰数据库。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.verdict import Finding

ADMINS = frozenset({"sysadmin", "secadmin", "auditadmin"})
THREE_ADMINS = (
    "三员互斥（网络安全等级保护 8.1.5）：系统、安全、审计管理员不得互兼，也不得兼任业务角色"
)

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,58}[a-z0-9])?")
_USERNAME = re.compile(r"[a-z][a-z0-9_.-]{1,59}")
RESERVED = frozenset({"new", "console", "system"})  # 网址与台账里另有所指
PASSWORD_LENGTH = 10
PASSWORD_CLASSES = 3


@dataclass(frozen=True)
class Span:
    """一段任职:角色与起止(含首尾两日;止为空 = 至今)。"""

    role: str
    starts_on: date
    ends_on: date | None = None
    label: str = ""


def overlaps(a: Span, b: Span) -> bool:
    """两段任职是否有同一天。"""
    return (a.ends_on is None or b.starts_on <= a.ends_on) and (
        b.ends_on is None or a.starts_on <= b.ends_on
    )


def excludes(a: str, b: str) -> bool:
    """两个角色能否同在一人身上:三员之间互斥,三员与一切业务角色互斥。"""
    return a != b and (a in ADMINS or b in ADMINS)


def exclusion_findings(held: Iterable[Span], new: Span) -> list[Finding]:
    """新任职与已有(含将来的)任职的互斥之处。"""
    return [
        Finding(
            "role", "three_admins", "", f"{THREE_ADMINS}；此人同期任「{span.label or span.role}」"
        )
        for span in held
        if excludes(span.role, new.role) and overlaps(span, new)
    ]


def span_findings(span: Span) -> list[Finding]:
    if span.ends_on is not None and span.ends_on < span.starts_on:
        return [Finding("ends_on", "span", "", "止任日早于起任日")]
    return []


def repeated(held: Iterable[Span], new: Span) -> list[Finding]:
    """同一单位同一角色在同期重复任职;`held` 只含同一单位的任职。"""
    if any(span.role == new.role and overlaps(span, new) for span in held):
        return [Finding("role", "post_once", "", "此人在该单位已任此角色，任期重叠")]
    return []


@dataclass(frozen=True)
class UnitDraft:
    """一个单位应有的样子;导入、城市包、网页表单都先成为它。"""

    code: str
    name: str
    kind: str
    short_name: str = ""
    function: str = ""
    parent: str = ""
    adcode: str = ""
    is_county: bool = False
    order: int = 0
    origin: str = ""
    aliases: tuple[str, ...] = ()
    disabled_on: date | None = None


def unit_findings(
    draft: UnitDraft, parents: Mapping[str, str], kinds: frozenset[str]
) -> list[Finding]:
    """单位草稿的不合规之处。

    `parents`: 可作上级的单位,代码 → 路径(含同批先行的);`kinds`: 合法的单位类别。
    """
    found = []
    if not _CODE.fullmatch(draft.code) or draft.code in RESERVED:
        found.append(
            Finding(
                "code", "unit_code", "", "单位代码只用小写字母、数字、连字符、下划线，不超过 60 字"
            )
        )
    if not draft.name.strip():
        found.append(Finding("name", "unit_name", "", "请填单位名称"))
    elif len(draft.name) > 100:
        found.append(Finding("name", "unit_name", "", "单位名称不超过 100 字"))
    if len(draft.short_name) > 40:
        found.append(Finding("short_name", "unit_short_name", "", "简称不超过 40 字"))
    if draft.kind not in kinds:
        found.append(Finding("kind", "unit_kind", "", f"没有「{draft.kind}」这种单位类别"))
    if draft.parent:
        path = parents.get(draft.parent)
        if path is None:
            found.append(Finding("parent", "unit_parent", "", f"上级单位「{draft.parent}」不存在"))
        elif f"/{draft.code}/" in path:
            found.append(Finding("parent", "unit_cycle", "", "上级单位不能是自己或自己的下级"))
        elif len(path) + len(draft.code) + 1 > 300:
            found.append(Finding("parent", "unit_depth", "", "单位层级过深"))
    return found


def unit_path(code: str, parent_path: str) -> str:
    """「/上级/本级/」。"""
    return f"{parent_path or '/'}{code}/"


def fold_username(text: str) -> str:
    """账号名折叠:全角、大小写、首尾空格不分。"""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def username_findings(username: str) -> list[Finding]:
    if username in RESERVED:
        return [Finding("username", "username", "", f"「{username}」是保留的名字，请换一个")]
    if _USERNAME.fullmatch(username):
        return []
    return [
        Finding(
            "username",
            "username",
            "",
            "账号以字母开头，只用字母、数字、点、下划线、连字符，2 至 60 字",
        )
    ]


def password_findings(password: str, username: str = "") -> list[Finding]:
    """口令:至少 10 位,大写、小写、数字、符号四类中至少三类,不含账号名(等保 8.1.4.1a)。"""
    found = []
    if len(password) < PASSWORD_LENGTH:
        found.append(Finding("password", "password_length", "", f"口令至少 {PASSWORD_LENGTH} 位"))
    classes = sum(
        bool(re.search(pattern, password))
        for pattern in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
    )
    if classes < PASSWORD_CLASSES:
        found.append(
            Finding("password", "password_classes", "", "口令须含大写、小写、数字、符号中的三类")
        )
    if username and username.casefold() in password.casefold():
        found.append(Finding("password", "password_username", "", "口令不得含账号名"))
    return found


def name_findings(name: str) -> list[Finding]:
    if not name.strip():
        return [Finding("name", "person_name", "", "请填姓名")]
    if len(name) > 50:
        return [Finding("name", "person_name", "", "姓名不超过 50 字")]
    return []


def place_units(rows: Iterable[UnitDraft], existing: Mapping[str, str]) -> dict[str, str]:
    """装入这批之后各单位的路径;上级缺失或成环的不在其中。

    `existing`: 已有单位,代码 → 路径。
    """
    fresh = {row.code: row.parent for row in rows}
    placed = {code: path for code, path in existing.items() if code not in fresh}
    waiting = dict(fresh)
    while waiting:
        ready = [code for code, parent in waiting.items() if not parent or parent in placed]
        if not ready:
            break
        for code in ready:
            placed[code] = unit_path(code, placed.get(waiting.pop(code), ""))
    return placed
