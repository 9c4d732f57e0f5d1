"""在办的线索作为查重的一类(由 wiring 登记):已登记、已分办、已研判的。

草稿只有报送人看得见,不算;转了首谈、项目的由那边算,不重复;不采纳、撤回的没有人在谈。
候选只从匹配键与近似键取,与行数无关;线索自己带着投资方的内容,不必先有投资方的行。
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.queries.matters import Matter, Provider, Shown
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.investors.rules.keys import Key, keys_of, parcel_key
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.duty import OBJ
from juyuan.rooms.outreach.queries.leads import visible_to
from juyuan.rooms.outreach.rules.leads import LeadState
from juyuan.rooms.pipeline.rules.naming import project_key

KEYED = (LeadState.SUBMITTED, LeadState.ASSIGNED, LeadState.JUDGED)


def keys_of_lead(lead: Lead) -> list[Key]:
    """一条线索的匹配键,与投资方、项目同一套;不在办的没有。"""
    if lead.state_enum not in KEYED:
        return []
    party = keys_of(
        name=lead.investor_name, uscc=lead.uscc, controller=lead.controller,
        phones=[lead.contact_phone],
    )  # fmt: skip
    return [*party, ("name", project_key(lead.project_name)), ("parcel", parcel_key(lead.site))]


def names_of_lead(lead: Lead) -> list[str]:
    """要记近似键的名称。"""
    return [lead.investor_name] if lead.state_enum in KEYED and lead.investor_name else []


def find(investor_ids: Collection[int], object_ids: Collection[int]) -> Iterator[Matter]:
    """这些编号的线索(全市,未裁可见范围);一条语句。"""
    if not object_ids:
        return
    for row in Lead.objects.filter(pk__in=list(object_ids), state__in=[s.value for s in KEYED]).order_by("id"):  # fmt: skip
        units = frozenset({row.from_unit_id} | ({row.unit_id} if row.unit_id else set()))
        yield Matter(OBJ, row.pk, units, (), _subject(row))


def _subject(row: Lead) -> Subject:
    return Subject(
        name=row.investor_name, uscc=row.uscc, controller=row.controller,
        phones=(row.contact_phone,) if row.contact_phone else (), project_name=row.project_name,
        content=row.content, amount=row.amount, site=row.site,
    )  # fmt: skip


def show(actor: Actor, ids: Collection[int]) -> Mapping[int, Shown]:
    """看得见的:名称、网址、承办(没有分办的看报送)单位、内容。"""
    rows = visible_to(actor).filter(pk__in=list(ids)).select_related("unit", "from_unit")
    return {
        row.pk: Shown(
            label=row.title, url=f"/leads/{row.code}/", unit=str(row.unit or row.from_unit),
            kind="线索", subject=_subject(row),
        )
        for row in rows
    }  # fmt: skip


PROVIDER = Provider(OBJ, find, show)
