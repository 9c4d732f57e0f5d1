"""撞单的读:各方看得见自己在其中的;商务主管部门、召集人看全部,限名单的只有核验人与召集人。"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.first_contact.models import Conflict, ConflictEvidence, ConflictParty
from juyuan.rooms.first_contact.queries.claims import visible_to as claims_seen
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.investors.access import BUREAU, is_bureau
from juyuan.rooms.investors.queries import own_units
from juyuan.rooms.pipeline.queries.scope import seen_whole


def sees_both(actor: Actor) -> bool:
    """看得见两边的:商务主管部门、召集人。"""
    return actor.is_system or is_bureau(actor) or actor.has_any(*LEADER_ROLES)


def visible_to(actor: Actor) -> QuerySet[Conflict]:
    """看得见的撞单。一方是限名单的,本单位里看不见那件首谈(项目)的人也看不见这一件。"""
    rows = Conflict.objects.all()
    if actor.is_system or actor.has_any(*LEADER_ROLES) or actor.has(Role.VERIFIER, BUREAU):
        return rows
    parties = ConflictParty.objects.filter(conflict=OuterRef("pk"))
    hidden = parties.filter(claim__confidentiality=Secrecy.RESTRICTED) | parties.filter(
        project__confidentiality=Secrecy.RESTRICTED
    )
    if is_bureau(actor):
        return rows.filter(~Exists(hidden))
    mine = parties.filter(unit_id__in=sorted(own_units(actor)))
    shown = mine.filter(claim_id__in=claims_seen(actor).order_by().values("pk")) | mine.filter(
        claim__isnull=True, project_id__in=seen_whole(actor, merged=True).order_by().values("pk")
    )
    return rows.filter(Exists(shown))


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    return {
        row.pk: (str(row), f"/first-contacts/conflicts/{row.code}/")
        for row in visible_to(actor).filter(pk__in=list(ids))
    }


def door(actor: Actor, code: str) -> Conflict:
    """由编号取撞单的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    row = visible_to(actor).filter(code=code).first()
    if row is None:
        raise NotFound
    return row


def own_side(actor: Actor, conflict: Conflict) -> ConflictParty | None:
    """行动者所在的一方。"""
    rows = conflict.parties.select_related("unit", "claim", "project")
    return rows.filter(unit_id__in=sorted(own_units(actor))).order_by("id").first()


def evidence_seen(actor: Actor, object_id: str) -> bool:
    """证据文件的门:交的一方自己,看得见两边的人。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    row = ConflictEvidence.objects.filter(pk=int(object_id)).first()
    if row is None or not visible_to(actor).filter(pk=row.conflict_id).exists():
        return False
    return sees_both(actor) or row.unit_id in own_units(actor)


def present_evidence(actor: Actor, object_id: str) -> tuple[str, str]:
    """(名称, 网址)。"""
    row = ConflictEvidence.objects.select_related("conflict").get(pk=int(object_id))
    return row.title, f"/first-contacts/conflicts/{row.conflict.code}/"
