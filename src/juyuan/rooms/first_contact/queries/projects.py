"""项目作为查重的一类(由 wiring 登记):含终止、退库的,不含作废的;并进来的各给一份内容,编号是留下的一个。"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from django.db import connection

from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.queries.matters import Matter, Provider, Shown
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import seen_whole

OBJECT = "project"
_FIND = """
SELECT k.id, p.name, p.summary, p.total_investment, p.location, k.unit_ids,
       ARRAY(SELECT y.investor_id FROM pipeline_projectparty y WHERE y.project_id = p.id
              ORDER BY y.investor_id),
       (SELECT string_agg(u.name, '、' ORDER BY u.id) FROM pipeline_projecthost h
          JOIN people_unit u ON u.id = h.unit_id WHERE h.project_id = p.id)
  FROM pipeline_project p JOIN pipeline_project k ON k.id = COALESCE(p.merged_into_id, p.id)
 WHERE k.voided_at IS NULL AND p.id IN (
       SELECT project_id FROM pipeline_projectparty WHERE investor_id = ANY(%s)
        UNION SELECT unnest(%s::bigint[])
        UNION SELECT id FROM pipeline_project WHERE merged_into_id = ANY(%s::bigint[]))
 ORDER BY k.id, p.id
"""


def find(investor_ids: Collection[int], object_ids: Collection[int]) -> Iterator[Matter]:
    """涉及这些投资方的、以及这些编号的项目(全市,未裁可见范围);一条语句。"""
    if not investor_ids and not object_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [sorted(investor_ids), sorted(object_ids), sorted(object_ids)])
        rows = cursor.fetchall()
    for pk, name, summary, total, location, units, investors, hosts in rows:
        yield Matter(
            OBJECT,
            pk,
            frozenset(units),
            tuple(investors),
            Subject(project_name=name, content=summary, amount=total, site=location or hosts or ""),
        )


def show(actor: Actor, ids: Collection[int]) -> Mapping[int, Shown]:
    """看得见全貌的项目:名称、网址、首谈单位、内容。"""
    rows = (
        seen_whole(actor)
        .filter(pk__in=list(ids))
        .select_related("lead_unit", "owner_unit")
        .prefetch_related("parties", "hosts__unit")
    )
    return {row.pk: _shown(row) for row in rows}


def _shown(row: Project) -> Shown:
    unit = row.lead_unit or row.owner_unit
    hosts = "、".join(str(host.unit) for host in row.hosts.all())
    return Shown(
        label=row.name,
        url=f"/projects/{row.code}/",
        unit=str(unit or ""),
        kind="项目",
        subject=Subject(
            project_name=row.name,
            content=row.summary,
            amount=row.total_investment,
            site=row.location or hosts,
        ),
        investor_ids=tuple(party.investor_id for party in row.parties.all()),
    )


PROVIDER = Provider(OBJECT, find, show)
