"""门槛事实:由项目、出资方、证据集合式地组成 `Facts`,再并入上层房间递进来的。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils.timezone import localdate

from juyuan.foundation.policy.queries import pack, timeline
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline import facts as registry
from juyuan.rooms.pipeline.models import Evidence, Project, ProjectParty
from juyuan.rooms.pipeline.models.project import Source
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.evidence import review_here
from juyuan.rooms.pipeline.rules.facts import (
    Conclusion,
    FactKey,
    Facts,
    LandingKind,
    Statement,
)
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import Stage


def statement_of(row: Evidence) -> Statement:
    return Statement(
        key=FactKey(row.fact),
        id=row.pk or 0,
        issuer=row.issuer,
        number=row.number,
        dated_on=row.dated_on,
        conclusion=Conclusion(row.conclusion),
        place=row.place,
        has_file=bool(row.file_sha256),
        two_way=row.two_way,
        source=row.source,
    )


def review_since() -> date:
    """自哪天起登记的项目,评审与审查须在本系统办(参数,取最近的一版)。"""
    since: date = timeline().on(date.max)["evaluation.since"]
    return since


def reviewed_here(project: Project, since: date | None = None) -> bool:
    """这个项目的评审、意见、承诺审查是不是须在本系统办。与 `gatesql.HERE` 同义(有测试)。"""
    return review_here(
        localdate(project.created_at),
        project.signed_on if project.source == Source.LEDGER else None,
        since or review_since(),
    )


def no_facts() -> Facts:
    """还没登记的项目:什么事实也没有(登记表单的标记由此算)。"""
    return Facts(policy_day=pack().document.effective_from)


def assemble(
    project: Project,
    parties: Iterable[ProjectParty],
    evidence: Iterable[Evidence],
    since: date | None = None,
) -> Facts:
    """一个项目的事实(不查库)。`since` 见 `review_since`,成批的先取好。"""
    parties = list(parties)
    return Facts(
        name=project.name,
        policy_day=pack().document.effective_from,
        chain=project.chain_id is not None,
        node=project.node_id is not None,
        basis=project.basis,
        site_options=project.site_options,
        estimate=project.total_investment,
        estimate_unknown=bool(project.total_investment_unknown),
        benefit=project.benefit,
        investors=len(parties),
        lead_unit=project.lead_unit_id is not None,
        contested=project.contested,
        factor_needs_text=project.factor_needs,
        contract_amount=project.contract_amount,
        signed_on=project.signed_on,
        share_total_bp=sum(p.share_bp for p in parties),
        origins_known=bool(parties) and all(p.origin != Origin.UNKNOWN for p in parties),
        landing_kind=LandingKind(project.landing_kind),
        statements=tuple(statement_of(row) for row in evidence),
        review_here=reviewed_here(project, since),
    )


def facts_for(projects: Iterable[Project]) -> dict[int, Facts]:
    """一批项目的事实;查询数与项目数无关(证据一次,出资方没有预取的也一次)。"""
    projects = list(projects)
    ids = [p.pk for p in projects]
    parties: dict[int, list[ProjectParty]] = defaultdict(list)
    if all("parties" in getattr(p, "_prefetched_objects_cache", {}) for p in projects):
        parties |= {p.pk: list(p.parties.all()) for p in projects}
    else:
        for party in ProjectParty.objects.filter(project_id__in=ids):
            parties[party.project_id].append(party)
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    for row in Evidence.objects.filter(project_id__in=ids, voided_at__isnull=True):
        evidence[row.project_id].append(row)
    extra = registry.partials(ids)
    since = review_since()
    return {
        p.pk: assemble(p, parties[p.pk], evidence[p.pk], since).merged(**extra.get(p.pk, {}))
        for p in projects
    }


def facts_of(project: Project) -> Facts:
    return facts_for([project])[project.pk]


def gate_target(project: Project) -> Stage | None:
    """清单看到哪个库:待核实的先补本库,已认定的看下一个库;落地且已认定则没有。"""
    stage = project.stage_enum
    if project.stage_status == "claimed" and stage != Stage.PLANNING:
        return stage
    return stage.next


def missing_for_next(project: Project, facts: Facts, on: date) -> list[Finding]:
    """「还差 n 项」:本库待核实的缺项,否则到下一库的缺项。"""
    target = gate_target(project)
    return missing(facts, target, on) if target is not None else []
