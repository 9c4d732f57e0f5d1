"""登记项目:一个判断、一个装配,单个登记与成批导入都走 `insert`。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from juyuan.foundation.copying import copy_rows
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.foundation.search import actions as search
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import (
    OBJ,
    derive,
    new_code,
    refresh_keys,
    search_rows,
    state_row,
)
from juyuan.rooms.pipeline.actions.evidence import attach
from juyuan.rooms.pipeline.actions.voucher_cases import note_same_name
from juyuan.rooms.pipeline.models import (
    Project,
    ProjectHost,
    ProjectListed,
    ProjectParticipant,
    ProjectParty,
    ProjectState,
    StageMove,
)
from juyuan.rooms.pipeline.queries.facts import assemble, review_since
from juyuan.rooms.pipeline.rules.drafts import ProjectDraft, judge, keeping_sight
from juyuan.rooms.pipeline.rules.evidence import (
    EvidenceDraft,
    judge_evidence,
    judge_typed,
    review_here,
)
from juyuan.rooms.pipeline.rules.facts import Facts
from juyuan.rooms.pipeline.rules.gates import check, missing
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.rules.stages import MoveVerb, Stage, StageStatus, Standing

PLAIN_FIELDS = (
    "name", "summary", "category", "chain_id", "node_id", "industry_code",
    "total_investment", "total_investment_unknown",
    "fixed_investment", "fixed_investment_unknown",
    "contract_amount", "contract_amount_unknown",
    "basis", "site_options", "benefit", "factor_needs", "landing_kind",
    "lead_unit_id", "location", "confidentiality", "signed_on", "started_on",
    "promised_land_on", "promised_start_on", "promised_production_on", "promised_capacity_on",
    "remark",
)  # fmt: skip


@dataclass
class Intake:
    """要入库的一项:草稿,加上怎么进来的。"""

    draft: ProjectDraft
    stage: Stage = Stage.PLANNING
    verb: MoveVerb = MoveVerb.ENTER
    fact_on: date | None = None
    claimed_word: str = ""
    standing: Standing = Standing.ACTIVE
    standing_note: str = ""
    batch_id: str = ""
    reason: str = ""
    evidence: tuple[EvidenceDraft, ...] = ()


@dataclass
class Built:
    """装配好、尚未入库的全部行。"""

    project: Project
    facts: Facts = field(default_factory=Facts)
    parties: list[ProjectParty] = field(default_factory=list)
    hosts: list[ProjectHost] = field(default_factory=list)
    participants: list[ProjectParticipant] = field(default_factory=list)
    listed: list[ProjectListed] = field(default_factory=list)
    move: StageMove | None = None
    state: ProjectState | None = None
    entry_reason: str = ""


@dataclass(frozen=True)
class Names:
    """装配时要用的名称,成批查好(单个与成批同一份)。"""

    chains: Mapping[int, str]
    investors: Mapping[int, str]

    @classmethod
    def of(cls, drafts: Sequence[ProjectDraft]) -> Names:
        chain_ids = {d.chain_id for d in drafts if d.chain_id}
        investor_ids = {p.investor_id for d in drafts for p in d.parties}
        return cls(
            chains=dict(Chain.objects.filter(pk__in=chain_ids).values_list("pk", "code")),
            investors=dict(Investor.objects.filter(pk__in=investor_ids).values_list("pk", "name")),
        )


def references(drafts: Sequence[ProjectDraft]) -> list[list[Finding]]:
    """各草稿引用的单位、产业链、环节、投资方是否存在(成批查,逐份给出)。"""
    unit_ids = {
        u
        for d in drafts
        for u in (d.lead_unit_id, *(h.unit_id for h in d.hosts), *d.participant_ids)
        if u is not None
    }
    units = dict(
        Unit.objects.filter(pk__in=unit_ids, disabled_on__isnull=True).values_list(
            "pk", "is_county"
        )
    )
    chains = set(
        Chain.objects.filter(pk__in={d.chain_id for d in drafts if d.chain_id}).values_list(
            "pk", flat=True
        )
    )
    nodes = dict(
        Node.objects.filter(pk__in={d.node_id for d in drafts if d.node_id}).values_list(
            "pk", "chain_id"
        )
    )
    investors = set(
        Investor.objects.filter(
            pk__in={p.investor_id for d in drafts for p in d.parties}
        ).values_list("pk", flat=True)
    )
    found = []
    for d in drafts:
        row: list[Finding] = []
        if d.lead_unit_id is not None and d.lead_unit_id not in units:
            row.append(Finding("lead_unit", "ref.unit", "3.2b", "没有这个首谈单位,请从列表中选择"))
        for host in d.hosts:
            if not units.get(host.unit_id):
                row.append(
                    Finding(
                        "host_units", "ref.host", "3.1c", "承载地须是县区或开发区,请从列表中选择"
                    )
                )
        if any(u not in units for u in d.participant_ids):
            row.append(Finding("participants", "ref.unit", "", "没有这个参与单位,请从列表中选择"))
        if d.chain_id is not None and d.chain_id not in chains:
            row.append(Finding("chain", "ref.chain", "4.0b", "没有这条产业链,请从列表中选择"))
        if d.node_id is not None and nodes.get(d.node_id) != d.chain_id:
            row.append(Finding("node", "ref.node", "4.0b", "这个环节不属于所选产业链"))
        if any(p.investor_id not in investors for p in d.parties):
            row.append(Finding("investors", "ref.investor", "", "没有这个投资方,请先登记"))
        found.append(row)
    return found


def build(intake: Intake, *, actor: Actor, now: datetime, names: Names) -> Built:
    """由草稿装配各行(限名单的,登记人自动列入)。纯装配:不查库、不写库。"""
    draft = keeping_sight(intake.draft, actor.person_id)
    book = params(now.date())
    fact_on = intake.fact_on or now.date()
    project = Project(
        code=new_code(book["pipeline.code_prefix"]),
        name_key=project_key(draft.name),
        **{name: getattr(draft, name) for name in PLAIN_FIELDS},
        owner_unit_id=actor.post.unit_id if actor.post else None,
        stage=intake.stage,
        stage_status=StageStatus.CLAIMED,
        recognised_stage="",
        stage_since=fact_on,
        standing=intake.standing,
        standing_note=intake.standing_note,
        standing_since=fact_on if intake.standing != Standing.ACTIVE else None,
        source="ledger" if intake.verb == MoveVerb.IMPORT else "registered",
        claimed_word=intake.claimed_word,
        batch_id=intake.batch_id,
        moved_by_id=actor.account_id,
        created_by_id=actor.account_id,
        created_at=now,
        updated_at=now,
        participant_unit_ids=sorted(set(draft.participant_ids)),
        listed_person_ids=sorted(set(draft.listed_ids)),
    )
    built = Built(project=project, entry_reason=intake.reason)
    built.parties = [
        ProjectParty(
            project=project, investor_id=p.investor_id, share_bp=p.share_bp,
            origin=p.origin, fiscal=p.fiscal, order=i,
        )
        for i, p in enumerate(draft.parties)
    ]  # fmt: skip
    built.hosts = [
        ProjectHost(project=project, unit_id=h.unit_id, share_bp=h.share_bp, actual=h.actual)
        for h in draft.hosts
    ]
    built.participants = [
        ProjectParticipant(project=project, unit_id=u) for u in project.participant_unit_ids
    ]
    built.listed = [ProjectListed(project=project, person_id=p) for p in project.listed_person_ids]
    derive(project, built.parties, built.hosts, now)
    built.facts = assemble(project, built.parties, []).merged(
        statements=tuple(item.statement for item in intake.evidence)
    )
    checks = check(built.facts, intake.stage, fact_on)
    # 谋划、洽谈登记即过门槛的,当场算数;台账带进来的一律待核实
    if intake.verb != MoveVerb.IMPORT and all(c.ok for c in checks):
        project.stage_status = StageStatus.RECOGNISED
        project.recognised_stage = intake.stage
    built.move = StageMove(
        project=project, from_stage="", to_stage=intake.stage, verb=intake.verb,
        actor_id=actor.account_id, actor_name=actor.name, unit_name=actor.unit_name,
        at=now, fact_on=fact_on, reason=intake.reason,
        gate_report=[c.report() for c in checks],
    )  # fmt: skip
    chain_code = names.chains.get(draft.chain_id, "") if draft.chain_id else ""
    built.state = state_row(project, built.hosts, chain_code, now)
    return built


def insert(
    rows: Sequence[Built], *, actor: Actor, now: datetime, names: Names, group: UUID | None
) -> list[Project]:
    """把装配好的行入库:项目、出资方、承载地、移动、快照、检索、台账,同一事务。"""
    with transaction.atomic():
        copy_rows([b.project for b in rows], keys=True)
        copy_rows([p for b in rows for p in b.parties])
        copy_rows([h for b in rows for h in b.hosts])
        copy_rows([p for b in rows for p in b.participants])
        copy_rows([p for b in rows for p in b.listed])
        copy_rows([b.move for b in rows if b.move])
        copy_rows([b.state for b in rows if b.state])
        search.put_many(
            [
                (
                    OBJ,
                    b.project.pk,
                    search_rows(
                        b.project, [names.investors.get(p.investor_id, "") for p in b.parties]
                    ),
                )
                for b in rows
            ]
        )
        refresh_keys(b.project for b in rows)
        record_many(
            [
                Entry(
                    event="pipeline.project.registered",
                    obj_type=OBJ,
                    obj_id=b.project.code,
                    obj_label=b.project.name,
                    after={"stage": str(b.project.stage), "status": str(b.project.stage_status)},
                    reason=b.entry_reason,
                    clause="3.3b",
                )
                for b in rows
            ],
            actor=actor,
            now=now,
            group=group,
        )
        signed = [b.project.pk for b in rows if b.project.stage in escalation.SIGNED_OR_LATER]
        escalation.refresh(signed, actor=actor, now=now, group=group)
    return [b.project for b in rows]


def entry_stages(on: date) -> tuple[Stage, ...]:
    """新项目可以登记到哪些库:谋划,以及带着投资方的线索直接进的库(参数 pipeline.lead_enters)。"""
    lead = Stage(params(on)["pipeline.lead_enters"])
    return (Stage.PLANNING,) if lead == Stage.PLANNING else (Stage.PLANNING, lead)


def register_project(
    *,
    actor: Actor,
    draft: ProjectDraft,
    stage: Stage = Stage.PLANNING,
    evidence: Sequence[EvidenceDraft] = (),
    now: datetime,
) -> Project:
    """登记一个项目,进入谋划;带着真实投资方与双向接触记录来的可直接进入洽谈(不算越级)。

    Raises:
        Denied: 职务只能查阅。
        RuleBroken: 内容不合理,或直接进入洽谈而门槛未齐。
    """
    require(access.can_register(actor))
    findings = judge(draft, now.date()) + references([draft])[0]
    here = review_here(now.date(), None, review_since())
    for item in evidence:
        findings += judge_typed(item.fact, here) + judge_evidence(item, now.date())
    entries = entry_stages(now.date())
    if stage not in entries:
        allowed = "或".join(f"「{entry.label}」" for entry in entries)
        findings.append(
            Finding("stage", "enter", "3.3b", f"新项目只能登记到{allowed},其余按门槛前移")
        )
    if findings:
        raise RuleBroken(findings)
    names = Names.of([draft])
    built = build(Intake(draft, stage, evidence=tuple(evidence)), actor=actor, now=now, names=names)
    if stage == Stage.NEGOTIATION:
        left = missing(built.facts, stage, now.date())
        if left:
            raise RuleBroken(left)
    with transaction.atomic():
        project = insert([built], actor=actor, now=now, names=names, group=None)[0]
        for item in evidence:
            attach(project, item, actor=actor, now=now)
        note_same_name(actor=actor, project=project, now=now)
    return project
