"""请求 → 草稿:引用一律用稳定代码,金额一律万元字符串。"""

from __future__ import annotations

from typing import Any

from juyuan.foundation.apikit.shapes import percent_to_bp
from juyuan.foundation.people.queries import unit_by_code
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan
from juyuan.kernel.verdict import Finding, RuleBroken
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.investors import actions as investors
from juyuan.rooms.pipeline.api.schemas import ProjectIn
from juyuan.rooms.pipeline.rules.amounts import Category, Origin, Unknown
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft
from juyuan.rooms.pipeline.rules.facts import LandingKind


def _money(values: dict[str, Any], given: dict[str, Any]) -> None:
    for name in ("total_investment", "fixed_investment", "contract_amount"):
        if name in given:
            values[name] = from_wan(given[name]) if given[name] is not None else None
            if given[name] is not None:
                values.setdefault(f"{name}_unknown", Unknown.GIVEN)
        if given.get(f"{name}_unknown") is not None:
            values[f"{name}_unknown"] = Unknown(given[f"{name}_unknown"])
            if given[f"{name}_unknown"] and name not in given:
                values[name] = None


def _unit(code: str, field: str, clause: str, findings: list[Finding]) -> int | None:
    unit = unit_by_code(code)
    if unit is None:
        findings.append(Finding(field, "ref.unit", clause, f"没有代码为「{code}」的单位"))
        return None
    return unit.pk


def draft_from(payload: ProjectIn, base: ProjectDraft, actor: Actor) -> ProjectDraft:
    """把请求并到现状上;引用一律用稳定代码。

    Raises:
        RuleBroken: 单位、产业链、环节的代码不存在,或投资方不合规。
    """
    given = payload.model_dump(exclude_unset=True)
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    texts = ("name", "summary", "industry_code", "basis", "site_options", "benefit",
             "factor_needs", "location", "confidentiality", "remark")  # fmt: skip
    for name in texts:
        if given.get(name) is not None:
            values[name] = given[name]
    for name in ("signed_on", "started_on", "promised_land_on", "promised_start_on",
                 "promised_production_on", "promised_capacity_on"):  # fmt: skip
        if name in given:
            values[name] = given[name]
    if given.get("category"):
        values["category"] = Category(given["category"])
    if given.get("landing_kind"):
        values["landing_kind"] = LandingKind(given["landing_kind"])
    _money(values, given)
    if "chain" in given:
        chain = Chain.objects.filter(code=given["chain"] or "").first()
        if chain is None and given["chain"]:
            findings.append(
                Finding("chain", "ref.chain", "4.0b", f"没有代码为「{given['chain']}」的产业链")
            )
        values["chain_id"] = chain.pk if chain else None
        if "segment" not in given:
            values["node_id"] = None
    if "segment" in given:
        node = Node.objects.filter(code=given["segment"] or "").first()
        if node is None and given["segment"]:
            findings.append(
                Finding("segment", "ref.node", "4.0b", f"没有代码为「{given['segment']}」的环节")
            )
        values["node_id"] = node.pk if node else None
    if "lead_unit" in given:
        values["lead_unit_id"] = (
            _unit(given["lead_unit"], "lead_unit", "3.2b", findings) if given["lead_unit"] else None
        )
    if "participants" in given:
        values["participant_ids"] = tuple(
            pk for code in given["participants"] or []
            if (pk := _unit(code, "participants", "", findings)) is not None
        )  # fmt: skip
    if "host_units" in given or "possible_hosts" in given:
        actual = [h for h in base.hosts if h.actual]
        possible = [h for h in base.hosts if not h.actual]
        if "host_units" in given:
            actual = [
                HostDraft(pk, percent_to_bp(h.share))
                for h in payload.host_units or []
                if (pk := _unit(h.unit, "host_units", "3.1c", findings)) is not None
            ]
        if "possible_hosts" in given:
            possible = [
                HostDraft(pk, actual=False)
                for code in given["possible_hosts"] or []
                if (pk := _unit(code, "possible_hosts", "3.1c", findings)) is not None
            ]
        values["hosts"] = tuple(actual + possible)
    if findings:
        raise RuleBroken(findings)
    if "investors" in given:
        wanted = payload.investors or []
        ids = investors.ensure_investors(
            actor=actor, rows=[(p.name, p.uscc) for p in wanted], now=clock.now()
        )
        values["parties"] = tuple(
            PartyDraft(pk, percent_to_bp(p.share), Origin(p.origin or ""), p.fiscal)
            for pk, p in zip(ids, wanted, strict=True)
        )
    merged = {f: getattr(base, f) for f in base.__dataclass_fields__} | values
    return ProjectDraft(**merged)
