"""送审之后由哪一级决定:按总投资等分流,每一条理由都写出来。纯函数。"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.money import to_wan, to_yi

CLAUSE = "3.4b"
YI = 100_000_000


class ReviewLevel(Labelled):
    """由哪一级决定。"""

    COUNTY = "county", "县区决定"
    COUNTY_OPINION = "county_opinion", "县区决定并须市级合规意见"
    CITY = "city", "市级决定"


@dataclass(frozen=True)
class Limits:
    """参数:县区自行决定的上限(不满)、上市级评审的总投资(以上)、新增用地(超)、年综合能耗(超)。"""

    county_limit: int
    city_threshold: int
    city_land_mu: int
    city_energy_tce: int


@dataclass(frozen=True)
class Scale:
    """项目多大:总投资(元)、是否跨县区、新增用地(亩)、年综合能耗(吨标准煤)、市级资金(元)。"""

    total: int
    cross_county: bool = False
    land_mu: Decimal = Decimal(0)
    energy_tce: Decimal = Decimal(0)
    city_funds: int = 0


@dataclass(frozen=True)
class Route:
    """分到哪一级,为什么。"""

    level: ReviewLevel
    reasons: tuple[str, ...]

    @property
    def said(self) -> str:
        return "；".join(self.reasons)


def said_money(yuan: int) -> str:
    """4900万元 → 「4,900 万元」;满一亿的写亿元。"""
    text, unit = (to_yi(yuan), "亿元") if abs(yuan) >= YI else (to_wan(yuan), "万元")
    whole, _, rest = text.partition(".")
    return f"{int(whole):,}{'.' + rest if rest else ''} {unit}"


def said_number(value: Decimal | int) -> str:
    """数:千分位,小数不补零。"""
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@rule("3.4b")
def route(scale: Scale, limits: Limits) -> Route:
    """建立市、县区两级项目决策和评价机制:总投资不满下限的县区决定并备案,居中的县区决定、
    市级出合规意见;总投资达到门槛、跨县区、新增用地或能耗超限、用市级资金的,由市级决定。

    「以上」含本数,「超」不含。
    """
    found = []
    if scale.total >= limits.city_threshold:
        found.append(
            f"总投资 {said_money(scale.total)}，在 {said_money(limits.city_threshold)}以上"
        )
    if scale.cross_county:
        found.append("项目跨县区")
    if scale.land_mu > limits.city_land_mu:
        found.append(f"新增用地 {said_number(scale.land_mu)} 亩，超过 {limits.city_land_mu:,} 亩")
    if scale.energy_tce > limits.city_energy_tce:
        found.append(
            f"年综合能耗 {said_number(scale.energy_tce)} 吨标准煤，"
            f"超过 {limits.city_energy_tce:,} 吨标准煤"
        )
    if scale.city_funds > 0:
        found.append(f"使用市级资金 {said_money(scale.city_funds)}")
    if found:
        return Route(ReviewLevel.CITY, tuple(found))
    total, low = said_money(scale.total), said_money(limits.county_limit)
    if scale.total < limits.county_limit:
        return Route(ReviewLevel.COUNTY, (f"总投资 {total}，不满 {low}，由县区决定并报市级备案",))
    high = said_money(limits.city_threshold)
    return Route(
        ReviewLevel.COUNTY_OPINION,
        (f"总投资 {total}，在 {low}以上、不满 {high}，由县区决定，决定之前须有市级合规意见",),
    )
