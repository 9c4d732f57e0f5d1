"""月度更新的接口:与网页同一批查询、同一批动作。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import READ, WRITE, Wan, precheck
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import unit_by_code
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan, to_wan
from juyuan.kernel.verdict import Denied, Finding, NotFound, RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.monthly import close_month, submit_updates
from juyuan.rooms.pipeline.actions.progress import add_progress_event, withdraw_progress_event
from juyuan.rooms.pipeline.api.schemas import Strict
from juyuan.rooms.pipeline.models import ProgressEvent
from juyuan.rooms.pipeline.queries import monthly as queries
from juyuan.rooms.pipeline.queries.monthly import Sheet, SheetRow
from juyuan.rooms.pipeline.queries.periods import Periods, closes, read_month
from juyuan.rooms.pipeline.queries.scope import door, reach_of
from juyuan.rooms.pipeline.rules.monthly import Period, Tally, UpdateDraft
from juyuan.rooms.pipeline.rules.progress import EventDraft

router = Router(tags=["月度更新"])
MOST = 500


class EventIn(Strict):
    """一件进展;`kind` 是参数 update.substantive_kinds、update.other_kinds 的代码。"""

    kind: str = Field(max_length=30)
    happened_on: date
    note: str = Field(default="", max_length=500)


class UpdateIn(Strict):
    """一个项目一期。`seen` 是看到的第几稿(0 = 还没有),给了就防止盖掉他人刚报的。"""

    code: str = Field(max_length=20)
    progress: str = Field(default="", max_length=2000)
    problem: str = Field(default="", max_length=2000)
    next_step: str = Field(default="", max_length=2000)
    invested_month: Wan | None = None
    no_change: Literal[
        "", "waiting_investor", "waiting_factor", "waiting_approval", "season", "steady", "other"
    ] = ""
    no_change_note: str = Field(default="", max_length=500)
    reason: str = Field(default="", max_length=500)
    seen: int | None = Field(default=None, ge=0, le=10_000)
    events: list[EventIn] = Field(default_factory=list, max_length=20)


class SubmitIn(Strict):
    unit: str = Field(max_length=60)
    period: str = Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-11"])
    rows: list[UpdateIn] = Field(min_length=1, max_length=MOST)


class CloseIn(Strict):
    period: str = Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-11"])
    reason: str = Field(default="", max_length=500)


class ReasonIn(Strict):
    reason: str = Field(max_length=500)


class HappeningOut(Schema):
    id: str
    kind: str
    label: str
    on: date
    text: str
    source: str
    substantive: bool


class RowOut(Schema):
    code: str
    name: str
    stage: str
    state: str
    revision: int
    substantive: bool
    progress: str
    problem: str
    next_step: str
    invested_month: str | None
    no_change: str
    no_change_note: str
    after_close: bool
    reason: str
    by: str | None
    at: datetime | None
    happenings: list[HappeningOut]


class TallyOut(Schema):
    due: int
    on_time: int
    late: int
    missing: int
    empty: int


class SheetOut(Schema):
    """`at_close` 是锁账时的数(全部项目);没有锁账为 null。"""

    unit: str
    period: str
    first: date
    last: date
    report_on: date
    provisional: bool
    close_on: date
    closed: bool
    tally: TallyOut
    at_close: TallyOut | None
    rows: list[RowOut]


class UnitOut(Schema):
    unit: str
    name: str
    tally: TallyOut
    at_close: TallyOut | None
    late_streak: int
    hollow_streak: int


class UnitsOut(Schema):
    period: str
    closed: bool
    units: list[UnitOut]


class RefusedOut(Schema):
    code: str
    position: int
    findings: list[dict[str, str]]


class SubmittedOut(Schema):
    """`saved` 新成的稿、`same` 内容没变、`refused` 退回的行(好的已收下)。"""

    saved: list[dict[str, Any]]
    same: list[str]
    refused: list[RefusedOut]
    group: str


class EventOut(Schema):
    id: int
    kind: str
    happened_on: date
    note: str
    by: str
    at: datetime
    withdrawn: bool


class CloseOut(Schema):
    period: str
    closed_at: datetime
    by: str
    figures: dict[str, TallyOut]


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def period_named(text: str, periods: Periods) -> Period:
    """Raises: RuleBroken(写得不对)、NotFound(还没有开始)。"""
    if not text:
        return periods.working(clock.today(), closes())
    month = read_month(text)
    if month is None:
        raise RuleBroken.one("period", "update.period", "期写成 2026-11 的样子", "3.3b")
    period = periods.at(month)
    if period.first > clock.today():
        raise NotFound
    return period


def unit_named(code: str, actor: Actor) -> Unit:
    """Raises: NotFound(没有这个单位)、Denied(不是本单位的)。"""
    unit = unit_by_code(code.replace("\x00", ""))
    if unit is None:
        raise NotFound
    if not queries.may_open(actor, unit):
        raise Denied("只能看本单位和下级单位的月度更新", "3.3b")
    return unit


def row_out(row: SheetRow, sheet: Sheet) -> dict[str, Any]:
    content, update = row.prefill, row.current
    return {
        "code": row.code, "name": row.name, "stage": row.stage.value, "state": row.state.value,
        "revision": row.revision, "substantive": row.substantive, "progress": content.progress,
        "problem": content.problem, "next_step": content.next_step,
        "invested_month": None if content.invested_month is None else to_wan(content.invested_month),
        "no_change": content.no_change, "no_change_note": content.no_change_note,
        "after_close": bool(update and update.after_close), "reason": update.reason if update else "",
        "by": update.by_name if update else None, "at": update.at if update else None,
        "happenings": [
            {
                "id": h.id, "kind": h.kind, "label": sheet.kinds.label(h.kind), "on": h.on,
                "text": h.text, "source": h.source.value, "substantive": h.substantive,
            }
            for h in row.happenings
        ],
    }  # fmt: skip


def _tally(tally: Tally | None) -> dict[str, int] | None:
    return tally.as_json() if tally else None


@router.get("", response={200: SheetOut, **READ}, url_name="monthly_updates", summary="一张表")
def get_sheet(
    request: HttpRequest,
    unit: str = Query("", max_length=60),
    period: str = Query("", max_length=10),
    as_of: date | None = None,
) -> Any:
    """一个单位一期的表,预填好的;不给单位即所任职的单位,不给期即正在填的一期。"""
    actor, now, periods = actor_of(request), clock.now(), Periods()
    queries.require_browser(actor, reach_of(actor))
    if not unit and actor.post is not None:
        unit = actor.post.unit_code
    found = period_named(period, periods)
    sheet = queries.sheet(
        actor, unit_named(unit, actor), found, periods=periods, now=now, as_of=as_of
    )
    return {
        "unit": sheet.unit.code, "period": found.key, "first": found.first, "last": found.last,
        "report_on": found.report_on, "provisional": found.provisional,
        "close_on": found.close_on, "closed": sheet.closed, "tally": sheet.tally.as_json(),
        "at_close": _tally(sheet.then), "rows": [row_out(row, sheet) for row in sheet.rows],
    }  # fmt: skip


@router.get("/units", response={200: UnitsOut, **READ}, url_name="monthly_units",
            summary="各单位总览")  # fmt: skip
def get_units(
    request: HttpRequest, period: str = Query("", max_length=10), as_of: date | None = None
) -> Any:
    """应报、按时、迟报、未报、无实质进展、连续几期。"""
    actor, periods = actor_of(request), Periods()
    queries.require_browser(actor, reach_of(actor))
    found = period_named(period, periods)
    whole = queries.overview(actor, found, periods=periods, now=clock.now(), as_of=as_of)
    return {
        "period": found.key,
        "closed": whole.closed,
        "units": [
            {
                "unit": line.unit.code, "name": line.unit.name, "tally": line.tally.as_json(),
                "at_close": _tally(line.then), "late_streak": line.late_streak,
                "hollow_streak": line.hollow_streak,
            }
            for line in whole.lines
        ],
    }  # fmt: skip


def _draft(row: UpdateIn) -> UpdateDraft:
    given = row.model_dump(exclude={"events", "invested_month"})
    return UpdateDraft(
        **given,
        invested_month=None if row.invested_month is None else from_wan(row.invested_month),
        events=tuple(EventDraft(e.kind, e.happened_on, e.note) for e in row.events),
    )


@router.post("", response={200: SubmittedOut, **WRITE}, url_name="monthly_updates",
             summary="提交一表")  # fmt: skip
def post_sheet(request: HttpRequest, payload: SubmitIn) -> Any:
    """好的收下,不好的在 `refused` 里带位置;一行也没收下即 422。同样的内容再交一次什么也不变。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    unit, periods = unit_named(payload.unit, actor), Periods()
    period = period_named(payload.period, periods)

    def act() -> tuple[int, dict[str, Any]]:
        done = submit_updates(
            actor=actor, period=period, drafts=[_draft(row) for row in payload.rows], unit=unit,
            now=clock.now(), periods=periods,
        )  # fmt: skip
        if done.refused and not done.saved and not done.same:
            raise RuleBroken(
                Finding(f"rows[{r.position}].{f.field}", f.rule, f.clause, f.message)
                for r in done.refused
                for f in r.findings
            )
        codes = {draft.code for draft in payload.rows}
        names = dict(queries.codes_of(codes))
        return 200, {
            "saved": [
                {"code": names[u.project_id], "revision": u.revision,
                 "substantive": u.substantive, "on_time": u.on_time}
                for u in done.saved
            ],
            "same": list(done.same),
            "refused": [
                {"code": r.code, "position": r.position,
                 "findings": [f.as_dict() for f in r.findings]}
                for r in done.refused
            ],
            "group": str(done.group),
        }  # fmt: skip

    return once(request, act)


@router.post("/close", response={200: CloseOut, **WRITE}, url_name="monthly_close",
             summary="提前锁账")  # fmt: skip
def post_close(request: HttpRequest, payload: CloseIn) -> Any:
    """报备截止之后,由商务主管部门负责人办理;已锁的返回锁账时的数。"""
    actor, periods = actor_of(request), Periods()
    require(access.can_close_month(actor))
    period = period_named(payload.period, periods)
    row = close_month(
        actor=actor, period=period, now=clock.now(), reason=payload.reason, periods=periods
    )
    return {
        "period": period.key, "closed_at": row.closed_at, "by": row.by_name, "figures": row.figures,
    }  # fmt: skip


@router.post("/{code}/events", response={201: EventOut, **WRITE}, url_name="monthly_events",
             summary="添一件进展")  # fmt: skip
def post_event(request: HttpRequest, code: str, payload: EventIn) -> Any:
    """同一种类同一天已经填过的,返回那一件。"""
    actor = actor_of(request)
    project = door(actor, code)
    draft = EventDraft(payload.kind, payload.happened_on, payload.note)
    row = add_progress_event(actor=actor, project=project, draft=draft, now=clock.now())
    return Status(201, _event(row))


@router.post("/{code}/events/{int:event_id}/withdraw", response={200: EventOut, **WRITE},
             url_name="monthly_event_withdraw", summary="撤销进展")  # fmt: skip
def post_withdraw(request: HttpRequest, code: str, event_id: int, payload: ReasonIn) -> Any:
    actor = actor_of(request)
    event = _event_of(actor, code, event_id)
    withdraw_progress_event(actor=actor, event=event, reason=payload.reason, now=clock.now())
    return _event(event, withdrawn=True)


def _event_of(actor: Actor, code: str, event_id: int) -> ProgressEvent:
    project = door(actor, code)
    event = (
        ProgressEvent.objects.filter(project=project, pk=event_id, withdraws__isnull=True)
        .select_related("project")
        .first()
    )
    if event is None:
        raise NotFound
    return event


def _event(row: ProgressEvent, *, withdrawn: bool = False) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "happened_on": row.happened_on, "note": row.note,
        "by": row.by_name, "at": row.at, "withdrawn": withdrawn,
    }  # fmt: skip


def _may_fill(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_register(actor))


def _may_close(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_close_month(actor))


def _may_add(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_add_evidence(actor, door(actor, kwargs["code"])))


def _may_withdraw(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    event = _event_of(actor, kwargs["code"], kwargs["event_id"])
    require(access.can_add_evidence(actor, event.project))


precheck("POST monthly_updates", _may_fill)
precheck("POST monthly_close", _may_close)
precheck("POST monthly_events", _may_add)
precheck("POST monthly_event_withdraw", _may_withdraw)
