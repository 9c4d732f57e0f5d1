"""项目详情的全部内容:一次查齐,模板不再回头查库。

看得全的人得到 `ProjectPage`;只许看认定事实的人得到 `FactsPage`,里面没有任何申报内容。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from juyuan.foundation.exchange.queries import provenance_of
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui import formats
from juyuan.rooms.chains.models import ChainPost
from juyuan.rooms.chains.queries.lookup import industry_name
from juyuan.rooms.pipeline import facts as registry
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    ProjectHost,
    ProjectParty,
    Recognition,
    StageMove,
    VoidRequest,
)
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.queries.facts import assemble, gate_target
from juyuan.rooms.pipeline.queries.frozen import frozen_of
from juyuan.rooms.pipeline.queries.timeline import Entry, timeline_of
from juyuan.rooms.pipeline.rules.amounts import OUTSIDE_CITY, Origin, must_escalate
from juyuan.rooms.pipeline.rules.facts import FactKey, Facts
from juyuan.rooms.pipeline.rules.gates import NEEDS_BY_FACT, Check, Need, check
from juyuan.rooms.pipeline.rules.recognition import BUREAU
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage, StageStatus


@dataclass(frozen=True)
class StepView:
    """阶段条的一格。`state`: done · now · claimed · next · todo。"""

    stage: Stage
    state: str
    note: str
    current: bool


@dataclass(frozen=True)
class GateLine:
    """门槛的一项。缺的写谁能提供;齐的写凭什么。"""

    need: Need
    met: bool
    supplier: str
    supplier_ids: frozenset[int]
    proof: str = ""
    proof_on: date | None = None


@dataclass(frozen=True)
class Gate:
    target: Stage
    lines: tuple[GateLine, ...]
    why: str = ""  # 这道门的理由(参数 gates.rationale)

    @property
    def missing(self) -> int:
        return sum(not line.met for line in self.lines)

    @property
    def met(self) -> int:
        return sum(line.met for line in self.lines)


@dataclass(frozen=True)
class EvidenceLine:
    """一份证据。`state`: yes 已随认定 · wait 待核实 · no 不顶用。"""

    id: int
    title: str
    label: str
    file_name: str
    use_id: str
    detail: str
    by: str
    at: datetime
    state: str
    state_label: str
    note: str
    void_open: bool
    by_room: bool = False


@dataclass(frozen=True)
class RecognitionLine:
    """认定的一行:冻结的数字,或冲回。"""

    stage: Stage
    sign: int
    live: bool
    fact_on: date
    recorded_at: datetime
    by: str
    total: int | None
    contract: int | None
    committed: int | None
    outside_province: int | None
    historical: bool
    paper: dict[str, Any]
    reason: str
    evidence_ids: tuple[int, ...]


@dataclass
class ProjectPage:
    """详情页。金额为元。"""

    project: Project
    facts: Facts
    steps: list[StepView]
    gate: Gate | None
    depth: Gate | None
    parties: list[ProjectParty]
    hosts: list[ProjectHost]
    possible_hosts: list[ProjectHost]
    participants: list[str]
    listed: list[str]
    evidence: list[EvidenceLine]
    recognitions: list[RecognitionLine]
    live: dict[Stage, RecognitionLine]
    timeline: list[Entry]
    timeline_total: int
    voids: list[VoidRequest]
    keepers: list[tuple[str, str]]
    industry: str
    outside_bp: int
    escalates: bool
    strategy_suggested: bool
    provenance: list[dict[str, Any]]


def _days(project_moves: Sequence[StageMove], on: date) -> dict[Stage, tuple[date, int]]:
    """每个库:进入的日子,与停留天数(仍在的算到今天)。"""
    found: dict[Stage, tuple[date, int]] = {}
    for index, move in enumerate(project_moves):
        leave = project_moves[index + 1].fact_on if index + 1 < len(project_moves) else on
        found[Stage(move.to_stage)] = (move.fact_on, max((leave - move.fact_on).days, 0))
    return found


def _steps(
    project: Project, moves: Sequence[StageMove], gate: Gate | None, on: date
) -> list[StepView]:
    stayed = _days(moves, on)
    current = project.stage_enum
    found = []
    for stage in STAGES:
        entered = stayed.get(stage)
        if stage == current:
            claimed = project.stage_status == StageStatus.CLAIMED
            verb = "待核实" if claimed else "已认定"
            note = f"{formats.day(project.stage_since, on)} 入库·{verb}·第 {entered[1] if entered else 0} 天"
            state = "claimed" if claimed else "now"
            if claimed and gate is not None and gate.target == stage and gate.missing:
                note += f"·还差 {gate.missing} 项"
            found.append(StepView(stage, state, note, True))
        elif stage.order < current.order:
            note = f"{formats.day(entered[0], on)} 入库·{entered[1]} 天" if entered else "未经过"
            found.append(StepView(stage, "done" if entered else "todo", note, False))
        elif gate is not None and gate.target == stage:
            note = f"还差 {gate.missing} 项" if gate.missing else "门槛已齐"
            found.append(StepView(stage, "next" if gate.missing else "todo", note, False))
        else:
            found.append(StepView(stage, "todo", "", False))
    return found


class Suppliers:
    """谁能提供:首谈单位、承载地、商务主管部门,或某职能的单位。"""

    def __init__(self, project: Project, hosts: Sequence[ProjectHost]) -> None:
        lead = project.lead_unit or project.owner_unit
        self._lead = [lead] if lead else []
        self._hosts = [h.unit for h in hosts] or self._lead
        self._functions: dict[str, list[Unit]] = {}
        wanted = {n.supplier for n in NEEDS_BY_FACT.values()} - {"lead", "host", "bureau"}
        for unit in Unit.objects.filter(
            function__in=wanted | {BUREAU}, disabled_on__isnull=True
        ).order_by("order", "code"):
            self._functions.setdefault(unit.function, []).append(unit)

    def of(self, supplier: str) -> tuple[str, frozenset[int]]:
        if supplier == "lead":
            units = self._lead
        elif supplier == "host":
            units = self._hosts
        else:
            units = self._functions.get(BUREAU if supplier == "bureau" else supplier, [])[:1]
        names = "、".join(str(u) for u in units) or "首谈单位"
        return names, frozenset(u.pk for u in units)


def _gate(
    facts: Facts, target: Stage, on: date, suppliers: Suppliers, evidence: dict[int, Evidence]
) -> Gate:
    lines = [_line(c, suppliers, evidence) for c in check(facts, target, on)]
    why = params(on)["gates.rationale"].get(target.value, "")
    return Gate(target, tuple(sorted(lines, key=lambda line: line.met)), why)


def _line(c: Check, suppliers: Suppliers, evidence: dict[int, Evidence]) -> GateLine:
    name, ids = suppliers.of(c.need.supplier)
    proof = evidence.get(c.statement_id or 0)
    if proof is None:
        return GateLine(c.need, c.ok, name, ids)
    said = " ".join(part for part in (proof.title, proof.issuer, proof.number) if part)
    return GateLine(c.need, c.ok, name, ids, said, proof.dated_on)


def recognition_lines(project: Project) -> list[RecognitionLine]:
    """认定与冲回,旧的在前。"""
    return [
        RecognitionLine(
            stage=Stage(row.stage),
            sign=row.sign,
            live=row.live,
            fact_on=row.fact_on,
            recorded_at=row.recorded_at,
            by=row.by_name,
            total=row.total_investment,
            contract=row.contract_amount,
            committed=row.committed_investment,
            outside_province=row.committed_outside_province,
            historical=row.historical,
            paper=row.paper,
            reason=row.reason,
            evidence_ids=tuple(
                item["evidence"] for item in row.gate_report if item.get("evidence")
            ),
        )
        for row in Recognition.objects.filter(project=project).order_by("id")
    ]


def _evidence_lines(
    rows: Sequence[Evidence], live: Sequence[RecognitionLine], open_voids: set[int]
) -> list[EvidenceLine]:
    recognised: dict[int, RecognitionLine] = {pk: line for line in live for pk in line.evidence_ids}
    found = []
    for row in rows:
        label = FactKey(row.fact).label
        detail = "·".join(
            part
            for part in (
                row.issuer,
                row.number,
                row.get_conclusion_display() if row.conclusion else "",
                row.place,
                row.dated_on.isoformat(),
            )
            if part
        )
        line = recognised.get(row.pk)
        if line is not None:
            state, said = "yes", "已认定"
            note = f"随{line.stage.label} {line.by} {line.recorded_at:%m-%d}"
        elif row.fact == FactKey.FRAMEWORK:
            state, said, note = "no", "不计", "框架协议计 0"
        elif row.conclusion == "failed":
            state, said, note = "no", "不顶用", "结论为不通过"
        else:
            state, said, note = "wait", "待核实", ""
        found.append(
            EvidenceLine(
                row.pk, row.title, label, row.file_name,
                str(row.file_use_id) if row.file_use_id else "", detail,
                row.by_name, row.at, state, said, note, row.pk in open_voids, bool(row.source),
            )
        )  # fmt: skip
    return found


def _keepers(project: Project, on: date) -> list[tuple[str, str]]:
    """链长、服务秘书:(职务, 姓名)。"""
    if project.chain_id is None:
        return []
    posts = ChainPost.objects.filter(
        chain_id=project.chain_id, starts_on__lte=on, ends_on__isnull=True
    ).select_related("person")
    return [(post.get_kind_display(), post.person.name) for post in posts]


def _industry(code: str) -> str:
    """行业名称;代码可带门类字母(C1711),国标目录里小类不带。"""
    return industry_name(code) or industry_name(code.lstrip("ABCDEFGHIJKLMNOPQRST"))


def project_page(project: Project, *, on: date, events: int = 12) -> ProjectPage:
    """看得全的人的详情页(调用者已过 `door`)。`events` 是经过最多取几条。"""
    project = Project.objects.select_related(
        "lead_unit", "owner_unit", "chain", "node", "created_by__person", "moved_by__person"
    ).get(pk=project.pk)
    parties = list(ProjectParty.objects.filter(project=project).select_related("investor"))
    hosts = list(ProjectHost.objects.filter(project=project).select_related("unit"))
    rows = list(Evidence.objects.filter(project=project, voided_at__isnull=True))
    by_id = {row.pk: row for row in rows}
    moves = list(StageMove.objects.filter(project=project).order_by("id"))
    facts = assemble(project, parties, rows).merged(
        **registry.partials([project.pk]).get(project.pk, {})
    )
    actual = [h for h in hosts if h.actual]
    suppliers = Suppliers(project, actual)
    target = gate_target(project)
    gate = _gate(facts, target, on, suppliers, by_id) if target else None
    depth = None
    if project.stage_enum == Stage.PLANNING:
        depth = _gate(facts, Stage.PLANNING, on, suppliers, by_id)
    lines = recognition_lines(project)
    live = {line.stage: line for line in lines if line.live and line.sign == 1}
    voids = list(
        VoidRequest.objects.filter(project=project).select_related("evidence").order_by("-id")
    )
    open_voids = {
        v.evidence_id for v in voids if v.evidence_id and v.status == VoidStatus.REQUESTED
    }
    timeline, total = timeline_of(project, events)
    book = params(on)
    return ProjectPage(
        project=project,
        facts=facts,
        steps=_steps(project, moves, gate, on),
        gate=gate,
        depth=depth,
        parties=parties,
        hosts=actual,
        possible_hosts=[h for h in hosts if not h.actual],
        # 多数项目没有参与单位、不限名单:看了项目行上的冗余列就不必再查
        participants=[str(p.unit) for p in project.participants.select_related("unit")]
        if project.participant_unit_ids
        else [],
        listed=[p.person.name for p in project.listed.select_related("person")]
        if project.listed_person_ids
        else [],
        evidence=_evidence_lines(rows, list(live.values()), open_voids),
        recognitions=lines,
        live=live,
        timeline=timeline,
        timeline_total=total,
        voids=voids,
        keepers=_keepers(project, on),
        industry=_industry(project.industry_code),
        outside_bp=sum(
            p.share_bp for p in parties if Origin(p.origin) in OUTSIDE_CITY and not p.fiscal
        ),
        escalates=must_escalate(project.committed_investment, True, book["escalation.threshold"]),
        strategy_suggested=book.row("pipeline.committed_strategy").suggested,
        provenance=provenance_of("project", [project.code]).get(project.code, [])
        if project.source == "ledger"
        else [],
    )


@dataclass(frozen=True)
class FactsPage:
    """只许看认定事实的人的页面:认定行与其凭据的名目,内容取认定当日冻结的,没有申报内容。"""

    code: str
    name: str
    lead: str
    chain: str
    hosts: tuple[tuple[str, int], ...]
    recognised_stage: Stage
    recognitions: list[RecognitionLine]
    proofs: list[tuple[str, str, date]]


def facts_page(project: Project) -> FactsPage:
    """认定事实页(调用者已过 `door(full=False)`)。"""
    frozen = frozen_of([project]).get(project.pk)
    lines = recognition_lines(project)
    ids = {pk for line in lines if line.live for pk in line.evidence_ids}
    proofs = [
        (FactKey(row.fact).label, " ".join(p for p in (row.issuer, row.number) if p), row.dated_on)
        for row in Evidence.objects.filter(pk__in=ids, voided_at__isnull=True).order_by("dated_on")
    ]
    return FactsPage(
        code=project.code,
        name=project.name,
        lead=frozen.lead[1] if frozen and frozen.lead else "",
        chain=frozen.chain[1] if frozen and frozen.chain else "",
        hosts=tuple((label, share_bp) for _, label, share_bp in (frozen.hosts if frozen else ())),
        recognised_stage=Stage(project.recognised_stage),
        recognitions=lines,
        proofs=proofs,
    )
