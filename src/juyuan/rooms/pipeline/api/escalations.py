"""提级的接口:看,定召集人、组专班、交方案、报告、办结;同一批动作,说同一句话。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, precheck, said
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.people.models import Person, Unit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.verdict import Access, RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import escalating
from juyuan.rooms.pipeline.api.routes import actor_of, router
from juyuan.rooms.pipeline.api.schemas import Strict
from juyuan.rooms.pipeline.models import Escalation, Project
from juyuan.rooms.pipeline.queries import escalations as read
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.escalation import CLAUSE, TASK_LIMIT, TEXT_LIMIT, ReportDraft


class EscalationReportOut(Schema):
    due_on: date
    at: datetime
    by: str
    progress: str
    problem: str
    next_step: str


class EscalationOut(Schema):
    """一次提级;金额为万元。"""

    state: str
    signed_on: date
    amount: str
    threshold: str
    strategy: str
    opened_on: date
    confirmed_on: date | None
    ended_on: date | None
    close_reason: str
    convener: str
    plan: str
    team: list[str]
    next_due: date | None
    late: bool
    reports: list[EscalationReportOut]


class EscalationsOut(Schema):
    """一个项目的各次提级,新的在前。"""

    items: list[EscalationOut]


class ConvenerIn(Strict):
    """`person` 是人员代码。"""

    person: str = Field(max_length=60)


class MemberIn(Strict):
    unit: str = Field(max_length=60)
    person: str = Field(default="", max_length=60)
    task: str = Field(default="", max_length=TASK_LIMIT)


class TeamIn(Strict):
    """整份专班。"""

    members: list[MemberIn]


class PlanIn(Schema):
    plan: str = Field(max_length=TEXT_LIMIT)


class ReportIn(Strict):
    progress: str = Field(max_length=TEXT_LIMIT)
    problem: str = Field(default="", max_length=TEXT_LIMIT)
    next_step: str = Field(default="", max_length=TEXT_LIMIT)


class CloseIn(Strict):
    reason: str = Field(max_length=2000)


def _shown(project: Project) -> dict[str, Any]:
    rows = {
        row.pk: row
        for row in Escalation.objects.filter(project=project).prefetch_related(
            "reports", "team__unit", "team__person"
        )
    }
    found = []
    for line in read.lines(None, None, clock.today(), projects=[project.pk]):
        row = rows[line.id]
        found.append({
            "state": line.state.value, "signed_on": line.signed_on.isoformat(),
            "amount": to_wan(line.amount), "threshold": to_wan(line.threshold),
            "strategy": line.strategy, "opened_on": line.opened_on.isoformat(),
            "confirmed_on": line.confirmed_on.isoformat() if line.confirmed_on else None,
            "ended_on": line.ended_on.isoformat() if line.ended_on else None,
            "close_reason": line.close_reason, "convener": line.convener, "plan": row.plan,
            "team": [read.member_text(m) for m in row.team.all()],
            "next_due": line.next_due.isoformat() if line.next_due else None, "late": line.late,
            "reports": [
                {"due_on": r.due_on.isoformat(), "at": said(r.at), "by": r.by_name,
                 "progress": r.progress, "problem": r.problem, "next_step": r.next_step}
                for r in row.reports.all()
            ],
        })  # fmt: skip
    return {"items": found}


@router.get("/{code}/escalation", response={200: EscalationsOut, **READ},
            url_name="project_escalation", summary="提级")  # fmt: skip
def list_escalations(request: HttpRequest, code: str) -> Any:
    """一个项目的各次提级与报告。"""
    return _shown(door(actor_of(request), code))


def _act(request: HttpRequest, code: str, act: Callable[[Actor, Escalation], object]) -> Any:
    actor = actor_of(request)
    project = door(actor, code)
    row = read.open_of(project)

    def run() -> tuple[int, dict[str, Any]]:
        act(actor, row)
        return 200, _shown(project)

    return once(request, run)


@router.post("/{code}/escalation/convener", response={200: EscalationsOut, **WRITE},
             url_name="project_escalation_convener", summary="定召集人")  # fmt: skip
def convener(request: HttpRequest, code: str, payload: ConvenerIn) -> Any:
    """定(换)召集人;可带 Idempotency-Key。"""

    def act(actor: Actor, row: Escalation) -> None:
        person = Person.objects.filter(code=payload.person).values_list("pk", flat=True).first()
        escalating.assign_convener(actor=actor, escalation=row, person_id=person, now=clock.now())

    return _act(request, code, act)


@router.post("/{code}/escalation/team", response={200: EscalationsOut, **WRITE},
             url_name="project_escalation_team", summary="组专班")  # fmt: skip
def team(request: HttpRequest, code: str, payload: TeamIn) -> Any:
    """整份专班,替换原来的;可带 Idempotency-Key。"""

    def act(actor: Actor, row: Escalation) -> None:
        units = dict(Unit.objects.values_list("code", "pk"))
        people = dict(
            Person.objects.filter(code__in={m.person for m in payload.members}).values_list(
                "code", "pk"
            )
        )
        unknown = [m.person for m in payload.members if m.person and m.person not in people]
        if unknown:
            raise RuleBroken.one(
                "person", "escalation.person", f"没有「{unknown[0]}」这个人", CLAUSE
            )
        members = [
            escalating.MemberDraft(units.get(m.unit, 0), people.get(m.person), m.task)
            for m in payload.members
        ]
        escalating.set_team(actor=actor, escalation=row, members=members, now=clock.now())

    return _act(request, code, act)


@router.post("/{code}/escalation/plan", response={200: EscalationsOut, **WRITE},
             url_name="project_escalation_plan", summary="交工作方案")  # fmt: skip
def plan(
    request: HttpRequest, code: str, payload: Form[PlanIn], file: File[UploadedFile | None] = None
) -> Any:
    """multipart:方案内容,可附文件;可带 Idempotency-Key。"""

    def act(actor: Actor, row: Escalation) -> None:
        now = clock.now()
        stored = None
        if file is not None:
            stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        escalating.hand_in_plan(
            actor=actor, escalation=row, text=payload.plan,
            file_id=stored.pk if stored else None, now=now,
        )  # fmt: skip

    return _act(request, code, act)


@router.post("/{code}/escalation/report", response={200: EscalationsOut, **WRITE},
             url_name="project_escalation_report", summary="提级报告")  # fmt: skip
def report(request: HttpRequest, code: str, payload: ReportIn) -> Any:
    """报告一期;可带 Idempotency-Key。"""

    def act(actor: Actor, row: Escalation) -> None:
        draft = ReportDraft(payload.progress, payload.problem, payload.next_step)
        escalating.report(actor=actor, escalation=row, draft=draft, now=clock.now())

    return _act(request, code, act)


@router.post("/{code}/escalation/close", response={200: EscalationsOut, **WRITE},
             url_name="project_escalation_close", summary="办结提级")  # fmt: skip
def close(request: HttpRequest, code: str, payload: CloseIn) -> Any:
    """办结,写明理由;可带 Idempotency-Key。"""

    def act(actor: Actor, row: Escalation) -> None:
        escalating.close_escalation(
            actor=actor, escalation=row, reason=payload.reason, now=clock.now()
        )

    return _act(request, code, act)


def _first(may: Callable[[Actor, Escalation], Access]) -> Callable[..., None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        require(may(actor, read.open_of(door(actor, kwargs["code"]))))

    return check


precheck(
    "POST project_escalation_convener", _first(lambda actor, _: access.can_assign_convener(actor))
)
for _name in ("team", "plan", "report"):
    precheck(f"POST project_escalation_{_name}", _first(access.can_run_escalation))
precheck("POST project_escalation_close", _first(access.can_close_escalation))
