"""当场决定落到对象上:每一类议题一个落法,在决定的同一事务里。要素、审批由 wiring 登记。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.council.actions import items as actions
from juyuan.rooms.council.actions import problems
from juyuan.rooms.council.models import ActionItem, AgendaItem, Decision, Problem
from juyuan.rooms.council.rules.agenda import AgendaKind, DecisionDraft, DecisionResult
from juyuan.rooms.council.rules.items import LIVE
from juyuan.rooms.evaluation.actions.reviews import decide_review
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import ConditionDraft as Condition
from juyuan.rooms.first_contact.actions import ruling
from juyuan.rooms.first_contact.models import Conflict
from juyuan.rooms.first_contact.rules.rulings import RulingDraft
from juyuan.rooms.pipeline.actions.escalating import close_by_meeting
from juyuan.rooms.pipeline.models import Escalation
from juyuan.rooms.pipeline.rules.escalation import OPEN_STATES

Binder = Callable[[Actor, AgendaItem, Decision, DecisionDraft, datetime], None]
_binders: dict[AgendaKind, Binder] = {}


def register_binder(kind: AgendaKind, binder: Binder) -> None:
    """登记;同名再登记即替换(重复接线无害)。"""
    _binders[kind] = binder


def bind(
    actor: Actor, item: AgendaItem, decision: Decision, draft: DecisionDraft, now: datetime
) -> None:
    """把决定落到对象上;暂缓的不落。没有登记落法的(其他议题),决定就是那段话。"""
    if draft.result == DecisionResult.DEFERRED:
        return
    binder = _binders.get(item.kind_enum)
    if binder is not None:
        binder(actor, item, decision, draft, now)


def _gone(item: AgendaItem) -> RuleBroken:
    return RuleBroken.one(
        "",
        "agenda.gone",
        f"「{item.title}」已不在等会上决定（别处已办），请改为本次不议",
        item.clause,
    )


def bind_review(
    actor: Actor, item: AgendaItem, decision: Decision, draft: DecisionDraft, now: datetime
) -> None:
    """评审:结果就是评审的结果,条件成为承诺。"""
    row = Review.objects.filter(code=item.ref).select_related("project", "county", "unit").first()
    if row is None or draft.result is None:
        raise _gone(item)
    conditions = tuple(
        Condition(c.text.strip(), c.due_on, c.evidence.strip()) for c in draft.conditions
    )
    try:
        decide_review(
            actor=actor, review=row, result=ReviewResult(draft.result.value), reasons=draft.text,
            conditions=conditions, minutes_number=draft.minutes_number,
            meeting_ref=item.meeting.code, now=now,
        )  # fmt: skip
    except RuleBroken as broken:
        names = {"reasons": "text"}
        raise RuleBroken(
            replace(f, field=names.get(f.field, f.field)) for f in broken.findings
        ) from broken


def bind_escalation(
    actor: Actor, item: AgendaItem, decision: Decision, draft: DecisionDraft, now: datetime
) -> None:
    """结束提级,或继续提级(部署的事项就是交办)。"""
    row = (
        Escalation.objects.filter(pk=int(item.ref), state__in=OPEN_STATES)
        .select_related("project")
        .first()
    )
    if row is None:
        raise _gone(item)
    if draft.result == DecisionResult.END:
        close_by_meeting(
            actor=actor, escalation=row, reason=draft.text, meeting=item.meeting.title, now=now
        )


def bind_appeal(
    actor: Actor, item: AgendaItem, decision: Decision, draft: DecisionDraft, now: datetime
) -> None:
    """终裁:牵头单位、份额、理由,当即生效。"""
    row = Conflict.objects.filter(code=item.ref).first()
    if row is None:
        raise _gone(item)
    ruling.decide_appeal(
        actor=actor, conflict=row, now=now,
        draft=RulingDraft(draft.lead_unit_id, dict(draft.shares), draft.text, "3.2b"),
    )  # fmt: skip


def bind_problem(
    actor: Actor, item: AgendaItem, decision: Decision, draft: DecisionDraft, now: datetime
) -> None:
    """难题:交办,或当场解决。"""
    row = Problem.objects.filter(code=item.ref).select_related("project").first()
    if row is None:
        raise _gone(item)
    if draft.result == DecisionResult.SOLVED:
        problems.solve_problem(actor=actor, problem=row, text=draft.text, now=now)
    else:
        said = draft.text.strip() or "；".join(a.text.strip() for a in draft.actions)
        problems.mark_assigned(actor=actor, problem=row, text=said, now=now)


def bind_action(
    actor: Actor, item: AgendaItem, decision: Decision, draft: DecisionDraft, now: datetime
) -> None:
    """逾期交办:准予延期改期限;听了汇报照办的不改。"""
    row = ActionItem.objects.filter(code=item.ref).select_related("unit").first()
    if row is None or row.state_enum not in LIVE:
        raise _gone(item)
    if draft.result == DecisionResult.EXTENDED and draft.due_on is not None:
        if draft.due_on <= row.due_on:
            raise RuleBroken.one(
                "due_on", "decision.due", f"延到的日子要晚于现在的期限（{row.due_on}）", item.clause
            )
        actions.extend(actor=actor, item=row, due_on=draft.due_on, text=draft.text, now=now)


BUILT_IN: dict[AgendaKind, Binder] = {
    AgendaKind.REVIEW: bind_review,
    AgendaKind.ESCALATION: bind_escalation,
    AgendaKind.APPEAL: bind_appeal,
    AgendaKind.PROBLEM: bind_problem,
    AgendaKind.ACTION: bind_action,
}
