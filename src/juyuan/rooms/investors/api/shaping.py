"""进出的转换,与请求体格式检查之前的先行检查(看不看得见、准不准、版本对不对)。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from juyuan.foundation.apikit.shapes import if_match, precheck, said
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan, to_wan
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import NotFound, Stale, require
from juyuan.rooms.investors import access, queries
from juyuan.rooms.investors.api.schemas import InvestorIn
from juyuan.rooms.investors.models import Case, Investor, MergeRecord
from juyuan.rooms.investors.queries.detail import detail
from juyuan.rooms.investors.rules.drafts import InvestorDraft


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def record(row: Investor, projects: int) -> dict[str, Any]:
    """一行 → 接口的样子。"""
    return {
        "code": row.code,
        "name": row.name,
        "uscc": row.uscc or None,
        "kind": row.kind,
        "foreign_id": row.foreign_id or None,
        "country": row.country or None,
        "place": row.place or None,
        "controller": row.controller or None,
        "group": row.group.name if row.group else None,
        "honours": list(row.honours),
        "registered_capital": (
            None if row.registered_capital is None else to_wan(row.registered_capital)
        ),
        "founded_on": row.founded_on,
        "business": row.business or None,
        "is_key": row.is_key,
        "remark": row.remark or None,
        "pending": row.pending,
        "projects": projects,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def one(actor: Actor, code: str) -> dict[str, Any]:
    """详情。"""
    row = queries.door(actor, code)
    page = detail(actor, row)
    return record(row, len(page.projects)) | {
        "aliases": [{"id": a.pk, "name": a.name, "kind": a.kind} for a in row.aliases.all()],
        "contacts": [
            {
                "id": c.id,
                "name": c.name,
                "title": c.title,
                "phone": c.phone,
                "email": c.email,
                "unit": c.unit,
            }
            for c in page.contacts
        ],
        "project_list": [
            {"code": line.code, "name": line.name, "stage": line.stage} for line in page.projects
        ],
        "owner_unit": row.owner_unit.code if page.owner and row.owner_unit else None,
    }


def jsonable(body: dict[str, Any]) -> dict[str, Any]:
    return {k: said(v) if isinstance(v, date | datetime) else v for k, v in body.items()}


def draft_from(payload: InvestorIn, base: InvestorDraft) -> InvestorDraft:
    given = payload.model_dump(exclude_unset=True)
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name == "registered_capital":
            changes[name] = None if value is None else from_wan(value)
        elif name == "honours":
            changes[name] = tuple(sorted(set(value or ())))
        elif name == "founded_on":
            changes[name] = value
        elif name == "is_key":
            changes[name] = bool(value)
        elif name == "uscc":
            changes[name] = compact_uscc(value or "")
        elif name == "kind":
            changes[name] = value or "enterprise"
        else:
            changes[name] = (value or "").strip()
    return replace(base, **changes)


def editable(request: HttpRequest, actor: Actor, code: str) -> tuple[Investor, int]:
    row = queries.door(actor, code)
    require(access.can_edit(actor, row, queries.own_units(actor)))
    version = if_match(request)
    if version != row.version:
        raise Stale(mine={"version": version}, theirs={"version": row.version})
    return row, version


_BIGINT = 2**63 - 1


def case_of(actor: Actor, case_id: int) -> Case:
    require(access.can_settle(actor))
    case = Case.objects.filter(pk=case_id).first() if 0 < case_id <= _BIGINT else None
    if case is None:
        raise NotFound
    return case


def merge_of(actor: Actor, merge_id: int) -> MergeRecord:
    require(access.can_merge(actor))
    entry = MergeRecord.objects.filter(pk=merge_id).first() if 0 < merge_id <= _BIGINT else None
    if entry is None:
        raise NotFound
    return entry


def _whole(kwargs: dict[str, Any], name: str) -> int:
    text = str(kwargs.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _first_edit(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    editable(request, actor, kwargs["code"])


def _first_alias(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    row = queries.door(actor, kwargs["code"])
    require(access.can_edit(actor, row, queries.own_units(actor)))


def _first_contact(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    queries.door(actor, kwargs["code"])
    require(access.can_add_contact(actor))


def _first_merge(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    queries.door(actor, kwargs["code"])
    require(access.can_merge(actor))


def _first_register(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_register(actor))


def _first_case(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    case_of(actor, _whole(kwargs, "case_id"))


def _first_undo(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    merge_of(actor, _whole(kwargs, "merge_id"))


for _name, _check in {
    "PATCH investor": _first_edit,
    "POST investor_aliases": _first_alias,
    "POST investor_contacts": _first_contact,
    "POST investor_merge": _first_merge,
    "GET investor_plan": _first_merge,
    "POST investors": _first_register,
    "POST investor_settle": _first_case,
    "POST investor_unmerge": _first_undo,
}.items():
    precheck(_name, _check)
