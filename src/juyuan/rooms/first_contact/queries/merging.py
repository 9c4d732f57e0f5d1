"""裁定之后的并案:牵头的一个留下,不牵头的一方另有的项目并过去。哪些还单独立着、已并的去了哪里。"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.timezone import localdate

from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictParty, Ruling
from juyuan.rooms.first_contact.queries.conflicts import own_side, sees_both
from juyuan.rooms.first_contact.queries.duty import CONFLICT
from juyuan.rooms.first_contact.queries.ruling import ruling_unit
from juyuan.rooms.first_contact.rules.rights import HOLDING
from juyuan.rooms.first_contact.rules.rulings import ConflictState
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.stages import Standing

MERGE_DAYS = "first_contact.merge_workdays"
ALIVE = (Standing.ACTIVE, Standing.PAUSED)


@dataclass(frozen=True)
class Alone:
    """一件已定的撞单里,还没有并过去的:留下的一个,与另外单独立着的。"""

    conflict: Conflict
    kept: Project
    others: tuple[Project, ...]


def project_of(party: ConflictParty) -> int | None:
    """一方的项目。"""
    return party.claim.project_id if party.claim and party.claim.project_id else party.project_id


def standing_alone(conflict_ids: Collection[int] | None = None) -> list[Alone]:
    """裁定已生效、不牵头的一方另有的项目还在库里的(三条查询,与件数无关)。"""
    rows = Conflict.objects.filter(state=ConflictState.FINAL)
    if conflict_ids is not None:
        rows = rows.filter(pk__in=conflict_ids)
    parties = ConflictParty.objects.select_related("claim").order_by("id")
    rulings = Ruling.objects.order_by("id")
    found = list(
        rows.prefetch_related(Prefetch("parties", parties), Prefetch("rulings", rulings)).order_by("id")
    )  # fmt: skip
    wanted = {pk for c in found for pk in (c.project_id, *map(project_of, c.parties.all())) if pk}
    known = Project.objects.select_related("merged_into").in_bulk(wanted)
    return [one for c in found if (one := _alone(c, known)) is not None]


def _alone(conflict: Conflict, known: dict[int, Project]) -> Alone | None:
    parties, rulings = list(conflict.parties.all()), list(conflict.rulings.all())
    if not rulings:
        return None
    lead = next((p for p in parties if p.unit_id == rulings[-1].lead_unit_id), None)
    anchor = known.get((project_of(lead) if lead else None) or conflict.project_id or 0)
    kept = anchor.merged_into if anchor is not None and anchor.merged_into else anchor
    if kept is None or kept.is_voided:
        return None
    ids = dict.fromkeys(pk for pk in (conflict.project_id, *map(project_of, parties)) if pk)
    others = tuple(
        known[pk]
        for pk in ids
        if pk != kept.pk and not known[pk].is_voided and known[pk].standing in ALIVE
    )
    return Alone(conflict, kept, others) if others else None


def ruled_lead(source_id: int, target_id: int) -> int | None:
    """这两个项目合并之后由谁牵头:现有首谈的单位,没有的照两边都在其中的最近一次生效的裁定。"""
    holder = Claim.objects.filter(project_id__in=(source_id, target_id), state__in=HOLDING)
    unit = holder.order_by("pk").values_list("unit_id", flat=True).first()
    if unit is not None:
        return unit
    both = {source_id, target_id}
    rows = Conflict.objects.filter(state=ConflictState.FINAL).prefetch_related(
        Prefetch("parties", ConflictParty.objects.select_related("claim"))
    )
    rows = (
        rows.filter(parties__project_id__in=both)
        | rows.filter(parties__claim__project_id__in=both)
        | rows.filter(project_id__in=both)
    )
    for conflict in rows.distinct().order_by("-closed_at"):
        if both <= {conflict.project_id, *map(project_of, conflict.parties.all())}:
            last = conflict.rulings.order_by("-id").values_list("lead_unit_id", flat=True)
            return last.first()
    return None


# ───────── 待办 ─────────


def owed_for(conflict: Conflict, unit_id: int) -> Owed:
    """并案的一件待办:自裁定生效之日起几个工作日。"""
    day = localdate(conflict.closed_at or conflict.opened_at)
    row = params(day).row(MERGE_DAYS)
    rule = DueRule(row.value, said=f"参数 {MERGE_DAYS}，{row.origin}")
    return Owed(CONFLICT, conflict.pk, unit_id, day, rule)


def merging_unit() -> int | None:
    """由谁并案:裁定的单位。"""
    code = ruling_unit()
    return Unit.objects.get(code=code).pk if code else None


def owed(*, on: date) -> Iterator[Owed]:
    """此刻应当开着的:项目还单独立着的各件。"""
    unit = merging_unit()
    if unit is not None:
        for alone in standing_alone():
            yield owed_for(alone.conflict, unit)


# ───────── 撞单页 ─────────


def unions(actor: Actor, conflict: Conflict) -> dict[str, Any]:
    """撞单页上的并案:已并的(各方只看自己的一边),与可以办的(商务主管部门)。

    不牵头的一方只知道自己的项目并掉了,看不见留下的一个的任何内容。
    """
    if conflict.state != ConflictState.FINAL:
        return {}
    parties = list(conflict.parties.select_related("unit", "claim").order_by("id"))
    if not sees_both(actor):
        mine = own_side(actor, conflict)
        parties = [p for p in parties if mine is not None and p.pk == mine.pk]
    ids = {pk for p in parties if (pk := project_of(p))}
    merged = Project.objects.filter(pk__in=ids, merged_into__isnull=False)
    gone = {p.pk: p for p in merged.select_related("merged_into")}
    seen = _seen(actor, [x for p in gone.values() for x in (p.pk, p.merged_into_id or 0)])
    found = [_union(p, gone[project_of(p) or 0], seen) for p in parties if project_of(p) in gone]
    offers = _offers(actor, conflict) if access.decides(actor) else []
    return {"merged": found, "offers": offers} if found or offers else {}


def _seen(actor: Actor, ids: Collection[int]) -> set[int]:
    if not ids:
        return set()
    rows = seen_whole(actor, merged=True).filter(pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))


def _url(project: Project) -> str:
    return reverse("pipeline:detail", args=[project.code])


def _union(party: ConflictParty, project: Project, seen: set[int]) -> dict[str, Any]:
    kept = project.merged_into
    return {
        "unit": party.unit.name,
        "name": project.name if project.pk in seen else "",
        "code": project.code if project.pk in seen else "",
        "url": _url(project) if project.pk in seen else "",
        "at": project.voided_at,
        "kept": kept.name if kept is not None and kept.pk in seen else "",
        "kept_url": _url(kept) if kept is not None and kept.pk in seen else "",
    }


def _offers(actor: Actor, conflict: Conflict) -> list[dict[str, str]]:
    found = []
    for alone in standing_alone([conflict.pk]):
        seen = _seen(actor, [alone.kept.pk, *(p.pk for p in alone.others)])
        found += [
            {
                "name": other.name,
                "kept": alone.kept.name,
                "url": f"{reverse('pipeline:merge', args=[other.code])}?target={alone.kept.code}",
            }
            for other in alone.others
            if {alone.kept.pk, other.pk} <= seen
        ]
    return found
