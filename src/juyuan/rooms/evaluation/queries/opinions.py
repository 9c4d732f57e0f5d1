"""审查意见的读:审查单位看得见交来的这一件,项目一方由项目看得见;清单、门、文件、经过。"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import end_of
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.evaluation.models import OpinionRequest, OpinionStep
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.rules.opinions import (
    OPEN,
    WAITING,
    OpinionKind,
    OpinionState,
    OpinionVerb,
    Reviewer,
    is_late,
    next_state,
)
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import seen_whole

OBJ = "evaluation_opinion"
STATE_THEN, DUE_THEN = "state_then", "due_then"


def visible_to(actor: Actor) -> QuerySet[OpinionRequest]:
    """看得见的申请:问到本单位的,以及看得全那个项目的。"""
    rows = OpinionRequest.objects.all()
    if actor.is_system:
        return rows
    mine = Q(unit_id__in=sorted(access.reviewing_units(actor)))
    return rows.filter(mine | Q(project_id__in=seen_whole(actor).order_by().values("pk")))


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def within(actor: Actor) -> Any:
    """看得见的编号(子查询)。"""
    return visible_to(actor).order_by().values("pk")


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = visible_to(actor).filter(pk__in=list(ids))
    return {row.pk: (str(row), f"/opinions/{row.code}/") for row in rows}


def can_see_id(actor: Actor, object_id: str) -> bool:
    """文件的门。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return visible_to(actor).filter(pk=int(object_id)).exists()


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    """(名称, 网址)。"""
    row = visible_to(actor).get(pk=int(object_id))
    return str(row), f"/opinions/{row.code}/"


def door(actor: Actor, code: str) -> OpinionRequest:
    """由编号取申请的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    rows = visible_to(actor).select_related("unit", "from_unit", "project")
    row = rows.filter(code=code).first()
    if row is None:
        raise NotFound
    return row


def sees_project(actor: Actor, request: OpinionRequest) -> bool:
    """看不看得全那个项目(审查单位的人多半看不见,页上不给项目的去处)。"""
    return seen_whole(actor).filter(pk=request.project_id).exists()


def projects_whole(actor: Actor, ids: Sequence[int]) -> set[int]:
    """这些项目里看得全的。"""
    return set(seen_whole(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def reviewer_rule(on: date) -> Reviewer:
    """公平竞争审查由谁做。"""
    return Reviewer(params(on)["opinion.fair_competition_by"])


def reviewing_unit(kind: OpinionKind, on: date) -> Unit | None:
    """该问哪个单位(参数所指职能的单位,取排在前的一个)。"""
    key = "legality" if kind == OpinionKind.LEGALITY else "fair_competition"
    function = params(on)[f"opinion.{key}_function"]
    rows = Unit.objects.filter(function=function, disabled_on__isnull=True)
    return rows.order_by("order", "code").first()


def on_day(rows: QuerySet[OpinionRequest], as_of: date) -> QuerySet[OpinionRequest]:
    """那天终了时已有的,带上那天的状态与期限(由经过推出,不看此刻的状态)。"""
    last = OpinionStep.objects.filter(request=OuterRef("pk"), at__lt=end_of(as_of)).order_by("-pk")
    return rows.filter(asked_at__lt=end_of(as_of)).annotate(
        **{
            STATE_THEN: Subquery(last.values("to_state")[:1]),
            DUE_THEN: Subquery(last.values("due_on")[:1]),
        }
    )


TABS = {
    "mine": "问到本单位的", "open": "未了的", "late": "超期的", "answered": "已答复", "all": "全部",
}  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """清单的筛选。"""

    tab: str = "open"
    kind: str = ""
    as_of: date | None = None


def read_filters(given: Mapping[str, Any], as_of: date | None, default: str) -> Filters:
    """读网址里的筛选;读不懂的当没有。"""
    tab, kind = str(given.get("tab", "")), str(given.get("kind", ""))
    return Filters(tab if tab in TABS else default, kind if kind in set(OpinionKind) else "", as_of)


def listed(actor: Actor, wanted: Filters, today: date) -> QuerySet[OpinionRequest]:
    """一个页签下看得见的申请。"""
    rows = _on(visible_to(actor), wanted.as_of)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.tab == "mine":
        rows = rows.filter(unit_id__in=sorted(access.reviewing_units(actor)))
    return rows.filter(_under(wanted.tab, wanted.as_of, today))


def tallied(
    actor: Actor, tabs: Collection[str], as_of: date | None, today: date
) -> dict[str, dict[tuple[str, str], int]]:
    """各页签下各审查单位(代码、名称)有几件,一次查询;裁法与 `listed` 同一份。"""
    unit = ("unit__order", "unit__code", "unit__name")
    counts = {f"n_{tab}": Count("pk", filter=_under(tab, as_of, today)) for tab in tabs}
    rows = list(_on(visible_to(actor), as_of).order_by(*unit).values(*unit).annotate(**counts))
    return {
        tab: {
            (row["unit__code"], row["unit__name"]): row[f"n_{tab}"]
            for row in rows
            if row[f"n_{tab}"]
        }
        for tab in tabs
    }


def _on(rows: QuerySet[OpinionRequest], as_of: date | None) -> QuerySet[OpinionRequest]:
    return rows if as_of is None else on_day(rows, as_of)


def _under(tab: str, as_of: date | None, today: date) -> Q:
    """属于哪个页签:此刻看列,过去某天看那天的状态与期限。"""
    state, due = ("state", "due_on") if as_of is None else (STATE_THEN, DUE_THEN)
    if tab in ("mine", "open"):
        return Q(**{f"{state}__in": [s.value for s in OPEN]})
    if tab == "late":
        day = as_of or today
        return Q(**{f"{state}__in": [s.value for s in WAITING], f"{due}__lt": day.isoformat()})
    if tab == "answered":
        return Q(**{state: OpinionState.ANSWERED.value})
    return Q()


@dataclass(frozen=True)
class Line:
    """清单的一行。"""

    row: OpinionRequest
    state: OpinionState
    due_on: date
    late: bool
    waiting: bool

    @property
    def signal(self) -> str:
        """灯:超期红,待答复黄,答复了按结论,其余灰。"""
        if self.late:
            return "bad"
        if self.state in OPEN:
            return "warn"
        if self.state == OpinionState.ANSWERED:
            return "ok" if self.row.conclusion != "failed" else "bad"
        return "idle"


def line(row: OpinionRequest, day: date) -> Line:
    """一行;`day` 是看的那一天。"""
    state = OpinionState(getattr(row, STATE_THEN, row.state))
    due = getattr(row, DUE_THEN, None) or row.due_on
    waiting = state in WAITING
    return Line(row, state, due, waiting and is_late(due, day), waiting)


def of_project(project: Project) -> list[OpinionRequest]:
    """一个项目的各件,新的在前(调用者已过项目的门)。"""
    rows = OpinionRequest.objects.filter(project=project).select_related("unit", "from_unit")
    return list(rows.order_by("-pk"))


def open_of(project: Project, kind: OpinionKind) -> OpinionRequest | None:
    """一个项目这一种未了的那一件。"""
    return OpinionRequest.objects.filter(
        project=project, kind=kind.value, state__in=[s.value for s in OPEN]
    ).first()


def steps_of(request: OpinionRequest) -> Sequence[OpinionStep]:
    """经过,旧的在前。"""
    return list(request.steps.order_by("pk"))


def days_of(on: date) -> int:
    """几个工作日内答复。"""
    return int(params(on)["opinion.workdays"])


def offered(actor: Actor, request: OpinionRequest, *, whole: bool) -> set[OpinionVerb]:
    """此人此刻能办的各步(只为显示,判断仍在动作里)。`whole` 即看得全那个项目。"""
    may = {
        OpinionVerb.DRAFT: access.can_draft, OpinionVerb.RETURN: access.can_draft,
        OpinionVerb.SIGN: access.can_sign, OpinionVerb.SEND_BACK: access.can_sign,
        OpinionVerb.REVOKE: access.can_revoke,
    }  # fmt: skip
    found = {
        verb for verb, check in may.items()
        if next_state(request.state_enum, verb) and check(actor, request)
    }  # fmt: skip
    if whole and access.can_ask(actor, request.project):
        found |= {
            verb for verb in (OpinionVerb.RESUBMIT, OpinionVerb.WITHDRAW)
            if next_state(request.state_enum, verb)
        }  # fmt: skip
    return found


def asked_on(request: OpinionRequest) -> date:
    return localdate(request.asked_at)
