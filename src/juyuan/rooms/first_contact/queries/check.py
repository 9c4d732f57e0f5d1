"""盲查重:全市范围,语句数固定。对外只给 `Answer`;逐件的编号另给记录,只有商务主管部门看得见。"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact.queries.matters import Matter, providers
from juyuan.rooms.first_contact.queries.parties import PARTY, Party, candidates, parties
from juyuan.rooms.first_contact.rules.answering import Answer, Met, answer
from juyuan.rooms.first_contact.rules.overlap import (
    Overlap,
    Sameness,
    Scale,
    Subject,
    grade_overlap,
    same_matter,
)
from juyuan.rooms.investors.queries import own_units
from juyuan.rooms.investors.rules.keys import Key
from juyuan.rooms.pipeline.queries.relations import limits

_LIKELY = (Sameness.SAME, Sameness.UNKNOWN, Sameness.DIFFERENT)


@dataclass(frozen=True)
class Found:
    """碰上的一件:哪一类、编号、匹配到的投资方、判断。"""

    object_type: str
    object_id: int
    investor_id: int | None
    met: Met


@dataclass(frozen=True)
class Checked:
    """一次查重的全部:给人的回答,与逐件的编号。"""

    answer: Answer
    found: tuple[Found, ...]


def check(
    actor: Actor, subject: Subject, on: date, *, own: Collection[int] | None = None
) -> Checked:
    """查一次。先由键取候选投资方与对象,再取相关的事,逐件判档;不看可见范围,不给内容。

    `own` 是算作自己的单位,缺省是行动者的(替别的单位补录的是那个单位的)。
    """
    book = params(on)
    scale = Scale(book["first_contact.same_amount_bp"], limits(on))
    hits = candidates(subject, book["first_contact.key_max_hits"])
    known = parties(hits.ids.get(PARTY, set()))
    near = {
        pk: party
        for pk, party in known.items()
        if grade_overlap(subject, party.subject, hits.crowded).tier
    }
    mine = own_units(actor) if own is None else set(own)
    found: list[Found] = []
    used: set[int] = set()
    for provider in providers():
        for matter in provider.find(near.keys(), hits.ids.get(provider.object_type, set())):
            used |= near.keys() & set(matter.investor_ids)
            one = _judged(subject, matter, near, hits.crowded, scale, mine)
            if one is not None:
                found.append(one)
    found += [
        _lone(subject, party, hits.crowded, mine) for pk, party in near.items() if pk not in used
    ]
    found = _once(found)
    found.sort(key=lambda f: (f.met.mine, f.met.overlap.tier, f.object_type, f.object_id))
    return Checked(answer(one.met for one in found), tuple(found))


def _once(found: list[Found]) -> list[Found]:
    """同一件(并进来的项目与留下的一个)只算一处:取档最强、最像同一件的。"""
    best: dict[tuple[str, int], Found] = {}
    for one in found:
        key = (one.object_type, one.object_id)
        known = best.get(key)
        if known is None or _strength(one) < _strength(known):
            best[key] = one
    return list(best.values())


def _strength(one: Found) -> tuple[int, int]:
    return one.met.overlap.tier, _LIKELY.index(one.met.same)


def full_subject(matter: Subject, party: Party | None) -> Subject:
    """一件事的内容并上它的一家投资方。"""
    if party is None:
        return matter
    return replace(
        party.subject,
        project_name=matter.project_name,
        content=matter.content,
        amount=matter.amount,
        site=matter.site,
    )


def _judged(
    subject: Subject,
    matter: Matter,
    near: dict[int, Party],
    crowded: frozenset[Key],
    scale: Scale,
    own: set[int],
) -> Found | None:
    sides: list[Party | None] = [near[pk] for pk in matter.investor_ids if pk in near]
    graded = [
        (grade_overlap(subject, full_subject(matter.subject, side), crowded), side)
        for side in sides or [None]
    ]
    graded = [(overlap, side) for overlap, side in graded if overlap.tier]
    if not graded:
        return None
    best, side = min(graded, key=lambda pair: pair[0].tier)
    reasons = tuple(dict.fromkeys(name for overlap, _ in graded for name in overlap.reasons))
    met = Met(
        Overlap(best.tier, reasons),
        same_matter(subject, matter.subject, scale),
        bool(own & matter.units),
    )
    return Found(matter.object_type, matter.object_id, side.id if side else None, met)


def _lone(subject: Subject, party: Party, crowded: frozenset[Key], own: set[int]) -> Found:
    """还没有项目的一家:它自己算一件。"""
    met = Met(
        grade_overlap(subject, party.subject, crowded),
        Sameness.UNKNOWN,
        party.owner_unit_id in own,
    )
    return Found(PARTY, party.id, party.id, met)
