"""交办事项的读:条件、清单、看板、能办的各步、一个项目的交办。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from juyuan.foundation.files.queries import files_of
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.rooms.council import access
from juyuan.rooms.council.models import ActionItem
from juyuan.rooms.council.queries.scope import STEP, actions_seen, project_named
from juyuan.rooms.council.rules.items import LIVE, ActionState, ActionVerb, is_overdue
from juyuan.rooms.pipeline.models import Project

COLUMNS = (
    (ActionState.ASSIGNED, "交办"), (ActionState.WORKING, "办理"),
    (ActionState.SUBMITTED, "待销号"), (ActionState.CLOSED, "销号"),
)  # fmt: skip
SIGNALS = {
    ActionState.ASSIGNED: "idle", ActionState.WORKING: "warn", ActionState.SUBMITTED: "warn",
    ActionState.CLOSED: "ok",
}  # fmt: skip
SHOWN = 50
"""看板每列至多列这么多张。"""


@dataclass(frozen=True)
class ActionCriteria:
    """看哪些。"""

    state: str = ""
    unit: str = ""
    late: bool = False
    mine: bool = False
    asked: bool = False
    q: str = ""


def read_criteria(given: Mapping[str, Any]) -> ActionCriteria:
    """网址参数 → 条件;不认得的不采用。"""
    text = {
        k: str(given.get(k, "")).replace("\x00", "").strip()[:80] for k in ("state", "unit", "q")
    }
    state = text["state"] if text["state"] in set(ActionState) | {"open"} else ""
    return ActionCriteria(
        state=state, unit=text["unit"], q=text["q"], late=given.get("late") == "1",
        mine=given.get("mine") == "1", asked=given.get("asked") == "1",
    )  # fmt: skip


def listed(actor: Actor, wanted: ActionCriteria, on: date) -> QuerySet[ActionItem]:
    """合条件的(未排序)。"""
    rows = actions_seen(actor)
    if wanted.state == "open":
        rows = rows.exclude(state=ActionState.CLOSED.value)
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.unit:
        rows = rows.filter(unit__code=wanted.unit)
    if wanted.late:
        rows = rows.filter(state__in=[s.value for s in LIVE], due_on__lt=on)
    if wanted.mine:
        rows = rows.filter(unit_id__in=sorted(access.own_units(actor)))
    if wanted.asked:
        rows = rows.filter(asked_due_on__isnull=False)
    if wanted.q:
        rows = rows.filter(Q(title__icontains=wanted.q) | Q(code__iexact=wanted.q))
    return rows


@dataclass(frozen=True)
class ActionLine:
    """一件交办,供显示。"""

    item: ActionItem
    late: bool
    project: tuple[str, str, str] | None

    @property
    def pk(self) -> int:
        return self.item.pk

    @property
    def name(self) -> str:
        return self.item.title

    @property
    def state(self) -> ActionState:
        return self.item.state_enum

    @property
    def signal(self) -> str:
        return "bad" if self.late else SIGNALS[self.state]

    @property
    def signal_label(self) -> str:
        return "逾期" if self.late else self.state.label

    @property
    def url(self) -> str:
        return f"/council/items/{self.item.code}/"


def lines(actor: Actor, items: Iterable[ActionItem], on: date) -> list[ActionLine]:
    """带上逾期与看得见的项目。"""
    rows = list(items)
    projects = project_named(actor, [r.project_id for r in rows])
    return [
        ActionLine(r, is_overdue(r.state_enum, r.due_on, on), projects.get(r.project_id or 0))
        for r in rows
    ]


def joined(rows: QuerySet[ActionItem]) -> QuerySet[ActionItem]:
    return rows.select_related("unit", "person", "decision__meeting", "problem")


@dataclass(frozen=True)
class BoardColumn:
    """看板的一列。"""

    state: ActionState
    label: str
    cards: tuple[ActionLine, ...]
    total: int


def board(actor: Actor, wanted: ActionCriteria, on: date) -> list[BoardColumn]:
    """按状态分列,期限早的在先;销号的新的在先。"""
    rows = listed(actor, wanted, on)
    found = []
    for state, label in COLUMNS:
        part = rows.filter(state=state.value)
        order = ("-closed_on", "-id") if state == ActionState.CLOSED else ("due_on", "id")
        shown = lines(actor, joined(part).order_by(*order)[:SHOWN], on)
        found.append(BoardColumn(state, label, tuple(shown), part.order_by().count()))
    return found


def units_with(actor: Actor) -> list[tuple[str, str]]:
    """有交办的单位(筛选用)。"""
    ids = actions_seen(actor).order_by().values("unit_id")
    rows = Unit.objects.filter(pk__in=ids).order_by("order", "code")
    return [(u.code, str(u)) for u in rows]


def acts(actor: Actor, item: ActionItem) -> list[ActionVerb]:
    """此人此刻能办的步骤;只为显示,判断在动作里。"""
    state = item.state_enum
    found: list[ActionVerb] = []
    if state in LIVE and access.can_work(actor, item):
        found += [ActionVerb.SUBMIT, ActionVerb.REPORT]
        if item.asked_due_on is None:
            found.append(ActionVerb.ASK)
    if state in LIVE and item.asked_due_on is not None and access.can_answer(actor, item):
        found += [ActionVerb.GRANT, ActionVerb.REFUSE]
    if state == ActionState.SUBMITTED and access.can_close(actor, item):
        found += [ActionVerb.CLOSE, ActionVerb.RETURN]
    return found


def timeline(item: ActionItem) -> list[dict[str, Any]]:
    """经过,新的在前,带凭据。"""
    rows = list(item.steps.order_by("-id"))
    files = files_of(STEP, [r.pk for r in rows])
    icons = {
        "close": "checks",
        "submit": "upload",
        "return": "arrow-back-up",
        "grant": "calendar-plus",
    }
    return [
        {
            "icon": icons.get(r.verb, "history"),
            "kind": {"return": "back", "refuse": "refused", "close": "key"}.get(r.verb, ""),
            "title": ActionVerb(r.verb).label, "text": r.text,
            "who": f"{r.unit_name} {r.by_name}".strip(), "at": r.at, "clause": "",
            "files": files.get(str(r.pk), []),
        }
        for r in rows
    ]  # fmt: skip


def of_project(actor: Actor, project: Project, on: date) -> list[ActionLine]:
    """一个项目的交办,新的在前。"""
    rows = joined(actions_seen(actor).filter(project=project)).order_by("-id")
    return lines(actor, rows[:50], on)
