"""难题:提出、会外交办、当场解决、随交办销号而解决、不再需要。"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions.common import bureau_people, change, new_code, tell, unit_people
from juyuan.rooms.council.models import ActionItem, Problem, ProblemStep
from juyuan.rooms.council.queries.problems import kinds_on
from juyuan.rooms.council.queries.scope import PROBLEM
from juyuan.rooms.council.rules.items import ActionState
from juyuan.rooms.council.rules.problems import (
    CLAUSE,
    PENDING,
    ProblemDraft,
    ProblemState,
    judge_problem,
)
from juyuan.rooms.pipeline.models import Project


def _step(problem: Problem, verb: str, actor: Actor, now: datetime, text: str) -> None:
    ProblemStep(
        problem=problem, to_state=problem.state, text=text, by_name=actor.name,
        unit_name=actor.unit_name, on=localdate(now), at=now,
    ).save(force_insert=True)  # fmt: skip
    record(
        event=f"council.problem.{verb}", actor=actor, obj_type=PROBLEM, obj_id=problem.code,
        obj_label=problem.project.name, after={"state": problem.state}, reason=text,
        clause=CLAUSE, now=now,
    )  # fmt: skip


def raise_problem(*, actor: Actor, project: Project, draft: ProblemDraft, now: datetime) -> Problem:
    """为项目提一件难题:自动列入下一次会的议程。

    Raises:
        Denied: 不是与项目有关的单位,也不是商务主管部门。
        RuleBroken: 见 `rules.problems.judge_problem`。
    """
    require(access.can_raise(actor, project))
    today = localdate(now)
    units = set(Unit.objects.filter(disabled_on__isnull=True).values_list("pk", flat=True))
    findings = judge_problem(draft, {code for code, _ in kinds_on(today)}, units)
    if findings:
        raise RuleBroken(findings)
    if actor.post is None:
        raise RuleBroken.one("", "problem.post", "您没有在任的职务，不能提难题", CLAUSE)
    with transaction.atomic():
        row = Problem.objects.create(
            code=new_code("NT"), project=project, unit_id=actor.post.unit_id, kind=draft.kind,
            text=draft.text.strip(), wanted=draft.wanted.strip(),
            owner_unit_id=draft.owner_unit_id, raised_by_id=actor.account_id,
            raised_by_name=actor.name, raised_at=now,
        )  # fmt: skip
        _step(row, "raised", actor, now, row.text)
        tell(
            "council.problem_raised", bureau_people(today), object_type=PROBLEM, object_id=row.pk,
            title=f"难题：{project.name}", text=row.text[:300],
            url=f"/council/problems/{row.code}/", now=now,
        )  # fmt: skip
    return row


def _expect(problem: Problem, *states: ProblemState) -> None:
    if problem.state_enum not in states:
        raise RuleBroken.one(
            "", "problem.state", f"这件难题「{problem.state_enum.label}」，不能再办这一步", CLAUSE
        )


def mark_assigned(*, actor: Actor, problem: Problem, text: str, now: datetime) -> None:
    """已交办(事务内;会上议定的与会外交办的都走这里)。"""
    _expect(problem, *PENDING)
    change(problem, "这件难题", state=ProblemState.ASSIGNED.value, assigned_at=now)
    _step(problem, "assigned", actor, now, text)


def solve_problem(*, actor: Actor, problem: Problem, text: str, now: datetime) -> None:
    """已解决(事务内):当场解决,或交办都销了号。告诉提出的单位。"""
    _expect(problem, *PENDING)
    change(problem, "这件难题", state=ProblemState.SOLVED.value, ended_at=now, outcome=text.strip())
    _step(problem, "solved", actor, now, text.strip())
    _tell(problem, "难题已解决", text, now)


def _tell(problem: Problem, what: str, text: str, now: datetime) -> None:
    tell(
        "council.problem_ended", unit_people([problem.unit_id], localdate(now)),
        object_type=PROBLEM, object_id=problem.pk, title=f"{what}：{problem.project.name}",
        text=text.strip()[:300], url=f"/council/problems/{problem.code}/", now=now,
    )  # fmt: skip


def settle_problem(*, actor: Actor, problem: Problem, now: datetime) -> bool:
    """难题的交办都销了号就算解决;还有没销的什么也不做。事务内。"""
    fresh = (
        Problem.objects.select_for_update(of=("self",)).select_related("project").get(pk=problem.pk)
    )
    if fresh.state_enum != ProblemState.ASSIGNED:
        return False
    rows = ActionItem.objects.filter(problem=fresh)
    if not rows.exists() or rows.exclude(state=ActionState.CLOSED.value).exists():
        return False
    solve_problem(actor=actor, problem=fresh, text="交办事项已全部销号", now=now)
    return True


def close_problem(
    *, actor: Actor, problem: Problem, reason: str, version: int | None = None, now: datetime
) -> Problem:
    """不再需要(自己解决了、项目变了):写理由;已经交办的,交办照办。

    Raises:
        Denied: 不是提出的单位,也不是商务主管部门。
        RuleBroken: 没写理由;已经了结。
        Stale: 他人先行。
    """
    require(access.can_close_problem(actor, problem))
    _expect(problem, *PENDING)
    if not reason.strip():
        raise RuleBroken.one("reason", "problem.reason", "请写明为什么不再需要", CLAUSE)
    with transaction.atomic():
        change(
            problem, "这件难题", version, state=ProblemState.CLOSED.value, ended_at=now,
            outcome=reason.strip(),
        )  # fmt: skip
        _step(problem, "closed", actor, now, reason.strip())
    return problem
