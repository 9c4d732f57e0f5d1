"""提级的读:某日的各次提级、应报与逾期、谁负责报、给谁报备;清单、数字、导出用同一份。"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import params, timeline
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import end_of
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.pipeline.models import (
    Escalation,
    EscalationMember,
    EscalationReport,
    Project,
)
from juyuan.rooms.pipeline.queries.criteria import UNDECIDED
from juyuan.rooms.pipeline.queries.criteria import read as read_projects
from juyuan.rooms.pipeline.queries.paid_in import Place, places
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of, seen_whole
from juyuan.rooms.pipeline.rules.escalation import (
    OPEN_STATES,
    DueReport,
    EscalationState,
    Filing,
    due_reports,
    next_due,
)
from juyuan.rooms.pipeline.rules.recognition import BUREAU

OBJECT = "escalation"
REPORT, PLAN = "pipeline.escalation_report", "pipeline.escalation_plan"
OPEN = "open"
STATES = {OPEN: "提级中的", **dict(EscalationState.pairs()), "all": "全部"}
FILINGS = {"due": "应报", **dict(Filing.pairs())}


# ───────── 参数与期限 ─────────


def report_rule(opened_on: date) -> DueRule:
    """多久一报(天),按打开之日的参数。"""
    row = params(opened_on).row("escalation.report_days")
    return DueRule(row.python, unit="day", said=f"参数 {row.key},{row.origin}")


def plan_rule(opened_on: date) -> DueRule:
    """几个工作日内交工作方案。"""
    row = params(opened_on).row("escalation.plan_workdays")
    return DueRule(row.python, said=f"参数 {row.key},{row.origin}")


def period_of(escalation_id: int, due_on: date) -> str:
    """报告待办的期:哪一次提级的哪一期。"""
    return f"{escalation_id}:{due_on.isoformat()}"


def owed_report(row: Escalation, unit_id: int, rule: DueRule | None = None) -> Owed:
    """下一期报告;`rule` 是打开之日的期限(成批时一天只取一次)。"""
    opened = localdate(row.opened_at)
    told = [localdate(report.at) for report in row.reports.all()]
    basis = max(told, default=opened)
    rule = rule or report_rule(opened)
    return Owed(
        "project", row.project_id, unit_id, basis, rule,
        period=period_of(row.pk, next_due(opened, told, rule.count)),
    )  # fmt: skip


def owed_plan(row: Escalation, unit_id: int, rule: DueRule | None = None) -> Owed:
    """工作方案;`rule` 同上。"""
    opened = localdate(row.opened_at)
    rule = rule or plan_rule(opened)
    return Owed("project", row.project_id, unit_id, opened, rule, period=f"方案{row.pk}")


def reports_waiting(on: date) -> Iterable[Owed]:
    """此刻应当开着的报告待办。"""
    rules: dict[date, DueRule] = {}
    for row, unit in _open_rows():
        opened = localdate(row.opened_at)
        if opened not in rules:
            rules[opened] = report_rule(opened)
        yield owed_report(row, unit, rules[opened])


def plans_waiting(on: date) -> Iterable[Owed]:
    """还没有工作方案的。"""
    rules: dict[date, DueRule] = {}
    for row, unit in _open_rows():
        if row.plan:
            continue
        opened = localdate(row.opened_at)
        if opened not in rules:
            rules[opened] = plan_rule(opened)
        yield owed_plan(row, unit, rules[opened])


def _open_rows() -> Iterable[tuple[Escalation, int]]:
    rows = Escalation.objects.filter(state__in=OPEN_STATES, project__voided_at__isnull=True)
    found = list(rows.select_related("project").prefetch_related("reports").order_by("pk"))
    units = responsible_units(row.project for row in found)
    for row in found:
        if row.project_id in units:
            yield row, units[row.project_id]


def responsible_units(projects: Iterable[Project]) -> dict[int, int]:
    """由谁报:首谈单位,没有的归登记单位,再没有归商务主管部门。"""
    found: dict[int, int] = {}
    spare: int | None = None
    for project in projects:
        unit = project.lead_unit_id or project.owner_unit_id
        if unit is None:
            spare = spare or _bureau()
            unit = spare
        if unit is not None:
            found[project.pk] = unit
    return found


def _bureau() -> int | None:
    rows = Unit.objects.filter(function=BUREAU, disabled_on__isnull=True)
    return rows.order_by("order", "code").values_list("pk", flat=True).first()


def addressees(on: date) -> list[int]:
    """报备给谁(人员编号):参数 escalation.addressees 所列角色、职能的负责同志与核验人。"""
    wanted = Q(pk__in=[])
    for text in params(on)["escalation.addressees"]:
        kind, _, code = text.partition(":")
        if kind == "role":
            wanted |= Q(role=code)
        else:
            wanted |= Q(unit__function=code, role__in=("head", "verifier"))
    return sorted(set(posts_on(on).filter(wanted).values_list("person_id", flat=True)))


# ───────── 一次提级 ─────────


def member_text(member: EscalationMember) -> str:
    """专班的一员:单位、人、分工。"""
    person = member.person.name if member.person else ""
    return " ".join(part for part in (str(member.unit), person, member.task) if part)


def open_of(project: Project) -> Escalation:
    """这个项目开着的一次提级。

    Raises:
        NotFound: 没有开着的。
    """
    row = Escalation.objects.filter(project=project, state__in=OPEN_STATES).first()
    if row is None:
        raise NotFound
    return row


def latest_of(project: Project) -> Escalation | None:
    """最近的一次(开着的,或办结、撤回的)。"""
    return Escalation.objects.filter(project=project).order_by("-pk").first()


def conveners(on: date) -> list[tuple[int, str]]:
    """可以任召集人的人:在任的总召集人、分管副市长、召集人。"""
    posts = posts_on(on).filter(role__in=("chief_convenor", "lead_convenor", "convenor"))
    found = {
        p.person_id: f"{p.person.name}（{p.title or p.get_role_display()}）"
        for p in posts.select_related("person").order_by("unit__order", "person__name")
    }
    return list(found.items())


@dataclass
class Line:
    """清单的一行:某日的一次提级。金额为元。"""

    id: int
    project_id: int
    code: str
    name: str
    state: EscalationState
    signed_on: date
    amount: int
    threshold: int
    strategy: str
    convener: str
    lead: str
    opened_on: date
    confirmed_on: date | None
    ended_on: date | None
    closed_by: str
    close_reason: str
    has_plan: bool
    team: int
    next_due: date | None
    late: bool
    dues: tuple[DueReport, ...] = ()
    place: Place = field(default_factory=lambda: Place("", None, ()))

    @property
    def open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def state_label(self) -> str:
        return self.state.label

    @property
    def reports(self) -> int:
        return sum(due.reported_on is not None for due in self.dues)


@dataclass(frozen=True)
class DueLine:
    """应报的一期。"""

    line: Line
    due: DueReport

    @property
    def code(self) -> str:
        return self.line.code

    @property
    def name(self) -> str:
        return self.line.name


def state_on(row: Escalation, end: datetime | None) -> EscalationState:
    """那一刻之前的状态(None 即此刻)。"""
    if end is None:
        return EscalationState(row.state)
    if row.closed_at is not None and row.closed_at < end:
        return EscalationState(row.state)
    confirmed = row.confirmed_at is not None and row.confirmed_at < end
    return EscalationState.CONFIRMED if confirmed else EscalationState.PENDING


def lines(
    actor: Actor | None, as_of: date | None, today: date, *, projects: Collection[int] | None = None
) -> list[Line]:
    """看得见全貌的项目的各次提级,截至那一天;新打开的在前。查询数与件数无关。"""
    end = end_of(as_of) if as_of is not None else None
    rows: QuerySet[Escalation] = Escalation.objects.all()
    if end is not None:
        rows = rows.filter(opened_at__lt=end)
    if projects is not None:
        rows = rows.filter(project_id__in=projects)
    if actor is not None and not actor.is_system:
        seen = seen_whole(actor, as_of=as_of)
        rows = rows.filter(project__in=seen.order_by().values("pk"))
    found = list(
        rows.select_related("project", "project__lead_unit", "convener")
        .prefetch_related(
            Prefetch("reports", queryset=EscalationReport.objects.order_by("id")),
            Prefetch("team", queryset=EscalationMember.objects.order_by("id")),
        )
        .order_by("-opened_at", "-id")
    )
    where = places({row.project_id for row in found}, as_of)
    book, day = timeline(), as_of or today
    made = []
    for row in found:
        place = where.get(row.project_id)
        if place is not None:  # 那一天已作废的不在内
            days = book.on(localdate(row.opened_at))["escalation.report_days"]
            made.append(_line(row, place, end, day, days))
    return made


def _line(row: Escalation, place: Place, end: datetime | None, day: date, days: int) -> Line:
    state = state_on(row, end)
    ended = localdate(row.closed_at) if row.closed_at and state not in OPEN_STATES else None
    opened = localdate(row.opened_at)
    told = [(r.due_on, localdate(r.at)) for r in row.reports.all() if end is None or r.at < end]
    waiting = next_due(opened, [on for _, on in told], days) if ended is None else None
    confirmed = row.confirmed_at is not None and (end is None or row.confirmed_at < end)
    return Line(
        id=row.pk, project_id=row.project_id, code=row.project.code, name=row.project.name,
        state=state, signed_on=row.signed_on, amount=row.amount, threshold=row.threshold,
        strategy=row.strategy, convener=row.convener.name if row.convener else "",
        lead=str(row.project.lead_unit) if row.project.lead_unit else "",
        opened_on=opened, confirmed_on=localdate(row.confirmed_at) if confirmed else None,
        ended_on=ended, closed_by=row.closed_by_name if ended else "",
        close_reason=row.close_reason if ended else "", has_plan=bool(row.plan),
        team=len(row.team.all()), next_due=waiting,
        late=waiting is not None and waiting < day,
        dues=tuple(due_reports(opened, told, days, day=day, ended_on=ended)), place=place,
    )  # fmt: skip


# ───────── 清单的条件 ─────────


@dataclass(frozen=True)
class EscalationCriteria:
    """清单的条件。`filing` 给出即看各期报告,不看各次提级。"""

    state: str = OPEN
    filing: str = ""
    late: bool = False
    mine: bool = False
    host_unit: str = ""
    chain: str = ""
    lead_unit: str = ""
    as_of: date | None = None
    problems: tuple[str, ...] = ()


def read(data: Mapping[str, str]) -> EscalationCriteria:
    """网址参数 → 条件;读不懂的不猜,说一句。"""
    kept = {name: data.get(name, "") for name in ("host_unit", "chain", "lead_unit", "as_of")}
    where = read_projects(kept)
    problems = list(where.problems)
    state, filing = data.get("state", "") or OPEN, data.get("filing", "")
    if state not in STATES:
        problems.append(f"提级状态没有「{state[:20]}」这一项，已按提级中的显示")
        state = OPEN
    if filing and filing not in FILINGS:
        problems.append(f"报告没有「{filing[:20]}」这一项，已不作限制")
        filing = ""
    return EscalationCriteria(
        state=state, filing=filing, late=data.get("late") == "1", mine=data.get("mine") == "1",
        host_unit=where.host_unit, chain=where.chain, lead_unit=where.lead_unit,
        as_of=where.as_of, problems=tuple(problems),
    )  # fmt: skip


def matching(actor: Actor, found: EscalationCriteria, today: date) -> list[Line]:
    """合条件的各次提级。"""
    codes = {found.host_unit, found.lead_unit} - {""} - UNDECIDED
    units = dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))
    reach = reach_of(actor) if found.mine else None
    rows = lines(actor, found.as_of, today)
    return [row for row in rows if _fits(row, found, units, reach)]


def _fits(
    row: Line, found: EscalationCriteria, units: Mapping[str, int], reach: Reach | None
) -> bool:
    if not found.filing:
        if found.state == OPEN and not row.open:
            return False
        if found.state not in (OPEN, "all") and row.state != found.state:
            return False
    if found.late and not row.late:
        return False
    hosts = {unit for unit, _ in row.place.hosts}
    if found.host_unit in UNDECIDED:
        if hosts:
            return False
    elif found.host_unit and units.get(found.host_unit) not in hosts:
        return False
    if found.chain and row.place.chain != ("" if found.chain in UNDECIDED else found.chain):
        return False
    if found.lead_unit in UNDECIDED:
        if row.place.lead is not None:
            return False
    elif found.lead_unit and row.place.lead != units.get(found.lead_unit, 0):
        return False
    return reach is None or bool(reach.own_units & ({row.place.lead} | hosts))


SORTS: dict[str, Callable[[Line], Any]] = {
    "amount": lambda line: line.amount,
    "reports": lambda line: line.reports,
    "next_due": lambda line: line.next_due,
    "opened_on": lambda line: line.opened_on,
}


def arranged(rows: list[Line], sort: str) -> list[Line]:
    """按点的那一列排;没有值的在末尾,同值的照原次序。不认识的照原样(新打开的在前)。"""
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        return rows
    known = sorted((r for r in rows if key(r) is not None), key=key, reverse=sort.startswith("-"))
    return known + [r for r in rows if key(r) is None]


def due_lines(rows: Iterable[Line], filing: str) -> list[DueLine]:
    """各期报告;`filing` 是 `FILINGS` 之一。应报日晚的在前。"""
    found = [
        DueLine(row, due)
        for row in rows
        for due in row.dues
        if filing in ("", "due") or due.filing == filing
    ]
    return sorted(found, key=lambda x: (x.due.due_on, x.line.id), reverse=True)


# ───────── 提级作为通知对象的门 ─────────


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """看得见其项目全貌的。"""
    rows = Escalation.objects.filter(
        pk__in=list(ids), project__in=seen_whole(actor).order_by().values("pk")
    )
    return set(rows.values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = Escalation.objects.filter(pk__in=visible_ids(actor, ids)).select_related("project")
    return {
        r.pk: (f"提级：{r.project.name}", f"/projects/{r.project.code}/#escalation") for r in rows
    }
