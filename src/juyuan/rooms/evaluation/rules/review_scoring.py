"""评分:曲线是数据;评分与复核分各占一列,回避人的不计,取平均,再按权重合计。纯函数。

各项最后得分先取到百分之一分再相加,所以表里看得见的数加得起来。
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding

CLAUSE = "3.4b"
FULL_BP = 10_000
STEPS, LINEAR, EFFICACY = "steps", "linear", "efficacy"
DOWN = "down"
MANUAL = "manual"
CENT = Decimal("0.01")
NOTE_LIMIT = 500
Points = tuple[tuple[int, int], ...]


class ReviewResult(Labelled):
    """评审的结果。"""

    PASSED = "passed", "通过"
    CONDITIONAL = "conditional", "有条件通过"
    REJECTED = "rejected", "否决"


@dataclass(frozen=True)
class Indicator:
    """一项指标(城市包评分卡的一行)。"""

    code: str
    label: str
    weight: int
    source: str = MANUAL
    unit: str = ""
    curve: str = ""
    direction: str = "up"
    points: Points = ()
    by_industry: tuple[tuple[tuple[str, ...], Points], ...] = ()
    guide: str = ""

    @property
    def manual(self) -> bool:
        return self.source == MANUAL


@dataclass(frozen=True)
class Card:
    """一张评分卡。"""

    code: str
    name: str
    indicators: tuple[Indicator, ...]

    def find(self, code: str) -> Indicator | None:
        """由编号找指标。"""
        return next((one for one in self.indicators if one.code == code), None)


def _pairs(raw: Iterable[Iterable[int]]) -> Points:
    return tuple((at, share) for at, share in raw)


def card_from(data: Mapping[str, Any]) -> Card:
    """由送审单上存的一份还原评分卡。"""
    return Card(
        data["code"],
        data["name"],
        tuple(
            Indicator(
                code=one["code"], label=one["label"], weight=one["weight"], source=one["source"],
                unit=one["unit"], curve=one["curve"], direction=one["direction"] or "up",
                points=_pairs(one["points"]),
                by_industry=tuple(
                    (tuple(b["industry"]), _pairs(b["points"])) for b in one["by_industry"]
                ),
                guide=one["guide"],
            )
            for one in data["indicators"]
        ),
    )  # fmt: skip


def points_for(indicator: Indicator, industry: str) -> Points:
    """这个行业用哪组点:前缀最长的一组,没有的用通用的。"""
    best, points = 0, indicator.points
    for codes, found in indicator.by_industry:
        for code in codes:
            if len(code) > best and industry.startswith(code):
                best, points = len(code), found
    return points


def share(curve: str, direction: str, points: Points, value: Fraction) -> Fraction:
    """得满分的几分之几,在 0 与 1 之间。

    steps: 到了(以上含、越低越好的以内含)那一档得那一档的;linear: 两点之间按直线,两头取两头的;
    efficacy: 功效系数,由不允许值与满意值定直线,坏于不允许值的继续减到 0,好于满意值的为 1。
    """
    if curve == STEPS:
        if direction == DOWN:
            reached = [bp for at, bp in points if value <= at]
            return Fraction(max(reached, default=0), FULL_BP)
        reached = [bp for at, bp in points if value >= at]
        return Fraction(max(reached, default=0), FULL_BP)
    if curve == EFFICACY:
        (a, share_a), (b, share_b) = points
        found = Fraction(share_a) + (value - a) * Fraction(share_b - share_a, b - a)
        return min(max(found / FULL_BP, Fraction(0)), Fraction(1))
    if value <= points[0][0]:
        return Fraction(points[0][1], FULL_BP)
    for (a, share_a), (b, share_b) in itertools.pairwise(points):
        if value <= b:
            return (share_a + (value - a) * Fraction(share_b - share_a, b - a)) / FULL_BP
    return Fraction(points[-1][1], FULL_BP)


def _cents(value: Fraction) -> Decimal:
    """取到百分之一分,四舍五入。"""
    scaled = value * 100
    return (Decimal(int(scaled + Fraction(1, 2))) / 100).quantize(CENT)


@rule("3.4b")
def prefill(indicator: Indicator, value: Fraction | None, industry: str) -> Decimal | None:
    """对引入项目以及项目主体进行论证评估:由项目自己的数据按曲线预填的分;算不出的为空,由评审人打。"""
    if indicator.manual or value is None:
        return None
    points = points_for(indicator, industry)
    return _cents(indicator.weight * share(indicator.curve, indicator.direction, points, value))


@dataclass(frozen=True)
class Measures:
    """预填用得着的数。金额为元。"""

    fixed: int | None = None
    total: int | None = None
    land_mu: Decimal = Decimal(0)
    energy_tce: Decimal = Decimal(0)
    annual_tax: int | None = None
    annual_output: int | None = None
    jobs: int | None = None
    build_months: int | None = None
    registered_capital: int | None = None


WAN = 10_000


def measure(source: str, given: Measures) -> Fraction | None:
    """一项指标的数;缺分母、缺数的为空(没有新增用地就没有亩均)。"""
    land = Fraction(given.land_mu)

    def per_mu(yuan: int | None) -> Fraction | None:
        return Fraction(yuan, WAN) / land if yuan is not None and land > 0 else None

    if source == "fixed_per_mu":
        return per_mu(given.fixed)
    if source == "tax_per_mu":
        return per_mu(given.annual_tax)
    if source == "output_per_mu":
        return per_mu(given.annual_output)
    if source == "energy_per_output":
        if not given.annual_output:
            return None
        return Fraction(given.energy_tce) * 1000 / Fraction(given.annual_output, WAN)
    if source == "jobs":
        return None if given.jobs is None else Fraction(given.jobs)
    if source == "build_months":
        return None if given.build_months is None else Fraction(given.build_months)
    if source == "capital_ratio":
        if given.registered_capital is None or not given.total:
            return None
        return Fraction(given.registered_capital * 100, given.total)
    return None


@dataclass(frozen=True)
class Mark:
    """一个评审人给一项指标的分,与复核分(没有复核的为空)。"""

    reviewer: int
    indicator: str
    score: Decimal | None
    rechecked: Decimal | None = None

    @property
    def standing(self) -> Decimal | None:
        """算数的一个:有复核分的用复核分。"""
        return self.rechecked if self.rechecked is not None else self.score


@dataclass(frozen=True)
class Tally:
    """各项最后得分、合计;一项也不缺才有合计。`counted` 是计分的评审人。"""

    finals: Mapping[str, Decimal | None]
    total: Decimal | None
    counted: tuple[int, ...]

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(code for code, found in self.finals.items() if found is None)


@rule("3.4b")
def tally(card: Card, marks: Iterable[Mark], recused: Collection[int]) -> Tally:
    """对引入项目以及项目主体进行论证评估、科学决策:每项取未回避评审人的平均(有复核分的用复核分),
    各项相加。与评审人的先后无关;回避人的分一概不计。
    """
    found: dict[str, list[Decimal]] = defaultdict(list)
    counted: set[int] = set()
    for mark in marks:
        if mark.reviewer in recused or mark.standing is None:
            continue
        found[mark.indicator].append(mark.standing)
        counted.add(mark.reviewer)
    finals: dict[str, Decimal | None] = {
        one.code: _cents(sum(map(Fraction, found[one.code]), Fraction(0)) / len(found[one.code]))
        if found.get(one.code)
        else None
        for one in card.indicators
    }
    known = [value for value in finals.values() if value is not None]
    total = sum(known, Decimal(0)) if len(known) == len(finals) else None
    return Tally(finals, total, tuple(sorted(counted)))


@rule("3.4b")
def proposal(
    total: Decimal | None, *, vetoed: bool, pass_score: int, conditional_score: int
) -> ReviewResult | None:
    """科学决策:有一票否决的即建议否决;否则按合计,到了通过线建议通过,到了有条件线建议有条件通过,不到的建议否决。
    还没有合计的为空。
    """
    if vetoed:
        return ReviewResult.REJECTED
    if total is None:
        return None
    if total >= pass_score:
        return ReviewResult.PASSED
    return ReviewResult.CONDITIONAL if total >= conditional_score else ReviewResult.REJECTED


@rule("3.4b")
def judge_mark(
    indicator: Indicator | None,
    score: Decimal | None,
    *,
    evidence: str,
    note: str,
    prefilled: Decimal | None = None,
    code: str = "",
    rechecking: bool = False,
) -> list[Finding]:
    """进行论证评估:分在零与该项满分之间,至多两位小数;写明依据;与预填的、与原来的评分不同的说明理由。"""
    if indicator is None:
        return [Finding(code, "review.indicator", CLAUSE, f"评分卡里没有指标「{code[:20]}」")]
    found: list[Finding] = []

    def bad(field: str, name: str, message: str) -> None:
        found.append(
            Finding(f"{field}_{indicator.code}", f"review.{name}", CLAUSE, f"{indicator.label}：{message}")
        )  # fmt: skip

    what = "recheck" if rechecking else "score"
    if score is None:
        bad(what, "score", "请打分")
    elif not 0 <= score <= indicator.weight:
        bad(what, "range", f"分数须在 0 至 {indicator.weight} 之间")
    elif score != score.quantize(CENT):
        bad(what, "places", "至多两位小数")
    if len(note) > NOTE_LIMIT or len(evidence) > NOTE_LIMIT:
        bad("note", "length", f"依据与说明各至多{NOTE_LIMIT}字")
    if score is not None:
        if not rechecking and not evidence.strip():
            bad("evidence", "evidence", "请写明依据（哪份材料、哪个数）")
        changed = prefilled is not None and score != prefilled
        if changed and not note.strip():
            than = "原来的评分" if rechecking else "按数据算出的"
            bad("note", "changed", f"与{than} {prefilled} 分不同，请说明理由")
    return found
