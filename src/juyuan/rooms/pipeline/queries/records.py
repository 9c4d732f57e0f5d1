"""项目的对外记录(接口与导出同一份):一批项目,查询数与项目数无关。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.visibility import Relation, Sight
from juyuan.foundation.ui.keyset import Order
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.rooms.pipeline.models import Project, ProjectHost, ProjectParty
from juyuan.rooms.pipeline.queries import lights, past
from juyuan.rooms.pipeline.queries.criteria import Criteria, apply
from juyuan.rooms.pipeline.queries.facts import facts_for, missing_for_next
from juyuan.rooms.pipeline.queries.frozen import Frozen, frozen_of
from juyuan.rooms.pipeline.queries.paid_in import paid_in_of
from juyuan.rooms.pipeline.queries.scope import reach_of, seen_whole, sight_of, visible_to
from juyuan.rooms.pipeline.rules.facts import Facts
from juyuan.rooms.pipeline.rules.stages import VERIFIED_STAGES

API_ORDERS = {
    "updated_at": Order("updated_at"),
    "created_at": Order("created_at"),
    "total_investment": Order("total_investment", nullable=True),
    "committed_investment": Order("committed_investment", nullable=True),
}
# 只许看认定事实的人,只能按认定事实筛选;别的条件会从侧面漏出申报内容
FACT_FILTERS = frozenset({"recognised_stage", "host_unit", "lead_unit", "chain", "as_of"})
# 没有随日留存的内容:看某一天时给空,不拿此刻的充数
NOT_KEPT = (
    "summary", "category", "investors", "total_investment_unknown", "fixed_investment",
    "fixed_investment_unknown", "contract_amount_unknown", "committed_outside_province",
    "possible_hosts", "segment", "industry_code", "location", "basis", "site_options", "benefit",
    "factor_needs", "landing_kind", "signed_on", "started_on", "promised_land_on", "promised_start_on",
    "promised_production_on", "promised_capacity_on", "standing_reason", "remark",
    "missing_for_next",
)  # fmt: skip


def listed(actor: Actor, found: Criteria) -> QuerySet[Project]:
    """接口列表:看全貌的项目按全部条件筛;仅见认定事实的另按许可的条件筛。"""
    reach = reach_of(actor)
    whole = seen_whole(actor, reach=reach, as_of=found.as_of)
    full = apply(whole, found, own_units=reach.own_units)
    facts = visible_to(actor, reach=reach, as_of=found.as_of).exclude(pk__in=whole.values("pk"))
    if Relation.READER not in reach.everywhere:
        return full
    if found.active - FACT_FILTERS - {"standing"} or found.stage:
        return full
    if found.as_of is not None:  # 那一天已认定的才有可给的
        known = past.snapshots(found.as_of).filter(recognised_stage__in=VERIFIED_STAGES)
        facts = facts.filter(pk__in=known.values("project_id"))
    return full | apply(facts, replace(found, standing="all"))


def with_related(queryset: QuerySet[Project]) -> QuerySet[Project]:
    """记录要用的关联一次带上(外键联结,集合各一条查询;关联的表只取用到的列)。"""
    parties = ProjectParty.objects.select_related("investor").only(
        "project_id", "investor_id", "share_bp", "origin", "fiscal", "order",
        "investor__name", "investor__uscc",
    )  # fmt: skip
    hosts = ProjectHost.objects.select_related("unit").only(
        "project_id", "unit_id", "share_bp", "actual", "unit__code", "unit__name",
        "unit__short_name",
    )  # fmt: skip
    return queryset.select_related("chain", "node", "lead_unit").prefetch_related(
        Prefetch("parties", parties), Prefetch("hosts", hosts)
    )


def wan(amount: int | None) -> str | None:
    return None if amount is None else to_wan(amount)


def percent(share_bp: int) -> str:
    return f"{share_bp // 100}.{share_bp % 100:02d}"


def _hosts(held: Iterable[tuple[Unit, int]]) -> list[dict[str, str]]:
    return [{"unit": unit.code, "share": percent(share_bp)} for unit, share_bp in held]


def facts_record(project: Project, frozen: Frozen | None) -> dict[str, Any]:
    """仅认定事实:编号、名称、认定所在库,与认定当日冻结的单位、链、承载地、金额。"""
    known = base_record(project) | {
        "sight": "facts",
        "stage": project.recognised_stage,
        "stage_status": "recognised",
    }
    hidden = ("lead_unit", "chain", "total_investment", "contract_amount", "committed_investment")
    if frozen is None:
        return known | dict.fromkeys(hidden) | {"host_units": []}
    return known | {
        "is_chain_project": frozen.is_chain_project,
        "lead_unit": frozen.lead[0] if frozen.lead else None,
        "chain": frozen.chain[0] if frozen.chain else None,
        "host_units": [
            {"unit": code, "share": percent(share_bp)} for code, _, share_bp in frozen.hosts
        ],
        "total_investment": wan(frozen.total),
        "contract_amount": wan(frozen.contract),
        "committed_investment": wan(frozen.committed),
    }


def base_record(project: Project) -> dict[str, Any]:
    """两种记录共有的各项,取项目此刻的内容(仅见认定事实者由 `facts_record` 换成冻结的)。"""
    return {
        "code": project.code,
        "name": project.name,
        "stage": project.stage,
        "stage_status": project.stage_status,
        "recognised_stage": project.recognised_stage or None,
        "standing": project.standing,
        "is_chain_project": project.is_chain_project,
        "lead_unit": project.lead_unit.code if project.lead_unit else None,
        "chain": project.chain.code if project.chain else None,
        "host_units": _hosts((h.unit, h.share_bp) for h in project.hosts.all() if h.actual),
        "total_investment": wan(project.total_investment),
        "contract_amount": wan(project.contract_amount),
        "committed_investment": wan(project.committed_investment),
        "version": project.version,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }


def full_record(project: Project, facts: Facts, on: date) -> dict[str, Any]:
    record = base_record(project)
    record |= {
        "sight": "full",
        "summary": project.summary,
        "category": project.category,
        "investors": [
            {
                "name": p.investor.name,
                "uscc": p.investor.uscc or None,
                "origin": p.origin or None,
                "fiscal": p.fiscal,
                "share": percent(p.share_bp),
            }
            for p in project.parties.all()
        ],
        "total_investment_unknown": project.total_investment_unknown or None,
        "fixed_investment": wan(project.fixed_investment),
        "fixed_investment_unknown": project.fixed_investment_unknown or None,
        "contract_amount_unknown": project.contract_amount_unknown or None,
        "committed_outside_province": wan(project.committed_outside_province),
        "possible_hosts": [h.unit.code for h in project.hosts.all() if not h.actual],
        "segment": project.node.code if project.node else None,
        "industry_code": project.industry_code,
        "confidentiality": project.confidentiality,
        "location": project.location,
        "basis": project.basis,
        "site_options": project.site_options,
        "benefit": project.benefit,
        "factor_needs": project.factor_needs,
        "landing_kind": project.landing_kind,
        "signed_on": project.signed_on,
        "started_on": project.started_on,
        "promised_land_on": project.promised_land_on,
        "promised_start_on": project.promised_start_on,
        "promised_production_on": project.promised_production_on,
        "promised_capacity_on": project.promised_capacity_on,
        "standing_reason": project.standing_reason or None,
        "source": project.source,
        "claimed_word": project.claimed_word or None,
        "remark": project.remark,
        "missing_for_next": [
            {"rule": f.rule, "clause": f.clause, "message": f.message}
            for f in missing_for_next(project, facts, on)
        ],
    }
    return record


def light_record(lamp: lights.Lamp) -> dict[str, Any]:
    """灯与缘由:为什么亮、自哪天算起、越了哪条线、该办什么。"""
    return {
        "light": lamp.light.value,
        "light_reasons": [
            {
                "light": reason.light.value, "message": reason.text, "since": reason.since,
                "limit": reason.limit, "remedy": reason.remedy, "clause": reason.clause,
            }
            for reason in lamp.signal.reasons
        ],
    }  # fmt: skip


def records(
    projects: Sequence[Project], actor: Actor, on: date, as_of: date | None = None
) -> list[dict[str, Any]]:
    """逐个按可见程度给出记录;只许看认定事实的只有那几项。`as_of` 给出即那一天终了时的样子。"""
    reach = reach_of(actor)
    seen = {p.pk: sight_of(actor, p, reach=reach) for p in projects}
    facts = facts_for([p for p in projects if seen[p.pk] == Sight.FULL])
    limited = [p for p in projects if seen[p.pk] != Sight.FULL]
    then = past.overlay(projects, as_of) if as_of is not None else None
    frozen = frozen_of(limited, as_of) if limited else {}
    lamps = lights.lamps(
        [p.pk for p in projects if seen[p.pk] == Sight.FULL],
        as_of or on, past=as_of is not None,
    )  # fmt: skip
    paid = paid_in_of([p.pk for p in projects], as_of or on)
    out = []
    for project in projects:
        if seen[project.pk] == Sight.FULL:
            record = full_record(project, facts[project.pk], on)
            if then is not None:
                record |= dict.fromkeys(NOT_KEPT) | {"host_units": _hosts(then[project.pk])}
            record |= light_record(lamps.get(project.pk, lights.UNLIT))
        else:
            record = facts_record(project, frozen.get(project.pk))
        # 到位资金只有核验人认可过的,两种人看到的是同一个数
        known = paid[project.pk]
        out.append(record | {"paid_in_year": wan(known.year), "paid_in_total": wan(known.total)})
    return out
