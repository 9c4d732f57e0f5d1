"""批量办理:逐个走与平时相同的动作,各过各的权限、版本、门槛;台账同一组号。

不是要么全成要么全不成:办成的留下,没办成的说明为什么。预览是真的办一遍再退回去,所以与办理说的一样。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from juyuan.foundation.ledger.actions import record, refuse
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui import formats
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, NotFound, Refusal, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.edit import _plain as plain
from juyuan.rooms.pipeline.actions.edit import changed_fields, draft_of, edit_project
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.models import BulkLine, BulkRun, Project
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.queries.timeline import Change, changes_between
from juyuan.rooms.pipeline.rules.bulk import BulkAct, Outcome, judge_picks
from juyuan.rooms.pipeline.rules.drafts import ProjectDraft
from juyuan.rooms.pipeline.rules.stages import Standing

HIDDEN = "这个项目已经看不到了,或编号不对"


@dataclass(frozen=True)
class Line:
    """一个项目:名称(看得见才有)、办得怎样、改了什么、为什么没办。"""

    code: str
    outcome: Outcome
    name: str = ""
    version: int = 0
    said: str = ""
    findings: tuple[Finding, ...] = ()


class _Undo(Exception):
    """预览:办了一遍,退回去。"""


def _shown(change: Change) -> str:
    def one(value: Any) -> str:
        if change.money:
            return "—" if value is None else f"{formats.amount(value, 'wan')} 万元"
        return str(value or "—")

    return f"{change.label}:{one(change.before)} → {one(change.after)}"


def _draft(project: Project, act: BulkAct, values: Mapping[str, Any]) -> ProjectDraft:
    before = draft_of(project)
    if act == BulkAct.PARTICIPANTS:
        both = {*before.participant_ids, *values["participant_ids"]}
        return replace(before, participant_ids=tuple(sorted(both)))
    return replace(before, **values)


def _apply(
    actor: Actor, project: Project, act: BulkAct, values: Mapping[str, Any], reason: str,
    version: int | None, now: datetime,
) -> str:  # fmt: skip
    """办一个;返回改了什么,空即本来就是那样。Raises: 各动作的拒绝。"""
    if act == BulkAct.ADVANCE:
        to = project.stage_enum.next
        if to is None:
            raise RuleBroken.one("to", "bulk.last", "已在落地库,没有下一库", "3.3b")
        said = f"{project.stage_enum.label} → {to.label}"
        move_project(actor=actor, project=project, to=to, version=version, now=now)
        return said
    if act in (BulkAct.PAUSE, BulkAct.RESUME):
        said = Standing(project.standing).label
        done = change_standing(
            actor=actor, project=project, verb=act.value, version=version, now=now,
            reason_code=values.get("reason_code", ""), note=values.get("note", ""),
            fact_on=values.get("fact_on"),
        )  # fmt: skip
        return f"{said} → {Standing(done.standing).label}"
    before = draft_of(project)
    wanted = _draft(project, act, values)
    changed = sorted(changed_fields(before, wanted))
    edit_project(
        actor=actor, project=project, draft=wanted, version=version, reason=reason, now=now,
    )  # fmt: skip
    changes = changes_between(
        {name: plain(getattr(before, name)) for name in changed},
        {name: plain(getattr(wanted, name)) for name in changed},
    )
    return ";".join(_shown(change) for change in changes)[:500]


def _findings(refusal: Refusal) -> tuple[Finding, ...]:
    if isinstance(refusal, RuleBroken):
        return tuple(refusal.findings)
    if isinstance(refusal, Denied):
        return (Finding("", "access", refusal.clause, refusal.reason),)
    if isinstance(refusal, Stale):
        said = "预览之后他人先改过这个项目,没有动;看过最新内容再办"
        return (Finding("version", "stale", "", said),)
    return (Finding("", "hidden", "", HIDDEN),)


def _checked(actor: Actor, codes: Sequence[str], now: datetime) -> list[str]:
    """选中的编号,去重。Raises: Denied, RuleBroken。"""
    require(access.can_register(actor))
    found = judge_picks(codes, params(now.date())["pipeline.bulk_limit"])
    if found:
        raise RuleBroken(found)
    return list(dict.fromkeys(codes))


def preview_bulk(
    *,
    actor: Actor,
    act: BulkAct,
    values: Mapping[str, Any],
    codes: Sequence[str],
    reason: str = "",
    now: datetime,
) -> list[Line]:
    """逐个说会怎样:每个都照办一遍再整个退回,什么也不留。

    Raises:
        Denied: 不是经办。
        RuleBroken: 没有选,或选得太多。
    """
    return [_try(actor, act, values, reason, code, now) for code in _checked(actor, codes, now)]


def _try(
    actor: Actor, act: BulkAct, values: Mapping[str, Any], reason: str, code: str, now: datetime
) -> Line:
    said, name, version = "", "", 0
    try:
        with transaction.atomic():
            project = door(actor, code)
            name, version = project.name, project.version
            said = _apply(actor, project, act, values, reason, version, now)
            raise _Undo
    except _Undo:
        return Line(code, Outcome.DONE if said else Outcome.SAME, name, version, said)
    except Refusal as refusal:
        return Line(code, Outcome.REFUSED, name, version, findings=_findings(refusal))


def run_bulk(
    *,
    actor: Actor,
    run_id: UUID,
    act: BulkAct,
    values: Mapping[str, Any],
    seen: Mapping[str, int],
    reason: str = "",
    said: str = "",
    now: datetime,
) -> BulkRun:
    """逐个办。`seen` 是编号 → 预览时的版本;`run_id` 由预览页给定,重交一次不再办,还是那一次。

    Raises:
        Denied: 不是经办。
        RuleBroken: 没有选,或选得太多。
        NotFound: 这个批号是别人的。
    """
    codes = _checked(actor, list(seen), now)
    if actor.account_id is None:
        raise Denied("批量由登录的经办人员办理")
    try:
        with transaction.atomic():
            run = BulkRun(
                id=run_id, account_id=actor.account_id, act=act.value, said=said[:300],
                total=len(codes), started_at=now,
            )  # fmt: skip
            run.save(force_insert=True)
    except IntegrityError:
        return run_of(actor, run_id)
    acting = replace(actor, group=run_id)
    outcomes = [_do(acting, run, act, values, reason, code, seen[code], now) for code in codes]
    with transaction.atomic():
        BulkRun.objects.filter(pk=run_id).update(finished_at=now)
        counts = {o.value: outcomes.count(o) for o in Outcome}
        record(
            event="pipeline.bulk.finished", actor=acting, obj_type="bulk", obj_id=str(run_id),
            obj_label=act.label, after=counts, reason=reason, now=now,
        )  # fmt: skip
    return BulkRun.objects.get(pk=run_id)


def _do(
    actor: Actor, run: BulkRun, act: BulkAct, values: Mapping[str, Any], reason: str, code: str,
    version: int, now: datetime,
) -> Outcome:  # fmt: skip
    try:
        with transaction.atomic():
            said = _apply(actor, door(actor, code), act, values, reason, version, now)
            outcome = Outcome.DONE if said else Outcome.SAME
            BulkLine(run=run, code=code, outcome=outcome.value, said=said).save(force_insert=True)
            return outcome
    except Refusal as refusal:
        found = _findings(refusal)
        with transaction.atomic():
            BulkLine(
                run=run, code=code, outcome=Outcome.REFUSED.value,
                findings=[finding.as_dict() for finding in found],
            ).save(force_insert=True)  # fmt: skip
        if isinstance(refusal, Denied):
            refuse(
                event="access.denied", actor=actor, obj_type="project", obj_id=code,
                message=refusal.reason, clause=refusal.clause, now=now,
            )  # fmt: skip
        return Outcome.REFUSED


def run_of(actor: Actor, run_id: UUID) -> BulkRun:
    """本人的一次批量。Raises: NotFound: 没有,或是别人的。"""
    found = BulkRun.objects.filter(pk=run_id).first()
    if found is None or found.account_id != actor.account_id:
        raise NotFound
    return found
