"""认定当日冻结的内容:金额、首谈单位、产业链、承载地份额。

只许看认定事实的人(审计、财政、组织)在列表、导出、接口、详情里得到的都是这一份,不是项目此刻的内容。
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from juyuan.foundation.people.models import Unit
from juyuan.kernel.period import end_of
from juyuan.rooms.chains.models import Chain
from juyuan.rooms.pipeline.models import Project, Recognition


@dataclass(frozen=True)
class Frozen:
    """一个项目最高一级现行认定的内容。金额为元;单位、产业链是(代码, 简称)。"""

    total: int | None
    contract: int | None
    committed: int | None
    is_chain_project: bool
    lead: tuple[str, str] | None
    chain: tuple[str, str] | None
    hosts: tuple[tuple[str, str, int], ...]
    fact_on: date
    recorded_at: datetime


def _rows(ids: Collection[int], as_of: date | None) -> QuerySet[Recognition]:
    rows = Recognition.objects.filter(project_id__in=ids, sign=1).select_related("lead_unit")
    if as_of is None:
        return rows.filter(live=True)
    end = end_of(as_of)
    gone = Recognition.objects.filter(sign=-1, recorded_at__lt=end).values("reverses_id")
    return rows.filter(recorded_at__lt=end).exclude(pk__in=gone)


def frozen_of(projects: Sequence[Project], as_of: date | None = None) -> dict[int, Frozen]:
    """各项目「认定所在库」那一行现行认定(或某日终了时的);没有的不在结果里。

    三条查询,与项目数无关。"""
    wanted = {p.pk: p.recognised_stage for p in projects}
    rows = [row for row in _rows(wanted, as_of) if wanted[row.project_id] == row.stage]
    units = {
        unit.pk: unit
        for unit in Unit.objects.filter(pk__in={h["unit"] for row in rows for h in row.hosts})
    }
    codes = {row.chain_code for row in rows} - {""}
    chains = dict(Chain.objects.filter(code__in=codes).values_list("code", "short_name"))
    return {
        row.project_id: Frozen(
            total=row.total_investment,
            contract=row.contract_amount,
            committed=row.committed_investment,
            is_chain_project=row.is_chain_project,
            lead=(row.lead_unit.code, str(row.lead_unit)) if row.lead_unit else None,
            chain=(row.chain_code, chains.get(row.chain_code, "")) if row.chain_code else None,
            hosts=tuple(
                (units[h["unit"]].code, str(units[h["unit"]]), h["share_bp"])
                for h in row.hosts
                if h["unit"] in units
            ),
            fact_on=row.fact_on,
            recorded_at=row.recorded_at,
        )
        for row in rows
    }
