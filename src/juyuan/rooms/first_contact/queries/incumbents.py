"""登记时撞上的先有者:哪个单位、哪个项目、它的首谈登记、在不在一件未定的撞单里。全市范围,不给人看。"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import units_under
from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictParty
from juyuan.rooms.first_contact.queries.check import Found
from juyuan.rooms.first_contact.queries.claims import OBJ
from juyuan.rooms.first_contact.rules.answering import SETTLED
from juyuan.rooms.first_contact.rules.overlap import Sameness
from juyuan.rooms.first_contact.rules.rights import HOLDING, LIVE, ClaimState
from juyuan.rooms.first_contact.rules.rulings import PENDING
from juyuan.rooms.investors.models import MatchKey
from juyuan.rooms.investors.queries.matches import OBJ as PARTY
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Standing

PROJECT = "project"
OVER = (Standing.ENDED, Standing.WITHDRAWN)


@dataclass(frozen=True)
class Incumbent:
    """先有的一方。`claim` 空即只有项目,没有首谈登记;`conflict` 是它已在的未定的撞单。"""

    unit_id: int
    project: Project | None
    claim: Claim | None
    conflict: Conflict | None
    tier: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Faced:
    """撞上的:别的单位的(强的在前),与本单位自己的项目。"""

    others: tuple[Incumbent, ...]
    own: tuple[Project, ...]
    own_claims: tuple[Claim, ...]


def faced(found: Iterable[Found], unit_id: int, project: Project | None) -> Faced:
    """同一投资方、同一件(或看不出是另一件)的先有者。

    已终止、退库而没有失去独占的首谈的项目不算;本单位与其上下级算自己的。`project` 是要登记在上面的项目。
    """
    rows = [
        one
        for one in found
        if one.met.overlap.tier in SETTLED
        and not one.met.another
        and one.object_type in (PROJECT, OBJ)
    ]
    ids = {one.object_id: one for one in rows if one.object_type == PROJECT}
    wanted = set(ids) | ({project.pk} if project is not None else set())
    projects = Project.objects.in_bulk(list(wanted))
    claims = list(
        Claim.objects.filter(project_id__in=wanted, state__in=[*LIVE, ClaimState.LAPSED])
        .select_related("unit")
        .order_by("id")
    )
    loose = list(
        Claim.objects.filter(
            pk__in=[one.object_id for one in rows if one.object_type == OBJ], state__in=LIVE
        ).order_by("id")
    )
    pending = _pending([*claims, *loose], wanted)
    family = kin(unit_id)
    others: list[Incumbent] = []
    own: list[Project] = []
    for pk in sorted(projects, key=lambda pk: (ids[pk].met.overlap.tier if pk in ids else 0, pk)):
        row = projects[pk]
        here = [c for c in claims if c.project_id == pk]
        holder = next((c for c in here if c.state in HOLDING), None)
        lapsed = next((c for c in reversed(here) if c.state == ClaimState.LAPSED), None)
        claim = holder or lapsed
        unit = claim.unit_id if claim else row.lead_unit_id or row.owner_unit_id
        if unit is None or (row.standing in OVER and claim is None):
            continue
        if unit in family:
            if pk in ids and ids[pk].met.same == Sameness.SAME:
                own.append(row)
            continue
        if project is not None and pk == project.pk and claim is None and row.lead_unit_id is None:
            continue  # 还没有首谈单位的项目,登记在上面的就是首谈单位
        one = ids.get(pk)
        others.append(
            Incumbent(
                unit, row, claim, pending.get((PROJECT, pk)),
                one.met.overlap.tier if one else 0,
                one.met.overlap.reasons if one else (),
            )
        )  # fmt: skip
    by_claim = {one.object_id: one for one in rows if one.object_type == OBJ}
    for claim in loose:
        if claim.unit_id in family:
            continue
        overlap = by_claim[claim.pk].met.overlap
        others.append(
            Incumbent(
                claim.unit_id, None, claim, pending.get((OBJ, claim.pk)), overlap.tier,
                overlap.reasons,
            )
        )  # fmt: skip
    mine = [c for c in (*claims, *loose) if c.unit_id in family and c.state in LIVE]
    return Faced(tuple(others), tuple(own), tuple(mine))


def kin(unit_id: int) -> set[int]:
    """本单位与它的下级;县区的部门连同县区。全市的上级(市政府)不算一家,否则人人都是自己。"""
    unit = Unit.objects.select_related("parent").get(pk=unit_id)
    found = units_under([unit_id]) if unit.parent_id else {unit_id}
    above = unit.parent
    while above is not None and above.parent_id is not None:
        if above.is_county:
            found.add(above.pk)
        above = above.parent
    return found


def kin_units(actor: Actor, unit_id: int) -> set[int] | None:
    """查重时算作自己的:行动者登记本单位的按他的任职(空即缺省),替别的单位补录的按那个单位一家。"""
    if actor.post is not None and actor.post.unit_id == unit_id:
        return None
    return kin(unit_id)


def _pending(
    claims: Collection[Claim], project_ids: Collection[int]
) -> dict[tuple[str, int], Conflict]:
    """{项目或登记: 它所在的未定的撞单}。"""
    states = [state.value for state in PENDING]
    found: dict[tuple[str, int], Conflict] = {}
    rows = ConflictParty.objects.filter(conflict__state__in=states).select_related("conflict")
    for party in rows.filter(project_id__in=project_ids):
        found[PROJECT, party.project_id or 0] = party.conflict
    for party in rows.filter(claim_id__in=[c.pk for c in claims]):
        found[OBJ, party.claim_id or 0] = party.conflict
    return found


def kin_keys(investor_ids: Collection[int]) -> set[str]:
    """这些投资方的名称、别名、代码的锁名:写法不同的同一家,登记时也排在同一队里。"""
    prefixes = {"name": "name", "alias": "name", "uscc": "uscc", "foreign_id": "foreign"}
    rows = MatchKey.objects.filter(
        object_type=PARTY, object_id__in=investor_ids, kind__in=list(prefixes)
    )
    return {f"{prefixes[kind]}:{value}" for kind, value in rows.values_list("kind", "value")}
