"""金额的口径。三个量从不混用:合同引资额(三(三))、产业项目规模(二(二))、招商引资额度(三(七))。

每个口径是有名字的策略,用哪个由带日期的参数决定;金额一律为整数元。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled

FULL_BP = 10000


class Origin(Labelled):
    """资金来源地。"""

    UNKNOWN = "", "未明"
    LOCAL = "local", "市内"
    OUTSIDE_CITY = "outside_city", "市外省内"
    OUTSIDE_PROVINCE = "outside_province", "省外"
    FOREIGN = "foreign", "境外"


class Unknown(Labelled):
    """硬数字旁边的明确回答:没有数字,也不是忘了填。"""

    GIVEN = "", "已填"
    WITHHELD = "withheld", "不便透露"
    PENDING = "pending", "待定"


class Category(Labelled):
    """项目类别:产业项目 = 非基础设施、非房地产(建议值);农业、文旅、服务业都算产业。"""

    INDUSTRY = "industry", "产业项目"
    INFRASTRUCTURE = "infrastructure", "基础设施"
    REAL_ESTATE = "real_estate", "房地产"


OUTSIDE_CITY = frozenset({Origin.OUTSIDE_CITY, Origin.OUTSIDE_PROVINCE, Origin.FOREIGN})
OUTSIDE_PROVINCE = frozenset({Origin.OUTSIDE_PROVINCE, Origin.FOREIGN})


@dataclass(frozen=True)
class Share:
    """一方出资:占比(基点)、来源地、是否财政资金。"""

    share_bp: int
    origin: Origin
    fiscal: bool = False


def _portion(amount: int, parties: Sequence[Share], origins: frozenset[Origin]) -> int:
    counted = sum(p.share_bp for p in parties if p.origin in origins and not p.fiscal)
    return amount * counted // FULL_BP


def _outside_city(contract: int, parties: Sequence[Share]) -> int:
    """正式合同金额 × 市外非财政资金占比(建议值,缺省)。"""
    return _portion(contract, parties, OUTSIDE_CITY)


def _outside_province(contract: int, parties: Sequence[Share]) -> int:
    """正式合同金额 × 省外(含境外)非财政资金占比。"""
    return _portion(contract, parties, OUTSIDE_PROVINCE)


def _whole_contract(contract: int, parties: Sequence[Share]) -> int:
    """正式合同金额中的全部非财政资金,不分来源地。"""
    return contract * sum(p.share_bp for p in parties if not p.fiscal) // FULL_BP


STRATEGIES: dict[str, Callable[[int, Sequence[Share]], int]] = {
    "outside_city": _outside_city,
    "outside_province": _outside_province,
    "whole_contract": _whole_contract,
}


@rule("3.3c")
def committed_investment(
    contract_amount: int | None, parties: Sequence[Share], strategy: str
) -> int | None:
    """合同引资额(元):对新签约合同引资额5亿元以上的重大招商引资项目,实施提级管理。

    没有正式合同金额、出资占比不满100%、或有一方来源地未明时为 None(不能算,不是零)。

    Raises:
        KeyError: 口径名未知。
    """
    compute = STRATEGIES[strategy]
    if contract_amount is None or sum(p.share_bp for p in parties) != FULL_BP:
        return None
    if any(p.origin == Origin.UNKNOWN for p in parties):
        return None
    return compute(contract_amount, parties)


@rule("3.3c")
def must_escalate(committed_yuan: int | None, newly_signed: bool, threshold_yuan: int) -> bool:
    """对新签约合同引资额5亿元以上的重大招商引资项目,实施提级管理。「以上」含本数。"""
    return newly_signed and committed_yuan is not None and committed_yuan >= threshold_yuan


def is_chain_project(category: Category, excluded: Sequence[str]) -> bool:
    """是不是产业项目:类别不在排除之列(`pipeline.chain_project_excludes`,建议值)。"""
    return category not in excluded
