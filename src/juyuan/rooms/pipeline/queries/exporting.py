"""项目导出的行:与列表同一份条件、同一份可见范围。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.people.visibility import Sight
from juyuan.foundation.ui.keyset import choose_order
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import lights, past
from juyuan.rooms.pipeline.queries.criteria import known_by, read
from juyuan.rooms.pipeline.queries.facts import facts_for, missing_for_next
from juyuan.rooms.pipeline.queries.frozen import Frozen, frozen_of
from juyuan.rooms.pipeline.queries.listing import DEFAULT_SORT, SORTS, ordering
from juyuan.rooms.pipeline.queries.records import listed, with_related
from juyuan.rooms.pipeline.queries.scope import reach_of, sight_of
from juyuan.rooms.pipeline.rules.gates import NEEDS_BY_FACT
from juyuan.rooms.pipeline.rules.stages import Stage, StageStatus, Standing

BATCH = 500


def _lamp_columns(lamp: lights.Lamp) -> dict[str, str]:
    return {
        "light": lamp.light.label,
        "light_why": ";".join(reason.text for reason in lamp.signal.reasons),
    }


def _facts_row(project: Project, frozen: Frozen) -> dict[str, Any]:
    """只许看认定事实的一行:认定当日冻结的几列。"""
    return {
        "code": project.code,
        "name": project.name,
        "lead_unit": frozen.lead[1] if frozen.lead else "",
        "host_units": "、".join(label for _, label, _ in frozen.hosts),
        "chain": frozen.chain[1] if frozen.chain else "",
        "stage": Stage(project.recognised_stage).label,
        "status": StageStatus.RECOGNISED.label,
        "standing": Standing(project.standing).label,
        "total_investment": frozen.total,
        "contract_amount": frozen.contract,
        "committed_investment": frozen.committed,
        "updated_at": frozen.recorded_at,
    }


def project_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的项目逐行给出,按筛选与排序;只许看认定事实的只有认定的几列。分批取,内存不随行数涨。"""
    found = known_by(read({k: str(v) for k, v in filters.items()}), today)
    order = choose_order(str(filters.get("sort", "")), SORTS, DEFAULT_SORT)
    chosen = listed(actor, found)
    if found.as_of is not None:
        chosen, order = past.sortable(chosen, found.as_of), past.order_then(order)
    ids = list(chosen.order_by(*ordering(order)).values_list("pk", flat=True))
    reach = reach_of(actor)
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        rows = {p.pk: p for p in with_related(Project.objects.filter(pk__in=chunk))}
        ordered = [rows[pk] for pk in chunk if pk in rows]
        sights = {p.pk: sight_of(actor, p, reach=reach) for p in ordered}
        facts = facts_for([p for p in ordered if sights[p.pk] == Sight.FULL])
        limited = [p for p in ordered if sights[p.pk] != Sight.FULL]
        then = past.overlay(ordered, found.as_of) if found.as_of is not None else None
        frozen = frozen_of(limited, found.as_of) if limited else {}
        lamps = lights.lamps(
            [p.pk for p in ordered if sights[p.pk] == Sight.FULL],
            found.as_of or today, past=found.as_of is not None,
        )  # fmt: skip
        for p in ordered:
            if sights[p.pk] != Sight.FULL:
                if p.pk in frozen:  # 那一天还没有认定的,没有可给的
                    yield _facts_row(p, frozen[p.pk])
                continue
            stage = Stage(p.stage)
            yield {
                "code": p.code,
                "name": p.name,
                "investors": "、".join(x.investor.name for x in p.parties.all()),
                "lead_unit": str(p.lead_unit or ""),
                "host_units": "、".join(
                    [str(h.unit) for h in p.hosts.all() if h.actual]
                    if then is None
                    else [str(unit) for unit, _ in then[p.pk]]
                ),
                "chain": p.chain.short_name if p.chain else "",
                "stage": stage.label,
                "status": StageStatus(p.stage_status).label,
                "standing": Standing(p.standing).label,
                **_lamp_columns(lamps.get(p.pk, lights.UNLIT)),
                "total_investment": p.total_investment,
                "fixed_investment": p.fixed_investment,
                "contract_amount": p.contract_amount,
                "committed_investment": p.committed_investment,
                "missing": ""  # 那一天还差什么没有留存
                if then is not None
                else "、".join(
                    NEEDS_BY_FACT[f.field].label for f in missing_for_next(p, facts[p.pk], today)
                ),
                "location": p.location,
                "summary": p.summary,
                "remark": p.remark,
                "updated_at": p.updated_at,
                "node": p.node.name if p.node else "",
                "industry_code": p.industry_code,
                "signed_on": p.signed_on,
                "started_on": p.started_on,
                "promised_land_on": p.promised_land_on,
                "promised_start_on": p.promised_start_on,
                "promised_production_on": p.promised_production_on,
                "promised_capacity_on": p.promised_capacity_on,
                "stage_since": p.stage_since,
                "confidentiality": p.get_confidentiality_display(),
                "claimed_word": p.claimed_word,
                "source": p.get_source_display(),
                "created_at": p.created_at,
            }
