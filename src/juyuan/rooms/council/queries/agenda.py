"""议程:写下的议题与此刻该上会的合在一起;开会之后只有写下的。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.rooms.council.models import AgendaItem, Decision, Meeting
from juyuan.rooms.council.queries.scope import actions_seen, items_seen, project_named
from juyuan.rooms.council.queries.sources import candidates
from juyuan.rooms.council.rules.agenda import (
    AgendaKind,
    Candidate,
    ItemStatus,
    Origin,
    order_key,
    ordered,
)
from juyuan.rooms.council.rules.meetings import UPCOMING, MeetingState
from juyuan.rooms.first_contact.queries import conflicts


@dataclass(frozen=True)
class AgendaLine:
    """议程的一行;还没有写下的 `row` 为空。"""

    item: Candidate
    row: AgendaItem | None
    decision: Decision | None = None
    project: tuple[str, str, str] | None = None
    unit: str = ""

    @property
    def status(self) -> ItemStatus:
        return ItemStatus(self.row.status) if self.row else ItemStatus.LISTED

    @property
    def by_hand(self) -> bool:
        return self.row is not None and self.row.origin == Origin.HAND

    @property
    def key(self) -> str:
        """表单里认它的一个字串。"""
        return f"{self.item.kind.value}:{self.item.ref}"

    @property
    def drafted(self) -> bool:
        return bool(self.row and self.row.draft and self.row.status == ItemStatus.LISTED)


def next_meeting() -> Meeting | None:
    """下一次会议:还没有开的里最早的一次;自动列入的议题归它。"""
    rows = Meeting.objects.filter(state__in=[s.value for s in UPCOMING])
    return rows.select_related("chair").order_by("held_on", "starts_at", "id").first()


def current_meeting() -> Meeting | None:
    """正在开的。"""
    rows = Meeting.objects.filter(state=MeetingState.RUNNING.value)
    return rows.select_related("chair").first()


def of_row(row: AgendaItem) -> Candidate:
    """写下的一行 → 候选。"""
    return Candidate(
        row.kind_enum, row.ref, row.title, row.why, row.clause, row.since, row.due_on,
        row.amount, row.project_id, row.unit_id,
    )  # fmt: skip


def waiting(on: date) -> list[Candidate]:
    """此刻该上会的(不按人裁):各来处的,除去已经写在正在开的会上的。"""
    held = set(
        AgendaItem.objects.filter(
            meeting__state=MeetingState.RUNNING.value, status=ItemStatus.LISTED.value
        ).values_list("kind", "ref")
    )
    return [item for item in ordered(candidates(on)) if item.key not in held]


def takes_proposals(meeting: Meeting) -> bool:
    """自动列入的归不归这次会:它就是下一次。"""
    if meeting.state_enum not in UPCOMING:
        return False
    found = next_meeting()
    return found is not None and found.pk == meeting.pk


def merged(
    rows: Sequence[AgendaItem], found: Iterable[Candidate], *, frozen: bool
) -> list[tuple[Candidate, AgendaItem | None]]:
    """写下的与该上会的合在一起、排好。

    手排过的(有次序)在先,其余照规则;写下而对象已不必上会的(难题自己解决了)不再列,人工添加的除外。
    """
    live = {item.key: item for item in found}
    pairs: list[tuple[Candidate, AgendaItem | None]] = []
    known = set()
    for row in rows:
        key = (row.kind, row.ref)
        known.add(key)
        gone = not frozen and row.origin == Origin.AUTO and key not in live
        if gone and row.status == ItemStatus.LISTED:
            continue
        pairs.append((of_row(row) if frozen else live.get(key, of_row(row)), row))
    pairs += [(item, None) for key, item in live.items() if key not in known]

    def place(pair: tuple[Candidate, AgendaItem | None]) -> tuple[Any, ...]:
        item, row = pair
        position = row.position if row else None
        return (position is None, position or 0, order_key(item))

    return sorted(pairs, key=place)


def agenda(meeting: Meeting, on: date) -> list[tuple[Candidate, AgendaItem | None]]:
    """一次会的全部议题(不按人裁)。"""
    rows = list(AgendaItem.objects.filter(meeting=meeting).select_related("decision"))
    open_ = takes_proposals(meeting)
    frozen = meeting.state_enum not in UPCOMING
    found = waiting(on) if open_ else [of_row(row) for row in rows] if not frozen else []
    return merged(rows, found, frozen=frozen)


def lines(actor: Actor, meeting: Meeting, on: date) -> list[AgendaLine]:
    """看得见的议题。查询数与行数无关。"""
    return _shown(actor, agenda(meeting, on))


def proposals(actor: Actor, on: date) -> list[AgendaLine]:
    """还没有会议时,该上下一次会的里看得见的。"""
    return _shown(actor, [(item, None) for item in waiting(on)])


def _shown(actor: Actor, pairs: list[tuple[Candidate, AgendaItem | None]]) -> list[AgendaLine]:
    projects = project_named(actor, [item.project_id for item, _ in pairs])
    units = Unit.objects.in_bulk({i.unit_id for i, _ in pairs if i.unit_id is not None})
    rows = {row.pk for _, row in pairs if row is not None}
    seen_rows = (
        set(items_seen(actor, AgendaItem.objects.filter(pk__in=rows)).values_list("pk", flat=True))
        if rows
        else set()
    )
    refs = {
        kind: {i.ref for i, row in pairs if i.kind == kind and row is None}
        for kind in (AgendaKind.APPEAL, AgendaKind.ACTION)
    }
    appeals = _codes(conflicts.visible_to(actor), refs[AgendaKind.APPEAL])
    actions = _codes(actions_seen(actor), refs[AgendaKind.ACTION])
    found = []
    for item, row in pairs:
        if row is not None:
            shown = row.pk in seen_rows
        elif item.kind == AgendaKind.APPEAL:
            shown = item.ref in appeals
        elif item.kind == AgendaKind.ACTION:
            shown = item.ref in actions
        else:
            shown = item.project_id is None or item.project_id in projects or actor.is_system
        if shown:
            decision = getattr(row, "decision", None) if row else None
            unit = units.get(item.unit_id) if item.unit_id else None
            found.append(
                AgendaLine(
                    item, row, decision, projects.get(item.project_id or 0),
                    str(unit) if unit else "",
                )
            )  # fmt: skip
    return found


def _codes(rows: Any, refs: set[str]) -> set[str]:
    return set(rows.filter(code__in=refs).values_list("code", flat=True)) if refs else set()
