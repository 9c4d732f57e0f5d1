"""接口:待办,与网页同一批查询;`person` 按人查(本人、其主要负责同志、看全市的人)。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from juyuan.foundation.apikit.shapes import READ, BadCursor, said
from juyuan.foundation.duties import access, listing, queries
from juyuan.foundation.duties.access import MINE
from juyuan.foundation.duties.exchange import state_of
from juyuan.foundation.duties.registry import DutyRow
from juyuan.foundation.people.absences import led_units, units_of
from juyuan.foundation.people.models import Person
from juyuan.foundation.ui.keyset import Order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, require

router = Router(tags=["待办"])
LIMIT = 200


class DutyOut(Schema):
    """一件待办。`url` 一步到办结它的那个动作;`said` 是期限推法。"""

    id: int
    kind: str
    label: str
    title: str
    clause: str
    ends_by: str
    url: str
    unit: str
    person: str
    basis_on: date
    due_on: date
    provisional: bool
    said: str
    period: str
    state: str
    ended_at: str | None


class DutyPage(Schema):
    items: list[DutyOut]
    next: str | None
    total: int


class Wanted(Schema):
    """条件;`person` 是人员代码,`scope`:mine 我的、unit 本单位、all 全市。"""

    person: str = ""
    scope: Literal["mine", "unit", "all"] = "mine"
    state: Literal["open", "done", "cancelled"] = "open"
    when: Literal["", "late", "today", "week", "later"] = ""
    kind: str = ""
    unit: str = ""
    cursor: str = ""
    limit: int = 50


@router.get("", response={200: DutyPage, **READ}, url_name="duties", summary="待办")
def list_duties(request: HttpRequest, wanted: Query[Wanted]) -> dict[str, Any]:
    """看得见的待办,到期早的在前。`person` 给出则只要指名给他的。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = clock.today()
    chosen = listing.read_filter(wanted.dict(), actor)
    if wanted.person:
        chosen = _of_person(actor, wanted.person, chosen, today)
    else:
        require(access.can_see(actor, chosen.scope))
    rows = listing.listed(actor, chosen, today)
    page = paginate(
        rows.select_related("unit", "person"),
        Order("due_on"),
        cursor=wanted.cursor,
        limit=min(max(wanted.limit, 1), LIMIT),
    )
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [_out(row) for row in queries.rows_of(actor, page.items, today)],
        "next": page.next or None,
        "total": rows.count(),
    }


def _of_person(
    actor: Actor, code: str, chosen: listing.DutyFilter, today: date
) -> listing.DutyFilter:
    """Raises: NotFound(没有这个人)、Denied。"""
    person = Person.objects.filter(code=code.replace("\x00", "?")).first()
    if person is None:
        raise NotFound
    inside = frozenset(led_units(actor) & units_of(person, today))
    require(access.can_see_person(actor, person.pk, inside))
    own = person.pk == actor.person_id
    widest = MINE if own else access.ALL if access.ALL in access.scopes(actor) else access.UNIT
    return replace(chosen, scope=widest, person=None if own else person.pk)


def _out(row: DutyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "label": row.label,
        "title": row.title,
        "clause": row.clause,
        "ends_by": row.ends_by,
        "url": queries.url_of(row),
        "unit": row.unit_code,
        "person": row.person_name,
        "basis_on": row.basis_on,
        "due_on": row.due_on,
        "provisional": row.provisional,
        "said": row.said,
        "period": row.period,
        "state": state_of(row),
        "ended_at": said(row.ended_at),
    }
