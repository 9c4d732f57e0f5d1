"""还没有项目的首谈登记(撞单待裁定的)作为查重的一类(由 wiring 登记)。有项目的,项目那一类已经算了。"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from django.db.models import Q

from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries.claims import OBJ, visible_to
from juyuan.rooms.first_contact.queries.matters import Matter, Provider, Shown
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.first_contact.rules.rights import LIVE


def find(investor_ids: Collection[int], object_ids: Collection[int]) -> Iterator[Matter]:
    """涉及这些投资方的、以及这些编号的(全市,未裁可见范围);一条语句。"""
    if not investor_ids and not object_ids:
        return
    rows = Claim.objects.filter(
        Q(investor_id__in=list(investor_ids)) | Q(pk__in=list(object_ids)),
        project__isnull=True, state__in=[s.value for s in LIVE],
    ).order_by("id")  # fmt: skip
    for row in rows:
        yield Matter(OBJ, row.pk, frozenset({row.unit_id}), (row.investor_id,), _subject(row))


def _subject(row: Claim) -> Subject:
    return Subject(
        project_name=row.project_name, content=row.content, amount=row.amount, site=row.site
    )


def show(actor: Actor, ids: Collection[int]) -> Mapping[int, Shown]:
    """看得见的:名称、网址、单位、内容。"""
    rows = visible_to(actor).filter(pk__in=list(ids)).select_related("unit")
    return {
        row.pk: Shown(
            label=row.project_name, url=f"/first-contacts/{row.code}/", unit=str(row.unit),
            kind="首谈登记", subject=_subject(row), investor_ids=(row.investor_id,),
        )
        for row in rows
    }  # fmt: skip


PROVIDER = Provider(OBJ, find, show)
