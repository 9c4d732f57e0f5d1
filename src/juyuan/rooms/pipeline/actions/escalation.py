"""提级随签约自己开、自己定、自己撤:凡改动签约、认定、金额的动作,在同一事务里让这里核对一遍。

单个与成批是同一份:`refresh([编号…])` 集合式取数,纯规则 `judge_escalation` 判断,一次写完。
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.notices.actions import Message, notify_many
from juyuan.foundation.policy.queries import timeline
from juyuan.foundation.policy.timeline import Timeline
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_yi
from juyuan.rooms.pipeline.actions.common import OBJ, shares_of
from juyuan.rooms.pipeline.models import (
    Escalation,
    Project,
    ProjectParty,
    Recognition,
    StageMove,
)
from juyuan.rooms.pipeline.queries import escalations as read
from juyuan.rooms.pipeline.rules.amounts import committed_investment
from juyuan.rooms.pipeline.rules.escalation import (
    CLAUSE,
    OPEN_STATES,
    EscalationState,
    Held,
    Outcome,
    Signing,
    Turn,
    judge_escalation,
)
from juyuan.rooms.pipeline.rules.stages import MoveVerb, Stage

BATCH = 2000
ONE_BY_ONE = 20  # 一次多于这些的,报备合成一条
SIGNED_OR_LATER = (Stage.SIGNED.value, Stage.LANDED.value)
NOTICES = {
    Turn.OPEN: "pipeline.escalation_opened",
    Turn.CONFIRM: "pipeline.escalation_confirmed",
    Turn.LAPSE: "pipeline.escalation_lapsed",
}
SAID = {Turn.OPEN: "提级报备", Turn.CONFIRM: "提级已确认", Turn.LAPSE: "提级撤回"}
KEYS = ("escalation.threshold", "pipeline.committed_strategy", "escalation.report_days")


@dataclass
class Case:
    """一个项目连同判断所需的一切。"""

    project: Project
    signing: Signing
    signed_on: date
    strategy: str
    held: Escalation | None
    settled: bool
    recognition_id: int | None
    versions: dict[str, str]


def refresh(
    project_ids: Iterable[int],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    group: UUID | None = None,
) -> int:
    """核对这些项目的提级:该开的开,该定的定,该撤的撤(留痕、待办、报备通知)。须在调用者的事务内。

    返回有变化的个数;重复执行不再有变化。
    """
    ids = sorted(set(project_ids))
    changed = 0
    for start in range(0, len(ids), BATCH):
        changed += _refresh(ids[start : start + BATCH], actor, now, reason, group)
    return changed


def _refresh(
    ids: Sequence[int], actor: Actor, now: datetime, reason: str, group: UUID | None
) -> int:
    done = []
    for case in cases_of(ids, lock=True):
        held = case.held
        now_held = Held(EscalationState(held.state), held.amount) if held else None
        outcome = judge_escalation(case.signing, now_held, settled=case.settled)
        if outcome is not None:
            done.append((case, outcome))
    if not done:
        return 0
    made = [_row(case, outcome, now) for case, outcome in done if outcome.turn == Turn.OPEN]
    # 他人先开了同一项目的:唯一约束拦下,整个动作退回重来
    Escalation.objects.bulk_create(made)
    fresh = {row.project_id: row for row in made}
    for case, outcome in done:
        if outcome.turn != Turn.OPEN and case.held is not None:
            _change(case, outcome, reason, actor, now)
            fresh[case.project.pk] = case.held
    record_many(
        [_entry(case, outcome, reason) for case, outcome in done], actor=actor, now=now, group=group
    )
    _duties(done, made, actor, now)
    _tell(done, fresh, now)
    return len(done)


def _row(case: Case, outcome: Outcome, now: datetime) -> Escalation:
    confirmed = outcome.state == EscalationState.CONFIRMED
    return Escalation(
        project_id=case.project.pk,
        state=outcome.state.value,
        signed_on=case.signed_on,
        amount=outcome.amount,
        strategy=case.strategy,
        threshold=case.signing.threshold,
        parameters=case.versions,
        recognition_id=case.recognition_id if confirmed else None,
        opened_at=now,
        confirmed_at=now if confirmed else None,
    )


def _change(case: Case, outcome: Outcome, reason: str, actor: Actor, now: datetime) -> None:
    row = case.held
    if row is None:
        return
    changes: dict[str, Any] = {"state": outcome.state.value, "amount": outcome.amount}
    if outcome.turn == Turn.LAPSE:
        why = reason or "签约合同引资额不再达到门槛，或签约不再成立"
        changes |= {"closed_at": now, "closed_by_name": actor.name, "close_reason": why}
    else:
        changes |= {"signed_on": case.signed_on, "recognition_id": case.recognition_id}
    if outcome.turn == Turn.CONFIRM:
        changes["confirmed_at"] = now
    Escalation.objects.filter(pk=row.pk).update(**changes, version=row.version + 1)


def _entry(case: Case, outcome: Outcome, reason: str) -> Entry:
    before: dict[str, Any] = {}
    if case.held is not None:
        before = {"state": case.held.state, "amount": case.held.amount}
    return Entry(
        f"pipeline.escalation.{outcome.turn.value}",
        OBJ,
        case.project.code,
        case.project.name,
        before=before,
        after={
            "state": outcome.state.value,
            "amount": outcome.amount,
            "threshold": case.signing.threshold,
            "strategy": case.strategy,
        },
        reason=reason if outcome.turn == Turn.LAPSE else "",
        clause=CLAUSE,
    )


def _duties(
    done: Sequence[tuple[Case, Outcome]], made: Sequence[Escalation], actor: Actor, now: datetime
) -> None:
    projects = {case.project.pk: case.project for case, _ in done}
    units = read.responsible_units(projects.values())
    openings = []
    for row in made:
        unit = units.get(row.project_id)
        if unit is not None:
            openings.append(Opening(read.REPORT, read.owed_report(row, unit)))
            openings.append(Opening(read.PLAN, read.owed_plan(row, unit)))
    open_many(openings, actor=actor, now=now)
    for case, outcome in done:
        if outcome.turn == Turn.LAPSE:
            end_duties(case.project.pk, "pipeline.escalation.lapsed", actor=actor, now=now)


def end_duties(project_id: int, act: str, *, actor: Actor, now: datetime) -> None:
    """提级结束:报告与方案的待办撤销。"""
    for kind in (read.REPORT, read.PLAN):
        end_duty(
            kind=kind, object_type=OBJ, object_id=project_id, act=act, actor=actor, now=now,
            cancelled=True,
        )  # fmt: skip


def _tell(done: Sequence[tuple[Case, Outcome]], rows: dict[int, Escalation], now: datetime) -> None:
    """报备:打开、确认、撤回都告诉(参数 escalation.addressees);看不见项目的人读不到。"""
    wanted = [(case, outcome) for case, outcome in done if outcome.turn in NOTICES]
    if not wanted:
        return
    today = localdate(now)
    people = tuple(read.addressees(today))
    if len(wanted) > ONE_BY_ONE:  # 成批的只告诉一声,不淹没收件箱
        counts = Counter(outcome.turn for _, outcome in wanted)
        many = [
            Message(NOTICES[turn], people, "", None, today, f"{SAID[turn]}：{n} 个项目",
                    "台账成批办理，逐个见提级清单", "/projects/escalations/")
            for turn, n in counts.items()
        ]  # fmt: skip
        notify_many(many, now=now)
        return
    notify_many(
        [
            Message(
                NOTICES[outcome.turn],
                people,
                read.OBJECT,
                rows[case.project.pk].pk,
                None,
                f"{SAID[outcome.turn]}：{case.project.name}",
                f"合同引资额 {to_yi(outcome.amount)} 亿元，{outcome.state.label}",
                f"/projects/{case.project.code}/#escalation",
            )
            for case, outcome in wanted
        ],
        now=now,
    )


# ───────── 取数 ─────────


def cases_of(ids: Sequence[int], *, lock: bool = False) -> list[Case]:
    """这些项目连同判断所需的一切;`lock` 是要写的(锁住开着的提级)。"""
    rows = Escalation.objects.filter(project_id__in=ids, state__in=OPEN_STATES)
    held = {row.project_id: row for row in (rows.select_for_update() if lock else rows)}
    projects = [
        p
        for p in Project.objects.filter(pk__in=ids).order_by("pk")
        if p.pk in held or (p.stage in SIGNED_OR_LATER and p.voided_at is None)
    ]
    if not projects:
        return []
    wanted = [p.pk for p in projects]
    live = {
        row.project_id: row
        for row in Recognition.objects.filter(
            project_id__in=wanted, stage=Stage.SIGNED, live=True, sign=1
        )
    }
    undone = _latest_times(
        Recognition.objects.filter(project_id__in=wanted, stage=Stage.SIGNED, sign=-1)
        .order_by()
        .values_list("project_id")
        .annotate(at=Max("recorded_at"))
    )
    closed = _latest_times(
        Escalation.objects.filter(project_id__in=wanted, state=EscalationState.CLOSED.value)
        .order_by()
        .values_list("project_id")
        .annotate(at=Max("closed_at"))
    )
    entered: dict[int, StageMove] = {}
    moves = StageMove.objects.filter(project_id__in=wanted, to_stage=Stage.SIGNED)
    for move in moves.exclude(verb=MoveVerb.BACK).order_by("id"):
        entered[move.project_id] = move
    parties: dict[int, list[ProjectParty]] = defaultdict(list)
    for party in ProjectParty.objects.filter(project_id__in=wanted).order_by("order", "id"):
        parties[party.project_id].append(party)
    book = timeline()
    return [
        _case(
            p, held.get(p.pk), live.get(p.pk), undone.get(p.pk), closed.get(p.pk),
            entered.get(p.pk), parties.get(p.pk, ()), book,
        )
        for p in projects
    ]  # fmt: skip


def _latest_times(pairs: Iterable[tuple[Any, ...]]) -> dict[int, datetime]:
    return dict(pairs)


def _case(
    project: Project,
    held: Escalation | None,
    live: Recognition | None,
    undone: datetime | None,
    closed: datetime | None,
    entered: StageMove | None,
    parties: Collection[ProjectParty],
    book: Timeline,
) -> Case:
    signed_on = _signed_on(project, live, entered)
    known = book.on(signed_on or project.stage_since)
    threshold, strategy = known.row("escalation.threshold"), known["pipeline.committed_strategy"]
    # 认定被冲回之后、没有重新移入签约之前,签约不再成立
    withdrawn = undone is not None and live is None
    if withdrawn and entered is not None and undone is not None:
        withdrawn = entered.at <= undone
    signing = Signing(
        registered=project.voided_at is None and project.stage in SIGNED_OR_LATER and not withdrawn,
        newly=signed_on is not None and not threshold.early,
        claimed=committed_investment(project.contract_amount, shares_of(parties), strategy),
        recognised=live.committed_investment if live is not None else None,
        threshold=threshold.python,
    )
    since = max((t for t in (entered.at if entered else None, undone) if t), default=None)
    return Case(
        project=project,
        signing=signing,
        signed_on=signed_on or project.stage_since,
        strategy=strategy,
        held=held,
        settled=closed is not None and (since is None or closed >= since),
        recognition_id=live.pk if live is not None else None,
        versions={key: known.row(key).effective_from.isoformat() for key in KEYS},
    )


def _signed_on(
    project: Project, live: Recognition | None, entered: StageMove | None
) -> date | None:
    """签约之日:认定的事实日,其次所填的签约日期,其次移入签约库的事实日。都没有的不算新签约。"""
    if live is not None:  # 补充协议换来的一行,签约之日仍是原来那一天
        kept = live.paper.get("signed_on")
        return date.fromisoformat(kept) if kept else live.fact_on
    if project.signed_on is not None:
        return project.signed_on
    if entered is not None:
        return entered.fact_on
    return project.stage_since if project.stage == Stage.SIGNED else None
