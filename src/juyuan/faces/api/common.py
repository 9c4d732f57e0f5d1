"""公共读口:条款、参数、单位、我是谁、检索。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from juyuan.faces.api.auth import actor_of
from juyuan.foundation.apikit.shapes import READ
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import clauses, params
from juyuan.foundation.search.queries import find
from juyuan.foundation.workdays import clock

router = Router(tags=["公共"])


class ClauseOut(Schema):
    code: str
    display: str
    heading: bool
    text: str
    duty: list[str]
    room: str | None


class ParameterOut(Schema):
    """一条参数在某日的值;`origin`:文件明定 或 建议值。"""

    key: str
    label: str
    value: Any
    unit: str
    clause: str
    effective_from: date
    origin: str
    note: str


class UnitOut(Schema):
    code: str
    name: str
    short_name: str
    kind: str
    parent: str | None
    is_county: bool


class PostOut(Schema):
    unit: str
    role: str
    title: str


class MeOut(Schema):
    username: str
    name: str
    posts: list[PostOut]


class HitOut(Schema):
    kind: str
    title: str
    subtitle: str
    url: str


@router.get("/clauses", response={200: list[ClauseOut], **READ}, url_name="clauses", summary="条款")
def list_clauses(request: HttpRequest) -> Any:
    """文件逐句。"""
    return [
        {
            "code": c.code, "display": c.display, "heading": c.heading, "text": c.text,
            "duty": list(c.duty), "room": c.room or None,
        }
        for c in clauses()
    ]  # fmt: skip


@router.get(
    "/parameters", response={200: list[ParameterOut], **READ}, url_name="parameters", summary="参数"
)
def list_parameters(request: HttpRequest, on: date | None = None) -> Any:
    """某日有效的参数(缺省今天),来历如实。"""
    book = params(on or clock.today())
    return [
        {
            "key": row.key, "label": row.label, "value": row.value, "unit": row.unit or "",
            "clause": row.clause or "", "effective_from": row.effective_from,
            "origin": row.origin, "note": row.note or "",
        }
        for row in book.rows()
    ]  # fmt: skip


@router.get("/units", response={200: list[UnitOut], **READ}, url_name="units", summary="单位")
def list_units(request: HttpRequest) -> Any:
    """在用单位,稳定代码。"""
    units = Unit.objects.filter(disabled_on__isnull=True).select_related("parent")
    return [
        {
            "code": u.code, "name": u.name, "short_name": u.short_name, "kind": u.kind,
            "parent": u.parent.code if u.parent else None, "is_county": u.is_county,
        }
        for u in units
    ]  # fmt: skip


@router.get("/me", response={200: MeOut, **READ}, url_name="me", summary="我是谁")
def me(request: HttpRequest) -> Any:
    actor = actor_of(request)
    return {
        "username": actor.username,
        "name": actor.name,
        "posts": [{"unit": p.unit_code, "role": p.role, "title": p.title} for p in actor.posts],
    }


@router.get("/search", response={200: list[HitOut], **READ}, url_name="search", summary="检索")
def search(
    request: HttpRequest, q: str = Query("", max_length=60), limit: int = Query(20, ge=1, le=50)
) -> Any:
    """名称、编号、任意片段、拼音首字母;只出看得见的。"""
    return [
        {"kind": group.object_type, "title": hit.title, "subtitle": hit.subtitle, "url": hit.url}
        for group in find(q, actor_of(request), limit).groups
        for hit in group.hits
    ]
