"""首谈台账要查的一切,集合式地一次取齐:本单位一家已登记的、看得见的项目。别的单位的一概不取。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import units_named
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import lookup_keys
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries.claims import visible_to
from juyuan.rooms.first_contact.queries.parties import PARTY, parties
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.rules.ledger import (
    ClaimLookups,
    KnownClaim,
    KnownProject,
    KnownUnit,
)
from juyuan.rooms.first_contact.rules.overlap import Scale, Subject
from juyuan.rooms.first_contact.rules.rights import ClaimState
from juyuan.rooms.investors.access import is_bureau
from juyuan.rooms.investors.models import KeyKind, MatchKey
from juyuan.rooms.pipeline import access as pipeline_access
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.relations import limits
from juyuan.rooms.pipeline.queries.scope import reach_of, seen_whole
from juyuan.rooms.pipeline.rules.naming import project_key


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> ClaimLookups:
    """今天、尺度、单位、项目、已登记的;查询数与行数无关。"""
    scale = Scale(params(today)["first_contact.same_amount_bp"], limits(today))
    own_id = actor.post.unit_id if actor.post else None
    tree = Tree(Unit.objects.values_list("pk", "parent_id", "is_county", "name"))
    units = {
        said: tree.known(unit.pk)
        for said, unit in units_named((row.get("unit") or "") for row in rows).items()
    }
    own = tree.known(own_id) if own_id is not None else None
    family = set(own.kin) if own else set()
    for unit in units.values():
        family |= unit.kin
    investors = _investors(rows)
    seen = visible_to(actor).filter(unit_id__in=family)
    claims = list(seen.filter(investor_id__in=investors).select_related("project"))
    projects = _projects(rows, actor, investors, family)
    on = [p.pk for p in projects if p.code in {(r.get("code") or "").strip() for r in rows}]
    more = seen.filter(project_id__in=on).exclude(pk__in=[c.pk for c in claims])
    claims += more.select_related("project")
    ids = {c.investor_id for c in claims}
    ids |= {party.investor_id for p in projects for party in p.parties.all()}
    known = {pk: party.subject for pk, party in parties(ids).items()}
    reach = reach_of(actor)
    return ClaimLookups(
        today=today,
        scale=scale,
        own=own,
        everywhere=is_bureau(actor),
        units=units,
        projects=tuple(
            _known_project(p, known, bool(pipeline_access.can_add_evidence(actor, p, reach)))
            for p in projects
        ),
        claims=tuple(_known_claim(c, known) for c in claims),
    )


class Tree:
    """单位树,在内存里算各单位的一家(同 `incumbents.kin`,有测试)。"""

    def __init__(self, rows: Iterable[tuple[int, int | None, bool, str]]) -> None:
        self.parent: dict[int, int | None] = {}
        self.county: dict[int, bool] = {}
        self.name: dict[int, str] = {}
        self.below: dict[int, list[int]] = defaultdict(list)
        for pk, parent, county, name in rows:
            self.parent[pk], self.county[pk], self.name[pk] = parent, county, name
            if parent is not None:
                self.below[parent].append(pk)

    def kin(self, unit_id: int) -> set[int]:
        """本单位与它的下级;县区的部门连同县区。"""
        found = {unit_id}
        if self.parent[unit_id] is not None:
            todo = [unit_id]
            while todo:
                below = self.below[todo.pop()]
                found |= set(below)
                todo += below
        above = self.parent[unit_id]
        while above is not None and self.parent[above] is not None:
            if self.county[above]:
                found.add(above)
            above = self.parent[above]
        return found

    def known(self, unit_id: int) -> KnownUnit:
        return KnownUnit(unit_id, self.name[unit_id], frozenset(self.kin(unit_id)))


def _investors(rows: Sequence[ParsedRow]) -> set[int]:
    """名称键、代码对得上的投资方(只用来找本单位自己的,不给人看)。"""
    names = {key for row in rows for key in lookup_keys(row.get("investor") or "")}
    codes = {compact_uscc(row.get("uscc") or "") for row in rows} - {""}
    found = MatchKey.objects.filter(object_type=PARTY).filter(
        Q(kind__in=(KeyKind.NAME, KeyKind.ALIAS), value__in=names)
        | Q(kind=KeyKind.USCC, value__in=codes)
    )
    return set(found.values_list("object_id", flat=True))


def _projects(
    rows: Sequence[ParsedRow], actor: Actor, investors: Collection[int], family: Collection[int]
) -> list[Project]:
    """看得全的项目:写了编号的,名称相同、投资方相同而由这些单位牵头(登记)的。"""
    codes = {(row.get("code") or "").strip() for row in rows} - {""}
    keys = {project_key(row.get("name") or "") for row in rows} - {""}
    ours = Q(lead_unit_id__in=family) | Q(lead_unit__isnull=True, owner_unit_id__in=family)
    near = Q(name_key__in=keys) | Q(
        pk__in=Project.objects.filter(parties__investor_id__in=investors).order_by().values("pk")
    )
    found = seen_whole(actor).filter(Q(code__in=codes) | (ours & near))
    return list(found.prefetch_related("parties", "hosts__unit").order_by("pk"))


def _known_project(project: Project, known: dict[int, Subject], may: bool) -> KnownProject:
    hosts = "、".join(str(host.unit) for host in project.hosts.all())
    return KnownProject(
        id=project.pk, code=project.code, name=project.name,
        unit_id=project.lead_unit_id or project.owner_unit_id, may=may,
        secrecy=Secrecy(project.confidentiality),
        subject=Subject(
            project_name=project.name, content=project.summary, amount=project.total_investment,
            site=project.location or hosts,
        ),
        parties=tuple(known[p.investor_id] for p in project.parties.all() if p.investor_id in known),
    )  # fmt: skip


def _known_claim(claim: Claim, known: dict[int, Subject]) -> KnownClaim:
    values: dict[str, Any] = {
        "content": claim.content, "amount": claim.amount, "site": claim.site,
        "secrecy": claim.confidentiality, "proof": claim.proof, "evidence_on": claim.evidence_on,
        "person": claim.person_name,
    }  # fmt: skip
    subject = Subject(
        project_name=claim.project_name, content=claim.content, amount=claim.amount, site=claim.site
    )
    return KnownClaim(
        id=claim.pk, code=claim.code, title=claim.project_name, unit_id=claim.unit_id,
        project_id=claim.project_id, state=ClaimState(claim.state),
        investor_name=claim.investor_name, contacted_on=claim.contacted_on, values=values,
        subject=subject, party=known.get(claim.investor_id, Subject(name=claim.investor_name)),
    )  # fmt: skip
