"""接口:产业链清单与一条链的全貌;与网页同一批查询。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from juyuan.foundation.apikit.shapes import READ
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.verdict import require
from juyuan.rooms.chains import access, queries
from juyuan.rooms.chains.queries.shapes import ChainPage, ChainRow, NodeCard, StageCount
from juyuan.rooms.chains.rules import CatalogueClass

router = Router(tags=["产业链"])


class StageOut(Schema):
    """某库的项目:个数(含待核实)、其中待核实、总投资(万元)。"""

    stage: str
    count: int
    claimed: int
    total_investment: str
    rows_url: str


class HolderOut(Schema):
    name: str
    unit: str
    starts_on: str


class ChainOut(Schema):
    """一条链的概况。`lead_unit` 为单位代码,`lead_unit_origin` 说是文件明定还是建议值。"""

    code: str
    name: str
    short_name: str
    clause: str
    lead_unit: str | None
    lead_unit_origin: str
    chain_lead: HolderOut | None
    secretary: HolderOut | None
    segments: int
    gaps: int
    weak: int
    projects: list[StageOut]


class ChainList(Schema):
    items: list[ChainOut]
    next: str | None
    total: int | None


class FirmOut(Schema):
    name: str
    is_anchor: bool
    origin: str
    clause: str


class SegmentOut(Schema):
    """一个环节。`position`:upstream 上游、midstream 中游、downstream 下游、lateral 横向。"""

    code: str
    name: str
    position: str
    origin: str
    position_origin: str
    clause: str
    quote: str
    products: list[str]
    industry_codes: list[str]
    supply: str
    enterprises: list[FirmOut]
    projects: list[StageOut]


class CatalogueOut(Schema):
    """`level`:encouraged 鼓励、allowed 允许、restricted 限制、forbidden 禁止。"""

    code: str
    name: str
    level: str
    level_label: str
    segment: str | None
    standard: str
    origin: str
    effective_from: str


class UnitOut(Schema):
    unit: str
    name: str
    is_lead: bool
    lead_origin: str


class SentenceOut(Schema):
    clause: str
    text: str


class ChainDetail(ChainOut):
    responsible: list[UnitOut]
    sentences: list[SentenceOut]
    nodes: list[SegmentOut]
    catalogue: list[CatalogueOut]
    parks: list[str]
    expos: list[str]


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _stages(stages: Any) -> list[dict[str, Any]]:
    return [_stage(stage) for stage in stages]


def _stage(stage: StageCount) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "count": stage.count,
        "claimed": stage.claimed,
        "total_investment": to_wan(stage.amount),
        "rows_url": stage.url,
    }


def _holder(holders: Any, kind: str) -> dict[str, str] | None:
    found = holders.get(kind)
    if found is None:
        return None
    return {
        "name": found.name,
        "unit": found.unit,
        "starts_on": found.starts_on.isoformat(),
    }


def _summary(row: ChainRow | ChainPage, nodes: int, gaps: int, weak: int) -> dict[str, Any]:
    lead = row.lead_unit
    return {
        "code": row.chain.code,
        "name": row.chain.name,
        "short_name": row.chain.short_name,
        "clause": row.chain.clause,
        "lead_unit": lead.code if lead else None,
        "lead_unit_origin": lead.lead_origin if lead else "",
        "chain_lead": _holder(row.holders, "lead"),
        "secretary": _holder(row.holders, "secretary"),
        "segments": nodes,
        "gaps": gaps,
        "weak": weak,
        "projects": _stages(row.stages),
    }


def _node(card: NodeCard) -> dict[str, Any]:
    node = card.node
    return {
        "code": node.code,
        "name": node.name,
        "position": node.segment,
        "origin": node.origin,
        "position_origin": node.position_origin,
        "clause": node.clause,
        "quote": node.quote,
        "products": list(node.products),
        "industry_codes": list(node.industry_codes),
        "supply": card.supply.value,
        "enterprises": [
            {
                "name": firm.name,
                "is_anchor": firm.is_anchor,
                "origin": firm.origin,
                "clause": firm.clause,
            }
            for firm in card.firms
        ],
        "projects": _stages(card.stages),
    }


@router.get("", response={200: ChainList, **READ}, url_name="chains", summary="产业链清单")
def list_chains(request: HttpRequest) -> dict[str, Any]:
    """在用的链,次序同文件;项目只计看得见的。条数有限,不分页(`next` 恒为空)。"""
    actor = _actor(request)
    require(access.can_view(actor))
    rows = queries.chain_rows(actor, clock.today())
    return {
        "items": [_summary(row, row.nodes, row.gaps, row.weak) for row in rows],
        "next": None,
        "total": len(rows),
    }


@router.get("/{code}", response={200: ChainDetail, **READ}, url_name="chain", summary="一条产业链")
def get_chain(request: HttpRequest, code: str) -> dict[str, Any]:
    """环节、本地企业、目录、责任单位(次序同文件)、文件原文;项目只计看得见的。"""
    actor = _actor(request)
    require(access.can_view(actor))
    page = queries.chain_page(code, actor, clock.today())
    return {
        **_summary(page, len(page.cards), len(page.gaps), len(page.weak)),
        "responsible": [
            {
                "unit": unit.code,
                "name": unit.name,
                "is_lead": unit.is_lead,
                "lead_origin": unit.lead_origin,
            }
            for unit in page.responsible
        ],
        "sentences": [{"clause": s.code, "text": s.text} for s in page.sentences],
        "nodes": [_node(card) for card in page.cards],
        "catalogue": [
            {
                "code": entry.code,
                "name": entry.name,
                "level": entry.level,
                "level_label": CatalogueClass(entry.level).label,
                "segment": entry.node.code if entry.node else None,
                "standard": entry.standard,
                "origin": entry.origin,
                "effective_from": entry.effective_from.isoformat(),
            }
            for entry in page.catalogue
        ],
        "parks": [park.name for park in page.parks],
        "expos": [expo.name for expo in page.expos],
    }
