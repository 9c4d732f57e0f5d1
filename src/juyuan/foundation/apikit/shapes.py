"""接口的公共形状,供各房间的 `api.py` 使用:金额、分页、If-Match、拒绝的文档、先后次序。

回答的次序是 404、403、428/412、422:请求体的格式检查不得抢在「看不看得见」之前,
所以每个改动的网址登记一个 `precheck`(见 `faces.api.errors`)。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.timezone import localtime
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from juyuan.kernel.actor import Actor
from juyuan.kernel.money import MoneyError, from_wan

COUNT_LIMIT = 10_000


def said(moment: date | datetime | None) -> str | None:
    """日期写 ISO;时刻写成本地时区、带偏移(2026-11-20T09:00:00+08:00);没有即 None。"""
    if isinstance(moment, datetime):
        return localtime(moment).isoformat(timespec="seconds")
    return moment.isoformat() if moment else None


def _wan(text: str) -> str:
    try:
        from_wan(text)
    except MoneyError as error:
        raise ValueError(error.message) from error
    return text


Wan = Annotated[
    str,
    AfterValidator(_wan),
    Field(
        pattern=r"^\d{1,11}(\.\d{1,4})?$", examples=["12000.0000"], description="万元,至多4位小数"
    ),
]
Percent = Annotated[
    str, Field(pattern=r"^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$", examples=["62.50"])
]


class Strict(Schema):
    """请求体:不认识的字段退回,不装作收下了。"""

    model_config = ConfigDict(extra="forbid")


class FindingOut(Schema):
    field: str
    rule: str
    clause: str
    message: str


class Findings(Schema):
    """拒绝:逐条写明字段、规则、条款、缘由。"""

    findings: list[FindingOut]


class Missing(Schema):
    """不存在,或不该看见:二者逐字节相同。"""

    detail: str


class Conflict(Schema):
    """他人已先行操作:双方的版本。"""

    detail: str
    mine: dict[str, Any]
    theirs: dict[str, Any]


class Message(Schema):
    detail: str


READ = {401: Message, 403: Findings, 404: Missing, 422: Findings}
WRITE = {**READ, 400: Message, 409: Message, 412: Conflict, 428: Message}

Precheck = Callable[[HttpRequest, Actor, dict[str, Any]], None]
PRECHECKS: dict[str, Precheck] = {}


def precheck(url_name: str, check: Precheck) -> None:
    """登记某网址的先行检查:请求体不合格式时,先答看不看得见、准不准、版本对不对。"""
    PRECHECKS[url_name] = check


class PreconditionRequired(Exception):
    """没带 If-Match(428)。"""


class BadCursor(Exception):
    """游标读不懂(422)。"""


def number(raw: Any) -> int:
    """网址里的编号(先行检查时还是文字);读不成即 0,哪一个也不是。"""
    text = str(raw)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def bp_to_percent(share_bp: int) -> str:
    return f"{share_bp // 100}.{share_bp % 100:02d}"


def percent_to_bp(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def if_match(request: HttpRequest) -> int:
    """请求头 If-Match: "版本"。

    Raises:
        PreconditionRequired: 没带,或不是版本号。
    """
    raw = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 9):
        raise PreconditionRequired
    return int(raw)


def optional_match(request: HttpRequest) -> int | None:
    """If-Match 可带可不带的操作:带了就是版本,没带为空。"""
    return if_match(request) if request.headers.get("If-Match") else None
