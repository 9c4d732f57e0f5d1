"""就地改一格:项目库表格里哪几列可以点开就改,哪些因签约认定而冻结。纯函数。"""

from __future__ import annotations

from juyuan.kernel.clause import rule
from juyuan.rooms.pipeline.rules.stages import Stage

# 表格的列 → 草稿字段(第一个也是表单、编辑页锚点的名)
CELLS: dict[str, tuple[str, ...]] = {
    "lead": ("lead_unit_id",),
    "node": ("node_id", "chain_id"),
    "location": ("location",),
    "total": ("total_investment", "total_investment_unknown"),
    "promised_start": ("promised_start_on",),
    "promised_production": ("promised_production_on",),
    "promised_capacity": ("promised_capacity_on",),
}
FROZEN_BY_SIGNING = frozenset(
    {"total_investment", "contract_amount", "parties", "hosts", "signed_on"}
)


@rule("3.3b")
def frozen_fields(recognised_stage: str) -> frozenset[str]:
    """签约已认定的,认定当日的几项数字冻结,不能就地改;要改须先撤回认定(冲回)。"""
    signed = recognised_stage in (Stage.SIGNED, Stage.LANDED)
    return FROZEN_BY_SIGNING if signed else frozenset()


@rule("3.3b")
def open_cells(recognised_stage: str) -> frozenset[str]:
    """「实施动态管理」:表格里能就地改的几列,与编辑页同一条冻结的规则。"""
    frozen = frozen_fields(recognised_stage)
    return frozenset(key for key, names in CELLS.items() if not frozen & set(names))
